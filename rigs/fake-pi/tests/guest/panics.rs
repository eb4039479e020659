//! A program that panics while the board has its supply.

use super::talk::{Host, Outcome, until, wait};
use brownout_rigs::bench::Bench;
use brownout_rigs::bench::outside::Outside;
use brownout_rigs::bench::pi::PiRig;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::path::Path;

pub fn panics() -> Outcome {
    let host = Host::weekly();
    let driven = |line: &str| host.fake.driven(line.parse().unwrap());
    let mut guest = host.guest("a panic leaves the rig safe", &[("RIG", host.fake.rig_text())]);
    guest.said("energised")?;
    assert!(until(|| driven("GPIO17") == Some(true)), "the supply's switch");
    guest.go_on();
    guest.said("it panicked")?;
    assert!(until(|| driven("GPIO17") == Some(false) && host.fake.level() == Level::Open));
    guest.go_on();
    guest.ends()
}

pub fn panics_inside() {
    let rig = Rig::parse(&std::env::var("RIG").unwrap(), Path::new("fake.toml")).unwrap();
    let profile = Profile::shipped("weekly").unwrap().unwrap();
    let rig = PiRig::new(&rig, &profile, None, Outside::default()).unwrap();
    set_hook(Box::new(|_| {}));
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut bench = rig.bench(Instant::ZERO).unwrap();
        let now = bench.now();
        bench.play(&[(now, Level::Volts(Volts(12.0)))]).unwrap();
        while bench.now() < now + Span::millis(100) {
            bench.advance(now + Span::millis(100), &mut Vec::new()).unwrap();
        }
        wait("energised");
        panic!("on purpose");
    }));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
    wait("it panicked");
}
