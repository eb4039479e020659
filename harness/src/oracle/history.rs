//! What was done to the board, in order.

use brownout_rigs::profile::Contradiction;
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::{Civil, Instant, RelayName};
use std::fmt;

/// Something done to the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Its supply went away, as measured.
    PowerLost,
    /// Its supply came back, as measured.
    PowerRestored,
    /// Its clock was set.
    ClockSet(Civil),
    /// Its programmes changed: the whole list after the change, in slot order.
    Programs(Vec<Programme>),
    /// A change of its programmes was not acknowledged: nobody knows which it has now.
    ProgramsUnknown,
    /// A mode was selected.
    Mode(Mode),
    /// Its defaults were restored.
    FactoryReset,
    /// Its microcontroller was reset while powered.
    Reset,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerLost => f.write_str("power lost"),
            Self::PowerRestored => f.write_str("power restored"),
            Self::ClockSet(civil) => write!(f, "clock set to {civil}"),
            Self::Programs(list) => write!(f, "{} programmes from now on", list.len()),
            Self::ProgramsUnknown => f.write_str("programmes perhaps changed"),
            Self::Mode(mode) => write!(f, "mode {mode}"),
            Self::FactoryReset => f.write_str("factory reset"),
            Self::Reset => f.write_str("reset"),
        }
    }
}

/// An action with its instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Not before: when it was sent, or began.
    pub from: Instant,
    /// Not after: when it was acknowledged, or measured.
    pub to: Instant,
    /// What was done.
    pub action: Action,
}

/// Everything done to the board, ordered by time; what is added at one instant stays in the order it was added in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    entries: Vec<Entry>,
}

impl History {
    /// Nothing done yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what was done at an instant.
    pub fn push(&mut self, at: Instant, action: Action) {
        self.push_between(at, at, action);
    }

    /// Adds what was sent at `from` and acknowledged at `to`.
    pub fn push_between(&mut self, from: Instant, to: Instant, action: Action) {
        let place = self.entries.partition_point(|entry| entry.to <= to);
        let entry = Entry { from: from.min(to), to, action };
        self.entries.insert(place, entry);
    }

    /// The entries in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Why there is no forecast. Lower-case fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OracleError {
    /// The profile contradicts itself.
    Profile(Contradiction),
    /// The board has no such relay.
    NoRelay {
        /// The name.
        relay: RelayName,
    },
    /// A board without supply cannot have acknowledged anything.
    Unpowered {
        /// When.
        at: Instant,
        /// What.
        action: String,
    },
    /// The supply went away, or came back, twice in a row.
    Twice {
        /// When.
        at: Instant,
        /// Which.
        action: String,
    },
}

impl fmt::Display for OracleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(contradiction) => contradiction.fmt(f),
            Self::NoRelay { relay } => write!(f, "the profile declares no relay `{relay}`"),
            Self::Unpowered { at, action } => {
                write!(f, "at {at}: {action}, but the board has no supply")
            }
            Self::Twice { at, action } => write!(f, "at {at}: {action} twice in a row"),
        }
    }
}

impl std::error::Error for OracleError {}
