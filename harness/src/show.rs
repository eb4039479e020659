//! Showing what happened to a person: events in words, the few that matter round an instant, and a failure in full.

pub mod beside;
pub mod excerpt;
pub mod failure;
pub mod paint;
pub mod time;
pub mod waveform;
pub mod words;

pub use failure::{failure, first_broken, reasons};
pub use paint::Look;
