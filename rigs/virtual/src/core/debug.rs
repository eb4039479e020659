//! Halting debug (C1.6): the registers behind DHCSR, and what they do to the core.

use super::cpu::{Cpu, Sleep};
use super::exceptions::{BUS_FAULT, HARD_FAULT, MEMORY_FAULT, NMI, USAGE_FAULT};

const DHCSR: u32 = 0xE000_EDF0;
const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DEMCR: u32 = 0xE000_EDFC;

const DBGKEY: u32 = 0xA05F_0000;
const C_DEBUGEN: u32 = 1 << 0;
const C_HALT: u32 = 1 << 1;
const C_STEP: u32 = 1 << 2;
const C_MASKINTS: u32 = 1 << 3;
const C_SNAPSTALL: u32 = 1 << 5;
const CONTROL: u32 = C_DEBUGEN | C_HALT | C_STEP | C_MASKINTS | C_SNAPSTALL;
const S_REGRDY: u32 = 1 << 16;
const S_HALT: u32 = 1 << 17;
const S_SLEEP: u32 = 1 << 18;
const S_LOCKUP: u32 = 1 << 19;
const S_RETIRE_ST: u32 = 1 << 24;
const S_RESET_ST: u32 = 1 << 25;

const VC_CORERESET: u32 = 1 << 0;
const VC_MMERR: u32 = 1 << 4;
const VC_NOCPERR: u32 = 1 << 5;
const VC_CHKERR: u32 = 1 << 6;
const VC_STATERR: u32 = 1 << 7;
const VC_BUSERR: u32 = 1 << 8;
const VC_HARDERR: u32 = 1 << 10;
const MON_EN: u32 = 1 << 16;
const TRCENA: u32 = 1 << 24;
const DEMCR_BITS: u32 = 0x010F_07F1;

/// Bits of DFSR: why the core halted.
pub(super) mod dfsr {
    pub const HALTED: u32 = 1 << 0;
    pub const BKPT: u32 = 1 << 1;
    pub const DWTTRAP: u32 = 1 << 2;
    pub const VCATCH: u32 = 1 << 3;
}

/// The debug registers. A system reset leaves them alone.
#[derive(Clone, Debug)]
pub(super) struct Debug {
    /// The C_ bits of DHCSR, but for C_HALT and C_STEP.
    control: u32,
    demcr: u32,
    data: u32,
    pub dfsr: u32,
    pub halted: bool,
    /// One instruction is to be executed before the core halts again.
    pub stepping: bool,
    /// The breakpoint at this address is passed over once: the debugger resumes from it.
    pub resume_from: Option<u32>,
    /// A reset was to be caught while debug was off: it is, as soon as debug is on.
    caught_reset: bool,
    reset_seen: bool,
    retired_at: u64,
}

impl Debug {
    pub fn new() -> Debug {
        Debug {
            control: 0,
            demcr: 0,
            data: 0,
            dfsr: 0,
            halted: false,
            stepping: false,
            resume_from: None,
            caught_reset: false,
            reset_seen: false,
            retired_at: 0,
        }
    }

    /// Whether a debugger controls the core.
    pub fn enabled(&self) -> bool {
        self.control & C_DEBUGEN != 0
    }

    pub fn monitor_enabled(&self) -> bool {
        self.demcr & MON_EN != 0
    }

    pub fn trace_enabled(&self) -> bool {
        self.demcr & TRCENA != 0
    }

    /// The exceptions that C_MASKINTS leaves: those with fixed numbers below PendSV.
    pub fn unmasked(&self) -> u128 {
        if self.enabled() && self.control & C_MASKINTS != 0 { (1 << 14) - 1 } else { u128::MAX }
    }
}

impl Cpu {
    /// Stops executing; `reason` goes to DFSR.
    pub fn halt(&mut self, reason: u32) {
        self.debug.halted = true;
        self.debug.stepping = false;
        self.debug.dfsr |= reason;
        self.sleep = Sleep::Awake;
        // What is being entered was entered when the debugger looks.
        self.entered = None;
        self.look_up();
    }

    /// The debug side of a system reset.
    pub fn reset_debug(&mut self) {
        let caught = self.debug.demcr & VC_CORERESET != 0;
        self.debug.halted = false;
        self.debug.stepping = false;
        self.debug.resume_from = None;
        self.debug.reset_seen = true;
        self.debug.caught_reset = caught && !self.debug.enabled();
        if caught && self.debug.enabled() {
            self.halt(dfsr::VCATCH);
        }
    }

    /// Halts at the first instruction of a handler if DEMCR asks for that.
    pub fn catch_vector(&mut self, exception: usize) {
        let usage = self.scb.cfsr >> 16;
        let wanted = match exception {
            HARD_FAULT => VC_HARDERR,
            MEMORY_FAULT => VC_MMERR,
            BUS_FAULT => VC_BUSERR,
            USAGE_FAULT => {
                let cause = |bits: u32, catch: u32| if usage & bits != 0 { catch } else { 0 };
                cause(0x007, VC_STATERR) | cause(0x008, VC_NOCPERR) | cause(0x300, VC_CHKERR)
            }
            _ => 0,
        };
        if self.debug.enabled() && self.debug.demcr & wanted != 0 {
            self.halt(dfsr::VCATCH);
        }
    }

    fn dhcsr(&mut self, debugger: bool) -> u32 {
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        let mut value = self.debug.control
            | flag(self.debug.halted, S_HALT | C_HALT)
            | flag(self.sleep != Sleep::Awake, S_SLEEP)
            | flag(self.locked_up && !self.debug.halted, S_LOCKUP)
            | S_REGRDY;
        if debugger {
            // Sticky, and cleared by reading.
            value |= flag(std::mem::take(&mut self.debug.reset_seen), S_RESET_ST);
            value |= flag(std::mem::replace(&mut self.debug.retired_at, self.cycles) != self.cycles, S_RETIRE_ST);
        }
        value
    }

    /// DHCSR, DCRSR (write-only), DCRDR and DEMCR.
    pub fn debug_register(&mut self, addr: u32, debugger: bool) -> Option<u32> {
        Some(match addr {
            DHCSR => self.dhcsr(debugger),
            DCRSR => 0,
            DCRDR => self.debug.data,
            DEMCR => self.debug.demcr,
            _ => return None,
        })
    }

    /// The program itself cannot switch halting debug on or off.
    pub fn set_debug_register(&mut self, addr: u32, value: u32, debugger: bool) -> Option<()> {
        match addr {
            DHCSR => self.set_dhcsr(value, debugger),
            DCRSR if value & 1 << 16 != 0 => self.debug_set_register(value as u8 & 0x7F),
            DCRSR => self.debug.data = self.debug_get_register(value as u8 & 0x7F),
            DCRDR => self.debug.data = value,
            DEMCR => {
                self.debug.demcr = value & DEMCR_BITS;
                self.debug.caught_reset &= value & VC_CORERESET != 0;
                if !self.debug.trace_enabled() {
                    self.stop_trace();
                }
                self.arm_watchpoints();
            }
            _ => return None,
        }
        self.look_up();
        Some(())
    }

    fn set_dhcsr(&mut self, value: u32, debugger: bool) {
        if value & 0xFFFF_0000 != DBGKEY {
            return;
        }
        let kept = if debugger { 0 } else { self.debug.control & C_DEBUGEN };
        self.debug.control = (value & CONTROL & !(C_HALT | C_STEP | if debugger { 0 } else { C_DEBUGEN })) | kept;
        if !self.debug.enabled() {
            self.debug.halted = false;
            self.debug.stepping = false;
            self.arm_watchpoints();
            return;
        }
        self.arm_watchpoints();
        if std::mem::take(&mut self.debug.caught_reset) {
            return self.halt(dfsr::VCATCH);
        }
        match (value & C_HALT != 0, self.debug.halted) {
            (true, false) => self.halt(dfsr::HALTED),
            (false, true) => {
                self.debug.halted = false;
                self.debug.stepping = value & C_STEP != 0;
                self.debug.resume_from = Some(self.pc);
            }
            _ => (),
        }
    }

    /// DCRSR's numbering (C1.6.3).
    fn debug_get_register(&self, number: u8) -> u32 {
        match number {
            0..=14 => self.regs[usize::from(number)],
            15 => self.pc,
            16 => self.xpsr(),
            17 => self.msp(),
            18 => self.psp(),
            20 => u32::from_le_bytes([self.primask.into(), self.basepri, self.faultmask.into(), self.control() as u8]),
            _ => 0,
        }
    }

    fn debug_set_register(&mut self, number: u8) {
        let value = self.debug.data;
        match number {
            13 => self.regs[13] = value & !3,
            0..=14 => self.regs[usize::from(number)] = value,
            15 => {
                self.pc = value & !1;
                self.leaving = None;
                // A debugger that sets the PC means to run from there.
                self.locked_up = false;
                self.debug.resume_from = None;
            }
            16 => {
                self.set_mode((value & 0x1FF) as u16, self.process_stack);
                self.set_xpsr(value);
            }
            17 => self.set_msp(value),
            18 => self.set_psp(value),
            20 => {
                let [primask, basepri, faultmask, control] = value.to_le_bytes();
                self.primask = primask & 1 != 0;
                self.basepri = basepri & 0xF0;
                self.faultmask = faultmask & 1 != 0;
                self.unprivileged = control & 1 != 0;
                self.set_mode(self.exception, control & 2 != 0);
            }
            _ => (),
        }
    }
}

/// Not maskable even by a debugger.
const _: () = assert!(NMI < 14);
