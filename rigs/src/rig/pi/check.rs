//! What a `[pi]` cannot be. All of it is told when the file is read, before anything is opened: the key at fault, why, and
//! what to do instead.
//!
//! What needs the board's profile too is with whoever reads both (`RigFiles` of the command); what needs the Pi itself, as
//! a port that is not there, comes when the bench is opened.

mod board;
mod buses;
mod lines;
mod mains;
mod measuring;
mod power;
#[cfg(test)]
mod tests;

use super::line::{Active, Input, Pull};
use super::supply::PowerStage;
use super::wires::PiWires;
use crate::parts::meter::MeterParts;
use crate::uncertainty::Uncertainty;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Span, Volts};
use std::fmt::Display;

/// What is wrong, and behind which key of the rig file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// From the top of the file: `pi.relays.0.input`.
    pub key: String,
    /// In words, with what to do.
    pub why: String,
}

impl Flaw {
    fn new(key: impl Into<String>, why: impl Into<String>) -> Self {
        Self { key: key.into(), why: why.into() }
    }
}

/// What of the rest of the file a `[pi]` is measured against.
pub(crate) struct Head<'a> {
    /// The rig's name.
    pub name: &'a str,
    /// The meter at the board's terminals.
    pub meter: Option<&'a MeterParts>,
    /// The figures that the file says it measures, if it says.
    pub measures: Option<&'a [ShotFigure]>,
    /// By how much the file says it may be wrong, if it says.
    pub uncertainty: Option<&'a Uncertainty>,
    /// The most that the file says it supplies, if it says.
    pub highest: Option<Volts>,
    /// `pi.supply.nominal` as it is written: a `Vac` is gone once it is read.
    pub nominal: &'a str,
}

/// The longest that the power path may stay closed without a sign of the run loop (DESIGN.md, rule 6).
const LONGEST: Span = Span::secs(2);
/// Shorter ones open the path whenever the kernel is busy elsewhere: a few of its worst delays (DOMAIN.md has none; FACTS.md
/// saw 43 µs with real-time scheduling and 15 ms without).
const SHORTEST: Span = Span::millis(50);

impl PiWires {
    /// Whether mains is switched: what rule 7 of DESIGN.md is about.
    pub fn is_mains(&self) -> bool {
        matches!(self.supply.stage, PowerStage::Mains(_))
    }

    /// Checks what types cannot. The first flaw, in the order in which a rig is built: power first.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), Flaw> {
        name(head.name)?;
        power::check(&self.supply, head)?;
        lines::check(self, head.meter.is_some())?;
        buses::check(self, head.meter)?;
        mains::check(self, head.meter.is_some())?;
        let period = ("pi.watchdog.period", "the power path opens so long after the run loop's last sign");
        within(period, self.watchdog.period, SHORTEST, LONGEST)?;
        guard("interlock", self.interlock)?;
        guard("e-stop", self.e_stop)?;
        board::check(self)?;
        measuring::check(self, head)
    }
}

/// A rig's name is also that of its lock and of its calibration file.
fn name(name: &str) -> Result<(), Flaw> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('.') {
        return Ok(());
    }
    let why = format!("`{name}` names files too: write letters, digits, `-`, `_` and `.`, such as `pi-12v`");
    Err(Flaw::new("name", why))
}

/// A guard's contact is closed while all is well, and a broken wire has to read like an open one.
fn guard(name: &str, input: Option<Input>) -> Result<(), Flaw> {
    let pulled = match input.map(|input| (input.active, input.pull)) {
        Some((Active::High, Pull::Up)) => {
            "active = \"low\", pull = \"up\"` and let the closed contact pull it to ground"
        }
        Some((Active::Low, Pull::Down)) => {
            "active = \"high\", pull = \"down\"` and let the closed contact pull it to 3.3 V"
        }
        _ => return Ok(()),
    };
    let why = format!("a broken wire would read as if all were well: write `{pulled}");
    Err(Flaw::new(format!("pi.{name}.pull"), why))
}

/// The last word of a key.
fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A figure between two limits; `because` says what it is.
fn within<T>((key, because): (&str, &str), value: T, least: T, most: T) -> Result<(), Flaw>
where
    T: PartialOrd + Display,
{
    if least <= value && value <= most {
        return Ok(());
    }
    Err(Flaw::new(key, format!("`{}` is {value}; it must be from {least} to {most}: {because}", last(key))))
}
