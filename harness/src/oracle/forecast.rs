//! What the contact must be: stretches of time, and the edges that must come.

use super::why::Why;
use brownout_trace::Instant;
use std::fmt;

/// What the contact must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expect {
    /// Closed.
    Closed,
    /// Open.
    Open,
    /// Either will do.
    Either,
}

impl Expect {
    /// Whether this contact will do.
    pub fn allows(self, closed: bool) -> bool {
        match self {
            Self::Closed => closed,
            Self::Open => !closed,
            Self::Either => true,
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Either => "either",
        })
    }
}

/// A stretch of time with one expectation; it lasts until the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when on.
    pub from: Instant,
    /// What the contact must be.
    pub expect: Expect,
    /// Edges may come as they like. Without it, *either* is the inside of windows: only their edges may come.
    pub free: bool,
    /// For what reason.
    pub why: Why,
}

/// An edge that must come exactly once inside its window, after those before it in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedEdge {
    /// Not before.
    pub from: Instant,
    /// Not after.
    pub to: Instant,
    /// Whether it closes the contact.
    pub closed: bool,
    /// For what reason.
    pub why: Why,
}

/// What one relay must do, up to an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    pub(super) stretches: Vec<Stretch>,
    pub(super) edges: Vec<ExpectedEdge>,
    pub(super) until: Instant,
}

impl Forecast {
    /// The stretches, in order; the first begins at the beginning of time.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The edges that must come, in order.
    pub fn edges(&self) -> &[ExpectedEdge] {
        &self.edges
    }

    /// Up to when this was forecast; after it, anything goes.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// What the contact must be at an instant.
    pub fn at(&self, at: Instant) -> Expect {
        self.stretch_at(at).expect
    }

    /// For what reason.
    pub fn why_at(&self, at: Instant) -> Why {
        self.stretch_at(at).why
    }

    fn stretch_at(&self, at: Instant) -> Stretch {
        let after = self.stretches.partition_point(|stretch| stretch.from <= at);
        match self.stretches.get(after.wrapping_sub(1)) {
            Some(stretch) if at < self.until => *stretch,
            _ => Stretch { from: at, expect: Expect::Either, free: true, why: Why::Before },
        }
    }
}
