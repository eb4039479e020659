//! The command from end to end: what it says, where it says it, and how it ends.

mod bad_files;
mod blackbox;
mod bounds;
mod firmware;
mod front;
mod locks;
mod lots;
mod measuring;
mod own_firmware;
mod records;
mod review;
mod rigs;
mod selection;
mod serve;
mod skips;
mod snapshots;
mod stopping;
mod support;
