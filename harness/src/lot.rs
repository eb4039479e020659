//! A lot of boards: one design with its parts' tolerances, built many times and judged as a whole.
//!
//! Rig file with tolerances → [`drawing`], every board's parts → [`trying`], every case on every board → [`tally`], what
//! became of the lot → [`table`]. [`statistics`] is arithmetic alone.

pub mod drawing;
pub mod statistics;
pub mod table;
pub mod tally;
pub mod trying;
