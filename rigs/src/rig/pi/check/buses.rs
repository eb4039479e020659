//! I²C addresses, serial ports and the probe's selector.

use super::Flaw;
use crate::parts::meter::MeterParts;
use crate::rig::pi::supply::{DacChip, PowerStage};
use crate::rig::pi::wires::PiWires;
use probe_rs::probe::DebugProbeSelector;
use std::path::Path;
use std::str::FromStr;

/// Speeds that every serial port has.
const SPEEDS: [u32; 9] = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400];

pub(super) fn check(wires: &PiWires, meter: Option<&MeterParts>) -> Result<(), Flaw> {
    if wires.i2c == 0 {
        let why = "bus 0 belongs to the ID memory of a HAT; meter and DAC are on bus 1, GPIO2 and GPIO3";
        return Err(Flaw::new("pi.i2c", why));
    }
    if let PowerStage::Dac(dac) = &wires.supply.stage {
        let (key, address) = ("pi.supply.stage.dac.address", dac.address);
        if meter.is_some_and(|meter| meter.address == address) {
            let why = format!("meter and DAC both have the address {address:#04x}: change the address pins of one");
            return Err(Flaw::new(key, why));
        }
        let DacChip::Mcp4728 = dac.chip;
        if !(0x60..=0x67).contains(&address) {
            let why = format!("the DAC's address is {address:#04x}; an MCP4728 has 0x60 to 0x67, 0x60 as it is sold");
            return Err(Flaw::new(key, why));
        }
    }
    if let Some(console) = &wires.console {
        port("pi.console.port", &console.port)?;
        if let PowerStage::Scpi(bench) | PowerStage::Korad(bench) = &wires.supply.stage
            && bench.port == console.port
        {
            let why = format!("`{}` is the bench supply's port too: each has its own", console.port.display());
            return Err(Flaw::new("pi.console.port", why));
        }
    }
    if let Some(selector) = wires.probe.as_ref().and_then(|probe| probe.selector.as_ref())
        && DebugProbeSelector::from_str(selector).is_err()
    {
        let why = format!(
            "`{selector}` selects no probe: write `VID:PID` or `VID:PID:SERIAL`, the first two in hexadecimal, such as \
             `0483:374b`; or leave it out where there is one probe only"
        );
        return Err(Flaw::new("pi.probe.selector", why));
    }
    match &wires.calibration {
        Some(file) if !file.is_absolute() => {
            let why = format!("`{}` depends on where the command is run: write the whole path", file.display());
            Err(Flaw::new("pi.calibration", why))
        }
        _ => Ok(()),
    }
}

/// A port by its whole path.
pub(super) fn port(key: &str, port: &Path) -> Result<(), Flaw> {
    if port.is_absolute() {
        return Ok(());
    }
    let why = format!(
        "`{}` is no port: write its whole path, best `/dev/serial/by-id/…`, which outlives replugging",
        port.display()
    );
    Err(Flaw::new(key, why))
}

pub(super) fn baud(key: &str, baud: u32) -> Result<(), Flaw> {
    if SPEEDS.contains(&baud) {
        return Ok(());
    }
    let speeds: Vec<String> = SPEEDS.iter().map(u32::to_string).collect();
    Err(Flaw::new(key, format!("`baud` is {baud}; write one of {}", speeds.join(", "))))
}
