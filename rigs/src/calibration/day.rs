//! A day of the calendar, in UTC.

use brownout_trace::Civil;
use serde::{Deserialize, Deserializer, de::Error};
use std::fmt;
use std::time::SystemTime;
use toml::value::Datetime;

const SECONDS: i64 = 86_400;

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// Of the calendar; `None` if it has no such day.
    pub fn of(year: i64, month: u32, day: u32) -> Option<Self> {
        let secs = |year, month, day| Civil::from_date(year, month, day).map(Civil::secs);
        Some(Self((secs(year, month, day)? - secs(1970, 1, 1)?) / SECONDS))
    }

    /// By the machine's clock.
    pub fn today() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self(i64::try_from(since).unwrap_or(i64::MAX) / SECONDS)
    }

    /// So many days later.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = Civil::from_date(1970, 1, 1).map_or(0, Civil::secs);
        let (year, month, day) = Civil::from_secs(epoch.saturating_add(self.0.saturating_mul(SECONDS))).date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Datetime::deserialize(deserializer)?;
        let date = written.date.filter(|_| written.time.is_none());
        let day = date.and_then(|date| Self::of(date.year.into(), date.month.into(), date.day.into()));
        day.ok_or_else(|| D::Error::custom("a day is written as 2026-11-23"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(Day::of(1970, 1, 2), Some(Day(1)));
        // 2026-06-30 is day 20634.
        assert_eq!(Day::of(2026, 6, 30), Some(Day(20_634)));
        assert_eq!(Day::of(2026, 2, 30), None);
        assert_eq!(Day(20_634).to_string(), "2026-06-30");
        assert_eq!(Day::of(2026, 11, 23).unwrap().plus(365).to_string(), "2027-11-23");
        assert!(Day::today() > Day::of(2020, 1, 1).unwrap());
    }
}
