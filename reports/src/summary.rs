//! The text summary of a run: how many cases ended how, what failed and why, and how long it took.

use crate::case_summary::CaseSummary;
use crate::paths::CaseName;
use brownout_trace::{Span, Verdict};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A run in figures. Only cases that did not pass are kept; a passed one is a count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    passed: usize,
    failed: Vec<CaseSummary>,
    /// Known to fail, and failed.
    quarantined: Vec<CaseSummary>,
    inconclusive: Vec<CaseSummary>,
    /// Passed, with a figure that is only just inside its limits.
    marginal: Vec<(CaseName, Vec<String>)>,
    /// How many cases were skipped for which reason.
    skipped: BTreeMap<String, usize>,
    /// How many cases were not run for which reason.
    not_run: BTreeMap<String, usize>,
    bench: Span,
    wall: Duration,
}

impl Summary {
    /// Takes a case in; cases may come in any order.
    pub fn add(&mut self, case: CaseSummary) {
        self.bench = self.bench + case.bench_time();
        if case.is_not_run() {
            *self.not_run.entry(first_reason(case)).or_default() += 1;
            return;
        }
        if case.is_quarantined() {
            self.quarantined.push(case);
            return;
        }
        match case.verdict() {
            Verdict::Passed => {
                self.passed += 1;
                let marginal: Vec<String> = case.marginal().map(ToString::to_string).collect();
                if !marginal.is_empty() {
                    self.marginal.push((case.case, marginal));
                }
            }
            Verdict::Failed => self.failed.push(case),
            Verdict::Inconclusive => self.inconclusive.push(case),
            Verdict::Skipped => {
                *self.skipped.entry(first_reason(case)).or_default() += 1;
            }
        }
    }

    /// Sets how long the run took on the wall's clock.
    pub fn took(&mut self, wall: Duration) {
        self.wall = wall;
    }

    /// How many cases ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Passed => self.passed,
            Verdict::Failed => self.failed.len(),
            Verdict::Inconclusive => self.inconclusive.len(),
            Verdict::Skipped => self.skipped.values().sum(),
        }
    }

    /// How many cases were not run.
    pub fn count_not_run(&self) -> usize {
        self.not_run.values().sum()
    }

    /// The gravest verdict; `None` if no case was run.
    pub fn gravest(&self) -> Option<Verdict> {
        [Verdict::Failed, Verdict::Inconclusive, Verdict::Skipped, Verdict::Passed]
            .into_iter()
            .find(|verdict| self.count(*verdict) > 0)
    }
}

fn first_reason(case: CaseSummary) -> String {
    case.reasons.into_iter().next().unwrap_or_else(|| "no reason given".to_owned())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, "failed (board)", &self.failed)?;
        list(f, "inconclusive (rig)", &self.inconclusive)?;
        list(f, "failed in quarantine", &self.quarantined)?;
        let mut marginal: Vec<&(CaseName, Vec<String>)> = self.marginal.iter().collect();
        marginal.sort();
        for (n, (case, figures)) in marginal.iter().enumerate() {
            let heading = if n == 0 { "passed, but marginal:\n" } else { "" };
            writeln!(f, "{heading}  {case}\n    {}", figures.join("\n    "))?;
        }
        for (heading, reasons) in [("skipped:", &self.skipped), ("not run:", &self.not_run)] {
            if !reasons.is_empty() {
                writeln!(f, "{heading}")?;
            }
            for (reason, count) in reasons {
                writeln!(f, "  {count} × {reason}")?;
            }
        }
        let counts = [Verdict::Passed, Verdict::Failed, Verdict::Inconclusive, Verdict::Skipped]
            .map(|verdict| (verdict, self.count(verdict)));
        let not_run = self.count_not_run();
        let quarantined = self.quarantined.len();
        let all = not_run + quarantined + counts.iter().map(|(_, count)| count).sum::<usize>();
        write!(f, "{all} case{}:", if all == 1 { "" } else { "s" })?;
        let mut comma = "";
        for (verdict, count) in counts {
            // The first two always stand, so that scripts and eyes find them.
            if count > 0 || matches!(verdict, Verdict::Passed | Verdict::Failed) {
                write!(f, "{comma} {count} {verdict}")?;
                if verdict == Verdict::Passed && !self.marginal.is_empty() {
                    write!(f, " ({} marginal)", self.marginal.len())?;
                }
                comma = ",";
            }
        }
        if not_run > 0 {
            write!(f, "{comma} {not_run} not run")?;
        }
        if quarantined > 0 {
            write!(f, "{comma} {quarantined} failed in quarantine")?;
        }
        let wall = i64::try_from(self.wall.as_nanos()).unwrap_or(i64::MAX);
        let (wall, bench) = (Span::nanos(wall).in_words(), self.bench.in_words());
        writeln!(f, "\n{wall} of wall time, {bench} of bench time")
    }
}

/// Cases with their reasons, by id: threads end them in any order.
fn list(f: &mut fmt::Formatter<'_>, heading: &str, cases: &[CaseSummary]) -> fmt::Result {
    if cases.is_empty() {
        return Ok(());
    }
    writeln!(f, "{heading}:")?;
    let mut sorted: Vec<&CaseSummary> = cases.iter().collect();
    sorted.sort_by(|one, other| one.case.cmp(&other.case));
    for case in sorted {
        write!(f, "  {}", case.case)?;
        if let Some(criterion) = case.criterion {
            write!(f, "  criterion {criterion}")?;
        }
        writeln!(f)?;
        for reason in &case.reasons {
            writeln!(f, "    {reason}")?;
        }
        match case.more {
            0 => {}
            more => writeln!(f, "    and {more} more")?,
        }
        if case.ended.is_none() {
            writeln!(f, "    cut short: the record ends without a verdict")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn of(case: &str, verdict: Verdict) -> CaseSummary {
        let mut header = sample::header();
        header.case = CaseName(case.into());
        let mut case = CaseSummary::begin(&header);
        if verdict == Verdict::Failed {
            sample::events().iter().for_each(|event| case.note(event));
        }
        case.note(&sample::ended_as(verdict));
        case
    }

    #[test]
    fn says_what_failed_and_why() {
        let mut summary = Summary::default();
        assert_eq!(summary.gravest(), None);
        summary.add(of("power/b", Verdict::Failed));
        summary.add(of("power/a", Verdict::Failed));
        summary.add(of("power/c", Verdict::Passed));
        summary.add(CaseSummary::begin(&sample::header()));
        for case in ["x", "y"] {
            let case = CaseName(case.into());
            summary.add(CaseSummary::skipped(case, "the rig has no button".to_owned()));
        }
        summary.add(CaseSummary::not_run(CaseName("z".into()), "no time left".to_owned()));
        summary.took(Duration::from_millis(3250));
        let expected = "\
failed (board):
  power/a  criterion B
    step 2: relay K1 is closed within 2s; observed: open for all 2s
  power/b  criterion B
    step 2: relay K1 is closed within 2s; observed: open for all 2s
inconclusive (rig):
  power/short-outage@cut=10ms
    cut short: the record ends without a verdict
skipped:
  2 × the rig has no button
not run:
  1 × no time left
7 cases: 1 passed, 2 failed, 1 inconclusive, 2 skipped, 1 not run
3.2s of wall time, 48s of bench time
";
        assert_eq!(summary.to_string(), expected);
        assert_eq!(summary.gravest(), Some(Verdict::Failed));
    }

    #[test]
    fn a_clean_run_is_two_lines() {
        let mut summary = Summary::default();
        summary.add(of("a", Verdict::Passed));
        assert_eq!(summary.to_string(), "1 case: 1 passed, 0 failed\n0s of wall time, 16s of bench time\n");
    }

    #[test]
    fn a_pass_by_a_hair_is_told() {
        let mut summary = Summary::default();
        let mut case = of("power/hair", Verdict::Passed);
        sample::measured().iter().for_each(|event| case.note(event));
        summary.add(case);
        summary.add(of("power/a", Verdict::Passed));
        let text = summary.to_string();
        let expected = "\
passed, but marginal:
  power/hair
    restart 1900ms (at most 2000ms), marginal
2 cases: 2 passed (1 marginal), 0 failed
";
        assert!(text.starts_with(expected), "{text}");
    }
}
