//! The debug probe of the virtual board: a debug port whose registers act on the core's own debug logic ([`dap`]),
//! and the driver that hands it to probe-rs ([`driver`]); [`glasgow`] lets outside tools reach it.

pub mod dap;
pub mod driver;
pub mod glasgow;

pub use driver::{SharedBoard, VirtualProbe};
