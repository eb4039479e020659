//! The virtual board: a weekly timer around an STM32F103C8 that executes real firmware in virtual time.
//!
//! Principles of this crate:
//!
//! * **It knows no rig.** A [`board::Board`] is made from data ([`wiring`]) and a flash image, is handed what happens
//!   to it, and gives events.
//! * **Plain data.** A board is `Clone + Send`; a clone goes on exactly as the original would. Flash pages are shared
//!   until written.
//! * **Computed, not sampled.** Voltages between two changes are closed formulas, thresholds are crossed at computed
//!   instants, clocks count ticks and never sum periods, and a sleeping core costs nothing.
//! * **Loud where it is ignorant.** What firmware touches and the model lacks is an event that names register, program
//!   counter and function; it never reads as a silent zero.
//! * **Seeded.** What chance decides (bounce, erase times, torn bits) comes from streams of one seed ([`rng`]).
//!
//! The core is in [`core`], the chip round it in [`mcu`], the supply in [`supply`], and [`probe`] lets probe-rs in.

pub mod board;
mod bounce;
pub mod button;
pub mod core;
pub mod faults;
pub mod instruments;
pub mod mcu;
pub mod probe;
pub mod relay;
pub mod rng;
pub mod spread;
pub mod supply;
pub mod symbols;
pub mod wiring;
