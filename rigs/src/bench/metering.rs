//! Sampling the supply while it is away from where it stood: a meter looks while somebody disturbs.
//!
//! Between two changes of level that are known beforehand there is a *plateau*. Samples are spread over it, so that a
//! short one gets what fits and a long one no more than it needs.

use super::RigFault;
use crate::parts::meter::MeterParts;
use brownout_trace::event::{Figure, Level};
use brownout_trace::{Instant, Slew, Span, Volts};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use std::collections::VecDeque;

/// DESIGN.md, rule 1: depth is measured from at least three conversions in the plateau.
const FEWEST: usize = 3;
/// More tell no more.
const MOST: i64 = 16;
/// A slope is measured from at least so many conversions, none of them longer than such a part of it.
const SLOPE: i64 = 10;

/// A bus that is on a bench, and so knows the time.
pub trait Timed: I2c + DelayNs {
    /// Bench time.
    fn time(&self) -> Instant;
}

/// One reading: what it measured lies between two instants.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sample {
    from: Instant,
    to: Instant,
    volts: Volts,
}

/// The shortest slope whose slew a meter surely measures: so fast it converts, and some conversions come late.
pub fn shortest_slope(meter: &MeterParts) -> Span {
    meter.takes().times(2 * SLOPE)
}

/// A meter and when it looks.
#[derive(Debug, Clone)]
pub struct Metering {
    meter: MeterParts,
    /// Samples still to take.
    planned: VecDeque<Instant>,
    samples: Vec<Sample>,
}

impl Metering {
    /// A meter that has nothing to look at yet.
    pub fn new(meter: MeterParts) -> Self {
        Self { meter, planned: VecDeque::new(), samples: Vec::new() }
    }

    /// The meter.
    pub fn meter(&self) -> MeterParts {
        self.meter
    }

    /// Levels will be played: looks at each plateau between them.
    pub fn expect(&mut self, levels: &[(Instant, Level)]) {
        for pair in levels.windows(2) {
            let (from, to) = (pair[0].0, pair[1].0);
            let each = (to - from).0 / MOST;
            let every = Span(each.max(self.meter.takes().0));
            let fit = (to - from).0 / every.0;
            self.planned.extend((0..fit).map(|n| from + every.times(n)));
        }
    }

    /// When it looks next, if it will be done by `until`.
    pub fn next(&self, until: Instant) -> Option<Instant> {
        self.planned.front().copied().filter(|at| *at + self.meter.takes() <= until)
    }

    /// Takes the sample that is due.
    pub fn sample(&mut self, bus: &mut impl Timed) -> Result<(), RigFault> {
        let from = bus.time();
        self.planned.retain(|at| *at > from);
        let volts = self.meter.sample(bus)?;
        self.samples.push(Sample { from, to: bus.time(), volts });
        Ok(())
    }

    /// The mean of what was sampled wholly inside the plateau.
    pub fn depth(&self, from: Instant, to: Instant) -> Figure<Volts> {
        let inside: Vec<f64> = self
            .samples
            .iter()
            .filter(|sample| from <= sample.from && sample.to <= to)
            .map(|sample| sample.volts.0)
            .collect();
        if inside.len() < FEWEST {
            return Figure::Unmeasured;
        }
        Figure::Measured(Volts(inside.iter().sum::<f64>() / inside.len() as f64))
    }

    /// The slope of what was sampled wholly inside, by least squares: its stairs are many, or low. A reading that was
    /// interrupted may be from anywhere, and counts for nothing.
    pub fn slew(&self, from: Instant, to: Instant) -> Figure<Slew> {
        let longest = Span((to - from).0 / SLOPE);
        let inside = self
            .samples
            .iter()
            .filter(|sample| from <= sample.from && sample.to <= to && sample.to - sample.from <= longest);
        let points: Vec<(f64, f64)> =
            inside.map(|sample| ((sample.from - from).as_secs_f64(), sample.volts.0)).collect();
        let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else { return Figure::Unmeasured };
        // Over less than half of it they would tell of a part.
        if points.len() < SLOPE as usize || (last - first) * 2.0 < (to - from).as_secs_f64() {
            return Figure::Unmeasured;
        }
        let count = points.len() as f64;
        let mean = |part: fn(&(f64, f64)) -> f64| points.iter().map(part).sum::<f64>() / count;
        let (mean_time, mean_volts) = (mean(|point| point.0), mean(|point| point.1));
        let of = |part: &dyn Fn(f64, f64) -> f64| {
            points.iter().map(|(time, volts)| part(time - mean_time, volts - mean_volts)).sum::<f64>()
        };
        Figure::Measured(Slew((of(&|time, volts| time * volts) / of(&|time, _| time * time)).abs()))
    }

    /// What was sampled up to an instant is used up.
    pub fn forget(&mut self, until: Instant) {
        self.samples.retain(|sample| sample.to > until);
        self.planned.retain(|at| *at > until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::meter::{Calibration, MeterChip};
    use brownout_trace::Ohms;

    /// A meter that looked so often, every millisecond for half of one, at a slope of 1 V in 10 ms.
    fn looked(times: i64) -> Metering {
        let chip = MeterChip::Ina226 { shunt: Ohms(0.02) };
        let mut metering = Metering::new(MeterParts { chip, address: 0x40, calibration: Calibration::default() });
        metering.samples = (0..times)
            .map(|n| {
                let from = Instant::ZERO + Span::millis(n);
                Sample { from, to: from + Span::micros(500), volts: Volts(12.0 - n as f64 / 10.0) }
            })
            .collect();
        metering
    }

    fn slew(metering: &Metering, millis: i64) -> Option<f64> {
        metering.slew(Instant::ZERO, Instant::ZERO + Span::millis(millis)).measured().map(|slew| slew.0)
    }

    #[test]
    fn a_slope_is_what_its_readings_lie_on() {
        let measured = slew(&looked(20), 20).unwrap();
        assert!((measured - 100.0).abs() < 1e-6, "{measured} V/s");
        assert_eq!(slew(&looked(9), 9), None, "nine are too few");
        assert_eq!(slew(&looked(12), 30), None, "of less than half of it");
        assert_eq!(slew(&looked(20), 4), None, "a conversion is a good part of it");
        assert_eq!(slew(&looked(0), 20), None);
    }

    #[test]
    fn a_reading_that_was_interrupted_counts_for_nothing() {
        let mut metering = looked(20);
        metering.samples[10].to = metering.samples[10].from + Span::millis(8);
        metering.samples[10].volts = Volts(3.0);
        let measured = slew(&metering, 20).unwrap();
        assert!((measured - 100.0).abs() < 1e-6, "{measured} V/s");
    }
}
