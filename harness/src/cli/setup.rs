//! What a run stands on, from its options: rig, plan, record folder, bench.

use super::bench::{Lab, Ready, RigFiles, Trouble};
use super::exit::Exit;
use super::output::Output;
use crate::plan::{Case, Plan, Target, plan_paths};
use crate::runner::Station;
use crate::runner::log::{hash, with_causes};
use crate::runner::quarantine::Quarantine;
use crate::runner::seed;
use crate::runner::watch::Watch;
use crate::show::Look;
use crate::show::words::printable;
use crate::snapshot::Board;
use brownout_reports::record::{Header, Sha256};
use brownout_reports::{CaseName, RunFolder};
use brownout_rigs::calibration::{Calibration, Day};
use brownout_rigs::lock::{Holder, LockError, RigLock};
use brownout_rigs::lot::Lot;
use brownout_rigs::rig::Rig;
use brownout_trace::{Instant, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A plan for a rig; `None` if there are faults, which are shown then.
pub fn plan(paths: &[PathBuf], files: &RigFiles, output: &mut Output) -> Option<Plan> {
    match plan_paths(paths, Target { profile: &files.profile, highest: files.rig.highest, rig: Some(&files.rig) }) {
        Ok(plan) => Some(plan),
        Err(faults) => {
            for fault in &faults.0 {
                let text = output.talk_look.fault(fault);
                output.talk(&format!("{}\n", text.trim_end_matches('\n')));
            }
            output.error(&faults.to_string());
            None
        }
    }
}

/// `1 case`, `2 cases`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// How many of the cases are skipped, and why: a line for each reason. Known before anything is run.
pub fn skips<'c>(cases: impl Iterator<Item = &'c Case>) -> Vec<String> {
    let mut skips: BTreeMap<&str, usize> = BTreeMap::new();
    for why in cases.filter_map(|case| case.skip.as_deref()) {
        *skips.entry(why).or_default() += 1;
    }
    skips.iter().map(|(why, number)| format!("{} skipped: {}", count(*number, "case"), printable(why))).collect()
}

/// Everything that the cases of one rig share; owns what a [`Station`] borrows.
pub struct Setup {
    files: RigFiles,
    ready: Ready,
    folder: Option<RunFolder>,
    header: Header,
    terms: Terms,
    /// Held, never read; the last to go, when nothing of the rig is in use any more.
    _lock: Option<Arc<RigLock>>,
}

/// What cases are run under, on every rig.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The run's seed.
    pub seed: u64,
    /// How failures are shown.
    pub look: Look,
    /// What ends a case from outside.
    pub watch: Watch,
    /// Failures that are known.
    pub quarantine: Quarantine,
    /// A rig whose calibration is overdue or missing may be used.
    pub uncalibrated: bool,
}

/// The most wall time of a case on a virtual rig where `--case-time` says nothing. No shipped case takes a tenth of it; a week
/// of a firmware that never sleeps would take hours.
const USUAL_CASE_TIME: Span = Span::secs(600);

/// Whether a rig is the board and nothing else, so that every event on it is the one that was approved: what a meter reads is
/// its own, and the nominal board of a lot is a board of its own.
fn is_plain(rig: &Rig) -> bool {
    rig.meter.is_none() && Lot::draw(rig, seed::USUAL, 1).is_none()
}

/// The most wall time of a case on this rig. On a physical one it is the bench time, which the scenario asked for.
fn case_time(asked: Option<Span>, rig: &Rig) -> Option<Span> {
    asked.or_else(|| rig.stand.wiring().map(|_| USUAL_CASE_TIME))
}

impl Setup {
    /// Takes the rig's lock, flashes the board and makes the record folder, in this order: a run that cannot begin
    /// leaves no folder, and touches no rig that another one holds.
    ///
    /// # Errors
    /// What is wrong, and how the command ends.
    pub fn new(
        files: RigFiles,
        lab: &dyn Lab,
        firmware: Option<&Path>,
        record: Option<&Path>,
        terms: Terms,
    ) -> Result<Self, (Exit, String)> {
        let calibration =
            calibrated(&files.rig, Day::today(), terms.uncalibrated).map_err(|why| (Exit::RigTrouble, why))?;
        let lock = lock(&files.rig).map_err(|error| (Exit::RigTrouble, with_causes(&error)))?;
        let lock = lock.map(Arc::new);
        let wall = case_time(terms.watch.wall, &files.rig);
        let watch = Watch { lock: lock.clone(), wall, ..terms.watch.clone() };
        let terms = Terms { watch, ..terms };
        let ready = lab.ready(&files, firmware, &terms.watch).map_err(|trouble| match trouble {
            Trouble::File(why) => (Exit::Usage, why),
            Trouble::Rig(why) => (Exit::RigTrouble, format!("the rig `{}`: {why}", files.rig.name)),
        })?;
        let folder = record.map(RunFolder::create).transpose();
        let folder = folder.map_err(|error| (Exit::RigTrouble, with_causes(&error)))?;
        let mut header = header(&files, ready.firmware, terms.seed);
        if let Some((calibration, text)) = calibration {
            header.calibrated = Some(calibration.date.to_string());
            header.calibration_file = Some(hash(text.as_bytes()));
        }
        Ok(Self { files, ready, folder, header, terms, _lock: lock })
    }

    /// What a case stands on.
    pub fn station(&self) -> Station<'_> {
        Station {
            bench: self.ready.runner.as_ref(),
            board: Board {
                profile: &self.files.profile.name,
                base: self.files.profile.base.as_deref(),
                is_exact: self.terms.seed == seed::USUAL && is_plain(&self.files.rig),
            },
            seed: self.terms.seed,
            quarantine: &self.terms.quarantine,
            watch: &self.terms.watch,
            folder: self.folder.as_ref(),
            header: self.header.clone(),
            look: self.terms.look,
        }
    }

    /// What was done to the board, in a line of talk.
    pub fn said(&self) -> &str {
        &self.ready.said
    }

    /// The rig's name.
    pub fn rig(&self) -> &str {
        &self.files.rig.name
    }

    /// What a report says of the run.
    pub fn properties(&self) -> Vec<(&'static str, String)> {
        let firmware = self.header.firmware.map(|hash| ("firmware-sha256", hash.to_string()));
        let common = [
            ("rig", self.header.rig.clone()),
            ("board", self.header.board.clone()),
            ("seed", self.terms.seed.to_string()),
            ("tool", self.header.tool.clone()),
        ];
        let calibrated = self.header.calibrated.clone().map(|date| ("calibrated", date));
        common.into_iter().chain(firmware).chain(calibrated).collect()
    }

    /// Where the run is recorded, if it is.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(RunFolder::path)
    }
}

/// Takes a rig's lock, if it has one.
///
/// # Errors
/// Who holds it, or why it cannot be had.
pub fn lock(rig: &Rig) -> Result<Option<RigLock>, LockError> {
    let lock = rig.lock_file().map(|path| {
        let what: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        RigLock::take(&path, &rig.name, &Holder::this(&what.join(" ")))
    });
    lock.transpose()
}

/// What `rig check` found of a rig, with the file's text; `None` if the rig is virtual, or has none and may be used all the same.
///
/// # Errors
/// There is none, it is overdue, or the rig was found bad; unless it may be used `uncalibrated`.
fn calibrated(rig: &Rig, today: Day, uncalibrated: bool) -> Result<Option<(Calibration, String)>, String> {
    let Some(path) = rig.calibration_file() else { return Ok(None) };
    let name = &rig.name;
    let refused = |why: String| format!("the rig `{name}`: {why}; --uncalibrated uses it all the same");
    match Calibration::load(&path, name) {
        Ok((found, _)) if found.is_overdue(today) && !uncalibrated => {
            let due = found.due;
            Err(refused(format!("its calibration was due on {due}: `brownout rig check` makes a new one")))
        }
        Ok(found) => Ok(Some(found)),
        Err(_) if uncalibrated => Ok(None),
        Err(error) => Err(refused(with_causes(&error))),
    }
}

/// What all records of a run have in common.
fn header(files: &RigFiles, firmware: Option<Sha256>, seed: u64) -> Header {
    Header {
        case: CaseName(String::new()),
        title: String::new(),
        attempt: 1,
        seed,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        firmware,
        scenario: hash(b""),
        rig_file: hash(files.rig.text.as_bytes()),
        board_file: files.board_file,
        rig: files.rig.name.clone(),
        board: files.profile.name.clone(),
        board_serial: None,
        calibrated: None,
        calibration_file: None,
        origin: Instant::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_rig_gives_a_case_ten_minutes_unless_asked() {
        let rig = |name| Rig::load(Path::new(name)).unwrap();
        assert_eq!(case_time(None, &rig("virtual-5v")), Some(Span::secs(600)));
        assert_eq!(case_time(Some(Span::secs(1)), &rig("virtual-5v")), Some(Span::secs(1)));
        assert_eq!(case_time(None, &rig("pi-5v")), None);
    }
}
