//! Declarations that cannot both be so. A profile that contradicts itself would make the oracle invent a board.

use super::error::Contradiction;
use super::switches::{Adjust, Missed, PowerUp, Schedule};
use super::{Console, Profile, Switches};
use brownout_trace::{Days, Span};
use std::borrow::Cow;

impl Profile {
    /// Checks what types cannot: switches and figures against each other.
    pub fn validate(&self) -> Result<(), Contradiction> {
        self.schedule.validate()?;
        self.names()?;
        self.figures()?;
        self.console.as_ref().map_or(Ok(()), Console::validate)?;
        self.macros.as_ref().map_or(Ok(()), |macros| macros.validate(self))
    }

    fn names(&self) -> Result<(), Contradiction> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        refuse(
            self.name.is_empty() || !self.name.chars().all(plain),
            "name",
            "write it with letters, digits, `-`, `_` and `.`: it becomes part of file names",
        )?;
        refuse(self.relays.is_empty(), "relays", "a timer has at least one relay")?;
        let twice = self.relays.iter().enumerate().any(|(n, relay)| self.relays[..n].contains(relay));
        refuse(twice, "relays", "two relays have one name")?;
        let named = |name: &String| !name.is_empty() && name.chars().all(plain);
        refuse(
            !self.buttons.iter().all(named),
            "buttons",
            "write a button's name with letters, digits, `-`, `_` and `.`",
        )?;
        let twice = self.buttons.iter().enumerate().any(|(n, button)| self.buttons[..n].contains(button));
        refuse(twice, "buttons", "two buttons have one name")
    }

    fn figures(&self) -> Result<(), Contradiction> {
        let clock = &self.clock;
        refuse(
            clock.deviation.is_some() && clock.per_day.is_some(),
            "clock.per-day",
            "`deviation` and `per-day` declare the same thing; keep one",
        )?;
        refuse(
            clock.deviation.is_none() && clock.per_day.is_none(),
            "clock",
            "one of `deviation` and `per-day` is needed",
        )?;
        refuse(self.supply.0 <= 0.0, "supply", "the nominal supply must be above 0 V")?;
        refuse(self.supply.0 > 1_000.0, "supply", "no timer board is made for more than 1000 V")?;
        // A percent is far outside any clock; and a promise of days to start would never let a case begin.
        refuse(clock.largest_deviation().0 > 10_000.0, "clock", "a clock that is off by more than 10000ppm is none")?;
        let longest = [
            ("power.boot", self.power.boot),
            ("power.cold-boot", self.power.cold_boot()),
            ("power.recovery", self.power.recovery),
            ("clock.set-phase", clock.set_phase),
            ("relay.operate", self.relay.operate),
            ("relay.release", self.relay.release),
            ("relay.bounce", self.relay.bounce),
        ];
        for (key, span) in longest {
            refuse(span > Span::secs(3_600), key, "it must be at most 1h")?;
        }
        let power = &self.power;
        refuse(
            power.cold_boot.is_some_and(|cold| cold < power.boot),
            "power.cold-boot",
            "a start that waits for the clock's oscillator cannot be shorter than `boot`",
        )?;
        refuse(
            power.hold_up.is_some_and(|hold_up| hold_up > power.off_within),
            "power.hold-up",
            "an outage as long as `off-within` stops the board, so it cannot be held up for longer",
        )?;
        refuse(
            power.hold_up.is_some_and(|hold_up| clock.reserve.is_some_and(|reserve| reserve < hold_up)),
            "clock.reserve",
            "an outage up to `hold-up` leaves no trace, so the clock's reserve cannot be shorter",
        )
    }
}

impl Switches {
    /// Checks the switches against each other.
    pub fn validate(&self) -> Result<(), Contradiction> {
        let window = self.schedule == Schedule::Window;
        refuse(
            window && self.power_up != PowerUp::Evaluate,
            "schedule.power-up",
            "with `schedule = \"window\"` the contact follows the time of day at every instant, so after power-up it can only be `evaluate`",
        )?;
        refuse(
            window && self.missed == Missed::Skip,
            "schedule.missed",
            "with `schedule = \"window\"` nothing can be missed: the contact follows the time of day, whatever happened before; write `catch-up`",
        )?;
        refuse(
            window && self.edit == Adjust::Keep,
            "schedule.edit",
            "with `schedule = \"window\"` changed programmes count at once; write `evaluate`",
        )?;
        refuse(
            window && self.clock_set == Adjust::Keep,
            "schedule.clock-set",
            "with `schedule = \"window\"` a clock that was set counts at once; write `evaluate`",
        )?;
        refuse(
            self.power_up == PowerUp::Evaluate && self.missed == Missed::Skip,
            "schedule.missed",
            "`power-up = \"evaluate\"` makes up for missed events by itself, so they cannot be skipped; write `catch-up`",
        )?;
        refuse(
            self.resolution < Span::secs(1) || self.resolution.0 % Span::secs(1).0 != 0,
            "schedule.resolution",
            "programmed times are whole seconds: `1s`, `1min`",
        )?;
        refuse(self.slots == 0, "schedule.slots", "a timer has at least one slot")?;
        refuse(self.groups.contains(&Days(0)), "schedule.groups", "a group of no days can never act")
    }
}

pub(super) fn refuse(
    wrong: bool,
    key: impl Into<Cow<'static, str>>,
    why: impl Into<String>,
) -> Result<(), Contradiction> {
    if wrong {
        return Err(Contradiction { key: key.into(), why: why.into() });
    }
    Ok(())
}
