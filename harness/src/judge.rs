//! Judging: what an expectation says of the trace. Nothing here moves time or touches a bench.
//!
//! Every judgement comes as a [`Finding`]: what was observed in words fit for a snapshot (times only where the
//! expectation bounds one), more for people, and the instant to look at.

pub mod around;
pub mod clock;
pub mod console;
pub mod criterion;
pub mod debounce;
pub mod faults;
pub mod mode;
pub mod programs;
pub mod relay;
pub mod reset;
pub mod schedule;

pub use around::around;

use crate::execute::{Contacts, Ledger};
use crate::outcome::Figure;
use brownout_rigs::profile::Profile;
use brownout_trace::{Event, Instant, Span, Verdict};

/// What judging looks at: the trace so far and what was done to the board.
#[derive(Clone, Copy)]
pub struct View<'v> {
    pub(crate) events: &'v [Event],
    pub(crate) contacts: &'v Contacts,
    pub(crate) ledger: &'v Ledger,
    pub(crate) profile: &'v Profile,
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
    /// More, for a person.
    pub detail: Option<String>,
}

impl Finding {
    /// Passed or failed, decided at `look_at`.
    pub fn new(passed: bool, observed: impl Into<String>, look_at: Instant) -> Self {
        let verdict = if passed { Verdict::Passed } else { Verdict::Failed };
        Self { verdict, observed: observed.into(), look_at, figure: None, detail: None }
    }

    /// Nothing to be told of the board.
    pub fn inconclusive(why: impl Into<String>, look_at: Instant) -> Self {
        let why = why.into();
        let detail = Some(why.clone());
        Self { verdict: Verdict::Inconclusive, observed: why, look_at, figure: None, detail }
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
