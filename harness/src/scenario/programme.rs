//! A stand-in until the board profile brings the type.

use brownout_trace::{Days, TimeOfDay};

/// One on/off pair of a weekly schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Programme {
    /// The days of `on`.
    pub days: Days,
    /// Switches on.
    pub on: TimeOfDay,
    /// Switches off; the next day if not after `on`.
    pub off: TimeOfDay,
}
