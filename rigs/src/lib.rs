//! Rigs: one bench wired to one board.
//!
//! * A **rig file** ([`rig`]) names a bench and a board; a **board profile** ([`profile`]) declares what the board
//!   promises and how it is spoken to. Both are data beside this crate.
//! * A **bench** ([`mod@bench`]) gives pins, wires and *the clock*. Execution sees nothing else of a rig.
//! * A **part** ([`parts`]) is one instrument over the bench, driven through `embedded-hal`: the same code on any bench.
//! * A board can be lived with in wall-clock time ([`live`]): a terminal, a debugger, a hand on the supply.
//! * A **firmware** ([`firmware`]) is checked against the chip, then written and verified by probe-rs ([`flashing`]).
//! * A rig looks at itself ([`mod@self_check`]), and keeps what it found ([`calibration`]).
//! * A **lot** ([`mod@lot`]) is many boards of one rig file, their parts drawn within its tolerances.
//!
//! Rig faults and board failures never mix: what goes wrong here is a [`bench::RigFault`], and never judges a board.

pub mod bench;
pub mod calibration;
pub mod firmware;
pub mod flashing;
pub mod live;
pub mod lock;
pub mod lot;
pub mod parts;
mod place;
pub mod plugged;
pub mod profile;
pub mod programme;
pub mod rig;
pub mod self_check;
pub mod shot;
pub mod uncertainty;
