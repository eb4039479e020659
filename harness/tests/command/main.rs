//! The command from end to end: what it says, where it says it, and how it ends.

mod bad_files;
mod blackbox;
mod bounds;
mod firmware;
mod front;
mod measuring;
mod records;
mod rigs;
mod selection;
mod serve;
mod snapshots;
mod stopping;
mod support;
