//! A 24C02: 256 bytes on the I²C bus, written in pages of eight (Microchip DS21202: 5 ms a write, during which it does
//! not answer). Its contents live as long as the board does, powered or not.

use brownout_trace::{Instant, Span};

const SIZE: usize = 256;
const PAGE: usize = 8;
const WRITE_TIME: Span = Span::millis(5);

/// What is expected of the next byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Address,
    Write,
    Read,
}

/// One memory.
#[derive(Debug, Clone)]
pub struct Eeprom {
    address: u8,
    data: Box<[u8; SIZE]>,
    pointer: u8,
    /// Bytes of the page to be written, by their place.
    page: Vec<(u8, u8)>,
    state: State,
    busy_until: Instant,
}

impl Eeprom {
    /// An erased memory at a seven-bit address.
    pub fn new(address: u8) -> Self {
        let data = Box::new([0xff; SIZE]);
        Self { address, data, pointer: 0, page: Vec::new(), state: State::Idle, busy_until: Instant(i64::MIN) }
    }

    /// A start condition and the byte after it; whether it answers.
    pub fn start(&mut self, byte: u8, at: Instant) -> bool {
        let answers = byte >> 1 == self.address && at >= self.busy_until;
        self.state = match (answers, byte & 1) {
            (false, _) => State::Idle,
            (true, 0) => State::Address,
            (true, _) => State::Read,
        };
        self.page.clear();
        answers
    }

    /// A byte from the master; whether it is acknowledged.
    pub fn write(&mut self, byte: u8) -> bool {
        match self.state {
            State::Address => {
                self.pointer = byte;
                self.state = State::Write;
            }
            State::Write => {
                self.page.push((self.pointer, byte));
                // Inside its page the address wraps.
                let page = self.pointer & !(PAGE as u8 - 1);
                self.pointer = page | self.pointer.wrapping_add(1) & (PAGE as u8 - 1);
            }
            State::Idle | State::Read => return false,
        }
        true
    }

    /// A byte for the master.
    pub fn read(&mut self) -> u8 {
        if self.state != State::Read {
            return 0xff;
        }
        let byte = self.data[usize::from(self.pointer)];
        self.pointer = self.pointer.wrapping_add(1);
        byte
    }

    /// A stop condition: what was written is stored.
    pub fn stop(&mut self, at: Instant) {
        if !self.page.is_empty() {
            self.busy_until = at + WRITE_TIME;
            for (place, byte) in self.page.drain(..) {
                self.data[usize::from(place)] = byte;
            }
        }
        self.state = State::Idle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_wraps_and_takes_its_time() {
        let mut memory = Eeprom::new(0x50);
        assert!(!memory.start(0xa2, Instant(0)), "another address");
        assert!(memory.start(0xa0, Instant(0)));
        for byte in [6, 1, 2, 3] {
            assert!(memory.write(byte));
        }
        memory.stop(Instant(0));
        assert!(!memory.start(0xa0, Instant(4_999_999)), "busy");
        assert!(memory.start(0xa0, Instant(5_000_000)) && memory.write(0));
        assert!(memory.start(0xa1, Instant(5_000_000)));
        let read: Vec<u8> = (0..8).map(|_| memory.read()).collect();
        assert_eq!(read, [3, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2]);
    }
}
