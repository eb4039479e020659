//! The clock's reserve as a rig or board file declares it.

use super::network::Sink;
use super::parts::{PartsError, not_negative, positive};
use crate::spread::{Drawable, Figure};
use brownout_trace::{Amps, Farads, Ohms, Percent, QuantityError, Volts};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// STM32F103x8 data sheet, V_BAT: 1.8 to 3.6 V.
const LOWEST_VBAT: Volts = Volts(1.8);
/// STM32F103x8 data sheet, supply current of the RTC on V_BAT (LSE and RTC on): volts, amperes.
const RTC_ON_VBAT: [(f64, f64); 3] = [(2.0, 0.9e-6), (2.4, 1.1e-6), (3.3, 1.4e-6)];

/// The reserve behind the VBAT pin. Read from TOML it is checked; built in code, ask [`Self::check`].
///
/// ```toml
/// kind    = { coin-cell = { capacity = "220mAh", voltage = "3V", self-discharge = "250nA", resistance = "20ohm",
/// #                         curve = "lithium" } }
/// # kind  = { nickel = { capacity = "40mAh", cells = 2, charge-resistance = "10kohm", charge-drop = "300mV" } }
/// # kind  = { supercap = { capacitance = "100mF", charge-resistance = "1kohm", charge-drop = "300mV",
/// #                        leakage = "1uA", leakage-resistance = "5Mohm", settling = "5uA", initial = "3V" } }
/// # kind  = "none"
/// load    = "by-voltage"                      # the default; or { constant = "1.4uA" }
/// minimum = "1.8V"                            # the default
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct ReserveParts {
    /// What stores the energy.
    pub kind: ReserveKind,
    /// What the clock draws while VDD is away.
    pub load: RtcLoad,
    /// Below it the clock stops and forgets.
    pub minimum: Volts,
}

/// The same as the file writes it, before the check.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    kind: ReserveKind,
    #[serde(default)]
    load: RtcLoad,
    #[serde(default = "lowest_vbat")]
    minimum: Volts,
}

fn lowest_vbat() -> Volts {
    LOWEST_VBAT
}

/// What stores the reserve's energy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum ReserveKind {
    /// VBAT is tied to VDD: the clock dies with it.
    None,
    /// A primary cell. Full at first.
    CoinCell {
        /// Its charge when new.
        capacity: Figure<Charge>,
        /// When full.
        voltage: Volts,
        /// A constant current that always flows.
        #[serde(default)]
        self_discharge: Figure<Amps>,
        /// Its own: what the clock draws times this is lost. 10 to 20 Ω for a fresh CR2032, general knowledge.
        #[serde(default)]
        resistance: Figure<Ohms>,
        /// How its voltage falls as it is used up.
        #[serde(default)]
        curve: CellCurve,
    },
    /// Nickel–metal hydride cells in series, charged from VDD through a diode and a resistor.
    Nickel {
        /// Of each cell when full.
        capacity: Figure<Charge>,
        /// In series: 1.2 V each.
        cells: u32,
        /// In series with the diode; the cells' own resistance, ohms, is left out.
        charge_resistance: Ohms,
        /// Of the diode.
        #[serde(default)]
        charge_drop: Volts,
        /// Of what flows in, this is stored. 66 %: 150 % of the capacity fills a cell, general knowledge.
        #[serde(default = "charge_efficiency")]
        efficiency: Figure<Percent>,
        /// Of the charge left, this is lost within thirty days at 20 °C. 20 %, general knowledge.
        #[serde(default = "monthly_loss")]
        monthly_loss: Figure<Percent>,
        /// Of its charge, at first.
        #[serde(default = "whole")]
        initial: Percent,
    },
    /// A large capacitor, charged from VDD through a diode.
    Supercap {
        /// The capacitance.
        capacitance: Figure<Farads>,
        /// In series with the diode; the capacitor's own resistance is left out.
        charge_resistance: Ohms,
        /// Of the diode; zero for an ideal one.
        #[serde(default)]
        charge_drop: Volts,
        /// A constant current down to 0 V.
        #[serde(default)]
        leakage: Figure<Amps>,
        /// Leakage that falls with the voltage.
        #[serde(default)]
        leakage_resistance: Option<Figure<Ohms>>,
        /// What the dielectric still takes up one hour after the charge began, on top of the leakage: it falls as
        /// 1/t for days (Curie and von Schweidler).
        #[serde(default)]
        settling: Figure<Amps>,
        /// Its voltage at first.
        #[serde(default)]
        initial: Volts,
    },
}

/// How a primary cell's voltage depends on its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellCurve {
    /// One voltage until it is empty.
    #[default]
    Flat,
    /// A CR2032: nearly flat for five sixths, then down to two thirds of its voltage.
    Lithium,
}

fn charge_efficiency() -> Figure<Percent> {
    Percent(66.0).into()
}

fn monthly_loss() -> Figure<Percent> {
    Percent(20.0).into()
}

fn whole() -> Percent {
    Percent(100.0)
}

/// What the clock draws from the reserve.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RtcLoad {
    /// The data sheet's 0.9, 1.1 and 1.4 µA at 2.0, 2.4 and 3.3 V, straight in between, flat beyond.
    #[default]
    ByVoltage,
    /// The same at every voltage above 0 V.
    Constant(Amps),
}

impl RtcLoad {
    /// The voltages at which its current bends.
    pub(super) const BENDS: [f64; 3] = [RTC_ON_VBAT[0].0, RTC_ON_VBAT[1].0, RTC_ON_VBAT[2].0];

    /// The current at a reserve's voltage.
    pub fn at(self, reserve: Volts) -> Amps {
        let drawing = self.sinks().into_iter().filter(|sink| reserve.0 > sink.above);
        Amps(drawing.map(|sink| sink.amps + sink.siemens * (reserve.0 - sink.above)).sum())
    }

    /// The same as loads that begin at their voltages: each bends the line of those before it.
    pub(super) fn sinks(self) -> [Sink; 4] {
        let [(v1, i1), (v2, i2), (v3, i3)] = RTC_ON_VBAT;
        let (first, second) = ((i2 - i1) / (v2 - v1), (i3 - i2) / (v3 - v2));
        let bend = |above, siemens| Sink { above, amps: 0.0, siemens };
        let flat = |amps| Sink { above: 0.0, amps, siemens: 0.0 };
        match self {
            Self::ByVoltage => [flat(i1), bend(v1, first), bend(v2, second - first), bend(v3, -second)],
            Self::Constant(amps) => [flat(amps.0), Sink::default(), Sink::default(), Sink::default()],
        }
    }
}

/// Electric charge in coulombs, written in ampere-hours as on cells: `220mAh`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Charge(pub f64);

impl FromStr for Charge {
    type Err = QuantityError;

    /// Reads `220mAh`, `1Ah`: a current followed by `h`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let Some(current) = text.trim_end().strip_suffix('h') else {
            return Err(QuantityError::WrongUnit {
                unit: text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim().to_owned(),
                units: &["Ah", "mAh", "uAh"],
            });
        };
        Ok(Self(current.parse::<Amps>()?.0 * 3600.0))
    }
}

impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}h", Amps(self.0 / 3600.0))
    }
}

impl Drawable for Charge {
    fn number(self) -> f64 {
        self.0
    }
    fn with_number(self, number: f64) -> Self {
        Self(number)
    }
}

impl<'de> Deserialize<'de> for Charge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why parts make no reserve.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReserveError {
    /// A single value is out of range.
    #[error(transparent)]
    Part(#[from] PartsError),
    /// A share that no cell has.
    #[error("`{part}` is {share}; it must be between 0% and {most}")]
    Share {
        /// The key.
        part: &'static str,
        /// As written.
        share: Percent,
        /// The most it can be.
        most: Percent,
    },
    /// A cell that cannot run the clock at all.
    #[error("the cell's {voltage} is below the clock's `minimum` of {minimum}")]
    CellTooLow {
        /// The cell's voltage.
        voltage: Volts,
        /// The clock's lowest.
        minimum: Volts,
    },
}

impl ReserveParts {
    /// A board without a reserve.
    pub fn none() -> Self {
        Self { kind: ReserveKind::None, load: RtcLoad::default(), minimum: LOWEST_VBAT }
    }

    /// Whether these parts make a reserve.
    pub fn check(&self) -> Result<(), ReserveError> {
        positive("minimum", self.minimum.0, &self.minimum)?;
        if let RtcLoad::Constant(amps) = self.load {
            not_negative("load.constant", amps.0, &amps)?;
        }
        match &self.kind {
            ReserveKind::None => {}
            ReserveKind::CoinCell { capacity, voltage, self_discharge, resistance, .. } => {
                positive("capacity", capacity.0, capacity)?;
                not_negative("self-discharge", self_discharge.0, self_discharge)?;
                not_negative("resistance", resistance.0, resistance)?;
                self.reaches(*voltage)?;
            }
            ReserveKind::Nickel {
                capacity,
                cells,
                charge_resistance,
                charge_drop,
                efficiency,
                monthly_loss,
                initial,
            } => {
                positive("capacity", capacity.0, capacity)?;
                positive("cells", f64::from(*cells), cells)?;
                positive("charge-resistance", charge_resistance.0, charge_resistance)?;
                not_negative("charge-drop", charge_drop.0, charge_drop)?;
                share("efficiency", **efficiency, 100.0)?;
                share("monthly-loss", **monthly_loss, 99.0)?;
                share("initial", *initial, 100.0)?;
                self.reaches(Volts(1.2 * f64::from(*cells)))?;
            }
            ReserveKind::Supercap {
                capacitance,
                charge_resistance,
                charge_drop,
                leakage,
                leakage_resistance,
                settling,
                initial,
            } => {
                positive("capacitance", capacitance.0, capacitance)?;
                positive("charge-resistance", charge_resistance.0, charge_resistance)?;
                not_negative("charge-drop", charge_drop.0, charge_drop)?;
                not_negative("leakage", leakage.0, leakage)?;
                if let Some(ohms) = leakage_resistance {
                    positive("leakage-resistance", ohms.0, ohms)?;
                }
                not_negative("settling", settling.0, settling)?;
                not_negative("initial", initial.0, initial)?;
            }
        }
        Ok(())
    }
}

impl ReserveParts {
    fn reaches(&self, voltage: Volts) -> Result<(), ReserveError> {
        if voltage.0.is_nan() || voltage < self.minimum {
            return Err(ReserveError::CellTooLow { voltage, minimum: self.minimum });
        }
        Ok(())
    }
}

/// Refuses a share outside 0 % and `most`.
fn share(part: &'static str, share: Percent, most: f64) -> Result<(), ReserveError> {
    if (0.0..=most).contains(&share.0) {
        return Ok(());
    }
    Err(ReserveError::Share { part, share, most: Percent(most) })
}

impl TryFrom<Written> for ReserveParts {
    type Error = ReserveError;
    fn try_from(written: Written) -> Result<Self, ReserveError> {
        let parts = Self { kind: written.kind, load: written.load, minimum: written.minimum };
        parts.check()?;
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::written::Toml::{Table, Text};
    use super::super::written::read;
    use super::*;

    #[test]
    fn reads_each_kind() {
        let none: ReserveParts = read(Table(vec![("kind", Text("none"))])).unwrap();
        assert_eq!(none, ReserveParts::none());
        let cell = Table(vec![("capacity", Text("220mAh")), ("voltage", Text("3V"))]);
        let load = Table(vec![("constant", Text("1.4uA"))]);
        let cell: ReserveParts = read(Table(vec![("kind", Table(vec![("coin-cell", cell)])), ("load", load)])).unwrap();
        let ReserveKind::CoinCell { capacity, .. } = cell.kind else { panic!("not a cell: {cell:?}") };
        assert!((capacity.0 - 792.0).abs() < 1e-9);
    }

    #[test]
    fn says_what_is_wrong() {
        let cell = |capacity, voltage| {
            let cell = Table(vec![("capacity", Text(capacity)), ("voltage", Text(voltage))]);
            let kind = Table(vec![("coin-cell", cell)]);
            read::<ReserveParts>(Table(vec![("kind", kind)])).unwrap_err().to_string()
        };
        assert_eq!(cell("40mAh", "1.2V"), "the cell's 1.2V is below the clock's `minimum` of 1.8V");
        assert_eq!(cell("40mA", "3V"), "`mA` is not a unit of this value; use one of `Ah`, `mAh`, `uAh`");
        assert!(cell("0mAh", "3V").contains("more than zero"));
        assert!(cell("40Vh", "3V").contains("not a unit"));
    }

    #[test]
    fn draws_what_the_data_sheet_says() {
        let micro = |volts| RtcLoad::ByVoltage.at(Volts(volts)).0 * 1e6;
        for (volts, expected) in [(1.0, 0.9), (2.0, 0.9), (2.2, 1.0), (2.4, 1.1), (2.85, 1.25), (3.3, 1.4), (3.6, 1.4)]
        {
            assert!((micro(volts) - expected).abs() < 1e-9, "{volts} V: {}", micro(volts));
        }
    }
}
