//! The fake Pi from the inside: this executable is its own child, with the library preloaded.

use brownout_fake_pi::{FakePi, Flash};
use brownout_rigs::rig::Rig;
use libtest_mimic::{Arguments, Failed, Trial};
use rppal::gpio::{Gpio, Trigger};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Says which of the roles below a child plays.
const ROLE: &str = "BROWNOUT_FAKE_PI_ROLE";

fn main() {
    if let Ok(role) = std::env::var(ROLE) {
        supply();
        return;
    }
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, vec![Trial::test("supply", host)]).exit();
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").unwrap();
}

fn supply() {
    say(&format!("{}", rppal::system::DeviceInfo::new().unwrap().model()));
    let gpio = Gpio::new().unwrap();
    let mut sense = gpio.get(27).unwrap().into_input();
    sense.set_interrupt(Trigger::Both, None).unwrap();
    let mut switch = gpio.get(17).unwrap().into_output_low();
    let mut watchdog = gpio.get(22).unwrap().into_output_low();
    watchdog.set_high();
    switch.set_high();
    say(&format!("switch {}", switch.is_set_high()));
    let event = sense.poll_interrupt(false, Some(Duration::from_secs(5))).unwrap();
    say(&format!("{event:?} {}", sense.read()));
}

fn host() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let text = include_str!("../../pi-12v.toml");
    let pi = Rig::parse(text, Path::new("pi-12v.toml"))?;
    let board = Rig::load(Path::new("virtual-12v"))?;
    let fake = FakePi::start(&pi, &board, Flash::Blank, 1, folder.path())?;
    let mut child = Command::new(std::env::current_exe()?);
    let out = child.env(ROLE, "x").envs(fake.environment()).output()?;
    say(&format!("{} {}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)));
    Ok(())
}
