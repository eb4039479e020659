//! A rig with its board flashed: what cases run on. Flashing happens once; each case gets its own bench, with the
//! verified image restored.

use crate::arrange;
use crate::execute::run_case;
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::runner::watch::{CaseWatch, Watch};
use brownout_rigs::bench::RigFault;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::{self, FlashError, Flashed};
use brownout_rigs::live::{Live, ServeError};
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use brownout_trace::{Event, Instant};
use std::path::Path;

/// A rig, the profile of the board on it, and the firmware as probe-rs wrote and verified it.
#[derive(Debug, Clone)]
pub struct Rigged {
    /// The rig.
    pub rig: Rig,
    /// What its board promises.
    pub profile: Profile,
    flashed: Flashed,
}

/// The chip of the virtual board, where a profile names none.
pub const VIRTUAL_CHIP: &str = "STM32F103C8";

impl Rigged {
    /// Flashes and verifies `firmware`, once.
    pub fn flash(rig: Rig, profile: Profile, firmware: &Firmware) -> Result<Self, FlashError> {
        let chip = profile.chip.as_deref().unwrap_or(VIRTUAL_CHIP);
        let no_board = || FlashError::building(format!("the rig `{}` has no virtual board", rig.name));
        let flashed = flashing::flash_virtual(rig.stand.wiring().ok_or_else(no_board)?, chip, firmware)?;
        Ok(Self { rig, profile, flashed })
    }

    /// The same flash on a rig that differs in the parts of its board.
    #[must_use]
    pub fn with_rig(&self, rig: Rig) -> Self {
        Self { rig, profile: self.profile.clone(), flashed: self.flashed.clone() }
    }

    /// Runs one case. `seed` is the case's own; a restart after a spoilt shot draws from a stream of its own.
    pub fn run(&self, case: &Case, seed: u64, sink: &mut dyn FnMut(&Event)) -> CaseOutcome {
        self.run_watched(case, seed, Watch::default().begin(), sink)
    }

    /// [`Rigged::run`], ended as inconclusive when `watch` says so.
    pub fn run_watched(
        &self,
        case: &Case,
        seed: u64,
        watch: CaseWatch<'_>,
        sink: &mut dyn FnMut(&Event),
    ) -> CaseOutcome {
        let start = arrange::start_instant(case, &self.profile);
        let mut bench = |attempt: u32| {
            let seed = seed.wrapping_add(u64::from(attempt - 1));
            VirtualBench::new(&self.rig, &self.flashed, seed, start).map(|bench| watch.over(bench))
        };
        run_case(&mut bench, case, &self.profile, sink)
    }

    /// A bench with the board on it, without supply.
    ///
    /// # Errors
    /// The rig file describes no possible board.
    pub fn bench(&self, seed: u64, start: Instant) -> Result<VirtualBench, RigFault> {
        VirtualBench::new(&self.rig, &self.flashed, seed, start)
    }

    /// The board to be lived with in wall-clock time, reachable in `folder`.
    pub fn live(&self, name: &str, seed: u64, folder: &Path) -> Result<Live, ServeError> {
        Live::new(name, &self.rig, &self.flashed, seed, folder)
    }
}
