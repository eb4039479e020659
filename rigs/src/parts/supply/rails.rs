//! Two rails with a switch each: nominal, one residual voltage, or nothing. Both DC; mains has [`super::mains`].

use super::score::{Score, set};
use super::stage::{Stage, same};
use crate::rig::pi::{Change, Output, Rails};
use crate::shot::Stroke;
use brownout_trace::{Instant, Span, Volts};

/// One of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rail {
    /// The nominal one.
    Nominal,
    /// The other one.
    Other,
}

/// Two switches of which one may be on; how they follow each other.
#[derive(Debug)]
pub struct Pair {
    nominal: (Volts, Output),
    other: (Volts, Output),
    change: Change,
    /// Which was on last; `None` where that is not known.
    last: Option<Rail>,
}

impl Pair {
    pub fn new(rails: &Rails, nominal: Volts) -> Self {
        let (nominal, other) = ((nominal, rails.nominal), (rails.volts, rails.other));
        Self { nominal, other, change: rails.change, last: None }
    }

    fn rail(&self, volts: Volts) -> Rail {
        if same(volts, self.nominal.0, self.nominal.0) { Rail::Nominal } else { Rail::Other }
    }

    fn switch(&self, rail: Rail) -> Output {
        match rail {
            Rail::Nominal => self.nominal.1,
            Rail::Other => self.other.1,
        }
    }

    /// From one rail to the other, both with a diode: the lower one's switch moves away from the edge, which the higher one
    /// makes.
    fn overlap(&self, from: Rail, to: Rail, at: Instant, overlap: Span, score: &mut Score) {
        let falls = match to {
            Rail::Nominal => self.nominal.0 < self.other.0,
            Rail::Other => self.other.0 < self.nominal.0,
        };
        score.at(if falls { at - overlap } else { at });
        score.set(self.switch(to), true);
        score.rest(overlap);
        score.set(self.switch(from), false);
    }
}

impl Stage for Pair {
    fn gives(&self, volts: Volts) -> Result<(), String> {
        let (nominal, other) = (self.nominal.0, self.other.0);
        if let Change::BreakBeforeMake(Span(..=0)) = self.change {
            return Err("has two rails that break before make, with no time between: that is no gap".to_owned());
        }
        match same(volts, nominal, nominal) || same(volts, other, nominal) {
            true => Ok(()),
            false => Err(format!("has two rails: it gives {nominal}, {other} or nothing, not {volts}")),
        }
    }

    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score) {
        let (from, to) = (from.map(|volts| self.rail(volts)), to.map(|volts| self.rail(volts)));
        let last = from.or(self.last);
        self.last = to.or(last);
        match (to, self.change) {
            (None, _) => {
                score.at(at);
                score.set(self.switch(Rail::Nominal), false);
                score.set(self.switch(Rail::Other), false);
            }
            (Some(to), Change::DiodeIsolated(overlap)) => match from {
                Some(from) if from != to => self.overlap(from, to, at, overlap, score),
                _ => {
                    score.at(at);
                    score.set(self.switch(to), true);
                }
            },
            (Some(to), Change::BreakBeforeMake(_)) if last == Some(to) => {
                score.at(at);
                score.set(self.switch(to), true);
            }
            (Some(to), Change::BreakBeforeMake(gap)) => {
                let other = if to == Rail::Nominal { Rail::Other } else { Rail::Nominal };
                // The nominal rail's edges are where they were asked for: the other one makes room.
                score.at(if to == Rail::Nominal { at - gap } else { at });
                score.set(self.switch(other), false);
                score.rest(gap);
                score.at(at);
                score.set(self.switch(to), true);
            }
        }
    }

    fn takes(&self, from: Volts, to: Volts) -> Span {
        let (Change::BreakBeforeMake(span) | Change::DiodeIsolated(span)) = self.change;
        if self.rail(from) == self.rail(to) { Span::ZERO } else { span }
    }

    fn tread(&self) -> Result<Span, String> {
        let (nominal, other) = (self.nominal.0, self.other.0);
        Err(format!("has two rails: it gives {nominal}, {other} or nothing, and no slope"))
    }

    fn safe(&self) -> Vec<Stroke> {
        vec![set(self.nominal.1, false), set(self.other.1, false)]
    }
}
