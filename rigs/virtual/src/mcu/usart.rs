//! USART in asynchronous mode (RM0008, section 27): 8 data bits, frames timed by BRR and the bus clock.
//!
//! The wire outside runs at the console's own rate. A frame sent at a rate more than 4 % off is received as noise,
//! as on a real line: the limit of an 8N1 receiver that samples in the middle of the bit is half a bit in ten.

use super::timebase::Rate;
use brownout_trace::{Instant, Span};
use std::collections::VecDeque;

const TXE: u32 = 1 << 7;
const TC: u32 = 1 << 6;
const RXNE: u32 = 1 << 5;
const IDLE: u32 = 1 << 4;
const ORE: u32 = 1 << 3;
const NE_FE: u32 = 0b110;

/// By control register: the bits of modes that are not modelled.
const UNMODELLED: [u32; 3] = [1 << 12 | 1 << 11 | 1 << 10 | 3, 1 << 14 | 3 << 12 | 1 << 11, 0x7be];
/// Bits of an 8N1 frame, start and stop included.
const FRAME_BITS: i64 = 10;
/// What a receiver makes of a frame at the wrong rate.
const NOISE: u8 = 0xff;

/// One USART with its two wires.
#[derive(Debug, Clone)]
pub struct Usart {
    status: u32,
    received: u8,
    cr: [u32; 3],
    brr: u32,
    /// Waiting in the data register for the shift register.
    holding: Option<u8>,
    /// In the shift register until its stop bit ends.
    shifting: Option<(u8, Instant)>,
    sr_read: bool,
    baud: u32,
    incoming: VecDeque<(Instant, u8)>,
    line_free: Instant,
    idle_at: Option<Instant>,
}

impl Usart {
    /// A USART whose console outside runs at `baud` bits a second.
    pub fn new(baud: u32) -> Self {
        Self {
            status: TXE | TC,
            received: 0,
            cr: [0; 3],
            brr: 0,
            holding: None,
            shifting: None,
            sr_read: false,
            baud: baud.max(1),
            incoming: VecDeque::new(),
            line_free: Instant(i64::MIN),
            idle_at: None,
        }
    }

    /// A system reset. Bytes on their way from outside stay on their way.
    pub fn reset(&mut self) {
        let fresh = Self::new(self.baud);
        *self = Self { incoming: std::mem::take(&mut self.incoming), line_free: self.line_free, ..fresh };
    }

    /// Reads the register at `offset`; `None` where a USART has none.
    pub fn read(&mut self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => {
                self.sr_read = true;
                self.status
            }
            0x04 => {
                self.status &= !RXNE;
                // Errors and IDLE clear by reading SR, then DR (RM0008, 27.6.1).
                if std::mem::take(&mut self.sr_read) {
                    self.status &= !(ORE | IDLE | NE_FE);
                }
                u32::from(self.received)
            }
            0x08 => self.brr,
            0x0c..=0x14 => self.cr[(offset as usize - 0x0c) / 4],
            0x18 => 0,
            _ => return None,
        })
    }

    /// Writes the register at `offset`; `None` where a USART has none, and for a mode that is not modelled: nine bits,
    /// parity, other stop bits, synchronous, LIN, IrDA, smartcard, half duplex, flow control, DMA. `clock` is the bus
    /// clock.
    pub fn write(&mut self, offset: u32, value: u32, at: Instant, clock: Rate) -> Option<()> {
        match offset {
            // RXNE and TC clear by writing 0; the rest of SR is not for writing.
            0x00 => self.status &= value | !(RXNE | TC),
            0x04 => {
                if self.sr_read {
                    self.status &= !TC;
                }
                if self.enabled() && self.cr[0] & 1 << 3 != 0 {
                    self.holding = Some(value as u8);
                    self.status &= !(TXE | TC);
                    self.load(at, clock);
                }
            }
            0x08 => self.brr = value & 0xffff,
            0x0c..=0x14 => {
                let register = (offset as usize - 0x0c) / 4;
                self.cr[register] = value;
                return (value & UNMODELLED[register] == 0).then_some(());
            }
            _ => return None,
        }
        Some(())
    }

    fn enabled(&self) -> bool {
        self.cr[0] & 1 << 13 != 0
    }

    fn baud_of(&self, clock: Rate) -> f64 {
        clock.as_hertz() / f64::from(self.brr.max(16))
    }

    fn matches(&self, clock: Rate) -> bool {
        let ratio = self.baud_of(clock) / f64::from(self.baud);
        (0.96..=1.04).contains(&ratio)
    }

    fn load(&mut self, at: Instant, clock: Rate) {
        if self.shifting.is_none()
            && let Some(byte) = self.holding.take()
        {
            let frame = Span::from_secs_f64(FRAME_BITS as f64 / self.baud_of(clock));
            let heard = if self.matches(clock) { byte } else { NOISE };
            self.shifting = Some((heard, at + frame));
            self.status |= TXE;
        }
    }

    /// Puts bytes on the wire to the board, one frame after the other, from `at` on.
    pub fn send(&mut self, at: Instant, bytes: &[u8]) {
        let frame = Span(FRAME_BITS * 1_000_000_000 / i64::from(self.baud));
        for byte in bytes {
            let end = at.max(self.line_free) + frame;
            self.line_free = end;
            self.incoming.push_back((end, *byte));
        }
    }

    /// When the next frame ends in either direction, or the line falls idle.
    pub fn next_event(&self) -> Option<Instant> {
        let sent = self.shifting.map(|(_, end)| end);
        let received = self.incoming.front().map(|(end, _)| *end);
        [sent, received, self.idle_at].into_iter().flatten().min()
    }

    /// Handles the frames that end by `at`; a byte whose stop bit has left the board is handed to the console.
    pub fn settle(&mut self, at: Instant, clock: Rate) -> Option<u8> {
        while let Some((end, byte)) = self.incoming.front().copied()
            && end <= at
        {
            self.incoming.pop_front();
            if self.incoming.is_empty() {
                self.idle_at = Some(end + Span(FRAME_BITS * 1_000_000_000 / i64::from(self.baud)));
            } else {
                self.idle_at = None;
            }
            self.receive(byte, clock);
        }
        if self.idle_at.is_some_and(|idle| idle <= at) {
            self.idle_at = None;
            if self.enabled() && self.cr[0] & 4 != 0 {
                self.status |= IDLE;
            }
        }
        match self.shifting {
            Some((byte, end)) if end <= at => {
                self.shifting = None;
                self.load(end, clock);
                if self.shifting.is_none() {
                    self.status |= TC;
                }
                Some(byte)
            }
            _ => None,
        }
    }

    fn receive(&mut self, byte: u8, clock: Rate) {
        if !self.enabled() || self.cr[0] & 4 == 0 {
            return;
        }
        if self.status & RXNE != 0 {
            self.status |= ORE;
            return;
        }
        self.received = byte;
        self.status |= RXNE;
        if !self.matches(clock) {
            self.received = NOISE;
            self.status |= NE_FE;
        }
    }

    /// Whether the interrupt line is up (RM0008, figure 298).
    pub fn irq(&self) -> bool {
        let cr1 = self.cr[0];
        self.enabled()
            && (cr1 & TXE & self.status != 0
                || cr1 & TC & self.status != 0
                || cr1 & RXNE != 0 && self.status & (RXNE | ORE) != 0
                || cr1 & IDLE & self.status != 0
                || self.cr[2] & 1 != 0 && self.status & (ORE | NE_FE) != 0 && self.cr[2] & 1 << 6 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> (Usart, Rate) {
        let clock = Rate::hertz(8_000_000);
        let mut usart = Usart::new(115_200);
        usart.write(0x08, 69, Instant(0), clock).unwrap();
        usart.write(0x0c, 1 << 13 | 1 << 3 | 1 << 2 | RXNE, Instant(0), clock).unwrap();
        (usart, clock)
    }

    #[test]
    fn two_bytes_leave_back_to_back() {
        let (mut usart, clock) = ready();
        usart.write(0x04, u32::from(b'A'), Instant(0), clock).unwrap();
        usart.write(0x04, u32::from(b'B'), Instant(100), clock).unwrap();
        let first = usart.next_event().unwrap();
        assert_eq!(first, Instant(86_250), "10 bits of 69 cycles at 8 MHz");
        assert_eq!(usart.settle(first, clock), Some(b'A'));
        assert_eq!(usart.next_event(), Some(Instant(172_500)));
        assert_eq!(usart.settle(Instant(172_500), clock), Some(b'B'));
        assert_eq!(usart.read(0).unwrap() & TC, TC);
    }

    #[test]
    fn an_unread_byte_is_overrun_and_the_first_kept() {
        let (mut usart, clock) = ready();
        usart.send(Instant(0), b"xy");
        usart.settle(Instant(1_000_000), clock);
        assert!(usart.irq());
        assert_eq!(usart.read(0).unwrap() & (RXNE | ORE), RXNE | ORE);
        assert_eq!(usart.read(4), Some(u32::from(b'x')));
        assert_eq!(usart.read(0).unwrap() & (RXNE | ORE), 0);
    }

    #[test]
    fn a_wrong_rate_is_noise() {
        let (mut usart, clock) = ready();
        usart.write(0x08, 833, Instant(0), clock).unwrap();
        usart.write(0x04, u32::from(b'A'), Instant(0), clock).unwrap();
        let end = usart.next_event().unwrap();
        assert_eq!(usart.settle(end, clock), Some(NOISE));
    }
}
