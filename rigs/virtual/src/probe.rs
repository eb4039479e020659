//! The debug probe of the virtual board: a debug port whose registers act on the core's own debug logic ([`dap`]),
//! and the driver that hands it to probe-rs ([`driver`]).

pub mod dap;
pub mod driver;

pub use driver::{SharedBoard, VirtualProbe};
