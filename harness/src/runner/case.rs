//! One case from start to end: run, recorded, compared with its snapshot, put into words.

use super::log::Log;
use super::panics::{self, Panic};
use super::quarantine::Quarantine;
use super::watch::Watch;
use super::{CaseRunner, seed};
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::scenario::id::CaseId;
use crate::show::{self, Look};
use crate::snapshot::{self, Board, Unapproved};
use brownout_reports::record::{Ended, Header};
use brownout_reports::{CaseName, CaseSummary, RunFolder, Timing};
use brownout_trace::{Event, Instant, Span, Verdict, What};
use std::time::{Duration, Instant as WallInstant};

/// What every case of a run stands on.
pub struct Station<'a> {
    /// The bench.
    pub bench: &'a dyn CaseRunner,
    /// The board on it.
    pub board: Board<'a>,
    /// The run's seed.
    pub seed: u64,
    /// Failures that are known.
    pub quarantine: &'a Quarantine,
    /// What ends a case from outside.
    pub watch: &'a Watch,
    /// Where to record, if at all.
    pub folder: Option<&'a RunFolder>,
    /// The header that all records of the run share; case, title, scenario and origin are filled in.
    pub header: Header,
    /// How failures are shown.
    pub look: Look,
}

/// How a case ended for whoever asked for the run, from harmless to grave; an exit status follows from the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// As expected, and as approved.
    Passed,
    /// The rig lacks a part.
    Skipped,
    /// The board's, known and in quarantine.
    Quarantined,
    /// Its turn never came: no time was left, or the run was stopped.
    NotRun,
    /// The rig's trouble: the board is not judged, or the judgement could not be recorded.
    Inconclusive,
    /// The board's.
    Failed,
    /// Ours.
    Bug,
}

/// One case, done: small, whatever its trace was.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Which.
    pub id: CaseId,
    /// Which of its repeats, from 1.
    pub repeat: u32,
    /// How it ended.
    pub end: End,
    /// One word for it: that of the verdict, or `new` or `changed` of its snapshot, or `bug`.
    pub word: &'static str,
    /// The first reason against it, in a line.
    pub reason: Option<String>,
    /// Everything against it, rendered; empty if it passed.
    pub text: String,
    /// Where a bug of ours came from, if `RUST_BACKTRACE` asks for it; talk, since it differs from build to build.
    pub backtrace: Option<String>,
    /// Whether a pending snapshot waits.
    pub is_pending: bool,
    /// Bench time from step 0.
    pub virtual_time: Span,
    /// Wall time.
    pub wall: Duration,
    /// What the board and the harness said to each other last; empty if it passed.
    pub console: Vec<String>,
    /// For the summary.
    pub told: CaseSummary,
}

impl Finished {
    /// A case that ended so, with nothing else to say of it yet: its first repeat, no time gone by.
    pub fn bare(id: CaseId, (end, word): (End, &'static str), told: CaseSummary) -> Self {
        Self {
            id,
            repeat: 1,
            end,
            word,
            reason: None,
            text: String::new(),
            backtrace: None,
            is_pending: false,
            virtual_time: Span::ZERO,
            wall: Duration::ZERO,
            console: Vec::new(),
            told,
        }
    }

    /// The case's id; with `~2` and so on from the second repeat, as its record's folder has it.
    pub fn name(&self) -> String {
        match self.repeat {
            0 | 1 => self.id.to_string(),
            later => format!("{}~{later}", self.id),
        }
    }
}

/// Runs a case and does all that follows. Never panics over what the bench does.
///
/// Repeats count from 1; repeat n runs as the case would with the run's seed plus n - 1, so that it can be had alone.
pub fn finish_case(station: &Station<'_>, case: &Case, repeat: u32) -> Finished {
    let mut finished = recorded(station, case, repeat);
    finished.repeat = repeat;
    if finished.end == End::Failed
        && let Some(entry) = station.quarantine.of(&case.id)
    {
        let why = format!("until {}: {}", entry.until, entry.reason);
        finished.told.quarantine(&why);
        let reason = finished.reason.take().unwrap_or_default();
        finished.reason = Some(format!("{}: {reason} (in quarantine {why})", finished.word));
        (finished.end, finished.word) = (End::Quarantined, "quarantined");
    }
    finished
}

fn recorded(station: &Station<'_>, case: &Case, repeat: u32) -> Finished {
    let started = WallInstant::now();
    if let Some(why) = &case.skip {
        return skipped(case, why.clone());
    }
    if let Some(why) = station.watch.stop.why() {
        return not_run(case, why);
    }
    let run_seed = station.seed.wrapping_add(u64::from(repeat.saturating_sub(1)));
    let header = Header { attempt: repeat, seed: run_seed, ..station.header.clone() };
    let board = Board { is_exact: station.board.is_exact && repeat == 1, ..station.board };
    let mut log = Log::new(station.folder, &header, case);
    let seed = seed::of_case(run_seed, &case.id);
    let watch = station.watch.begin();
    let ran = panics::caught(|| {
        let outcome = station.bench.run(case, seed, watch, &mut |event| log.event(event));
        let unapproved = snapshot::check(case, &outcome, board, station.look);
        (outcome, unapproved)
    });
    let (mut finished, verdict, trouble) = match ran {
        Ok((outcome, unapproved)) => ran_to_its_end(station, case, log, &outcome, unapproved),
        Err(panic) => bug(case, log, &panic),
    };
    finished.wall = started.elapsed();
    let timing = Timing::new(finished.told.case.clone(), repeat, verdict, finished.told.bench_time(), finished.wall);
    let timed = station.folder.map(|folder| folder.timed(&timing));
    let timed = timed.and_then(Result::err).map(|error| super::log::with_causes(&error));
    if let Some(trouble) = trouble.or(timed) {
        not_recorded(&mut finished, trouble);
    }
    finished
}

fn ran_to_its_end(
    station: &Station<'_>,
    case: &Case,
    mut log: Log<'_>,
    outcome: &CaseOutcome,
    unapproved: Option<Unapproved>,
) -> (Finished, Verdict, Option<String>) {
    let last = outcome.trace.last().map_or(Instant::ZERO, |event| event.at);
    let at = last.max(Instant::ZERO + outcome.virtual_time);
    let mut reasons = show::reasons(case, outcome);
    let mut text = show::failure(case, outcome, station.look);
    let (mut end, mut word) = named(outcome.verdict);
    let mut verdict = outcome.verdict;
    let mut is_pending = false;
    if let Some(unapproved) = unapproved {
        (end, word, verdict) = (End::Failed, unapproved.word, Verdict::Failed);
        is_pending = unapproved.is_pending;
        // The record says why it failed although every expectation passed: as of a step after the last.
        log.event(&Event::new(at, judged(case, &unapproved)));
        text.push_str(&unapproved.text);
        reasons.push(unapproved.reason);
    }
    let console = if end == End::Passed { Vec::new() } else { log.console() };
    let (mut told, trouble) = log.finish(Ended { at, verdict, criterion: outcome.criterion });
    tell(&mut told, &reasons);
    let finished = Finished {
        reason: reasons.into_iter().next(),
        text,
        is_pending,
        virtual_time: outcome.virtual_time,
        console,
        ..Finished::bare(case.id.clone(), (end, word), told)
    };
    (finished, verdict, trouble)
}

fn named(verdict: Verdict) -> (End, &'static str) {
    match verdict {
        Verdict::Passed => (End::Passed, "passed"),
        Verdict::Skipped => (End::Skipped, "skipped"),
        Verdict::Inconclusive => (End::Inconclusive, "inconclusive"),
        Verdict::Failed => (End::Failed, "failed"),
    }
}

fn judged(case: &Case, unapproved: &Unapproved) -> What {
    What::Judged {
        index: u32::try_from(case.steps.len()).unwrap_or(u32::MAX),
        expectation: "as approved".to_owned(),
        verdict: Verdict::Failed,
        observed: unapproved.reason.clone(),
        margin: None,
        detail: None,
    }
}

/// What a summary says: our reasons have the line of the file, the record's only the number of the step.
fn tell(told: &mut CaseSummary, reasons: &[String]) {
    if !reasons.is_empty() {
        told.reasons.clear();
        told.more = 0;
        reasons.iter().for_each(|reason| told.because(reason.clone()));
    }
}

fn skipped(case: &Case, why: String) -> Finished {
    let told = CaseSummary::skipped(CaseName(case.id.to_string()), why.clone());
    without_bench(case, named(Verdict::Skipped), why, told)
}

/// A case whose turn never came.
pub fn not_run(case: &Case, why: String) -> Finished {
    let told = CaseSummary::not_run(CaseName(case.id.to_string()), why.clone());
    without_bench(case, (End::NotRun, "not run"), why, told)
}

fn without_bench(case: &Case, ended: (End, &'static str), why: String, told: CaseSummary) -> Finished {
    Finished { reason: Some(why), ..Finished::bare(case.id.clone(), ended, told) }
}

fn bug(case: &Case, log: Log<'_>, panic: &Panic) -> (Finished, Verdict, Option<String>) {
    let console = log.console();
    let (mut told, trouble) = log.abandon();
    let reason = format!("bug in brownout: {} at {}", panic.message, panic.place);
    told.ended = Some(Verdict::Inconclusive);
    tell(&mut told, std::slice::from_ref(&reason));
    let mut text = format!("  this is a bug in brownout, not in the board: please report it\n  {}\n", panic.place);
    panic.message.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    text.push_str("  RUST_BACKTRACE=1 shows where it came from\n");
    let finished = Finished {
        reason: Some(reason),
        text,
        backtrace: panic.backtrace.clone(),
        virtual_time: told.bench_time(),
        console,
        ..Finished::bare(case.id.clone(), (End::Bug, "bug"), told)
    };
    (finished, Verdict::Inconclusive, trouble)
}

/// The record is not whole: the rig's trouble. It takes nothing from a failure, and no pass becomes one.
fn not_recorded(finished: &mut Finished, trouble: String) {
    let reason = format!("not recorded: {trouble}");
    finished.text.push_str(&format!("  {reason}\n"));
    if finished.end < End::Inconclusive {
        (finished.end, finished.word) = named(Verdict::Inconclusive);
        finished.told.ended = Some(Verdict::Inconclusive);
        finished.reason = Some(reason.clone());
    }
    finished.told.because(reason);
}
