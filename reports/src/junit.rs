//! The JUnit report that continuous integration reads: one suite per scenario, one test case per case.
//!
//! A board's failure is a `failure`, an inconclusive case (the rig's trouble) an `error`, a skipped one, one that was not
//! run, or one whose failure is in quarantine, is `skipped` with its reason. `time` is wall time; bench time is a property, and so is each measured figure
//! (`measured NAME`, with `limits of NAME`) and what was left of each limit (`margin of EXPECTATION`). What the board said last stands
//! in `system-out` of a case that did not pass: nobody reads that of the others, and ten thousand would not fit.

use crate::case_summary::CaseSummary;
use crate::record::RecordError;
use brownout_trace::Verdict;
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One case, as its suite has it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The test case's name within the suite.
    pub name: &'a str,
    /// Verdict and reasons.
    pub told: &'a CaseSummary,
    /// `failed`, `changed`, `inconclusive`: the type of a failure or error.
    pub word: &'a str,
    /// Everything against it, in full.
    pub detail: &'a str,
    /// The last lines of the console.
    pub console: &'a [String],
    /// Wall time.
    pub wall: Duration,
}

/// A report that grows case by case and is written at the end.
#[derive(Debug)]
pub struct Junit {
    path: PathBuf,
    file: File,
    suites: Vec<TestSuite>,
    /// Where each suite stands in `suites`: ten thousand scenarios are found without a search.
    places: HashMap<String, usize>,
}

impl Junit {
    /// Makes the file now, empty: a run that dies leaves no report of an earlier one behind.
    ///
    /// # Errors
    /// What the disk said.
    pub fn create(path: &Path) -> Result<Self, RecordError> {
        let file = File::create(path).map_err(|error| RecordError::io("create", path, 0, error))?;
        Ok(Self { path: path.to_owned(), file, suites: Vec::new(), places: HashMap::new() })
    }

    /// Adds a case to its suite; `properties` are those of the suite, and count where it is the first in it.
    pub fn add(&mut self, suite: &str, properties: &[(&str, String)], entry: Entry<'_>) {
        let place = *self.places.entry(suite.to_owned()).or_insert_with(|| {
            let mut new = TestSuite::new(suite);
            for (name, value) in properties {
                new.add_property(Property::new(*name, value.as_str()));
            }
            self.suites.push(new);
            self.suites.len() - 1
        });
        if let Some(at) = self.suites.get_mut(place) {
            at.set_time(at.time.unwrap_or_default() + entry.wall);
            at.add_test_case(test_case(suite, entry));
        }
    }

    /// Writes the report.
    ///
    /// # Errors
    /// What the disk said.
    pub fn write(self, wall: Duration) -> Result<(), RecordError> {
        let mut report = Report::new("brownout");
        report.set_time(wall);
        report.add_test_suites(self.suites);
        let mut out = BufWriter::new(self.file);
        let written = report.serialize(&mut out).map_err(as_io).and_then(|()| out.flush());
        written.map_err(|error| RecordError::io("write", &self.path, 0, error))
    }
}

/// The disk's own words are inside; what kind of trouble it was decides what a person is told.
fn as_io(error: SerializeError) -> io::Error {
    io::Error::other(error)
}

fn test_case(suite: &str, entry: Entry<'_>) -> TestCase {
    let reason = entry.told.reasons.first().map_or("no reason given", String::as_str);
    let mut status = match (entry.told.is_not_run() || entry.told.is_quarantined(), entry.told.verdict()) {
        (true, _) | (_, Verdict::Skipped) => TestCaseStatus::skipped(),
        (_, Verdict::Passed) => TestCaseStatus::success(),
        (_, Verdict::Failed) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (_, Verdict::Inconclusive) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let passed = matches!(status, TestCaseStatus::Success { .. });
    if !passed {
        status.set_message(reason);
        status.set_type(entry.word);
        if !entry.detail.is_empty() {
            status.set_description(entry.detail);
        }
    }
    let mut case = TestCase::new(entry.name, status);
    case.set_classname(suite);
    case.set_time(entry.wall);
    case.add_property(Property::new("bench-time", entry.told.bench_time().to_string()));
    if let Some(criterion) = entry.told.criterion {
        case.add_property(Property::new("criterion", format!("{criterion} (pre-compliance)")));
    }
    // The figure alone is the value, so that a dashboard can draw it; its limits stand beside it.
    for one in &entry.told.measurements {
        let name = format!("measured {}", one.name);
        case.add_property(Property::new(name, one.value.in_unit(one.unit)));
        case.add_property(Property::new(format!("limits of {}", one.name), one.to_string()));
    }
    for (expectation, margin) in &entry.told.margins {
        case.add_property(Property::new(format!("margin of {expectation}"), margin.to_string()));
    }
    if !passed && !entry.console.is_empty() {
        case.set_system_out(entry.console.join("\n"));
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::CaseName;
    use crate::sample;
    use std::fs;

    fn told(verdict: Verdict) -> CaseSummary {
        let mut told = CaseSummary::begin(&sample::header());
        if verdict != Verdict::Passed {
            told.because("K1 is <closed> & \"open\"".to_owned());
        }
        told.note(&sample::ended_as(verdict));
        told
    }

    #[test]
    fn each_end_is_what_ci_takes_it_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("junit.xml");
        let mut junit = Junit::create(&path).unwrap();
        let console = ["# boot \u{1b}[2J]]>".to_owned()];
        let name = || CaseName("power/b".into());
        let cases = [
            ("passed", told(Verdict::Passed)),
            ("failed", told(Verdict::Failed)),
            ("inconclusive", told(Verdict::Inconclusive)),
            ("skipped", CaseSummary::skipped(name(), "no button".to_owned())),
            ("not run", CaseSummary::not_run(name(), "no time left".to_owned())),
        ];
        for (word, told) in &cases {
            let wall = Duration::from_millis(250);
            let entry = Entry { name: word, told, word, detail: "in full\n", console: &console, wall };
            junit.add("power/b", &[("seed", "1".to_owned())], entry);
        }
        junit.write(Duration::from_secs(2)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="brownout" tests="5" skipped="2" failures="1" errors="1" time="2.000">
    <testsuite name="power/b" tests="5" skipped="2" errors="1" failures="1" time="1.250">
"#;
        assert!(text.starts_with(expected), "{text}");
        for part in [
            r#"<property name="seed" value="1"/>"#,
            r#"<testcase name="passed" classname="power/b" time="0.250">"#,
            r#"<failure message="K1 is &lt;closed&gt; &amp; &quot;open&quot;" type="failed">in full"#,
            r#"<error message="K1 is &lt;closed&gt; &amp; &quot;open&quot;" type="inconclusive">in full"#,
            r#"<skipped message="no button" type="skipped""#,
            r#"<skipped message="no time left" type="not run""#,
            r#"<property name="bench-time" value="16s"/>"#,
            "<system-out># boot ]]&gt;</system-out>",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(text.matches("<system-out>").count(), 4, "not of the one that passed");
    }

    #[test]
    fn what_an_earlier_run_left_is_gone_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("junit.xml");
        fs::write(&path, "all is well").unwrap();
        let _begun = Junit::create(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        let error = Junit::create(&dir.path().join("no/such/junit.xml")).unwrap_err().to_string();
        assert!(error.starts_with("cannot create"), "{error}");
    }

    #[test]
    fn figures_and_margins_are_properties() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("junit.xml");
        let mut junit = Junit::create(&path).unwrap();
        let mut told = told(Verdict::Passed);
        sample::measured().iter().for_each(|event| told.note(event));
        let entry =
            Entry { name: "a", told: &told, word: "passed", detail: "", console: &[], wall: Duration::from_secs(1) };
        junit.add("power/b", &[], entry);
        junit.write(Duration::from_secs(2)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for part in [
            r#"<property name="measured restart" value="1900ms"/>"#,
            r#"<property name="limits of restart" value="restart 1900ms (at most 2000ms), marginal"/>"#,
            r#"<property name="margin of restart at most 2000ms" value="100ms left of 2s"/>"#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
