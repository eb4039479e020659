//! The crowbar: it shorts the terminals, once the series switch is measured off.

use super::score::Score;
use super::stage::Stage;
use crate::rig::pi::{Crowbar, Input, SupplyWires};
use brownout_trace::{Instant, Span};

/// So long the terminals may take to fall below the comparator's threshold. A board that holds them up for longer has a
/// capacitor which is not behind a diode: a short would be its capacitor's, and nobody's supply.
pub const FALL: Span = Span::millis(200);

/// A crowbar that may be used: it has a sense.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    crowbar: Crowbar,
    sense: Input,
}

impl Bar {
    /// The crowbar of this supply; a lower-case fragment says why it cannot be used.
    pub fn of(wires: &SupplyWires, stage: &dyn Stage) -> Result<Self, String> {
        let Some(crowbar) = wires.crowbar else {
            return Err("has no crowbar: it interrupts at high source impedance only".to_owned());
        };
        if !stage.is_dc() {
            return Err("is a mains rig: a crowbar is for DC only".to_owned());
        }
        // What tells nominal from less tells that a switch is off only where it gives nominal or nothing.
        let own = wires.sense.filter(|_| stage.is_all_or_nothing());
        match crowbar.sense.or(own) {
            Some(sense) => Ok(Self { crowbar, sense }),
            None if stage.is_all_or_nothing() => {
                Err("has no `sense`: a crowbar fires only after the switch is measured off".to_owned())
            }
            None => Err("has no `crowbar.sense`: a crowbar fires only after the switches are measured off".to_owned()),
        }
    }

    /// How long before a switch closes it has to be released.
    pub fn release_time(&self) -> Span {
        self.crowbar.release
    }

    /// Fires; every switch was opened just before.
    pub fn fire(&self, score: &mut Score) {
        score.await_inactive(self.sense, FALL);
        score.set(self.crowbar.output, true);
    }

    /// Releases it; what is to be closed is closed at `at` at the earliest.
    pub fn release(&self, at: Instant, score: &mut Score) {
        score.at(at - self.crowbar.release);
        score.set(self.crowbar.output, false);
        score.rest(self.crowbar.release);
    }
}
