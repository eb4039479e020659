//! What repeats tell: which cases pass now and then, how often, and how sure that is.

use crate::runner::{End, Finished};
use crate::scenario::id::CaseId;

/// The repeats of all cases.
#[derive(Debug, Default)]
pub struct Flaky {
    under_way: Option<(CaseId, u32, u32)>,
    flaky: Vec<(CaseId, u32, u32)>,
}

impl Flaky {
    /// Takes a repeat in; those of one case come one after the other. What was not judged does not count.
    pub fn add(&mut self, finished: &Finished) {
        if !matches!(finished.end, End::Passed | End::Failed | End::Quarantined) {
            return;
        }
        if self.under_way.as_ref().is_none_or(|(id, ..)| *id != finished.id) {
            self.next();
            self.under_way = Some((finished.id.clone(), 0, 0));
        }
        if let Some((_, passed, of)) = &mut self.under_way {
            *passed += u32::from(finished.end == End::Passed);
            *of += 1;
        }
    }

    fn next(&mut self) {
        self.flaky.extend(self.under_way.take().filter(|(_, passed, of)| (1..*of).contains(passed)));
    }

    /// A line for each case that passed and failed; empty if there is none.
    pub fn lines(mut self) -> Vec<String> {
        self.next();
        let line = |(id, passed, of): &(CaseId, u32, u32)| {
            let (low, high) = wilson(*passed, *of);
            format!("  {id}  {passed} of {of} passed; the chance of a pass is {low:.0} to {high:.0} %")
        };
        let mut lines: Vec<String> = self.flaky.iter().map(line).collect();
        if !lines.is_empty() {
            lines.insert(0, "flaky:".to_owned());
        }
        lines
    }
}

/// Wilson's score interval at 95 % for so many of so many, in percent: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209.
fn wilson(passed: u32, of: u32) -> (f64, f64) {
    /// The normal distribution's 97.5th percentile.
    const Z: f64 = 1.959_964;
    let (n, p) = (f64::from(of), f64::from(passed) / f64::from(of));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + Z * Z / n);
    ((middle - half) * scale, (middle + half) * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_reports::{CaseName, CaseSummary};

    fn finished(scenario: &str, end: End) -> Finished {
        let id = CaseId { scenario: scenario.into(), choice: Vec::new() };
        Finished::bare(id, (end, ""), CaseSummary::skipped(CaseName(scenario.into()), String::new()))
    }

    #[test]
    fn what_passes_now_and_then_is_flaky_and_nothing_else() {
        let mut flaky = Flaky::default();
        let ends = [
            ("always", [End::Passed; 4]),
            ("never", [End::Failed; 4]),
            ("now-and-then", [End::Passed, End::Failed, End::Passed, End::Inconclusive]),
            ("known", [End::Quarantined, End::Passed, End::Passed, End::NotRun]),
            ("rig", [End::Passed, End::Inconclusive, End::NotRun, End::Inconclusive]),
        ];
        for (scenario, ends) in ends {
            ends.iter().for_each(|end| flaky.add(&finished(scenario, *end)));
        }
        let chance = "2 of 3 passed; the chance of a pass is 21 to 94 %";
        assert_eq!(
            flaky.lines(),
            ["flaky:".to_owned(), format!("  now-and-then  {chance}"), format!("  known  {chance}")]
        );
        assert!(Flaky::default().lines().is_empty());
    }

    #[test]
    fn the_interval_is_wilson_s() {
        // By hand: 8 of 10 gives 0.4902 to 0.9433.
        let (low, high) = wilson(8, 10);
        assert!((low - 49.02).abs() < 0.01 && (high - 94.33).abs() < 0.01, "{low} {high}");
    }
}
