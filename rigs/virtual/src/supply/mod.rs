//! The supply of the virtual board, from the rig's terminals to the microcontroller's VDD, and the clock's reserve.
//!
//! ```text
//! level ── source resistance ──┬── front end ──┬── linear regulator ── VDD ── microcontroller
//!                          terminals          bulk
//!                                              ├── capacitor, leakage
//!                                              └── relay coils
//!
//! front end:  DC            series element
//!             transformer   windings, bridge
//!             dropper       series capacitor, bridge, zener (no transformer)
//!             switching     bridge, capacitor at the mains' peak, converter
//! ```
//!
//! On AC a half-cycle is a handful of closed pieces (`half_cycle`), and the half-cycles in which nothing happens are
//! not walked through: a capacitor is so near to its periodic solution that one comparison tells that no threshold is
//! ever reached (`ripple` has the reasons).
//!
//! Nothing is sampled. Between two changes the bulk capacitor obeys dV/dt = a − b·V, whose solution and whose first
//! crossing of a threshold are closed formulas (`curve`). Where a current starts or stops by itself (the diode, the
//! load below the regulator's dropout, an empty capacitor) the straight piece changes, and that instant is computed
//! like any other crossing (`network`, `storage`).
//!
//! Three rules hold everywhere here:
//!
//! * **The formula at whole nanoseconds is the truth.** A crossing is the first nanosecond at which the computed
//!   voltage is on the other side; *above* means at or above the threshold, *below* means under it. So rising and
//!   falling crossings of one threshold alternate, whatever the rounding.
//! * **Looking changes nothing.** Advancing in one step or in a million gives the same bits: only a change (level,
//!   load, coil) or a switching diode begins a new piece.
//! * **One piece of arithmetic on every machine**: the transcendental functions come from `libm`.
//!
//! Left out: the capacitor's series resistance, the coil's inductance (it is part of the relay's release time), the
//! regulator's own settling; on AC distortion, the core's magnetising current, the surge resistor's few microseconds
//! and what the rectifier's pulses take off the source.

pub mod front_end;
pub mod inrush;
pub mod mains;
pub mod parts;
pub mod rail;
pub mod regulator;
pub mod reserve;
pub mod reserve_parts;
pub mod series;
pub mod source;

mod cell;
mod crossing;
mod curve;
mod forced;
mod half_cycle;
mod network;
mod ripple;
mod root;
mod storage;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod written;

pub use front_end::{Dropper, FrontEnd, Switching, Transformer};
pub use inrush::{Inrush, inrush, worst_inrush};
pub use mains::Mains;
pub use parts::{PartsError, SupplyParts};
pub use rail::{Node, Supply};
pub use regulator::Regulator;
pub use reserve::Reserve;
pub use reserve_parts::{CellCurve, Charge, ReserveError, ReserveKind, ReserveParts, RtcLoad};
pub use series::Series;
pub use source::{LevelSchedule, OutOfOrder, bouncing};
