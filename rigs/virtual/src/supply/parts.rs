//! The supply as a rig or board file declares it.

use super::front_end::FrontEnd;
use super::{Regulator, Series};
use crate::spread::Figure;
use brownout_trace::{Amps, Farads, Hertz, Ohms, Percent, Volts};
use serde::Deserialize;
use thiserror::Error;

/// The shortest time constant of source and capacitor that a model in whole nanoseconds follows, in seconds.
const SHORTEST: f64 = 1e-6;

/// Every part between the supply terminals and VDD. Read from TOML it is checked; built in code, ask [`Self::check`].
///
/// ```toml
/// nominal           = "12V"
/// source-resistance = "500mohm"
/// series            = { diode = "700mV" }     # or { resistor = "2ohm" } or "none"
/// capacitor         = "470uF"
/// leakage           = "20uA"
/// regulator         = { output = "3.3V", dropout = "1.1V", quiescent = "5mA" }
/// ```
///
/// On AC, `nominal = "230Vac"` (RMS), `frequency = "50Hz"` and a `front-end` in the place of `series`: [`FrontEnd`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct SupplyParts {
    /// The level this variant of the board is made for; percentages of a dip refer to it.
    /// On AC the RMS value.
    pub nominal: Volts,
    /// Of the mains; [`None`] on DC.
    pub frequency: Option<Hertz>,
    /// Of the bench supply and its wires: before the terminals.
    pub source_resistance: Ohms,
    /// Between the terminals and the capacitor.
    pub front_end: FrontEnd,
    /// The bulk capacitor: what relay coils and the regulator draw from.
    pub capacitor: Figure<Farads>,
    /// The capacitor's own leakage and whatever else always hangs on it: a constant current down to 0 V.
    pub leakage: Figure<Amps>,
    /// Between the capacitor and VDD.
    pub regulator: Regulator,
}

/// The same as the file writes it, before the check.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    nominal: String,
    #[serde(default)]
    frequency: Option<Hertz>,
    source_resistance: Ohms,
    #[serde(default)]
    series: Option<Series>,
    #[serde(default)]
    front_end: Option<FrontEnd>,
    capacitor: Figure<Farads>,
    leakage: Figure<Amps>,
    regulator: Regulator,
}

/// Why parts make no supply. Lower-case fragments, to be put after a place.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PartsError {
    /// A value that must be more than zero.
    #[error("`{part}` must be more than zero, not {value}")]
    NotPositive {
        /// The key.
        part: &'static str,
        /// The value as it would be written.
        value: String,
    },
    /// A value that must not be negative.
    #[error("`{part}` must not be negative, but is {value}")]
    Negative {
        /// The key.
        part: &'static str,
        /// The value as it would be written.
        value: String,
    },
    /// The nominal supply never brings VDD to its output.
    #[error(
        "at the nominal {nominal} the regulator never reaches its output: {}the dropout of {dropout} is below {output}",
        reaches(.nominal, .diode, .highest)
    )]
    NeverRegulates {
        /// The nominal level.
        nominal: Volts,
        /// The forward drop, zero without a diode.
        diode: Volts,
        /// What the bulk capacitor reaches at most; on DC it follows from the two above.
        highest: Option<Volts>,
        /// The regulator's dropout.
        dropout: Volts,
        /// The regulator's output.
        output: Volts,
    },
    /// A source so strong, or a capacitor so small, that the voltage moves within a nanosecond.
    #[error(
        "`source-resistance` and `series` ({resistance}) times `capacitor` ({capacitor}) is a time constant under 1 µs"
    )]
    TooFast {
        /// Of source and series element.
        resistance: Ohms,
        /// The bulk capacitor.
        capacitor: Farads,
    },
    /// A value that is not a voltage.
    #[error("`nominal`: {why}")]
    Nominal {
        /// Why.
        why: String,
    },
    /// AC and DC mixed.
    #[error("{0}")]
    Mixed(&'static str),
    /// Mains of a frequency that no network has.
    #[error("`frequency` is {0}; mains models run from 16Hz to 400Hz")]
    Frequency(Hertz),
    /// A converter that makes energy.
    #[error("`front-end.switching.efficiency` is {efficiency}; no converter gives more than it takes")]
    MoreThanWhole {
        /// As written.
        efficiency: Percent,
    },
    /// A converter that would oscillate.
    #[error(
        "`front-end.switching.start` ({start}) must be above `stop` ({stop}), or the converter starts and stops without end"
    )]
    StartsBelowStop {
        /// Start threshold.
        start: Volts,
        /// Stop threshold.
        stop: Volts,
    },
    /// A converter that the nominal mains never starts.
    #[error("`front-end.switching.start` is {start}, but the mains' peak less the diodes is {peak}: it never starts")]
    NeverStarts {
        /// Start threshold.
        start: Volts,
        /// Of the nominal mains.
        peak: Volts,
    },
}

/// The first half of why a regulator never regulates.
fn reaches(nominal: &Volts, diode: &Volts, highest: &Option<Volts>) -> String {
    match highest {
        None => format!("{nominal} less the diode's {diode} and "),
        Some(highest) => format!("its front end gives {highest} at most, and that less "),
    }
}

impl SupplyParts {
    /// Whether these parts make a supply. What parsing already refuses is refused here too, for parts built in code.
    pub fn check(&self) -> Result<(), PartsError> {
        let regulator = &self.regulator;
        positive("nominal", self.nominal.0, &self.nominal)?;
        positive("source-resistance", self.source_resistance.0, &self.source_resistance)?;
        positive("capacitor", self.capacitor.0, &self.capacitor)?;
        positive("regulator.output", regulator.output.0, &regulator.output)?;
        self.front_end.check()?;
        not_negative("leakage", self.leakage.0, &self.leakage)?;
        not_negative("regulator.dropout", regulator.dropout.0, &regulator.dropout)?;
        not_negative("regulator.quiescent", regulator.quiescent.0, &regulator.quiescent)?;
        self.check_mains()?;
        let highest = self.front_end.highest(self.nominal);
        // A microvolt of grace: 5 V less 1.7 V is not quite 3.3 V in doubles.
        if (highest - *regulator.dropout).0 < regulator.output.0 - 1e-6 {
            let diode = match self.front_end {
                FrontEnd::Dc(series) => series.drop(),
                _ => Volts::ZERO,
            };
            return Err(PartsError::NeverRegulates {
                nominal: self.nominal,
                diode,
                highest: self.front_end.is_ac().then_some(highest),
                dropout: *regulator.dropout,
                output: *regulator.output,
            });
        }
        let resistance = match &self.front_end {
            FrontEnd::Dc(series) => self.source_resistance + series.resistance(),
            FrontEnd::Transformer(parts) => *parts.resistance,
            FrontEnd::Switching(parts) => parts.output_resistance,
            // No resistance takes part in its charge.
            FrontEnd::Dropper(_) => Ohms(1.0),
        };
        if resistance.0 * self.capacitor.0 < SHORTEST {
            return Err(PartsError::TooFast { resistance, capacitor: *self.capacitor });
        }
        Ok(())
    }

    /// Whether source and front end are both AC or both DC, and fit each other.
    fn check_mains(&self) -> Result<(), PartsError> {
        match (self.frequency, self.front_end.is_ac()) {
            (None, true) => {
                return Err(PartsError::Mixed(
                    "this `front-end` is for AC: write `nominal` in `Vac` and give a `frequency`, such as \"50Hz\"",
                ));
            }
            (Some(_), false) => {
                return Err(PartsError::Mixed(
                    "`frequency` and `Vac` belong to an AC `front-end` (transformer, dropper or switching), not to `series`",
                ));
            }
            (Some(frequency), true) if !(16.0..=400.0).contains(&frequency.0) => {
                return Err(PartsError::Frequency(frequency));
            }
            _ => {}
        }
        if let FrontEnd::Switching(parts) = &self.front_end {
            let peak = Volts(self.nominal.0 * std::f64::consts::SQRT_2) - parts.drop;
            if peak < *parts.start {
                return Err(PartsError::NeverStarts { start: *parts.start, peak });
            }
        }
        Ok(())
    }
}

impl TryFrom<Written> for SupplyParts {
    type Error = PartsError;
    fn try_from(written: Written) -> Result<Self, PartsError> {
        let text = written.nominal.trim();
        let (number, alternating) = match text.strip_suffix("ac") {
            Some(number) => (number, true),
            None => (text, false),
        };
        let nominal = number.parse::<Volts>().map_err(|error| PartsError::Nominal { why: error.to_string() })?;
        let front_end = match (written.series, written.front_end) {
            (Some(series), None) => FrontEnd::Dc(series),
            (None, Some(front_end)) => front_end,
            (Some(_), Some(_)) => return Err(PartsError::Mixed("give `series` or `front-end`, not both")),
            (None, None) => {
                return Err(PartsError::Mixed("`series` is missing (or `front-end`, for a board on AC)"));
            }
        };
        if written.frequency.is_some() != alternating {
            return Err(PartsError::Mixed(
                "AC needs both: `nominal` in `Vac`, such as \"230Vac\", and `frequency`, such as \"50Hz\"",
            ));
        }
        let parts = Self {
            nominal,
            frequency: written.frequency,
            source_resistance: written.source_resistance,
            front_end,
            capacitor: written.capacitor,
            leakage: written.leakage,
            regulator: written.regulator,
        };
        parts.check()?;
        Ok(parts)
    }
}

/// Refuses what is not a number above zero, and infinity.
pub(super) fn positive(part: &'static str, value: f64, written: &impl ToString) -> Result<(), PartsError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(PartsError::NotPositive { part, value: written.to_string() })
}

/// Refuses what is not zero or a number above, and infinity.
pub(super) fn not_negative(part: &'static str, value: f64, written: &impl ToString) -> Result<(), PartsError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(PartsError::Negative { part, value: written.to_string() })
}

#[cfg(test)]
mod tests {
    use super::super::written::{Toml, read};
    use super::*;

    fn table(changed: &[(&'static str, Toml)]) -> Toml {
        let mut table = vec![
            ("nominal", Toml::Text("12V")),
            ("source-resistance", Toml::Text("500mohm")),
            ("series", Toml::Table(vec![("diode", Toml::Text("700mV"))])),
            ("capacitor", Toml::Text("470uF")),
            ("leakage", Toml::Text("20uA")),
            (
                "regulator",
                Toml::Table(vec![
                    ("output", Toml::Text("3.3V")),
                    ("dropout", Toml::Text("1.1V")),
                    ("quiescent", Toml::Text("5mA")),
                ]),
            ),
        ];
        for (key, value) in changed {
            match table.iter_mut().find(|(known, _)| known == key) {
                Some(entry) => entry.1 = value.clone(),
                None => table.push((key, value.clone())),
            }
        }
        Toml::Table(table)
    }

    #[test]
    fn reads_a_board_file() {
        let parts: SupplyParts = read(table(&[])).unwrap();
        assert!(matches!(parts.front_end, FrontEnd::Dc(Series::Diode(Volts(drop))) if (drop - 0.7).abs() < 1e-12));
        assert_eq!(*parts.regulator.dropout, Volts(1.1));
        let wired: SupplyParts = read(table(&[("series", Toml::Text("none"))])).unwrap();
        assert_eq!(wired.front_end, FrontEnd::Dc(Series::None));
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = |key, value| read::<SupplyParts>(table(&[(key, Toml::Text(value))])).unwrap_err().to_string();
        assert_eq!(wrong("capacitor", "0uF"), "`capacitor` must be more than zero, not 0F");
        assert!(wrong("capacitor", "-470uF").contains("negative"));
        assert!(wrong("capacitor", "470").contains("no unit"));
        assert!(wrong("capacitator", "470uF").contains("unknown field `capacitator`"));
        assert_eq!(
            wrong("nominal", "5V"),
            "at the nominal 5V the regulator never reaches its output: 5V less the diode's 700mV and the dropout of \
             1.1V is below 3.3V"
        );
        assert!(wrong("source-resistance", "0ohm").contains("more than zero"));
        assert!(wrong("source-resistance", "1mohm").contains("under 1 µs"));
        assert!(wrong("series", "thyristor").contains("unknown variant"));
    }
}
