//! The outer loop: what is looked at between stretches of plain execution.

use std::sync::Arc;

use super::bus::Bus;
use super::code::{Code, Single, base, fetch, is_flash};
use super::cpu::{Cpu, Sleep};
use super::debug::dfsr;
use super::faults::Trap;
use super::interface::Exit;

/// What comes next.
enum Step {
    Execute,
    Again,
    Exit(Exit),
}

impl Cpu {
    /// Runs until the cycle counter reaches `limit` or something else ends the run.
    pub fn run<B: Bus>(&mut self, code: &mut Arc<Code>, bus: &mut B, limit: u64) -> Exit {
        loop {
            match self.prepare(bus, limit) {
                Ok(Step::Execute) => (),
                Ok(Step::Again) => continue,
                Ok(Step::Exit(exit)) => return exit,
                Err(trap) => match self.settle(trap) {
                    Some(exit) => return exit,
                    None => continue,
                },
            }
            self.stop_at = match (self.debug.stepping, self.systick.next_interrupt()) {
                (true, _) => 0,
                (_, Some(tick)) => tick.min(limit),
                (_, None) => limit,
            };
            let before = self.cycles;
            let result = self.stretch(code, bus);
            if self.debug.stepping && self.cycles != before && self.leaving.is_none() {
                self.halt(dfsr::HALTED);
            }
            if let Err(trap) = result
                && let Some(exit) = self.settle(trap)
            {
                return exit;
            }
        }
    }

    /// What has to be looked at before an instruction, most urgent first.
    fn prepare<B: Bus>(&mut self, bus: &mut B, limit: u64) -> Result<Step, Trap> {
        if let Some(link) = self.leaving {
            // Still part of the instruction that loaded the PC.
            self.tick();
            self.leave(bus, link)?;
            self.halt_after_step();
        }
        if self.attention {
            self.attention = false;
            return Ok(Step::Exit(Exit::Attention));
        }
        if self.reset_requested {
            return Ok(Step::Exit(Exit::ResetRequested));
        }
        if self.debug.halted {
            return Ok(Step::Exit(Exit::Halted));
        }
        if self.locked_up {
            if self.debug.stepping {
                self.halt_after_step();
                return Ok(Step::Again);
            }
            return Ok(Step::Exit(Exit::Lockup));
        }
        self.tick();
        if self.sleep != Sleep::Awake {
            if !self.wakes() {
                return Ok(Step::Exit(Exit::Sleep));
            }
            self.sleep = Sleep::Awake;
        }
        if self.cycles >= limit && !self.debug.stepping {
            return Ok(Step::Exit(Exit::Limit));
        }
        if let Some(exception) = self.preempting() {
            self.enter(bus, exception)?;
            self.halt_after_step();
            return Ok(Step::Again);
        }
        self.entered = None;
        if !self.thumb {
            return Err(Trap::InvalidState);
        }
        if self.debug.enabled() {
            let passed = self.debug.resume_from.take() == Some(self.pc);
            if self.fpb.hits(self.pc) && !passed {
                self.halt(dfsr::BKPT);
                return Ok(Step::Again);
            }
            if self.watched_places().any(|place| place == self.pc) && !passed {
                self.halt(dfsr::DWTTRAP);
                return Ok(Step::Again);
            }
        }
        Ok(Step::Execute)
    }

    /// A step ends with the first instruction of a handler or of what an exception returns to still to be executed.
    fn halt_after_step(&mut self) {
        if self.debug.stepping {
            self.halt(dfsr::HALTED);
        }
    }

    /// Executes from where the PC points: decoded flash, or one instruction.
    fn stretch<B: Bus>(&mut self, code: &mut Arc<Code>, bus: &mut B) -> Result<(), Trap> {
        let pc = self.pc;
        if never_executes(pc) {
            return Err(Trap::NoExecute);
        }
        if !is_flash(pc) {
            return self.single(bus, pc);
        }
        if self.flash_blocked {
            return Err(Trap::Stall);
        }
        if self.debug.enabled() || !code.stops().is_empty() {
            let mut stops = if self.debug.enabled() { self.fpb.addresses() } else { Vec::new() };
            stops.extend(self.watched_places());
            let resumed = stops.contains(&pc);
            if stops != code.stops() {
                *code = Arc::new(Code::stopping_at(stops));
            }
            if resumed {
                return self.single(bus, pc);
            }
        }
        if self.it != 0 {
            // Back from an exception in the middle of an IT block.
            return self.single(bus, pc);
        }
        let base = base(pc);
        let place = match code.view().find(pc - base) {
            Some(place) => place,
            None => {
                Arc::make_mut(code).translate(bus, pc).map_err(|_| Trap::Stall)?;
                code.view().find(pc - base).ok_or(Trap::Fetch)?
            }
        };
        self.execute(bus, code.view(), place, base)
    }

    /// Fetches, decodes and executes one instruction.
    fn single<B: Bus>(&mut self, bus: &mut B, pc: u32) -> Result<(), Trap> {
        let slot = fetch(bus, pc).map_err(|_| Trap::Stall)?;
        let single = Single::new(slot, pc, self.it, self.condition(self.it >> 4));
        self.execute(bus, single.view(), 0, pc)
    }

    /// A trap is a fault to take, or a reason to end the run.
    fn settle(&mut self, trap: Trap) -> Option<Exit> {
        if trap == Trap::Stall {
            return Some(Exit::Stall);
        }
        self.trap(trap);
        None
    }
}

/// Devices and the system space (B3.1): code there is a MemManage fault even without an MPU.
fn never_executes(pc: u32) -> bool {
    (0x4000_0000..0x6000_0000).contains(&pc) || pc >= 0xA000_0000
}
