//! Which stretch of bench time a waveform shows, and the ticks below it.

use crate::show::time::micros;
use brownout_trace::{Instant, Span};

/// Nothing is shown closer than this: contacts move in milliseconds.
const SHORTEST: Span = Span::millis(5);
/// Events so many times further away than what is looked at would squeeze it into a column or two.
const FURTHER: i64 = 8;
/// A window that is narrower says less than what happened before it: a contact that is waited for to settle.
pub const NARROW: Span = Span::millis(100);
/// How many of the events before the instant are shown, if they are not too far away.
const NEAR: usize = 3;
/// Columns from tick to tick, at least.
const CLOSEST: i64 = 12;

/// A stretch of bench time round the instant to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    start: Instant,
    per_column: Span,
    /// How wide it is.
    pub columns: usize,
}

impl View {
    /// Round `at`, wide enough for `window`, if there is one that ends no earlier than it begins, and for the nearest of
    /// `events`, which come in order. `at` is in the middle, unless nothing is known soon after it: after `end`.
    pub fn round(
        at: Instant,
        window: Option<(Instant, Instant)>,
        events: &[Instant],
        end: Instant,
        columns: usize,
    ) -> Self {
        let away = |event: &Instant| at - *event;
        let before = events.iter().rev().map(away).filter(|away| *away > Span::ZERO).take(NEAR);
        let before: Vec<Span> = before.collect();
        let window = window.map(|(from, to)| (at - from).max(to - at)).filter(|width| *width >= NARROW);
        let base = window.or(before.first().copied()).unwrap_or(Span::secs(1)).max(SHORTEST);
        let half = before.into_iter().filter(|away| *away <= base.times(FURTHER)).fold(base, Span::max);
        // A margin, so that nothing of interest stands at the very edge.
        let half = half + Span(half.0 / 8);
        let after = (end - at).max(Span(half.0 / 8)).min(half);
        let width = i64::try_from(columns.max(2)).unwrap_or(i64::MAX);
        let per_column = Span(((half + after).0 / width).max(1));
        Self { start: at - half, per_column, columns }
    }

    /// The instants that a column stands for: from the first up to the second.
    pub fn column(self, column: usize) -> (Instant, Instant) {
        let begin = self.start + self.per_column.times(i64::try_from(column).unwrap_or(i64::MAX));
        (begin, begin + self.per_column)
    }

    /// How long a column is.
    pub fn per_column(self) -> Span {
        self.per_column
    }

    /// The column of an instant; `None` outside.
    pub fn column_of(self, at: Instant) -> Option<usize> {
        let column = (at - self.start).0.div_euclid(self.per_column.0);
        usize::try_from(column).ok().filter(|column| *column < self.columns)
    }

    /// `|+1.2s` at every round instant, as close together as their texts allow, as one line.
    pub fn axis(self) -> String {
        let mut least = self.per_column.times(CLOSEST);
        loop {
            let step = step(least);
            let ticks = self.ticks(step);
            let longest = ticks.iter().map(|tick| micros(*tick).len() + 3).max().unwrap_or(0);
            let longest = self.per_column.times(i64::try_from(longest).unwrap_or(i64::MAX));
            if step >= longest {
                return self.axis_of(&ticks);
            }
            least = step + Span(1);
        }
    }

    /// The multiples of a step that are in view.
    fn ticks(self, step: Span) -> Vec<Instant> {
        let first = Instant(self.start.0.div_euclid(step.0).saturating_mul(step.0));
        let end = self.column(self.columns).0;
        let ticks = std::iter::successors(Some(first), |tick| Some(*tick + step).filter(|next| next > tick));
        ticks.take_while(|tick| *tick < end).filter(|tick| self.column_of(*tick).is_some()).collect()
    }

    fn axis_of(self, ticks: &[Instant]) -> String {
        let mut line = Row::new(self.columns);
        for tick in ticks {
            if let Some(column) = self.column_of(*tick) {
                line.text(column, &format!("|{}", micros(*tick)));
            }
        }
        line.0.into_iter().collect::<String>().trim_end().to_owned()
    }
}

/// The characters of one row.
pub struct Row(pub Vec<char>);

impl Row {
    /// Nothing yet.
    pub fn new(columns: usize) -> Self {
        Self(vec![' '; columns])
    }

    /// Writes from a column on, if all of it fits.
    pub fn text(&mut self, column: usize, text: &str) {
        let end = column + text.chars().count();
        let free = self.0.get(column..end).is_some_and(|place| place.iter().all(|c| *c == ' '));
        if free {
            self.0[column..end].iter_mut().zip(text.chars()).for_each(|(place, c)| *place = c);
        }
    }
}

/// The smallest round span that is no shorter: 1, 2 or 5 of a power of ten below a second, then what clocks show.
fn step(least: Span) -> Span {
    const CLOCK: [i64; 17] =
        [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800];
    let decimals = (0..9).flat_map(|power| [1, 2, 5].map(|lead| Span(lead * 10_i64.pow(power))));
    let round = decimals.chain(CLOCK.map(Span::secs)).find(|round| *round >= least);
    round.unwrap_or_else(|| Span::secs(604_800).times(least.0 / Span::secs(604_800).0 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(seconds: i64) -> Instant {
        Instant::ZERO + Span::secs(seconds)
    }

    #[test]
    fn steps_are_round() {
        for (least, round) in [
            (Span(3), Span(5)),
            (Span::millis(6), Span::millis(10)),
            (Span::millis(501), Span::secs(1)),
            (Span::secs(11), Span::secs(30)),
            (Span::secs(4_000), Span::secs(7_200)),
            (Span::secs(8 * 86_400), Span::secs(14 * 86_400)),
        ] {
            assert_eq!(step(least), round);
        }
    }

    #[test]
    fn what_is_far_away_is_left_out() {
        let events = [seconds(0), seconds(900), seconds(990), seconds(998)];
        let view = View::round(seconds(1_000), None, &events, seconds(2_000), 80);
        // 8 × 2 s reach as far as 990 s, and not to 900 s.
        assert!(view.column_of(seconds(990)).is_some() && view.column_of(seconds(900)).is_none());
        assert_eq!(view.column_of(seconds(1_000)), Some(40));
        // Nothing is known afterwards: no room for it.
        let view = View::round(seconds(1_000), None, &events, seconds(1_000), 80);
        assert_eq!(view.column_of(seconds(1_000)), Some(71));
        // A window counts for more than an event.
        let window = Some((seconds(940), seconds(1_000)));
        assert!(View::round(seconds(1_000), window, &events, seconds(2_000), 80).column_of(seconds(900)).is_some());
    }

    proptest! {
        #[test]
        fn any_instant_has_a_view(at in any::<i64>(), event in any::<i64>(), columns in 2_usize..200) {
            let view = View::round(Instant(at), None, &[Instant(event.min(at))], Instant(event), columns);
            prop_assert!(view.axis().chars().count() <= columns);
        }
    }
}
