//! What the board tells people: faults with registers and function, registers that the model lacks.

use super::Board;
use brownout_trace::event::{Crash, What};
use brownout_trace::{Instant, ResetCause};

impl Board {
    /// Tells the faults that the core took since this was called. A fault does not end the core's run, so it is
    /// dated by its cycle.
    pub(super) fn report_faults(&mut self, at: Instant) {
        while let Some(fault) = self.core.take_fault() {
            let at = self.chip.hclk().instant(fault.cycles).min(at).max(self.now);
            let function = self.symbols.describe(fault.pc);
            let caller = self.symbols.describe(fault.lr);
            // Where first: a reader who sees only the beginning sees that.
            let text = format!("in {function}, called from {caller}: {fault}");
            self.emit(at, What::Fault { crash: Crash::CoreFault, text });
        }
    }

    /// Tells a lockup, once.
    pub(super) fn report_lockup(&mut self, at: Instant) {
        if !std::mem::replace(&mut self.locked_up, true) {
            let function = self.symbols.describe(self.core.pc());
            let text = format!("in {function}: the core locked up at {:#010x}", self.core.pc());
            self.emit(at, What::Fault { crash: Crash::CoreFault, text });
        }
    }

    /// Tells, once for each start of the firmware, that the core sleeps and nothing can wake it but a reset.
    pub(super) fn report_last_sleep(&mut self, at: Instant) {
        if self.core.sleeps_for_ever() && !std::mem::replace(&mut self.asleep_for_good, true) {
            let text =
                format!("{}: the core sleeps for ever: no interrupt is enabled that could end WFI", self.place());
            self.emit(at, What::Fault { crash: Crash::CoreAsleep, text });
        }
    }

    /// Tells what the core was doing when the watchdog bit.
    pub(super) fn report_bite(&mut self, at: Instant, cause: ResetCause) {
        let which = if cause == ResetCause::WindowWatchdog { "window" } else { "independent" };
        let text = format!("{}: the {which} watchdog was not fed in time", self.place());
        self.emit(at, What::Fault { crash: Crash::WatchdogReset, text });
    }

    /// Where the core is, with its registers: as for a fault.
    fn place(&self) -> String {
        let (pc, lr) = (self.core.pc(), self.core.lr());
        let [r0, r1, r2, r3, ..] = self.core.registers();
        format!(
            "in {}, called from {}, at {pc:#010x} (r0 {r0:#x} r1 {r1:#x} r2 {r2:#x} r3 {r3:#x} lr {lr:#010x} sp {:#010x})",
            self.symbols.describe(pc),
            self.symbols.describe(lr),
            self.core.sp()
        )
    }

    /// Tells what could not be modelled since the last call.
    pub(super) fn report_complaints(&mut self, at: Instant) {
        let mut texts: Vec<(String, &str)> = Vec::new();
        for complaint in self.chip.take_complaints() {
            let verb = if complaint.write { "write to" } else { "read of" };
            let register = crate::mcu::map::describe(complaint.address);
            let bits = if complaint.bits == 0 { String::new() } else { format!(", bits {:#x}", complaint.bits) };
            let why = if complaint.why.is_empty() { "not modelled" } else { complaint.why };
            texts.push((format!("{verb} {register}{bits}"), why));
        }
        if let Some(complaint) = self.core.take_complaint() {
            let verb = if complaint.write { "write to" } else { "read of" };
            texts.push((format!("{verb} system register {:#010x}", complaint.addr), "not modelled"));
        }
        for (text, why) in texts {
            let pc = self.core.pc();
            let function = self.symbols.describe(pc);
            let text = format!("{text}, before {pc:#010x} in {function}: {why}");
            self.emit(at, What::Unmodelled { text });
        }
    }
}
