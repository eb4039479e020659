//! The closed form behind everything: a voltage that obeys dV/dt = a − b·V from a known start.

use brownout_trace::{Instant, Span};

/// Below this rate (1/s; a time constant of 3·10²² years) the curve is a straight line: 1/rate would lose its digits.
const STRAIGHT: f64 = 1e-30;
/// e⁻⁵⁰ is 2·10⁻²²: one minus it is one, in doubles.
const SETTLED: f64 = 50.0;

/// V(t) = V₀ + s·(1 − e^(−b·t))/b, the solution of dV/dt = a − b·V with s = a − b·V₀; V₀ + s·t where b is 0.
///
/// Written with the slope at the start instead of `a`, because near the final value a and b·V₀ cancel.
/// Monotone by construction. The unit of `from` is the caller's: volts of a capacitor, coulombs of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    /// When it starts.
    pub start: Instant,
    /// V₀.
    pub from: f64,
    /// s: the slope at the start, per second.
    pub slope: f64,
    /// b: one over the time constant, per second; zero or more.
    pub rate: f64,
}

impl Curve {
    /// A value that stays.
    pub fn constant(start: Instant, from: f64) -> Self {
        Self { start, from, slope: 0.0, rate: 0.0 }
    }

    /// The value at an instant; before the start, the value at the start.
    pub fn at(&self, at: Instant) -> f64 {
        let seconds = (at - self.start).as_secs_f64().max(0.0);
        self.from + self.slope * self.gain(seconds)
    }

    /// (1 − e^(−b·t))/b in seconds: t for short times, 1/b in the end.
    fn gain(&self, seconds: f64) -> f64 {
        let passed = self.rate * seconds;
        if self.rate < STRAIGHT {
            seconds
        } else if passed > SETTLED {
            1.0 / self.rate
        } else {
            -libm::expm1(-passed) / self.rate
        }
    }

    /// Where the formula puts the level: t = −ln(1 − b·(V − V₀)/s)/b after the start, up to rounding.
    ///
    /// [`None`] where the curve never gets there. A guess only: `crossing::first` makes it exact.
    pub fn reaches(&self, level: f64) -> Option<Instant> {
        let straight = (level - self.from) / self.slope;
        let seconds = if self.rate < STRAIGHT { straight } else { -libm::log1p(-self.rate * straight) / self.rate };
        // No number comes out of 0/0 and of the logarithm beyond the final value.
        (seconds >= 0.0 && seconds.is_finite()).then(|| self.start + Span::from_secs_f64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(n: f64) -> Instant {
        Instant::ZERO + Span::from_secs_f64(n)
    }

    #[test]
    fn a_straight_line_is_the_limit_of_an_exponential() {
        let line = Curve { start: Instant::ZERO, from: 5.0, slope: -10.0, rate: 0.0 };
        let bent = Curve { rate: 1e-9, ..line };
        assert!((line.at(seconds(0.14)) - 3.6).abs() < 1e-12);
        assert!((bent.at(seconds(0.14)) - 3.6).abs() < 1e-9);
        assert_eq!(line.reaches(3.6), Some(Instant(140_000_000)));
        assert_eq!(line.reaches(6.0), None);
        assert_eq!(Curve::constant(Instant::ZERO, 5.0).reaches(5.0), None);
    }

    #[test]
    fn the_final_value_is_exact_and_never_passed() {
        let curve = Curve { start: Instant::ZERO, from: 0.0, slope: 120.0, rate: 10.0 };
        assert!((curve.at(seconds(1e6)) - 12.0).abs() < 1e-14);
        assert_eq!(curve.reaches(12.1), None);
    }

    proptest! {
        #[test]
        fn reaching_undoes_at(from in -5.0..20.0f64, slope in 0.1..1e4f64, rate in 0.0..1e3f64, share in 0.01..0.9f64) {
            let curve = Curve { start: Instant(-7), from, slope, rate };
            // Within half a second or the time constant, whichever is shorter.
            let span = share * if rate > 2.0 { 1.0 / rate } else { 0.5 };
            let at = Instant(-7) + Span::from_secs_f64(span);
            let found = curve.reaches(curve.at(at)).unwrap();
            let allowed = 1 + (1e9 * 1e-13 / slope) as i64;
            prop_assert!((found - at).abs() <= Span(allowed), "{} {}", found, at);
        }

        #[test]
        fn is_monotone(from in 0.0..20.0f64, slope in -1e4..1e4f64, rate in 0.0..1e5f64, a in 0i64..1_000_000_000, step in 0i64..1000) {
            let curve = Curve { start: Instant::ZERO, from, slope, rate };
            let (early, late) = (curve.at(Instant(a)), curve.at(Instant(a + step)));
            let rounding = 4.0 * f64::EPSILON * 20.0;
            prop_assert!((late - early) * slope.signum() >= -rounding);
        }
    }
}
