//! The mains as a clock: sine, half-cycles and angles. Distortion-free.

use brownout_trace::{Angle, Hertz, Instant, Span};

/// A sine that rises through zero at bench instant 0.
///
/// Kept in millihertz, so that half-cycle `k` begins at the whole nanosecond ⌊k·10¹²/(2f)⌋: counted, never summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mains {
    millihertz: u32,
}

/// Where half-cycles begin. A rectifier behind a resistance starts at the sine's zeros; one behind a capacitor at
/// its peaks, where the capacitor's current is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grid {
    Zeros,
    Peaks,
}

/// Millionths of a degree in a cycle.
const TURN: i128 = 360_000_000;

impl Mains {
    /// Mains of this frequency, to the millihertz; more than zero.
    pub fn new(frequency: Hertz) -> Self {
        debug_assert!(frequency.0 > 0.0, "mains has a frequency");
        Self { millihertz: ((frequency.0 * 1e3).round() as u32).max(1) }
    }

    /// Its frequency.
    pub fn frequency(self) -> Hertz {
        Hertz(f64::from(self.millihertz) * 1e-3)
    }

    /// The first instant at or after `after` at which the sine stands at this angle, to the millionth of a degree.
    ///
    /// A dip *at 90°* begins there; one of half a cycle ends at [`Self::next_angle`] of the angle half a turn on.
    pub fn next_angle(self, after: Instant, angle: impl Into<Angle>) -> Instant {
        let Angle(degrees) = angle.into();
        let part = ((degrees * 1e6).round() as i128).rem_euclid(TURN);
        // Angle d of cycle n is at (n + d/360)·10¹²/f nanoseconds, f in millihertz.
        let at = |cycle: i128| (cycle * TURN + part) * 1_000_000_000_000 / (TURN * i128::from(self.millihertz));
        let mut cycle = i128::from(after.0) * i128::from(self.millihertz) / 1_000_000_000_000 - 2;
        while at(cycle) < i128::from(after.0) {
            cycle += 1;
        }
        Instant(at(cycle) as i64)
    }

    /// Half a period.
    pub fn half_cycle(self) -> Span {
        Span::from_secs_f64(self.half())
    }

    /// Half a period in seconds.
    pub(super) fn half(self) -> f64 {
        500.0 / f64::from(self.millihertz)
    }

    /// Radians a second.
    pub(super) fn omega(self) -> f64 {
        2e-3 * std::f64::consts::PI * f64::from(self.millihertz)
    }

    /// When half-cycle `k` begins.
    pub(super) fn begin(self, grid: Grid, k: i64) -> Instant {
        let quarters = 2 * i128::from(k) + i128::from(grid == Grid::Peaks);
        Instant((quarters * 250_000_000_000).div_euclid(i128::from(self.millihertz)) as i64)
    }

    /// The half-cycle that an instant lies in.
    pub(super) fn index(self, grid: Grid, at: Instant) -> i64 {
        let nominal = i128::from(at.0) * i128::from(self.millihertz) / 500_000_000_000;
        let mut k = nominal as i64 - 2;
        while self.begin(grid, k + 1) <= at {
            k += 1;
        }
        k
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_week_of_half_cycles_is_a_week() {
        let (fifty, sixty) = (Mains::new(Hertz(50.0)), Mains::new(Hertz(60.0)));
        assert_eq!(fifty.begin(Grid::Zeros, 604_800 * 100), Instant(604_800 * 1_000_000_000));
        assert_eq!(sixty.begin(Grid::Zeros, 604_800 * 120), Instant(604_800 * 1_000_000_000));
        assert_eq!(sixty.begin(Grid::Zeros, 1), Instant(8_333_333));
        assert_eq!(fifty.begin(Grid::Peaks, 0), Instant(5_000_000));
    }

    #[test]
    fn angles_come_where_they_should() {
        let fifty = Mains::new(Hertz(50.0));
        assert_eq!(fifty.next_angle(Instant(0), 0), Instant(0));
        assert_eq!(fifty.next_angle(Instant(0), Angle(4.5)), Instant(250_000));
        assert_eq!(fifty.next_angle(Instant(1), 0), Instant(20_000_000));
        assert_eq!(fifty.next_angle(Instant(0), 90), Instant(5_000_000));
        assert_eq!(fifty.next_angle(Instant(-1_000_000_000), 180), Instant(-990_000_000));
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_one_half_cycle(at in -1_000_000_000_000i64..1_000_000_000_000_000, sixty: bool, peaks: bool) {
            let mains = Mains::new(Hertz(if sixty { 60.0 } else { 50.0 }));
            let grid = if peaks { Grid::Peaks } else { Grid::Zeros };
            let k = mains.index(grid, Instant(at));
            prop_assert!(mains.begin(grid, k) <= Instant(at) && Instant(at) < mains.begin(grid, k + 1));
        }

        #[test]
        fn an_angle_is_never_more_than_a_cycle_away(after in -1_000_000_000_000i64..1_000_000_000_000, degrees in 0u16..360) {
            let at = Mains::new(Hertz(60.0)).next_angle(Instant(after), degrees);
            prop_assert!(at >= Instant(after) && at - Instant(after) <= Span(16_666_668));
        }
    }
}
