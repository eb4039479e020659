//! I2C1 and I2C2 as masters (RM0008, section 26), byte by byte, with the clock stretched as the manual's transfer
//! sequence diagrams have it (figures 273 and 274).

use super::eeprom::Eeprom;
use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 26.6.10. Loud: SMBus, packet error checking, a second address. The own address is kept and never called: there
/// is no other master.
pub const REGISTERS: &[Register] = &[
    Register::new("CR1", 0x00, 0x8fc1).loud(0x303a),
    Register::new("CR2", 0x04, 0x1f3f),
    Register::new("OAR1", 0x08, 0xc3ff),
    Register::new("OAR2", 0x0c, 0xfe).loud(1),
    Register::new("DR", 0x10, 0xff),
    Register::new("SR1", 0x14, 0xdfdf),
    Register::new("SR2", 0x18, 0xfff7),
    Register::new("CCR", 0x1c, 0xcfff),
    Register::new("TRISE", 0x20, 0x3f).reset(2),
];

/// CR1.
const PE: u32 = 1;
const START: u32 = 1 << 8;
const STOP: u32 = 1 << 9;
const ACK: u32 = 1 << 10;
const POS: u32 = 1 << 11;
const SWRST: u32 = 1 << 15;
/// CR2.
const ITERREN: u32 = 1 << 8;
const ITEVTEN: u32 = 1 << 9;
const ITBUFEN: u32 = 1 << 10;
const DMAEN: u32 = 1 << 11;
const LAST: u32 = 1 << 12;
/// SR1.
const SB: u32 = 1;
const ADDR: u32 = 1 << 1;
const BTF: u32 = 1 << 2;
const RXNE: u32 = 1 << 6;
const TXE: u32 = 1 << 7;
const AF: u32 = 1 << 10;
const ERRORS: u32 = 0xdf00;
/// SR2.
const MSL: u32 = 1;
const BUSY: u32 = 1 << 1;
const TRA: u32 = 1 << 2;

/// The requests to DMA and the interrupt lines, in the order of the block's tables.
const REQUEST_TX: u8 = 1;
const REQUEST_RX: u8 = 2;
const LINE_EVENT: u16 = 1;
const LINE_ERROR: u16 = 2;

/// Where a transfer stands. A cycle says when that ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No transfer.
    Idle,
    /// A start condition goes out.
    Starting(u64),
    /// It is out; the address byte is waited for.
    Started,
    /// The address goes out.
    Addressing(u8, u64),
    /// It was acknowledged; ADDR is to be cleared.
    Addressed,
    /// Nobody answered, or a byte was refused: a stop or a start is waited for.
    Refused,
    /// A byte goes out.
    Sending(u8, u64),
    /// The next byte to send is waited for.
    SendReady,
    /// A byte comes in.
    Receiving(u64),
    /// Both the data and the shift register are full; whether the byte in the latter was acknowledged.
    Full(u8, bool),
    /// The last byte came in and was not acknowledged.
    Done,
    /// A stop condition goes out.
    Stopping(u64),
}

/// One bus with its master.
#[derive(Debug, Clone)]
pub struct I2c {
    cr1: u32,
    cr2: u32,
    oar: [u32; 2],
    ccr: u32,
    trise: u32,
    status: u32,
    /// TRA.
    transmits: bool,
    phase: Phase,
    data: u8,
    holding: Option<u8>,
    sr1_read: bool,
    /// With POS: whether the byte that comes in is to be acknowledged.
    acknowledges: bool,
    /// DMA's last byte comes: it is not acknowledged (LAST).
    refuse_next: bool,
    /// What hangs on the bus, and whether its wires lead here now.
    devices: Vec<Eeprom>,
    connected: bool,
}

impl Default for I2c {
    fn default() -> Self {
        Self {
            cr1: 0,
            cr2: 0,
            oar: [0; 2],
            ccr: 0,
            trise: 2,
            status: 0,
            transmits: false,
            phase: Phase::Idle,
            data: 0,
            holding: None,
            sr1_read: false,
            acknowledges: true,
            refuse_next: false,
            devices: Vec::new(),
            connected: false,
        }
    }
}

impl I2c {
    /// Hangs a device on the bus.
    pub fn attach(&mut self, device: Eeprom) {
        self.devices.push(device);
    }

    /// Whether anything hangs on it.
    pub fn has_devices(&self) -> bool {
        !self.devices.is_empty()
    }

    /// Whether SCL and SDA are alternate-function pins that lead to the devices.
    pub fn set_connected(&mut self, connected: bool) {
        self.connected = connected;
    }

    /// HCLK cycles of one bit (RM0008, 26.6.8).
    fn bit(&self, now: &Moment) -> u64 {
        let periods = match self.ccr >> 14 & 3 {
            0 | 1 => 2,
            2 => 3,
            _ => 25,
        };
        periods * u64::from((self.ccr & 0xfff).max(1)) * u64::from(now.divider)
    }

    fn is_on(&self) -> bool {
        self.cr1 & PE != 0
    }

    fn is_busy(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// A stop or a start that was asked for, once no byte is on its way.
    fn conclude(&mut self, from: u64, now: &Moment) -> bool {
        if self.cr1 & STOP != 0 {
            self.phase = Phase::Stopping(from + self.bit(now));
        } else if self.cr1 & START != 0 {
            self.phase = Phase::Starting(from + self.bit(now));
        } else {
            return false;
        }
        self.status &= !BTF;
        true
    }

    fn send_next(&mut self, from: u64, now: &Moment) {
        match self.holding.take() {
            Some(byte) => {
                self.phase = Phase::Sending(byte, from + 9 * self.bit(now));
                self.status |= TXE;
                self.status &= !BTF;
            }
            None if self.conclude(from, now) => {}
            None => self.phase = Phase::SendReady,
        }
    }

    fn receive_next(&mut self, from: u64, now: &Moment) {
        // With POS the bit decides about the byte after the one that begins.
        if self.cr1 & POS == 0 {
            self.acknowledges = true;
        }
        self.phase = Phase::Receiving(from + 9 * self.bit(now));
    }

    fn address(&mut self, byte: u8, end: u64, now: &Moment) {
        let connected = self.connected;
        // Each of them hears it, whoever answers.
        let mut answered = false;
        for device in self.devices.iter_mut().filter(|_| connected) {
            answered |= device.start(byte, now.at);
        }
        self.transmits = byte & 1 == 0;
        if answered {
            self.status |= ADDR;
            self.phase = Phase::Addressed;
        } else {
            self.status |= AF;
            self.phase = Phase::Refused;
            self.conclude(end, now);
        }
    }

    fn sent(&mut self, byte: u8, end: u64, now: &Moment) {
        let connected = self.connected;
        let mut taken = false;
        for device in self.devices.iter_mut().filter(|_| connected) {
            taken |= device.write(byte);
        }
        if !taken {
            self.status |= AF;
            self.phase = Phase::Refused;
            self.conclude(end, now);
            return;
        }
        self.send_next(end, now);
        if self.phase == Phase::SendReady {
            self.status |= BTF;
        }
    }

    fn received(&mut self, end: u64, now: &Moment) {
        // Idle, the wire is high; a device pulls it low.
        let byte = self.devices.iter_mut().filter(|_| self.connected).fold(0xff, |wire, device| wire & device.read());
        let bit = self.cr1 & ACK != 0;
        let acknowledged = if self.cr1 & POS != 0 { std::mem::replace(&mut self.acknowledges, bit) } else { bit };
        let acknowledged = acknowledged && !std::mem::take(&mut self.refuse_next);
        if self.status & RXNE != 0 {
            // The shift register waits for the data register: the clock is stretched.
            self.status |= BTF;
            self.phase = Phase::Full(byte, acknowledged);
            return;
        }
        self.data = byte;
        self.status |= RXNE;
        if !acknowledged || self.cr1 & (STOP | START) != 0 {
            self.phase = Phase::Done;
            self.conclude(end, now);
        } else {
            self.receive_next(end, now);
        }
    }

    fn read_data(&mut self, now: &Moment) -> u32 {
        let value = u32::from(self.data);
        self.status &= !(RXNE | BTF);
        if let Phase::Full(byte, acknowledged) = self.phase {
            self.data = byte;
            self.status |= RXNE;
            self.phase = Phase::Done;
            if !self.conclude(now.cycle, now) && acknowledged {
                self.receive_next(now.cycle, now);
            }
        }
        value
    }

    fn write_data(&mut self, byte: u8, now: &Moment) {
        match self.phase {
            Phase::Started => {
                self.status &= !SB;
                self.phase = Phase::Addressing(byte, now.cycle + 9 * self.bit(now));
            }
            Phase::SendReady | Phase::Sending(..) | Phase::Addressed if self.transmits => {
                self.holding = Some(byte);
                self.status &= !(TXE | BTF);
                if self.phase == Phase::SendReady {
                    self.send_next(now.cycle, now);
                }
            }
            _ => {}
        }
    }

    fn write_cr1(&mut self, value: u32, now: &Moment) -> Written {
        if value & SWRST != 0 || value & PE == 0 && self.is_on() {
            let devices = std::mem::take(&mut self.devices);
            let fresh = Self { devices, connected: self.connected, ..Self::default() };
            let kept = (self.cr2, self.oar, self.ccr, self.trise);
            *self = fresh;
            if value & SWRST == 0 {
                (self.cr2, self.oar, self.ccr, self.trise) = kept;
            }
            self.cr1 = value & SWRST;
            return Ok(());
        }
        // START and STOP clear by themselves, and are not cleared by writing 0 while they wait.
        self.cr1 = value & 0x8fc1;
        if !self.is_on() {
            return Ok(());
        }
        match self.phase {
            Phase::Idle if self.cr1 & START != 0 => {
                self.phase = Phase::Starting(now.cycle + self.bit(now));
                return if self.ccr & 0xfff == 0 { Err("a start with CCR at 0") } else { Ok(()) };
            }
            Phase::Idle => self.cr1 &= !STOP,
            // With both registers full it waits until one is read.
            Phase::Started | Phase::Refused | Phase::SendReady | Phase::Done if self.holding.is_none() => {
                self.conclude(now.cycle, now);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Peripheral for I2c {
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        match offset {
            0x00 => self.cr1,
            0x04 => self.cr2,
            0x08 | 0x0c => self.oar[(offset as usize - 8) / 4],
            0x10 => self.read_data(now),
            0x14 => {
                self.sr1_read = true;
                self.status
            }
            0x18 => {
                let idle = matches!(self.phase, Phase::Idle | Phase::Starting(_));
                let value = if idle { 0 } else { MSL }
                    | if self.is_busy() { BUSY } else { 0 }
                    | if self.transmits && self.is_busy() { TRA } else { 0 };
                // ADDR clears by reading SR1, then SR2; then the transfer goes on.
                if std::mem::take(&mut self.sr1_read) && self.status & ADDR != 0 {
                    self.status &= !ADDR;
                    if self.transmits {
                        self.status |= TXE;
                        self.send_next(now.cycle, now);
                    } else {
                        self.acknowledges = true;
                        self.receive_next(now.cycle, now);
                    }
                }
                value
            }
            0x1c => self.ccr,
            _ => self.trise,
        }
    }

    fn reading_acts(&self, offset: u32) -> bool {
        matches!(offset, 0x10 | 0x18)
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            0x00 => return self.write_cr1(value, now),
            0x04 => self.cr2 = value & 0x1f3f,
            0x08 | 0x0c => self.oar[(offset as usize - 8) / 4] = value,
            0x10 => self.write_data(value as u8, now),
            // Errors clear by writing 0.
            0x14 => self.status &= value | !ERRORS,
            0x1c => self.ccr = value & 0xcfff,
            0x20 => self.trise = value & 0x3f,
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        let devices = std::mem::take(&mut self.devices);
        *self = Self { devices, ..Self::default() };
    }

    fn next_cycle(&self) -> Option<u64> {
        match self.phase {
            Phase::Starting(end)
            | Phase::Addressing(_, end)
            | Phase::Sending(_, end)
            | Phase::Receiving(end)
            | Phase::Stopping(end) => Some(end),
            _ => None,
        }
    }

    fn settle(&mut self, now: &Moment) {
        let Some(end) = self.next_cycle().filter(|end| *end <= now.cycle) else { return };
        match self.phase {
            Phase::Starting(_) => {
                self.cr1 &= !START;
                self.status = self.status & !(TXE | BTF) | SB;
                self.phase = Phase::Started;
            }
            Phase::Addressing(byte, _) => self.address(byte, end, now),
            Phase::Sending(byte, _) => self.sent(byte, end, now),
            Phase::Receiving(_) => self.received(end, now),
            Phase::Stopping(_) => {
                self.cr1 &= !STOP;
                self.status &= !(TXE | BTF);
                self.holding = None;
                self.devices.iter_mut().for_each(|device| device.stop(now.at));
                self.phase = Phase::Idle;
                if self.cr1 & START != 0 {
                    self.phase = Phase::Starting(end + self.bit(now));
                }
            }
            _ => {}
        }
    }

    fn lines(&self) -> u16 {
        let events = SB | ADDR | BTF | if self.cr2 & ITBUFEN != 0 { TXE | RXNE } else { 0 };
        let event = self.cr2 & ITEVTEN != 0 && self.status & events != 0;
        let error = self.cr2 & ITERREN != 0 && self.status & ERRORS != 0;
        (if event { LINE_EVENT } else { 0 }) | if error { LINE_ERROR } else { 0 }
    }

    fn requests(&self) -> u8 {
        let on = self.cr2 & DMAEN != 0;
        let tx = on && self.status & TXE != 0 && self.transmits && !matches!(self.phase, Phase::Stopping(_));
        let rx = on && self.status & RXNE != 0;
        (if tx { REQUEST_TX } else { 0 }) | if rx { REQUEST_RX } else { 0 }
    }

    fn acknowledge(&mut self, request: u8, left: u32) {
        // The byte that is coming in is DMA's last.
        if request == 1 && left == 1 && self.cr2 & LAST != 0 {
            self.refuse_next = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIT: u64 = 80;

    /// A bus at 100 kbit/s with PCLK at 8 MHz and a memory at 0x50.
    fn bus() -> (I2c, Moment) {
        let (mut i2c, now) = (I2c::default(), Moment::zero());
        i2c.attach(Eeprom::new(0x50));
        i2c.set_connected(true);
        for (offset, value) in [(0x04, 8), (0x1c, 40), (0x20, 9), (0x00, PE)] {
            i2c.write(offset, value, &now).unwrap();
        }
        (i2c, now)
    }

    /// Lets the event that is on its way happen.
    fn step(i2c: &mut I2c) -> Moment {
        let now = Moment::zero().cycle(i2c.next_cycle().expect("something on its way"));
        i2c.settle(&now);
        now
    }

    /// Start and address; where that leaves the time.
    fn call(i2c: &mut I2c, now: &Moment, byte: u32) -> Moment {
        i2c.write(0x00, PE | START | ACK, now).unwrap();
        let now = step(i2c);
        assert_eq!(i2c.read(0x14, &now), SB);
        i2c.write(0x10, byte, &now).unwrap();
        step(i2c)
    }

    fn clear_addr(i2c: &mut I2c, now: &Moment) {
        assert_eq!(i2c.read(0x14, now) & ADDR, ADDR);
        i2c.read(0x18, now);
    }

    fn write_bytes(i2c: &mut I2c, now: &Moment, bytes: &[u8]) -> Moment {
        let mut now = call(i2c, now, 0xa0);
        clear_addr(i2c, &now);
        for byte in bytes {
            assert_eq!(i2c.read(0x14, &now) & TXE, TXE);
            i2c.write(0x10, u32::from(*byte), &now).unwrap();
            now = step(i2c);
        }
        assert_eq!(i2c.read(0x14, &now) & BTF, BTF);
        now
    }

    fn stop(i2c: &mut I2c, now: &Moment) -> Moment {
        i2c.write(0x00, PE | STOP, now).unwrap();
        let now = step(i2c);
        assert_eq!(i2c.read(0x18, &now), 0);
        now
    }

    #[test]
    fn a_start_an_address_and_a_byte_take_their_bits() {
        let (mut i2c, now) = bus();
        i2c.write(0x00, PE | START, &now).unwrap();
        assert_eq!(i2c.next_cycle(), Some(BIT));
        let now = step(&mut i2c);
        assert_eq!(i2c.read(0x18, &now), MSL | BUSY);
        i2c.write(0x10, 0xa0, &now).unwrap();
        assert_eq!(i2c.next_cycle(), Some(10 * BIT));
    }

    #[test]
    fn nobody_answers_another_address_or_while_the_wires_lead_elsewhere() {
        let (mut i2c, now) = bus();
        let now = call(&mut i2c, &now, 0xa4);
        assert_eq!(i2c.read(0x14, &now), AF);
        let now = stop(&mut i2c, &now);
        i2c.write(0x14, 0, &now).unwrap();
        assert_eq!(i2c.read(0x14, &now), 0);
        i2c.set_connected(false);
        let now = call(&mut i2c, &now, 0xa0);
        assert_eq!(i2c.read(0x14, &now), AF);
    }

    #[test]
    fn what_is_written_is_read_by_each_of_the_manuals_methods() {
        for count in 1..=5usize {
            let (mut i2c, now) = bus();
            let now = write_bytes(&mut i2c, &now, &[0, 11, 22, 33, 44, 55]);
            let now = stop(&mut i2c, &now);
            let now = now.cycle(now.cycle + 8_000 * 5);
            // The pointer, then a repeated start.
            let now = write_bytes(&mut i2c, &now, &[0]);
            let mut now = call(&mut i2c, &now, 0xa1);
            let mut read = Vec::new();
            match count {
                1 => {
                    i2c.write(0x00, PE, &now).unwrap();
                    clear_addr(&mut i2c, &now);
                    i2c.write(0x00, PE | STOP, &now).unwrap();
                    now = step(&mut i2c);
                    read.push(i2c.read(0x10, &now));
                    step(&mut i2c);
                }
                2 => {
                    i2c.write(0x00, PE | POS | ACK, &now).unwrap();
                    clear_addr(&mut i2c, &now);
                    i2c.write(0x00, PE | POS, &now).unwrap();
                    step(&mut i2c);
                    now = step(&mut i2c);
                    assert_eq!(i2c.read(0x14, &now) & BTF, BTF);
                    i2c.write(0x00, PE | POS | STOP, &now).unwrap();
                    read.extend([i2c.read(0x10, &now), i2c.read(0x10, &now)]);
                    step(&mut i2c);
                }
                _ => {
                    clear_addr(&mut i2c, &now);
                    for left in (1..=count).rev() {
                        now = step(&mut i2c);
                        if left == 2 {
                            i2c.write(0x00, PE | STOP, &now).unwrap();
                        }
                        assert_eq!(i2c.read(0x14, &now) & RXNE, RXNE, "{count} bytes, {left} left");
                        read.push(i2c.read(0x10, &now));
                    }
                    step(&mut i2c);
                }
            }
            assert_eq!(read, [11, 22, 33, 44, 55][..count]);
            assert_eq!((i2c.read(0x18, &now), i2c.next_cycle()), (0, None), "{count} bytes: the bus is free");
        }
    }

    #[test]
    fn dma_takes_the_bytes_and_last_refuses_the_last() {
        let (mut i2c, now) = bus();
        let now = write_bytes(&mut i2c, &now, &[0]);
        let now = call(&mut i2c, &now, 0xa1);
        i2c.write(0x04, 8 | DMAEN | LAST, &now).unwrap();
        clear_addr(&mut i2c, &now);
        for left in (0..3u32).rev() {
            let now = step(&mut i2c);
            assert_eq!(i2c.requests(), REQUEST_RX);
            i2c.read(0x10, &now);
            i2c.acknowledge(1, left);
        }
        assert_eq!(i2c.next_cycle(), None, "the bus waits for a stop");
        stop(&mut i2c, &now);
    }

    #[test]
    fn events_and_errors_have_lines_of_their_own() {
        let (mut i2c, now) = bus();
        i2c.write(0x04, 8 | ITEVTEN | ITERREN, &now).unwrap();
        i2c.write(0x00, PE | START, &now).unwrap();
        let now = step(&mut i2c);
        assert_eq!(i2c.lines(), LINE_EVENT);
        i2c.write(0x10, 0xa4, &now).unwrap();
        step(&mut i2c);
        assert_eq!(i2c.lines(), LINE_ERROR);
    }
}
