//! Every case on every board of a lot.
//!
//! Nothing is compared with a snapshot: what is approved is the outcome of the nominal board, and another one's differs.

use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::runner::pool::{self, Heard};
use crate::runner::watch::Watch;
use crate::runner::{CaseRunner, End, panics, seed};
use crate::show;
use brownout_rigs::lot::Lot;
use brownout_trace::{Measurement, Span, Verdict};
use std::num::NonZeroUsize;

/// One case on one board, over.
#[derive(Debug, Clone)]
pub struct Tried {
    /// How it ended.
    pub end: End,
    /// The first thing against it, in a line that does not depend on the board where it can.
    pub why: Option<String>,
    /// The figures that were measured; of a case that could not be judged none.
    pub measurements: Vec<Measurement>,
    /// Bench time from step 0.
    pub virtual_time: Span,
}

impl Tried {
    fn ended(end: End, why: String) -> Self {
        Self { end, why: Some(why), measurements: Vec::new(), virtual_time: Span::ZERO }
    }

    fn of(case: &Case, outcome: CaseOutcome) -> Self {
        let (end, why) = match outcome.verdict {
            Verdict::Passed => (End::Passed, None),
            Verdict::Failed => (End::Failed, show::first_broken(case, &outcome)),
            Verdict::Inconclusive => (End::Inconclusive, show::reasons(case, &outcome).into_iter().next()),
            Verdict::Skipped => (End::Skipped, show::reasons(case, &outcome).into_iter().next()),
        };
        let judged = matches!(end, End::Passed | End::Failed);
        let measurements = if judged { outcome.measurements } else { Vec::new() };
        Self { end, why, measurements, virtual_time: outcome.virtual_time }
    }
}

/// What runs a lot's cases, and within what.
pub struct Line<'a> {
    /// The bench, flashed.
    pub bench: &'a dyn CaseRunner,
    /// What ends a case from outside.
    pub watch: &'a Watch,
    /// How many cases at once.
    pub threads: NonZeroUsize,
}

impl Line<'_> {
    /// Every case on every board: the first board's cases first, in the order of `cases`. `tell` hears, on this thread, how
    /// many are done.
    pub fn run(&self, lot: &Lot, cases: &[&Case], mut tell: impl FnMut(usize)) -> Vec<Tried> {
        let boards = usize::try_from(lot.boards()).unwrap_or(usize::MAX);
        let each = cases.len().max(1);
        let mut tried = Vec::new();
        let mut done = 0;
        let job = |index: usize| {
            let number = u32::try_from(index / each + 1).unwrap_or(u32::MAX);
            self.one(lot, number, cases[index % each])
        };
        pool::in_order(boards.saturating_mul(cases.len()), self.threads, job, |heard| match heard {
            Heard::Ended(..) => {
                done += 1;
                tell(done);
            }
            Heard::Next(one) => tried.push(one),
            Heard::Begun(_) | Heard::Tick => {}
        });
        tried
    }

    fn one(&self, lot: &Lot, number: u32, case: &Case) -> Tried {
        if let Some(why) = self.watch.stop.why() {
            return Tried::ended(End::NotRun, why);
        }
        let seed = seed::of_case(seed::of_board(lot.seed(), number), &case.id);
        let ran = panics::caught(|| {
            let board = self.bench.on_rig(lot.board(number))?;
            Some(board.run(case, seed, self.watch.begin(), &mut |_| {}))
        });
        match ran {
            Ok(Some(outcome)) => Tried::of(case, outcome),
            Ok(None) => {
                Tried::ended(End::Inconclusive, "the parts of the board on this rig cannot be drawn".to_owned())
            }
            Err(panic) => Tried::ended(End::Bug, format!("bug in brownout: {} at {}", panic.message, panic.place)),
        }
    }
}
