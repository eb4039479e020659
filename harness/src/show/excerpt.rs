//! The few events of a trace that tell a reader what the board did round one instant.

use super::time::micros;
use super::words::{contact, event};
use brownout_trace::{Event, Instant, RelayName, Span, What};
use std::collections::BTreeMap;

/// Lines before the instant, and after it.
const BEFORE: usize = 10;
const AFTER: usize = 3;
/// A contact that moves again within this time is still the same bounce. DOMAIN.md: 1–10 ms, doubled.
const BOUNCE: Span = Span::millis(20);
/// More console lines in a row than this are counted instead of shown.
const LINES: usize = 4;

/// One line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When; empty where events were left out.
    pub at: String,
    /// What.
    pub text: String,
    /// Whether this is the place to look at.
    pub here: bool,
}

/// What happened round `look_at`, with `here` written in at its place: the last events before it, the first after it,
/// and of what still holds (supply, reset, contacts) the last word, however long ago. Steps later than `step` come
/// after it, even at the same instant.
pub fn excerpt(trace: &[Event], look_at: Instant, step: Option<usize>, here: &str) -> Vec<Line> {
    let cut = trace.partition_point(|event| event.at <= look_at);
    let now = trace.partition_point(|event| event.at < look_at);
    let is_later = |event: &Event| match event.what {
        What::Step { index, .. } => step.is_some_and(|step| usize::try_from(index).is_ok_and(|index| index > step)),
        _ => false,
    };
    let cut = trace[now..cut].iter().position(is_later).map_or(cut, |later| now + later);
    let (past, future) = trace.split_at(cut);
    let before = entries(past);
    let after = entries(future);
    let first = before.len().saturating_sub(BEFORE);
    let mut lines: Vec<Line> = Vec::new();
    let mut held: Vec<usize> = still_holding(&before, first).into_values().collect();
    held.sort_unstable();
    lines.extend(held.iter().map(|index| before[*index].line()));
    gap(&mut lines, first > held.len());
    lines.extend(before[first..].iter().map(Entry::line));
    lines.push(Line { at: micros(look_at), text: here.to_owned(), here: true });
    lines.extend(after.iter().take(AFTER).map(Entry::line));
    gap(&mut lines, after.len() > AFTER);
    lines
}

fn gap(lines: &mut Vec<Line>, there: bool) {
    if there {
        lines.push(Line { at: String::new(), text: "…".to_owned(), here: false });
    }
}

/// One line's worth of a trace.
struct Entry<'t> {
    event: &'t Event,
    /// Further edges of the same bounce, or console lines left out.
    more: usize,
    last: Instant,
    closed: bool,
}

impl Entry<'_> {
    fn line(&self) -> Line {
        let text = match &self.event.what {
            What::Contact { relay, .. } if self.more > 0 => {
                let (edges, took) = (self.more + 1, self.last - self.event.at);
                let took = Span(took.0 / 1_000 * 1_000);
                format!("{relay} contact {} (bounced: {edges} edges in {took})", contact(self.closed))
            }
            What::Received { .. } if self.more > 0 => format!("… {} more lines received", self.more + 1),
            what => event(what),
        };
        Line { at: micros(self.event.at), text, here: false }
    }
}

/// Events as entries: a bounce is one, a flood of console lines is counted. What was judged is left out: it happened
/// in the harness, and is shown by itself.
fn entries(events: &[Event]) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut flood = 0;
    for event in events {
        if matches!(event.what, What::Judged { .. } | What::Measured(_) | What::Ended { .. }) {
            continue;
        }
        flood = if matches!(event.what, What::Received { .. }) { flood + 1 } else { 0 };
        if flood > LINES
            && let Some(last) = entries.last_mut()
        {
            last.more += 1;
            last.last = event.at;
            continue;
        }
        if let What::Contact { relay, closed, .. } = &event.what
            && let Some(last) = entries.last_mut()
            && let What::Contact { relay: same, .. } = &last.event.what
            && same == relay
            && event.at - last.last <= BOUNCE
        {
            last.more += 1;
            (last.last, last.closed) = (event.at, *closed);
            continue;
        }
        let closed = matches!(event.what, What::Contact { closed: true, .. });
        entries.push(Entry { event, more: 0, last: event.at, closed });
    }
    entries
}

/// What an event has the last word on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Topic<'t> {
    Step,
    Supply,
    Core,
    Contact(&'t RelayName),
    Trouble,
}

/// For each topic not spoken of from `first` on, the index of the last word before it.
fn still_holding<'t>(entries: &[Entry<'t>], first: usize) -> BTreeMap<Topic<'t>, usize> {
    let mut last = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let topic = match &entry.event.what {
            What::Step { .. } => Topic::Step,
            What::Supply { .. } => Topic::Supply,
            What::Reset { .. } | What::PowerDown => Topic::Core,
            What::Contact { relay, .. } => Topic::Contact(relay),
            What::Fault { .. } | What::Unmodelled { .. } | What::RigFault { .. } | What::Torn { .. } => Topic::Trouble,
            _ => continue,
        };
        last.insert(topic, index);
    }
    last.retain(|_, index| *index < first);
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::event::Level;
    use brownout_trace::{ResetCause, Volts};

    fn received(at: i64, line: &str) -> Event {
        Event::new(Instant(at), What::Received { line: line.to_owned() })
    }

    fn edge(at: i64, closed: bool) -> Event {
        Event::new(Instant(at), What::Contact { relay: RelayName("K1".into()), closed, sequence: 1 })
    }

    fn text(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| format!("{}{}", line.text, if line.here { " <" } else { "" })).collect()
    }

    #[test]
    fn what_still_holds_is_shown_however_long_ago() {
        let mut trace = vec![
            Event::new(Instant(0), What::Supply { level: Level::Volts(Volts(12.0)) }),
            Event::new(Instant(1), What::Reset { cause: ResetCause::PowerOn }),
        ];
        trace.extend((0..20).map(|n| Event::new(Instant(100 + n), What::Sent { line: n.to_string() })));
        let lines = text(&excerpt(&trace, Instant(115), None, "here"));
        let expected = [
            "supply 12V",
            "out of reset: power-on",
            "…",
            "-> 6",
            "-> 7",
            "-> 8",
            "-> 9",
            "-> 10",
            "-> 11",
            "-> 12",
            "-> 13",
            "-> 14",
            "-> 15",
            "here <",
            "-> 16",
            "-> 17",
            "-> 18",
            "…",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_bounce_is_one_line_and_a_flood_is_counted() {
        let mut trace = vec![edge(0, true), edge(1_000_000, false), edge(3_000_000, true), edge(90_000_000, false)];
        trace.extend((0..1_000).map(|n| received(100_000_000 + n, "x")));
        let lines = text(&excerpt(&trace, Instant::NEVER, None, "here"));
        let expected = [
            "K1 contact closed (bounced: 3 edges in 3ms)",
            "K1 contact open (edge 1)",
            "<- x",
            "<- x",
            "<- x",
            "… 997 more lines received",
            "here <",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_next_step_is_later_even_at_the_same_instant() {
        let step = |index| Event::new(Instant(5), What::Step { index, text: "wait 1s".into() });
        let trace = [step(3), received(5, "x"), step(4), received(5, "y")];
        let lines = text(&excerpt(&trace, Instant(5), Some(3), "here"));
        assert_eq!(lines, ["step 3: wait 1s", "<- x", "here <", "step 4: wait 1s", "<- y"]);
    }

    #[test]
    fn an_empty_trace_still_says_where() {
        assert_eq!(text(&excerpt(&[], Instant::ZERO, None, "here")), ["here <"]);
    }
}
