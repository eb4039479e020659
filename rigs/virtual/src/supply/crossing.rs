//! The exact first nanosecond of something that a formula places only up to rounding.

use brownout_trace::event::Crossing;
use brownout_trace::{Instant, Span};

/// Later than any case runs; an event that only comes after it never comes.
pub(super) const HORIZON: Instant = Instant(i64::MAX / 2);

/// Whether a reading is where this crossing of the threshold leads; at the threshold is above it.
pub(super) fn is_past(crossing: Crossing, threshold: f64, reading: f64) -> bool {
    match crossing {
        Crossing::Rising => reading >= threshold,
        Crossing::Falling => reading < threshold,
    }
}

/// The first instant after `start`, and not after `until`, at which `holds`; [`None`] where it does not hold at `until`.
///
/// `holds` must be false at `start` and stay true once it is true. `guess` only saves work: a right one costs three
/// evaluations, a wrong one a logarithmic number. The answer depends on `start`, never on who asked when.
pub(super) fn first(
    start: Instant,
    until: Instant,
    guess: Option<Instant>,
    holds: impl Fn(Instant) -> bool,
) -> Option<Instant> {
    if until <= start || !holds(until) {
        return None;
    }
    let guess = guess.unwrap_or(until).clamp(start + Span(1), until);
    let mut step = Span(1);
    let (mut not_yet, mut already);
    if holds(guess) {
        already = guess;
        loop {
            not_yet = (already - step).max(start);
            if not_yet == start || !holds(not_yet) {
                break;
            }
            already = not_yet;
            step = step.times(2);
        }
    } else {
        not_yet = guess;
        loop {
            already = (not_yet + step).min(until);
            if already == until || holds(already) {
                break;
            }
            not_yet = already;
            step = step.times(2);
        }
    }
    while already - not_yet > Span(1) {
        let middle = not_yet + Span((already - not_yet).0 / 2);
        if holds(middle) {
            already = middle;
        } else {
            not_yet = middle;
        }
    }
    Some(already)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_the_first_whatever_the_guess(
            start in -1_000_000i64..1_000_000, reach in 1i64..i64::MAX / 4, place in 0.0..1.5f64, guess: Option<i64>,
        ) {
            let truth = start + 1 + (place * (reach - 1) as f64) as i64;
            let until = Instant(start + reach);
            let found = first(Instant(start), until, guess.map(Instant), |at| at.0 >= truth);
            prop_assert_eq!(found, (truth <= until.0).then_some(Instant(truth)));
        }
    }

    #[test]
    fn a_right_guess_is_cheap() {
        let asked = std::cell::Cell::new(0);
        let found = first(Instant(0), HORIZON, Some(Instant(140_000_000)), |at| {
            asked.set(asked.get() + 1);
            at.0 >= 140_000_000
        });
        assert_eq!((found, asked.get()), (Some(Instant(140_000_000)), 3));
    }
}
