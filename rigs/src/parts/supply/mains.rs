//! Mains through SSRs with random turn-on. Such a one turns on when it is told to, and off at the current's zero: the angle
//! of turn-on can be chosen, and nothing else; a cut is late by up to half a period.

use super::rails::Rail;
use super::score::{Score, set};
use super::stage::{Stage, same};
use crate::rig::pi::{MainsSwitch, Output};
use crate::shot::Stroke;
use brownout_trace::{Hertz, Instant, Span, Volts};

/// One SSR, or two that are never on together.
#[derive(Debug)]
pub struct SolidState<'w> {
    wires: &'w MainsSwitch,
    nominal: Volts,
    /// Which was on last; `None` where that is not known.
    last: Option<Rail>,
}

impl<'w> SolidState<'w> {
    pub fn new(wires: &'w MainsSwitch, nominal: Volts) -> Self {
        Self { wires, nominal, last: None }
    }

    fn period(&self) -> Span {
        Span::from_secs_f64(1.0 / self.wires.frequency.0.max(1.0))
    }

    fn rail(&self, volts: Volts) -> Rail {
        if same(volts, self.nominal, self.nominal) { Rail::Nominal } else { Rail::Other }
    }

    /// The SSR of a rail, and that of the other one, if there is one.
    fn switches(&self, rail: Rail) -> (Output, Option<Output>) {
        let tap = self.wires.tap.map(|tap| tap.ssr);
        match (rail, tap) {
            (Rail::Other, Some(tap)) => (tap, Some(self.wires.ssr)),
            _ => (self.wires.ssr, tap),
        }
    }

    /// Waits for the angle of turn-on: for a zero that is still to come, then so long.
    fn wait_for_angle(&self, score: &mut Score) {
        if let Some(delay) = self.wires.turn_on {
            let within = self.period().times(2);
            score.await_inactive(self.wires.zero_cross, within);
            score.await_active(self.wires.zero_cross, within);
            score.rest(delay);
        }
    }
}

/// What mains runs at.
const FREQUENCIES: std::ops::RangeInclusive<f64> = 45.0..=65.0;

impl Stage for SolidState<'_> {
    fn gives(&self, volts: Volts) -> Result<(), String> {
        let Hertz(frequency) = self.wires.frequency;
        if !FREQUENCIES.contains(&frequency) {
            return Err(format!("says that its mains has {}: it needs 50Hz or 60Hz", self.wires.frequency));
        }
        let tap = self.wires.tap.map(|tap| tap.volts);
        let nominal = self.nominal;
        if same(volts, nominal, nominal) || tap.is_some_and(|tap| same(volts, tap, nominal)) {
            return Ok(());
        }
        Err(match tap {
            Some(tap) => format!("has two SSRs: it gives {nominal}, {tap} or nothing, not {volts}"),
            None => format!("has an SSR only: it gives {nominal} or nothing, not {volts}"),
        })
    }

    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score) {
        let last = from.map(|volts| self.rail(volts)).or(self.last);
        let Some(to) = to.map(|volts| self.rail(volts)) else {
            self.last = last;
            score.at(at);
            self.safe().into_iter().for_each(|stroke| score.push(stroke));
            return;
        };
        self.last = Some(to);
        let is_on = from.is_some() && last == Some(to);
        match self.switches(to) {
            (_, _) if is_on => {}
            // A whole period: the SSR may have conducted for half of one, and the other half is for its release.
            (made, Some(other)) if last != Some(to) => {
                // The nominal edges are where they were asked for, as far as zeros let them: the tap makes room.
                score.at(if to == Rail::Nominal { at - self.period() } else { at });
                score.set(other, false);
                score.rest(self.period());
                score.at(at);
                self.wait_for_angle(score);
                score.set(made, true);
            }
            (made, _) => {
                score.at(at);
                self.wait_for_angle(score);
                score.set(made, true);
            }
        }
    }

    fn takes(&self, from: Volts, to: Volts) -> Span {
        if self.rail(from) == self.rail(to) { Span::ZERO } else { self.period().times(2) }
    }

    fn opens_in(&self) -> Span {
        Span(self.period().0 / 2)
    }

    /// Shorter by what it goes on until its zero, longer by what it waits for its angle: a zero that is still to come, then so
    /// long.
    fn strays(&self) -> Span {
        self.opens_in() + self.wires.turn_on.unwrap_or(Span::ZERO)
    }

    fn tread(&self) -> Result<Span, String> {
        Err("switches mains: it gives no slope".to_owned())
    }

    fn safe(&self) -> Vec<Stroke> {
        let tap = self.wires.tap.map(|tap| tap.ssr);
        std::iter::once(self.wires.ssr).chain(tap).map(|ssr| set(ssr, false)).collect()
    }

    fn is_dc(&self) -> bool {
        false
    }
}
