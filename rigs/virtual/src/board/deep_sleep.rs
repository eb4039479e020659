//! Stop and Standby: what the board does while the chip's clock stands.

use super::{Board, Draw, Power};
use crate::core::Exit;
use crate::mcu::pwr::{DeepSleep, WAKE_FROM_STANDBY};
use brownout_trace::event::What;
use brownout_trace::{Instant, ResetCause, Span};

/// Where a chip in deep sleep stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deep {
    /// In Stop; from its end to the first instruction it takes this long.
    Stop(Span),
    /// Out of Stop, the clock coming back.
    Leaving(Instant),
    /// In Standby; the level at WKUP as last seen.
    Standby(bool),
    /// Out of Standby, the reset being over then.
    Restarting(Instant),
}

impl Board {
    /// The core sleeps with SLEEPDEEP set; whether that is more than sleep.
    pub(super) fn sleep_deeply(&mut self, at: Instant) -> bool {
        if !self.core.deep_sleep_requested() {
            return false;
        }
        let Some((mode, resets)) = self.chip.deep_sleep() else { return false };
        if resets {
            self.system_reset(at, ResetCause::LowPower);
            return true;
        }
        match mode {
            DeepSleep::Stop { wake, .. } => {
                self.deep = Some(Deep::Stop(wake));
                self.chip.stop();
                self.set_draw(at, Draw::Stopped);
            }
            DeepSleep::Standby => {
                if let Some(line) = self.lines.cut() {
                    self.emit(at, What::Received { line });
                }
                let cycles = self.core.cycles();
                self.chip.enter_standby(at, cycles, &mut self.noise);
                self.core.power_on_reset();
                self.chip.take_alarm();
                self.deep = Some(Deep::Standby(self.chip.wake_pin()));
                self.set_draw(at, Draw::Standby);
                self.sync_coils(at);
                self.sync_irqs();
            }
        }
        true
    }

    /// When the way out of deep sleep is over.
    pub(super) fn deep_event(&self) -> Option<Instant> {
        match self.deep {
            Some(Deep::Leaving(at) | Deep::Restarting(at)) => Some(at),
            _ => None,
        }
    }

    /// Looks whether anything ends the deep sleep at `at`, or has ended it.
    pub(super) fn settle_deep(&mut self, at: Instant) {
        match self.deep {
            Some(Deep::Stop(wake)) => {
                self.sync_irqs();
                // Asked to run for no time, the core says whether it wakes.
                if self.core.run(&mut self.chip, self.core.cycles()) != Exit::Sleep {
                    self.deep = Some(Deep::Leaving(at + wake));
                }
            }
            Some(Deep::Leaving(until)) if until <= at => {
                self.deep = None;
                self.chip.resume(at, self.core.cycles());
                self.set_draw(at, Draw::Running);
            }
            Some(Deep::Standby(was_high)) => {
                let high = self.chip.wake_pin();
                let by_pin = high && !was_high && self.chip.wakes_by_pin();
                let until = at + WAKE_FROM_STANDBY;
                let wakes = self.chip.take_alarm() || by_pin;
                self.deep = Some(if wakes { Deep::Restarting(until) } else { Deep::Standby(high) });
            }
            Some(Deep::Restarting(until)) if until <= at => {
                self.deep = None;
                self.chip.leave_standby(at, self.core.cycles());
                self.chip.set_starved(self.flash_starved);
                self.core.set_flash_wait_states(0);
                self.core.reset(&mut self.chip);
                self.emit(at, What::Reset { cause: ResetCause::LowPower });
                self.set_draw(at, Draw::Running);
                self.sync_coils(at);
            }
            _ => {}
        }
    }

    /// A debugger holds the core, or let it go: what it wants frozen follows.
    pub(super) fn sync_halted(&mut self) {
        let halted = self.core.is_halted();
        if halted != self.halted && self.power == Power::On {
            self.halted = halted;
            self.chip.set_halted(halted, self.now, self.core.cycles());
        }
    }
}
