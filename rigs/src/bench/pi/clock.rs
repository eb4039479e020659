//! Bench time on a bench in wall-clock time: CLOCK_MONOTONIC, the clock of the kernel's edge timestamps.
//!
//! This is the only place of the bench that reads it.

use brownout_trace::{Instant, Span};
use rustix::time::{ClockId, clock_gettime};
use std::ops::{Add, Sub};
use std::time::Duration;

/// A reading of CLOCK_MONOTONIC, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub i64);

impl Mono {
    /// Now.
    pub fn now() -> Self {
        let now = clock_gettime(ClockId::Monotonic);
        Self(now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec))
    }

    /// Of a time since the system was started, as the kernel stamps edges.
    pub fn since_boot(time: Duration) -> Self {
        Self(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Add<Span> for Mono {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Mono {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Mono {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A span as the standard library counts it; nothing for a negative one.
pub fn duration(span: Span) -> Duration {
    Duration::from_nanos(u64::try_from(span.0).unwrap_or(0))
}

/// Which instant of bench time is which reading of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    mono: Mono,
    bench: Instant,
}

impl Clock {
    /// One that reads `bench` at `mono`.
    pub fn new(bench: Instant, mono: Mono) -> Self {
        Self { mono, bench }
    }

    /// Bench time of a reading.
    pub fn bench(&self, mono: Mono) -> Instant {
        self.bench + (mono - self.mono)
    }

    /// The reading at an instant of bench time.
    pub fn mono(&self, bench: Instant) -> Mono {
        self.mono + (bench - self.bench)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_exact_and_nothing_overflows() {
        let clock = Clock::new(Instant::ZERO - Span::secs(5), Mono(7_000_000_001));
        assert_eq!(clock.bench(Mono(7_000_000_001)), Instant::ZERO - Span::secs(5));
        assert_eq!(clock.bench(Mono(12_000_000_003)), Instant(2));
        for at in [Instant(-9), Instant::ZERO, Instant(3_141_592_653)] {
            assert_eq!(clock.bench(clock.mono(at)), at);
        }
        assert_eq!(clock.mono(Instant::NEVER), Mono(i64::MAX));
    }
}
