//! What lies between the supply terminals and the bulk capacitor.

use super::network::Feed;
use brownout_trace::event::Level;
use brownout_trace::{Ohms, Volts};
use serde::Deserialize;

/// The series element of the input. It decides what an interruption at low impedance does: without a diode a
/// source at 0 V drains the capacitor, an open one never does.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Series {
    /// A diode of constant forward drop; blocks perfectly.
    Diode(Volts),
    /// A resistor, or a fuse's cold resistance.
    Resistor(Ohms),
    /// A wire.
    None,
}

impl Series {
    /// The forward drop of a diode, else zero.
    pub fn drop(self) -> Volts {
        match self {
            Self::Diode(drop) => drop,
            Self::Resistor(_) | Self::None => Volts::ZERO,
        }
    }

    /// The resistance, zero for a diode and a wire.
    pub fn resistance(self) -> Ohms {
        match self {
            Self::Resistor(resistance) => resistance,
            Self::Diode(_) | Self::None => Ohms::ZERO,
        }
    }

    /// Whether nothing flows back from the capacitor to the terminals.
    pub fn blocks_reverse(self) -> bool {
        matches!(self, Self::Diode(_))
    }

    /// What a level behind a source resistance makes of the capacitor's input.
    pub(super) fn feed(self, level: Level, source: Ohms) -> Option<Feed> {
        match level {
            Level::Open => None,
            Level::Volts(volts) => Some(Feed {
                emf: (volts - self.drop()).0,
                ohms: (source + self.resistance()).0,
                rectified: self.blocks_reverse(),
            }),
        }
    }
}
