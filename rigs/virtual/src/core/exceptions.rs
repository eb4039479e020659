//! Entering and leaving exceptions (B1.5.6 to B1.5.8).

use super::bus::{Bus, BusError, Width};
use super::code::is_flash;
use super::cpu::{Cpu, LR, SP, Sleep};
use super::faults::{Trap, hfsr};
use super::timing;

pub(super) const NMI: usize = 2;
pub(super) const HARD_FAULT: usize = 3;
pub(super) const MEMORY_FAULT: usize = 4;
pub(super) const BUS_FAULT: usize = 5;
pub(super) const USAGE_FAULT: usize = 6;
pub(super) const SVCALL: usize = 11;
pub(super) const DEBUG_MONITOR: usize = 12;
pub(super) const PENDSV: usize = 14;
pub(super) const SYSTICK: usize = 15;

/// The values LR takes in a handler.
const TO_HANDLER: u32 = 0xFFFF_FFF1;
const TO_MAIN_STACK: u32 = 0xFFFF_FFF9;
const TO_PROCESS_STACK: u32 = 0xFFFF_FFFD;

/// Words pushed: R0 to R3, R12, LR, PC, xPSR.
const FRAME: u32 = 32;
const STKERR: u32 = 1 << 12;
/// In the stacked xPSR: the stack pointer was moved by a word to align the frame.
const REALIGNED: u32 = 1 << 9;

impl Cpu {
    /// Takes an exception between two instructions: stacks, and goes to the handler.
    ///
    /// `Err` if the vector cannot be read yet; then nothing has happened.
    pub fn enter<B: Bus>(&mut self, bus: &mut B, exception: usize) -> Result<(), Trap> {
        if let Some(link) = self.entered {
            return self.arrive_late(bus, exception, link);
        }
        let (mut target, mut vector) = self.vector(bus, exception)?;
        let link = match (self.exception, self.process_stack) {
            (0, true) => TO_PROCESS_STACK,
            (0, false) => TO_MAIN_STACK,
            _ => TO_HANDLER,
        };
        self.cycles += timing::ENTRY;
        if self.push_frame(bus).is_err() {
            if matches!(target, NMI | HARD_FAULT) {
                // Their handlers run on a frame that is not there.
                self.scb.cfsr |= STKERR;
            } else {
                // The derived fault and the first exception are both pending now; the more urgent goes first.
                self.trap(Trap::Stacking);
                let urgent = self.preempting().unwrap_or(exception);
                (target, vector) = self.vector(bus, urgent).unwrap_or((urgent, None));
            }
        }
        self.begin(target, vector, link);
        Ok(())
    }

    /// A more urgent exception came while another was being entered (ARM DDI 0337E, 5.5.3): it takes the frame that is there, and
    /// the other waits again, to tail-chain. Its vector is fetched while the frame is pushed, so that no cycles are added.
    fn arrive_late<B: Bus>(&mut self, bus: &mut B, exception: usize, link: u32) -> Result<(), Trap> {
        let (target, vector) = self.vector(bus, exception)?;
        let first = 1 << self.exception;
        self.nvic.active &= !first;
        self.nvic.pending |= first;
        self.begin(target, vector, link);
        Ok(())
    }

    /// From one handler to the next: the frame stays as it is.
    fn tail_chain<B: Bus>(&mut self, bus: &mut B, exception: usize, link: u32) -> Result<(), Trap> {
        let (target, vector) = self.vector(bus, exception)?;
        self.cycles += timing::TAIL_CHAIN;
        self.begin(target, vector, link);
        Ok(())
    }

    /// What handles `exception`, and its address from the vector table; `None` if the table cannot be read. An exception without a
    /// readable vector stays pending and becomes a HardFault.
    fn vector<B: Bus>(&mut self, bus: &mut B, exception: usize) -> Result<(usize, Option<u32>), Trap> {
        if self.flash_blocked && is_flash(self.scb.vtor) {
            return Err(Trap::Stall);
        }
        match bus.read(self.scb.vtor.wrapping_add(4 * exception as u32), Width::Word) {
            Ok(vector) => Ok((exception, Some(vector))),
            Err(BusError::Stall) => Err(Trap::Stall),
            Err(BusError::Fault) if matches!(exception, NMI | HARD_FAULT) => Ok((exception, None)),
            Err(BusError::Fault) => {
                self.scb.hfsr |= hfsr::VECTTBL;
                self.report(HARD_FAULT, None);
                self.vector(bus, HARD_FAULT)
            }
        }
    }

    /// The state at the first instruction of a handler.
    fn begin(&mut self, exception: usize, vector: Option<u32>, link: u32) {
        self.nvic.pending &= !(1 << exception);
        self.set_mode(exception as u16, false);
        self.nvic.active |= 1 << exception;
        self.regs[LR] = link;
        self.entered = Some(link);
        self.it = 0;
        self.exclusive = false;
        self.event = true;
        self.sleep = Sleep::Awake;
        let Some(vector) = vector else {
            self.lock_up();
            self.report(0, None);
            return;
        };
        self.thumb = vector & 1 != 0;
        self.pc = vector & !1;
        self.cycles += self.refill(self.pc) - timing::REFILL;
        self.catch_vector(exception);
    }

    fn push_frame<B: Bus>(&mut self, bus: &mut B) -> Result<(), BusError> {
        let sp = self.regs[SP];
        let realign = self.scb.aligns_stack() && sp & 4 != 0;
        let frame = (sp - if realign { 4 } else { 0 }).wrapping_sub(FRAME);
        let psr = self.xpsr() | if realign { REALIGNED } else { 0 };
        let [r0, r1, r2, r3] = [self.regs[0], self.regs[1], self.regs[2], self.regs[3]];
        self.regs[SP] = frame;
        let mut result = Ok(());
        for (i, value) in [r0, r1, r2, r3, self.regs[12], self.regs[LR], self.pc, psr].into_iter().enumerate() {
            result = result.and(bus.write(frame.wrapping_add(4 * i as u32), value, Width::Word));
        }
        result
    }

    /// Loading EXC_RETURN into the PC ends a handler. `Err` if that has to wait for the flash; then nothing has happened.
    pub fn leave<B: Bus>(&mut self, bus: &mut B, link: u32) -> Result<(), Trap> {
        let leaving = usize::from(self.exception);
        let nested = self.nvic.active.count_ones() > 1;
        let may_nest = self.scb.nested_thread_allowed();
        let valid = self.nvic.is_active(leaving)
            && match link {
                TO_HANDLER => nested,
                TO_MAIN_STACK | TO_PROCESS_STACK => !nested || may_nest,
                _ => false,
            };
        let before = (self.nvic.active, self.nvic.pending, self.faultmask);
        self.deactivate(leaving);
        if !valid {
            self.leaving = None;
            return self.refuse_return(bus, link);
        }
        if let Some(next) = self.preempting() {
            if let Err(trap) = self.tail_chain(bus, next, link) {
                (self.nvic.active, self.nvic.pending, self.faultmask) = before;
                return Err(trap);
            }
        } else {
            self.cycles += timing::RETURN;
            self.pop_frame(bus, link);
        }
        self.leaving = None;
        Ok(())
    }

    /// B1.5.8, DeActivate.
    fn deactivate(&mut self, exception: usize) {
        self.nvic.active &= !(1 << exception);
        if exception != NMI {
            self.faultmask = false;
        }
        self.nvic.sample_lines();
    }

    /// A bad return is a UsageFault taken without unstacking, on the frame that is there.
    fn refuse_return<B: Bus>(&mut self, bus: &mut B, link: u32) -> Result<(), Trap> {
        self.trap(Trap::InvalidReturn);
        if let Some(next) = self.preempting()
            && !self.locked_up
        {
            self.tail_chain(bus, next, link | 0xF000_0000)?;
        }
        Ok(())
    }

    fn pop_frame<B: Bus>(&mut self, bus: &mut B, link: u32) {
        let to_thread = link != TO_HANDLER;
        let from = self.exception;
        // Only now is the stack that holds the frame the one in use.
        self.set_mode(if to_thread { 0 } else { from }, link == TO_PROCESS_STACK);
        let frame = self.regs[SP];
        let mut words = [0; 8];
        for (i, word) in words.iter_mut().enumerate() {
            match bus.read(frame.wrapping_add(4 * i as u32), Width::Word) {
                Ok(value) => *word = value,
                Err(_) => {
                    self.set_mode(from, false);
                    self.trap(Trap::Unstacking);
                    return;
                }
            }
        }
        let [r0, r1, r2, r3, r12, lr, pc, psr] = words;
        let number = (psr & 0x1FF) as u16;
        if to_thread != (number == 0) {
            self.set_mode(from, false);
            self.trap(Trap::InvalidReturn);
            return;
        }
        self.regs[..4].copy_from_slice(&[r0, r1, r2, r3]);
        self.regs[12] = r12;
        self.regs[LR] = lr;
        let realigned = if psr & REALIGNED != 0 && self.scb.aligns_stack() { 4 } else { 0 };
        self.regs[SP] = frame.wrapping_add(FRAME) | realigned;
        self.set_mode(number, self.process_stack);
        self.set_xpsr(psr);
        self.pc = pc & !1;
        self.cycles += self.refill(self.pc) - timing::REFILL;
        self.exclusive = false;
        self.event = true;
        if to_thread && self.nvic.active == 0 && self.scb.sleeps_on_exit() {
            self.sleep = Sleep::ForInterrupt;
        }
    }
}
