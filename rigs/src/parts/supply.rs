//! Power stages: how the supply terminals follow a list of levels, as strokes that the bench's player plays.
//!
//! Everything is decided beforehand and told as data: what a stage [can] give, which [strokes] give it, and which ones are
//! its [safe] state. Rules 6 and 7 of DESIGN.md hold for *every* list of strokes that is made here, however late it is played:
//!
//! * The safe state is every output inactive.
//! * A crowbar fires only after the series switch was told to open **and** the sense has told that the terminals fell. It is
//!   released, and a rest taken, before any switch closes again. On mains, or without a sense, there is none.
//! * Two rails are never on together, unless both are DC and each has a diode of its own.
//!
//! Breaks come at the instant of their level, so that the fall of a shot is where it was asked for. What has to come before
//! a make (a crowbar released, the other rail off) is moved ahead of its level where there is room, so that the rise is
//! too; where there is none the make comes late, and the measurement tells. A list is played whole, or ended by [safe].

mod bench_supply;
mod can;
mod crowbar;
mod dac;
mod dialect;
mod high_side;
mod inquiry;
mod mains;
mod rails;
mod score;
mod stage;
mod strokes;
mod thin;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use can::{can, can_ramp, can_shot, opens_in, shortest_shot};
pub use dialect::Dialect;
pub use inquiry::identify;
pub use strokes::{ready, safe, strokes};
