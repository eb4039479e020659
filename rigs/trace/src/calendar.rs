//! The board's own time: weekdays, times of day, points of the week, and civil dates.
//!
//! A weekly timer knows no zones and no leap seconds: its clock is a count of seconds that people read as a
//! date. Day numbers use the proleptic Gregorian calendar.

use crate::time::{Instant, Span};
use std::fmt;
use std::str::FromStr;

/// Seconds in a day of a clock that knows no leap seconds.
pub const DAY: i64 = 86_400;
/// Seconds in a week.
pub const WEEK: i64 = 7 * DAY;
const NANOS: i64 = 1_000_000_000;

/// A day of the week; Monday first, as on the timers' own displays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// 0 for Monday to 6 for Sunday.
    pub fn index(self) -> usize {
        self as usize
    }
    /// The day with this index, counted round the week.
    pub fn from_index(index: i64) -> Self {
        Self::ALL[index.rem_euclid(7) as usize]
    }
    /// The day after.
    pub fn next(self) -> Self {
        Self::from_index(self.index() as i64 + 1)
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Why a text is not a day, a time of day or a date. A lower-case fragment, to be put after a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.text, self.expected)
    }
}

impl std::error::Error for CalendarError {}

fn error(text: &str, expected: &'static str) -> CalendarError {
    CalendarError { text: text.to_owned(), expected }
}

impl FromStr for Weekday {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        Self::ALL
            .into_iter()
            .find(|day| day.to_string() == text)
            .ok_or_else(|| error(text, "a day: Mon, Tue, Wed, Thu, Fri, Sat or Sun"))
    }
}

/// A set of weekdays; bit 0 is Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Days(pub u8);

impl Days {
    /// Every day of the week.
    pub const ALL: Self = Self(0x7f);

    /// Whether `day` is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 >> day.index() & 1 == 1
    }
    /// The days of the set, from Monday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.into_iter().filter(move |day| self.contains(*day))
    }
}

impl FromStr for Days {
    type Err = CalendarError;

    /// Reads `Mon`, `Mon-Fri`, `Sat-Sun`, `Mon,Wed,Fri`, `Fri-Mon` (round the week) and `daily`.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        const EXPECTED: &str = "a group of days: write `Mon`, `Mon-Fri`, `Mon,Wed,Fri` or `daily`";
        if text == "daily" {
            return Ok(Self::ALL);
        }
        let mut mask = 0u8;
        for item in text.split(',').map(str::trim) {
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let first: Weekday = first.parse().map_err(|_| error(text, EXPECTED))?;
            let last: Weekday = last.parse().map_err(|_| error(text, EXPECTED))?;
            let mut day = first;
            mask |= 1 << day.index();
            while day != last {
                day = day.next();
                mask |= 1 << day.index();
            }
        }
        Ok(Self(mask))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("daily");
        }
        let days: Vec<Weekday> = self.iter().collect();
        let run = days.windows(2).all(|pair| pair[0].next() == pair[1]);
        match (days.first(), days.last()) {
            (Some(first), Some(last)) if run && days.len() > 2 => write!(f, "{first}-{last}"),
            _ => f.write_str(&days.iter().map(Weekday::to_string).collect::<Vec<_>>().join(",")),
        }
    }
}

/// A time of day in whole seconds from midnight, 0 to 86 399.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimeOfDay(pub u32);

impl FromStr for TimeOfDay {
    type Err = CalendarError;

    /// Reads `08:00:00` or `08:00`.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        const EXPECTED: &str = "a time of day: write `08:00:00`";
        let mut seconds = 0;
        let parts: Vec<&str> = text.split(':').collect();
        if !(2..=3).contains(&parts.len()) {
            return Err(error(text, EXPECTED));
        }
        for (part, (limit, weight)) in parts.iter().zip([(24, 3600), (60, 60), (60, 1)]) {
            let value = two_digits(part).filter(|value| *value < limit).ok_or_else(|| error(text, EXPECTED))?;
            seconds += value * weight;
        }
        Ok(Self(seconds))
    }
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60, self.0 % 60)
    }
}

/// A point of the week: a day and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekTime {
    /// The day.
    pub day: Weekday,
    /// The time on that day.
    pub time: TimeOfDay,
}

impl WeekTime {
    /// Seconds from Monday 00:00:00, 0 to 604 799.
    pub fn second_of_week(self) -> i64 {
        self.day.index() as i64 * DAY + i64::from(self.time.0)
    }
}

impl FromStr for WeekTime {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let expected = || error(text, "a point of the week: write `Mon 07:59:55`");
        let (day, time) = text.split_once(' ').ok_or_else(expected)?;
        Ok(Self { day: day.parse().map_err(|_| expected())?, time: time.trim().parse().map_err(|_| expected())? })
    }
}

impl fmt::Display for WeekTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.day, self.time)
    }
}

/// A civil date and time: nanoseconds since 1970-01-01 00:00:00 on the board's own calendar. Reaches the year 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil(pub i64);

impl Civil {
    /// The Monday that a bare point of the week is put on: `Mon 07:59:55` means 2024-01-01 07:59:55.
    pub const REFERENCE_MONDAY: Self = Self(19_723 * DAY * NANOS);

    /// From whole seconds since 1970-01-01.
    pub fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NANOS))
    }
    /// Whole seconds since 1970-01-01, rounded down.
    pub fn secs(self) -> i64 {
        self.0.div_euclid(NANOS)
    }
    /// The point of the reference week.
    pub fn in_reference_week(point: WeekTime) -> Self {
        Self::REFERENCE_MONDAY + Span::secs(point.second_of_week())
    }
    /// The day of the week. 1970-01-01 was a Thursday.
    pub fn weekday(self) -> Weekday {
        Weekday::from_index(self.secs().div_euclid(DAY) + 3)
    }
    /// The time of day, rounded down to the second.
    pub fn time_of_day(self) -> TimeOfDay {
        TimeOfDay(self.secs().rem_euclid(DAY) as u32)
    }
    /// The point of the week, rounded down to the second.
    pub fn week_time(self) -> WeekTime {
        WeekTime { day: self.weekday(), time: self.time_of_day() }
    }
    /// The first instant at or after `self` whose point of the week is `point`.
    pub fn next(self, point: WeekTime) -> Self {
        let monday = Self::REFERENCE_MONDAY.0 + point.second_of_week() * NANOS;
        let week = WEEK * NANOS;
        let behind = (self.0 - monday).rem_euclid(week);
        if behind == 0 { self } else { Self(self.0 - behind + week) }
    }
    /// Year, month 1–12 and day 1–31. Method: days counted in 400-year eras from 0000-03-01, so that the leap day ends the year.
    pub fn date(self) -> (i64, u32, u32) {
        let days = self.secs().div_euclid(DAY) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        (era * 400 + year_of_era + i64::from(month <= 2), month as u32, day as u32)
    }
    /// Midnight of a date; `None` if the calendar has no such day or the year is outside 1970 to 2261.
    pub fn from_date(year: i64, month: u32, day: u32) -> Option<Self> {
        if !(1970..=2261).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let shifted = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let civil = Self::from_secs((era * 146_097 + day_of_era - 719_468) * DAY);
        // A 31st of February lands in March: only what reads back the same existed.
        (civil.date() == (year, month, day)).then_some(civil)
    }
}

impl std::ops::Add<Span> for Civil {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Civil {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl std::ops::Sub for Civil {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// `2024-01-01 07:59:55`, with a fraction only where there is one.
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02} {}", self.time_of_day())?;
        match self.0.rem_euclid(NANOS) {
            0 => Ok(()),
            nanos => write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0')),
        }
    }
}

impl FromStr for Civil {
    type Err = CalendarError;

    /// Reads `2038-01-19 03:14:00`, or `Mon 07:59:55` as a point of the reference week.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let expected = || error(text, "a clock setting: write `Mon 07:59:55` or `2024-01-01 07:59:55`");
        if let Ok(point) = text.parse::<WeekTime>() {
            return Ok(Self::in_reference_week(point));
        }
        let (date, time) = text.split_once(' ').ok_or_else(expected)?;
        let fields: Vec<&str> = date.split('-').collect();
        let [year, month, day] = fields[..] else {
            return Err(expected());
        };
        if year.len() != 4 {
            return Err(expected());
        }
        let year: i64 = year.parse().map_err(|_| expected())?;
        let month = two_digits(month).ok_or_else(expected)?;
        let day = two_digits(day).ok_or_else(expected)?;
        let time: TimeOfDay = time.trim().parse().map_err(|_| expected())?;
        Self::from_date(year, month, day).map(|date| date + Span::secs(i64::from(time.0))).ok_or_else(expected)
    }
}

/// The nominal clock: what the board's clock should read, from the last value set and bench time since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NominalClock {
    /// When the clock was set.
    pub set_at: Instant,
    /// To what.
    pub value: Civil,
}

impl NominalClock {
    /// What the clock should read at `at`.
    pub fn at(self, at: Instant) -> Civil {
        self.value + (at - self.set_at)
    }
    /// When the clock should read `civil`.
    pub fn when(self, civil: Civil) -> Instant {
        self.set_at + (civil - self.value)
    }
}

crate::as_text!(Weekday, Days, TimeOfDay, WeekTime);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_the_calendar() {
        let civil: Civil = "Mon 07:59:55".parse().unwrap();
        assert_eq!(civil.to_string(), "2024-01-01 07:59:55");
        assert_eq!(civil.weekday(), Weekday::Mon);
        for (text, day) in [
            ("2038-01-19 03:14:08", Weekday::Tue),
            ("2024-02-29 00:00:00", Weekday::Thu),
            ("2100-03-01 00:00:00", Weekday::Mon),
            ("1970-01-01 00:00:00", Weekday::Thu),
        ] {
            let civil: Civil = text.parse().unwrap();
            assert_eq!((civil.to_string().as_str(), civil.weekday()), (text, day));
        }
        for text in ["2100-02-29 00:00:00", "2024-13-01 00:00:00", "2024-1-01 00:00:00", "Mon 24:00:00", "Mo 08:00:00"]
        {
            assert!(text.parse::<Civil>().is_err(), "{text}");
        }
    }

    #[test]
    fn reads_day_groups() {
        for (text, mask, back) in [
            ("Mon-Fri", 0b001_1111, "Mon-Fri"),
            ("Mon,Wed,Fri,Sun", 0b101_0101, "Mon,Wed,Fri,Sun"),
            ("daily", 0x7f, "daily"),
            ("Sat-Sun", 0b110_0000, "Sat,Sun"),
            ("Sun-Mon", 0b100_0001, "Mon,Sun"),
        ] {
            let days: Days = text.parse().unwrap();
            assert_eq!((days, days.to_string().as_str()), (Days(mask), back));
        }
        assert!("Mon-".parse::<Days>().is_err() && "".parse::<Days>().is_err());
    }

    #[test]
    fn next_point_of_the_week_crosses_sunday() {
        let sunday: Civil = "Sun 23:59:55".parse().unwrap();
        let next = sunday.next("Mon 00:00:02".parse().unwrap());
        assert_eq!(next - sunday, Span::secs(7));
        assert_eq!(sunday.next(sunday.week_time()), sunday);
    }

    proptest! {
        #[test]
        fn dates_survive_print_and_read(seconds in 0i64..9_214_646_400) {
            let civil = Civil::from_secs(seconds);
            prop_assert_eq!(civil.to_string().parse(), Ok(civil));
        }
        #[test]
        fn days_survive_print_and_read(mask in 1u8..128) {
            prop_assert_eq!(Days(mask).to_string().parse(), Ok(Days(mask)));
        }
    }
}
