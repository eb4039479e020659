//! Slopes as staircases: what a bench can be handed beforehand is levels at instants.

use crate::scenario::step::Ramp;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};

/// The most stairs of one slope: the highest supply in the finest stairs.
const MOST: i64 = 100_000;

/// From one voltage to another, beginning at `start`: the end of each stair with its level. The last is `to` exactly,
/// at `start + over`. None is lower than `height` or shorter than [`Ramp::TREAD`], but the last.
pub fn stairs(from: Volts, to: Volts, start: Instant, over: Span, height: Volts) -> Vec<(Instant, Level)> {
    let count = count(from, to, over, height);
    let stair = |n: i64| {
        let at = start + Span((i128::from(over.0) * i128::from(n) / i128::from(count)) as i64);
        let volts = if n == count { to } else { Volts(from.0 + (to.0 - from.0) * n as f64 / count as f64) };
        (at, Level::Volts(volts))
    };
    (1..=count).map(stair).collect()
}

fn count(from: Volts, to: Volts, over: Span, height: Volts) -> i64 {
    // A number of stairs: casting saturates, and no number becomes 0.
    let by_height = ((to.0 - from.0).abs() / height.0).ceil() as i64;
    by_height.min(over.0 / Ramp::TREAD.0).clamp(1, MOST)
}

/// How long each stair of [`stairs`] is.
pub fn tread(from: Volts, to: Volts, over: Span, height: Volts) -> Span {
    Span(over.0 / count(from, to, over, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(from: f64, to: f64, over: Span, height: f64) -> (usize, (Instant, Level), (Instant, Level)) {
        let stairs = stairs(Volts(from), Volts(to), Instant(0), over, Volts(height));
        assert!(stairs.windows(2).all(|pair| pair[0].0 < pair[1].0));
        (stairs.len(), stairs[0], stairs[stairs.len() - 1])
    }

    #[test]
    fn a_slope_has_fine_stairs_and_ends_exactly() {
        let at = |nanos, volts| (Instant(nanos), Level::Volts(Volts(volts)));
        // 12 V in 10 mV; the rig's timing is no limit.
        assert_eq!(shape(12.0, 0.0, Span::secs(12), 0.01), (1200, at(10_000_000, 11.99), at(12_000_000_000, 0.0)));
        // 1 ms holds ten stairs of 0.1 ms.
        assert_eq!(shape(0.0, 12.0, Span::millis(1), 0.01).0, 10);
        // Faster than the rig's timing: one jump, at its end.
        assert_eq!(shape(12.0, 6.0, Span::micros(50), 0.01), (1, at(50_000, 6.0), at(50_000, 6.0)));
        // In steps of its own: 12 V to 0 V by 0.6 V.
        assert_eq!(shape(12.0, 0.0, Span::secs(100), 0.6), (20, at(5_000_000_000, 11.4), at(100_000_000_000, 0.0)));
        // Nowhere to go.
        assert_eq!(shape(12.0, 12.0, Span::secs(1), 0.01).0, 1);
    }
}
