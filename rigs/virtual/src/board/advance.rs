//! The loop: run the core to the next instant at which something else happens, then let it happen.

use super::{Board, Draw, Power};
use crate::core::Bus;
use crate::core::Exit;
use crate::mcu::flash::{Operation, PAGE};
use crate::mcu::signals::Voltages;
use brownout_trace::event::{Event, What};
use brownout_trace::{Instant, ResetCause};

impl Board {
    /// Advances to `until`, or to the first event before it; appends what happened. Events are in order, and
    /// none is later than [`Board::now`].
    pub fn advance(&mut self, until: Instant, events: &mut Vec<Event>) {
        while self.events.is_empty() && self.now < until {
            self.step(until);
        }
        self.events.sort_by_key(|event| event.at);
        events.append(&mut self.events);
    }

    /// One turn of the loop: at most one electrical change, and the chip's changes at one instant.
    pub(super) fn step(&mut self, until: Instant) {
        self.sync_halted();
        let electrical = self.electrical_next();
        let chip = match self.power {
            Power::On => self.chip.next_event(),
            _ => self.chip.next_backup_event(),
        };
        let deep = self.deep_event();
        let others = [chip, deep].into_iter().flatten().min().unwrap_or(Instant::NEVER);
        let target = until.min(electrical.at).min(others).max(self.now);
        let reached = if self.executes() { self.run_core(target) } else { self.idle(target) };
        self.now = self.now.max(reached);
        if reached < target {
            return;
        }
        if electrical.at <= target {
            self.electrical_step(electrical);
        }
        if chip.is_some_and(|due| due <= target) {
            self.settle_chip(target);
        }
        if self.deep.is_some() {
            self.settle_deep(target);
        }
    }

    fn executes(&self) -> bool {
        self.power == Power::On
            && self.deep.is_none()
            && !self.reset_pin_held
            && !self.core.is_halted()
            && !self.core.is_locked_up()
            && (!self.stalled || !self.chip.flash.is_busy())
    }

    /// The core does nothing until `target`: unpowered, in reset, halted, locked up, in deep sleep, or waiting for the flash.
    fn idle(&mut self, target: Instant) -> Instant {
        if self.power == Power::On && self.deep.is_none() {
            self.core.idle_until(self.chip.hclk().tick_at(target));
        }
        target
    }

    /// Runs the core towards `target`; gives the instant it got to. The last instruction may end a little after
    /// `target`: what it did is dated at `target`, so that nothing happens out of order.
    fn run_core(&mut self, target: Instant) -> Instant {
        let limit = self.chip.hclk().tick_at(target);
        let exit = self.core.run(&mut self.chip, limit);
        let reached = self.chip.hclk().instant(self.core.cycles()).min(target).max(self.now);
        // Before anything that the exit leads to: a reset would forget the fault.
        self.report_faults(reached);
        match exit {
            Exit::Limit | Exit::Halted => {}
            Exit::Attention => self.attend(reached),
            Exit::Stall => self.stalled = true,
            Exit::Sleep => return self.sleep(reached, target),
            Exit::Lockup => {}
            Exit::ResetRequested => self.system_reset(reached, ResetCause::Software),
        }
        // The access that locked it up may have had a device's attention first.
        if self.core.is_locked_up() {
            self.report_lockup(reached);
        }
        self.wake_draw(reached);
        reached
    }

    /// The core sleeps: its clock runs on to `target`, or to SysTick.
    fn sleep(&mut self, from: Instant, target: Instant) -> Instant {
        if self.draw != Draw::Asleep {
            if self.sleep_deeply(from) {
                return from;
            }
            self.set_draw(from, Draw::Asleep);
            self.report_last_sleep(from);
            // The lighter load moves the thresholds' instants: look again before letting time pass.
            return from;
        }
        let clock = self.chip.hclk();
        let wake = self.core.next_wake().unwrap_or(u64::MAX);
        let until = clock.tick_at(target).min(wake).max(self.core.cycles());
        self.core.idle_until(until);
        clock.instant(until).min(target)
    }

    fn wake_draw(&mut self, at: Instant) {
        if self.draw == Draw::Asleep {
            self.set_draw(at, Draw::Running);
        }
    }

    /// A register was touched that something outside the core may depend on.
    pub(super) fn attend(&mut self, at: Instant) {
        if self.chip.retune(self.core.cycles()) {
            self.set_draw(at, Draw::Running);
        }
        if self.chip.pvd_is_stale() {
            let vdd = self.supply.vdd(at);
            self.chip.evaluate_pvd(vdd);
            self.electrical = None;
        }
        self.core.set_flash_wait_states(self.chip.flash.wait_states());
        if let Some((operation, since)) = self.chip.flash.operation()
            && !self.flash_told
        {
            self.flash_told = true;
            self.core.set_flash_blocked(true);
            if operation.name() == "erase" {
                self.emit(since.max(self.now).min(at), What::Erase { address: operation.address() });
            }
        }
        self.sync_coils(at);
        self.sync_irqs();
        self.report_complaints(at);
        if let Some(cause) = self.chip.has_bitten() {
            self.system_reset(at, cause);
        }
    }

    /// Lets the chip make the changes that are due.
    fn settle_chip(&mut self, at: Instant) {
        if self.power != Power::On {
            self.chip.settle_backup(at);
            return;
        }
        if self.chip.samples_by(at) {
            let (vdd, bulk, terminals) = (self.supply.vdd(at), self.supply.bulk(at), self.supply.terminals(at));
            self.chip.set_voltages(Voltages { vdd, bulk, terminals, vbat: self.reserve.voltage(at) });
        }
        let settled = self.chip.settle(at);
        if let (Some(byte), Some(tapped)) = (settled.transmitted, &mut self.tapped) {
            tapped.push(byte);
        }
        if let Some(line) = settled.transmitted.and_then(|byte| self.lines.push(byte)) {
            self.emit(at, What::Received { line });
        }
        if let Some((operation, torn)) = settled.flash {
            self.flash_done(at, operation, torn);
        }
        if self.chip.retune(self.core.cycles()) && self.draw == Draw::Running {
            self.set_draw(at, Draw::Running);
        }
        if let Some(cause) = settled.bitten {
            self.report_bite(at, cause);
            self.system_reset(at, cause);
        } else if self.chip.take_attention() {
            // DMA or a timer's pin may have moved what firmware moves otherwise.
            self.attend(at);
        } else {
            self.sync_coils(at);
            self.sync_irqs();
        }
    }

    fn flash_done(&mut self, at: Instant, operation: Operation, torn: bool) {
        self.flash_told = false;
        self.stalled = false;
        self.core.set_flash_blocked(false);
        let length = match operation {
            Operation::Program(..) | Operation::ProgramOption(..) => 2,
            Operation::EraseOptions => 0,
            Operation::ErasePage(_) => PAGE as u32,
            Operation::EraseAll => u32::MAX,
        };
        self.core.invalidate_code(operation.address(), length);
        if torn {
            let (address, operation) = (operation.address(), operation.name().to_owned());
            self.emit(at, What::Torn { address, operation });
        }
    }

    /// Hands the chip's interrupt lines to the core.
    pub(super) fn sync_irqs(&mut self) {
        let irqs = self.chip.irqs();
        let mut changed = irqs ^ self.irqs;
        self.irqs = irqs;
        while changed != 0 {
            let line = changed.trailing_zeros();
            self.core.set_irq_line(line as usize, irqs >> line & 1 == 1);
            changed &= changed - 1;
        }
        if self.chip.take_wake_event() {
            self.core.wake_event();
        }
    }
}
