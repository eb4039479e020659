//! What a bench in wall-clock time does at an instant so that the supply terminals follow a list of levels.
//!
//! A power stage turns levels into strokes beforehand; the bench's real-time thread plays them
//! and knows nothing of supplies.

use crate::rig::pi::{Channel, Input, Line};
use brownout_trace::Span;

/// A width may be off by this or a [`WIDTH_SHARE`]th of itself, whichever is more (DESIGN.md, rule 1).
const WIDTH: Span = Span::millis(1);
/// A hundredth.
const WIDTH_SHARE: i64 = 100;

/// By how much the width of a shot may be off; one that is further off spoils the attempt, on every rig.
pub fn width_tolerance(width: Span) -> Span {
    WIDTH.max(Span(width.0 / WIDTH_SHARE))
}

/// The shortest shot that may be so far off.
pub fn shortest_with(off: Span) -> Span {
    if off <= WIDTH { Span::ZERO } else { Span(off.0.saturating_mul(WIDTH_SHARE)) }
}

/// One action at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stroke {
    /// Drives a line.
    Set {
        /// Which.
        line: Line,
        /// Its level.
        high: bool,
    },
    /// What comes next happens only once this input tells that it is inactive: a crowbar fires after the series switch
    /// was measured off. A rig fault if it does not within the span; the strokes after it are not played.
    AwaitInactive {
        /// The input.
        input: Input,
        /// How long that may take.
        within: Span,
    },
    /// The same, until it tells that it is active: the mains' next zero.
    AwaitActive {
        /// The input.
        input: Input,
        /// How long that may take.
        within: Span,
    },
    /// What comes next happens no sooner than so long after what came before was *done*, however late that was: a player
    /// that lags must not close a gap between two switches.
    Rest(Span),
    /// Writes a code to an output of the DAC.
    Dac {
        /// Which output.
        channel: Channel,
        /// 12 bits.
        code: u16,
    },
    /// Sends bytes to the bench supply's port.
    Send {
        /// The bytes, line end included.
        bytes: Vec<u8>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_millisecond_or_a_hundredth() {
        let tolerances = [1, 50, 100, 101, 5_000].map(|millis| width_tolerance(Span::millis(millis)));
        assert_eq!(tolerances, [1_000, 1_000, 1_000, 1_010, 50_000].map(Span::micros));
        for off in [Span::millis(1), Span(1_000_001), Span::millis(15)] {
            let shortest = shortest_with(off);
            assert!(width_tolerance(shortest) >= off && width_tolerance(shortest - Span(1)) <= off.max(WIDTH));
        }
        assert_eq!(shortest_with(Span::millis(10)), Span::secs(1));
    }
}
