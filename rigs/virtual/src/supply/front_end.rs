//! What lies between the supply terminals and the bulk capacitor, DC or AC, as a rig file declares it.

use super::half_cycle::{Behind, Drive};
use super::mains::{Grid, Mains};
use super::parts::{PartsError, not_negative, positive};
use super::series::Series;
use crate::spread::Figure;
use brownout_trace::{Farads, Ohms, Percent, Volts};
use serde::Deserialize;

/// The input of a board: one for each kind of supply that timers are built with.
///
/// ```toml
/// # DC, as `series` beside `front-end`:  series = { diode = "700mV" }
/// front-end = { transformer = { ratio = 19.0, resistance = "8ohm" } }
/// front-end = { dropper = { capacitor = "470nF", bleeder = "1Mohm", surge = "47ohm", zener = "24V" } }
/// front-end = { switching = { bulk = "10uF", efficiency = "75%", output = "12V", start = "100V", stop = "70V", surge = "10ohm" } }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FrontEnd {
    /// DC through a series element.
    Dc(Series),
    /// AC through a mains transformer and a bridge.
    Transformer(Transformer),
    /// AC through a series capacitor and a bridge, held by a zener: no transformer, the logic at mains potential.
    Dropper(Dropper),
    /// AC through a bridge, a capacitor at the mains peak, and a converter.
    Switching(Switching),
}

/// A mains transformer with a bridge rectifier.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Transformer {
    /// Turns of the primary to one of the secondary.
    pub ratio: f64,
    /// Of both windings, as seen at the secondary.
    pub resistance: Figure<Ohms>,
    /// Of two diodes in series.
    #[serde(default = "two_diodes")]
    pub drop: Volts,
}

/// A transformerless supply.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dropper {
    /// In series with the mains: its reactance sets the current.
    pub capacitor: Figure<Farads>,
    /// Across it, so that the plug is safe to touch.
    pub bleeder: Figure<Ohms>,
    /// In series with it, against the surge at switch-on. Left out of the charge itself: its time constant with the
    /// capacitor is a hundredth of a half-cycle.
    pub surge: Figure<Ohms>,
    /// Across the bulk capacitor.
    pub zener: Figure<Volts>,
    /// Of two diodes in series.
    #[serde(default = "two_diodes")]
    pub drop: Volts,
}

/// A switching supply with a wide input.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Switching {
    /// The capacitor at the mains' peak.
    pub bulk: Figure<Farads>,
    /// From that capacitor to the output, at any load.
    pub efficiency: Figure<Percent>,
    /// The converter's output: onto the board's own bulk capacitor, `capacitor`.
    pub output: Figure<Volts>,
    /// The output falls by this for each ampere.
    #[serde(default = "stiff")]
    pub output_resistance: Ohms,
    /// The mains capacitor's voltage at which the converter starts.
    pub start: Figure<Volts>,
    /// And at which it gives up.
    pub stop: Figure<Volts>,
    /// Thermistor or fusible resistor in the mains wire, as it is while running.
    pub surge: Figure<Ohms>,
    /// Of two diodes in series.
    #[serde(default = "two_diodes")]
    pub drop: Volts,
}

/// Two silicon diodes, general knowledge.
fn two_diodes() -> Volts {
    Volts(1.4)
}

/// A converter that regulates well, general knowledge.
fn stiff() -> Ohms {
    Ohms(0.1)
}

impl From<Series> for FrontEnd {
    fn from(series: Series) -> Self {
        Self::Dc(series)
    }
}

impl FrontEnd {
    /// Whether it is fed with AC.
    pub fn is_ac(&self) -> bool {
        !matches!(self, Self::Dc(_))
    }

    /// Where its half-cycles begin.
    pub(super) fn grid(&self) -> Grid {
        if matches!(self, Self::Dropper(_)) { Grid::Peaks } else { Grid::Zeros }
    }

    /// The time constant with which a series capacitor forgets, in seconds.
    pub(super) fn bleeding(&self) -> f64 {
        match self {
            Self::Dropper(dropper) => dropper.capacitor.0 * dropper.bleeder.0,
            _ => f64::INFINITY,
        }
    }

    /// What AC of this RMS voltage makes of the rectifier's input.
    pub(super) fn drive(&self, rms: Volts, mains: Mains, source: Ohms) -> Option<Drive> {
        let peak = rms.0 * std::f64::consts::SQRT_2;
        let (peak, drop, behind) = match self {
            Self::Dc(_) => return None,
            Self::Transformer(parts) => {
                let seen = source.0 / (parts.ratio * parts.ratio);
                (peak / parts.ratio, parts.drop, Behind::Resistance(parts.resistance.0 + seen))
            }
            Self::Dropper(parts) => {
                (peak, parts.drop, Behind::Capacitor { farads: parts.capacitor.0, zener: parts.zener.0 })
            }
            Self::Switching(parts) => (peak, parts.drop, Behind::Resistance(parts.surge.0 + source.0)),
        };
        Some(Drive { omega: mains.omega(), half: mains.half(), peak, drop: drop.0, behind })
    }

    /// Whether these parts make an input.
    pub(super) fn check(&self) -> Result<(), PartsError> {
        match self {
            Self::Dc(series) => {
                not_negative("series.diode", series.drop().0, &series.drop())?;
                not_negative("series.resistor", series.resistance().0, &series.resistance())
            }
            Self::Transformer(parts) => {
                positive("front-end.transformer.ratio", parts.ratio, &parts.ratio)?;
                positive("front-end.transformer.resistance", parts.resistance.0, &parts.resistance)?;
                not_negative("front-end.transformer.drop", parts.drop.0, &parts.drop)
            }
            Self::Dropper(parts) => {
                positive("front-end.dropper.capacitor", parts.capacitor.0, &parts.capacitor)?;
                positive("front-end.dropper.bleeder", parts.bleeder.0, &parts.bleeder)?;
                positive("front-end.dropper.surge", parts.surge.0, &parts.surge)?;
                positive("front-end.dropper.zener", parts.zener.0, &parts.zener)?;
                not_negative("front-end.dropper.drop", parts.drop.0, &parts.drop)
            }
            Self::Switching(parts) => {
                positive("front-end.switching.bulk", parts.bulk.0, &parts.bulk)?;
                positive("front-end.switching.efficiency", parts.efficiency.0, &parts.efficiency)?;
                positive("front-end.switching.output", parts.output.0, &parts.output)?;
                positive("front-end.switching.output-resistance", parts.output_resistance.0, &parts.output_resistance)?;
                positive("front-end.switching.stop", parts.stop.0, &parts.stop)?;
                positive("front-end.switching.surge", parts.surge.0, &parts.surge)?;
                not_negative("front-end.switching.drop", parts.drop.0, &parts.drop)?;
                if parts.efficiency.0 > 100.0 {
                    return Err(PartsError::MoreThanWhole { efficiency: *parts.efficiency });
                }
                if parts.start.0.is_nan() || *parts.start <= *parts.stop {
                    return Err(PartsError::StartsBelowStop { start: *parts.start, stop: *parts.stop });
                }
                Ok(())
            }
        }
    }

    /// The highest voltage that the board's bulk capacitor can stand at, from a nominal supply.
    pub(super) fn highest(&self, nominal: Volts) -> Volts {
        let peak = Volts(nominal.0 * std::f64::consts::SQRT_2);
        match self {
            Self::Dc(series) => nominal - series.drop(),
            Self::Transformer(parts) => Volts(peak.0 / parts.ratio) - parts.drop,
            Self::Dropper(parts) => Volts((peak - parts.drop).0.min(parts.zener.0)),
            Self::Switching(parts) => *parts.output,
        }
    }
}
