//! Rigs: one bench wired to one board.
//!
//! * A **rig file** ([`rig`]) names a bench and a board; a **board profile** ([`profile`]) declares what the board
//!   promises and how it is spoken to. Both are data beside this crate.
//! * A **bench** ([`mod@bench`]) gives pins, wires and *the clock*. Execution sees nothing else of a rig.
//! * A **firmware** ([`firmware`]) is checked against the chip, then written and verified by probe-rs ([`flashing`]).
//!
//! Rig faults and board failures never mix: what goes wrong here is a [`bench::RigFault`], and never judges a board.

pub mod bench;
pub mod firmware;
pub mod flashing;
pub mod lock;
mod place;
pub mod profile;
pub mod programme;
pub mod rig;
