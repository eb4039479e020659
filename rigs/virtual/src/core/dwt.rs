//! The DWT unit (C1.8): the cycle counter and four comparators, as watchpoints for a debugger. It sends no trace and has no profiling
//! counters, and says so in DWT_CTRL.
//!
//! A watchpoint on data halts the core behind the instruction whose access matched, as on the chip; one on the PC in front of it.

use super::bus::Width;
use super::cpu::{Cpu, SHORT_READS, SHORT_WRITES};
use super::debug::dfsr;

const CYCCNTENA: u32 = 1;
/// Four comparators; no trace packets, no external triggers, no profiling counters.
const CONTROL: u32 = 0x4D00_0000;
const COMPARATORS: usize = 4;
/// DWT_FUNCTION.MATCHED.
const MATCHED: u32 = 1 << 24;
/// What DWT_FUNCTION asks for (table C1-22).
const ON_PC: u32 = 4;
const ON_READ: u32 = 5;
const ON_WRITE: u32 = 6;
const ON_BOTH: u32 = 7;

/// One comparator.
#[derive(Clone, Copy, Debug, Default)]
struct Comparator {
    address: u32,
    /// How many low bits of the address do not count.
    ignored: u32,
    function: u32,
}

impl Comparator {
    fn covers(&self, first: u32, bytes: u32) -> bool {
        let ignored = (1_u32 << self.ignored) - 1;
        (first..=first.saturating_add(bytes - 1)).any(|address| (address ^ self.address) & !ignored == 0)
    }
}

/// The counter and the comparators.
#[derive(Clone, Debug)]
pub(super) struct Dwt {
    comparators: [Comparator; COMPARATORS],
    enabled: bool,
    /// While it runs: what to subtract from the cycle counter. While it stands: its value.
    offset: u64,
}

impl Dwt {
    pub fn new() -> Dwt {
        Dwt { comparators: Default::default(), enabled: false, offset: 0 }
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
    pub fn dwt_read(&mut self, offset: u32) -> Option<u32> {
        if let Some(comparator) = comparator(offset) {
            let comparator = &mut self.dwt.comparators[comparator];
            return match offset & 0xC {
                0x0 => Some(comparator.address),
                0x4 => Some(comparator.ignored),
                0x8 => {
                    let function = comparator.function;
                    comparator.function &= !MATCHED;
                    Some(function)
                }
                _ => None,
            };
        }
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
        if let Some(comparator) = comparator(offset) {
            let comparator = &mut self.dwt.comparators[comparator];
            match offset & 0xC {
                0x0 => comparator.address = value,
                0x4 => comparator.ignored = value & 0xF,
                0x8 => comparator.function = value & 0xF,
                _ => return None,
            }
            self.arm_watchpoints();
            return Some(());
        }
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

    /// Whether a debugger has the comparators at work.
    fn watches(&self) -> bool {
        self.debug.enabled() && self.debug.trace_enabled()
    }

    /// Lets accesses take the long way, past the comparators, while one watches data.
    pub fn arm_watchpoints(&mut self) {
        let on_data = |one: &Comparator| matches!(one.function & 0xF, ON_READ | ON_WRITE | ON_BOTH);
        let armed = self.watches() && self.dwt.comparators.iter().any(on_data);
        (self.short_reads, self.short_writes) = if armed { (0, 0) } else { (SHORT_READS, SHORT_WRITES) };
        self.look_up();
    }

    /// An access of the program: halts behind it if it is watched.
    pub fn watch(&mut self, addr: u32, width: Width, write: bool) {
        if self.short_reads != 0 {
            return;
        }
        let mut matched = false;
        for comparator in &mut self.dwt.comparators {
            let asked = match comparator.function & 0xF {
                ON_READ => !write,
                ON_WRITE => write,
                function => function == ON_BOTH,
            };
            if asked && comparator.covers(addr, width.bytes()) {
                comparator.function |= MATCHED;
                matched = true;
            }
        }
        if matched {
            self.halt(dfsr::DWTTRAP);
        }
    }

    /// Where comparators watch for the PC.
    pub fn watched_places(&self) -> impl Iterator<Item = u32> {
        let watches = self.watches();
        self.dwt
            .comparators
            .iter()
            .filter(move |one| watches && one.function & 0xF == ON_PC)
            .map(|one| one.address & !1)
    }

    /// TRCENA was cleared.
    pub fn stop_trace(&mut self) {
        self.count_cycles(false);
    }
}

/// Which comparator a register offset belongs to.
fn comparator(offset: u32) -> Option<usize> {
    let number = (offset as usize).checked_sub(0x20)? / 16;
    (number < COMPARATORS).then_some(number)
}
