//! The registers and everything else a core remembers, but for its decoded code.

use super::debug::Debug;
use super::dwt::Dwt;
use super::faults::FaultReport;
use super::fpb::Fpb;
use super::nvic::Nvic;
use super::ppb::Complaint;
use super::scb::Scb;
use super::systick::SysTick;
use super::timing;

pub(super) const SP: usize = 13;
pub(super) const LR: usize = 14;

/// Flash and RAM, but for the bit-band alias.
pub(super) const SHORT_READS: u32 = 0x2200_0000;
pub(super) const SHORT_WRITES: u32 = 0x0200_0000;

/// Why the core does not execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sleep {
    Awake,
    /// Until an interrupt would be taken if PRIMASK were clear.
    ForInterrupt,
    /// Until the event register is set.
    ForEvent,
}

/// The state of a core.
#[derive(Clone, Debug)]
pub(super) struct Cpu {
    /// R0 to R12, the stack pointer in use, LR. The last place is never used: the PC is a field of its own.
    pub regs: [u32; 16],
    pub pc: u32,
    /// Flags, not packed: N is bit 31 of `n`, Z is `z == 0`, V is bit 31 of `v`. So most operations store their result and are done.
    pub n: u32,
    pub z: u32,
    pub v: u32,
    pub c: bool,
    pub q: bool,
    pub thumb: bool,
    /// The IT state as in EPSR, 0 outside a block.
    pub it: u8,
    /// IPSR.
    pub exception: u16,
    /// The stack pointer not in use.
    pub other_sp: u32,
    /// CONTROL.SPSEL.
    pub process_stack: bool,
    /// CONTROL.nPRIV.
    pub unprivileged: bool,
    pub primask: bool,
    pub faultmask: bool,
    pub basepri: u8,

    /// HCLK cycles since the core was made.
    pub cycles: u64,
    /// The inner loop ends when `cycles` gets here; 0 ends it after the current instruction.
    pub stop_at: u64,
    /// What a taken branch into flash costs beyond its own cycle.
    pub flash_refill: u64,
    pub flash_blocked: bool,
    /// Reads below this address, and writes within this many bytes from the start of RAM, take the short way; 0 while watchpoints look
    /// at each access.
    pub short_reads: u32,
    pub short_writes: u32,

    /// The local exclusive monitor. The Cortex-M3's tags no address.
    pub exclusive: bool,
    /// The event register of WFE.
    pub event: bool,
    pub sleep: Sleep,
    pub locked_up: bool,
    /// An EXC_RETURN value was loaded into the PC.
    pub leaving: Option<u32>,
    /// An exception was taken with this LR, and no instruction of its handler has begun.
    pub entered: Option<u32>,
    /// A device wants attention and the run has not ended yet.
    pub attention: bool,
    pub reset_requested: bool,

    pub nvic: Nvic,
    pub scb: Scb,
    pub systick: SysTick,
    pub debug: Debug,
    pub fpb: Fpb,
    pub dwt: Dwt,
    /// Those that nobody took yet, at most [`super::faults::KEPT`].
    pub faults: Vec<FaultReport>,
    pub complaint: Option<Complaint>,
}

impl Cpu {
    pub fn new() -> Cpu {
        Cpu {
            regs: [0; 16],
            pc: 0,
            n: 0,
            z: 1,
            v: 0,
            c: false,
            q: false,
            thumb: true,
            it: 0,
            exception: 0,
            other_sp: 0,
            process_stack: false,
            unprivileged: false,
            primask: false,
            faultmask: false,
            basepri: 0,
            cycles: 0,
            stop_at: 0,
            flash_refill: timing::REFILL,
            flash_blocked: false,
            short_reads: SHORT_READS,
            short_writes: SHORT_WRITES,
            exclusive: false,
            event: false,
            sleep: Sleep::Awake,
            locked_up: true,
            leaving: None,
            entered: None,
            attention: false,
            reset_requested: false,
            nvic: Nvic::new(),
            scb: Scb::new(),
            systick: SysTick::new(),
            debug: Debug::new(),
            fpb: Fpb::new(),
            dwt: Dwt::new(),
            faults: Vec::new(),
            complaint: None,
        }
    }

    #[inline(always)]
    pub fn r(&self, index: usize) -> u32 {
        self.regs[index & 15]
    }

    #[inline(always)]
    pub fn set(&mut self, index: usize, value: u32) {
        self.regs[index & 15] = value;
    }

    /// Sets N and Z from a result.
    #[inline(always)]
    pub fn nz(&mut self, result: u32) {
        self.n = result;
        self.z = result;
    }

    /// APSR: N, Z, C, V and Q in bits 31 to 27.
    pub fn apsr(&self) -> u32 {
        (self.n & 0x8000_0000)
            | (u32::from(self.z == 0) << 30)
            | (u32::from(self.c) << 29)
            | ((self.v >> 31) << 28)
            | (u32::from(self.q) << 27)
    }

    pub fn set_apsr(&mut self, value: u32) {
        self.n = value;
        self.z = !value & (1 << 30);
        self.c = value & (1 << 29) != 0;
        self.v = value << 3;
        self.q = value & (1 << 27) != 0;
    }

    /// xPSR: APSR, the IT state and T, and IPSR.
    pub fn xpsr(&self) -> u32 {
        let it = u32::from(self.it);
        self.apsr() | ((it & 3) << 25) | ((it >> 2) << 10) | (u32::from(self.thumb) << 24) | u32::from(self.exception)
    }

    /// Sets APSR, the IT state and T; IPSR is the caller's.
    pub fn set_xpsr(&mut self, value: u32) {
        self.set_apsr(value);
        self.it = (((value >> 25) & 3) | ((value >> 8) & 0xFC)) as u8;
        self.thumb = value & (1 << 24) != 0;
    }

    fn on_process_stack(&self) -> bool {
        self.process_stack && self.exception == 0
    }

    pub fn msp(&self) -> u32 {
        if self.on_process_stack() { self.other_sp } else { self.regs[SP] }
    }

    pub fn psp(&self) -> u32 {
        if self.on_process_stack() { self.regs[SP] } else { self.other_sp }
    }

    pub fn set_msp(&mut self, value: u32) {
        *(if self.on_process_stack() { &mut self.other_sp } else { &mut self.regs[SP] }) = value & !3;
    }

    pub fn set_psp(&mut self, value: u32) {
        *(if self.on_process_stack() { &mut self.regs[SP] } else { &mut self.other_sp }) = value & !3;
    }

    /// Changes mode and stack selection together, since they choose the stack pointer in use.
    pub fn set_mode(&mut self, exception: u16, process_stack: bool) {
        let before = self.on_process_stack();
        self.exception = exception;
        self.process_stack = process_stack;
        if self.on_process_stack() != before {
            std::mem::swap(&mut self.regs[SP], &mut self.other_sp);
        }
    }

    pub fn privileged(&self) -> bool {
        self.exception != 0 || !self.unprivileged
    }

    pub fn control(&self) -> u32 {
        u32::from(self.unprivileged) | (u32::from(self.process_stack) << 1)
    }

    /// Sets CONTROL; SPSEL can be changed in thread mode only.
    pub fn set_control(&mut self, value: u32) {
        self.unprivileged = value & 1 != 0;
        if self.exception == 0 {
            self.set_mode(0, value & 2 != 0);
        }
    }

    /// What a branch to `target` costs beyond its own cycle.
    #[inline(always)]
    pub fn refill(&self, target: u32) -> u64 {
        if target < 0x2000_0000 { self.flash_refill } else { timing::REFILL }
    }

    /// Ends the inner loop after this instruction, so that what changed is looked at.
    #[inline]
    pub fn look_up(&mut self) {
        self.stop_at = 0;
    }

    /// Records the first complaint; later ones would only repeat it.
    pub fn complain(&mut self, addr: u32, write: bool) {
        let complaint = Complaint { addr, pc: self.pc, write };
        self.complaint.get_or_insert(complaint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_packing() {
        let mut cpu = Cpu::new();
        for flags in 0..32_u32 {
            cpu.set_apsr(flags << 27);
            assert_eq!(cpu.apsr(), flags << 27);
        }
    }

    #[test]
    fn the_it_state_lies_in_two_pieces() {
        let mut cpu = Cpu::new();
        cpu.set_xpsr(0x0600_FC00);
        assert_eq!(cpu.it, 0xFF);
        assert!(!cpu.thumb);
        assert_eq!(cpu.xpsr() & 0x0600_FC00, 0x0600_FC00);
    }

    #[test]
    fn the_stack_pointer_follows_mode_and_selection() {
        let mut cpu = Cpu::new();
        cpu.set_msp(0x100);
        cpu.set_psp(0x200);
        cpu.set_control(2);
        assert_eq!(cpu.regs[SP], 0x200);
        cpu.set_mode(15, false);
        assert_eq!((cpu.regs[SP], cpu.psp()), (0x100, 0x200));
        cpu.set_control(2);
        assert!(!cpu.process_stack, "handlers always use the main stack");
    }
}
