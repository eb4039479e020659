//! The supply as a rig or board file declares it.

use super::{Regulator, Series};
use brownout_trace::{Amps, Farads, Ohms, Volts};
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
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct SupplyParts {
    /// The level this variant of the board is made for; percentages of a dip refer to it.
    pub nominal: Volts,
    /// Of the bench supply and its wires: before the terminals.
    pub source_resistance: Ohms,
    /// Between the terminals and the capacitor.
    pub series: Series,
    /// The bulk capacitor, as it is (aged, at its tolerance).
    pub capacitor: Farads,
    /// The capacitor's own leakage and whatever else always hangs on it: a constant current down to 0 V.
    pub leakage: Amps,
    /// Between the capacitor and VDD.
    pub regulator: Regulator,
}

/// The same as the file writes it, before the check.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    nominal: Volts,
    source_resistance: Ohms,
    series: Series,
    capacitor: Farads,
    leakage: Amps,
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
        "at the nominal {nominal} the regulator never reaches its output: {nominal} less the diode's {diode} and the \
         dropout of {dropout} is below {output}"
    )]
    NeverRegulates {
        /// The nominal level.
        nominal: Volts,
        /// The forward drop, zero without a diode.
        diode: Volts,
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
}

impl SupplyParts {
    /// Whether these parts make a supply. What parsing already refuses is refused here too, for parts built in code.
    pub fn check(&self) -> Result<(), PartsError> {
        let regulator = &self.regulator;
        positive("nominal", self.nominal.0, &self.nominal)?;
        positive("source-resistance", self.source_resistance.0, &self.source_resistance)?;
        positive("capacitor", self.capacitor.0, &self.capacitor)?;
        positive("regulator.output", regulator.output.0, &regulator.output)?;
        not_negative("series.diode", self.series.drop().0, &self.series.drop())?;
        not_negative("series.resistor", self.series.resistance().0, &self.series.resistance())?;
        not_negative("leakage", self.leakage.0, &self.leakage)?;
        not_negative("regulator.dropout", regulator.dropout.0, &regulator.dropout)?;
        not_negative("regulator.quiescent", regulator.quiescent.0, &regulator.quiescent)?;
        let reached = self.nominal - self.series.drop() - regulator.dropout;
        // A microvolt of grace: 5 V less 1.7 V is not quite 3.3 V in doubles.
        if reached.0 < regulator.output.0 - 1e-6 {
            return Err(PartsError::NeverRegulates {
                nominal: self.nominal,
                diode: self.series.drop(),
                dropout: regulator.dropout,
                output: regulator.output,
            });
        }
        let resistance = self.source_resistance + self.series.resistance();
        if resistance.0 * self.capacitor.0 < SHORTEST {
            return Err(PartsError::TooFast { resistance, capacitor: self.capacitor });
        }
        Ok(())
    }
}

impl TryFrom<Written> for SupplyParts {
    type Error = PartsError;
    fn try_from(written: Written) -> Result<Self, PartsError> {
        let parts = Self {
            nominal: written.nominal,
            source_resistance: written.source_resistance,
            series: written.series,
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
        assert!(parts.series.blocks_reverse() && (parts.series.drop().0 - 0.7).abs() < 1e-12);
        assert_eq!(parts.regulator.dropout, Volts(1.1));
        let wired: SupplyParts = read(table(&[("series", Toml::Text("none"))])).unwrap();
        assert_eq!(wired.series, Series::None);
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
