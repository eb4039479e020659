//! What a contact did in time: how long its pulse was, how long it bounced, how late it came.

use super::debounce::{Burst, bursts, quiet};
use super::late::{self, Came, Edge};
use super::relay::{Settled, dated, told};
use super::{Finding, View, Window};
use crate::scenario::expectation::Contact;
use brownout_trace::{Instant, RelayName, Span};

/// `pulse`: closed exactly once in the window, and open again, for so long.
pub(super) fn pulse(settled: &Settled, relay: &RelayName, width: Span, tolerance: Span, window: Window) -> Finding {
    let seen = settled.between(Instant(window.since.0 - 1), window.to);
    let closings: Vec<usize> = (0..seen.len()).filter(|index| seen[*index].1).collect();
    let [closing] = closings.as_slice() else {
        return match closings.get(1) {
            None => Finding::new(false, "no pulse", window.to).detail(settled.history(relay, window.to)),
            Some(second) => {
                let observed = format!("closed {} times: {}", closings.len(), told(seen));
                Finding::new(false, observed, seen[*second].0).detail(dated(relay, seen))
            }
        };
    };
    let begin = seen[*closing].0;
    let Some((end, _)) = seen.get(closing + 1) else {
        let detail = format!("{relay} closed at {begin}, and not open again by {}", window.to);
        return Finding::new(false, "closed, and not open again", begin).detail(detail);
    };
    let length = *end - begin;
    let off = Finding::bounded(length - width, tolerance, "", "", begin);
    let text = super::rounded(length, tolerance).to_string();
    let inside = off.figure.as_ref().is_some_and(|figure| figure.inside);
    let figure = Some(crate::outcome::Figure { text: text.clone(), inside });
    let detail = format!("{relay} closed at {begin} for {length}, off by {}", length - width);
    Finding { figure, observed: format!("closed once for {text}"), ..off }.detail(detail)
}

/// The bursts of raw edges that begin in a window.
pub(super) fn bursts_in(view: &View<'_>, relay: &RelayName, window: Window) -> Vec<Burst> {
    let all = bursts(view.contacts.raw(relay), quiet(view.profile));
    all.into_iter().filter(|burst| (window.since..=window.to).contains(&burst.begin)).collect()
}

/// `bounce`: no burst of the window was longer.
pub(super) fn bounce(view: &View<'_>, relay: &RelayName, limit: Span, window: Window) -> Finding {
    let bursts = bursts_in(view, relay, window);
    let Some(worst) = bursts.iter().max_by_key(|burst| burst.length()) else {
        return Finding::new(false, "no edge", window.to);
    };
    Finding::bounded(worst.length(), limit, "at most ", "", worst.begin).detail(in_words(relay, worst))
}

/// A burst for people.
pub(super) fn in_words(relay: &RelayName, burst: &Burst) -> String {
    format!("{relay} moved at {}: {} edges in {}", burst.begin, burst.edges, burst.length())
}

/// `chatter = "never"`: every burst of the window was a change, and none went on for longer than a contact needs to
/// settle.
pub(super) fn steady(view: &View<'_>, relay: &RelayName, window: Window) -> Finding {
    let quiet = quiet(view.profile);
    let chatters = |burst: &&Burst| burst.closed == burst.was || burst.length() > quiet;
    let bursts = bursts_in(view, relay, window);
    let found: Vec<&Burst> = bursts.iter().filter(chatters).collect();
    let Some(first) = found.first() else { return Finding::new(true, "never", window.to) };
    let observed = match found.len() {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    let came = if first.closed == first.was { "and came back" } else { "before it settled" };
    Finding::new(false, observed, first.begin).detail(format!("{} {came}", in_words(relay, first)))
}

/// What is asked of a delay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delay {
    /// Closed: to operate; open: to release.
    pub way: Contact,
    /// The longest.
    pub limit: Span,
    /// After the programmed instants, or after the window's begin.
    pub programmed: bool,
}

/// `operate` and `release`.
pub(super) fn delay(view: &View<'_>, settled: &Settled, relay: &RelayName, delay: Delay, window: Window) -> Finding {
    let closes = delay.way == Contact::Closed;
    if !delay.programmed {
        let seen = settled.between(Instant(window.since.0 - 1), window.to);
        let Some((at, _)) = seen.iter().find(|(_, closed)| *closed == closes) else {
            let detail = settled.history(relay, window.to);
            return Finding::new(false, format!("never {}", delay.way), window.to).detail(detail);
        };
        let word = format!("{} after ", delay.way);
        return Finding::bounded(*at - window.since, delay.limit, &word, "", *at);
    }
    let edges = match late::edges(view, relay, window) {
        Ok(edges) => edges,
        Err(why) => return Finding::inconclusive(format!("no forecast: {why}"), window.to),
    };
    let ours: Vec<&Edge> = edges.iter().filter(|edge| edge.closed == closes).collect();
    let came: Vec<Came> = ours.iter().filter_map(|edge| edge.came()).collect();
    let Some(worst) = came.iter().max_by_key(|came| came.late().abs()) else {
        return match ours.len() {
            0 => {
                Finding::inconclusive(format!("nothing is programmed that would make {relay} {}", delay.way), window.to)
            }
            _ => Finding::new(false, format!("never {}", delay.way), window.to),
        };
    };
    if let Some(first) = ours.iter().find(|edge| edge.came().is_none()) {
        let did = if closes { "closed" } else { "opened" };
        let observed = format!("{} of {} never {did}", ours.len() - came.len(), ours.len());
        let detail =
            format!("{relay} never {did} for what was due at {}; of the others the latest: {worst}", first.due);
        return Finding::new(false, observed, first.due).detail(detail);
    }
    let word = if came.len() == 1 { "late by " } else { "late by at most " };
    Finding::bounded(worst.late(), delay.limit, word, "", worst.at).detail(worst.to_string())
}
