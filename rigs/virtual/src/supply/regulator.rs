//! The linear regulator between the bulk capacitor and VDD.

use crate::spread::Figure;
use brownout_trace::{Amps, Volts};
use serde::Deserialize;

/// A linear regulator: what flows out at VDD flows in from the bulk, plus its own current.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Regulator {
    /// Regulated output.
    pub output: Figure<Volts>,
    /// Input less output, below which it only follows.
    pub dropout: Figure<Volts>,
    /// Current of its own, down to an empty capacitor.
    pub quiescent: Figure<Amps>,
}

impl Regulator {
    /// VDD at a bulk voltage: min(output, bulk − dropout), never below 0 V. Load and line regulation are left out.
    pub fn vdd(&self, bulk: Volts) -> Volts {
        Volts((bulk.0 - self.dropout.0).min(self.output.0).max(0.0))
    }

    /// The lowest bulk voltage at which VDD reaches `vdd`, up to rounding.
    pub(super) fn bulk_for(&self, vdd: Volts) -> Volts {
        vdd + *self.dropout
    }
}
