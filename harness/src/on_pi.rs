//! A board on a Pi rig: cases run on it one after the other, each attempt from a board that had no supply.

use crate::arrange;
use crate::execute::run_case;
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::runner::CaseRunner;
use crate::runner::watch::CaseWatch;
use brownout_rigs::bench::pi::PiRig;
use brownout_rigs::bench::{Bench, RigFault};
use brownout_rigs::profile::Profile;
use brownout_trace::Event;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// A Pi rig, and the profile of the board on it.
#[derive(Debug)]
pub struct OnPi {
    rig: PiRig,
    profile: Profile,
    /// Held by the case that has the rig.
    turn: Mutex<()>,
}

impl OnPi {
    /// A rig that was looked at.
    pub fn new(rig: PiRig, profile: Profile) -> Self {
        Self { rig, profile, turn: Mutex::new(()) }
    }
}

impl CaseRunner for OnPi {
    fn run(&self, case: &Case, _seed: u64, watch: CaseWatch<'_>, sink: &mut dyn FnMut(&Event)) -> CaseOutcome {
        // A case that panicked left the rig safe: its bench is gone.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let watch = watch.anew();
        let start = arrange::start_instant(case, &self.profile);
        let mut bench = |_: u32| {
            let mut bench = watch.over_wall(self.rig.bench(start)?);
            // What a board says on its way to rest is told to nobody.
            let mut nothing = Vec::new();
            while bench.now() < start {
                bench.advance(start, &mut nothing)?;
            }
            Ok::<_, RigFault>(bench)
        };
        run_case(&mut bench, case, &self.profile, sink)
    }

    fn at_once(&self) -> Option<NonZeroUsize> {
        Some(NonZeroUsize::MIN)
    }
}
