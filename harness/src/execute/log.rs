//! The trace of one attempt as it grows: every event goes to the sink at once, and is kept within bounds.

use super::contacts::Contacts;
use super::halt::Halt;
use brownout_trace::event::{Crash, What};
use brownout_trace::{Event, Instant, Span};
use std::collections::VecDeque;

/// So many lines a board may say at any time; more are a flood.
const LINES: i64 = 10_000;
/// One line more for each such span of bench time: a week of a line a minute is no flood.
const LINE_EVERY: Span = Span::secs(10);
/// The lines over which a flood's rate is told; so many within [`FLOOD`] are one.
const RATE_OVER: usize = 1_000;
/// No timer has a thousand things to say in ten seconds: full lines at 115 200 baud would take two thirds of it.
const FLOOD: Span = Span::secs(10);
/// So many events of any kind fit into one attempt's trace.
const EVENTS: usize = 2_000_000;

/// The trace of one attempt.
pub struct Log<'a> {
    sink: &'a mut dyn FnMut(&Event),
    events: Vec<Event>,
    contacts: Contacts,
    began: Option<Instant>,
    lines: i64,
    recent: VecDeque<Instant>,
}

impl<'a> Log<'a> {
    /// An empty one.
    pub fn new(sink: &'a mut dyn FnMut(&Event)) -> Self {
        Self { sink, events: Vec::new(), contacts: Contacts::default(), began: None, lines: 0, recent: VecDeque::new() }
    }

    /// Every event so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The raw contact edges so far.
    pub fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// Gives the trace away.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Adds an event of the harness, which never ends anything.
    pub fn note(&mut self, at: Instant, what: What) {
        let event = Event::new(at, what);
        (self.sink)(&event);
        self.events.push(event);
    }

    /// Adds an event of the bench. It is in the trace even where it ends the attempt.
    pub fn take(&mut self, event: Event) -> Result<(), Halt> {
        (self.sink)(&event);
        let at = event.at;
        let began = *self.began.get_or_insert(at);
        self.events.push(event);
        if self.events.len() > EVENTS {
            return Err(Halt::Board(format!("more than {EVENTS} events in one case: {}", self.commonest())));
        }
        match self.events.last().map(|event| &event.what) {
            Some(What::Contact { relay, closed, sequence }) => self.contacts.take(at, relay, *closed, *sequence),
            Some(What::RigFault { text }) => Err(Halt::Rig(text.clone())),
            Some(What::Unmodelled { text }) => {
                Err(Halt::Rig(format!("the firmware uses what the virtual board lacks: {text}")))
            }
            Some(What::Received { .. }) => self.line(at, began),
            _ => Ok(()),
        }
    }

    fn line(&mut self, at: Instant, began: Instant) -> Result<(), Halt> {
        self.lines += 1;
        if self.recent.len() == RATE_OVER {
            self.recent.pop_front();
        }
        self.recent.push_back(at);
        let first = self.recent.front().copied().unwrap_or(at);
        let flood = self.recent.len() == RATE_OVER && at - first < FLOOD;
        if !flood && self.lines <= LINES + (at - began).0 / LINE_EVERY.0 {
            return Ok(());
        }
        let rate = self.recent.len() as f64 / (at - first).as_secs_f64().max(1e-3);
        Err(Halt::Board(format!("the board floods its console: {rate:.0} lines/s, {} lines by {at}", self.lines)))
    }

    /// The kind of event that fills the trace.
    fn commonest(&self) -> &'static str {
        let count = |wanted: fn(&What) -> bool| self.events.iter().filter(|event| wanted(&event.what)).count();
        let counts = [
            (count(|what| matches!(what, What::Contact { .. } | What::Coil { .. })), "mostly of its relays"),
            (count(|what| matches!(what, What::Reset { .. } | What::PowerDown)), "mostly resets"),
            (count(|what| matches!(what, What::Fault { crash: Crash::CoreFault, .. })), "mostly faults of its core"),
        ];
        counts.into_iter().max().map_or("", |(_, words)| words)
    }
}
