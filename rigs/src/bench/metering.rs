//! Sampling the supply while it is away from where it stood: a meter looks while somebody disturbs.
//!
//! Between two changes of level that are known beforehand there is a *plateau*. Samples are spread over it, so that a
//! short one gets what fits and a long one no more than it needs.

use super::RigFault;
use crate::parts::meter::MeterParts;
use brownout_trace::event::{Figure, Level};
use brownout_trace::{Instant, Span, Volts};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use std::collections::VecDeque;

/// DESIGN.md, rule 1: depth is measured from at least three conversions in the plateau.
const FEWEST: usize = 3;
/// More tell no more.
const MOST: i64 = 16;

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

    /// What was sampled up to an instant is used up.
    pub fn forget(&mut self, until: Instant) {
        self.samples.retain(|sample| sample.to > until);
        self.planned.retain(|at| *at > until);
    }
}
