//! From a rig file and a firmware to a bench that can run cases: the one place where the command meets the rigs.

use super::fit::{self, Contradiction};
use crate::on_pi::OnPi;
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::rigged::Rigged;
use crate::runner::CaseRunner;
use crate::runner::log::{hash, with_causes};
use crate::runner::watch::{CaseWatch, Watch};
use brownout_reports::record::Sha256;
use brownout_rigs::bench::RigFault;
use brownout_rigs::bench::pi::PiRig;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::Doing;
use brownout_rigs::profile::Profile;
use brownout_rigs::profile::load::SHIPPED;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::Event;
use std::fs;
use std::path::Path;

/// A rig and the board on it, as their files describe them. Nothing is energised.
pub struct RigFiles {
    /// The rig.
    pub rig: Rig,
    /// The board.
    pub profile: Profile,
    /// Hash of the board's file.
    pub board_file: Sha256,
}

/// A bench, flashed and ready.
pub struct Ready {
    /// What runs the cases.
    pub runner: Box<dyn CaseRunner + Send + Sync>,
    /// Hash of the firmware file, if one was flashed.
    pub firmware: Option<Sha256>,
    /// What was done, in a line of talk.
    pub said: String,
}

/// Why there is no bench to run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A file that will not do; exit status 2.
    File(String),
    /// The rig; exit status 75.
    Rig(String),
}

/// What makes benches ready; tests have one of their own.
pub trait Lab: Sync {
    /// Flashes `firmware` onto the rig's board. Without one a virtual board gets the shipped one, and a board on a desk is
    /// tested as it is. What is energised meanwhile is so under `watch`.
    ///
    /// # Errors
    /// A file that is no firmware for the board, or a rig that could not be flashed.
    fn ready(&self, files: &RigFiles, firmware: Option<&Path>, watch: &Watch) -> Result<Ready, Trouble>;
}

/// The rigs as they are.
pub struct Rigs;

impl Lab for Rigs {
    fn ready(&self, files: &RigFiles, firmware: Option<&Path>, watch: &Watch) -> Result<Ready, Trouble> {
        if files.rig.stand.pi().is_some() {
            return on_pi(files, firmware, watch);
        }
        let firmware = self::firmware(firmware)?;
        let flashed = Rigged::flash(files.rig.clone(), files.profile.clone(), &firmware);
        let rigged = flashed.map_err(|error| match error.doing {
            // What is in a file stays there: trying again would not help.
            Doing::Building | Doing::ReadingFirmware => Trouble::File(with_causes(&error)),
            _ => Trouble::Rig(with_causes(&error)),
        })?;
        Ok(Ready {
            runner: Box::new(rigged),
            firmware: Some(Sha256(firmware.sha256())),
            said: format!("flashed {} by probe-rs and verified it", firmware.name()),
        })
    }
}

/// A Pi rig, looked at and safe; its board flashed if a firmware is named.
fn on_pi(files: &RigFiles, firmware: Option<&Path>, watch: &Watch) -> Result<Ready, Trouble> {
    let firmware = firmware.map(|path| self::firmware(Some(path))).transpose()?;
    let hash = firmware.as_ref().map(|firmware| Sha256(firmware.sha256()));
    let name = firmware.as_ref().map(|firmware| firmware.name().to_owned());
    let trouble = |fault: RigFault| Trouble::Rig(fault.to_string());
    let rig = PiRig::new(&files.rig, &files.profile, firmware, watch.outside()).map_err(trouble)?;
    let prepared = rig.prepare().map_err(trouble)?;
    let mut said = match name {
        Some(name) => format!("flashed {name} by probe-rs and verified it"),
        None => "the board is tested as it is, without --firmware".to_owned(),
    };
    prepared.warnings.iter().for_each(|warning| said.push_str(&format!("; warning: {warning}")));
    Ok(Ready { runner: Box::new(OnPi::new(rig, files.profile.clone())), firmware: hash, said })
}

/// The firmware of this file; the shipped one if none is named.
///
/// # Errors
/// A file that is no firmware.
pub fn firmware(path: Option<&Path>) -> Result<Firmware, Trouble> {
    match path {
        Some(path) => Firmware::load(path).map_err(|error| Trouble::File(error.to_string())),
        None => {
            let (name, elf) = SHIPPED_FIRMWARE;
            Firmware::from_bytes(name, elf.to_vec())
                .map_err(|(why, help)| Trouble::File(format!("the shipped firmware {why}; {help}")))
        }
    }
}

impl CaseRunner for Rigged {
    fn run(&self, case: &Case, seed: u64, watch: CaseWatch<'_>, sink: &mut dyn FnMut(&Event)) -> CaseOutcome {
        self.run_watched(case, seed, watch, sink)
    }

    fn on_rig(&self, rig: Rig) -> Option<Box<dyn CaseRunner + '_>> {
        Some(Box::new(self.with_rig(rig)))
    }
}

impl RigFiles {
    /// Reads a rig file and its board's profile; the shipped rig if none is named. The profile stands in `boards/`
    /// beside the rig file, or is a shipped one.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn load(path: Option<&Path>) -> Result<Self, String> {
        let rig = path.map_or_else(Rig::shipped, Rig::load).map_err(|error| error.to_string())?;
        let beside = path.map(|path| path.with_file_name("boards").join(format!("{}.toml", rig.board)));
        let (profile, text) = match beside.filter(|file| file.is_file()) {
            Some(file) => {
                (Profile::load(&file), fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?)
            }
            None => {
                let text = SHIPPED.iter().find(|(name, _)| *name == rig.board).map(|(_, text)| *text);
                let profile = Profile::shipped(&rig.board);
                let (Some(profile), Some(text)) = (profile, text) else {
                    return Err(format!(
                        "no board profile `{}`: it is neither shipped nor in `boards/` beside the rig file",
                        rig.board
                    ));
                };
                (profile, text.as_bytes().to_vec())
            }
        };
        let profile = profile.map_err(|error| error.to_string())?;
        let files = Self { rig, profile, board_file: hash(&text) };
        let Some(Contradiction { key, why }) = fit::contradiction(&files.rig, &files.profile) else { return Ok(files) };
        let why = format!("the rig `{}` does not fit its board `{}`: {why}", files.rig.name, files.profile.name);
        let shipped = format!("{}.toml", files.rig.name);
        Err(files.rig.fault(path.unwrap_or(Path::new(&shipped)), &key, why).to_string())
    }
}
