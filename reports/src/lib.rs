//! What is kept of a run, and everything drawn from it.
//!
//! Principles of this crate:
//!
//! * **A record is never lost.** [`record`] is written as the case goes, append-only, one line per event; it is
//!   readable after a kill at any byte and after the disk ran full. Nothing here overwrites a file of an earlier run.
//! * **One reader.** Whatever is drawn later (the waveform in [`vcd`], the [`summary`], what comes after them) is
//!   drawn from the record through [`record::Record`] or [`record::RecordReader`], never from a second source.
//! * **One seed, the same bytes.** No wall-clock date or duration stands in `record.jsonl` or `trace.vcd`; those go to
//!   `timing.jsonl`, beside the cases.
//! * **The recorder's trouble is the rig's.** A full disk is never reported as a board's failure
//!   ([`record::RecordError`]).
//! * **Flat memory.** A running case costs its open file, one line and a few names; a passed case leaves only a
//!   count behind.
//!
//! A run's folder:
//! ```text
//! DIR/.lock                       held by the live run; the kernel frees it when the process ends
//! DIR/run-0001/timing.jsonl       wall-clock times, one line per case
//! DIR/run-0001/CASE/record.jsonl  the record
//! DIR/run-0001/CASE/trace.vcd     its waveform
//! ```

pub mod case_summary;
pub mod folder;
pub mod junit;
pub mod listing;
pub mod paths;
pub mod record;
pub mod summary;
pub mod vcd;

#[cfg(test)]
mod sample;

pub use case_summary::CaseSummary;
pub use folder::RunFolder;
pub use junit::Junit;
pub use listing::records;
pub use paths::CaseName;
pub use record::{CaseRecorder, Ended, Header, Record, RecordError, Times, Timing};
pub use summary::Summary;
