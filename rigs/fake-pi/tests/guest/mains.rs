//! A mains rig: zero-cross pulses, an SSR that turns off at the current's zero, a relay sensed on switched mains.

use super::talk::{Host, Outcome, around, listen, next, output, weekly};
use brownout_fake_pi::Flash;
use brownout_trace::event::Level;
use rppal::gpio::{Gpio, Trigger};
use std::time::Duration;

const HALF: Duration = Duration::from_millis(10);

/// The shipped rig.
const MAINS: &str = include_str!("../../../pi-mains.toml");

pub fn mains() -> Outcome {
    let host = Host::of(MAINS, "virtual-220v", Flash::Holding(&weekly()));
    let path = host.fake.console().display().to_string();
    let mut guest = host.guest("mains", &[("CONSOLE", &path)]);
    guest.said("flashing supply")?;
    assert!(matches!(host.fake.level(), Level::Volts(_)), "past the watchdog");
    guest.go_on();
    guest.ends()
}

pub fn mains_inside() {
    let gpio = Gpio::new().unwrap();
    let (mut zero, mut sense, mut contact) = (listen(&gpio, 18), listen(&gpio, 27), listen(&gpio, 5));
    let (mut ssr, mut watchdog, mut flashing) = (output(&gpio, 17), output(&gpio, 22), output(&gpio, 16));
    let first = pulse(&mut zero);
    assert_eq!(pulse(&mut zero) - first, HALF);
    // The sense pulls its line down while there is a supply.
    flashing.set_high();
    next(&mut sense, Trigger::FallingEdge);
    super::talk::wait("flashing supply");
    flashing.set_low();
    next(&mut sense, Trigger::RisingEdge);
    std::thread::spawn(move || {
        loop {
            watchdog.toggle();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let on = around(|| ssr.set_high());
    let came = next(&mut sense, Trigger::FallingEdge);
    // At whatever angle; or once the watchdog is fed.
    assert!(came.timestamp >= on.0);
    let off = around(|| ssr.set_low());
    let went = next(&mut sense, Trigger::RisingEdge);
    assert!(went.timestamp >= off.0 && went.timestamp <= off.1 + HALF, "{went:?} {off:?}");
    let since = (went.timestamp - first).as_nanos();
    assert_eq!(since % HALF.as_nanos(), 0, "at a zero");
    ssr.set_high();
    next(&mut sense, Trigger::FallingEdge);
    let mut port = serialport::new(std::env::var("CONSOLE").unwrap(), 115_200).open().unwrap();
    // Before the board has started it hears nothing: asked until the contact tells.
    for _ in 0..600 {
        std::io::Write::write_all(&mut port, b"MODE ON\n").unwrap();
        if let Some(event) = contact.poll_interrupt(false, Some(Duration::from_millis(100))).unwrap() {
            assert_eq!(event.trigger, Trigger::FallingEdge);
            let mut begins: Vec<Duration> = Vec::new();
            while begins.len() < 50 {
                let event = contact.poll_interrupt(false, Some(super::talk::EVER)).unwrap().unwrap();
                if event.trigger == Trigger::FallingEdge {
                    begins.push(event.timestamp);
                }
            }
            // Once its contact has stopped bouncing.
            let last = &begins[40..];
            assert!(last.windows(2).all(|pair| pair[1] - pair[0] == HALF), "{last:?}");
            return;
        }
    }
    panic!("K1 never closed");
}

/// When the next pulse begins.
fn pulse(zero: &mut rppal::gpio::InputPin) -> Duration {
    loop {
        let event = zero.poll_interrupt(false, Some(super::talk::EVER)).unwrap().expect("mains");
        if event.trigger == Trigger::RisingEdge {
            return event.timestamp;
        }
    }
}
