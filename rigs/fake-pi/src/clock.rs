//! Bench time and the kernel's CLOCK_MONOTONIC, which the events of lines are stamped with.

use brownout_trace::{Instant, Span};
use rustix::time::{ClockId, clock_gettime};

/// A world further behind than this is not brought up to now: the machine slept, or cannot keep up.
const FURTHEST: Span = Span::secs(2);

/// A reading of CLOCK_MONOTONIC in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(pub u64);

impl Monotonic {
    /// Now.
    pub fn now() -> Self {
        let now = clock_gettime(ClockId::Monotonic);
        Self(now.tv_sec.unsigned_abs() * 1_000_000_000 + now.tv_nsec.unsigned_abs())
    }
}

/// Where bench time 0 lies on it.
#[derive(Debug, Clone)]
pub struct Clock {
    zero: i64,
    let_go: Span,
}

impl Clock {
    /// Bench time 0 is now.
    pub fn start() -> Self {
        Self { zero: as_nanos(Monotonic::now()), let_go: Span::ZERO }
    }

    /// In bench time.
    pub fn instant(&self, at: Monotonic) -> Instant {
        Instant(as_nanos(at) - self.zero)
    }

    /// On the kernel's clock.
    pub fn monotonic(&self, at: Instant) -> Monotonic {
        Monotonic((at.0 + self.zero).unsigned_abs())
    }

    /// Lets go of what a world at `now` can no longer make up.
    pub fn forgive(&mut self, now: Instant, at: Monotonic) {
        let behind = self.instant(at) - now;
        if behind > FURTHEST {
            self.zero += behind.0;
            self.let_go = self.let_go + behind;
        }
    }

    /// How much time was let go so far: the machine slept, or is too slow. Nothing was measured right meanwhile.
    pub fn let_go(&self) -> Span {
        self.let_go
    }
}

fn as_nanos(at: Monotonic) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_lead_to_the_same_instant() {
        let clock = Clock::start();
        let at = Instant(1_234_567_890);
        assert_eq!(clock.instant(clock.monotonic(at)), at);
    }

    #[test]
    fn what_cannot_be_made_up_is_let_go_and_said() {
        let mut clock = Clock::start();
        let at = clock.monotonic(Instant(3_000_000_000));
        clock.forgive(Instant(1_500_000_000), at);
        assert_eq!(clock.let_go(), Span::ZERO);
        clock.forgive(Instant::ZERO, at);
        assert_eq!((clock.let_go(), clock.instant(at)), (Span::secs(3), Instant::ZERO));
    }
}
