//! The scenario language: from files to typed steps, or to every fault with its place.
//!
//! `find` → `file` (TOML with spans) → `matrix` → for each choice `read` into [`step`]s. The result knows no
//! board; [`crate::plan`] resolves it against one.

pub mod board;
pub mod error;
pub mod expectation;
pub mod id;
pub mod programme;
pub mod span;
pub mod step;
