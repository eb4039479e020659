//! `brownout rig` on a Pi: a rig that looks at itself, and one that is de-energised behind its holder's back.

use crate::desk::{Desk, PI_12V, Test, timed};
use crate::other_rigs::PI_MAINS;
use crate::support::{PASSING, Place, Ran};
use brownout_reports::Record;
use brownout_trace::event::Level;
use brownout_trace::{RelayName, Span};
use std::thread::sleep;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("a_sound_rig_is_checked_and_its_calibration_counts", a_sound_rig_is_checked_and_its_calibration_counts),
    ("what_is_wrong_with_a_rig_is_told", what_is_wrong_with_a_rig_is_told),
    ("a_stuck_sense_of_a_relay_is_told", a_stuck_sense_of_a_relay_is_told),
    ("a_better_instrument_and_a_known_load", a_better_instrument_and_a_known_load),
    ("mains_is_not_touched_unless_it_may", mains_is_not_touched_unless_it_may),
    ("a_holder_that_is_de_energised_turns_inconclusive", a_holder_that_is_de_energised_turns_inconclusive),
    ("a_rig_that_was_left_on_by_a_kill_is_made_safe", a_rig_that_was_left_on_by_a_kill_is_made_safe),
];

/// Few shots: nothing is asserted of their figures.
const CHECK: [&str; 6] = ["rig", "check", "--rig", "pi.toml", "--shots", "3"];

/// The last line of a check: its port is opened first, then it is used.
fn grade(ran: &Ran, check: &str) -> String {
    let of = |line: &&str| line.split_whitespace().nth(1) == Some(check);
    ran.stdout.lines().rfind(of).unwrap_or_else(|| panic!("no `{check}` in {ran:#?}")).to_owned()
}

fn a_sound_rig_is_checked_and_its_calibration_counts() {
    let desk = Desk::flashed(Place::passing());
    let run = |args: &[&str]| desk.did(desk.command(args).env_remove("BROWNOUT_UNCALIBRATED"));
    let case = ["run", "--rig", "pi.toml", "--record", "records", "scenarios/power/noon.toml"];
    run(&case).says(75, &["there is no calibration", "--uncalibrated"]);
    // Nothing of it is moved that energises, and nothing is kept.
    let quiet = run(&["rig", "check", "--rig", "pi.toml", "--quiet-lines"]);
    quiet.prints(0, &["3 outputs read back at both levels, 3 held safe", "pi-12v: good"]);
    run(&case).says(75, &["there is no calibration"]);

    // Shots are as good as the machine has time.
    let mut checked = run(&CHECK);
    for _ in 0..10 {
        if checked.status == 0 {
            break;
        }
        assert!(grade(&checked, "shots").starts_with("bad "), "{checked:#?}");
        checked = run(&CHECK);
    }
    for check in ["lines", "interlock", "e-stop", "sense", "contacts", "meter", "console", "probe"] {
        assert!(grade(&checked, check).starts_with("good "), "{checked:#?}");
    }
    assert!(grade(&checked, "lines").contains("6 outputs read back at both levels"), "{checked:#?}");
    assert!(grade(&checked, "shots").contains("measured"), "{checked:#?}");
    assert_eq!(desk.fake.level(), Level::Open, "it is off again");
    checked.says(0, &["kept in ", "due on 20"]);

    run(&case);
    let records = brownout_reports::records(&desk.here.path("records/run-0001")).unwrap();
    let header = Record::read(&records[0]).unwrap().header;
    assert!(header.calibrated.is_some_and(|day| day.starts_with("20")) && header.calibration_file.is_some());
    run(&["rig", "list"]).prints(0, &["machine  a Raspberry Pi 4"]);
    assert_eq!(desk.fake.troubles(), Vec::<String>::new());
}

fn what_is_wrong_with_a_rig_is_told() {
    let desk = Desk::flashed(Place::new());
    let bad = |check: &str, says: &str| {
        let ran = desk.on(&CHECK);
        let line = grade(&ran, check);
        assert!(ran.status == 75 && line.starts_with("bad ") && line.contains(says), "{ran:#?}");
        // What energises is not even tried, or is off again.
        assert_eq!(desk.fake.level(), Level::Open);
    };
    desk.fake.open_interlock(true);
    bad("interlock", "the guard is open");
    desk.fake.open_interlock(false);
    desk.fake.press_e_stop(true);
    bad("e-stop", "it is pressed");
    desk.fake.press_e_stop(false);
    desk.fake.silence_instrument(0x40, true);
    bad("meter", "the meter at 0x40 does not answer");
    desk.fake.silence_instrument(0x40, false);
    desk.fake.unplug_console();
    bad("console", "is not there");
    desk.fake.plug_console().unwrap();
    desk.fake.mute_console(true);
    bad("console", "no answer in");
    desk.fake.mute_console(false);
    desk.fake.unplug_probe();
    bad("probe", "cannot be opened");
    desk.fake.plug_probe().unwrap();
    let line = "GPIO5".parse().unwrap();
    desk.fake.occupy_line(line, true);
    bad("rig", "GPIO5 (the contact of K1) is busy");
}

fn a_stuck_sense_of_a_relay_is_told() {
    let desk = Desk::flashed(Place::new());
    let relay = RelayName("K1".to_owned());
    let line = desk.fake.sense_of(&relay).unwrap().line;
    // Closed, and so it stays.
    desk.fake.generate_edges(line, Span::millis(1), 1);
    sleep(Duration::from_millis(100));
    desk.fake.stick_relay(&relay, true);
    let ran = desk.on(&CHECK);
    let told = grade(&ran, "contacts");
    assert!(ran.status == 75 && told.starts_with("bad "), "{ran:#?}");
    assert!(
        told.contains("K1 reads closed without supply (GPIO5): its contact is welded, or its sense is stuck"),
        "{told}"
    );
    assert!(!desk.fake.was_fed(), "what energises is not even tried");
}

/// Each meter through its driver over the Pi's bus.
fn a_better_instrument_and_a_known_load() {
    const INA226: &str = "{ ina226 = { shunt = \"20mohm\" } }\naddress = 0x40";
    const INA219: &str = "{ ina219 = { shunt = \"100mohm\" } }\naddress = 0x41";
    const ADS1115: &str = "{ ads1115 = { divider = \"10%\" } }\naddress = 0x48";
    assert!(PI_12V.contains(INA226));
    for (meter, load) in [(INA226, "good"), (INA219, "good"), (ADS1115, "degraded")] {
        let text = timed(PI_12V, "5ms").replace(INA226, meter);
        let desk = Desk::flashed_of(&text, "virtual-12v", Place::new());
        let ran = desk.on(&[&CHECK[..], &["--reference", "12V"]].concat());
        assert!(grade(&ran, "meter").starts_with("good ") && ran.stdout.contains("of the reference"), "{ran:#?}");
        let ran = desk.on(&[&CHECK[..], &["--reference", "11V"]].concat());
        assert!(ran.status == 75 && grade(&ran, "meter").starts_with("bad "), "{ran:#?}");

        desk.fake.replace_board("24ohm".parse().unwrap());
        let ran = desk.on(&[&CHECK[..], &["--load", "24ohm"]].concat());
        assert!(grade(&ran, "load").starts_with(load), "{ran:#?}");
        assert!(!ran.stdout.contains("no answer in"), "there is no board to ask: {ran:#?}");
        if load == "good" {
            let ran = desk.on(&[&CHECK[..], &["--load", "12ohm"]].concat());
            assert!(ran.status == 75 && grade(&ran, "load").starts_with("bad "), "{ran:#?}");
        } else {
            assert!(grade(&ran, "load").contains("an ADS1115 does not"), "{ran:#?}");
        }
        assert_eq!(desk.fake.level(), Level::Open, "it is off again");
    }
}

fn mains_is_not_touched_unless_it_may() {
    let desk = Desk::flashed_of(PI_MAINS, "virtual-220v", Place::new());
    let ran = desk.did(desk.command(&CHECK).env_remove("BROWNOUT_ENERGISE"));
    assert!(ran.status == 0 && grade(&ran, "lines").contains(" held safe"), "{ran:#?}");
    assert!(!ran.stdout.contains("shots") && !ran.stderr.contains("kept in"), "{ran:#?}");
    assert!(!desk.fake.was_fed());
    // With leave: its shots are as wide as an SSR can make them.
    let ran = desk.on(&CHECK);
    assert!(grade(&ran, "shots").contains("3 of 3 measured"), "{ran:#?}");
    assert!(desk.fake.was_fed() && desk.is_off());
}

fn a_holder_that_is_de_energised_turns_inconclusive() {
    let desk = Desk::flashed(Place::new());
    desk.here.scenario("noon", &PASSING.replace("\"1s\"", "\"60s\""));
    let child = desk.begin();
    // The supply is on before, too, while the board is flashed: of that there is no record yet.
    desk.wait_for("the case", |desk| !desk.recorded().is_empty() && !desk.is_off());
    for _ in 0..2 {
        desk.on(&["rig", "safe", "--rig", "pi.toml"]).prints(0, &["pi-12v: safe, every output is inactive"]);
        assert_eq!(desk.fake.level(), Level::Open);
    }
    let ran = desk.end(child);
    assert_eq!(ran.status, 75, "{ran:#?}");
    assert!(ran.stdout.contains("1 inconclusive"), "{ran:#?}");
    // By the word that was left, or by what the sense tells: whichever it saw first.
    let causes = ["de-energised the rig by `brownout rig safe`", "nothing is at the terminals"];
    assert!(causes.iter().any(|cause| ran.stdout.contains(cause)), "{ran:#?}");
    assert_eq!(desk.fake.level(), Level::Open);
}

fn a_rig_that_was_left_on_by_a_kill_is_made_safe() {
    let desk = Desk::flashed(Place::new());
    desk.here.scenario("noon", &PASSING.replace("\"1s\"", "\"60s\""));
    let mut child = desk.begin();
    desk.wait_for("the supply", |desk| !desk.is_off());
    child.kill().unwrap();
    child.wait().unwrap();
    desk.on(&["rig", "safe", "--rig", "pi.toml"]).prints(0, &["safe"]);
    assert_eq!(desk.fake.level(), Level::Open);
    // The kernel's lock went with the process: the rig can be had again.
    desk.on(&["rig", "check", "--rig", "pi.toml", "--quiet-lines"]).prints(0, &["pi-12v: good"]);
}
