//! USART in asynchronous mode (RM0008, section 27): frames timed by BRR and the bus clock, whole frames on the wires.
//!
//! The frame of silence that a transmitter sends when it is enabled is left out. A frame sent at a rate more than 4 % off that of its receiver arrives as noise, as on a real line: the limit of an
//! 8N1 receiver that samples in the middle of the bit is half a bit in ten.

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 27.6.8. Loud: wake-up from mute and breaks, LIN, the synchronous clock, smartcard, IrDA, half duplex, flow
/// control.
pub const REGISTERS: &[Register] = &[
    Register::new("SR", 0x00, 0x3ff).reset(0xc0).note("LBD and CTS never rise"),
    Register::new("DR", 0x04, 0x1ff),
    Register::new("BRR", 0x08, 0xffff),
    Register::new("CR1", 0x0c, 0x37fc).loud(0x803),
    Register::new("CR2", 0x10, 0x3700).loud(0x486f).note("the synchronous clock's shape is kept and does nothing"),
    Register::new("CR3", 0x14, 0x00c1).loud(0x73e),
    Register::new("GTPR", 0x18, 0x00ff).loud(0xff00).note("smartcard guard time; the prescaler is of IrDA only"),
];

const TXE: u32 = 1 << 7;
const TC: u32 = 1 << 6;
const RXNE: u32 = 1 << 5;
const IDLE: u32 = 1 << 4;
const ORE: u32 = 1 << 3;
const NE: u32 = 1 << 2;
const FE: u32 = 1 << 1;
const PE: u32 = 1;

/// CR1.
const UE: u32 = 1 << 13;
const M: u32 = 1 << 12;
const PCE: u32 = 1 << 10;
const PS: u32 = 1 << 9;
const PEIE: u32 = 1 << 8;
const TE: u32 = 1 << 3;
const RE: u32 = 1 << 2;
/// CR3.
const DMAT: u32 = 1 << 7;
const DMAR: u32 = 1 << 6;
const EIE: u32 = 1;

/// The requests to DMA, in the order of the block's table.
const REQUEST_TX: u8 = 1;
const REQUEST_RX: u8 = 2;

/// One frame on a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// What is between the start and the stop bit, the first bit lowest: data, then parity if there is one.
    pub bits: u16,
    /// How many those are.
    pub length: u8,
    /// Noise: its bits mean nothing.
    pub garbled: bool,
}

impl Frame {
    /// What a receiver that expects `length` bits sees: its bits, and whether the stop bit is in its place.
    pub fn seen_as(self, length: u8) -> (u16, bool) {
        // After the last bit the line is high.
        let line = self.bits | u16::MAX << self.length;
        (line & !(u16::MAX << length), line >> length & 1 == 1)
    }
}

/// Whether two rates are near enough for a frame to be understood.
pub fn rates_match(one: f64, other: f64) -> bool {
    (0.96..=1.04).contains(&(one / other))
}

/// What a receiver makes of a frame at the wrong rate.
const NOISE: u16 = 0x1ff;

/// One USART.
#[derive(Debug, Clone)]
pub struct Usart {
    status: u32,
    received: u16,
    brr: u32,
    cr: [u32; 3],
    gtpr: u32,
    /// Waiting in the data register for the shift register.
    holding: Option<u16>,
    /// In the shift register until its stop bit ends, at this cycle.
    shifting: Option<(u16, u64)>,
    sent: Option<Frame>,
    sr_read: bool,
    /// SR was read since DR was last written.
    sr_read_to_send: bool,
}

impl Default for Usart {
    fn default() -> Self {
        Self {
            status: TXE | TC,
            received: 0,
            brr: 0,
            cr: [0; 3],
            gtpr: 0,
            holding: None,
            shifting: None,
            sent: None,
            sr_read: false,
            sr_read_to_send: false,
        }
    }
}

impl Usart {
    fn enabled(&self) -> bool {
        self.cr[0] & UE != 0
    }

    /// Whether its transmitter holds its pin (high, while it sends nothing).
    pub fn transmits(&self) -> bool {
        self.enabled() && self.cr[0] & TE != 0
    }

    fn receives(&self) -> bool {
        self.enabled() && self.cr[0] & RE != 0
    }

    /// Bits a second.
    pub fn baud(&self, now: &Moment) -> f64 {
        now.hertz() / f64::from(self.brr.max(16))
    }

    fn length(&self) -> u8 {
        if self.cr[0] & M == 0 { 8 } else { 9 }
    }

    /// With a parity bit, if there is one, in the place of the topmost data bit.
    fn framed(&self, data: u16) -> Frame {
        let length = self.length();
        let mut bits = data & !(u16::MAX << length);
        if self.cr[0] & PCE != 0 {
            bits &= !(u16::MAX << (length - 1));
            let odd = self.cr[0] & PS != 0;
            bits |= u16::from((bits.count_ones() % 2 == 1) != odd) << (length - 1);
        }
        Frame { bits, length, garbled: false }
    }

    /// The length of a frame in cycles of the bus clock: start, data, and 1, 0.5, 2 or 1.5 stop bits.
    fn frame_ticks(&self) -> u64 {
        let half_bits = 2 + 2 * u64::from(self.length()) + [2, 1, 4, 3][(self.cr[1] >> 12 & 3) as usize];
        half_bits * u64::from(self.brr.max(16)) / 2
    }

    fn load(&mut self, from: u64, now: &Moment) {
        if self.shifting.is_none()
            && let Some(data) = self.holding.take()
        {
            self.shifting = Some((data, from + self.frame_ticks() * u64::from(now.divider)));
            self.status |= TXE;
        }
    }

    /// The frame whose stop bit has left since this was last asked.
    pub fn take_sent(&mut self) -> Option<Frame> {
        self.sent.take()
    }

    /// A frame arrives, its stop bit just over, sent at `baud` bits a second.
    pub fn receive(&mut self, frame: Frame, baud: f64, now: &Moment) {
        if !self.receives() {
            return;
        }
        if self.status & RXNE != 0 {
            self.status |= ORE;
            return;
        }
        let (bits, stopped) = frame.seen_as(self.length());
        let understood = rates_match(self.baud(now), baud) && !frame.garbled;
        self.received = if understood { bits } else { NOISE & !(u16::MAX << self.length()) };
        self.status |= RXNE;
        if !understood {
            self.status |= NE | FE;
        } else if !stopped {
            self.status |= FE;
        }
        let even = self.received.count_ones().is_multiple_of(2);
        if self.cr[0] & PCE != 0 && even == (self.cr[0] & PS != 0) {
            self.status |= PE;
        }
    }

    /// The line was silent for a frame after one had come.
    pub fn fall_idle(&mut self) {
        if self.receives() {
            self.status |= IDLE;
        }
    }
}

impl Peripheral for Usart {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => {
                (self.sr_read, self.sr_read_to_send) = (true, true);
                self.status
            }
            0x04 => {
                self.status &= !RXNE;
                // Errors and IDLE clear by reading SR, then DR (RM0008, 27.6.1).
                if std::mem::take(&mut self.sr_read) {
                    self.status &= !(ORE | IDLE | NE | FE | PE);
                }
                u32::from(self.received)
            }
            0x08 => self.brr,
            0x18 => self.gtpr,
            _ => self.cr[(offset as usize - 0x0c) / 4],
        }
    }

    fn reading_acts(&self, offset: u32) -> bool {
        offset <= 4
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            // RXNE and TC clear by writing 0; the rest of SR is not for writing.
            0x00 => self.status &= value | !(RXNE | TC),
            0x04 => {
                // By itself a write leaves TC up (RM0008, 27.6.1).
                if std::mem::take(&mut self.sr_read_to_send) {
                    self.status &= !TC;
                }
                if self.transmits() {
                    self.holding = Some(value as u16 & 0x1ff);
                    self.status &= !TXE;
                    self.load(now.cycle, now);
                }
            }
            0x08 => self.brr = value & 0xffff,
            0x18 => self.gtpr = value & 0xff,
            _ => self.cr[(offset as usize - 0x0c) / 4] = value,
        }
        Ok(())
    }

    /// What is on its way from outside stays on its way: that is the wire's.
    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }

    fn next_cycle(&self) -> Option<u64> {
        self.shifting.map(|(_, end)| end)
    }

    fn settle(&mut self, now: &Moment) {
        if let Some((data, end)) = self.shifting
            && end <= now.cycle
        {
            self.shifting = None;
            self.sent = Some(self.framed(data));
            self.load(end, now);
            if self.shifting.is_none() {
                self.status |= TC;
            }
        }
    }

    /// RM0008, figure 298.
    fn lines(&self) -> u16 {
        let (cr1, status) = (self.cr[0], self.status);
        let up = self.enabled()
            && (cr1 & status & (TXE | TC | IDLE) != 0
                || cr1 & RXNE != 0 && status & (RXNE | ORE) != 0
                || cr1 & PEIE != 0 && status & PE != 0
                || self.cr[2] & EIE != 0 && self.cr[2] & DMAR != 0 && status & (ORE | NE | FE) != 0);
        u16::from(up)
    }

    fn requests(&self) -> u8 {
        let tx = self.transmits() && self.cr[2] & DMAT != 0 && self.status & TXE != 0;
        let rx = self.receives() && self.cr[2] & DMAR != 0 && self.status & RXNE != 0;
        (if tx { REQUEST_TX } else { 0 }) | if rx { REQUEST_RX } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAUD: f64 = 115_200.0;

    fn ready(further: u32) -> (Usart, Moment) {
        let (mut usart, now) = (Usart::default(), Moment::zero());
        usart.write(0x08, 69, &now).unwrap();
        usart.write(0x0c, UE | TE | RE | RXNE | further, &now).unwrap();
        (usart, now)
    }

    fn plain(byte: u8) -> Frame {
        Frame { bits: byte.into(), length: 8, garbled: false }
    }

    #[test]
    fn two_bytes_leave_back_to_back() {
        let (mut usart, now) = ready(0);
        assert_eq!(usart.read(0x00, &now) & (TC | TXE), TC | TXE, "as after a reset");
        usart.write(0x04, u32::from(b'A'), &now).unwrap();
        usart.write(0x04, u32::from(b'B'), &now.cycle(1)).unwrap();
        assert_eq!(usart.next_cycle(), Some(690), "10 bits of 69 cycles");
        usart.settle(&now.cycle(690));
        assert_eq!(usart.take_sent(), Some(plain(b'A')));
        assert_eq!(usart.read(0x00, &now) & TC, 0);
        assert_eq!(usart.next_cycle(), Some(1380));
        usart.settle(&now.cycle(1380));
        assert_eq!(usart.take_sent(), Some(plain(b'B')));
        assert_eq!(usart.read(0x00, &now) & (TC | TXE), TC | TXE);
        usart.write(0x04, 0, &now.cycle(1400)).unwrap();
        assert_eq!(usart.read(0x00, &now) & TC, 0, "TC clears by reading SR, then writing DR");
    }

    #[test]
    fn tc_clears_by_sr_then_dr_or_by_a_zero_and_by_nothing_else() {
        let (mut usart, now) = ready(0);
        // As DMA writes it: nobody has read SR, and the flag of the reset stays up.
        usart.write(0x04, u32::from(b'A'), &now).unwrap();
        assert_eq!(usart.read(0x00, &now.cycle(1)) & TC, TC);
        usart.write(0x04, u32::from(b'B'), &now.cycle(2)).unwrap();
        assert_eq!(usart.read(0x00, &now.cycle(3)) & TC, 0);
        usart.settle(&now.cycle(690));
        usart.settle(&now.cycle(1380));
        assert_eq!(usart.read(0x00, &now.cycle(1380)) & TC, TC);
        usart.write(0x00, !TC, &now.cycle(1381)).unwrap();
        assert_eq!(usart.read(0x00, &now.cycle(1382)) & TC, 0);
    }

    #[test]
    fn frames_are_as_long_as_word_and_stop_bits_make_them() {
        for (cr1, stop, ticks) in [(0, 0, 690), (M, 0, 759), (0, 2, 759), (0, 3, 724), (0, 1, 655)] {
            let (mut usart, now) = ready(cr1);
            usart.write(0x10, stop << 12, &now).unwrap();
            usart.write(0x04, 0x55, &now).unwrap();
            assert_eq!(usart.next_cycle(), Some(ticks), "{cr1:#x} {stop}");
        }
        let (mut usart, now) = ready(0);
        usart.write(0x04, 0x55, &Moment { divider: 4, ..now }).unwrap();
        assert_eq!(usart.next_cycle(), Some(2760), "PCLK is HCLK/4");
    }

    #[test]
    fn an_unread_byte_is_overrun_and_the_first_kept() {
        let (mut usart, now) = ready(0);
        usart.receive(plain(b'x'), BAUD, &now);
        usart.receive(plain(b'y'), BAUD, &now);
        assert_eq!(usart.lines(), 1);
        assert_eq!(usart.read(0, &now) & (RXNE | ORE), RXNE | ORE);
        assert_eq!(usart.read(4, &now), u32::from(b'x'));
        assert_eq!((usart.read(0, &now) & (RXNE | ORE), usart.lines()), (0, 0));
    }

    #[test]
    fn a_wrong_rate_is_noise() {
        let (mut usart, now) = ready(0);
        usart.receive(plain(b'x'), 9_600.0, &now);
        assert_eq!(usart.read(0, &now) & (NE | FE | RXNE), NE | FE | RXNE);
        assert_eq!(usart.read(4, &now), 0xff);
        assert_eq!(usart.read(0, &now) & (NE | FE), 0);
    }

    #[test]
    fn parity_is_made_and_checked() {
        // 9 bits with parity are eight of data: 8E1.
        let (mut even, now) = ready(M | PCE | PEIE);
        even.write(0x04, 0x07, &now).unwrap();
        even.settle(&now.cycle(759));
        let frame = even.take_sent().unwrap();
        assert_eq!(frame, Frame { bits: 0x107, length: 9, garbled: false });
        even.receive(frame, BAUD, &now);
        assert_eq!((even.read(0, &now) & PE, even.read(4, &now)), (0, 0x107));
        let (mut odd, _) = ready(M | PCE | PS | PEIE);
        odd.receive(frame, BAUD, &now);
        assert_eq!((odd.read(0, &now) & PE, odd.lines()), (PE, 1));
    }

    #[test]
    fn nine_bits_into_eight_lack_their_stop_bit() {
        let (mut usart, now) = ready(0);
        usart.receive(Frame { bits: 0x041, length: 9, garbled: false }, BAUD, &now);
        assert_eq!((usart.read(0, &now) & FE, usart.read(4, &now)), (FE, 0x41));
    }

    #[test]
    fn idle_and_dma_ask_where_they_are_enabled() {
        let (mut usart, now) = ready(IDLE);
        usart.fall_idle();
        assert_eq!(usart.lines(), 1);
        usart.write(0x14, DMAT | DMAR, &now).unwrap();
        assert_eq!(usart.requests(), REQUEST_TX);
        usart.receive(plain(1), BAUD, &now);
        assert_eq!(usart.requests(), REQUEST_TX | REQUEST_RX);
        usart.write(0x04, 1, &now).unwrap();
        usart.write(0x04, 1, &now).unwrap();
        assert_eq!(usart.requests(), REQUEST_RX);
    }
}
