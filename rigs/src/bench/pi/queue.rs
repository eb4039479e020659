//! Events in the order of their instants, though they come from several threads.
//!
//! An event is told only once every source has been asked up to its instant. What the kernel stamped and told so late that
//! its instant is over is a rig fault: a judgement may have been made without it. One that is late by no more than the rig
//! says a timestamp may be wrong is moved up to now: that is what the figure is for.

use crate::bench::RigFault;
use brownout_trace::event::What;
use brownout_trace::{Event, Instant, Span};
use std::collections::BTreeMap;

/// Two threads may always be so far apart.
const LEAST: Span = Span::micros(100);

/// Events that wait for their turn.
#[derive(Debug)]
pub struct Queue {
    waiting: BTreeMap<(Instant, u64), What>,
    pushed: u64,
    /// Everything up to here was told.
    told: Instant,
    /// What is earlier belongs to nobody.
    first: Instant,
    leeway: Span,
}

impl Queue {
    /// Nothing waits; everything up to `now` was told. Events before `first` will be dropped.
    pub fn new(now: Instant, first: Instant, uncertainty: Span) -> Self {
        Self { waiting: BTreeMap::new(), pushed: 0, told: now, first, leeway: uncertainty.max(LEAST) }
    }

    /// Up to when everything was told.
    pub fn told(&self) -> Instant {
        self.told
    }

    /// Something that was stamped when it happened.
    ///
    /// # Errors
    /// It comes too late.
    pub fn stamped(&mut self, at: Instant, what: What) -> Result<(), RigFault> {
        let late = self.told - at;
        if late > self.leeway {
            return Err(RigFault {
                what: format!("an edge of {at} was heard {} late", late.in_words()),
                hint: "the machine is too busy: end what else runs on it".to_owned(),
            });
        }
        self.noticed(at, what);
        Ok(())
    }

    /// Something that was stamped when a program noticed it; the stamp may be a little behind.
    pub fn noticed(&mut self, at: Instant, what: What) {
        self.pushed += 1;
        self.waiting.insert((at.max(self.told), self.pushed), what);
    }

    /// Whether something waits that happened by `until`.
    pub fn has(&self, until: Instant) -> bool {
        self.waiting.first_key_value().is_some_and(|((at, _), _)| *at <= until)
    }

    /// Tells everything up to `until`.
    pub fn tell(&mut self, until: Instant, events: &mut Vec<Event>) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), what) = entry.remove_entry();
            if at >= self.first {
                events.push(Event::new(at, what));
            }
        }
        self.told = self.told.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> What {
        What::Received { line: text.to_owned() }
    }

    fn told(queue: &mut Queue, until: i64) -> Vec<(i64, String)> {
        let mut events = Vec::new();
        queue.tell(Instant(until), &mut events);
        let words = |what| match what {
            What::Received { line } => line,
            other => panic!("{other:?}"),
        };
        events.into_iter().map(|event| (event.at.0, words(event.what))).collect()
    }

    #[test]
    fn events_come_by_their_instants_and_ties_as_they_were_heard() {
        let mut queue = Queue::new(Instant(0), Instant(0), Span::ZERO);
        for (at, text) in [(30, "c"), (10, "a"), (20, "b"), (10, "a too")] {
            queue.stamped(Instant(at), line(text)).unwrap();
        }
        assert!(!queue.has(Instant(9)) && queue.has(Instant(10)));
        assert_eq!(told(&mut queue, 20), [(10, "a".into()), (10, "a too".into()), (20, "b".into())]);
        assert_eq!(queue.told(), Instant(20));
        assert_eq!(told(&mut queue, 40), [(30, "c".into())]);
        assert_eq!((told(&mut queue, 10), queue.told()), (vec![], Instant(40)), "never back");
    }

    #[test]
    fn what_comes_late_is_moved_within_the_rig_s_uncertainty_and_else_a_fault() {
        let mut queue = Queue::new(Instant(10_000_000), Instant(0), Span::millis(2));
        queue.stamped(Instant(8_000_000), line("just")).unwrap();
        let fault = queue.stamped(Instant(7_999_999), line("too late")).unwrap_err();
        assert_eq!(fault.what, "an edge of +0.007999999s was heard 2ms late");
        queue.noticed(Instant(1), line("read late"));
        assert_eq!(told(&mut queue, 10_000_000), [(10_000_000, "just".into()), (10_000_000, "read late".into())]);
        let mut exact = Queue::new(Instant(1_000_000), Instant(0), Span::ZERO);
        assert!(exact.stamped(Instant(900_000), line("a thread's turn")).is_ok());
        assert!(exact.stamped(Instant(899_999), line("more")).is_err());
    }

    #[test]
    fn what_comes_before_the_first_instant_belongs_to_nobody() {
        let mut queue = Queue::new(Instant(-5), Instant(0), Span::ZERO);
        queue.noticed(Instant(-1), line("goodbye"));
        queue.noticed(Instant(0), line("hello"));
        assert_eq!(told(&mut queue, 3), [(0, "hello".into())]);
    }
}
