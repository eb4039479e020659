//! Why the contact must be what it must be: a few bytes while forecasting, words when somebody asks.

use super::week::{Kind, WeekEvent};
use brownout_rigs::programme::Mode;
use std::fmt;

/// The reason for an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// An event of a programme.
    Event(WeekEvent),
    /// AUTO without any programme.
    NoProgrammes,
    /// AUTO keeps what it found until the next event.
    Kept,
    /// A mode.
    Mode(Mode),
    /// The clock was set.
    ClockSet,
    /// The programmes changed.
    Edited,
    /// Without supply.
    Unpowered,
    /// The supply is back, or a reset released; the board is starting.
    Starting,
    /// A factory reset is under way.
    FactoryReset,
    /// Nobody knows what the clock reads.
    ClockUnknown,
    /// Nobody knows which programmes the board has.
    ProgrammesUnknown,
    /// Nobody knows which mode the board is in.
    ModeUnknown,
    /// What happened cannot be told from outside: an event fell together with something else, or is undefined.
    Undecided,
    /// Nothing has been done to the board yet.
    Before,
}

/// `programme 2 on, Mon 08:00:00`.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event(event) => {
                let kind = match event.kind {
                    Kind::On => "on",
                    Kind::Off => "off",
                    Kind::Undefined => "meets another",
                };
                return write!(f, "programme {} {kind}, {}", event.programme, event.point());
            }
            Self::Mode(mode) => return write!(f, "mode {mode}"),
            Self::NoProgrammes => "no programmes",
            Self::Kept => "AUTO keeps the output until the next event",
            Self::ClockSet => "clock set",
            Self::Edited => "programmes changed",
            Self::Unpowered => "unpowered",
            Self::Starting => "starting",
            Self::FactoryReset => "factory reset",
            Self::ClockUnknown => "the clock is lost",
            Self::ProgrammesUnknown => "the programmes are unknown",
            Self::ModeUnknown => "the mode is unknown",
            Self::Undecided => "undecided until the next event",
            Self::Before => "nothing arranged yet",
        })
    }
}
