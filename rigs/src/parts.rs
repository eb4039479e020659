//! Parts: the instruments of a rig, each driven through `embedded-hal`, so that the code is the same on a Pi and in
//! virtual time. A part never knows which bench gave it its bus.

pub mod dac;
pub mod meter;
pub mod supply;
