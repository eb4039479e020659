//! The relay as a rig or board file declares it.

use crate::spread::{Figure, Open};
use brownout_trace::{Ohms, Percent, Span, Volts};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

/// A voltage of a coil, written as such or as a share of its nominal one: `9V`, `75%`; with a tolerance if it spreads, a
/// percentage of itself or in its unit: `9V ±500mV`, `75% ±5%`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CoilVoltage {
    /// Absolute.
    Volts(Figure<Volts>),
    /// Of the nominal coil voltage.
    OfNominal(Figure<Percent>),
}

impl CoilVoltage {
    /// In volts, for a coil of this nominal voltage.
    pub fn of(self, nominal: Volts) -> Volts {
        match self {
            Self::Volts(volts) => *volts,
            Self::OfNominal(share) => share.of(nominal),
        }
    }

    /// What spreads of it.
    pub fn figure(&mut self) -> &mut dyn Open {
        match self {
            Self::Volts(volts) => volts,
            Self::OfNominal(share) => share,
        }
    }
}

impl<'de> Deserialize<'de> for CoilVoltage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Of a share with a tolerance the first unit decides: both may be percentages.
        let nominal = text.split(['±', '+']).next().unwrap_or_default();
        let is_share = nominal.trim_end().ends_with('%');
        let text = text.as_str().into_deserializer();
        if is_share {
            Figure::deserialize(text).map(Self::OfNominal)
        } else {
            Figure::deserialize(text).map(Self::Volts)
        }
    }
}

/// What the contact does at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// Open without current in the coil.
    #[default]
    NormallyOpen,
}

/// A relay as a rig or board file declares it. The defaults are DOMAIN.md's limits for a 16 A relay.
///
/// ```toml
/// nominal  = "12V"
/// coil     = "360ohm"
/// pick-up  = "75%"          # or a voltage; so with drop-out
/// drop-out = "10%"
/// operate  = "10ms"
/// release  = "10ms"
/// bounce   = "2ms"
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct RelayParts {
    /// Nominal coil voltage.
    pub nominal: Volts,
    /// Coil resistance.
    pub coil: Figure<Ohms>,
    /// At or above it the armature pulls in.
    pub pick_up: CoilVoltage,
    /// Below it the armature lets go.
    pub drop_out: CoilVoltage,
    /// From pick-up to the contact's first closing.
    pub operate: Figure<Span>,
    /// From drop-out to the contact's opening.
    pub release: Figure<Span>,
    /// From the first closing to the last, at most. Zero: no bounce.
    pub bounce: Figure<Span>,
    /// What the contact does at rest.
    pub contact: ContactKind,
}

/// The same as the file writes it, before the check.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    nominal: Volts,
    coil: Figure<Ohms>,
    #[serde(default = "defaults::pick_up")]
    pick_up: CoilVoltage,
    #[serde(default = "defaults::drop_out")]
    drop_out: CoilVoltage,
    #[serde(default = "defaults::ten_ms")]
    operate: Figure<Span>,
    #[serde(default = "defaults::ten_ms")]
    release: Figure<Span>,
    #[serde(default = "defaults::bounce")]
    bounce: Figure<Span>,
    #[serde(default)]
    contact: ContactKind,
}

/// DOMAIN.md, "Relay": operate and release ≤ 10 ms, pick-up ≤ 75 %, drop-out ≥ 10 %, bounce 1–10 ms (general knowledge).
mod defaults {
    use super::{CoilVoltage, Figure, Percent, Span};

    pub(super) fn pick_up() -> CoilVoltage {
        CoilVoltage::OfNominal(Percent(75.0).into())
    }
    pub(super) fn drop_out() -> CoilVoltage {
        CoilVoltage::OfNominal(Percent(10.0).into())
    }
    pub(super) fn ten_ms() -> Figure<Span> {
        Span::millis(10).into()
    }
    pub(super) fn bounce() -> Figure<Span> {
        Span::millis(2).into()
    }
}

/// Why parts make no relay.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RelayError {
    /// A value that must be more than zero.
    #[error("`{part}` must be more than zero, not {value}")]
    NotPositive {
        /// The key.
        part: &'static str,
        /// The value as it would be written.
        value: String,
    },
    /// A time that must not be negative.
    #[error("`{part}` must not be negative, but is {span}")]
    NegativeTime {
        /// The key.
        part: &'static str,
        /// The time.
        span: Span,
    },
    /// A time that no armature takes.
    #[error("`{part}` is {span}; it must be at most 1s")]
    TooSlow {
        /// The key.
        part: &'static str,
        /// The time.
        span: Span,
    },
    /// The armature would pull in and let go at one voltage.
    #[error("drop-out ({drop_out}) must be below pick-up ({pick_up})")]
    NoHysteresis {
        /// Resolved to volts.
        drop_out: Volts,
        /// Resolved to volts.
        pick_up: Volts,
    },
}

impl RelayParts {
    /// Whether these parts make a relay.
    pub fn check(&self) -> Result<(), RelayError> {
        let (pick_up, drop_out) = (self.pick_up.of(self.nominal), self.drop_out.of(self.nominal));
        let voltages = [("nominal", self.nominal), ("drop-out", drop_out), ("pick-up", pick_up)];
        let values = voltages.map(|(part, volts)| (part, volts.0, volts.to_string()));
        for (part, value, written) in values.into_iter().chain([("coil", self.coil.0, self.coil.to_string())]) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(RelayError::NotPositive { part, value: written });
            }
        }
        for (part, span) in [("operate", *self.operate), ("release", *self.release), ("bounce", *self.bounce)] {
            if span < Span::ZERO {
                return Err(RelayError::NegativeTime { part, span });
            }
            if span > Span::secs(1) {
                return Err(RelayError::TooSlow { part, span });
            }
        }
        if drop_out >= pick_up {
            return Err(RelayError::NoHysteresis { drop_out, pick_up });
        }
        Ok(())
    }
}

impl TryFrom<Written> for RelayParts {
    type Error = RelayError;
    fn try_from(written: Written) -> Result<Self, RelayError> {
        let parts = Self {
            nominal: written.nominal,
            coil: written.coil,
            pick_up: written.pick_up,
            drop_out: written.drop_out,
            operate: written.operate,
            release: written.release,
            bounce: written.bounce,
            contact: written.contact,
        };
        parts.check()?;
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error, MapDeserializer};

    fn read(table: &[(&'static str, &'static str)]) -> Result<RelayParts, Error> {
        RelayParts::deserialize(MapDeserializer::new(table.iter().copied()))
    }

    #[test]
    fn reads_a_board_file_with_defaults() {
        let parts = read(&[("nominal", "12V"), ("coil", "360ohm"), ("drop-out", "2V")]).unwrap();
        assert_eq!(parts.pick_up.of(parts.nominal), Volts(9.0));
        assert_eq!(parts.drop_out.of(parts.nominal), Volts(2.0));
        assert_eq!((*parts.operate, *parts.bounce), (Span::millis(10), Span::millis(2)));
    }

    #[test]
    fn a_coil_s_voltages_spread() {
        let parts = read(&[("nominal", "12V"), ("coil", "360ohm"), ("pick-up", "75% ±4%"), ("drop-out", "2V +-500mV")]);
        let parts = parts.unwrap();
        let (CoilVoltage::OfNominal(pick_up), CoilVoltage::Volts(drop_out)) = (parts.pick_up, parts.drop_out) else {
            panic!("{parts:?}")
        };
        // A percentage is of the figure itself, as everywhere: 3 points of 75.
        assert!((pick_up.tolerance().unwrap().width - 3.0).abs() < 1e-9);
        assert!((drop_out.tolerance().unwrap().width - 0.5).abs() < 1e-9);
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = |key, value| {
            let mut table = vec![("nominal", "12V"), ("coil", "360ohm")];
            table.retain(|(known, _)| *known != key);
            table.push((key, value));
            read(&table).unwrap_err().to_string()
        };
        assert_eq!(wrong("drop-out", "80%"), "drop-out (9.6V) must be below pick-up (9V)");
        assert_eq!(wrong("coil", "0ohm"), "`coil` must be more than zero, not 0ohm");
        assert!(wrong("drop-out", "0V").contains("more than zero"));
        assert_eq!(wrong("bounce", "30s"), "`bounce` is 30s; it must be at most 1s");
        assert!(wrong("operate", "10").contains("no unit"));
        assert!(wrong("pickup", "75%").contains("unknown field `pickup`"));
    }
}
