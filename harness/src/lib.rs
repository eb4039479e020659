//! Brownout: flashes a timer board's firmware, disturbs its supply, watches its relays and says with numbers
//! whether the board did what its schedule asked.
//!
//! The flow is one line, and the modules stand along it:
//!
//! scenario file ([`scenario`]) → [`plan`] → case on a rig ([`arrange`], [`execute`]) → trace → verdict
//! ([`judge`], with the schedule [`oracle`]) → [`snapshot`] and record → reports. [`cli`] has one file per
//! subcommand.
pub mod arrange;
pub mod cli;
pub mod execute;
pub mod judge;
pub mod lot;
pub mod on_pi;
pub mod oracle;
pub mod outcome;
pub mod plan;
pub mod reference;
pub mod rigged;
pub mod runner;
pub mod scenario;
pub mod show;
pub mod snapshot;
