//! Snapshots: what a passed case was approved to look like (DESIGN.md, "Snapshots").
//!
//! Expectations alone decide whether a case passes. Then its outcome is put into words ([`text`]), figures are kept as
//! approved while the new ones are inside the scenario's own limits ([`carry`]), and the result is compared exactly
//! with the approved file ([`store`], on insta). A difference is shown by [`diff`]; [`pending`] is what `review`, `accept`
//! and `reject` work on, [`approval`] what is kept of who accepted it and why, [`orphans`] what nothing compares with any
//! more.

pub mod approval;
pub mod carry;
pub mod diff;
pub mod orphans;
mod owner;
pub mod pending;
pub mod place;
pub mod store;
pub mod text;
pub mod trace;

use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::show::Look;
use brownout_trace::Verdict;
use place::Place;
use store::Compared;

/// Which board a case ran on: what a snapshot is approved for.
#[derive(Debug, Clone, Copy)]
pub struct Board<'a> {
    /// The name of its profile.
    pub profile: &'a str,
    /// The profile that it is a variant of: what was approved for that one holds for it too, unless it has its own.
    pub base: Option<&'a str>,
    /// Whether every event comes out as it was approved, so that whole traces can be compared: on the virtual bench,
    /// with the seed that a run has by itself.
    pub is_exact: bool,
}

/// Why a passed case fails after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapproved {
    /// `new` or `changed`.
    pub word: &'static str,
    /// In a line.
    pub reason: String,
    /// In full: the difference, and what to do about it.
    pub text: String,
    /// Whether a pending snapshot waits to be read and accepted.
    pub is_pending: bool,
}

/// Compares a case with what was approved; `None` if it is the same. Only a passed case is compared: a failed one
/// leaves no pending snapshot behind, so that a failure cannot be accepted, and an inconclusive one changes nothing.
pub fn check(case: &Case, outcome: &CaseOutcome, board: Board<'_>, look: Look) -> Option<Unapproved> {
    let place = Place::outcome(case, board.profile);
    let trace = (board.is_exact && case.about.trace_snapshot).then(|| Place::trace(case, board.profile));
    match outcome.verdict {
        Verdict::Passed => {}
        Verdict::Failed => {
            place.discard_pending();
            trace.iter().for_each(Place::discard_pending);
            return None;
        }
        Verdict::Skipped | Verdict::Inconclusive => return None,
    }
    let words = text::outcome(case, outcome);
    let base = |kind: fn(&Case, &str) -> Place| board.base.map(|base| kind(case, base));
    let first = compare(&place, base(Place::outcome), case, |approved| match approved {
        Some(approved) => carry::over(&words, approved),
        None => words.to_string(),
    });
    let second = trace.map(|place| {
        let compared = compare(&place, base(Place::trace), case, |_| trace::text(case, outcome));
        (compared, place)
    });
    unapproved(&place, first, look).or_else(|| second.and_then(|(compared, place)| unapproved(&place, compared, look)))
}

/// Compares with what was approved for this board; where nothing was, with what was approved for its base. `text` is made
/// in sight of the approved one.
fn compare(place: &Place, base: Option<Place>, case: &Case, text: impl Fn(Option<&str>) -> String) -> Compared {
    // A file that cannot be read is told of by the comparison.
    let own = store::approved(place).unwrap_or_default();
    let base = base.filter(|_| !place.approved().exists()).and_then(|base| store::approved(&base).ok().flatten());
    let text = text(own.as_deref().or(base.as_deref()));
    match base {
        Some(base) if base.trim_end() == text.trim_end() => {
            place.discard_pending();
            Compared::Same
        }
        Some(base) => match store::compare(place, case, &text) {
            Compared::New { text, pending } => Compared::Changed { approved: base, text, pending },
            compared => compared,
        },
        None => store::compare(place, case, &text),
    }
}

fn unapproved(place: &Place, compared: Compared, look: Look) -> Option<Unapproved> {
    let (word, why, difference, pending) = match compared {
        Compared::Same => return None,
        Compared::New { text, pending } => ("new", "nothing was approved yet", diff::new(&text, look), pending),
        Compared::Changed { approved, text, pending } => {
            ("changed", "not as it was approved", diff::changed(&approved, &text, look), pending)
        }
        Compared::Unreadable { why, text, pending } => {
            let difference = format!("  the approved snapshot cannot be read: {why}\n{}", diff::new(&text, look));
            ("changed", "the approved snapshot cannot be read", difference, pending)
        }
    };
    let file = place.shown();
    let text = format!("  {word} {}: {why}\n  {file}\n{difference}  {pending}\n", place.kind);
    Some(Unapproved { word, reason: format!("{}: {why}", place.kind), text, is_pending: pending.is_written() })
}
