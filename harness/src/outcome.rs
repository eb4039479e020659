//! What came of one case: the value that execution hands to snapshots, records and summaries.

use crate::scenario::id::CaseId;
use brownout_trace::event::ShotReport;
use brownout_trace::{Criterion, Event, Instant, Margin, Measurement, RelayName, Span, Verdict};
use std::ops::Range;

/// One case, run and judged.
#[derive(Debug, Clone)]
pub struct CaseOutcome {
    /// Which case.
    pub id: CaseId,
    /// The verdict of its expectations; a missing or differing snapshot may still turn a pass into a failure.
    pub verdict: Verdict,
    /// The performance criterion, where a disturbance was applied.
    pub criterion: Option<Criterion>,
    /// Every expectation, in the order it was judged.
    pub judgements: Vec<Judgement>,
    /// Every measured figure, in order.
    pub measurements: Vec<Measurement>,
    /// The debounced contact of each relay from step 0 on: the state at step 0, then each change.
    pub relays: Vec<RelayHistory>,
    /// The shots of the last attempt, as delivered.
    pub shots: Vec<ShotReport>,
    /// Why nothing could be judged, or the case ended early: a rig's fault, or an impossible step.
    pub stopped: Option<Stopped>,
    /// Attempts made; 1 unless shots were spoilt.
    pub attempts: u32,
    /// Bench time from step 0 to the end.
    pub virtual_time: Span,
    /// Every event of the last attempt, in order.
    pub trace: Vec<Event>,
}

/// One expectation with what was observed.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The step it stands in, counted from 0.
    pub step: usize,
    /// Its value in the scenario file.
    pub span: Range<usize>,
    /// The expectation in words, with its limits.
    pub expectation: String,
    /// When it was judged; what it saw lies before.
    pub at: Instant,
    /// The instant in the trace that decides it, for a failure: where to look.
    pub look_at: Instant,
    /// Passed, failed, inconclusive; skipped when its step was not reached.
    pub verdict: Verdict,
    /// What was observed, in words fit for a snapshot: times only where the expectation bounds one.
    pub observed: String,
    /// A figure that the expectation bounds, for carrying an approved one over while inside the limit.
    pub figure: Option<Figure>,
    /// What was left of its limit, where it has one; never part of a snapshot.
    pub margin: Option<Margin>,
    /// More for a person reading a failure; never part of a snapshot.
    pub detail: Option<String>,
}

/// What is observed by a rig without the part for it, or of a board that does not show it: judged is nothing then, and
/// in a snapshot the approved words stand in for it.
pub const NOT_OBSERVED: &str = "not observed";

/// A bounded figure of a judgement: its text stands in `observed`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// As it stands in `observed`, `120ms` for instance.
    pub text: String,
    /// Whether it is inside the scenario's own limit.
    pub inside: bool,
}

/// A relay's debounced contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayHistory {
    /// Which relay.
    pub relay: RelayName,
    /// Closed at step 0.
    pub initially_closed: bool,
    /// Each change with its instant (the first edge of its bounce).
    pub changes: Vec<(Instant, bool)>,
}

/// Why a case ended before its last step.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// The step it ended in; `None` while arranging.
    pub step: Option<usize>,
    /// The step's place in the file.
    pub span: Option<Range<usize>>,
    /// In words.
    pub why: String,
    /// A rig's fault (inconclusive), or the board's (failed).
    pub verdict: Verdict,
}
