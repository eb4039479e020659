//! A root of a continuous function between two points of different sign.

/// A picosecond: far below the nanosecond that time is made of.
const CLOSE: f64 = 1e-12;
/// Bisection alone would need 34 from a half-cycle to a picosecond.
const MOST: usize = 80;

/// Where `f` goes through zero between `low` and `high`, by false position with Illinois' correction (Dowell and
/// Jarratt, BIT 11, 1971), to a picosecond in the argument. Where the signs agree: the end whose value is nearer zero.
///
/// The number of steps depends on the function alone, so that the same bits come out everywhere.
pub(super) fn between(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    if at_a == 0.0 {
        return a;
    }
    if at_a * at_b > 0.0 || !(at_a * at_b).is_finite() {
        return if at_a.abs() < at_b.abs() { a } else { b };
    }
    // Which end moved last: -1 the lower, 1 the upper.
    let mut moved = 0;
    for _ in 0..MOST {
        if b - a < CLOSE || at_b == 0.0 {
            break;
        }
        let guess = (a * at_b - b * at_a) / (at_b - at_a);
        let guess = if guess > a && guess < b { guess } else { 0.5 * (a + b) };
        let value = f(guess);
        if value == 0.0 {
            return guess;
        }
        if value * at_b < 0.0 {
            (a, at_a) = (guess, value);
            if moved == -1 {
                at_b *= 0.5;
            }
            moved = -1;
        } else {
            (b, at_b) = (guess, value);
            if moved == 1 {
                at_a *= 0.5;
            }
            moved = 1;
        }
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_peak_of_a_sine() {
        let found = between(1.0, 2.5, f64::cos);
        assert!((found - std::f64::consts::FRAC_PI_2).abs() < 1e-11, "{found}");
        assert!(between(0.0, 1.0, |x| x + 1.0).abs() < 1e-12, "the end nearer to zero");
    }

    proptest! {
        #[test]
        fn undoes_an_exponential(place in 0.001..0.999f64, rate in -50.0..50.0f64) {
            let target = (rate * place).exp();
            let found = between(0.0, 1.0, |x| (rate * x).exp() - target);
            prop_assert!((found - place).abs() < 1e-9 || rate.abs() < 1e-3, "{}", found);
        }
    }
}
