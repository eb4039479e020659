//! A Raspberry Pi that is none: rppal, serialport and probe-rs run unmodified and without privileges on any Linux machine,
//! and what they do to lines, buses and ports happens to a virtual board, in wall-clock time. For tests; `README.md` has
//! what it answers and what not.
//!
//! * [`FakePi`] is the whole: made from the Pi's rig file and a virtual rig's, it gives a child process its environment and
//!   the rig file to use, and lets a test break things while it runs ([`faults`]).
//! * The child has `brownout-fake-pi-preload` between itself and the C library. Its side of the talk is in [`protocol`];
//!   [`server`] is ours: one thread that answers, and turns the [`world`] again and again.
//! * The **world** is what hangs on the Pi's header: the [`pins`], the power path to the board's terminals ([`feed`]), mains
//!   ([`pulses`]), the instruments on the bus, and the board itself.
//!
//! Time: the world's time is the wall's, [`clock`] maps one to the other. A store to a line register carries the instant at
//! which the program made it, and happens at that instant, however late this side gets to it; an edge carries the instant
//! at which the model made it. So the figures that a bench takes from a fake Pi do not depend on how busy the machine is,
//! as long as the bench itself keeps time.

pub mod clock;
pub mod fake_pi;
pub mod faults;
pub mod feed;
pub mod pins;
pub mod pulses;
pub mod world;

mod bench_supply;
mod page;
mod place;
mod ports;
mod rig_text;
mod server;

// As source, since the library itself would answer for this process if it were linked.
#[allow(dead_code, reason = "each end uses a part of it")]
#[path = "../preload/src/protocol.rs"]
mod protocol;
#[allow(dead_code, reason = "each end uses a part of it")]
#[path = "../preload/src/registers.rs"]
mod registers;

pub use fake_pi::{FakePi, Flash, StartError};
