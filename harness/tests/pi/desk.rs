//! A fake Pi on a desk, and the command beside it.

use crate::support::{Place, Ran};
use brownout_fake_pi::{FakePi, Flash};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::flash_virtual;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

const PI_12V: &str = include_str!("../../../rigs/pi-12v.toml");

/// The simulator's threads may come later than a kernel's: its timestamps are told with more patience. The limits of the
/// scenarios are far above it.
const PATIENT: (&str, &str) = ("time    = \"100us\"", "time    = \"5ms\"");

/// The desk.
pub struct Desk {
    /// Where the command runs, with scenarios.
    pub here: Place,
    /// What it runs on.
    pub fake: FakePi,
    _folder: TempDir,
}

impl Desk {
    /// With the 12 V rig, its board blank, and the shipped scenarios of these themes.
    pub fn new(themes: &[&str]) -> Self {
        Self::with(Place::shipped(themes), |text| text)
    }

    /// With its rig file changed.
    pub fn with(here: Place, change: impl FnOnce(String) -> String) -> Self {
        Self::holding(here, Flash::Blank, change)
    }

    /// With the reference firmware on its board.
    pub fn flashed(here: Place) -> Self {
        let board = Rig::load(Path::new("virtual-12v")).unwrap();
        let (name, elf) = SHIPPED_FIRMWARE;
        let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
        let flashed = flash_virtual(board.stand.wiring().unwrap(), "STM32F103C8", &firmware).unwrap();
        Self::holding(here, Flash::Holding(&flashed), |text| text)
    }

    fn holding(here: Place, flash: Flash<'_>, change: impl FnOnce(String) -> String) -> Self {
        assert!(PI_12V.contains(PATIENT.0));
        let text = change(PI_12V.replace(PATIENT.0, PATIENT.1));
        let pi = Rig::parse(&text, Path::new("pi-12v.toml")).unwrap();
        let board = Rig::load(Path::new("virtual-12v")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let fake = FakePi::start(&pi, &board, flash, 1, folder.path()).unwrap();
        here.write("pi.toml", fake.rig_text());
        Self { here, fake, _folder: folder }
    }

    /// The command, on the fake Pi; a variable of its own can still be set or taken away.
    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.here.command(args);
        command.envs(self.fake.environment()).env("BROWNOUT_UNCALIBRATED", "1");
        command
    }

    /// The command, to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// The command, beside the test.
    pub fn begin(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs these cases of a scenario with the reference firmware, records them, and gives what came of it.
    pub fn cases(&self, scenario: &str, cases: &[&str]) -> Ran {
        let (path, elf) = (format!("scenarios/{scenario}.toml"), elf("weekly"));
        let mut args =
            vec!["run", &path, "--rig", "pi.toml", "--firmware", &elf, "--record", "records", "--", "--exact"];
        args.extend(cases);
        self.run(&args)
    }
}

/// A firmware's file.
pub fn elf(name: &str) -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/elf");
    folder.join(format!("{name}.elf")).display().to_string()
}
