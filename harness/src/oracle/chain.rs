//! A week of events repeated for ever on a clock that was set: each event with its window in bench time.

use super::week::{Kind, Week, WeekEvent};
use brownout_rigs::profile::{Clock, Profile};
use brownout_trace::calendar::WEEK;
use brownout_trace::{Civil, Instant, Span};
use std::sync::Arc;

/// A clock setting: made somewhere between two instants, to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Not before.
    pub from: Instant,
    /// Not after; the nominal clock counts from here.
    pub to: Instant,
    /// To what.
    pub value: Civil,
}

/// How far an event may be from its nominal instant (DESIGN.md, rule 5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// Resolution + set phase + relay delay.
    pub fixed: Span,
    /// The clock, for ppm·t.
    pub clock: Clock,
}

impl Margin {
    /// As the profile declares it.
    pub fn of(profile: &Profile) -> Self {
        Self {
            fixed: profile.schedule.resolution + profile.clock.set_phase + profile.relay.delay(),
            clock: profile.clock,
        }
    }
}

/// The events of a week on a clock, numbered through all weeks; event 0 is the first of the week of
/// [`Civil::REFERENCE_MONDAY`].
#[derive(Debug, Clone)]
pub struct Chain {
    week: Arc<Week>,
    setting: Setting,
    margin: Margin,
}

impl Chain {
    /// The week on a clock.
    pub fn new(week: Arc<Week>, setting: Setting, margin: Margin) -> Self {
        Self { week, setting, margin }
    }

    /// The `index`th event of the chain; `None` where the week has none.
    pub fn event(&self, index: i64) -> Option<WeekEvent> {
        let count = self.week.0.len() as i64;
        (count > 0).then(|| self.week.0[index.rem_euclid(count) as usize])
    }

    /// Where the contact should be before the `index`th event: where the one before has put it. Without programmes, open.
    pub fn level(&self, index: i64) -> Kind {
        self.event(index - 1).map_or(Kind::Off, |event| event.kind)
    }

    /// From when to when the `index`th event may act; `None` where there is none.
    pub fn window(&self, index: i64) -> Option<(Instant, Instant)> {
        let event = self.event(index)?;
        let weeks = index.div_euclid(self.week.0.len() as i64);
        let civil = Civil::REFERENCE_MONDAY + Span::secs(event.second) + Span::secs(WEEK.saturating_mul(weeks));
        let since_set = civil - self.setting.value;
        let nominal = self.setting.to + since_set;
        let margin = self.margin.fixed + self.margin.clock.drift(since_set);
        let sooner = self.setting.to - self.setting.from;
        Some((nominal - margin - sooner, nominal + margin))
    }

    /// The first event that may still act at `at`, and the first that may not yet have acted by `by`: the board's next
    /// event is one of these or one between. `at` is not before the clock was set.
    pub fn next(&self, at: Instant, by: Instant) -> (i64, i64) {
        let count = self.week.0.len() as i64;
        if count == 0 {
            return (0, 0);
        }
        let civil = self.setting.value + (at - self.setting.to);
        let into = (civil - Civil::REFERENCE_MONDAY).0.div_euclid(1_000_000_000);
        let (weeks, second) = (into.div_euclid(WEEK), into.rem_euclid(WEEK));
        let within = self.week.0.partition_point(|event| event.second < second) as i64;
        let mut first = weeks * count + within;
        // The windows reach further than the nominal instants, by the margin: a few events at most.
        while self.window(first - 1).is_some_and(|(_, to)| to > at) {
            first -= 1;
        }
        while self.window(first).is_some_and(|(_, to)| to <= at) {
            first += 1;
        }
        let mut last = first;
        while self.window(last).is_some_and(|(from, _)| from <= by) {
            last += 1;
        }
        (first, last)
    }
}
