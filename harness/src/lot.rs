//! A lot of boards: one design with its parts' tolerances, built many times and judged as a whole.
//!
//! Rig file with tolerances → every board's parts ([`brownout_rigs::lot`]) → every case on every board ([`trying`]) →
//! what became of the lot ([`tally`]) → [`table`]. [`statistics`] is arithmetic alone.

pub mod statistics;
pub mod table;
pub mod tally;
pub mod trying;
