//! The board profile (`rigs/boards/*.toml`): what a board promises and how it is spoken to. Nothing else is
//! assumed of it.
//!
//! A profile is read strictly: an unknown key or word is an error that names the nearest one, and so are switches
//! that contradict each other. A supply variant is a profile of its own: `base = "weekly"` takes everything from
//! `weekly.toml` beside it and the variant's own keys on top, table by table; `without = ["console"]` leaves out what
//! the base has and the variant has not.
//!
//! A board is set by its console ([`mod@console`]), by its buttons ([`macros`]), by either, or not at all.

pub mod calendar_format;
pub mod console;
pub mod days;
pub mod dialect;
#[cfg(test)]
mod dialect_tests;
pub mod error;
pub mod load;
pub mod macros;
pub mod pattern;
pub mod promise;
pub mod switches;
pub mod validate;

pub use console::Console;
pub use dialect::{Answer, Command, Exchange, Heard};
pub use error::{Contradiction, ProfileError};
pub use macros::Macros;
pub use promise::{Clock, Power, RelayLimits};
pub use switches::Switches;

use brownout_trace::{RelayName, Volts};
use serde::{Deserialize, Serialize};

/// Everything a board declares of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// A short name, unique among the profiles: it stands in snapshots' file names.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// The profile this one is a variant of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The chip as probe-rs names it; without it the board cannot be flashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chip: Option<String>,
    /// The nominal supply: percentages in scenarios are of this.
    pub supply: Volts,
    /// The relays by name; a programme without a relay means the first.
    pub relays: Vec<RelayName>,
    /// The buttons by name, as a rig and its scenarios call them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<String>,
    /// How it obeys its programmes.
    pub schedule: Switches,
    /// How well its clock runs, and for how long unpowered.
    pub clock: Clock,
    /// What it promises about its supply coming and going.
    pub power: Power,
    /// How fast its contacts follow.
    #[serde(default)]
    pub relay: RelayLimits,
    /// How it is spoken to; without it, only by buttons or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<Console>,
    /// How it is set by its buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macros: Option<Macros>,
}

/// The way that a command takes to a board.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way<'p> {
    /// It is said.
    Console(&'p Console),
    /// It is entered by the buttons.
    Macros(&'p Macros),
}
