//! Lines: what they are told, and what they tell.

use super::talk::{EVER, Host, Outcome, around, came, feed, listen, next, now, output, say, until, wait};
use brownout_trace::event::Level;
use brownout_trace::{RelayName, Span, Volts};
use rppal::gpio::{Gpio, Trigger};
use rppal::system::{DeviceInfo, Model};
use std::time::Duration;

pub fn acts() -> Outcome {
    Host::blank().plays("a line acts and is sensed")
}

pub fn acts_inside() {
    assert_eq!(DeviceInfo::new().unwrap().model(), Model::RaspberryPi4B);
    let gpio = Gpio::new().unwrap();
    let guard = gpio.get(23).unwrap().into_input_pullup();
    let stop = gpio.get(24).unwrap().into_input_pullup();
    assert!(guard.is_low() && stop.is_low(), "closed, and not pressed");
    let mut sense = listen(&gpio, 27);
    let (mut switch, mut watchdog) = (output(&gpio, 17), output(&gpio, 22));
    watchdog.set_high();
    assert!(sense.is_low());
    let on = around(|| switch.set_high());
    assert!(switch.is_set_high() && watchdog.is_set_high());
    let rose = next(&mut sense, Trigger::RisingEdge);
    came(&rose, on, Duration::ZERO);
    assert!(sense.is_high());
    let off = around(|| switch.set_low());
    let fell = next(&mut sense, Trigger::FallingEdge);
    came(&fell, off, Duration::ZERO);
    assert_eq!((rose.seqno, fell.seqno), (1, 2));
    assert!(sense.is_low() && switch.is_set_low());
}

pub fn watchdog() -> Outcome {
    Host::blank().plays("the watchdog opens the path")
}

pub fn watchdog_inside() {
    const PERIOD: Duration = Duration::from_secs(1);
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let (mut switch, mut watchdog) = (output(&gpio, 17), output(&gpio, 22));
    switch.set_high();
    let fed = around(|| watchdog.set_high());
    came(&next(&mut sense, Trigger::RisingEdge), fed, Duration::ZERO);
    // The same level again is no change.
    watchdog.set_high();
    came(&next(&mut sense, Trigger::FallingEdge), fed, PERIOD);
    let fed = around(|| watchdog.set_low());
    came(&next(&mut sense, Trigger::RisingEdge), fed, Duration::ZERO);
    came(&next(&mut sense, Trigger::FallingEdge), fed, PERIOD);
}

const EDGES: u32 = 5_000;
const EVERY: Span = Span::micros(200);

pub fn many_edges() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("5000 edges a second without a gap", &[]);
    guest.said("listening")?;
    let k1 = host.fake.sense_of(&RelayName("K1".to_owned())).unwrap();
    host.fake.generate_edges(k1.line, EVERY, EDGES);
    guest.go_on();
    guest.ends()
}

pub fn many_edges_inside() {
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 5);
    wait("listening");
    let mut last: Option<rppal::gpio::Event> = None;
    for number in 1..=EDGES {
        let event = sense.poll_interrupt(false, Some(EVER)).unwrap().expect("an edge");
        assert_eq!(event.seqno, number, "edges were lost");
        if let Some(last) = last {
            assert_eq!(event.timestamp - last.timestamp, Duration::from_nanos(EVERY.0.unsigned_abs()));
            assert_ne!(event.trigger, last.trigger);
        }
        last = Some(event);
    }
}

pub fn prompt() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("who finds no edge has missed none", &[]);
    guest.said("listening")?;
    host.fake.generate_edges("GPIO5".parse().unwrap(), Span::millis(1), 500);
    guest.go_on();
    guest.ends()
}

pub fn prompt_inside() {
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 5);
    wait("listening");
    let (mut empty, mut heard) = (Duration::ZERO, 0);
    while heard < 500 {
        let asked = now();
        match sense.poll_interrupt(false, Some(Duration::ZERO)).unwrap() {
            None => empty = asked,
            Some(event) => {
                assert!(event.timestamp > empty, "{:?} was not there at {empty:?}", event.timestamp);
                heard += 1;
            }
        }
    }
}

pub fn board() -> Outcome {
    let host = Host::weekly();
    let mut guest = host.guest("buttons, reset and relay", &[]);
    guest.said("on")?;
    let board = host.fake.board();
    assert!(until(|| board.lock().is_powered()));
    let pressed = || board.lock().pressed("SET");
    guest.go_on();
    guest.said("pressed")?;
    assert!(until(|| pressed() == Some(true)));
    guest.go_on();
    guest.said("released")?;
    assert!(until(|| pressed() == Some(false)));
    guest.go_on();
    guest.said("reset")?;
    assert!(until(|| board.lock().is_held_in_reset()));
    guest.go_on();
    guest.said("let go")?;
    assert!(until(|| !board.lock().is_held_in_reset()));
    guest.go_on();
    guest.ends()
}

pub fn board_inside() {
    let gpio = Gpio::new().unwrap();
    let contact = gpio.get(5).unwrap().into_input_pullup();
    let (mut switch, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    let (mut set, mut reset) = (output(&gpio, 6), output(&gpio, 25));
    feed(watchdog);
    switch.set_high();
    wait("on");
    assert!(contact.is_high(), "K1 is open: closed it would pull to ground");
    set.set_high();
    wait("pressed");
    set.set_low();
    wait("released");
    reset.set_high();
    wait("reset");
    reset.set_low();
    wait("let go");
}

pub fn killed() -> Outcome {
    let host = Host::blank();
    let mut guest = host.guest("lines outlive who drove them", &[]);
    guest.said("on")?;
    assert!(until(|| host.fake.level() == Level::Volts(Volts(12.0))));
    guest.kill();
    // The switch is still driven; it is the watchdog that opens the path.
    assert!(until(|| host.fake.level() == Level::Open));
    let mut guest = host.guest("lines outlive who drove them", &[("AGAIN", "1")]);
    guest.said("still driven")?;
    guest.ends()
}

pub fn killed_inside() {
    let gpio = Gpio::new().unwrap();
    if std::env::var_os("AGAIN").is_some() {
        let pin = gpio.get(17).unwrap();
        assert_eq!(pin.mode(), rppal::gpio::Mode::Output);
        assert_eq!(pin.read(), rppal::gpio::Level::High);
        // What the dead one listened to is free again.
        listen(&gpio, 27);
        say("still driven");
        return;
    }
    let _sense = listen(&gpio, 27);
    let (mut switch, mut watchdog) = (output(&gpio, 17), output(&gpio, 22));
    switch.set_high();
    watchdog.set_high();
    say("on");
    loop {
        std::thread::sleep(Duration::from_millis(100));
        watchdog.toggle();
    }
}
