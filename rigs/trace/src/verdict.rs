//! What is said of a case in the end.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The verdict on one case. Ordered from harmless to grave: the gravest of a run decides its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The board did what was expected.
    Passed,
    /// The rig lacks a part that the case needs: nothing was judged.
    Skipped,
    /// The rig could not do or measure what the case asks: the board is not judged.
    Inconclusive,
    /// The board did not do what was expected.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Inconclusive => "inconclusive",
            Self::Failed => "failed",
        })
    }
}

/// The performance criterion of the IEC 61000-4 series, as it applies to timers (pre-compliance).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Criterion {
    /// The contact never left its expected state and the clock holds.
    A,
    /// It deviated, and was correct again unaided within the declared recovery.
    B,
    /// It needs a button or re-powering; data intact.
    C,
    /// Programmes or clock lost inside the declared reserve, or damage.
    D,
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
