//! A mains rig: zero-cross pulses, an SSR that turns off at the current's zero, a relay sensed on switched mains.

use super::talk::{Host, Outcome, around, listen, next, output, weekly, with_stage};
use brownout_fake_pi::Flash;
use brownout_trace::event::Level;
use rppal::gpio::{Gpio, Trigger};
use std::time::Duration;

const HALF: Duration = Duration::from_millis(10);

pub fn mains() -> Outcome {
    let stage = r#"{ mains = { ssr = { line = "GPIO17", active = "high" }, zero-cross = { line = "GPIO18", active = "high" }, frequency = "50Hz" } }"#;
    let crowbar = "crowbar = { output = { line = \"GPIO18\", active = \"high\" }, limit = \"5A\" }\n";
    let text = with_stage(stage)
        .replace(crowbar, "")
        .replace("nominal = \"12V\"", "nominal = \"220Vac\"")
        .replace("by    = \"contact\"", "by    = \"mains-optocoupler\"")
        .replace("probe     = {}", "probe     = {}\nflashing  = { line = \"GPIO16\", active = \"high\" }");
    let host = Host::of(&text, "virtual-220v", Flash::Holding(&weekly()));
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
    flashing.set_high();
    next(&mut sense, Trigger::RisingEdge);
    super::talk::wait("flashing supply");
    flashing.set_low();
    next(&mut sense, Trigger::FallingEdge);
    std::thread::spawn(move || {
        loop {
            watchdog.toggle();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let on = around(|| ssr.set_high());
    let rose = next(&mut sense, Trigger::RisingEdge);
    // At whatever angle; or once the watchdog is fed.
    assert!(rose.timestamp >= on.0);
    let off = around(|| ssr.set_low());
    let fell = next(&mut sense, Trigger::FallingEdge);
    assert!(fell.timestamp >= off.0 && fell.timestamp <= off.1 + HALF, "{fell:?} {off:?}");
    let since = (fell.timestamp - first).as_nanos();
    assert_eq!(since % HALF.as_nanos(), 0, "at a zero");
    ssr.set_high();
    next(&mut sense, Trigger::RisingEdge);
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
