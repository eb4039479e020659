//! What goes on while cases run, in one line: a bar, cases done, failures, bench time and its ratio to wall time, what is
//! left by an estimate, and what runs.
//!
//! Our own few lines: the one that is shown is [`Output::progress`](crate::cli::output::Output::progress)'s, which every
//! other word that is written has to make way for, so that a crate with a line of its own would need to be told of each.

use crate::plan::Case;
use crate::runner::bounds::Bounds;
use crate::runner::estimate::{as_span, beforehand};
use brownout_trace::Span;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A line is shown no more often: nobody reads faster, and a terminal takes its time.
const PAUSE: Duration = Duration::from_millis(100);
/// The bar's columns.
const BAR: usize = 20;
/// So many cases are named.
const NAMED: usize = 1;
/// An estimate from less wall time than this is a guess.
const TRUSTED: Duration = Duration::from_millis(500);

/// What is known of a run under way.
#[derive(Debug)]
pub struct Progress {
    cases: usize,
    threads: usize,
    done: usize,
    failed: usize,
    bench: Span,
    running: BTreeSet<usize>,
    /// Beforehand's estimate of the cases that have not ended.
    left: Duration,
    shown: Option<Instant>,
}

impl Progress {
    /// Nothing has begun.
    pub fn new(cases: &[&Case], threads: usize) -> Self {
        Self {
            cases: cases.len(),
            threads: threads.max(1),
            done: 0,
            failed: 0,
            bench: Span::ZERO,
            running: BTreeSet::new(),
            left: cases.iter().map(|case| beforehand(case)).sum(),
            shown: None,
        }
    }

    /// The case at a place of the plan has begun.
    pub fn begun(&mut self, index: usize) {
        self.running.insert(index);
    }

    /// It has ended.
    pub fn ended(&mut self, index: usize, case: &Case, failed: bool, bench: Span) {
        self.running.remove(&index);
        self.done += 1;
        self.failed += usize::from(failed);
        self.bench = self.bench + bench;
        self.left = self.left.saturating_sub(beforehand(case));
    }

    /// Whether enough time has gone by to show it again.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.shown.is_none_or(|shown| now.saturating_duration_since(shown) >= PAUSE);
        if is_due {
            self.shown = Some(now);
        }
        is_due
    }

    /// The line, `width` columns at most. `wall` is what has gone by.
    pub fn line(&self, cases: &[&Case], bounds: &Bounds, wall: Duration, width: usize, unicode: bool) -> String {
        let mut parts = vec![format!("{} {}/{}", self.bar(unicode), self.done, self.cases)];
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        if self.bench > Span::ZERO && !wall.is_zero() {
            let ratio = self.bench.as_secs_f64() / wall.as_secs_f64();
            parts.push(format!("{} on the bench, {}", self.bench.in_words(), times(ratio)));
        }
        if self.done > 0 && wall >= TRUSTED {
            let left = bounds.by_now(self.left) / u32::try_from(self.threads).unwrap_or(u32::MAX);
            parts.push(format!("about {} left", whole_seconds(left).in_words()));
        }
        let names: Vec<String> = self
            .running
            .iter()
            .take(NAMED)
            .filter_map(|index| cases.get(*index))
            .map(|case| case.id.to_string())
            .collect();
        if !names.is_empty() {
            let more = self.running.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            parts.push(format!("{}{more}", names.join(", ")));
        }
        let line = parts.join("  ");
        // A full last column makes some terminals begin a new line.
        line.chars().take(width.saturating_sub(1)).collect()
    }

    fn bar(&self, unicode: bool) -> String {
        let (full, empty) = if unicode { ("█", "░") } else { ("#", ".") };
        let filled = (self.done * BAR).checked_div(self.cases).unwrap_or(0).min(BAR);
        format!("[{}{}]", full.repeat(filled), empty.repeat(BAR - filled))
    }
}

/// `12x`, `340 000x`: two digits that count.
fn times(ratio: f64) -> String {
    if ratio < 10.0 {
        return format!("{ratio:.1}x");
    }
    let scale = 10_f64.powi(ratio.log10().floor() as i32 - 1);
    let digits = format!("{:.0}", (ratio / scale).round() * scale);
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    format!("{text}x")
}

fn whole_seconds(left: Duration) -> Span {
    as_span(Duration::from_secs(left.as_secs() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Target, plan_paths};
    use brownout_rigs::profile::Profile;
    use std::num::NonZeroU32;

    fn progress() -> Progress {
        Progress {
            cases: 4,
            threads: 2,
            done: 1,
            failed: 1,
            bench: Span::secs(90_000),
            running: BTreeSet::new(),
            left: Duration::from_secs(7),
            shown: None,
        }
    }

    #[test]
    fn says_how_far_it_is() {
        let bounds = Bounds::new(false, NonZeroU32::MIN, None);
        let line = |wall, width, unicode| progress().line(&[], &bounds, Duration::from_millis(wall), width, unicode);
        assert_eq!(
            line(2_000, 100, false),
            "[#####...............] 1/4  1 failed  1d 1h on the bench, 45 000x  about 4s left"
        );
        assert_eq!(line(100, 100, true), "[█████░░░░░░░░░░░░░░░] 1/4  1 failed  1d 1h on the bench, 900 000x");
        assert_eq!(line(2_000, 30, false).chars().count(), 29);
    }

    #[test]
    fn a_case_that_ended_leaves_less_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let text = "title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [{ wait = \"{t}\" }, \
            { expect = { relay = \"K1\", is = \"open\" } }]\n[matrix]\nt = [\"1s\", \"2s\"]\n";
        std::fs::write(dir.path().join("a.toml"), text).unwrap();
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let target = Target { profile: &profile, highest: None, rig: None };
        let plan = plan_paths(&[dir.path().to_owned()], target).unwrap();
        let cases: Vec<&Case> = plan.cases.iter().collect();
        let mut progress = Progress::new(&cases, 1);
        progress.begun(1);
        let bounds = Bounds::new(false, NonZeroU32::MIN, None);
        let line = progress.line(&cases, &bounds, Duration::ZERO, 100, false);
        assert_eq!(line, "[....................] 0/2  a@t=2s");
        progress.ended(1, cases[1], true, Span::secs(2));
        assert_eq!((progress.done, progress.failed, progress.running.len()), (1, 1, 0));
        assert_eq!(progress.left, beforehand(cases[0]));
    }

    #[test]
    fn it_is_not_shown_too_often() {
        let (mut progress, now) = (progress(), Instant::now());
        assert!(progress.is_due(now) && !progress.is_due(now + PAUSE / 2) && progress.is_due(now + PAUSE));
    }

    #[test]
    fn ratios_keep_two_digits() {
        for (ratio, text) in [(0.5, "0.5x"), (99.4, "99x"), (12_345.0, "12 000x"), (1_234_567.0, "1 200 000x")] {
            assert_eq!(times(ratio), text);
        }
    }
}
