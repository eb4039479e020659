//! What `brownout run` shows: a line per scenario as it ends, in plan order; every failure in full at the end; the
//! summary. Nothing here depends on threads, and no wall time stands before the last line.

use super::exit::Exit;
use super::output::Output;
use super::setup::count;
use crate::plan::Case;
use crate::runner::pool::News;
use crate::runner::{End, Finished};
use crate::show::Look;
use crate::show::paint::Tint;
use crate::show::time::in_words;
use brownout_reports::Summary;
use brownout_trace::Span;
use std::collections::HashMap;
use std::time::Instant;

/// More failures than these are listed, not shown: nobody reads a hundred of them.
const IN_FULL: usize = 10;
/// More cases of one scenario than these are counted.
const ROWS: usize = 5;
/// The longest scenario name that others are lined up with.
const WIDEST: usize = 40;

/// The front end of one run.
pub struct Front<'a> {
    output: &'a mut Output,
    cases: &'a [&'a Case],
    next: usize,
    left: HashMap<&'a str, usize>,
    width: usize,
    group: Group,
    failures: Vec<String>,
    more: usize,
    pending: usize,
    summary: Summary,
    exit: Exit,
    started: Instant,
}

/// The cases of one scenario, as they come in.
#[derive(Default)]
struct Group {
    cases: usize,
    bad: usize,
    gravest: Option<(End, &'static str)>,
    time: Span,
    rows: Vec<String>,
}

impl<'a> Front<'a> {
    /// For these cases, which will be told of in this order.
    pub fn new(output: &'a mut Output, cases: &'a [&'a Case]) -> Self {
        let mut left = HashMap::new();
        for case in cases {
            *left.entry(case.id.scenario.as_str()).or_insert(0) += 1;
        }
        let width = left.keys().map(|name| name.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0);
        Self {
            output,
            cases,
            next: 0,
            left,
            width,
            group: Group::default(),
            failures: Vec::new(),
            more: 0,
            pending: 0,
            summary: Summary::default(),
            exit: Exit::Fine,
            started: Instant::now(),
        }
    }

    /// Takes in what is told of the run.
    pub fn hear(&mut self, news: News) {
        match news {
            News::Done(done) => self.output.progress(&format!("[{done}/{}]", self.cases.len())),
            News::Next(finished) => self.case(*finished),
        }
    }

    fn case(&mut self, finished: Finished) {
        let Some(case) = self.cases.get(self.next).copied() else { return };
        self.next += 1;
        self.exit = self.exit.max(finished.end.into());
        self.pending += usize::from(finished.is_pending);
        let group = &mut self.group;
        group.cases += 1;
        group.time = group.time + finished.virtual_time;
        if group.gravest.is_none_or(|(end, _)| end < finished.end) {
            group.gravest = Some((finished.end, finished.word));
        }
        if finished.end != End::Passed {
            group.bad += 1;
            group.rows.push(row(&finished));
        }
        if finished.end > End::Skipped {
            if self.failures.len() < IN_FULL {
                self.failures.push(in_full(case, &finished, self.output.data_look));
            } else {
                self.more += 1;
            }
        }
        self.summary.add(finished.told);
        let scenario = case.id.scenario.as_str();
        let left = self.left.entry(scenario).or_default();
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.scenario(scenario);
        }
    }

    fn scenario(&mut self, name: &str) {
        let group = std::mem::take(&mut self.group);
        let (end, word) = group.gravest.unwrap_or((End::Passed, "passed"));
        let word = self.output.data_look.paint(tint(end), &format!("{word:<12}"));
        let cases = match group.bad {
            0 => count(group.cases, "case"),
            bad if bad == group.cases => count(group.cases, "case"),
            bad => format!("{bad} of {}", count(group.cases, "case")),
        };
        let (width, time) = (self.width, in_words(group.time));
        self.output.data(format!("{word}  {name:<width$}  {cases:<14}  {time}").trim_end());
        for row in group.rows.iter().take(ROWS) {
            self.output.data(&format!("              {row}"));
        }
        if group.rows.len() > ROWS {
            self.output.data(&format!("              … and {} more", group.rows.len() - ROWS));
        }
        let done = self.next;
        self.output.progress(&format!("[{done}/{}]", self.cases.len()));
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
        self.summary.took(self.started.elapsed());
        self.output.data("");
        self.output.data(self.summary.to_string().trim_end());
        if self.pending > 0 {
            let waiting = count(self.pending, "snapshot");
            self.output.talk(&format!(
                "{waiting} pending: read them above, then `brownout accept` or `brownout reject`; or `cargo insta review`"
            ));
        }
        self.exit
    }
}

fn tint(end: End) -> Tint {
    match end {
        End::Passed => Tint::Good,
        End::Skipped => Tint::Faint,
        End::Inconclusive => Tint::Warn,
        End::Failed | End::Bug => Tint::Bad,
    }
}

/// The choice from the matrix, as it stands in the id.
fn choice(finished: &Finished) -> String {
    let id = finished.id.to_string();
    id.get(finished.id.scenario.len()..).unwrap_or_default().to_owned()
}

fn row(finished: &Finished) -> String {
    let choice = choice(finished);
    let gap = if choice.is_empty() { "" } else { "  " };
    let reason = finished.reason.as_deref().unwrap_or_default();
    let word = match finished.end {
        End::Failed if finished.word == "failed" => String::new(),
        End::Skipped => String::new(),
        _ => format!("{}: ", finished.word),
    };
    format!("{choice}{gap}{word}{reason}")
}

fn in_full(case: &Case, finished: &Finished, look: Look) -> String {
    let head = format!("──── {}: {} ", finished.word, finished.id);
    let rule = "─".repeat(look.width.saturating_sub(head.chars().count()));
    let mut about = format!("\"{}\"", case.about.title);
    if let Some(criterion) = finished.told.criterion {
        about.push_str(&format!(", criterion {criterion} (pre-compliance)"));
    }
    let head = look.paint(tint(finished.end), &format!("{head}{rule}"));
    format!("{head}\n{about}\n\n{}", finished.text)
}
