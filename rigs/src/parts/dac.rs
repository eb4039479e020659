//! DACs, through their driver's own crate over any I2C bus.

use crate::bench::RigFault;
use crate::rig::pi::Channel;
use embedded_hal::i2c::I2c;
use mcp4728::{ChannelState, MCP4728, OutputEnableMode};

/// Writes a code of 12 bits to one output of an MCP4728, which takes effect at once and is forgotten with its supply. Its own
/// reference of 2.048 V, at gain 1: the header's 3.3 V would be as noisy as the Pi.
///
/// # Errors
/// It does not answer, or the code has more than 12 bits.
pub fn write(bus: &mut impl I2c, address: u8, channel: Channel, code: u16) -> Result<(), RigFault> {
    let channel = match channel {
        Channel::A => mcp4728::Channel::A,
        Channel::B => mcp4728::Channel::B,
        Channel::C => mcp4728::Channel::C,
        Channel::D => mcp4728::Channel::D,
    };
    let state = ChannelState::new().value(code);
    // By reference: the driver would keep the bus.
    MCP4728::new(bus, address).multi_write(&[(channel, OutputEnableMode::Update, state)]).map_err(|error| RigFault {
        what: format!("the DAC at {address:#04x} does not take a code ({error:?})"),
        hint: "check its wires, its supply and its address".to_owned(),
    })
}
