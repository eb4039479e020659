//! Faults: which exception an instruction that cannot complete becomes (B1.5.14), and the report of the last one.

use std::fmt;

use super::cpu::{Cpu, LR, SP};
use super::exceptions::{BUS_FAULT, DEBUG_MONITOR, HARD_FAULT, MEMORY_FAULT, USAGE_FAULT};

/// Why an instruction did not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trap {
    /// Try again later; not a fault.
    Stall,
    Undefined,
    InvalidState,
    /// An EXC_RETURN that does not fit the state.
    InvalidReturn,
    NoCoprocessor,
    Unaligned,
    DivideByZero,
    /// A load or store at this address.
    Data(u32),
    Fetch,
    /// Code where none may be executed.
    NoExecute,
    /// Stacking or unstacking.
    Stacking,
    Unstacking,
    Breakpoint,
}

/// Bits of CFSR.
mod cfsr {
    pub const IACCVIOL: u32 = 1;
    pub const IBUSERR: u32 = 1 << 8;
    pub const PRECISERR: u32 = 1 << 9;
    pub const UNSTKERR: u32 = 1 << 11;
    pub const STKERR: u32 = 1 << 12;
    pub const BFARVALID: u32 = 1 << 15;
    pub const UNDEFINSTR: u32 = 1 << 16;
    pub const INVSTATE: u32 = 1 << 17;
    pub const INVPC: u32 = 1 << 18;
    pub const NOCP: u32 = 1 << 19;
    pub const UNALIGNED: u32 = 1 << 24;
    pub const DIVBYZERO: u32 = 1 << 25;
}

/// Bits of HFSR.
pub(super) mod hfsr {
    pub const VECTTBL: u32 = 1 << 1;
    pub const FORCED: u32 = 1 << 30;
    pub const DEBUGEVT: u32 = 1 << 31;
}

/// Faults kept for the board to tell.
pub(super) const KEPT: usize = 4;

/// The exception a fault was taken as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// HardFault, most often another fault that could not be taken as itself.
    Hard,
    /// MemManage.
    Memory,
    /// BusFault.
    Bus,
    /// UsageFault.
    Usage,
    /// None: a fault where none can be taken, so that the core stopped.
    Lockup,
}

/// What there is to say about a fault, as it was when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultReport {
    /// The exception.
    pub kind: FaultKind,
    /// Configurable Fault Status Register.
    pub cfsr: u32,
    /// HardFault Status Register.
    pub hfsr: u32,
    /// The address in BFAR or MMFAR, if that is valid.
    pub address: Option<u32>,
    /// The instruction that faulted.
    pub pc: u32,
    /// LR then.
    pub lr: u32,
    /// The stack pointer in use then, before stacking.
    pub sp: u32,
    /// xPSR then.
    pub psr: u32,
    /// R0 to R3 and R12 then.
    pub registers: [u32; 5],
    /// Cycle count then.
    pub cycles: u64,
}

/// The bits of CFSR and HFSR by their names in the manual.
const CAUSES: [(u32, &str); 11] = [
    (cfsr::IACCVIOL, "IACCVIOL"),
    (cfsr::IBUSERR, "IBUSERR"),
    (cfsr::PRECISERR, "PRECISERR"),
    (cfsr::UNSTKERR, "UNSTKERR"),
    (cfsr::STKERR, "STKERR"),
    (cfsr::UNDEFINSTR, "UNDEFINSTR"),
    (cfsr::INVSTATE, "INVSTATE"),
    (cfsr::INVPC, "INVPC"),
    (cfsr::NOCP, "NOCP"),
    (cfsr::UNALIGNED, "UNALIGNED"),
    (cfsr::DIVBYZERO, "DIVBYZERO"),
];
const HARD_CAUSES: [(u32, &str); 3] =
    [(hfsr::VECTTBL, "VECTTBL"), (hfsr::FORCED, "FORCED"), (hfsr::DEBUGEVT, "DEBUGEVT")];

impl fmt::Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FaultKind::Hard => "HardFault",
            FaultKind::Memory => "MemManage fault",
            FaultKind::Bus => "BusFault",
            FaultKind::Usage => "UsageFault",
            FaultKind::Lockup => "lockup",
        })?;
        let causes = CAUSES.iter().filter(|(bit, _)| self.cfsr & bit != 0).map(|(_, name)| *name);
        let hard = HARD_CAUSES.iter().filter(|(bit, _)| self.hfsr & bit != 0).map(|(_, name)| *name);
        for (i, cause) in hard.chain(causes).enumerate() {
            write!(f, "{}{cause}", if i == 0 { " (" } else { ", " })?;
        }
        if self.cfsr != 0 || self.hfsr != 0 {
            f.write_str(")")?;
        }
        write!(f, " at {:#010x}", self.pc)?;
        if let Some(address) = self.address {
            write!(f, " accessing {address:#010x}")?;
        }
        let [r0, r1, r2, r3, r12] = self.registers;
        write!(f, "; r0 {r0:#x} r1 {r1:#x} r2 {r2:#x} r3 {r3:#x} r12 {r12:#x}")?;
        write!(f, " lr {:#010x} sp {:#010x} psr {:#010x}", self.lr, self.sp, self.psr)
    }
}

impl Cpu {
    /// Takes the fault of the instruction at PC, other than a stall.
    pub fn trap(&mut self, trap: Trap) {
        use cfsr::*;
        let (exception, bits) = match trap {
            Trap::Stall => return,
            Trap::Breakpoint => return self.breakpoint(),
            Trap::Undefined => (USAGE_FAULT, UNDEFINSTR),
            Trap::InvalidState => (USAGE_FAULT, INVSTATE),
            Trap::InvalidReturn => (USAGE_FAULT, INVPC),
            Trap::NoCoprocessor => (USAGE_FAULT, NOCP),
            Trap::Unaligned => (USAGE_FAULT, UNALIGNED),
            Trap::DivideByZero => (USAGE_FAULT, DIVBYZERO),
            Trap::Data(addr) => {
                self.scb.bfar = addr;
                (BUS_FAULT, PRECISERR | BFARVALID)
            }
            Trap::Fetch => (BUS_FAULT, IBUSERR),
            Trap::NoExecute => (MEMORY_FAULT, IACCVIOL),
            Trap::Stacking => (BUS_FAULT, STKERR),
            Trap::Unstacking => (BUS_FAULT, UNSTKERR),
        };
        self.scb.cfsr |= bits;
        let address = matches!(trap, Trap::Data(_)).then_some(self.scb.bfar);
        let taken = self.raise(exception);
        self.report(taken, address);
    }

    /// Makes an exception pending that the current instruction asks for. What cannot be taken at once becomes a HardFault, and
    /// what cannot even be that locks the core up. Gives the exception that is pending, or 0.
    pub fn raise(&mut self, exception: usize) -> usize {
        let current = self.execution_priority();
        if self.nvic.enabled(exception) && self.nvic.group(self.nvic.priority(exception)) < current {
            self.pend(exception);
            return exception;
        }
        self.raise_hard(hfsr::FORCED)
    }

    /// Makes HardFault pending, or locks up.
    pub fn raise_hard(&mut self, bits: u32) -> usize {
        if self.execution_priority() <= -1 {
            self.lock_up();
            return 0;
        }
        self.scb.hfsr |= bits;
        self.pend(HARD_FAULT);
        HARD_FAULT
    }

    /// Stops: only a reset or a debugger helps.
    pub fn lock_up(&mut self) {
        self.locked_up = true;
        self.look_up();
    }

    /// BKPT where no debugger is attached.
    fn breakpoint(&mut self) {
        if self.debug.enabled() {
            return self.halt(super::debug::dfsr::BKPT);
        }
        self.debug.dfsr |= super::debug::dfsr::BKPT;
        if self.debug.monitor_enabled()
            && self.nvic.group(self.nvic.priority(DEBUG_MONITOR)) < self.execution_priority()
        {
            self.pend(DEBUG_MONITOR);
        } else {
            let taken = self.raise_hard(hfsr::DEBUGEVT);
            self.report(taken, None);
        }
    }

    /// Remembers the fault just taken.
    pub fn report(&mut self, exception: usize, address: Option<u32>) {
        let kind = match exception {
            HARD_FAULT => FaultKind::Hard,
            MEMORY_FAULT => FaultKind::Memory,
            BUS_FAULT => FaultKind::Bus,
            USAGE_FAULT => FaultKind::Usage,
            _ => FaultKind::Lockup,
        };
        // The first say what went wrong, the last where it ended.
        self.faults.truncate(KEPT - 1);
        self.faults.push(FaultReport {
            kind,
            cfsr: self.scb.cfsr,
            hfsr: self.scb.hfsr,
            address,
            pc: self.pc,
            lr: self.regs[LR],
            sp: self.regs[SP],
            psr: self.xpsr(),
            registers: [self.regs[0], self.regs[1], self.regs[2], self.regs[3], self.regs[12]],
            cycles: self.cycles,
        });
    }
}
