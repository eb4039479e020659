//! The rig's instruments as register models on a virtual I2C bus, so that the drivers for the real parts talk to them.
//!
//! * A **device** ([`ina226`], [`ina219`], [`ads1115`], [`mcp4728`], [`pcf8574`]) has the registers, the conversion
//!   times and the step sizes of its data sheet. It knows neither a bench nor a driver: it is written to, read from,
//!   and sees the board's terminals while it converts.
//! * A [`conversion`] is the mean of what its input did between its beginning and its end, as in a ΔΣ converter: a
//!   conversion across an edge reads something in between.
//! * The [`desk`] holds the devices of one rig by address, with what every real part has and no ideal one: an error of
//!   gain, an offset, noise (seeded).
//!
//! Plain data, like the board: a clone goes on as the original would. Time is the caller's.

pub mod ads1115;
pub mod conversion;
pub mod desk;
pub mod ina219;
pub mod ina226;
pub mod mcp4728;
pub mod pcf8574;
pub mod wires;

use brownout_trace::{Amps, Instant, Volts};

/// A byte that a device does not acknowledge, or an address where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nack {
    /// Nobody answers to the address.
    Address,
    /// The device refuses what it is told.
    Data,
}

/// What a device has before it, its own errors included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sees {
    /// At the board's supply terminals.
    pub terminals: Volts,
    /// Into the board.
    pub current: Amps,
}

/// A device on the bus. Instants never decrease from one call to the next.
pub trait Device {
    /// Takes what is written to its address in one transfer.
    fn write(&mut self, at: Instant, bytes: &[u8]) -> Result<(), Nack>;

    /// Gives what is read from its address in one transfer.
    fn read(&mut self, at: Instant, buffer: &mut [u8]) -> Result<(), Nack>;

    /// What is written to every device at once, at address 0; most do not listen.
    fn general_call(&mut self, _at: Instant, _byte: u8) {}

    /// When it wants to look at its input, or changes by itself.
    fn next_event(&self) -> Option<Instant> {
        None
    }

    /// Does what is due at `at`.
    fn settle(&mut self, _at: Instant, _sees: &Sees) {}
}

/// A 16-bit register as it goes over the bus, high byte first; what is read beyond it is ones, as a released bus is.
fn put(register: u16, buffer: &mut [u8]) {
    buffer.fill(0xff);
    for (place, byte) in buffer.iter_mut().zip(register.to_be_bytes()) {
        *place = byte;
    }
}

/// A value in steps of `step`, within 16 bits.
fn signed_steps(value: f64, step: f64) -> i16 {
    // `as` saturates.
    libm::round(value / step) as i16
}

#[cfg(test)]
mod tests_support {
    use super::*;

    /// Writes a register.
    pub fn set(device: &mut impl Device, at: Instant, pointer: u8, value: u16) {
        let [high, low] = value.to_be_bytes();
        device.write(at, &[pointer, high, low]).unwrap();
    }

    /// Reads a register.
    pub fn get(device: &mut impl Device, pointer: u8) -> u16 {
        let mut bytes = [0; 2];
        device.write(Instant::ZERO, &[pointer]).unwrap();
        device.read(Instant::ZERO, &mut bytes).unwrap();
        u16::from_be_bytes(bytes)
    }

    /// Lets it convert what stands still until `until`.
    pub fn run(device: &mut impl Device, until: Instant, sees: &Sees) {
        while let Some(at) = device.next_event().filter(|at| *at <= until) {
            device.settle(at, sees);
        }
    }
}
