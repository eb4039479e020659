//! Everything that can happen in a case, as one flat list of kinds. A trace is these, in order.

use crate::amount::Amount;
use crate::measurement::{Margin, Measurement};
use crate::time::{Instant, Span};
use crate::units::{Slew, Volts};
use crate::verdict::{Criterion, Verdict};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a relay as the profile gives it, `K1` for instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RelayName(pub String);

impl fmt::Display for RelayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One event of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, in bench time from step 0.
    pub at: Instant,
    /// What happened.
    pub what: What,
}

impl Event {
    /// An event at an instant.
    pub fn new(at: Instant, what: What) -> Self {
        Self { at, what }
    }
}

/// Why a microcontroller was reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetCause {
    /// Its supply rose through the power-on threshold.
    PowerOn,
    /// Its reset pin.
    Pin,
    /// The firmware asked for it.
    Software,
    /// The independent watchdog.
    Watchdog,
    /// The window watchdog.
    WindowWatchdog,
    /// Standby or stop entered against the option bytes.
    LowPower,
    /// The firmware's own report after a fault handler reset the board.
    Fault,
}

impl ResetCause {
    /// Every cause with its name in scenario files.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::PowerOn, "power-on"),
        (Self::Pin, "pin"),
        (Self::Software, "software"),
        (Self::Watchdog, "watchdog"),
        (Self::WindowWatchdog, "window-watchdog"),
        (Self::LowPower, "low-power"),
        (Self::Fault, "fault"),
    ];
}

impl fmt::Display for ResetCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(cause, _)| cause == self).map_or("unknown", |(_, name)| name))
    }
}

/// Which way a voltage went through a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crossing {
    /// Upwards.
    Rising,
    /// Downwards.
    Falling,
}

/// A threshold the board's supply can cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// Power-on reset releases above it.
    PowerOn,
    /// Power-down reset acts below it.
    PowerDown,
    /// The programmable voltage detector's level.
    Pvd,
    /// The lowest voltage at which flash writes are reliable.
    FlashWrite,
    /// The clock's reserve is used up.
    Backup,
}

/// What the rig puts on the board's supply terminals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "volts")]
pub enum Level {
    /// A voltage from a low-impedance source; 0 V is a short to ground.
    Volts(Volts),
    /// Disconnected: a high-impedance interruption.
    Open,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Volts(volts) => write!(f, "{volts}"),
            Self::Open => f.write_str("open"),
        }
    }
}

/// A figure of a shot: measured back, or not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure<T> {
    /// Measured back on the rig.
    Measured(T),
    /// The rig has no part that could measure it.
    #[default]
    Unmeasured,
}

impl<T> Figure<T> {
    /// The value, if it was measured.
    pub fn measured(self) -> Option<T> {
        match self {
            Self::Measured(value) => Some(value),
            Self::Unmeasured => None,
        }
    }
}

/// Which figure of a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShotFigure {
    /// When the supply left its level.
    Start,
    /// How long it was away.
    Width,
    /// The voltage of the plateau.
    Depth,
    /// How fast the voltage fell, or rose on a ramp.
    Slew,
}

impl ShotFigure {
    /// Every figure with its name in files.
    pub const ALL: [(&'static str, Self); 4] =
        [("start", Self::Start), ("width", Self::Width), ("depth", Self::Depth), ("slew", Self::Slew)];
}

impl fmt::Display for ShotFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, figure)| figure == self).map_or("unknown", |(name, _)| name))
    }
}

/// One stimulus as it was delivered: commanded and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ShotReport {
    /// The residual level that was asked for.
    pub level: Level,
    /// The width that was asked for.
    pub width: Span,
    /// When the supply left its nominal level.
    pub start: Figure<Instant>,
    /// How long it was away.
    pub measured_width: Figure<Span>,
    /// The voltage of the plateau at the board's terminals.
    pub depth: Figure<Volts>,
    /// How fast it got there, without its sign; nothing to measure where it jumped.
    #[serde(default)]
    pub slew: Figure<Slew>,
}

impl ShotReport {
    /// A shot that was asked for, of which nothing is measured yet.
    pub fn unmeasured(level: Level, width: Span) -> Self {
        Self {
            level,
            width,
            start: Figure::Unmeasured,
            measured_width: Figure::Unmeasured,
            depth: Figure::Unmeasured,
            slew: Figure::Unmeasured,
        }
    }

    /// One of its figures, if it was measured; the start counts from step 0.
    pub fn figure(&self, which: ShotFigure) -> Option<Amount> {
        match which {
            ShotFigure::Start => self.start.measured().map(|start| Amount::Time(start - Instant::ZERO)),
            ShotFigure::Width => self.measured_width.measured().map(Amount::Time),
            ShotFigure::Depth => self.depth.measured().map(Amount::Voltage),
            ShotFigure::Slew => self.slew.measured().map(Amount::Slew),
        }
    }
}

/// How a firmware came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crash {
    /// The core took a fault, or locked up.
    #[default]
    CoreFault,
    /// The core sleeps, and nothing can wake it.
    CoreAsleep,
    /// A watchdog was not fed in time, and resets the chip.
    WatchdogReset,
}

impl Crash {
    fn is_core_fault(&self) -> bool {
        *self == Self::CoreFault
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CoreFault => "core fault",
            Self::CoreAsleep => "core asleep",
            Self::WatchdogReset => "watchdog reset",
        })
    }
}

/// What happened. Kinds from the harness first, then the supply, then the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum What {
    /// An attempt at the case begins; 1 is the first.
    Attempt {
        /// Counted from 1.
        number: u32,
    },
    /// The harness begins one action of arranging the board.
    Arrange {
        /// In words.
        action: String,
    },
    /// A step begins.
    Step {
        /// Counted from 0, in file order.
        index: u32,
        /// The step in words.
        text: String,
    },
    /// A scenario's mark.
    Mark {
        /// Its name.
        name: String,
    },
    /// The board's clock was set, acknowledged.
    ClockSet {
        /// To what, as a civil date.
        to: String,
    },
    /// The level at the supply terminals changes by command.
    Supply {
        /// To this.
        level: Level,
    },
    /// A stimulus is over and was measured.
    Shot(ShotReport),
    /// The board's logic supply went through a threshold.
    Rail {
        /// Which one.
        threshold: Threshold,
        /// Which way.
        crossing: Crossing,
        /// The threshold's voltage.
        volts: Volts,
    },
    /// The microcontroller left reset.
    Reset {
        /// Why it had been in reset.
        cause: ResetCause,
    },
    /// The microcontroller lost its supply.
    PowerDown,
    /// A relay's coil was switched.
    Coil {
        /// Which relay.
        relay: RelayName,
        /// Energised or not.
        on: bool,
    },
    /// A relay's contact as sensed: raw, bounce included.
    Contact {
        /// Which relay.
        relay: RelayName,
        /// Closed or open.
        closed: bool,
        /// Counted per relay from 1; a gap is a rig fault.
        sequence: u32,
    },
    /// A button was pressed or released.
    Button {
        /// Its name in the profile.
        button: String,
        /// Pressed or released.
        pressed: bool,
    },
    /// A line was sent to the board.
    Sent {
        /// Without its line end.
        line: String,
    },
    /// A line came from the board.
    Received {
        /// Without its line end; bytes that are no UTF-8 as `\xNN`.
        line: String,
    },
    /// A flash page erase began.
    Erase {
        /// Address of the page.
        address: u32,
    },
    /// A flash operation was cut short by the supply.
    Torn {
        /// Address of the page or half-word.
        address: u32,
        /// `erase` or `program`.
        operation: String,
    },
    /// A probe flashed a firmware and reset the chip; or it could not finish, since the supply went away meanwhile.
    Flashed {
        /// The firmware's name.
        firmware: String,
        /// The SHA-256 of its ELF, in hexadecimal.
        sha256: String,
        /// Whether all of it was written and verified.
        whole: bool,
    },
    /// The firmware crashed or hung, as the bench sees it in the core.
    Fault {
        /// How.
        #[serde(default, skip_serializing_if = "Crash::is_core_fault")]
        crash: Crash,
        /// Kind, registers and function, in words.
        text: String,
    },
    /// The firmware touched something that the virtual board does not model.
    Unmodelled {
        /// Register, program counter and function, in words.
        text: String,
    },
    /// Something the rig did not do as asked.
    RigFault {
        /// In words.
        text: String,
    },
    /// An expectation was judged.
    Judged {
        /// The step it stands in, counted from 0.
        index: u32,
        /// The expectation in words.
        expectation: String,
        /// Passed, failed or inconclusive.
        verdict: Verdict,
        /// What was observed, in words.
        observed: String,
        /// What was left of its limit, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        margin: Option<Margin>,
        /// More for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// A `measure` step has its figure; whether that is inside its limits is judged right after.
    Measured(Measurement),
    /// The case ended.
    Ended {
        /// The verdict on the whole case.
        verdict: Verdict,
        /// The performance criterion, where a disturbance was applied.
        criterion: Option<Criterion>,
    },
}
