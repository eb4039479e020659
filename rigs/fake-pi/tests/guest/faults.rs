//! What a test can break, as the guest finds it.

use super::talk::{EVER, Host, Outcome, around, came, feed, listen, next, output, until, wait};
use brownout_trace::event::Level;
use brownout_trace::{RelayName, Span};
use rppal::gpio::{Error, Gpio, Trigger};
use std::time::Duration;

pub fn edges() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("edges are lost and a line is busy", &[]);
    let line = |text: &str| text.parse().unwrap();
    guest.said("listening")?;
    host.fake.generate_edges(line("GPIO5"), Span::millis(1), 2);
    guest.go_on();
    guest.said("two")?;
    host.fake.lose_edges(line("GPIO5"), 3);
    host.fake.generate_edges(line("GPIO5"), Span::millis(1), 4);
    host.fake.occupy_line(line("GPIO23"), true);
    guest.go_on();
    guest.said("busy")?;
    host.fake.occupy_line(line("GPIO23"), false);
    guest.go_on();
    guest.ends()
}

pub fn edges_inside() {
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 5);
    wait("listening");
    let numbers = |sense: &mut rppal::gpio::InputPin, count: usize| -> Vec<u32> {
        (0..count).map(|_| sense.poll_interrupt(false, Some(EVER)).unwrap().unwrap().seqno).collect()
    };
    assert_eq!(numbers(&mut sense, 2), [1, 2]);
    wait("two");
    assert_eq!(numbers(&mut sense, 1), [6], "a gap");
    let mut guard = gpio.get(23).unwrap().into_input_pullup();
    let refused = guard.set_interrupt(Trigger::Both, None).unwrap_err();
    assert!(matches!(&refused, Error::Io(error) if error.raw_os_error() == Some(16)), "{refused}: EBUSY");
    wait("busy");
    guard.set_interrupt(Trigger::Both, None).unwrap();
    // A line is nobody's any more at once, and not when somebody gets to it.
    for _ in 0..50 {
        guard.set_interrupt(Trigger::RisingEdge, None).unwrap();
        guard.set_interrupt(Trigger::Both, None).unwrap();
    }
}

pub fn late() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("a late shot", &[]);
    guest.said("in time")?;
    host.fake.delay_line("GPIO17".parse().unwrap(), Some(Span::millis(7)));
    guest.go_on();
    guest.ends()
}

pub fn late_inside() {
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let (mut switch, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    feed(watchdog);
    switch.set_high();
    next(&mut sense, Trigger::RisingEdge);
    wait("in time");
    let off = around(|| switch.set_low());
    came(&next(&mut sense, Trigger::FallingEdge), off, Duration::from_millis(7));
    let on = around(|| switch.set_high());
    came(&next(&mut sense, Trigger::RisingEdge), on, Duration::from_millis(7));
}

pub fn guards() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("guard and emergency stop", &[]);
    guest.said("on")?;
    host.fake.open_interlock(true);
    guest.go_on();
    guest.said("guard open")?;
    host.fake.open_interlock(false);
    guest.go_on();
    guest.said("on again")?;
    host.fake.press_e_stop(true);
    guest.go_on();
    guest.said("stopped")?;
    assert_eq!(host.fake.level(), Level::Open);
    guest.go_on();
    guest.ends()
}

pub fn guards_inside() {
    let gpio = Gpio::new().unwrap();
    let (mut sense, mut guard, mut stop) = (listen(&gpio, 27), listen(&gpio, 23), listen(&gpio, 24));
    let (mut switch, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    feed(watchdog);
    switch.set_high();
    next(&mut sense, Trigger::RisingEdge);
    wait("on");
    let opened = next(&mut guard, Trigger::RisingEdge);
    let fell = next(&mut sense, Trigger::FallingEdge);
    assert_eq!(opened.timestamp, fell.timestamp, "the guard is in the path");
    wait("guard open");
    next(&mut guard, Trigger::FallingEdge);
    next(&mut sense, Trigger::RisingEdge);
    wait("on again");
    next(&mut stop, Trigger::RisingEdge);
    next(&mut sense, Trigger::FallingEdge);
    wait("stopped");
}

pub fn stuck() -> Outcome {
    let host = Host::weekly();
    let mut guest = host.guest("a stuck relay sense, a dead board", &[]);
    let k1 = RelayName("K1".to_owned());
    guest.said("listening")?;
    let line = host.fake.sense_of(&k1).unwrap().line;
    host.fake.stick_relay(&k1, true);
    // Two of them: the line ends as it began.
    host.fake.generate_edges(line, Span::micros(100), 2);
    guest.go_on();
    guest.said("on")?;
    assert!(until(|| host.fake.board().lock().is_powered()));
    host.fake.cut_board(true);
    assert!(until(|| !host.fake.board().lock().is_powered()));
    guest.go_on();
    guest.ends()
}

pub fn stuck_inside() {
    let gpio = Gpio::new().unwrap();
    let (mut sense, mut contact) = (listen(&gpio, 27), listen(&gpio, 5));
    let (mut switch, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    feed(watchdog);
    wait("listening");
    switch.set_high();
    next(&mut sense, Trigger::RisingEdge);
    wait("on");
    assert!(sense.is_high(), "the rig's own supply is there");
    assert!(contact.poll_interrupt(false, Some(Duration::from_millis(1))).unwrap().is_none());
}

pub fn denied() -> Outcome {
    let host = Host::blank();
    host.fake.deny_lines(true);
    host.fake.deny_bus(true);
    host.plays("no permission")
}

pub fn denied_inside() {
    assert!(matches!(Gpio::new(), Err(Error::PermissionDenied(path)) if path == "/dev/gpiochip0"));
    let refused = rppal::i2c::I2c::with_bus(1).unwrap_err();
    assert!(matches!(&refused, rppal::i2c::Error::Io(error) if error.raw_os_error() == Some(13)), "{refused}");
}
