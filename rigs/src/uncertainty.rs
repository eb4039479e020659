//! By how much a rig may be wrong, as its file declares it: the ground for saying that a limit is tighter than the rig
//! can judge (DESIGN.md, rule 2).

use brownout_trace::{Amount, Percent, Ppm, Slew, Span, Volts};
use serde::{Deserialize, Deserializer};

/// The `[uncertainty]` table of a rig file. All are *either way*; left out, the rig counts as exact, as the virtual
/// ones are.
///
/// Where a figure comes from: `time` from `rig check` or the kernel's documentation (DOMAIN.md, "GPIO timestamps":
/// ±100 µs on a Pi), `clock` from the crystal's data sheet or a calibration (a Pi's own: tens of ppm), `voltage` from
/// the meter's data sheet, referred to the nominal supply.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Uncertainty {
    /// Of one timestamp: of an edge, of a line of the console, of a level played.
    #[serde(deserialize_with = "time")]
    pub time: Span,
    /// Of the rig's own clock.
    #[serde(deserialize_with = "clock")]
    pub clock: Ppm,
    /// Of a voltage, as a share of the nominal supply.
    #[serde(deserialize_with = "voltage")]
    pub voltage: Percent,
}

impl Default for Uncertainty {
    fn default() -> Self {
        Self::EXACT
    }
}

impl Uncertainty {
    /// A rig that is never wrong.
    pub const EXACT: Self = Self { time: Span::ZERO, clock: Ppm(0.0), voltage: Percent(0.0) };

    /// A Pi rig whose file says nothing: a timestamp's budget and a crystal's tens of ppm (DOMAIN.md, "Hardware numbers"),
    /// and a meter with a shunt and a divider of 0.5 % each.
    pub const USUAL_PI: Self = Self { time: Span::micros(100), clock: Ppm(50.0), voltage: Percent(1.0) };

    /// A limit is trusted from so many times the uncertainty on: the usual test uncertainty ratio of 4:1 (ANSI/NCSL
    /// Z540.3°).
    pub const RATIO: f64 = 4.0;

    /// Of the time between two timestamps so far apart: both may be off, and the clock meanwhile. Rounded up.
    pub fn of_time(&self, apart: Span) -> Span {
        // Parts per billion: nobody declares a clock finer.
        let ppb = (self.clock.0 * 1e3).ceil() as i128;
        let drift = (i128::from(apart.abs().0) * ppb + 999_999_999) / 1_000_000_000;
        self.time.times(2) + Span(i64::try_from(drift).unwrap_or(i64::MAX))
    }

    /// Of a voltage on a board with this nominal supply.
    pub fn of_voltage(&self, nominal: Volts) -> Volts {
        self.voltage.of(Volts(nominal.0.abs()))
    }

    /// Of a slope as steep as this: the meter's share of it. The time it takes is long beside a timestamp's error, or
    /// there is no slope to measure.
    pub fn of_slew(&self, slew: Slew) -> Slew {
        Slew(slew.0.abs() * self.voltage.0 / 100.0)
    }

    /// Of a figure like this one; a time counts as the distance of its two ends.
    pub fn of(&self, figure: Amount, nominal: Volts) -> Amount {
        match figure {
            Amount::Time(span) => Amount::Time(self.of_time(span)),
            Amount::Voltage(_) => Amount::Voltage(self.of_voltage(nominal)),
            Amount::Slew(slew) => Amount::Slew(self.of_slew(slew)),
        }
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
    let time = Span::deserialize(deserializer)?;
    reasonable(time, time <= Span::secs(1), "at most `1s` for one timestamp")
}

fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ppm, D::Error> {
    let clock = Ppm::deserialize(deserializer)?;
    reasonable(clock, (0.0..=10_000.0).contains(&clock.0), "from `0ppm` to `10000ppm`, meant either way")
}

fn voltage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Percent, D::Error> {
    let voltage = Percent::deserialize(deserializer)?;
    reasonable(voltage, voltage.0 <= 100.0, "at most `100%` of the nominal supply")
}

fn reasonable<T: std::fmt::Display, E: serde::de::Error>(value: T, is: bool, limits: &str) -> Result<T, E> {
    if is { Ok(value) } else { Err(E::custom(format!("`{value}` is no uncertainty of a rig: {limits}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_timestamps_and_the_clock_between_them() {
        let rig = Uncertainty { time: Span::micros(100), clock: Ppm(20.0), voltage: Percent(0.5) };
        assert_eq!(rig.of_time(Span::ZERO), Span::micros(200));
        assert_eq!(rig.of_time(Span::secs(1)), Span::micros(220));
        assert_eq!(rig.of_time(-Span::secs(86_400)), Span::micros(200) + Span::millis(1_728));
        assert_eq!(rig.of(Amount::Voltage(Volts(4.8)), Volts(12.0)).to_string(), "60mV");
        assert_eq!(rig.of(Amount::Slew(Slew(-100.0)), Volts(12.0)).to_string(), "0.5V/s");
        assert_eq!(Uncertainty::EXACT.of_time(Span::secs(1_000_000_000)), Span::ZERO);
        // A clock finer than a part per billion still counts as one, and nothing overflows.
        let fine = Uncertainty { clock: Ppm(0.0001), ..Uncertainty::EXACT };
        assert_eq!(fine.of_time(Span::secs(1)), Span(1));
        assert!(rig.of_time(Span(i64::MAX)) > Span::ZERO);
    }
}
