//! A fake Pi on a desk, and the command beside it.

use crate::support::{Place, Ran};
use brownout_fake_pi::{FakePi, Flash};
use brownout_reports::Record;
use brownout_rigs::rig::Rig;
use brownout_trace::event::Level;
use brownout_trace::{Event, Verdict, What};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a test does.
pub type Test = (&'static str, fn());

const PI_12V: &str = include_str!("../../../rigs/pi-12v.toml");

/// The simulator's threads may come later than a kernel's: its timestamps are waited for longer. The limits of most
/// scenarios are far above it.
const TIME: &str = "time    = \"100us\"";

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The desk.
pub struct Desk {
    /// Where the command runs, with scenarios.
    pub here: Place,
    /// What it runs on.
    pub fake: FakePi,
    _folder: TempDir,
}

impl Desk {
    /// With the 12 V rig, its board blank; its timestamps may be wrong by so much.
    pub fn new(here: Place, time: &str) -> Self {
        assert!(PI_12V.contains(TIME));
        let text = PI_12V.replace(TIME, &format!("time = \"{time}\""));
        let pi = Rig::parse(&text, Path::new("pi-12v.toml")).unwrap();
        let board = Rig::load(Path::new("virtual-12v")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let fake = FakePi::start(&pi, &board, Flash::Blank, 1, folder.path()).unwrap();
        here.write("pi.toml", fake.rig_text());
        Self { here, fake, _folder: folder }
    }

    /// With the shipped scenarios of a theme.
    pub fn shipped(theme: &str, time: &str) -> Self {
        Self::new(Place::shipped(&[theme]), time)
    }

    /// With one scenario of its own: these steps on a board that closes at eight.
    pub fn stepping(steps: &str) -> Self {
        let here = Place::new();
        here.scenario(
            "case",
            &format!(
                "title = \"A case\"\nwhy = \"w\"\ncovers = [\"power-outage\"]\nsteps = [\n{steps}]\n[board]\n\
                 clock = \"Mon 07:59:58\"\nprograms = [{{ days = \"Mon-Fri\", on = \"08:00:00\", off = \"18:00:00\" }}]\n"
            ),
        );
        Self::new(here, "5ms")
    }

    /// The command, on this desk.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.here.command(args);
        command.envs(self.fake.environment());
        command
    }

    /// Flashes a firmware, runs what has this in its name below a path, records it, and gives what came of it.
    pub fn run(&self, path: &str, firmware: &str, filter: &str) -> Ran {
        Ran::of(self.command(&args(path, &elf(firmware), filter)).output().unwrap())
    }

    /// The same, of the desk's own scenario, as a process beside the test.
    pub fn begin(&self) -> Child {
        let mut command = self.command(&args("scenarios", &elf("weekly"), ""));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the desk's own scenario; something is done to the rig once its first step begins.
    pub fn during(&self, meddle: impl FnOnce(&FakePi)) -> Ran {
        let child = self.begin();
        self.wait_for("the first step", |desk| desk.recorded().iter().any(|event| is_step(&event.what)));
        meddle(&self.fake);
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Waits until something is so.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < PATIENCE, "{what} never came");
            sleep(Duration::from_millis(2));
        }
    }

    /// Whether nothing feeds the board.
    pub fn is_off(&self) -> bool {
        self.fake.level() == Level::Open
    }

    /// The events of the first run's only case so far.
    pub fn recorded(&self) -> Vec<Event> {
        let records = brownout_reports::records(&self.here.path("records/run-0001")).unwrap_or_default();
        let record = records.first().and_then(|path| Record::read(path).ok());
        record.map_or(Vec::new(), |record| record.events)
    }

    /// The run ended de-energised, with a whole record that says so.
    pub fn ended(&self, expected: Verdict) {
        assert!(self.is_off(), "{}", self.fake.level());
        assert_eq!(self.fake.driven("GPIO17".parse().unwrap()), Some(false), "the switch");
        let events = self.recorded();
        let Some(What::Ended { verdict, .. }) = events.last().map(|event| &event.what) else {
            panic!("no end: {:?}", events.last());
        };
        assert_eq!(*verdict, expected);
        assert_eq!(self.fake.troubles(), Vec::<String>::new());
    }
}

fn is_step(what: &What) -> bool {
    matches!(what, What::Step { .. })
}

fn args<'a>(path: &'a str, elf: &'a str, filter: &'a str) -> Vec<&'a str> {
    vec!["run", path, "--rig", "pi.toml", "--firmware", elf, "--record", "records", "--", filter]
}

/// A firmware's file.
pub fn elf(name: &str) -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/elf");
    folder.join(format!("{name}.elf")).display().to_string()
}
