//! A fake Pi on a desk, and the command beside it.

use crate::support::{Place, Ran};
use brownout_fake_pi::{FakePi, Flash};
use brownout_reports::Record;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::flash_virtual;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::event::Level;
use brownout_trace::{Event, Span, Verdict, What};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a test does.
pub type Test = (&'static str, fn());

/// The rig that most trials stand on.
pub const PI_12V: &str = include_str!("../../../rigs/pi-12v.toml");

/// The simulator's threads may come later than a kernel's: its timestamps are waited for longer. The limits of most
/// scenarios are far above it.
const TIME: &str = "time    = \"100us\"";

/// A simulator that is no further behind keeps up.
const KEEPS_UP: Span = Span::millis(100);

/// One that is further behind has a slow board, whose relay comes late for its scenario's limits.
const AT_ONCE: Span = Span::millis(5);

/// What probe-rs says of a simulator that took too long for a page: it always is behind while it is flashed.
const PROBE_WAITED: &str = "A timeout occurred";

/// What a machine that is too busy is told; the case may come again.
const BUSY: [&str; 5] = ["too busy", "too slow", "more than", "late shot", "arranging took until"];

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(5);

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

thread_local! {
    /// A simulator of this thread was late, or the command was, and said so.
    pub static LATE: Cell<bool> = const { Cell::new(false) };
    /// The board behind a simulator of this thread was slow.
    pub static SLOW: Cell<bool> = const { Cell::new(false) };
    /// How the last command of this thread ended; `None` while one runs.
    pub static STATUS: Cell<Option<i32>> = const { Cell::new(None) };
    /// A power path of this thread was put through what no lateness excuses.
    pub static ABUSED: Cell<bool> = const { Cell::new(false) };
}

/// The desk.
pub struct Desk {
    /// Where the command runs, with scenarios.
    pub here: Place,
    /// What it runs on.
    pub fake: FakePi,
    /// It is a mains rig, which has to be told that it may.
    energise: bool,
    _folder: TempDir,
}

impl Desk {
    /// With the 12 V rig, its board blank; its timestamps may be wrong by so much.
    pub fn new(here: Place, time: &str) -> Self {
        Self::of(&timed(PI_12V, time), "virtual-12v", here)
    }

    /// With any rig on a Pi, and the blank board of a virtual one behind it.
    pub fn of(pi: &str, board: &str, here: Place) -> Self {
        Self::holding(pi, board, Flash::Blank, here)
    }

    /// The 12 V rig with the reference firmware on its board.
    pub fn flashed(here: Place) -> Self {
        Self::flashed_of(&timed(PI_12V, "5ms"), "virtual-12v", here)
    }

    /// Any rig, with the reference firmware on its board.
    pub fn flashed_of(pi: &str, board: &str, here: Place) -> Self {
        let behind = Rig::load(Path::new(board)).unwrap();
        let (name, elf) = SHIPPED_FIRMWARE;
        let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
        let flashed = flash_virtual(behind.stand.wiring().unwrap(), "STM32F103C8", &firmware).unwrap();
        Self::holding(pi, board, Flash::Holding(&flashed), here)
    }

    fn holding(pi: &str, board: &str, flash: Flash<'_>, here: Place) -> Self {
        let pi = Rig::parse(pi, Path::new("pi.toml")).unwrap();
        let board = Rig::load(Path::new(board)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let fake = FakePi::start(&pi, &board, flash, 1, folder.path()).unwrap();
        here.write("pi.toml", fake.rig_text());
        let energise = pi.stand.is_mains();
        Self { here, fake, energise, _folder: folder }
    }

    /// With one scenario of its own: these steps on a board that closes at eight.
    pub fn stepping(steps: &str) -> Self {
        Self::new(case(steps), "5ms")
    }

    /// The command, on this desk, whose calibration nobody asks for; a mains rig may be energised.
    pub fn command(&self, args: &[&str]) -> Command {
        STATUS.set(None);
        let mut command = self.here.command(args);
        command.envs(self.fake.environment()).env("BROWNOUT_UNCALIBRATED", "1");
        if self.energise {
            command.env("BROWNOUT_ENERGISE", "1");
        }
        command
    }

    /// Waits for the end of a command, or of one that runs beside the test.
    pub fn end(&self, child: Child) -> Ran {
        let ran = Ran::of(child.wait_with_output().unwrap());
        STATUS.set(Some(ran.status));
        LATE.set(LATE.get() || is_busy(&ran) || ran.stderr.contains(PROBE_WAITED));
        ran
    }

    /// Any command of the program, over.
    pub fn on(&self, args: &[&str]) -> Ran {
        self.did(&mut self.command(args))
    }

    /// The same of one that the test has changed.
    pub fn did(&self, command: &mut Command) -> Ran {
        self.end(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Flashes a firmware, runs what has this in its name below a path, records it, and gives what came of it.
    pub fn run(&self, path: &str, firmware: &str, filter: &str) -> Ran {
        self.ran(self.spawned(path, firmware, filter))
    }

    /// The same, of the desk's own scenario, as a process beside the test.
    pub fn begin(&self) -> Child {
        self.spawned("scenarios", "weekly", "")
    }

    fn spawned(&self, path: &str, firmware: &str, filter: &str) -> Child {
        let mut command = self.command(&args(path, &elf(firmware), filter));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Waits for its end. Whether the simulator keeps up counts from the first event of a case on.
    fn ran(&self, mut child: Child) -> Ran {
        while self.recorded().is_empty() && child.try_wait().unwrap().is_none() {
            sleep(GLANCE);
        }
        self.fake.most_behind();
        self.end(child)
    }

    /// Runs the desk's own scenario; something is done to the rig once its first step begins.
    pub fn during(&self, meddle: impl FnOnce(&FakePi)) -> Ran {
        let mut child = self.begin();
        let begun = |desk: &Self| desk.recorded().iter().any(|event| is_step(&event.what));
        while !begun(self) && child.try_wait().unwrap().is_none() {
            sleep(GLANCE);
        }
        meddle(&self.fake);
        self.ran(child)
    }

    /// Waits until something is so.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            // A case that ended since the machine was too busy has come to nothing, as one that says so by its status.
            let gave_up = self.gave_up();
            LATE.set(LATE.get() || gave_up);
            assert!(!gave_up && began.elapsed() < PATIENCE, "{what} never came");
            sleep(GLANCE);
        }
    }

    /// Whether the case is over since the machine was too busy.
    fn gave_up(&self) -> bool {
        let events = self.recorded();
        let is_over =
            events.iter().any(|event| matches!(event.what, What::Ended { verdict: Verdict::Inconclusive, .. }));
        is_over && BUSY.iter().any(|busy| format!("{events:?}").contains(busy))
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

impl Drop for Desk {
    /// However a trial ends, a real rig would have lived through it.
    fn drop(&mut self) {
        let behind = self.fake.most_behind();
        LATE.set(LATE.get() || behind > KEEPS_UP);
        SLOW.set(SLOW.get() || behind > AT_ONCE);
        let abuses = self.fake.abuses();
        ABUSED.set(ABUSED.get() || !abuses.is_empty());
        if !std::thread::panicking() {
            assert!(abuses.is_empty(), "{abuses:?}");
        }
    }
}

/// Whether a run came to nothing since the machine was too busy.
pub fn is_busy(ran: &Ran) -> bool {
    // While the board is flashed there is no case yet to say it of.
    let told = |busy: &str| ran.stdout.contains(busy) || ran.stderr.contains(busy);
    ran.status == 75 && BUSY.iter().any(|busy| told(busy))
}

/// A rig file whose timestamps may be wrong by so much.
pub fn timed(pi: &str, time: &str) -> String {
    assert!(pi.contains(TIME));
    pi.replace(TIME, &format!("time = \"{time}\""))
}

/// A place with one scenario: these steps on a board that closes at eight.
pub fn case(steps: &str) -> Place {
    let here = Place::new();
    here.scenario(
        "case",
        &format!(
            "title = \"A case\"\nwhy = \"w\"\ncovers = [\"power-outage\"]\nsteps = [\n{steps}]\n[board]\n\
             clock = \"Mon 07:59:58\"\nprograms = [{{ days = \"Mon-Fri\", on = \"08:00:00\", off = \"18:00:00\" }}]\n"
        ),
    );
    here
}

/// Whether a step begins.
pub fn is_step(what: &What) -> bool {
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
