//! What a board promises in figures: its clock, its supply, its contacts.

use brownout_trace::{Ppm, Span};
use serde::{Deserialize, Serialize};

/// Seconds per day of one part per million (DOMAIN.md, "Crystal": 1 ppm = 0.0864 s/day).
const DAY: f64 = 86_400.0;

/// The `[clock]` table. Exactly one of `deviation` and `per-day`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clock {
    /// The largest relative deviation, either way: `20ppm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<Ppm>,
    /// The same as makers print it: `2s` a day, either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<Span>,
    /// How far the board's second may be from the instant at which its clock was set.
    pub set_phase: Span,
    /// How long the clock runs on unpowered; left out, an outage loses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<Span>,
}

impl Clock {
    /// The largest relative deviation, whichever way it was declared.
    pub fn largest_deviation(&self) -> Ppm {
        match (self.deviation, self.per_day) {
            (Some(deviation), _) => Ppm(deviation.0.abs()),
            (None, Some(per_day)) => Ppm(per_day.as_secs_f64() / DAY * 1e6),
            (None, None) => Ppm::ZERO,
        }
    }

    /// The most the clock can have gained or lost in `length`; computed in integers, rounded up.
    pub fn drift(&self, length: Span) -> Span {
        // Parts per billion: a promise is never finer.
        let ppb = (self.largest_deviation().0 * 1_000.0).ceil() as i128;
        let nanos = (i128::from(length.abs().0) * ppb + 999_999_999) / 1_000_000_000;
        Span(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

/// The `[power]` table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Power {
    /// From the supply restored (or a reset released) to the schedule evaluated.
    pub boot: Span,
    /// The same after an outage that lost the clock, whose oscillator must start; left out, as `boot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_boot: Option<Span>,
    /// From the end of a disturbance to correct again, unaided (criterion B).
    pub recovery: Span,
    /// An outage up to this long leaves no trace: contact, clock and programmes as without it. Left out, no promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_up: Option<Span>,
    /// An outage this long has surely stopped the board; in between it may have lived through or not.
    #[serde(default = "unplugged")]
    pub off_within: Span,
}

/// DOMAIN.md, "hard-reset": users are told to unplug for 30 s.
fn unplugged() -> Span {
    Span::secs(30)
}

impl Power {
    /// From the supply restored to the schedule evaluated when the clock was lost.
    pub fn cold_boot(&self) -> Span {
        self.cold_boot.unwrap_or(self.boot)
    }
}

/// The `[relay]` table: how far the contact may lag behind its coil.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RelayLimits {
    /// The longest time to close.
    pub operate: Span,
    /// The longest time to open.
    pub release: Span,
    /// The longest bounce; contacts quieter than this are settled.
    pub bounce: Span,
}

/// DOMAIN.md, "Relay": operate/release ≤ 10 ms, bounce 1–10 ms°.
impl Default for RelayLimits {
    fn default() -> Self {
        let limit = Span::millis(10);
        Self { operate: limit, release: limit, bounce: limit }
    }
}

impl RelayLimits {
    /// The longer of operate and release.
    pub fn delay(&self) -> Span {
        self.operate.max(self.release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_ppm_are_1_728_seconds_a_day() {
        let clock = Clock { deviation: Some(Ppm(20.0)), per_day: None, set_phase: Span::ZERO, reserve: None };
        assert_eq!(clock.drift(Span::secs(86_400)), Span::millis(1_728));
        let per_day = Clock { deviation: None, per_day: Some(Span::millis(1_728)), ..clock };
        assert_eq!(per_day.drift(Span::secs(864_000)), Span::millis(17_280));
    }
}
