//! A case's outcome in words that a person can approve: nothing in it depends on the bench, the wall clock, or figures
//! that the scenario does not bound.

pub use crate::outcome::NOT_OBSERVED;
use crate::outcome::{CaseOutcome, Figure, RelayHistory};
use crate::plan::Case;
use crate::show::words::{contact, printable};
use brownout_trace::Verdict;
use std::fmt;

/// More changes of a relay than these are counted: contacts alternate, so the count says it all.
const LISTED: usize = 8;

/// The words, in their parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// Title and id.
    pub head: Vec<String>,
    /// Each expectation with what was observed, in the order they were judged.
    pub expectations: Vec<Observed>,
    /// Shots, relays, criterion.
    pub tail: Vec<String>,
}

/// An expectation with what was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The expectation with its limits.
    pub expectation: String,
    /// What was observed; `None` if this rig cannot.
    pub observed: Option<String>,
    /// The bounded figure in it.
    pub figure: Option<Figure>,
}

/// An outcome in words.
pub fn outcome(case: &Case, outcome: &CaseOutcome) -> Words {
    let expectations = outcome.judgements.iter().map(|judgement| Observed {
        expectation: printable(&judgement.expectation),
        observed: (judgement.verdict != Verdict::Skipped && judgement.observed != NOT_OBSERVED)
            .then(|| printable(&judgement.observed)),
        figure: judgement.figure.clone(),
    });
    // What was asked for, not what was delivered: a shot outside its tolerance spoils the attempt.
    let shots = outcome.shots.iter().map(|shot| format!("shot: {} for {}", shot.level, shot.width));
    let criterion = outcome.criterion.map(|criterion| format!("criterion: {criterion} (pre-compliance)"));
    Words {
        head: vec![printable(&case.about.title), case.id.to_string()],
        expectations: expectations.collect(),
        tail: shots.chain(outcome.relays.iter().map(relay)).chain(criterion).collect(),
    }
}

/// `K1: closed, open, closed`: the state at step 0, then each change.
fn relay(history: &RelayHistory) -> String {
    let first = contact(history.initially_closed);
    let changes = &history.changes;
    match changes.last() {
        Some((_, last)) if changes.len() > LISTED => {
            format!("{}: {first}, then {} changes, {} at the end", history.relay, changes.len(), contact(*last))
        }
        _ => {
            let states: Vec<&str> =
                std::iter::once(first).chain(changes.iter().map(|(_, closed)| contact(*closed))).collect();
            format!("{}: {}", history.relay, states.join(", "))
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f)?;
        for Observed { expectation, observed, .. } in &self.expectations {
            writeln!(f, "- {expectation}\n    {}", observed.as_deref().unwrap_or(NOT_OBSERVED))?;
        }
        writeln!(f)?;
        self.tail.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
