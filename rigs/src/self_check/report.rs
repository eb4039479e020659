//! What a check of a rig found.

use crate::calibration::{Calibration, Day, MeterError, ShotTimes};
use serde::Deserialize;
use std::fmt;

/// How well something is, from good to bad: of several, the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// As it should be.
    Good,
    /// It can be used, and some results will be inconclusive.
    Degraded,
    /// It cannot be used.
    Bad,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Good => "good",
            Self::Degraded => "degraded",
            Self::Bad => "bad",
        })
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check: one word.
    pub check: &'static str,
    /// How well it is.
    pub grade: Grade,
    /// What was seen, and what to do about it; a lower-case fragment.
    pub said: String,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// In the order of the checks.
    pub findings: Vec<Finding>,
    /// How many lines were driven both ways and read back.
    pub lines: u32,
    /// How shots came out.
    pub shots: Option<ShotTimes>,
    /// How the meter reads.
    pub meter: Option<MeterError>,
}

impl Report {
    /// Adds what a check found.
    pub fn find(&mut self, check: &'static str, grade: Grade, said: impl Into<String>) {
        self.findings.push(Finding { check, grade, said: said.into() });
    }

    /// Adds what later checks found.
    pub fn add(&mut self, more: Self) {
        self.findings.extend(more.findings);
        self.lines += more.lines;
        self.shots = more.shots.or(self.shots);
        self.meter = more.meter.or(self.meter);
    }

    /// The rig as a whole.
    pub fn grade(&self) -> Grade {
        self.findings.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Good)
    }

    /// What is kept of it.
    pub fn calibration(&self, rig: &str, date: Day, due: Day) -> Calibration {
        let Self { lines, shots, meter, .. } = *self;
        Calibration { rig: rig.to_owned(), date, due, grade: self.grade(), lines, shots, meter }
    }
}
