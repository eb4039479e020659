//! What a rig's supply can give: the plan asks before anything is energised.

use super::crowbar::Bar;
use super::stage::{Stage, of, same};
use crate::rig::pi::SupplyWires;
use crate::shot::{shortest_with, width_tolerance};
use brownout_trace::event::Level;
use brownout_trace::{Span, Volts};

/// A stair of a slope may be this share of the nominal supply: what a shot's depth may be off by.
const STAIR: f64 = 0.05;

/// Whether the terminals can stand at this level, coming from the nominal one.
///
/// # Errors
/// Why not: a fragment that goes on after `the rig …`.
pub fn can(wires: &SupplyWires, level: Level) -> Result<(), String> {
    Feed::of(wires, &*of(wires), Feed::Volts(wires.nominal), level).map(drop)
}

/// Whether the supply can leave its nominal level for this one, and come back after this time.
///
/// # Errors
/// As [`can`].
pub fn can_shot(wires: &SupplyWires, level: Level, width: Span) -> Result<(), String> {
    let (least, why) = change(wires, level)?;
    if width <= least {
        return Err(format!("takes up to {least} {why}: {width} is too short"));
    }
    let (strays, tolerance) = (of(wires).strays(), width_tolerance(width));
    match strays <= tolerance {
        true => Ok(()),
        // It would spoil attempt after attempt.
        false => Err(format!(
            "may make a shot {strays} longer or shorter than asked, and one of {width} may be {tolerance} off: ask for {} \
             or more",
            shortest_with(strays)
        )),
    }
}

/// The shortest shot to this level that [`can_shot`].
///
/// # Errors
/// As [`can`].
pub fn shortest_shot(wires: &SupplyWires, level: Level) -> Result<Span, String> {
    let (least, _) = change(wires, level)?;
    Ok((least + Span(1)).max(shortest_with(of(wires).strays())))
}

/// How long the supply takes to this level and back at the longest, and to do what.
fn change(wires: &SupplyWires, level: Level) -> Result<(Span, &'static str), String> {
    let (stage, nominal) = (of(wires), wires.nominal);
    Ok(match Feed::of(wires, &*stage, Feed::Volts(nominal), level)? {
        Feed::Nothing => (Span::ZERO, "to open its switch"),
        Feed::Short(bar) => (bar.release_time(), "to release its crowbar"),
        Feed::Volts(volts) => {
            (stage.takes(nominal, volts).max(stage.takes(volts, nominal)), "from one voltage to another")
        }
    })
}

/// From the order to switch the supply off to no current, at the longest.
pub fn opens_in(wires: &SupplyWires) -> Span {
    of(wires).opens_in()
}

/// Whether the supply can go from one voltage to another over this time in stairs of this length; coarser ones will do
/// where they are no higher than a twentieth of the nominal supply.
///
/// # Errors
/// As [`can`].
pub fn can_ramp(wires: &SupplyWires, from: Volts, to: Volts, over: Span, tread: Span) -> Result<(), String> {
    let (stage, nominal) = (of(wires), wires.nominal);
    let least = stage.tread()?;
    stage.gives(from)?;
    stage.gives(to)?;
    let height = (to.0 - from.0).abs() / (over.0 / least.0.max(1)).max(1) as f64;
    match tread >= least || height <= nominal.0.abs() * STAIR {
        true => Ok(()),
        false => Err(format!(
            "takes {least} for each stair of a slope: from {from} to {to} in {over} they would be {} high",
            Volts(height)
        )),
    }
}

/// What stands at the terminals, once it is known to be possible.
#[derive(Debug, Clone, Copy)]
pub(super) enum Feed {
    /// Every switch is open.
    Nothing,
    /// And the crowbar has fired.
    Short(Bar),
    /// A voltage.
    Volts(Volts),
}

impl Feed {
    /// What makes this level, where `before` stands.
    pub fn of(wires: &SupplyWires, stage: &dyn Stage, before: Self, level: Level) -> Result<Self, String> {
        let Level::Volts(volts) = level else { return Ok(Self::Nothing) };
        if volts.0 > 0.0 {
            return stage.gives(volts).map(|()| Self::Volts(volts));
        }
        // A slope ends at the stage's own 0 V. A crowbar is for a fall from nominal, which can be measured.
        let falls = !matches!(before, Self::Volts(before) if !same(before, wires.nominal, wires.nominal));
        match stage.gives(volts) {
            Ok(()) if wires.crowbar.is_none() || !falls => Ok(Self::Volts(volts)),
            _ => Bar::of(wires, stage).map(Self::Short),
        }
    }

    /// What the switches have to give.
    pub fn volts(self) -> Option<Volts> {
        match self {
            Self::Volts(volts) => Some(volts),
            Self::Nothing | Self::Short(_) => None,
        }
    }
}
