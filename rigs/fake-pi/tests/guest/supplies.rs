//! Power stages.

use super::talk::{EVER, Host, Outcome, around, came, listen, next, output, until, wait, with_stage};
use brownout_fake_pi::Flash;
use brownout_fake_pi::feed::Abuse;
use rppal::gpio::{Gpio, OutputPin, Trigger};
use serialport::SerialPort;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

const PORT: &str = "PORT";

fn bench_supply(kind: &str, role: &str) -> Outcome {
    let stage = format!(
        r#"{{ {kind} = {{ port = "/dev/ttyUSB7", limit = "1A", settling = "50ms", enable = {{ line = "GPIO17", active = "high" }} }} }}"#
    );
    let host = Host::of(&with_stage(&stage), "virtual-12v", Flash::Blank);
    let text = host.fake.rig_text();
    let port = text.split("port = \"").nth(2).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    host.guest(role, &[(PORT, &port)]).ends()
}

fn fed() -> OutputPin {
    let gpio = Gpio::new().unwrap();
    let (mut enable, mut watchdog) = (output(&gpio, 17), output(&gpio, 22));
    std::thread::spawn(move || {
        loop {
            watchdog.toggle();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    enable.set_high();
    enable
}

fn port() -> Box<dyn SerialPort> {
    serialport::new(std::env::var(PORT).unwrap(), 9_600).timeout(Duration::from_millis(50)).open().unwrap()
}

/// Asks until an answer of so many bytes came.
fn asks(port: &mut Box<dyn SerialPort>, question: &[u8], length: usize) -> String {
    port.write_all(question).unwrap();
    let (mut answer, mut bytes, begun) = (Vec::new(), [0; 64], Instant::now());
    while answer.len() < length && begun.elapsed() < EVER {
        if let Ok(length) = port.read(&mut bytes) {
            answer.extend(&bytes[..length]);
        }
    }
    String::from_utf8(answer).unwrap()
}

pub fn scpi() -> Outcome {
    bench_supply("scpi", "a bench supply by scpi")
}

pub fn scpi_inside() {
    let _enable = fed();
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let mut port = port();
    assert_eq!(asks(&mut port, b"*IDN?\n", 25), "BROWNOUT,FAKE-SCPI,0,1.0\n");
    port.write_all(b"VOLT 12\nCURR 1\nOUTP ON\n").unwrap();
    next(&mut sense, Trigger::RisingEdge);
    assert_eq!(asks(&mut port, b"MEAS:VOLT?\n", 8), "12.0000\n");
    let told = around(|| port.write_all(b":SOUR:VOLT:LEV:IMM 4.8\n").unwrap());
    let fell = next(&mut sense, Trigger::FallingEdge);
    assert!(fell.timestamp >= told.0 + Duration::from_millis(50), "it settles first");
    assert_eq!(asks(&mut port, b"NONSENSE\nSYST:ERR?\n", 24), "-113,\"Undefined header\"\n");
    assert_eq!(asks(&mut port, b"SYST:ERR?\n", 13), "0,\"No error\"\n");
}

pub fn korad() -> Outcome {
    bench_supply("korad", "a bench supply of the korad kind")
}

pub fn korad_inside() {
    let _enable = fed();
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let mut port = port();
    assert_eq!(asks(&mut port, b"*IDN?", 16), "KORADKA3005PV2.0");
    let mut tell = |command: &[u8], question: &[u8], answer: &str| {
        port.write_all(command).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(asks(&mut port, question, answer.len()), answer);
    };
    tell(b"VSET1:12.00", b"VSET1?", "12.00");
    tell(b"ISET1:1.000", b"ISET1?", "1.000");
    tell(b"OUT1", b"STATUS?", "A");
    next(&mut sense, Trigger::RisingEdge);
    tell(b"OUT0", b"STATUS?", "\u{1}");
    next(&mut sense, Trigger::FallingEdge);
}

pub fn rails() -> Outcome {
    let stage = r#"{ rails = { nominal = { line = "GPIO17", active = "high" }, other = { line = "GPIO16", active = "low" }, volts = "4.8V", change = { break-before-make = "100us" } } }"#;
    let crowbar = r#"crowbar = { output = { line = "GPIO18", active = "high" }, limit = "5A", sense = { line = "GPIO26", active = "low", pull = "up" } }"#;
    let text = with_stage(stage).replace("[pi.supply]\n", &format!("[pi.supply]\n{crowbar}\n"));
    let host = Host::of(&text, "virtual-12v", Flash::Blank);
    let mut guest = host.guest("two rails and a crowbar", &[]);
    guest.said("so far so good")?;
    assert!(host.fake.abuses().is_empty());
    guest.go_on();
    guest.said("abused")?;
    let told = || host.fake.abuses().into_iter().eq([Abuse::CrowbarIntoSupply, Abuse::RailsTogether]);
    assert!(until(told));
    guest.go_on();
    guest.ends()
}

pub fn rails_inside() {
    let gpio = Gpio::new().unwrap();
    let (mut sense, mut charged) = (listen(&gpio, 27), listen(&gpio, 26));
    let (mut nominal, mut watchdog) = (output(&gpio, 17), output(&gpio, 22));
    // Active low: an output that is made so is on at once, unless it is driven high first.
    let mut other = gpio.get(16).unwrap().into_output_high();
    let mut crowbar = output(&gpio, 18);
    std::thread::spawn(move || {
        loop {
            watchdog.toggle();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let on = around(|| nominal.set_high());
    let rose = next(&mut sense, Trigger::RisingEdge);
    assert!(rose.timestamp >= on.0);
    // Active low: it falls as the terminals get any voltage.
    next(&mut charged, Trigger::FallingEdge);
    let off = around(|| nominal.set_low());
    came(&next(&mut sense, Trigger::FallingEdge), off, Duration::ZERO);
    came(&next(&mut charged, Trigger::RisingEdge), off, Duration::ZERO);
    let dipped = around(|| other.set_low());
    came(&next(&mut charged, Trigger::FallingEdge), dipped, Duration::ZERO);
    wait("so far so good");
    let shorted = around(|| crowbar.set_high());
    came(&next(&mut charged, Trigger::RisingEdge), shorted, Duration::ZERO);
    nominal.set_high();
    wait("abused");
}
