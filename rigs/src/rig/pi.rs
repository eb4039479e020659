//! The `[pi]` of a rig file: which line of a Raspberry Pi's header, which bus and which port is wired to what.
//!
//! Data only. What the parts do with it stands in [`crate::parts`]; what cannot be is told by `check`.

pub(crate) mod check;
pub mod line;
pub mod named;
pub mod supply;
pub mod wires;

pub use line::{Active, Input, Line, Output, Pull};
pub use supply::{
    BenchSupply, Change, Channel, Crowbar, DacChip, DacStage, MainsSwitch, MainsTap, PowerStage, Rails, SupplyWires,
};
pub use wires::{Button, ConsolePort, Isolation, Isolations, PiWires, ProbePort, RelaySense, SenseKind, Watchdog};
