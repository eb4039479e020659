//! How late each programmed edge came: against its nominal instant, which is its point of the week on the clock as it
//! was last set.
//!
//! Which edges were programmed is the oracle's word ([`crate::oracle`]), so that programmes that overlap, are
//! overridden or are missed in an outage are no late edges.

use super::relay::Settled;
use super::schedule::history;
use super::{View, Window};
use crate::oracle::history::OracleError;
use crate::oracle::{self, ExpectedEdge, Why};
use brownout_trace::calendar::{NominalClock, WEEK};
use brownout_trace::{Civil, Instant, Ppm, RelayName, Span};
use std::fmt;

/// From so long after its setting on, an error is told as the clock's: a contact's 10 ms are 3 ppm of an hour.
pub const TELLING: Span = Span::secs(3_600);

/// An edge that was programmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    relay: RelayName,
    /// Closing.
    pub closed: bool,
    /// Its nominal instant.
    pub due: Instant,
    set_at: Instant,
    at: Option<Instant>,
}

/// One that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came<'e> {
    edge: &'e Edge,
    /// When: the first raw edge.
    pub at: Instant,
}

impl Edge {
    /// The same, if it came.
    pub fn came(&self) -> Option<Came<'_>> {
        self.at.map(|at| Came { edge: self, at })
    }
}

impl Came<'_> {
    /// How late; negative if it came too soon.
    pub fn late(&self) -> Span {
        self.at - self.edge.due
    }

    /// How long ago the clock was set.
    pub fn ran(&self) -> Span {
        self.edge.due - self.edge.set_at
    }

    /// The error as a share of that; a clock that is slow has a positive one.
    pub fn ppm(&self) -> Ppm {
        Ppm(self.late().as_secs_f64() / self.ran().as_secs_f64().max(1e-9) * 1e6)
    }
}

/// `K1 closed at +10.008s, due at +10s, 11s after the clock was set`.
impl fmt::Display for Came<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Edge { relay, closed, due, .. } = self.edge;
        let word = if *closed { "closed" } else { "opened" };
        write!(f, "{relay} {word} at {}, due at {due}, {} after the clock was set", self.at, self.ran().in_words())
    }
}

/// The programmed edges whose instants lie in a window, in order. A forecast has none that may still come after it.
///
/// # Errors
/// Why there is no forecast.
pub fn edges(view: &View<'_>, relay: &RelayName, window: Window) -> Result<Vec<Edge>, OracleError> {
    let forecast = oracle::forecast(view.profile, relay, &history(view, &view.ledger.outages), window.to)?;
    let settled = Settled::of(view, relay);
    let mut rest = settled.changes.as_slice();
    let mut edges = Vec::new();
    for expected in forecast.edges() {
        let Some((due, clock)) = nominal(view, expected) else { continue };
        if !(window.since..=window.to).contains(&due) {
            continue;
        }
        let fits = |(at, closed): &(Instant, bool)| {
            *closed == expected.closed && (expected.from..=expected.to.min(window.to)).contains(at)
        };
        let found = rest.iter().position(fits);
        let at = found.map(|found| rest[found].0);
        rest = found.map_or(rest, |found| &rest[found + 1..]);
        edges.push(Edge { relay: relay.clone(), closed: expected.closed, due, set_at: clock.set_at, at });
    }
    Ok(edges)
}

/// The nominal instant of an edge that follows a programme's event, and the clock it is counted on.
fn nominal(view: &View<'_>, edge: &ExpectedEdge) -> Option<(Instant, NominalClock)> {
    let Why::Event(event) = edge.why else { return None };
    let clock = *view.ledger.clocks.iter().rev().find(|clock| clock.set_at <= edge.to)?;
    let middle = clock.at(edge.from + Span((edge.to - edge.from).0 / 2));
    let into = Span((middle - Civil::REFERENCE_MONDAY).0.rem_euclid(Span::secs(WEEK).0));
    let this_week = middle + (Span::secs(event.second) - into);
    let near = [-WEEK, 0, WEEK].map(|weeks| this_week + Span::secs(weeks));
    let civil = near.into_iter().min_by_key(|civil| (*civil - middle).abs())?;
    let due = clock.when(civil);
    // One that catches up with what was missed comes at no nominal instant.
    (edge.from..=edge.to).contains(&due).then_some((due, clock))
}
