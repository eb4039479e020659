//! What host and guest say to each other: lines, over the guest's standard input and output.

use brownout_fake_pi::{FakePi, Flash};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::{Flashed, flash_virtual};
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use libtest_mimic::Failed;
use rppal::gpio::{Event, Gpio, InputPin, OutputPin, Trigger};
use rustix::time::{ClockId, clock_gettime};
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Says in a guest's environment which theme it plays.
pub const ROLE: &str = "BROWNOUT_FAKE_PI_ROLE";

/// Long after everything: only a test that fails waits for it.
pub const EVER: Duration = Duration::from_secs(60);

/// Of a trial.
pub type Outcome = Result<(), Failed>;

/// The shipped rig on a Pi.
pub const PI: &str = include_str!("../../../pi-12v.toml");

/// The power stage in it.
const STAGE: &str = r#"{ high-side = { line = "GPIO17", active = "high" } }"#;

/// The crowbar beside it.
const CROWBAR: &str = r#"crowbar = { output = { line = "GPIO18", active = "high" }, limit = "5A" }"#;

/// The shipped rig with another power stage, and no crowbar: with most of them one would want a sense of its own.
pub fn with_stage(stage: &str) -> String {
    assert!(PI.contains(STAGE) && PI.contains(CROWBAR));
    PI.replace(STAGE, stage).replace(CROWBAR, "")
}

/// A fake Pi in a folder of its own.
pub struct Host {
    pub fake: FakePi,
    _folder: TempDir,
}

impl Host {
    /// The shipped rig with the virtual 12 V board, its flash blank.
    pub fn blank() -> Self {
        Self::of(PI, "virtual-12v", Flash::Blank)
    }

    /// The same with the weekly firmware.
    pub fn weekly() -> Self {
        Self::of(PI, "virtual-12v", Flash::Holding(&weekly()))
    }

    /// Any other.
    pub fn of(pi: &str, board: &str, flash: Flash<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pi = Rig::parse(pi, Path::new("pi.toml")).unwrap();
        let board = Rig::load(Path::new(board)).unwrap();
        let fake = FakePi::start(&pi, &board, flash, 1, folder.path()).unwrap();
        Self { fake, _folder: folder }
    }

    /// A guest that plays a theme.
    pub fn guest(&self, role: &str, more: &[(&str, &str)]) -> Guest {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(ROLE, role).envs(self.fake.environment()).envs(more.iter().copied());
        Guest::start(&mut command)
    }

    /// Plays a theme that needs no host meanwhile.
    pub fn plays(&self, role: &str) -> Outcome {
        self.guest(role, &[]).ends()
    }
}

/// The shipped firmware, flashed.
pub fn weekly() -> Flashed {
    let (name, elf) = SHIPPED_FIRMWARE;
    let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
    let rig = Rig::load(Path::new("virtual-12v")).unwrap();
    flash_virtual(rig.stand.wiring().unwrap(), "STM32F103C8", &firmware).unwrap()
}

/// The child, from its host.
pub struct Guest {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Guest {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    /// The next line it says.
    pub fn says(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// It says this next.
    pub fn said(&mut self, wanted: &str) -> Outcome {
        let said = self.says();
        if said == wanted { Ok(()) } else { Err(format!("the guest said {said:?}, not {wanted:?}").into()) }
    }

    /// It may go on.
    pub fn go_on(&mut self) {
        writeln!(self.to, "go on").unwrap();
    }

    /// Killed without a word.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It ends, and was content.
    pub fn ends(mut self) -> Outcome {
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the guest ended with {status}; it tells why above").into()) }
    }

    /// It ends, however.
    pub fn status(mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

/// Inside: tells the host.
pub fn say(line: &str) {
    let mut out = stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Inside: tells the host, and waits until it has done its part.
pub fn wait(line: &str) {
    say(line);
    stdin().lock().read_line(&mut String::new()).unwrap();
}

/// CLOCK_MONOTONIC, as edges are stamped.
pub fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap())
}

/// Of a program that does something: between these two it was done.
pub fn around(action: impl FnOnce()) -> (Duration, Duration) {
    let before = now();
    action();
    (before, now())
}

/// An edge came exactly `later` than what was done in between.
pub fn came(event: &Event, done: (Duration, Duration), later: Duration) {
    let at = event.timestamp;
    assert!(done.0 + later <= at && at <= done.1 + later, "{at:?} is not {later:?} after {done:?}");
}

/// Inside: a line that is listened to.
pub fn listen(gpio: &Gpio, line: u8) -> InputPin {
    let mut pin = gpio.get(line).unwrap().into_input();
    pin.set_interrupt(Trigger::Both, None).unwrap();
    pin
}

/// Inside: the next edge of a line.
pub fn next(pin: &mut InputPin, trigger: Trigger) -> Event {
    let event = pin.poll_interrupt(false, Some(EVER)).unwrap().expect("an edge");
    assert_eq!(event.trigger, trigger);
    event
}

/// Inside: an output, low, that keeps its state when it is dropped.
pub fn output(gpio: &Gpio, line: u8) -> OutputPin {
    let mut pin = gpio.get(line).unwrap().into_output_low();
    pin.set_reset_on_drop(false);
    pin
}

/// Until it is so: only a test that fails waits for ever.
pub fn until(mut so: impl FnMut() -> bool) -> bool {
    let begun = now();
    while now() - begun < EVER {
        if so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}
