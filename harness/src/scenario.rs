//! The scenario language: from files to typed steps, or to every fault with its place.
//!
//! The way of a file: [`find`] names it, [`load`] reads its text, [`file::parse`] reads TOML with spans, unfolds the
//! matrix, and for each choice reads every value into its type, `repeat` and `include` unfolded: [`step`]s and
//! [`expectation`]s. The result knows no
//! board; what only a board can confirm is kept as [`mention`]s, which [`crate::plan`] checks.
//!
//! Error quality is the product here: each reader notes its faults and goes on, so one pass shows them all, each
//! pointing at the value that is wrong. Colours and widths are the command's business.

pub mod board;
pub mod covers;
pub mod error;
pub mod expectation;
pub mod file;
pub mod find;
pub mod id;
pub mod load;
pub mod mention;
pub mod place;
pub mod span;
pub mod step;

mod matrix;
mod reader;
mod shared;
mod steps;
mod subset;
pub(crate) mod suggest;
mod table;
