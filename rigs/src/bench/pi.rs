//! The bench over a Raspberry Pi, in wall-clock time: the only room of the house that knows rppal.
//!
//! * **Time** ([`clock`]) is CLOCK_MONOTONIC, the kernel's own for the edges it stamps. What execution is told it is told in
//!   the order of those stamps ([`queue`]), by one loop ([`run_loop`]) that hears every thread, feeds the [`watchdog`] and
//!   looks at the [`guards`].
//! * **Lines** ([`lines`]) are forced to their safe state when they are opened and when they are dropped.
//! * **Threads** only listen ([`capture`], [`mod@console`]) or play what was handed over ([`player`]): none of them keeps the board
//!   alive.
//! * **Shots** are measured back ([`shooting`]): by the [`sense`] line, and by the meter over the Pi's [`bus`].
//! * What is wrong here is a rig fault, says what to do, and leaves the rig de-energised.

mod bus;
mod capture;
mod clock;
mod console;
mod contacts;
mod edges;
mod flash;
mod guards;
mod lines;
mod look;
mod news;
mod pi_bench;
mod player;
mod presence;
mod probe;
mod queue;
mod realtime;
mod rehearsal;
mod run_loop;
mod safe;
mod score;
mod sense;
mod shooting;
mod station;
mod watchdog;
mod wires;

pub use look::PiLook;
pub use pi_bench::PiBench;
pub use rehearsal::{Rehearsed, rehearse};
pub use safe::{MadeSafe, make_safe, model};
pub use station::{PiRig, Prepared};
