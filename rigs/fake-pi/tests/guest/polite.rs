//! What the preloaded library leaves alone.

use super::talk::{Guest, Host, Outcome, PI, ROLE, output};
use brownout_rigs::rig::Rig;
use brownout_rigs::rig::pi::PiWires;
use rppal::gpio::Gpio;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

/// SIGSEGV.
const SEGMENTATION: i32 = 11;

pub fn silent() -> Outcome {
    let host = Host::blank();
    let [(preload, library), (socket, _)] = host.fake.environment();
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ROLE, "without the variable nothing changes").env(preload, library).env_remove(socket);
    command.env("CPUINFO", fs::read_to_string("/proc/cpuinfo")?.lines().count().to_string());
    Guest::start(&mut command).ends()
}

pub fn silent_inside() {
    let lines = fs::read_to_string("/proc/cpuinfo").unwrap().lines().count();
    assert_eq!(std::env::var("CPUINFO").unwrap(), lines.to_string());
    assert_eq!(fs::File::open("/dev/gpiochip77").unwrap_err().raw_os_error(), Some(2));
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    fs::write(&path, b"text").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"text");
}

pub fn crash() -> Outcome {
    let host = Host::blank();
    for how in ["read", "write", "overflow"] {
        let status = host.guest("a program's own faults stay its own", &[("HOW", how)]).status();
        // Rust says of a stack that overflowed what it is, and aborts.
        let wanted = if how == "overflow" { 6 } else { SEGMENTATION };
        assert_eq!(status.signal(), Some(wanted), "{how}: {status}");
    }
    Ok(())
}

#[allow(unsafe_code, reason = "a test of what happens to wild pointers has to have one")]
pub fn crash_inside() {
    let gpio = Gpio::new().unwrap();
    output(&gpio, 17).set_high();
    let nowhere = std::ptr::without_provenance_mut::<u32>(std::env::args().count() * 64);
    // Safety: none; the process is to end here.
    match std::env::var("HOW").unwrap().as_str() {
        "read" => {
            let _ = unsafe { nowhere.read_volatile() };
        }
        "write" => unsafe { nowhere.write_volatile(1) },
        _ => drop(deeper(1)),
    }
}

fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 1_000]);
    if depth == u64::MAX { 0 } else { deeper(depth + 1) + room[7] }
}

pub fn threads() -> Outcome {
    let host = Host::blank();
    host.plays("stores of many threads")
}

pub fn threads_inside() {
    let gpio = Gpio::new().unwrap();
    // Two registers of modes, eight lines, each by a thread of its own.
    let lines = [2, 3, 4, 7, 10, 11, 19, 20];
    std::thread::scope(|scope| {
        for (index, line) in lines.into_iter().enumerate() {
            let gpio = &gpio;
            scope.spawn(move || {
                let mut pin = output(gpio, line);
                for turn in 0..500 {
                    let high = (turn + index) % 3 == 0;
                    pin.write(high.into());
                    assert_eq!(pin.is_set_high(), high, "GPIO{line} reads back what it is driven to");
                }
                pin.write((index % 2 == 0).into());
            });
        }
    });
    for (index, line) in lines.into_iter().enumerate() {
        let pin = gpio.get(line).unwrap();
        assert_eq!((pin.mode(), pin.read()), (rppal::gpio::Mode::Output, (index % 2 == 0).into()), "GPIO{line}");
    }
}

pub fn rig_file() -> Outcome {
    let host = Host::blank();
    let text = host.fake.rig_text();
    let rig = Rig::parse(text, Path::new("fake.toml"))?;
    let wires: &PiWires = rig.stand.pi().unwrap();
    assert_eq!(wires.console.as_ref().unwrap().port, host.fake.console());
    assert_eq!(wires.probe.as_ref().unwrap().selector.as_deref(), Some(host.fake.probe()));
    assert!(rig.lock_file().unwrap().is_absolute() && wires.calibration.is_some());
    let shipped = Rig::parse(PI, Path::new("pi.toml"))?;
    assert_eq!(wires.supply, shipped.stand.pi().unwrap().supply, "the wires are the same");
    Ok(())
}

pub fn nothing() {}
