//! The command from end to end: what it says, where it says it, and how it ends.

mod bad_files;
mod blackbox;
mod bounds;
mod energise;
mod firmware;
mod front;
mod locks;
mod lots;
mod measuring;
mod own_firmware;
mod packaging;
mod pi;
mod readme;
mod records;
mod review;
mod rig;
mod rigs;
mod selection;
mod serve;
mod skips;
mod snapshots;
mod stopping;
mod support;
mod variants;
