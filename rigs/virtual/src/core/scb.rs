//! The System Control Block (B3.2), but for the debug registers in it.

use super::cpu::Cpu;
use super::exceptions::{BUS_FAULT, DEBUG_MONITOR, MEMORY_FAULT, NMI, PENDSV, SVCALL, SYSTICK, USAGE_FAULT};
use super::nvic::{EXTERNAL, PRIORITY_BITS};

/// Cortex-M3 r1p1, as probe-rs sees on an STM32F103.
const CPUID: u32 = 0x411F_C231;
/// AIRCR's keys: to be written, and read back.
const VECTKEY: u32 = 0x05FA_0000;
const VECTKEYSTAT: u32 = 0xFA05_0000;

const NONBASETHRDENA: u32 = 1 << 0;
const USERSETMPEND: u32 = 1 << 1;
const UNALIGN_TRP: u32 = 1 << 3;
const DIV_0_TRP: u32 = 1 << 4;
const BFHFNMIGN: u32 = 1 << 8;
const STKALIGN: u32 = 1 << 9;
const CCR_BITS: u32 = NONBASETHRDENA | USERSETMPEND | UNALIGN_TRP | DIV_0_TRP | BFHFNMIGN | STKALIGN;

const SLEEPONEXIT: u32 = 1 << 1;
const SLEEPDEEP: u32 = 1 << 2;
const SEVONPEND: u32 = 1 << 4;

/// The feature registers from 0xE000_ED40 (ARM DDI 0337E, table 3-1).
const FEATURES: [u32; 16] = [
    0x0000_0030,
    0x0000_0200,
    0x0010_0000,
    0,
    0x0000_0030,
    0,
    0,
    0,
    0x0114_1110,
    0x0211_1000,
    0x2111_2231,
    0x0111_1110,
    0x0131_0102,
    0,
    0,
    0,
];

/// Bits of SHCSR: where, which exception, and what of it.
#[derive(Clone, Copy)]
enum Handler {
    Active,
    Pending,
    Enabled,
}

const SHCSR: [(u32, usize, Handler); 14] = [
    (0, MEMORY_FAULT, Handler::Active),
    (1, BUS_FAULT, Handler::Active),
    (3, USAGE_FAULT, Handler::Active),
    (7, SVCALL, Handler::Active),
    (8, DEBUG_MONITOR, Handler::Active),
    (10, PENDSV, Handler::Active),
    (11, SYSTICK, Handler::Active),
    (12, USAGE_FAULT, Handler::Pending),
    (13, MEMORY_FAULT, Handler::Pending),
    (14, BUS_FAULT, Handler::Pending),
    (15, SVCALL, Handler::Pending),
    (16, MEMORY_FAULT, Handler::Enabled),
    (17, BUS_FAULT, Handler::Enabled),
    (18, USAGE_FAULT, Handler::Enabled),
];

/// Registers that only hold values.
#[derive(Clone, Debug)]
pub(super) struct Scb {
    pub vtor: u32,
    scr: u32,
    ccr: u32,
    pub cfsr: u32,
    pub hfsr: u32,
    mmfar: u32,
    pub bfar: u32,
}

impl Scb {
    pub fn new() -> Scb {
        Scb { vtor: 0, scr: 0, ccr: 0, cfsr: 0, hfsr: 0, mmfar: 0, bfar: 0 }
    }

    pub fn nested_thread_allowed(&self) -> bool {
        self.ccr & NONBASETHRDENA != 0
    }

    pub fn software_may_trigger(&self) -> bool {
        self.ccr & USERSETMPEND != 0
    }

    pub fn traps_unaligned(&self) -> bool {
        self.ccr & UNALIGN_TRP != 0
    }

    pub fn traps_division(&self) -> bool {
        self.ccr & DIV_0_TRP != 0
    }

    pub fn ignores_bus_faults(&self) -> bool {
        self.ccr & BFHFNMIGN != 0
    }

    pub fn aligns_stack(&self) -> bool {
        self.ccr & STKALIGN != 0
    }

    pub fn sleeps_on_exit(&self) -> bool {
        self.scr & SLEEPONEXIT != 0
    }

    pub fn sleeps_deeply(&self) -> bool {
        self.scr & SLEEPDEEP != 0
    }

    pub fn sends_event_on_pend(&self) -> bool {
        self.scr & SEVONPEND != 0
    }
}

impl Cpu {
    /// Reads a word of the SCB; `offset` from 0xE000_ED00.
    pub fn scb_read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => CPUID,
            0x04 => self.icsr(),
            0x08 => self.scb.vtor,
            0x0C => VECTKEYSTAT | u32::from(self.nvic.grouping) << 8,
            0x10 => self.scb.scr,
            0x14 => self.scb.ccr,
            0x18..=0x23 => {
                let first = offset as usize - 0x18 + 4;
                let priorities = &self.nvic.priorities;
                u32::from_le_bytes([
                    priorities[first],
                    priorities[first + 1],
                    priorities[first + 2],
                    priorities[first + 3],
                ])
            }
            0x24 => self.shcsr(),
            0x28 => self.scb.cfsr,
            0x2C => self.scb.hfsr,
            0x30 => self.debug.dfsr,
            0x34 => self.scb.mmfar,
            0x38 => self.scb.bfar,
            // AFSR: no auxiliary faults. CPACR and the MPU registers: neither is there.
            0x3C | 0x88 | 0x90..=0xBB => 0,
            0x40..=0x7F => FEATURES[(offset as usize - 0x40) / 4],
            _ => return None,
        })
    }

    /// Writes the bytes `mask` selects of a word of the SCB; the others are zero in `value`.
    pub fn scb_write(&mut self, offset: u32, value: u32, mask: u32) -> Option<()> {
        match offset {
            0x00 | 0x3C..=0x7F | 0x88 | 0x90..=0xBB => (),
            0x04 => self.set_icsr(value),
            // Bit 29 chooses between code and RAM; the table is aligned to 128 bytes.
            0x08 => self.scb.vtor = value & 0x3FFF_FF80,
            0x0C => self.set_aircr(value),
            0x10 => self.scb.scr = value & (SLEEPONEXIT | SLEEPDEEP | SEVONPEND),
            0x14 => self.scb.ccr = value & CCR_BITS,
            0x18..=0x23 => {
                let first = offset as usize - 0x18 + 4;
                for (i, (byte, chosen)) in value.to_le_bytes().into_iter().zip(mask.to_le_bytes()).enumerate() {
                    if chosen != 0 {
                        self.nvic.priorities[first + i] = byte & PRIORITY_BITS;
                    }
                }
            }
            0x24 => self.set_shcsr(value),
            // One clears.
            0x28 => self.scb.cfsr &= !value,
            0x2C => self.scb.hfsr &= !value,
            0x30 => self.debug.dfsr &= !value,
            0x34 => self.scb.mmfar = value,
            0x38 => self.scb.bfar = value,
            _ => return None,
        }
        self.look_up();
        Some(())
    }

    fn icsr(&self) -> u32 {
        let pending = |exception: usize| (self.nvic.pending >> exception & 1) as u32;
        let next = self.nvic.first(u128::MAX).unwrap_or(0) as u32;
        let external = self.nvic.pending >> EXTERNAL != 0;
        let others = self.nvic.active & !(1 << self.exception);
        let to_base = self.exception != 0 && others == 0;
        pending(NMI) << 31
            | pending(PENDSV) << 28
            | pending(SYSTICK) << 26
            | u32::from(external) << 22
            | next << 12
            | u32::from(to_base) << 11
            | u32::from(self.exception)
    }

    fn set_icsr(&mut self, value: u32) {
        for (set, clear, exception) in [(31, None, NMI), (28, Some(27), PENDSV), (26, Some(25), SYSTICK)] {
            if value >> set & 1 != 0 {
                self.pend(exception);
            } else if clear.is_some_and(|clear: u32| value >> clear & 1 != 0) {
                self.nvic.pending &= !(1 << exception);
            }
        }
    }

    fn set_aircr(&mut self, value: u32) {
        if value & 0xFFFF_0000 != VECTKEY {
            return;
        }
        self.nvic.grouping = (value >> 8 & 7) as u8;
        // VECTRESET, for debuggers, resets the core alone; here it resets the chip like SYSRESETREQ.
        self.reset_requested |= value & 5 != 0;
        if value & 2 != 0 {
            // VECTCLRACTIVE.
            self.nvic.active = 0;
            self.set_mode(0, self.process_stack);
        }
    }

    fn shcsr(&self) -> u32 {
        SHCSR.iter().fold(0, |bits, &(at, exception, of)| {
            let set = match of {
                Handler::Active => self.nvic.active,
                Handler::Pending => self.nvic.pending,
                Handler::Enabled => self.nvic.enabled,
            };
            bits | ((set >> exception & 1) as u32) << at
        })
    }

    fn set_shcsr(&mut self, value: u32) {
        for (at, exception, of) in SHCSR {
            let set = match of {
                Handler::Active => &mut self.nvic.active,
                Handler::Pending => &mut self.nvic.pending,
                Handler::Enabled => &mut self.nvic.enabled,
            };
            let bit = 1 << exception;
            *set = if value >> at & 1 != 0 { *set | bit } else { *set & !bit };
        }
    }
}
