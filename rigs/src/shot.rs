//! What a bench in wall-clock time does at an instant so that the supply terminals follow a list of levels.
//!
//! A power stage turns levels into strokes beforehand; the bench's real-time thread plays them
//! and knows nothing of supplies.

use crate::rig::pi::{Channel, Input, Line};
use brownout_trace::Span;

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
