//! The board's serial port and its debug port.

use super::talk::{EVER, Host, Outcome, feed, listen, next, output, wait};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing;
use brownout_rigs::rig::SHIPPED_FIRMWARE;
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, Probe};
use probe_rs::{MemoryInterface, Permissions};
use rppal::gpio::{Gpio, OutputPin, Trigger};
use serialport::SerialPort;
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

const CONSOLE: &str = "CONSOLE";
const PROBE: &str = "PROBE";

fn keep_on(gpio: &Gpio) -> OutputPin {
    let (mut switch, watchdog) = (output(gpio, 17), output(gpio, 22));
    feed(watchdog);
    switch.set_high();
    switch
}

pub fn console() -> Outcome {
    let host = Host::weekly();
    let path = host.fake.console().display().to_string();
    let mut guest = host.guest("console by serialport", &[(CONSOLE, &path)]);
    guest.said("relay on")?;
    host.fake.mute_console(true);
    guest.go_on();
    guest.said("mute")?;
    host.fake.mute_console(false);
    guest.go_on();
    guest.said("heard again")?;
    host.fake.unplug_console();
    guest.go_on();
    guest.said("gone")?;
    host.fake.plug_console()?;
    guest.go_on();
    guest.said("dies")?;
    guest.kill();
    // A port that somebody had for itself and died with is free again.
    let mut guest = host.guest("console by serialport", &[(CONSOLE, &path), ("AGAIN", "1")]);
    guest.go_on();
    guest.ends()?;
    assert_eq!(host.fake.troubles(), [""; 0]);
    Ok(())
}

fn open() -> serialport::Result<Box<dyn SerialPort>> {
    serialport::new(std::env::var(CONSOLE).unwrap(), 115_200).timeout(Duration::from_millis(100)).open()
}

/// Waits until somebody who died with it is found out.
fn opened() -> Box<dyn SerialPort> {
    let begun = Instant::now();
    loop {
        match open() {
            Ok(port) => return port,
            Err(error) if begun.elapsed() > EVER => panic!("{error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// What comes, up to this text; an error if the port is gone, `Ok(None)` after a while of silence.
fn hears(port: &mut Box<dyn SerialPort>, wanted: &str, patience: Duration) -> std::io::Result<Option<String>> {
    let (mut heard, mut bytes, begun) = (String::new(), [0; 256], Instant::now());
    while begun.elapsed() < patience {
        match port.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => heard.push_str(&String::from_utf8_lossy(&bytes[..length])),
            Err(error) if error.kind() == ErrorKind::TimedOut => {}
            Err(error) => return Err(error),
        }
        if heard.contains(wanted) {
            return Ok(Some(heard));
        }
    }
    Ok(None)
}

pub fn console_inside() {
    if std::env::var_os("AGAIN").is_some() {
        drop(opened());
        return;
    }
    let gpio = Gpio::new().unwrap();
    let mut contact = listen(&gpio, 5);
    let mut port = opened();
    let _switch = keep_on(&gpio);
    hears(&mut port, "# boot brownout-weekly", EVER).unwrap().expect("its start");
    port.write_all(b"MODE ON\n").unwrap();
    hears(&mut port, "OK\n", EVER).unwrap().expect("an answer");
    next(&mut contact, Trigger::FallingEdge);
    wait("relay on");
    port.write_all(b"VERSION\n").unwrap();
    assert_eq!(hears(&mut port, "OK", Duration::from_millis(300)).unwrap(), None);
    wait("mute");
    port.write_all(b"VERSION\n").unwrap();
    hears(&mut port, "OK brownout-weekly", EVER).unwrap().expect("an answer");
    wait("heard again");
    assert!(hears(&mut port, "nothing", EVER).is_err(), "a cable that was pulled is an error, no silence");
    assert!(open().is_err());
    wait("gone");
    let mut port = opened();
    port.write_all(b"VERSION\n").unwrap();
    hears(&mut port, "OK brownout-weekly", EVER).unwrap().expect("an answer");
    wait("dies");
}

pub fn probe() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("probe-rs attaches and flashes", &[(PROBE, host.fake.probe())]);
    guest.said("flashed")?;
    assert_ne!(host.fake.board().lock().image().byte(0), Some(0xff), "no longer blank");
    host.fake.unplug_probe();
    guest.go_on();
    guest.said("gone")?;
    host.fake.plug_probe()?;
    guest.go_on();
    guest.ends()
}

fn selected() -> Result<Probe, String> {
    let selector: DebugProbeSelector = std::env::var(PROBE).unwrap().parse().unwrap();
    Lister::new().open(selector).map_err(|error| error.to_string())
}

pub fn probe_inside() {
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let _switch = keep_on(&gpio);
    next(&mut sense, Trigger::RisingEdge);
    // The reset delay of a chip that gets its supply: 2.5 ms.
    std::thread::sleep(Duration::from_millis(100));
    let (name, elf) = SHIPPED_FIRMWARE;
    let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
    flashing::flash(selected().unwrap(), "STM32F103C8", &firmware).unwrap();
    wait("flashed");
    assert!(selected().map(|probe| probe.attach("STM32F103C8", Permissions::new()).is_err()).unwrap_or(true));
    wait("gone");
    let mut session = selected().unwrap().attach("STM32F103C8", Permissions::new()).unwrap();
    // CPUID of a Cortex-M3 r1p1 (RM0008, PM0056).
    assert_eq!(session.core(0).unwrap().read_word_32(0xe000_ed00).unwrap(), 0x411f_c231);
    assert!(sense.poll_interrupt(false, Some(Duration::from_millis(1))).unwrap().is_none(), "the path stayed closed");
}
