//! Hardware breakpoints: the Flash Patch and Breakpoint unit, version 1 (C1.11). Remapping is not modelled.

use super::cpu::Cpu;

/// FP_CTRL as on the chip: six code comparators, two literal ones.
const CONTROL: u32 = 0x260;
const CODE: usize = 6;
const LITERALS: usize = 2;

/// The comparators.
#[derive(Clone, Debug)]
pub(super) struct Fpb {
    enabled: bool,
    remap: u32,
    comparators: [u32; CODE + LITERALS],
}

impl Fpb {
    pub fn new() -> Fpb {
        Fpb { enabled: false, remap: 0, comparators: [0; CODE + LITERALS] }
    }

    /// Where the breakpoints are, in both half-words of a comparator that chooses both.
    pub fn addresses(&self) -> Vec<u32> {
        let code = &self.comparators[..CODE];
        let mut addresses: Vec<u32> = code
            .iter()
            .flat_map(|comparator| [comparator & 0x1FFF_FFFC, (comparator & 0x1FFF_FFFC) | 2])
            .filter(|address| self.hits(*address))
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// Whether there is a breakpoint at `pc`. The comparators know a word address; the two upper bits choose its half-words.
    pub fn hits(&self, pc: u32) -> bool {
        let half = if pc & 2 == 0 { 1 << 30 } else { 1 << 31 };
        self.enabled
            && self.comparators[..CODE]
                .iter()
                .any(|comparator| comparator & 1 != 0 && comparator & half != 0 && comparator & 0x1FFF_FFFC == pc & !3)
    }
}

impl Cpu {
    /// Reads; `offset` from 0xE000_2000.
    pub fn fpb_read(&self, offset: u32) -> Option<u32> {
        match offset {
            0 => Some(CONTROL | u32::from(self.fpb.enabled)),
            4 => Some(self.fpb.remap),
            _ => self.fpb.comparators.get(offset as usize / 4 - 2).copied(),
        }
    }

    /// Writes; `offset` from 0xE000_2000.
    pub fn fpb_write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            // Bit 1 is the key.
            0 if value & 2 != 0 => self.fpb.enabled = value & 1 != 0,
            0 => (),
            4 => self.fpb.remap = value & 0x1FFF_FFE0,
            _ => *self.fpb.comparators.get_mut(offset as usize / 4 - 2)? = value & 0xDFFF_FFFD,
        }
        self.look_up();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparator_chooses_half_words() {
        let mut cpu = Cpu::new();
        cpu.fpb_write(8, 0x4800_0101).unwrap();
        assert!(!cpu.fpb.hits(0x0800_0100), "the unit is off");
        cpu.fpb_write(0, 3).unwrap();
        assert!(cpu.fpb.hits(0x0800_0100));
        assert!(!cpu.fpb.hits(0x0800_0102));
        assert_eq!(cpu.fpb_read(0), Some(0x261));
        assert_eq!(cpu.fpb_read(0x28), None);
    }
}
