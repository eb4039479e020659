//! The rig file's words for the instruments on the virtual bus: which chip at which address, and how far from ideal.

use brownout_trace::{Ohms, Percent, Volts};
use serde::Deserialize;

/// One instrument.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstrumentWires {
    /// Which chip.
    pub chip: ChipWires,
    /// Its address on the bus, 7 bits.
    pub address: u8,
    /// By how much it reads too high.
    #[serde(default = "nothing", deserialize_with = "Percent::signed_text")]
    pub gain: Percent,
    /// What it reads at 0 V.
    #[serde(default)]
    pub offset: Volts,
    /// The noise of one conversion, RMS.
    #[serde(default)]
    pub noise: Volts,
}

fn nothing() -> Percent {
    Percent(0.0)
}

/// A chip and what stands round it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum ChipWires {
    /// INA226 with its shunt in the supply's positive lead, its bus input at the board's terminals.
    Ina226 {
        /// The shunt; its drop is too small to matter to the board.
        shunt: Ohms,
    },
    /// INA219, wired likewise.
    Ina219 {
        /// The shunt.
        shunt: Ohms,
    },
    /// ADS1115, AIN0 at the terminals through a divider.
    Ads1115 {
        /// The share that reaches AIN0.
        divider: Percent,
    },
    /// MCP4728.
    Mcp4728 {},
    /// PCF8574.
    Pcf8574 {},
}

impl InstrumentWires {
    /// Whether such an instrument can exist; a lower-case fragment says why not.
    pub fn check(&self) -> Result<(), String> {
        let address = self.address;
        if !(0x08..=0x77).contains(&address) {
            return Err(format!("address {address:#04x} is reserved; an I2C device answers at 0x08 to 0x77"));
        }
        let bounds = |what: &str, value: f64, low: f64, high: f64, written: String, limits: &str| {
            let fine = (low..=high).contains(&value);
            if fine { Ok(()) } else { Err(format!("`{what}` is {written}; it must be {limits}")) }
        };
        bounds("gain", self.gain.0, -50.0, 50.0, self.gain.to_string(), "between -50% and 50%")?;
        bounds("offset", self.offset.0, -10.0, 10.0, self.offset.to_string(), "between -10V and 10V")?;
        bounds("noise", self.noise.0, 0.0, 1.0, self.noise.to_string(), "between 0V and 1V")?;
        match self.chip {
            ChipWires::Ina226 { shunt } | ChipWires::Ina219 { shunt } => {
                bounds("shunt", shunt.0, 1e-4, 100.0, shunt.to_string(), "between 0.1mohm and 100ohm")
            }
            ChipWires::Ads1115 { divider } => {
                bounds("divider", divider.0, 0.1, 100.0, divider.to_string(), "between 0.1% and 100%")
            }
            ChipWires::Mcp4728 {} | ChipWires::Pcf8574 {} => Ok(()),
        }
    }
}
