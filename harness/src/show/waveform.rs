//! The stretch of a trace that decided an expectation, drawn in text: the supply, the contacts, the board, buttons, marks
//! and the expectation's window over an axis of bench time.
//!
//! A column shows the lowest level of its stretch, so that the shortest dip is seen; a contact is drawn as debounced,
//! its bounce marked where it is wide enough to be seen, or where nothing else came of it.

mod view;

use super::paint::{Look, Tint};
use super::words::{contact, printable};
use crate::judge::debounce;
use crate::outcome::RelayHistory;
use brownout_trace::event::Level;
use brownout_trace::{Event, Instant, Span, Volts, What};
use std::collections::BTreeSet;
use view::{Row, View};

/// A contact that is quiet for so long has settled; as in the excerpt below it.
const QUIET: Span = Span::millis(20);
/// More relays, or buttons, than these are not drawn.
const ROWS: usize = 4;
/// Longer names are cut.
const LONGEST_NAME: usize = 10;
/// Room behind a row for what holds at the instant.
const SUFFIX: usize = 12;

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Focus<'a> {
    /// Where to look: the middle.
    pub at: Instant,
    /// When the expectation was judged, after its window.
    pub judged: Instant,
    /// The step that it stands in.
    pub step: usize,
    /// The expectation in words; `since MARK` in it tells where a look back begins.
    pub expectation: &'a str,
    /// The relays, and how they stood at step 0.
    pub relays: &'a [RelayHistory],
    /// The supply's nominal voltage.
    pub nominal: Volts,
}

/// The characters of one look.
struct Ink {
    high: char,
    middle: char,
    low: char,
    bounce: char,
    many: char,
    reset: char,
    window: char,
    here: char,
}

const UNICODE: Ink =
    Ink {
        high: '▇', middle: '▄', low: '▁', bounce: '▒', many: '╳', reset: '↑', window: '░', here: '▲'
    };
const ASCII: Ink = Ink { high: '#', middle: '=', low: '_', bounce: '%', many: 'X', reset: 'r', window: ':', here: '^' };

/// A row with its name before it and what holds at the instant behind it.
struct Line {
    name: String,
    row: Row,
    now: String,
}

/// The waveform; empty if there is nothing to draw.
pub fn waveform(trace: &[Event], focus: Focus<'_>, look: Look) -> String {
    let ink = if look.unicode { UNICODE } else { ASCII };
    let (window, looks_forward) = window(trace, focus);
    let columns = look.width.saturating_sub(2 + LONGEST_NAME + 1 + SUFFIX).clamp(20, 200);
    let view = View::round(focus.at, looks_forward.then_some(window), &telling(trace), end(trace, focus), columns);
    let drawing = Drawing { trace, focus, view, ink: &ink };
    let mut lines = drawing.supply();
    lines.extend(drawing.board());
    lines.extend(drawing.relays());
    lines.extend(drawing.buttons());
    if lines.is_empty() {
        return String::new();
    }
    lines.extend(drawing.marks());
    lines.push(drawing.window(window));
    let name_width = lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
    let used: BTreeSet<char> = lines.iter().flat_map(|line| line.row.0.iter().copied()).collect();
    let mut text = String::new();
    for Line { name, row, now } in &lines {
        let row: String = row.0.iter().collect();
        let line = format!("  {name:<name_width$} {row}  {now}");
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    let axis = format!("  {:<name_width$} {}", "time", view.axis());
    text.push_str(&format!("{}\n{}\n", look.paint(Tint::Faint, &axis), look.paint(Tint::Faint, &legend(&ink, &used))));
    text
}

fn legend(ink: &Ink, used: &BTreeSet<char>) -> String {
    let words = [
        (ink.high, "nominal, closed, running"),
        (ink.middle, "residual"),
        (ink.low, "off, open, down"),
        (ink.bounce, "bounce"),
        (ink.many, "many changes"),
        (ink.reset, "out of reset"),
        (ink.window, "looked at"),
        (ink.here, "here"),
    ];
    let words = words.iter().filter(|(c, _)| used.contains(c)).map(|(c, word)| format!("  {c} {word}"));
    words.collect::<String>()
}

/// From where to where the expectation looked, and whether forward: then the window belongs into view as a whole.
fn window(trace: &[Event], focus: Focus<'_>) -> ((Instant, Instant), bool) {
    let begun = trace.iter().rev().find(|event| {
        matches!(event.what, What::Step { index, .. } if usize::try_from(index) == Ok(focus.step))
            && event.at <= focus.judged
    });
    let begun = begun.map_or(focus.judged, |event| event.at);
    // A look back takes no time but what a contact needs to settle, and mostly finds something before it.
    if focus.at >= begun || focus.judged - begun >= view::NARROW {
        return ((begun, focus.judged), true);
    }
    let mut words = focus.expectation.split_whitespace();
    let mark = words.by_ref().find(|word| *word == "since").and_then(|_| words.next());
    let is_mark = |event: &&Event| matches!(&event.what, What::Mark { name } if Some(name.as_str()) == mark);
    let mark = trace.iter().rev().filter(|event| event.at <= focus.judged).find(is_mark);
    ((mark.map_or(Instant::ZERO, |mark| mark.at), focus.judged), false)
}

/// When something happened that a reader looks for, in order; of a bounce only its first edge.
fn telling(trace: &[Event]) -> Vec<Instant> {
    let mut last_edge = None;
    let tells = |event: &&Event| match event.what {
        What::Supply { .. } | What::Button { .. } | What::Reset { .. } | What::PowerDown | What::Mark { .. } => true,
        What::Contact { .. } => {
            let is_first = last_edge.is_none_or(|last| event.at - last > QUIET);
            last_edge = Some(event.at);
            is_first
        }
        _ => false,
    };
    trace.iter().filter(tells).map(|event| event.at).collect()
}

/// Nothing is known after this.
fn end(trace: &[Event], focus: Focus<'_>) -> Instant {
    trace.last().map_or(Instant::ZERO, |event| event.at).max(focus.judged)
}

struct Drawing<'a> {
    trace: &'a [Event],
    focus: Focus<'a>,
    view: View,
    ink: &'a Ink,
}

impl Drawing<'_> {
    /// A row of levels: each holds until the next, nothing is known before the first nor after the trace. A column shows
    /// the lowest of its levels.
    fn levels<T: Copy + PartialOrd>(&self, changes: &[(Instant, T)], show: impl Fn(T) -> char) -> Row {
        let mut row = Row::new(self.view.columns);
        for (column, place) in row.0.iter_mut().enumerate() {
            let (begin, after) = self.view.column(column);
            if begin > end(self.trace, self.focus) {
                break;
            }
            let held = changes.partition_point(|(at, _)| *at <= begin);
            let until = changes.partition_point(|(at, _)| *at < after);
            let levels = changes[held.saturating_sub(1)..until.max(held)].iter().map(|(_, level)| *level);
            let lowest = levels.reduce(|one, other| if other < one { other } else { one });
            *place = lowest.map_or(' ', &show);
        }
        row
    }

    fn height(&self, is_high: bool) -> char {
        if is_high { self.ink.high } else { self.ink.low }
    }

    /// What holds at the instant.
    fn now<T: Copy>(&self, changes: &[(Instant, T)]) -> Option<T> {
        changes[..changes.partition_point(|(at, _)| *at <= self.focus.at)].last().map(|(_, level)| *level)
    }

    fn supply(&self) -> Vec<Line> {
        let nominal = self.focus.nominal.0;
        let height = |level: Level| match level {
            Level::Open => 0,
            Level::Volts(volts) if volts.0 < 0.05 * nominal => 0,
            Level::Volts(volts) if volts.0 < 0.95 * nominal => 1,
            Level::Volts(_) => 2,
        };
        let levels = self.trace.iter().filter_map(|event| match event.what {
            What::Supply { level } => Some((event.at, level)),
            _ => None,
        });
        let levels: Vec<(Instant, Level)> = levels.collect();
        if levels.is_empty() {
            return Vec::new();
        }
        let heights: Vec<(Instant, usize)> = levels.iter().map(|(at, level)| (*at, height(*level))).collect();
        let row = self.levels(&heights, |height| [self.ink.low, self.ink.middle, self.ink.high][height]);
        let now = self.now(&levels).map_or(String::new(), |level| level.to_string());
        vec![Line { name: "supply".to_owned(), row, now }]
    }

    /// Running or not; only where that changes in view.
    fn board(&self) -> Option<Line> {
        let changes = self.trace.iter().filter_map(|event| match event.what {
            What::Reset { .. } => Some((event.at, true)),
            What::PowerDown => Some((event.at, false)),
            _ => None,
        });
        let changes: Vec<(Instant, bool)> = changes.collect();
        let in_view = |at: Instant| self.view.column_of(at);
        changes.iter().find_map(|(at, _)| in_view(*at))?;
        let mut row = self.levels(&changes, |runs| self.height(runs));
        for column in changes.iter().filter(|(_, runs)| *runs).filter_map(|(at, _)| in_view(*at)) {
            row.0[column] = self.ink.reset;
        }
        let now = self.now(&changes).map_or("", |runs| if runs { "running" } else { "down" });
        Some(Line { name: "board".to_owned(), row, now: now.to_owned() })
    }

    fn relays(&self) -> Vec<Line> {
        self.focus.relays.iter().take(ROWS).map(|history| self.relay(history)).collect()
    }

    fn relay(&self, history: &RelayHistory) -> Line {
        let edges = self.trace.iter().filter_map(|event| match &event.what {
            What::Contact { relay, closed, .. } if *relay == history.relay => Some((event.at, *closed)),
            _ => None,
        });
        let edges: Vec<(Instant, bool)> = edges.collect();
        let initially = edges.first().map_or(history.initially_closed, |(_, closed)| !closed);
        let beginning = self.trace.first().map_or(Instant::ZERO, |event| event.at);
        let mut states = vec![(beginning, initially)];
        states.extend(debounce::changes(&edges, QUIET));
        let bursts: Vec<(Instant, Instant)> = edges
            .chunk_by(|one, next| next.0 - one.0 < QUIET)
            .filter(|burst| burst.len() > 1)
            .map(|burst| (burst[0].0, burst[burst.len() - 1].0))
            .collect();
        let mut row = Row::new(self.view.columns);
        for (column, place) in row.0.iter_mut().enumerate() {
            let (begin, after) = self.view.column(column);
            if begin > end(self.trace, self.focus) {
                break;
            }
            let (held, until) =
                (states.partition_point(|(at, _)| *at < begin), states.partition_point(|(at, _)| *at < after));
            let bounces = bursts.iter().any(|(first, last)| {
                let came_to_nothing = states[1..].iter().all(|(at, _)| at != first);
                let is_wide = last.0 - first.0 >= self.view.per_column().0 / 2;
                *first < after && *last >= begin && (is_wide || came_to_nothing)
            });
            *place = match until - held {
                _ if bounces => self.ink.bounce,
                2.. => self.ink.many,
                _ => until.checked_sub(1).map_or(' ', |last| self.height(states[last].1)),
            };
        }
        let now = self.now(&states).map_or("", contact);
        Line { name: name(&history.relay.0), row, now: now.to_owned() }
    }

    /// Those that are used in view.
    fn buttons(&self) -> Vec<Line> {
        let used = self.trace.iter().filter_map(|event| match &event.what {
            What::Button { button, .. } if self.view.column_of(event.at).is_some() => Some(button),
            _ => None,
        });
        let used: BTreeSet<&String> = used.collect();
        let draw = |button: &&String| {
            let beginning = self.trace.first().map_or(Instant::ZERO, |event| event.at);
            let moves = self.trace.iter().filter_map(|event| match &event.what {
                What::Button { button: other, pressed } if other == *button => Some((event.at, !pressed)),
                _ => None,
            });
            // Turned round: the shortest press is to be seen, not the shortest pause.
            let up: Vec<(Instant, bool)> = std::iter::once((beginning, true)).chain(moves).collect();
            let row = self.levels(&up, |up| self.height(!up));
            let now = self.now(&up).map_or("", |up| if up { "released" } else { "pressed" });
            Line { name: name(button), row, now: now.to_owned() }
        };
        used.iter().take(ROWS).map(draw).collect()
    }

    fn marks(&self) -> Option<Line> {
        let mut row = Row::new(self.view.columns);
        for event in self.trace {
            if let What::Mark { name } = &event.what
                && let Some(column) = self.view.column_of(event.at)
            {
                row.text(column, &format!("|{}", printable(name)));
            }
        }
        let is_used = row.0.iter().any(|c| *c != ' ');
        is_used.then(|| Line { name: "marks".to_owned(), row, now: String::new() })
    }

    fn window(&self, (from, to): (Instant, Instant)) -> Line {
        let mut row = Row::new(self.view.columns);
        for (column, place) in row.0.iter_mut().enumerate() {
            let (begin, end) = self.view.column(column);
            if from < end && begin < to {
                *place = self.ink.window;
            }
        }
        if let Some(column) = self.view.column_of(self.focus.at) {
            row.0[column] = self.ink.here;
        }
        Line { name: String::new(), row, now: String::new() }
    }
}

fn name(text: &str) -> String {
    printable(text).chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
#[path = "waveform_tests.rs"]
mod tests;
