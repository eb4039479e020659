//! Judging: what an expectation says of the trace. Nothing here moves time or touches a bench.
//!
//! Every judgement comes as a [`Finding`]: what was observed in words fit for a snapshot (times only where the
//! expectation bounds one), more for people, and the instant to look at.

pub mod behaviour;
pub mod clock;
pub mod console;
pub mod contact;
pub mod criterion;
pub mod debounce;
pub mod faults;
pub mod late;
pub mod measure;
pub mod mode;
pub mod programs;
pub mod relay;
pub mod reset;
pub mod schedule;

#[cfg(test)]
mod timing_tests;

use crate::execute::{Contacts, Ledger};
use crate::outcome::{Figure, NOT_OBSERVED};
use brownout_rigs::profile::Profile;
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::{Amount, Event, Instant, Margin, Measurement, Span, Standing, Verdict, Volts};

/// What judging looks at: the trace so far and what was done to the board.
#[derive(Clone, Copy)]
pub struct View<'v> {
    pub(crate) events: &'v [Event],
    pub(crate) contacts: &'v Contacts,
    pub(crate) ledger: &'v Ledger,
    pub(crate) profile: &'v Profile,
    pub(crate) uncertainty: &'v Uncertainty,
    pub(crate) nominal: Volts,
    pub(crate) now: Instant,
}

/// The time that an expectation looks at. Its end is over, and its last edges have settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From where it looks back: its mark, or step 0.
    pub since: Instant,
    /// When it began: where it looks forward from.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
}

/// What an expectation came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Passed, failed or inconclusive.
    pub verdict: Verdict,
    /// In words fit for a snapshot.
    pub observed: String,
    /// The instant that decides it.
    pub look_at: Instant,
    /// A figure that the expectation bounds.
    pub figure: Option<Figure>,
    /// What was left of the limit, where there is one.
    pub margin: Option<Margin>,
    /// What a `measure` step found.
    pub measurement: Option<Measurement>,
    /// More, for a person.
    pub detail: Option<String>,
}

impl Finding {
    /// Passed or failed, decided at `look_at`.
    pub fn new(passed: bool, observed: impl Into<String>, look_at: Instant) -> Self {
        let verdict = if passed { Verdict::Passed } else { Verdict::Failed };
        Self {
            verdict,
            observed: observed.into(),
            look_at,
            figure: None,
            margin: None,
            measurement: None,
            detail: None,
        }
    }

    /// Nothing to be told of the board.
    pub fn inconclusive(why: impl Into<String>, look_at: Instant) -> Self {
        let why = why.into();
        let detail = Some(why.clone());
        Self { verdict: Verdict::Inconclusive, detail, ..Self::new(false, why, look_at) }
    }

    /// A time that a limit bounds, in the words of [`Finding::new`]: `before`, the figure, `after`. It passes where it
    /// is not longer.
    pub fn bounded(figure: Span, limit: Span, before: &str, after: &str, look_at: Instant) -> Self {
        let left = limit - figure.abs();
        let inside = left >= Span::ZERO;
        let text = rounded(figure, limit).to_string();
        let finding = Self::new(inside, format!("{before}{text}{after}"), look_at);
        Self { figure: Some(Figure { text, inside }), ..finding }.left(left, limit)
    }

    /// With what was left of a limit of time.
    pub fn left(self, left: Span, of: Span) -> Self {
        Self { margin: Some(Margin { left: Amount::Time(left), of: Amount::Time(of) }), ..self }
    }

    /// What cannot be told on this rig, as the plan said: inconclusive, with what was seen for whoever wants to know.
    pub fn doubted(self, why: &str) -> Self {
        let seen = match self.detail {
            Some(detail) if detail != self.observed => format!("it looked like: {}; {detail}", self.observed),
            _ => format!("it looked like: {}", self.observed),
        };
        let doubtful = |measurement| Measurement { standing: Standing::Doubtful, ..measurement };
        Self {
            verdict: Verdict::Inconclusive,
            observed: why.to_owned(),
            figure: None,
            measurement: self.measurement.map(doubtful),
            detail: Some(seen),
            ..self
        }
    }

    /// The board does not show it: nothing is judged.
    pub fn not_observed(why: impl Into<String>, look_at: Instant) -> Self {
        let detail = Some(why.into());
        Self {
            verdict: Verdict::Skipped,
            observed: NOT_OBSERVED.to_owned(),
            look_at,
            figure: None,
            margin: None,
            measurement: None,
            detail,
        }
    }

    /// With more for a person.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// A time as it stands in an observation, its digits in keeping with the limit that bounds it.
pub(crate) fn rounded(time: Span, limit: Span) -> Span {
    let unit = match limit.0 {
        ..100_000_000 => 1_000,
        100_000_000..100_000_000_000 => 1_000_000,
        _ => 10_000_000,
    };
    Span((time.0 + time.0.signum() * unit / 2) / unit * unit)
}
