//! Laying observed edges over a forecast.

use super::forecast::{Expect, ExpectedEdge, Forecast, Stretch};
use super::why::Why;
use brownout_trace::Instant;
use std::fmt;

/// The contact was not what it had to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// Since when.
    pub at: Instant,
    /// Until when; `None` if it never came right.
    pub until: Option<Instant>,
    /// What it had to be: closed or open.
    pub expected: bool,
    /// What it was.
    pub observed: bool,
    /// For what reason.
    pub why: Why,
}

/// `expected closed, observed open from +5.01s to +7s (programme 2 on, Mon 08:00:00)`.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |closed| if closed { "closed" } else { "open" };
        write!(f, "expected {}, observed {} from {}", word(self.expected), word(self.observed), self.at)?;
        match self.until {
            Some(until) => write!(f, " to {until}")?,
            None => f.write_str(" on")?,
        }
        write!(f, " ({})", self.why)
    }
}

impl Forecast {
    /// Where the contact was not what it had to be. `actual`: debounced edges in order, `true` closes; `initial`: the
    /// contact before the first of them. Edges outside the forecast's time are left alone.
    pub fn check(&self, actual: &[(Instant, bool)], initial: bool) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let mut index = 0;
        while index < self.stretches.len() {
            if self.stretches[index].free {
                index += 1;
                continue;
            }
            let after = self.stretches[index..]
                .iter()
                .position(|stretch| stretch.free)
                .map_or(self.stretches.len(), |length| index + length);
            let to = self.stretches.get(after).map_or(self.until, |stretch| stretch.from);
            let strict = Strict {
                stretches: &self.stretches[index..after],
                edges: within(&self.edges, self.stretches[index].from, to),
                to,
            };
            strict.check(actual, initial, &mut mismatches);
            index = after;
        }
        mismatches
    }
}

/// The edges whose windows begin in a time.
fn within(edges: &[ExpectedEdge], from: Instant, to: Instant) -> &[ExpectedEdge] {
    let first = edges.partition_point(|edge| edge.from < from);
    let last = edges.partition_point(|edge| edge.from < to);
    &edges[first..last]
}

/// A time in which only expected edges may come. It begins with a definite contact.
struct Strict<'f> {
    stretches: &'f [Stretch],
    edges: &'f [ExpectedEdge],
    to: Instant,
}

impl Strict<'_> {
    fn check(&self, actual: &[(Instant, bool)], initial: bool, mismatches: &mut Vec<Mismatch>) {
        let from = self.stretches[0].from;
        let first = actual.partition_point(|(at, _)| *at <= from);
        let mut seen = actual[first..].iter().take_while(|(at, _)| *at < self.to).copied().peekable();
        let mut follow = Follow {
            observed: actual[..first].last().map_or(initial, |(_, closed)| *closed),
            expected: self.stretches[0].expect == Expect::Closed,
            wrong: None,
            mismatches,
        };
        follow.compare(from, self.stretches[0].why);
        let mut edges = self.edges.iter().peekable();
        loop {
            match (seen.peek().copied(), edges.peek()) {
                (Some((at, closed)), Some(edge)) if at <= edge.to => {
                    seen.next();
                    follow.observed = closed;
                    if at >= edge.from && closed == edge.closed && follow.wrong.is_none() {
                        follow.expected = closed;
                        edges.next();
                    } else {
                        follow.compare(at, self.why_at(at));
                    }
                }
                (_, Some(edge)) => {
                    follow.expected = edge.closed;
                    follow.compare(edge.to, edge.why);
                    edges.next();
                }
                (Some((at, closed)), None) => {
                    seen.next();
                    follow.observed = closed;
                    follow.compare(at, self.why_at(at));
                }
                (None, None) => break,
            }
        }
    }

    fn why_at(&self, at: Instant) -> Why {
        let after = self.stretches.partition_point(|stretch| stretch.from <= at);
        self.stretches[after.saturating_sub(1)].why
    }
}

/// The contact as observed against the contact as expected.
struct Follow<'m> {
    observed: bool,
    expected: bool,
    /// Which mismatch lasts.
    wrong: Option<usize>,
    mismatches: &'m mut Vec<Mismatch>,
}

impl Follow<'_> {
    /// Opens a mismatch, or ends the one that lasts.
    fn compare(&mut self, at: Instant, why: Why) {
        if let Some(wrong) = self.wrong.take() {
            self.mismatches[wrong].until = Some(at);
        }
        if self.observed != self.expected {
            self.wrong = Some(self.mismatches.len());
            self.mismatches.push(Mismatch { at, until: None, expected: self.expected, observed: self.observed, why });
        }
    }
}
