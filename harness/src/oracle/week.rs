//! The events of a week: what the programmes and the switches make happen, and when.
//!
//! An event is kept only if it acts, so that the last event always tells where the contact should be. Rules:
//! DOMAIN.md, "What such a timer does"; the meaning of each switch stands at its type in
//! `brownout_rigs::profile::switches`.

use brownout_rigs::profile::Switches;
use brownout_rigs::profile::switches::{Equal, Overlap};
use brownout_rigs::programme::Programme;
use brownout_trace::calendar::{DAY, WEEK};
use brownout_trace::{TimeOfDay, WeekTime, Weekday};
use std::collections::BTreeMap;

/// Which way an event moves the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It closes.
    On,
    /// It opens.
    Off,
    /// The profile declares nothing: either.
    Undefined,
}

/// An event of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeekEvent {
    /// Seconds from Monday 00:00:00.
    pub second: i64,
    /// What it does.
    pub kind: Kind,
    /// The programme it belongs to, counted from 1.
    pub programme: u16,
}

impl WeekEvent {
    /// Its point of the week.
    pub fn point(&self) -> WeekTime {
        WeekTime { day: Weekday::from_index(self.second / DAY), time: TimeOfDay((self.second % DAY) as u32) }
    }
}

/// The events of a week that act, in order, no two at one second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week(pub Vec<WeekEvent>);

/// One time that a programme says the contact is closed for.
struct Window {
    programme: u16,
    start: i64,
    /// Seconds, 0 to a day.
    length: i64,
}

impl Window {
    /// Whether `second` of the week is inside; the start is, the end is not.
    fn contains(&self, second: i64) -> bool {
        (second - self.start).rem_euclid(WEEK) < self.length
    }
}

impl Week {
    /// From numbered programmes.
    pub fn new<'p>(programmes: impl Iterator<Item = (u16, &'p Programme)>, switches: &Switches) -> Self {
        let windows: Vec<Window> =
            programmes.flat_map(|(number, programme)| windows(number, programme, switches.equal)).collect();
        let mut at: BTreeMap<i64, Vec<(u16, Kind)>> = BTreeMap::new();
        for window in &windows {
            let end = (window.start + window.length).rem_euclid(WEEK);
            if window.length > 0 {
                let there = at.entry(window.start).or_default();
                there.push((window.programme, Kind::On));
            }
            at.entry(end).or_default().push((window.programme, Kind::Off));
        }
        let event = |(second, there): (i64, Vec<(u16, Kind)>)| {
            acting(second, &there, &windows, switches).map(|(programme, kind)| WeekEvent { second, kind, programme })
        };
        Self(at.into_iter().filter_map(event).collect())
    }
}

/// The windows of one programme over the week. An off at or before the on falls on the next day.
fn windows(number: u16, programme: &Programme, equal: Equal) -> impl Iterator<Item = Window> + use<> {
    let (on, off) = (i64::from(programme.on.0), i64::from(programme.off.0));
    let length = match (off - on).rem_euclid(DAY) {
        0 => match equal {
            Equal::None => None,
            Equal::OffWins => Some(0),
            Equal::OnWins => Some(DAY),
        },
        length => Some(length),
    };
    let days = programme.days;
    length.into_iter().flat_map(move |length| {
        days.iter().map(move |day| Window { programme: number, start: day.index() as i64 * DAY + on, length })
    })
}

/// Which of the events at one second acts, if any.
fn acting(second: i64, there: &[(u16, Kind)], windows: &[Window], switches: &Switches) -> Option<(u16, Kind)> {
    let first = |wanted| there.iter().filter(|(_, kind)| *kind == wanted).min_by_key(|(number, _)| *number).copied();
    match switches.overlap {
        Overlap::Or => match first(Kind::On) {
            Some(on) => Some(on),
            None if windows.iter().any(|window| window.contains(second)) => None,
            None => first(Kind::Off),
        },
        Overlap::LastEvent => match (first(Kind::On), first(Kind::Off)) {
            (Some(on), Some(off)) => Some(match switches.equal {
                Equal::OnWins => on,
                Equal::OffWins => off,
                Equal::None => (on.0, Kind::Undefined),
            }),
            (on, off) => on.or(off),
        },
        Overlap::Priority => {
            let number = there.iter().map(|(number, _)| *number).min()?;
            let covered = windows.iter().any(|window| window.programme < number && window.contains(second));
            // Only a programme with equal times meets itself, when its on wins.
            let own = |wanted| there.contains(&(number, wanted)).then_some((number, wanted));
            if covered { None } else { own(Kind::On).or(own(Kind::Off)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_rigs::profile::Profile;

    fn week(overlap: Overlap, programmes: &[(&str, &str, &str)]) -> Vec<(String, Kind)> {
        let mut switches = Profile::shipped("weekly").unwrap().unwrap().schedule;
        switches.overlap = overlap;
        let programmes: Vec<Programme> = programmes
            .iter()
            .map(|(days, on, off)| Programme {
                days: days.parse().unwrap(),
                on: on.parse().unwrap(),
                off: off.parse().unwrap(),
                relay: None,
            })
            .collect();
        let week = Week::new((1..).zip(&programmes), &switches);
        week.0.iter().map(|event| (event.point().to_string(), event.kind)).collect()
    }

    #[test]
    fn only_what_acts_is_kept() {
        let two = [("Mon", "08:00", "12:00"), ("Mon", "10:00", "14:00")];
        let points = |overlap| {
            let events = week(overlap, &two);
            events.into_iter().map(|(point, _)| point[4..6].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(points(Overlap::Or), ["08", "10", "14"]);
        assert_eq!(points(Overlap::LastEvent), ["08", "10", "12", "14"]);
        assert_eq!(points(Overlap::Priority), ["08", "12", "14"]);
    }

    #[test]
    fn sunday_night_wraps_to_monday() {
        let events = week(Overlap::Or, &[("Sun", "22:00", "06:00")]);
        assert_eq!(events, [("Mon 06:00:00".into(), Kind::Off), ("Sun 22:00:00".into(), Kind::On)]);
    }
}
