//! What a scenario mentions that only a board or the order of steps can confirm; the plan checks each at its place.

use super::place::{Lookback, Place};
use super::step::{Moment, Programme, ResetStep, Voltage};
use brownout_trace::{Civil, RelayName, Span};
use std::path::PathBuf;

/// One mention.
#[derive(Debug, Clone, PartialEq)]
pub enum Mention {
    /// A relay.
    Relay(RelayName),
    /// A button.
    Button(String),
    /// A programme to store.
    Programme(Programme),
    /// A slot to delete.
    Slot(u32),
    /// A supply voltage.
    Voltage(Voltage),
    /// A way to reset.
    Reset(ResetStep),
    /// A firmware's file.
    Firmware(PathBuf),
    /// A clock setting.
    SetClock(Civil),
    /// A moment to wait for.
    Moment(Moment),
    /// A mark set.
    Mark(String),
    /// A place looked back to.
    Place(Place),
    /// A window between two places, at its `before`.
    Window(Lookback),
    /// A moment that has to come within this time.
    Due(Moment, Span),
    /// The name of a measured figure.
    Measurement(String),
    /// The board's console.
    Console,
    /// The board's clock, compared with the nominal one.
    Clock,
    /// The schedule oracle.
    Schedule,
}
