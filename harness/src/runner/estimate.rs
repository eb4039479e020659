//! How long a case will take on the wall's clock: told beforehand, corrected by the cases that have ended.

use crate::plan::Case;
use brownout_trace::Span;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a case costs whatever it does: a fresh board, arranging it, its record and snapshot.
const EACH: Duration = Duration::from_millis(3);
/// Bench time that passes in a unit of wall time on one core of the virtual bench. Measured with the reference firmware
/// in a release build: a week asleep between its seconds took 1 to 2 s, so 300 000 to 600 000; a third of that is
/// promised, since machines differ.
const SPEED: u32 = 100_000;

/// The estimate before anything was run.
pub fn beforehand(case: &Case) -> Duration {
    let span = |span: Span| Duration::from_nanos(u64::try_from(span.0).unwrap_or(0));
    match (&case.skip, case.arranging) {
        (Some(_), _) => Duration::ZERO,
        (None, Some(arranging)) => span(arranging) + span(case.takes),
        (None, None) => EACH + span(case.takes) / SPEED,
    }
}

/// Wall time as a span, to be said in words.
pub fn as_span(wall: Duration) -> Span {
    Span::nanos(i64::try_from(wall.as_nanos()).unwrap_or(i64::MAX))
}

/// Corrects estimates by what cases really took: a debug build or a busy machine is slower than promised.
#[derive(Debug, Default)]
pub struct Pace(Mutex<Seen>);

#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    estimated: Duration,
    took: Duration,
}

impl Pace {
    /// A case has ended.
    pub fn ended(&self, case: &Case, took: Duration) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.estimated += beforehand(case);
        seen.took += took;
    }

    /// The estimate by now.
    pub fn of(&self, case: &Case) -> Duration {
        self.by_now(beforehand(case))
    }

    /// What an estimate beforehand has become by now.
    pub fn by_now(&self, estimate: Duration) -> Duration {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.estimated.is_zero() {
            return estimate;
        }
        Duration::try_from_secs_f64(estimate.as_secs_f64() * seen.took.div_duration_f64(seen.estimated))
            .unwrap_or(Duration::MAX)
    }
}
