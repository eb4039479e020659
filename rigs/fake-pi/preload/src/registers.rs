//! The line registers of a BCM2711 (BCM2711 ARM Peripherals, chapter 5) on a page shared with the simulator.
//!
//! The program reads the page; what it stores is done here, at once, so that it reads back what it wrote. The levels of
//! lines that are inputs are the simulator's. Both act on single bits by atomic operations: neither undoes the other.

use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of the page.
pub const PAGE: usize = 4096;

/// What each line does: three bits a line, ten lines a register.
pub const SELECT: u32 = 0x00;
/// Drives lines high.
pub const SET: u32 = 0x1c;
/// Drives lines low.
pub const CLEAR: u32 = 0x28;
/// The levels of the lines.
pub const LEVEL: u32 = 0x34;
/// Pull resistors: two bits a line, sixteen lines a register.
pub const PULL: u32 = 0xe4;
/// Beyond the real registers: what lines would be driven to.
const LATCH: u32 = 0x200;

/// Of the select field: an output.
const OUTPUT: u32 = 0b001;

/// Lines 0 to 31; the header has none above 27.
pub const LINES: u32 = 32;

/// The page.
#[derive(Debug, Clone, Copy)]
pub struct Registers<'p>(&'p [AtomicU32; PAGE / 4]);

impl<'p> Registers<'p> {
    /// The registers on a page.
    pub fn new(page: &'p [AtomicU32; PAGE / 4]) -> Self {
        Self(page)
    }

    fn at(self, offset: u32) -> &'p AtomicU32 {
        &self.0[(offset / 4) as usize]
    }

    /// Carries out a store to a register.
    pub fn store(self, offset: u32, value: u32) {
        match offset {
            SELECT..=0x14 => {
                self.at(offset).store(value, Ordering::SeqCst);
                let (outputs, latch) = (self.outputs(), self.latch());
                self.show(outputs & latch, outputs & !latch);
            }
            SET => {
                self.at(LATCH).fetch_or(value, Ordering::SeqCst);
                self.show(self.outputs() & value, 0);
            }
            CLEAR => {
                self.at(LATCH).fetch_and(!value, Ordering::SeqCst);
                self.show(0, self.outputs() & value);
            }
            PULL..=0xf0 => self.at(offset).store(value, Ordering::SeqCst),
            // Alternate functions of edges, lines above 31: nothing on the header.
            _ => {}
        }
    }

    /// Levels as they stand on lines from now on.
    pub fn show(self, high: u32, low: u32) {
        self.at(LEVEL).fetch_or(high, Ordering::SeqCst);
        self.at(LEVEL).fetch_and(!low, Ordering::SeqCst);
    }

    /// The levels of all lines, one bit each.
    pub fn levels(self) -> u32 {
        self.at(LEVEL).load(Ordering::SeqCst)
    }

    /// What lines are driven to, once they are outputs.
    pub fn latch(self) -> u32 {
        self.at(LATCH).load(Ordering::SeqCst)
    }

    /// The lines that are outputs, one bit each.
    pub fn outputs(self) -> u32 {
        let is_output = |line: u32| {
            let select = self.at(SELECT + line / 10 * 4).load(Ordering::SeqCst);
            select >> (line % 10 * 3) & 0b111 == OUTPUT
        };
        (0..LINES).filter(|line| is_output(*line)).fold(0, |lines, line| lines | 1 << line)
    }

    /// Makes a line an input, as the kernel does with one that is listened to.
    pub fn make_input(self, line: u32) {
        self.at(SELECT + line / 10 * 4).fetch_and(!(0b111 << (line % 10 * 3)), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_what_it_is_driven_to_once_it_is_an_output() {
        let page = [const { AtomicU32::new(0) }; PAGE / 4];
        let registers = Registers::new(&page);
        registers.store(SET, 1 << 17);
        assert_eq!(registers.levels(), 0, "an input is not driven");
        registers.store(SELECT + 4, OUTPUT << 21);
        assert_eq!((registers.outputs(), registers.levels()), (1 << 17, 1 << 17));
        registers.store(CLEAR, 1 << 17);
        assert_eq!(registers.levels(), 0);
    }

    #[test]
    fn levels_of_inputs_are_the_simulator_s() {
        let page = [const { AtomicU32::new(0) }; PAGE / 4];
        let registers = Registers::new(&page);
        registers.show(1 << 27, 0);
        registers.store(CLEAR, 1 << 27);
        registers.store(SELECT, 0);
        assert_eq!(registers.levels(), 1 << 27);
        registers.store(SELECT + 8, OUTPUT << 21);
        registers.make_input(27);
        assert_eq!(registers.outputs(), 0);
    }
}
