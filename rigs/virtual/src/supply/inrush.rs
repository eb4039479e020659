//! What flows at switch-on into empty capacitors: its peak, and the I²t that a fuse or a switch's contacts see.
//!
//! A resistance R and a capacitor C on a step U: Î = U/R and I²t = U²·C/(2R), the energy of the capacitor again, in R
//! (any text on transients). On a sine the step is its value at the angle of switch-on, and it moves on while the
//! capacitor charges; that is the forced curve of `half_cycle`, and its square is summed by Simpson's rule.

use super::forced::Forced;
use super::front_end::FrontEnd;
use super::{Mains, SupplyParts};
use brownout_trace::{Amps, Angle, Volts};

/// Even; more changes nothing in the sixth digit.
const STRIPS: usize = 4096;

/// A surge of current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inrush {
    /// The highest current in the board's supply wires.
    pub peak: Amps,
    /// ∫i² dt in A²s, up to where the current first is back at nothing.
    pub i2t: f64,
}

/// The surge when a level comes to a board whose capacitors are empty; on AC at this angle of the sine, in degrees.
///
/// The loads are left out: they draw a thousandth of it.
pub fn inrush(parts: &SupplyParts, level: Volts, degrees: u16) -> Inrush {
    let source = parts.source_resistance;
    let step = |volts: f64, ohms: f64, farads: f64| Inrush {
        peak: Amps((volts / ohms).max(0.0)),
        i2t: volts.max(0.0).powi(2) * farads / (2.0 * ohms),
    };
    let angle = f64::from(degrees % 180).to_radians();
    let peak = level.0 * std::f64::consts::SQRT_2;
    match (&parts.front_end, parts.frequency.map(Mains::new)) {
        (FrontEnd::Dc(series), _) => {
            step((level - series.drop()).0, (source + series.resistance()).0, parts.capacitor.0)
        }
        (FrontEnd::Dropper(dropper), _) => {
            // The series capacitor is a thousandth of the bulk: the surge charges it alone.
            step(peak * libm::sin(angle) - dropper.drop.0, dropper.surge.0 + source.0, dropper.capacitor.0)
        }
        (FrontEnd::Switching(converter), Some(mains)) => {
            charge(mains, angle, peak, converter.drop.0, converter.surge.0 + source.0, converter.bulk.0)
        }
        (FrontEnd::Transformer(transformer), Some(mains)) => {
            let ratio = transformer.ratio;
            let ohms = transformer.resistance.0 + source.0 / (ratio * ratio);
            let secondary = charge(mains, angle, peak / ratio, transformer.drop.0, ohms, parts.capacitor.0);
            // Of the load's side; the magnetising surge of the core is left out.
            Inrush { peak: Amps(secondary.peak.0 / ratio), i2t: secondary.i2t / (ratio * ratio) }
        }
        _ => Inrush { peak: Amps::ZERO, i2t: 0.0 },
    }
}

/// The worst of it: the highest peak, and the angle that gives it; on DC the angle is nothing.
pub fn worst_inrush(parts: &SupplyParts, level: Volts) -> (Inrush, Angle) {
    let angles = if parts.frequency.is_some() { 0..180 } else { 0..1 };
    let surges = angles.map(|degrees| (inrush(parts, level, degrees), Angle::from(degrees)));
    let worst = surges.max_by(|(one, _), (other, _)| one.peak.0.total_cmp(&other.peak.0));
    worst.unwrap_or((Inrush { peak: Amps::ZERO, i2t: 0.0 }, Angle::ZERO))
}

/// An empty capacitor behind a resistance, from an angle of the half-wave to where the current ends.
fn charge(mains: Mains, angle: f64, peak: f64, drop: f64, ohms: f64, farads: f64) -> Inrush {
    let (omega, half) = (mains.omega(), mains.half());
    let rate = 1.0 / (ohms * farads);
    // Before the sine has passed the diodes' drop nothing flows.
    let begin = (angle.max(libm::asin((drop / peak).min(1.0)))) / omega;
    let volts = Forced { begin, from: 0.0, slope: -drop * rate, rate, drive: peak * rate, omega };
    let amps = |tau: f64| ((peak * libm::sin(omega * tau) - drop - volts.at(tau)) / ohms).max(0.0);
    let width = (half - begin).max(0.0) / STRIPS as f64;
    let mut surge = Inrush { peak: Amps::ZERO, i2t: 0.0 };
    for strip in 0..=STRIPS {
        let now = amps(begin + width * strip as f64);
        let weight = match strip {
            0 | STRIPS => 1.0,
            odd if odd % 2 == 1 => 4.0,
            _ => 2.0,
        };
        surge.i2t += weight * now * now * width / 3.0;
        surge.peak = Amps(surge.peak.0.max(now));
    }
    surge
}

#[cfg(test)]
mod tests {
    use super::super::{Regulator, Series, Switching};
    use super::*;
    use brownout_trace::{Farads, Hertz, Ohms, Percent};

    fn parts(front_end: FrontEnd, frequency: Option<Hertz>) -> SupplyParts {
        SupplyParts {
            nominal: Volts(12.0),
            frequency,
            source_resistance: Ohms(0.5),
            front_end,
            capacitor: Farads(470e-6).into(),
            leakage: Amps::ZERO.into(),
            regulator: Regulator {
                output: Volts(3.3).into(),
                dropout: Volts(1.1).into(),
                quiescent: Amps::ZERO.into(),
            },
        }
    }

    #[test]
    fn a_step_gives_its_voltage_over_the_resistance_and_the_capacitor_s_energy() {
        let surge = inrush(&parts(Series::Diode(Volts(0.7)).into(), None), Volts(12.0), 0);
        assert!((surge.peak.0 - 22.6).abs() < 1e-9);
        let dc = parts(Series::Diode(Volts(0.7)).into(), None);
        assert_eq!(worst_inrush(&dc, Volts(12.0)), (surge, Angle::ZERO));
        assert!((surge.i2t - 11.3 * 11.3 * 470e-6 / 1.0).abs() < 1e-9);
    }

    #[test]
    fn at_the_peak_of_the_mains_a_fast_charge_is_a_step() {
        let switching = |bulk| {
            FrontEnd::Switching(Switching {
                bulk: Farads(bulk).into(),
                efficiency: Percent(75.0).into(),
                output: Volts(12.0).into(),
                output_resistance: Ohms(0.1),
                start: Volts(100.0).into(),
                stop: Volts(70.0).into(),
                surge: Ohms(9.5).into(),
                drop: Volts(1.4),
            })
        };
        // 1 µF behind 10 Ω: 10 µs, a five-hundredth of a quarter-cycle.
        let board = parts(switching(1e-6), Some(Hertz(50.0)));
        let surge = inrush(&board, Volts(230.0), 90);
        let step = 230.0 * std::f64::consts::SQRT_2 - 1.4;
        assert!((surge.peak.0 / (step / 10.0) - 1.0).abs() < 1e-9);
        assert!((surge.i2t / (step * step * 1e-6 / 20.0) - 1.0).abs() < 0.01, "{}", surge.i2t);
        let (worst, angle) = worst_inrush(&board, Volts(230.0));
        assert!((80.0..=90.0).contains(&angle.0) && worst.peak.0 >= surge.peak.0, "{angle} {worst:?}");
        // At the zero there is no step: i = C·dv/dt, 1 µF · ω · Û, and a little lag.
        let soft = inrush(&board, Volts(230.0), 0).peak.0;
        let formula = 1e-6 * 314.16 * 230.0 * std::f64::consts::SQRT_2;
        assert!((soft / formula - 1.0).abs() < 0.01, "{soft} {formula}");
    }
}
