//! What keeps a run short: the first failure, a limit of wall time.

use super::case::{End, Finished};
use super::estimate::{Pace, as_span};
use crate::plan::Case;
use brownout_trace::Span;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as WallInstant};

/// The bounds of one run, over all its rigs and threads. The clock starts when they are made.
#[derive(Debug)]
pub struct Bounds {
    fail_fast: bool,
    repeat: usize,
    failed: AtomicBool,
    limit: Option<Limit>,
    pace: Pace,
}

#[derive(Debug, Clone, Copy)]
struct Limit {
    asked: Span,
    end: WallInstant,
}

impl Bounds {
    /// Stops beginning cases after the first that a board failed, if `fail_fast`, and those that would not end within
    /// `max_time` from now. Every case comes `repeat` times.
    pub fn new(fail_fast: bool, repeat: NonZeroU32, max_time: Option<Span>) -> Self {
        let limit = max_time.and_then(|asked| {
            let wall = Duration::from_nanos(u64::try_from(asked.0).unwrap_or(0));
            WallInstant::now().checked_add(wall).map(|end| Limit { asked, end })
        });
        let repeat = usize::try_from(repeat.get()).unwrap_or(usize::MAX);
        Self { fail_fast, repeat, failed: AtomicBool::new(false), limit, pace: Pace::default() }
    }

    /// Why a case is not begun any more; `None` if it is. A shorter one may still fit.
    pub fn refuse(&self, case: &Case) -> Option<String> {
        if case.skip.is_some() {
            return None;
        }
        if self.fail_fast && self.failed.load(Ordering::Relaxed) {
            return Some("a case failed before it (--fail-fast)".to_owned());
        }
        let limit = self.limit?;
        let left = limit.end.saturating_duration_since(WallInstant::now());
        let needs = self.pace.of(case);
        (needs > left).then(|| format!("no time left for it (--max-time {})", limit.asked))
    }

    /// A case has ended.
    pub fn ended(&self, case: &Case, finished: &Finished) {
        if matches!(finished.end, End::Failed | End::Bug) {
            self.failed.store(true, Ordering::Relaxed);
        }
        if finished.end != End::Skipped {
            self.pace.ended(case, finished.wall);
        }
    }

    /// How often every case is run.
    pub fn repeat(&self) -> usize {
        self.repeat
    }

    /// What an estimate beforehand has become by now.
    pub fn by_now(&self, estimate: Duration) -> Duration {
        self.pace.by_now(estimate)
    }

    /// How long a case will take, by what others took.
    pub fn estimate(&self, case: &Case) -> Span {
        as_span(self.pace.of(case))
    }
}
