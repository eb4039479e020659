//! Running cases: what `brownout run` and the test target share.
//!
//! For each case: its own [`seed`], the bench behind [`CaseRunner`], the record as it goes ([`log`]), the snapshot
//! after it, and one [`Finished`] to tell of it. [`pool`] runs many at once within [`bounds`] and hands them over in plan
//! order.

pub mod bounds;
pub mod case;
pub mod estimate;
pub mod log;
pub mod panics;
pub mod pool;
pub mod quarantine;
pub mod seed;
pub mod watch;

pub use case::{End, Finished, Station, finish_case, not_run};

use crate::outcome::CaseOutcome;
use crate::plan::Case;
use brownout_rigs::rig::Rig;
use brownout_trace::Event;
use std::num::NonZeroUsize;
use watch::CaseWatch;

/// What can run a case: a bench, flashed and ready. One serves every thread.
pub trait CaseRunner: Sync {
    /// Runs a case with its own seed and judges it; hands every event to `sink` as it happens. The verdict comes with
    /// the outcome: of [`What::Ended`](brownout_trace::What::Ended) the caller writes its own.
    /// The bench gives up, inconclusive, when `watch` says so.
    fn run(&self, case: &Case, seed: u64, watch: CaseWatch<'_>, sink: &mut dyn FnMut(&Event)) -> CaseOutcome;

    /// How many cases it can run at once, if that is limited: a physical rig has one board.
    fn at_once(&self) -> Option<NonZeroUsize> {
        None
    }

    /// The same firmware on a rig that differs in the parts of its board. `None` where nobody can change them: a board on
    /// a desk.
    fn on_rig(&self, _rig: Rig) -> Option<Box<dyn CaseRunner + '_>> {
        None
    }
}
