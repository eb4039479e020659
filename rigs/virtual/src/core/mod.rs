//! The processor of the virtual board: an ARMv7-M core as in a Cortex-M3 r1p1.
//!
//! How it is built, and why:
//!
//! - **Plain data.** [`Core`] holds registers, exception state and debug registers, and no bus: whoever runs it lends a [`Bus`].
//!   So a core is cloned by copying one small struct and two reference counts.
//! - **Decode once, in the order of execution.** What the program can reach in flash is decoded into [slots](op::Slot), 8 bytes each, so
//!   that the next instruction is the next place, branches know the place they lead to, and IT blocks have their conditions in front of
//!   them; see [`code`]. Clones share it. Code in RAM may change under our feet, so it is decoded each time it executes.
//! - **One comparison per instruction.** The inner loop ends when the cycle counter reaches `stop_at`. Everything out of the ordinary
//!   (an exception to take, a sleep, a device that wants attention) sets `stop_at` to 0 and is looked at outside the loop. Breakpoints
//!   are decoded into the code, and watchpoints make accesses take the long way, so that neither costs anything while there is none.
//! - **Two at a time, and still two.** A comparison and its branch, or IT and its condition, are one operation; it stops between the two
//!   where a run has to end there.
//! - **Instruction exact.** A run ends at the first instruction boundary at or after its limit; one seed gives one trace.
//!
//! Semantics: *ARMv7-M Architecture Reference Manual*, ARM DDI 0403. What that manual calls UNPREDICTABLE is taken as undefined
//! (a UsageFault) wherever the decoder can see it. Cycle counts: see [`timing`].
//!
//! A reader begins with [`run`], then `execute`, then [`exceptions`].

mod bitband;
pub mod bus;
mod code;
mod cpu;
mod debug;
mod decode;
mod dwt;
mod exceptions;
mod execute;
mod faults;
pub mod flat;
mod fpb;
mod interface;
mod nvic;
mod op;
mod ppb;
mod run;
mod scb;
mod systick;
mod timing;

#[cfg(test)]
mod tests;

pub use bus::{Bus, BusError, Width};
pub use decode::operation;
pub use faults::{FaultKind, FaultReport};
pub use interface::{Core, Exit};
pub use ppb::Complaint;
