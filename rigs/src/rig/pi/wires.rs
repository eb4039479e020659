//! The whole of a Pi rig, and what stands between each of its wires and the board.

use super::line::{Input, Output};
use super::supply::SupplyWires;
use brownout_trace::{RelayName, Span};
use serde::Deserialize;
use std::path::PathBuf;

/// A Raspberry Pi and what is wired to it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PiWires {
    /// Number of the I²C bus that meter and DAC are on; 1 if not said.
    #[serde(default = "usual_bus")]
    pub i2c: u8,
    /// What the board is fed by.
    pub supply: SupplyWires,
    /// The retriggerable watchdog in the power path.
    pub watchdog: Watchdog,
    /// The contact of the guard in the power path, read back: active while the guard is closed.
    pub interlock: Option<Input>,
    /// The latching emergency stop, read back: active while it is *not* pressed, so that a broken wire stops the rig.
    pub e_stop: Option<Input>,
    /// The board's serial port.
    pub console: Option<ConsolePort>,
    /// The debug probe.
    pub probe: Option<ProbePort>,
    /// To the board's reset pin, through an open drain.
    pub reset: Option<Output>,
    /// What tells the contacts of the board's relays.
    #[serde(default)]
    pub relays: Vec<RelaySense>,
    /// Optocouplers across the board's buttons.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// The switch of the low-voltage supply that the board is flashed on, past the watchdog. Without it the watchdog is fed
    /// while the probe writes; a mains rig has to have it.
    pub flashing: Option<Output>,
    /// What stands between each wire and the board. A mains rig has to declare reinforced isolation for every one.
    #[serde(default)]
    pub isolation: Isolations,
    /// What `rig check` found, with its due date; `/var/lib/brownout/<rig>.toml` if not said.
    pub calibration: Option<PathBuf>,
}

fn usual_bus() -> u8 {
    1
}

/// The watchdog: as long as its input toggles, the power path is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Watchdog {
    /// Each change of level triggers it anew.
    pub output: Output,
    /// The power path opens so long after the last change; at most 2 s (DESIGN.md, rule 6).
    pub period: Span,
}

/// The board's console.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConsolePort {
    /// The port, best by `/dev/serial/by-id/…`. Its speed is the profile's.
    pub port: PathBuf,
}

/// The debug probe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProbePort {
    /// As probe-rs writes it: `VID:PID` or `VID:PID:SERIAL`. The only probe there is, if not said.
    pub selector: Option<String>,
}

/// What tells one relay's contact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RelaySense {
    /// The relay's name in the profile.
    pub name: RelayName,
    /// The line: active while the contact is closed.
    pub input: Input,
    /// How the contact is looked at.
    pub by: SenseKind,
}

/// How a contact is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SenseKind {
    /// A voltage-free contact between the line and ground.
    Contact,
    /// An optocoupler on DC.
    Optocoupler,
    /// An optocoupler on the switched mains: pulses at twice the mains' frequency while closed.
    MainsOptocoupler,
}

/// An optocoupler across a button.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Button {
    /// The button's name in the profile.
    pub name: String,
    /// Active: pressed.
    pub output: Output,
}

/// What stands between one wire and the board, in the words of IEC 60664-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// Nothing.
    #[default]
    None,
    /// Basic insulation: one fault away from the mains.
    Basic,
    /// Reinforced insulation.
    Reinforced,
}

/// The isolation of each kind of wire to the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Isolations {
    /// Of the console.
    pub console: Isolation,
    /// Of the probe.
    pub probe: Isolation,
    /// Of the meter.
    pub meter: Isolation,
    /// Of the comparator at the supply terminals and the zero-cross input.
    pub sense: Isolation,
    /// Of the relay senses.
    pub relays: Isolation,
    /// Of the buttons.
    pub buttons: Isolation,
    /// Of the reset line.
    pub reset: Isolation,
}
