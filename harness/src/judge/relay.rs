//! The relay predicates, on debounced contacts.

use super::debounce::{changes, quiet, state_at};
use super::{Finding, View, Window, contact};
use crate::outcome::RelayHistory;
use crate::scenario::expectation::{Contact, RelayPredicate};
use brownout_trace::{Instant, RelayName, Span};

/// So many changes are told one by one.
const TOLD: usize = 6;

/// A relay's debounced contact.
pub(crate) struct Settled {
    pub changes: Vec<(Instant, bool)>,
    pub initially: bool,
}

impl Settled {
    /// The contact of a relay over the whole trace; one that never moved was open all the time.
    pub fn of(view: &View<'_>, relay: &RelayName) -> Self {
        let raw = view.contacts.raw(relay);
        Self { changes: changes(raw, quiet(view.profile)), initially: raw.first().is_some_and(|(_, first)| !first) }
    }

    pub fn closed(&self, at: Instant) -> bool {
        state_at(&self.changes, self.initially, at)
    }

    /// The changes after `from`, up to and with `to`.
    pub fn between(&self, from: Instant, to: Instant) -> &[(Instant, bool)] {
        let first = self.changes.partition_point(|(at, _)| *at <= from);
        let last = self.changes.partition_point(|(at, _)| *at <= to);
        &self.changes[first..last.max(first)]
    }

    /// When it came into the state it has at `at`, in words.
    pub fn history(&self, relay: &RelayName, at: Instant) -> String {
        let state = word(self.closed(at));
        match self.changes[..self.changes.partition_point(|(change, _)| *change <= at)].last() {
            Some((change, _)) => format!("{relay} {state} at {change} and was {} at {at}", adjective(state)),
            None => format!("{relay} never moved before {at}"),
        }
    }
}

/// Judges one predicate over a window.
pub fn judge(view: &View<'_>, relay: &RelayName, predicate: &RelayPredicate, window: Window) -> Finding {
    let Window { since, from, to } = window;
    let settled = Settled::of(view, relay);
    match predicate {
        RelayPredicate::Is { contact, within } => is(&settled, relay, *contact, *within, from, to),
        RelayPredicate::Stays { contact, .. } => stays(&settled, relay, *contact, from, to),
        RelayPredicate::Edges { count, .. } => edges(&settled, relay, *count, since, to),
        RelayPredicate::Never { contact, .. } => never(&settled, relay, *contact, since, to),
        RelayPredicate::Pulse { width, tolerance, .. } => contact::pulse(&settled, relay, *width, *tolerance, window),
        RelayPredicate::Bounce { limit, .. } => contact::bounce(view, relay, *limit, window),
        RelayPredicate::Steady { .. } => contact::steady(view, relay, window),
        RelayPredicate::Delay { contact: way, limit, back } => {
            let programmed = back.since.is_none();
            contact::delay(view, &settled, relay, contact::Delay { way: *way, limit: *limit, programmed }, window)
        }
    }
}

fn is(
    settled: &Settled,
    relay: &RelayName,
    contact: Contact,
    within: Option<Span>,
    from: Instant,
    to: Instant,
) -> Finding {
    let closed = settled.closed(to);
    let passed = closed == (contact == Contact::Closed);
    let state = adjective(word(closed));
    let last = settled.between(from, to).last().map(|(at, _)| *at);
    let look_at = last.unwrap_or(to);
    let finding = match (passed, within, last) {
        (true, Some(within), Some(at)) => Finding::bounded(at - from, within, &format!("{state} after "), "", look_at),
        _ => Finding::new(passed, state, look_at),
    };
    if passed { finding } else { finding.detail(settled.history(relay, to)) }
}

fn stays(settled: &Settled, relay: &RelayName, contact: Contact, from: Instant, to: Instant) -> Finding {
    let wanted = contact == Contact::Closed;
    let moved = settled.between(from, to);
    if settled.closed(from) != wanted {
        let state = adjective(word(!wanted));
        return Finding::new(false, format!("{state} from the beginning"), from).detail(settled.history(relay, from));
    }
    match moved.first() {
        None => Finding::new(true, format!("{contact} throughout"), to),
        Some((at, _)) => Finding::new(false, told(moved), *at).detail(dated(relay, moved)),
    }
}

fn edges(settled: &Settled, relay: &RelayName, count: u32, since: Instant, to: Instant) -> Finding {
    let seen = settled.between(Instant(since.0 - 1), to);
    let observed = match seen.len() {
        0 => "no edge".to_owned(),
        1 => format!("1 edge: {}", told(seen)),
        n => format!("{n} edges: {}", told(seen)),
    };
    let passed = seen.len() == count as usize;
    // The first edge too many, or the end of the wait for one more.
    let look_at = seen.get(count as usize).map_or(to, |(at, _)| *at);
    let finding = Finding::new(passed, observed, look_at);
    if passed || seen.is_empty() { finding } else { finding.detail(dated(relay, seen)) }
}

fn never(settled: &Settled, relay: &RelayName, contact: Contact, since: Instant, to: Instant) -> Finding {
    let forbidden = contact == Contact::Closed;
    let from_the_beginning = settled.closed(since) == forbidden;
    let entered: Vec<_> = settled.between(since, to).iter().copied().filter(|(_, to)| *to == forbidden).collect();
    let times = entered.len() + usize::from(from_the_beginning);
    let look_at = if from_the_beginning { since } else { entered.first().map_or(to, |(at, _)| *at) };
    match times {
        0 => Finding::new(true, format!("never {contact}"), to),
        1 => Finding::new(false, format!("{contact} once"), look_at).detail(settled.history(relay, look_at)),
        n => Finding::new(false, format!("{contact} {n} times"), look_at).detail(settled.history(relay, look_at)),
    }
}

/// The contact of each relay of the profile from step 0 on.
pub fn histories(view: &View<'_>) -> Vec<RelayHistory> {
    let history = |relay: &RelayName| {
        let settled = Settled::of(view, relay);
        RelayHistory {
            relay: relay.clone(),
            initially_closed: settled.closed(Instant::ZERO),
            changes: settled.between(Instant::ZERO, Instant::NEVER).to_vec(),
        }
    };
    view.profile.relays.iter().map(history).collect()
}

fn word(closed: bool) -> &'static str {
    if closed { "closed" } else { "opened" }
}

fn adjective(word: &str) -> &str {
    if word == "opened" { "open" } else { word }
}

/// `opened, closed, …`, without times.
pub(super) fn told(changes: &[(Instant, bool)]) -> String {
    let mut words: Vec<&str> = changes.iter().take(TOLD).map(|(_, closed)| word(*closed)).collect();
    if changes.len() > TOLD {
        words.push("…");
    }
    words.join(", ")
}

/// The same with times.
pub(super) fn dated(relay: &RelayName, changes: &[(Instant, bool)]) -> String {
    let words: Vec<String> =
        changes.iter().take(TOLD).map(|(at, closed)| format!("{} at {at}", word(*closed))).collect();
    let more = if changes.len() > TOLD { ", …" } else { "" };
    format!("{relay} {}{more}", words.join(", "))
}
