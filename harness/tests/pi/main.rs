//! The command on a Pi rig, without a Pi: rppal, serialport and probe-rs unmodified over a board that lives in wall-clock
//! time. What is asserted are causes and verdicts, never times: the machine may be busy, and then a case may be inconclusive,
//! but no verdict may be wrong.

mod checks;
mod desk;
mod scenarios;
#[allow(dead_code)] // Each test target uses a part of it.
#[path = "../command/support.rs"]
mod support;
