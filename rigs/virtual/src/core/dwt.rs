//! The cycle counter of the DWT unit; the model has no comparators and no profiling counters, and says so in DWT_CTRL.

use super::cpu::Cpu;

const CYCCNTENA: u32 = 1;
/// No trace packets, no external triggers, no profiling counters, no comparators.
const CONTROL: u32 = 0x0D00_0000;

/// The counter.
#[derive(Clone, Debug)]
pub(super) struct Dwt {
    enabled: bool,
    /// While it runs: what to subtract from the cycle counter. While it stands: its value.
    offset: u64,
}

impl Dwt {
    pub fn new() -> Dwt {
        Dwt { enabled: false, offset: 0 }
    }

    /// The counter stands while the core is halted.
    pub fn delay(&mut self, cycles: u64) {
        if self.enabled {
            self.offset = self.offset.wrapping_add(cycles);
        }
    }
}

impl Cpu {
    fn cycle_count(&self) -> u32 {
        let dwt = &self.dwt;
        if dwt.enabled { self.cycles.wrapping_sub(dwt.offset) as u32 } else { dwt.offset as u32 }
    }

    /// Starts or stops the counter as DWT_CTRL and DEMCR.TRCENA say together.
    fn count_cycles(&mut self, on: bool) {
        if on != self.dwt.enabled {
            let count = u64::from(self.cycle_count());
            self.dwt.offset = if on { self.cycles.wrapping_sub(count) } else { count };
            self.dwt.enabled = on;
        }
    }

    /// Reads; `offset` from 0xE000_1000.
    pub fn dwt_read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => CONTROL | u32::from(self.dwt.enabled),
            0x04 => self.cycle_count(),
            // PCSR: the program counter, sampled.
            0x1C => self.pc,
            _ => return None,
        })
    }

    /// Writes; `offset` from 0xE000_1000. Without DEMCR.TRCENA the unit is not there.
    pub fn dwt_write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 => self.count_cycles(value & CYCCNTENA != 0 && self.debug.trace_enabled()),
            0x04 => {
                let offset = self.cycles.wrapping_sub(value.into());
                self.dwt.offset = if self.dwt.enabled { offset } else { value.into() };
            }
            0x1C => (),
            _ => return None,
        }
        Some(())
    }

    /// TRCENA was cleared.
    pub fn stop_trace(&mut self) {
        self.count_cycles(false);
    }
}
