//! The plan: the cases with every name resolved against one board, checked before anything is energised.

mod able;
mod board_check;
mod build;
mod doubt;
mod needs;
mod order_check;

#[cfg(test)]
pub(crate) mod bad_input_tests;
#[cfg(test)]
mod bad_timing_tests;
#[cfg(test)]
mod careless;
#[cfg(test)]
mod shipped_tests;

pub use build::{plan, plan_paths};

use crate::scenario::board::Arrangement;
use crate::scenario::error::{Fault, Source};
use crate::scenario::file::same;
use crate::scenario::id::CaseId;
use crate::scenario::step::Step;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::{Instant, Span, Volts};
use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// What a plan is made for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// What the board promises and has.
    pub profile: &'a Profile,
    /// The highest voltage the rig's supply gives; `None` if it gives any.
    pub highest: Option<Volts>,
    /// The rig, where the plan is for one: what it lacks is skipped, not faulted.
    pub rig: Option<&'a Rig>,
}

/// Every case of a run, in order: by scenario name, then by matrix choice, the first key varying slowest.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The cases.
    pub cases: Vec<Case>,
}

impl Plan {
    /// What will be inconclusive whatever the boards do, at its place, each once.
    pub fn notes(&self) -> Vec<Fault> {
        let mut seen = HashSet::new();
        let steps = self.cases.iter().filter(|case| case.skip.is_none()).flat_map(|case| &case.steps);
        let notes = steps.filter_map(|step| {
            let place = match &step.step {
                Step::Expect(expectation) => expectation.span.clone(),
                Step::Measure(measure) => measure.span.clone(),
                _ => step.span.clone(),
            };
            let help = "it will be inconclusive: ask for less here, or run it on a rig that can tell";
            Some(Fault::new(&step.source, place, step.doubt.as_ref()?).label("not on this rig").help(help).note())
        });
        notes.filter(|note| seen.insert(same(note))).collect()
    }

    /// What the rig's supply cannot do, at its place, each once: cases that do it are skipped.
    pub fn unable(&self) -> Vec<Fault> {
        let mut seen = HashSet::new();
        let steps = self.cases.iter().flat_map(|case| case.steps.iter().map(move |step| (case, step)));
        let notes = steps.filter_map(|(case, step)| {
            let why =
                step.unable.as_ref().filter(|_| case.skip.as_ref().is_some_and(|skip| Some(skip) == case.unable()))?;
            let help = "the case is skipped: run it on a rig whose supply can";
            Some(Fault::new(&step.source, step.span.clone(), why).label("not on this rig").help(help).note())
        });
        notes.filter(|note| seen.insert(same(note))).collect()
    }
}

/// What a scenario file says of itself; shared by its cases.
#[derive(Debug, Clone)]
pub struct About {
    /// The file.
    pub path: PathBuf,
    /// The folder its name is counted from.
    pub root: PathBuf,
    /// `title`.
    pub title: String,
    /// `why`.
    pub why: String,
    /// `covers`.
    pub covers: Vec<String>,
    /// `trace-snapshot`.
    pub trace_snapshot: bool,
    /// The text, for showing a step where it stands.
    pub source: Source,
    /// The files that it includes, directly and by way of others.
    pub included: Vec<Source>,
}

/// One case: a scenario with one choice from its matrix, resolved.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// Its scenario.
    pub about: Arc<About>,
    /// What is arranged before step 0; `None` if the scenario has no `[board]`.
    pub board: Option<Arrangement>,
    /// The steps.
    pub steps: Vec<PlannedStep>,
    /// The board's nominal supply, which `power = "on"` gives.
    pub nominal: Volts,
    /// The least bench time from step 0 to the end; acknowledgements come on top.
    pub takes: Span,
    /// What arranging takes on top of it, where bench time is the wall's; `None` on a virtual bench.
    pub arranging: Option<Span>,
    /// By how much the rig may be wrong.
    pub uncertainty: Uncertainty,
    /// Why this board cannot do the case, known beforehand: it is skipped with this reason.
    pub skip: Option<String>,
}

impl Case {
    /// Whether it asks for something that the rig cannot tell, known beforehand: it will not pass.
    pub fn is_doubtful(&self) -> bool {
        self.skip.is_none() && self.steps.iter().any(|step| step.doubt.is_some())
    }

    /// The first thing in it that the rig's supply cannot do.
    fn unable(&self) -> Option<&String> {
        self.steps.iter().find_map(|step| step.unable.as_ref())
    }
}

/// One step, resolved.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// What to do.
    pub step: Step<Volts>,
    /// In words, for traces and snapshots.
    pub text: String,
    /// The file it stands in: the scenario's own, or one that it includes.
    pub source: Source,
    /// The step's table in that file.
    pub span: Range<usize>,
    /// The earliest instant it can begin at; acknowledgements before it come on top.
    pub earliest: Instant,
    /// Why what it asks cannot be told on this rig, known beforehand: it is judged inconclusive with these words.
    pub doubt: Option<String>,
    /// Why the rig's supply cannot do it: the case is skipped.
    pub unable: Option<String>,
}
