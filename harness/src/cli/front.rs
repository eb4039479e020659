//! What `brownout run` shows: a line per scenario as it ends, in plan order; every failure in full at the end; the
//! summary. Nothing here depends on threads, and no wall time stands before the last line.

mod flaky;
mod group;
mod progress;

use super::exit::Exit;
use super::output::Output;
use super::setup::count;
use super::terminal::talk_width;
use crate::plan::Case;
use crate::runner::bounds::Bounds;
use crate::runner::pool::News;
use crate::runner::{End, Finished};
use crate::show::Look;
use brownout_reports::Summary;
use brownout_reports::junit::{Entry, Junit};
use flaky::Flaky;
use group::{Group, tint};
use progress::Progress;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::time::Instant;

/// More failures than these are not shown: nobody reads a hundred of them.
const IN_FULL: usize = 10;
/// More bad cases than these are not listed a second time.
const LISTED: usize = 20;
/// The longest scenario name that others are lined up with.
const WIDEST: usize = 40;

/// The front end of one run.
pub struct Front<'a> {
    output: &'a mut Output,
    cases: &'a [&'a Case],
    next: usize,
    bounds: &'a Bounds,
    progress: Progress,
    left: HashMap<&'a str, usize>,
    width: usize,
    group: Group,
    flaky: Flaky,
    failures: Vec<String>,
    more: usize,
    bad: usize,
    pending: usize,
    summary: Summary,
    exit: Exit,
    started: Instant,
    report: Option<Report<'a>>,
}

/// The report that is written beside what is shown.
pub struct Report<'a> {
    /// Where the cases go.
    pub junit: &'a mut Junit,
    /// Before the name of each suite: which rig, if there are several.
    pub prefix: String,
    /// What each suite says of the run.
    pub properties: Vec<(&'static str, String)>,
}

impl Report<'_> {
    fn add(&mut self, finished: &Finished) {
        let name = finished.name();
        let entry = Entry {
            name: &name,
            told: &finished.told,
            word: finished.word,
            detail: &finished.text,
            console: &finished.console,
            wall: finished.wall,
        };
        let suite = format!("{}{}", self.prefix, finished.id.scenario);
        self.junit.add(&suite, &self.properties, entry);
    }
}

impl<'a> Front<'a> {
    /// For these cases, which will be told of in this order, so many of them at once.
    pub fn new(
        output: &'a mut Output,
        cases: &'a [&'a Case],
        report: Option<Report<'a>>,
        bounds: &'a Bounds,
        threads: NonZeroUsize,
    ) -> Self {
        let mut left = HashMap::new();
        for case in cases {
            *left.entry(case.id.scenario.as_str()).or_insert(0) += 1;
        }
        let width = left.keys().map(|name| name.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0);
        Self {
            output,
            cases,
            next: 0,
            bounds,
            progress: Progress::new(cases, threads.get().min(cases.len())),
            left,
            width,
            group: Group::default(),
            flaky: Flaky::default(),
            failures: Vec::new(),
            more: 0,
            bad: 0,
            pending: 0,
            summary: Summary::default(),
            exit: Exit::Fine,
            started: Instant::now(),
            report,
        }
    }

    /// Takes in what is told of the run.
    pub fn hear(&mut self, news: News) {
        match news {
            News::Begun(index) => self.progress.begun(index),
            News::Ended { index, end, bench } => {
                if let Some(case) = self.cases.get(index) {
                    self.progress.ended(index, case, matches!(end, End::Failed | End::Bug), bench);
                }
            }
            News::Tick => {}
            News::Next(finished) => self.case(*finished),
        }
        let now = Instant::now();
        if self.output.shows_progress() && self.progress.is_due(now) {
            self.show_progress();
        }
    }

    fn case(&mut self, finished: Finished) {
        let Some(case) = self.cases.get(self.next).copied() else { return };
        self.next += 1;
        self.exit = self.exit.max(finished.end.into());
        if let Some(report) = &mut self.report {
            report.add(&finished);
        }
        self.flaky.add(&finished);
        self.pending += usize::from(finished.is_pending);
        let is_bad = finished.end > End::NotRun;
        self.bad += usize::from(is_bad);
        let is_first = self.group.add(&finished);
        if is_bad {
            if is_first && self.failures.len() < IN_FULL {
                self.failures.push(in_full(case, &finished, self.output.data_look));
            } else {
                self.more += 1;
            }
        }
        if let Some(backtrace) = &finished.backtrace {
            self.output.talk(&format!("{}:\n{backtrace}", finished.id));
        }
        self.summary.add(finished.told);
        let scenario = case.id.scenario.as_str();
        let left = self.left.entry(scenario).or_default();
        *left = left.saturating_sub(1);
        if *left == 0 {
            let group = std::mem::take(&mut self.group);
            for line in group.lines(scenario, self.width, self.output.data_look) {
                self.output.data(&line);
            }
            if self.output.shows_progress() {
                self.show_progress();
            }
        }
    }

    fn show_progress(&mut self) {
        let look = self.output.talk_look;
        let width = talk_width().unwrap_or(look.width);
        let line = self.progress.line(self.cases, self.bounds, self.started.elapsed(), width, look.unicode);
        self.output.progress(&line);
    }

    /// Shows the failures and the summary, and says how the command ends.
    pub fn finish(mut self) -> Exit {
        for failure in &self.failures {
            self.output.data("");
            self.output.data(failure.trim_end());
        }
        if self.more > 0 {
            let more =
                format!("… and {} more; one alone in full: brownout run -- --exact ID", count(self.more, "case"));
            self.output.data("");
            self.output.data(&more);
        }
        let flaky = std::mem::take(&mut self.flaky).lines();
        self.summary.took(self.started.elapsed());
        self.output.data("");
        if !flaky.is_empty() {
            self.output.data(&flaky.join("\n"));
        }
        self.output.data(&self.summed_up());
        if self.pending > 0 {
            let waiting = count(self.pending, "snapshot");
            self.output.talk(&format!(
                "{waiting} pending: `brownout review` shows them; or `brownout accept`, `brownout reject`, `cargo insta review`"
            ));
        }
        self.exit
    }
}

impl Front<'_> {
    /// The summary; after too many bad cases to list once more, the figures alone.
    fn summed_up(&self) -> String {
        let text = self.summary.to_string();
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let from = if self.bad > LISTED { lines.len().saturating_sub(2) } else { 0 };
        lines[from..].join("\n")
    }
}

fn in_full(case: &Case, finished: &Finished, look: Look) -> String {
    let head = format!("──── {}: {} ", finished.word, finished.name());
    let rule = "─".repeat(look.width.saturating_sub(head.chars().count()));
    let mut about = format!("\"{}\"", case.about.title);
    if let Some(criterion) = finished.told.criterion {
        about.push_str(&format!(", criterion {criterion} (pre-compliance)"));
    }
    let head = look.paint(tint(finished.end), &format!("{head}{rule}"));
    format!("{head}\n{about}\n\n{}", finished.text)
}
