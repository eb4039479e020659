//! The private peripheral bus: which register lies where.

use super::bus::Width;
use super::cpu::Cpu;
use super::nvic::{EXTERNAL, INTERRUPTS};

/// An access to a system register that the core does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The address.
    pub addr: u32,
    /// The instruction.
    pub pc: u32,
    /// A write; else a read, which gave zero.
    pub write: bool,
}

/// Software Trigger Interrupt Register.
const STIR: u32 = 0xE000_EF00;

/// Whether an address is the core's own; ST put the DBGMCU in the middle of this space, and that is a device.
#[inline]
pub(super) fn is_private(addr: u32) -> bool {
    addr >> 20 == 0xE00 && addr >> 12 != 0xE_0042
}

impl Cpu {
    /// Unprivileged code may write only STIR, and that only if CCR.USERSETMPEND says so.
    pub fn may_write_private(&self, addr: u32, privileged: bool) -> bool {
        privileged || (addr & !3 == STIR && self.scb.software_may_trigger())
    }

    /// Reads a system register for the program.
    pub fn ppb_read(&mut self, addr: u32, width: Width) -> u32 {
        let word = self.read_register(addr & !3, false);
        if word.is_none() {
            self.complain(addr, false);
        }
        word.unwrap_or(0) >> (8 * (addr & 3)) & width.mask()
    }

    /// Writes a system register for the program.
    pub fn ppb_write(&mut self, addr: u32, value: u32, width: Width) {
        let shift = 8 * (addr & 3);
        if self.write_register(addr & !3, (value & width.mask()) << shift, width.mask() << shift, false).is_none() {
            self.complain(addr, true);
        }
    }

    /// Reads a register by the address of its word; `None` if there is none. `debugger`: read through the debug port.
    pub fn read_register(&mut self, addr: u32, debugger: bool) -> Option<u32> {
        match addr {
            0xE000_1000..=0xE000_1FFF => self.dwt_read(addr - 0xE000_1000),
            0xE000_2000..=0xE000_2FFF => self.fpb_read(addr - 0xE000_2000),
            // ICTR: the interrupts in groups of 32, less one.
            0xE000_E004 => Some(INTERRUPTS.div_ceil(32) as u32 - 1),
            // ACTLR: this revision has no bits in it.
            0xE000_E008 => Some(0),
            0xE000_E010..=0xE000_E01F => self.systick_read(addr - 0xE000_E010),
            0xE000_E100..=0xE000_E4EF => self.nvic_read(addr - 0xE000_E100),
            0xE000_EDF0..=0xE000_EDFF => self.debug_register(addr, debugger),
            0xE000_ED00..=0xE000_EDEF => self.scb_read(addr - 0xE000_ED00),
            // MVFR0 to MVFR2: no floating point.
            STIR | 0xE000_EF40..=0xE000_EF4B => Some(0),
            _ => None,
        }
    }

    /// Writes the bytes `mask` selects; the others are zero in `value`.
    pub fn write_register(&mut self, addr: u32, value: u32, mask: u32, debugger: bool) -> Option<()> {
        match addr {
            0xE000_1000..=0xE000_1FFF => self.dwt_write(addr - 0xE000_1000, value),
            0xE000_2000..=0xE000_2FFF => self.fpb_write(addr - 0xE000_2000, value),
            0xE000_E004 | 0xE000_E008 | 0xE000_EF40..=0xE000_EF4B => Some(()),
            0xE000_E010..=0xE000_E01F => self.systick_write(addr - 0xE000_E010, value),
            0xE000_E100..=0xE000_E4EF => self.nvic_write(addr - 0xE000_E100, value, mask),
            0xE000_EDF0..=0xE000_EDFF => self.set_debug_register(addr, value, debugger),
            0xE000_ED00..=0xE000_EDEF => self.scb_write(addr - 0xE000_ED00, value, mask),
            STIR => {
                let interrupt = value as usize & 0x1FF;
                if interrupt < INTERRUPTS {
                    self.pend(EXTERNAL + interrupt);
                }
                Some(())
            }
            _ => None,
        }
    }
}
