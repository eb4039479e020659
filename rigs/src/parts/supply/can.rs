//! What a rig's supply can give: the plan asks before anything is energised.

use super::crowbar::Bar;
use super::stage::{Stage, of};
use crate::rig::pi::SupplyWires;
use brownout_trace::event::Level;
use brownout_trace::{Span, Volts};

/// Whether the terminals can stand at this level.
///
/// # Errors
/// Why not: a fragment that goes on after `the rig …`.
pub fn can(wires: &SupplyWires, level: Level) -> Result<(), String> {
    Feed::of(wires, &*of(wires), level).map(drop)
}

/// Whether the supply can leave its nominal level for this one, and come back after this time.
///
/// # Errors
/// As [`can`].
pub fn can_shot(wires: &SupplyWires, level: Level, width: Span) -> Result<(), String> {
    let stage = of(wires);
    let least = match Feed::of(wires, &*stage, level)? {
        Feed::Nothing => Span::ZERO,
        Feed::Short(bar) => bar.release_time(),
        Feed::Volts(volts) => stage.takes(wires.nominal, volts).max(stage.takes(volts, wires.nominal)),
    };
    match width > least {
        true => Ok(()),
        false => Err(format!("takes {least} from {} to {level} and back: {width} is too short", wires.nominal)),
    }
}

/// Whether the supply can climb from one voltage to another in stairs of this length.
///
/// # Errors
/// As [`can`].
pub fn can_ramp(wires: &SupplyWires, from: Volts, to: Volts, tread: Span) -> Result<(), String> {
    let stage = of(wires);
    let least = stage.tread()?;
    for volts in [from, to].into_iter().filter(|volts| volts.0 > 0.0) {
        stage.gives(volts)?;
    }
    match tread >= least {
        true => Ok(()),
        false => Err(format!("takes {least} for each stair of a slope: this one has stairs of {tread}")),
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
    /// What makes this level.
    pub fn of(wires: &SupplyWires, stage: &dyn Stage, level: Level) -> Result<Self, String> {
        match level {
            Level::Open => Ok(Self::Nothing),
            // A stage that is declared with a crowbar is one that cannot pull its terminals down.
            Level::Volts(volts) if volts.0 <= 0.0 && (wires.crowbar.is_some() || stage.gives(volts).is_err()) => {
                Bar::of(wires, stage.is_dc()).map(Self::Short)
            }
            Level::Volts(volts) => stage.gives(volts).map(|()| Self::Volts(volts)),
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
