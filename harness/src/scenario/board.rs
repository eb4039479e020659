//! `[board]`: what the harness arranges, through the board's profile, before step 0.

use super::step::{Mode, Programme};
use brownout_trace::{Civil, Span};

/// The arrangement. What is `None` or empty is left as the factory reset leaves it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    /// Whether step 0 finds the board powered.
    pub start: Start,
    /// The programmes, in order.
    pub programs: Vec<Programme>,
    /// The mode.
    pub mode: Option<Mode>,
    /// What the clock reads at step 0.
    pub clock: Option<Civil>,
}

/// How step 0 finds the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// Powered.
    #[default]
    Powered,
    /// Unpowered for this long already: everything was arranged before.
    Off(Span),
}
