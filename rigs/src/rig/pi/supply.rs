//! What stands between the source and the board's supply terminals.

use super::line::{Input, Output};
use brownout_trace::{Amps, Hertz, Span, Volts};
use serde::Deserialize;
use std::path::PathBuf;

/// The supply as a whole.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupplyWires {
    /// What the board gets when the supply is on; the RMS value in `Vac` on mains.
    pub nominal: Volts,
    /// How levels are made.
    pub stage: PowerStage,
    /// A comparator across the terminals, a little below nominal: it tells both edges of a shot, with the kernel's
    /// timestamps. Without it a shot's start and width are unmeasured.
    pub sense: Option<Input>,
    /// Shorts the terminals: an interruption at low source impedance. DC only.
    pub crowbar: Option<Crowbar>,
}

/// How levels at the terminals are made. Every stage stands behind the watchdog's contact and the interlock.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerStage {
    /// A switch in the positive lead: nominal or nothing.
    HighSide(Output),
    /// Two DC rails and a change-over: nominal, one residual voltage, or nothing.
    Rails(Rails),
    /// A DAC and a power amplifier: any voltage up to full scale.
    Dac(DacStage),
    /// A bench supply that speaks SCPI over a serial port.
    Scpi(BenchSupply),
    /// A bench supply of the Korad kind.
    Korad(BenchSupply),
    /// Mains through an SSR with random turn-on. It turns off at the current's zero.
    Mains(MainsSwitch),
}

/// Two rails, each with its own switch.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rails {
    /// The switch of the nominal rail.
    pub nominal: Output,
    /// The switch of the other rail.
    pub other: Output,
    /// The other rail's voltage.
    pub volts: Volts,
    /// What happens between the two.
    pub change: Change,
}

/// How two rails change over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// One is off for this long before the other comes on.
    BreakBeforeMake(Span),
    /// Both are on for this long: only where each has a diode of its own.
    DiodeIsolated(Span),
}

/// A DAC and what it steers. Its power stage both sources and sinks: it pulls the terminals down to `lowest`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DacStage {
    /// Which chip.
    pub chip: DacChip,
    /// On the bus, 7 bits.
    pub address: u8,
    /// Which of its outputs.
    pub channel: Channel,
    /// What the power stage gives at the DAC's highest code, 4095.
    pub full_scale: Volts,
    /// The lowest voltage that the power stage gives under the board's load; 0 V if not said. An amplifier on one supply does
    /// not come down to 0 V: an OPA548 that sinks 0.6 A stays up to 1.3 V above it (SBOS070, "Output").
    #[serde(default = "no_volts")]
    pub lowest: Volts,
    /// The switch behind the power stage.
    pub enable: Output,
}

/// DACs with a driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DacChip {
    /// MCP4728: four outputs of 12 bits.
    Mcp4728,
}

/// An output of a DAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Channel {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
    /// The fourth.
    D,
}

/// A bench supply on a serial port.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BenchSupply {
    /// The port, best by `/dev/serial/by-id/…`.
    pub port: PathBuf,
    /// Bits a second, 8N1; 9600 if not said.
    #[serde(default = "usual_baud")]
    pub baud: u32,
    /// The current limit it is set to.
    pub limit: Amps,
    /// From a command to the voltage it asks for.
    pub settling: Span,
    /// The switch behind it.
    pub enable: Output,
}

fn no_volts() -> Volts {
    Volts::ZERO
}

fn usual_baud() -> u32 {
    9600
}

/// Mains.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MainsSwitch {
    /// To the SSR with random turn-on.
    pub ssr: Output,
    /// A pulse at each zero of the mains.
    pub zero_cross: Input,
    /// Of the mains: 50 or 60 Hz.
    pub frequency: Hertz,
    /// So long after a zero of the mains it turns on: the angle of turn-on, 5 ms for the crest at 50 Hz. At once, at whatever
    /// angle, if not said.
    pub turn_on: Option<Span>,
    /// A second SSR, from a transformer's tap: a residual voltage to dip to. Change-over is break-before-make.
    pub tap: Option<MainsTap>,
}

/// A tap of a transformer with an SSR of its own.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MainsTap {
    /// Its SSR.
    pub ssr: Output,
    /// Its voltage, RMS.
    pub volts: Volts,
}

/// A crowbar: fires after the series switch is measured off, into a current limit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Crowbar {
    /// To its gate.
    pub output: Output,
    /// What limits its current.
    pub limit: Amps,
    /// From the end of its gate's drive to its end: no switch closes sooner. 100 µs if not said, enough for a MOSFET; a
    /// thyristor needs longer.
    #[serde(default = "usual_release")]
    pub release: Span,
    /// A comparator across the terminals whose threshold is below every voltage that the stage gives. Without it the supply's
    /// `sense` does, where the stage gives nominal or nothing.
    pub sense: Option<Input>,
}

fn usual_release() -> Span {
    Span::micros(100)
}
