//! From clock ticks to instants and back, without ever summing periods.

use brownout_trace::{Hertz, Instant, Ppm};

const NANOS: i128 = 1_000_000_000;

/// A frequency as an exact fraction in hertz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    numerator: i128,
    denominator: i128,
}

impl Rate {
    /// A whole number of hertz, at least 1.
    pub fn hertz(hertz: u32) -> Self {
        Self { numerator: i128::from(hertz.max(1)), denominator: 1 }
    }

    /// A nominal frequency off by a crystal's error, kept to a thousandth of a ppm.
    pub fn with_error(nominal: Hertz, error: Ppm) -> Self {
        let billionths = 1_000_000_000 + (error.0 * 1000.0).round() as i128;
        Self { numerator: (nominal.0.round() as i128).max(1) * billionths, denominator: 1_000_000_000 }
    }

    /// This rate times `numerator / denominator`, as a PLL or a prescaler makes it.
    pub fn scaled(self, numerator: u32, denominator: u32) -> Self {
        let numerator = self.numerator * i128::from(numerator.max(1));
        let denominator = self.denominator * i128::from(denominator.max(1));
        // A whole number of hertz stays one, for which there are short ways below.
        if numerator % denominator == 0 {
            return Self { numerator: numerator / denominator, denominator: 1 };
        }
        Self { numerator, denominator }
    }

    /// The frequency if it is a whole number of hertz, as it usually is.
    fn whole(self) -> Option<u64> {
        if self.denominator != 1 {
            return None;
        }
        u32::try_from(self.numerator).ok().map(u64::from)
    }

    /// The frequency in hertz, for load currents and baud rates; never for keeping time.
    pub fn as_hertz(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// A running clock: tick `n` is at `start + ⌊n·10⁹/f⌋`, with `n` counted since the clock last switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeBase {
    start: Instant,
    first: u64,
    rate: Rate,
}

impl TimeBase {
    /// A clock whose tick `first` is at `start`.
    pub fn new(start: Instant, first: u64, rate: Rate) -> Self {
        Self { start, first, rate }
    }

    /// The clock's frequency.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// When tick `tick` is.
    pub fn instant(&self, tick: u64) -> Instant {
        // The usual case, a whole number of hertz, without long division.
        if let (Some(n), Some(hertz)) = (tick.checked_sub(self.first), self.rate.whole()) {
            let (seconds, rest) = (n / hertz, n % hertz);
            let nanos = rest * 1_000_000_000 / hertz;
            if let Some(at) = i64::try_from(seconds)
                .ok()
                .and_then(|seconds| seconds.checked_mul(1_000_000_000))
                .and_then(|whole| whole.checked_add(nanos as i64))
                .and_then(|nanos| self.start.0.checked_add(nanos))
            {
                return Instant(at);
            }
        }
        let n = i128::from(tick) - i128::from(self.first);
        let nanos = (n * NANOS * self.rate.denominator).div_euclid(self.rate.numerator);
        Instant(i128::from(self.start.0).saturating_add(nanos).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// The first tick at or after `at`.
    pub fn tick_at(&self, at: Instant) -> u64 {
        self.short_tick_at(at).unwrap_or_else(|| self.long_tick_at(at))
    }

    /// The usual case without long division: a whole number of hertz, not before the start, not centuries ahead.
    fn short_tick_at(&self, at: Instant) -> Option<u64> {
        let hertz = self.rate.whole()?;
        let nanos = u64::try_from(at.0.checked_sub(self.start.0)?).ok()?;
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        let n = seconds.checked_mul(hertz)?.checked_add((rest * hertz).div_ceil(1_000_000_000))?;
        self.first.checked_add(n)
    }

    fn long_tick_at(&self, at: Instant) -> u64 {
        let nanos = i128::from(at.0) - i128::from(self.start.0);
        // ⌊n·D/N⌋ ≥ t exactly when n ≥ t·N/D for an integer t.
        let scale = NANOS * self.rate.denominator;
        let n = -(-nanos * self.rate.numerator).div_euclid(scale);
        (i128::from(self.first) + n).clamp(0, i128::from(u64::MAX)) as u64
    }

    /// The last tick at or before `at`.
    pub fn ticks_until(&self, at: Instant) -> u64 {
        let next = self.tick_at(at);
        if self.instant(next) > at { next.saturating_sub(1) } else { self.last_of(next, at) }
    }

    /// Several ticks of a clock above 1 GHz share a nanosecond; below that, `tick` is the one.
    fn last_of(&self, mut tick: u64, at: Instant) -> u64 {
        while self.instant(tick + 1) <= at {
            tick += 1;
        }
        tick
    }

    /// The same clock with `pulses` of each 2²⁰ left out, as the RTC's calibration does (RM0008, 6.3.2).
    pub fn slowed(&self, pulses: u32) -> Self {
        if pulses == 0 {
            return *self;
        }
        Self { rate: self.rate.scaled((1 << 20) - pulses, 1 << 20), ..*self }
    }

    /// The same clock counting on at another rate from tick `tick`.
    pub fn switched(&self, tick: u64, rate: Rate) -> Self {
        Self { start: self.instant(tick), first: tick, rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_crystal_second_is_a_second() {
        let lse = TimeBase::new(Instant(0), 0, Rate::with_error(Hertz(32_768.0), Ppm(0.0)));
        assert_eq!(lse.instant(32_768 * 604_800), Instant(604_800 * 1_000_000_000));
        let fast = TimeBase::new(Instant(0), 0, Rate::with_error(Hertz(32_768.0), Ppm(20.0)));
        let day = fast.instant(32_768 * 86_400);
        assert_eq!(day.0 / 1_000_000, 86_400_000 - 1_728, "20 ppm is 1.728 s a day");
    }

    proptest! {
        #[test]
        fn the_short_way_is_the_long_one(hertz in 1u32.., first in any::<u64>(), start in any::<i64>(), at in any::<i64>()) {
            let clock = TimeBase::new(Instant(start), first, Rate::hertz(hertz));
            if let Some(short) = clock.short_tick_at(Instant(at)) {
                prop_assert_eq!(short, clock.long_tick_at(Instant(at)));
            } else {
                prop_assert!(at < start || at.checked_sub(start).is_none() || first > 0 || hertz > 1_000_000_000);
            }
        }

        #[test]
        fn a_rate_is_the_same_whichever_way_it_came(hertz in 1u32..20_000_000, times in 1u32..16, divided in 1u32..512) {
            let there = Rate::hertz(hertz).scaled(times, 1);
            prop_assert_eq!(there.scaled(divided, divided), there);
            prop_assert_eq!(there.whole(), Some(u64::from(hertz * times)));
        }

        #[test]
        fn tick_and_instant_agree(hertz in 1u32..72_000_000, tick in 0u64..1_000_000_000_000, start in -1_000_000_000i64..1_000_000_000) {
            let clock = TimeBase::new(Instant(start), 17, Rate::hertz(hertz));
            let tick = tick + 17;
            let at = clock.instant(tick);
            prop_assert_eq!(clock.tick_at(at), tick);
            prop_assert_eq!(clock.ticks_until(at), tick);
            prop_assert!(clock.instant(clock.tick_at(Instant(at.0 + 1))) > at);
        }
    }
}
