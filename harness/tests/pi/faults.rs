//! Faults told apart: what is the rig's is never the board's, nor the other way round. Either way the rig ends de-energised,
//! with a whole record.

use crate::desk::{Desk, Test, is_step};
use crate::endings::signal;
use brownout_fake_pi::FakePi;
use brownout_trace::{RelayName, Span, Verdict, What};
use std::fs::File;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("the_probe_is_gone", the_probe_is_gone),
    ("the_probe_is_gone_in_the_middle", the_probe_is_gone_in_the_middle),
    ("no_probe_is_there", no_probe_is_there),
    ("a_line_is_busy", a_line_is_busy),
    ("a_port_is_busy", a_port_is_busy),
    ("the_interlock_is_open_before", the_interlock_is_open_before),
    ("the_supply_does_not_come_back", the_supply_does_not_come_back),
    ("the_loop_stands_still", the_loop_stands_still),
    ("the_user_is_in_no_group", the_user_is_in_no_group),
    ("the_console_is_gone_before", the_console_is_gone_before),
    ("the_console_is_gone", || rig(WAIT, FakePi::unplug_console, "the console is gone: ")),
    ("the_meter_does_not_answer", || {
        rig(CUT, |fake| fake.silence_instrument(0x40, true), "the meter at 0x40 does not answer");
    }),
    ("the_interlock_is_opened", || {
        rig(WAIT, |fake| fake.open_interlock(true), "the interlock is open (GPIO23): the rig is de-energised");
    }),
    ("the_emergency_stop_is_pressed", || {
        rig(WAIT, |fake| fake.press_e_stop(true), "the emergency stop is pressed (GPIO24): the rig is de-energised");
    }),
    ("edges_are_lost", || {
        let lose = |fake: &FakePi| fake.lose_edges("GPIO5".parse().unwrap(), 2);
        rig(WAIT, lose, "edges of the contact of K1 (GPIO5) were lost: number 3 came after number 0");
    }),
    ("a_shot_is_late", a_shot_is_late),
    ("the_supply_does_not_come", the_supply_does_not_come),
    ("the_board_is_dead", || board(WAIT, |fake| fake.cut_board(true), "observed: open")),
    ("the_board_is_silent", || board(ASK, |fake| fake.hold_in_reset(true), "no answer")),
    ("the_firmware_crashes", the_firmware_crashes),
    ("five_thousand_edges_a_second", five_thousand_edges_a_second),
];

const WAIT: &str = "{ wait = \"6s\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n";
const CUT: &str = "{ wait = \"1s\" },\n{ cut = { for = \"1s\", impedance = \"high\" } },\n\
                   { expect = { relay = \"K1\", is = \"closed\", within = \"2s\" } },\n";
const ASK: &str = "{ wait = \"1s\" },\n{ expect = { programs = \"kept\" } },\n";

/// The rig's trouble, in these words.
fn rig(steps: &str, meddle: impl FnOnce(&FakePi), says: &str) {
    let desk = Desk::stepping(steps);
    let ran = desk.during(meddle);
    ran.prints(75, &["1 inconclusive", says]);
    desk.ended(Verdict::Inconclusive);
}

/// The board's failure, or, on a machine that is too busy, nobody's.
fn board(steps: &str, meddle: impl FnOnce(&FakePi), says: &str) {
    let desk = Desk::stepping(steps);
    let ran = desk.during(meddle);
    ran.prints(1, &["1 failed", says]);
    desk.ended(Verdict::Failed);
}

fn the_probe_is_gone() {
    let desk = Desk::stepping(WAIT);
    desk.fake.unplug_probe();
    let ran = desk.run("scenarios", "weekly", "");
    ran.says(75, &["the debug probe 20b7:9db1:unix:", " cannot be opened: "]);
    assert_eq!(ran.stdout, "");
    assert!(desk.is_off() && desk.fake.driven("GPIO17".parse().unwrap()) == Some(false));
}

/// It is missed only when it is needed: the board is off again, and everything up to there was kept.
fn the_probe_is_gone_in_the_middle() {
    let steps = "{ wait = \"3s\" },\n{ flash = \"again\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n";
    rig(steps, FakePi::unplug_probe, " cannot be opened: ");
}

/// On a machine that has one, it would be opened.
fn no_probe_is_there() {
    if Path::new("/dev/bus/usb").exists() {
        return;
    }
    let desk = Desk::stepping(WAIT);
    let text = desk.fake.rig_text();
    let line = text.lines().find(|line| line.starts_with("probe = { selector")).unwrap();
    desk.here.write("pi.toml", text.replace(line, "probe = {}"));
    desk.run("scenarios", "weekly", "").says(75, &["no debug probe is plugged in", "udev rules"]);
    assert!(desk.is_off());
}

fn a_port_is_busy() {
    let desk = Desk::stepping(WAIT);
    let port = File::options().read(true).write(true).open(desk.fake.console()).unwrap();
    port.lock().unwrap();
    desk.run("scenarios", "weekly", "").says(75, &["the console's port ", " is busy", "`fuser "]);
    assert!(desk.is_off());
}

fn the_interlock_is_open_before() {
    let desk = Desk::stepping(WAIT);
    desk.fake.open_interlock(true);
    desk.run("scenarios", "weekly", "").says(75, &["the interlock is open (GPIO23)"]);
    assert!(!desk.fake.was_fed());
}

/// It goes with the cut, and its sense tells of no return.
fn the_supply_does_not_come_back() {
    let desk = Desk::stepping(CUT);
    let child = desk.begin();
    desk.wait_for("the case", |desk| !desk.recorded().is_empty() && !desk.is_off());
    desk.wait_for("the cut", Desk::is_off);
    desk.fake.stick_input("GPIO27".parse().unwrap(), true);
    desk.end(child).prints(75, &["1 inconclusive", "the supply was switched on again, but did not come back within "]);
    desk.ended(Verdict::Inconclusive);
}

/// As if the machine had been asleep: nobody knows what was missed.
fn the_loop_stands_still() {
    let desk = Desk::stepping(WAIT);
    let child = desk.begin();
    desk.wait_for("the first step", |desk| desk.recorded().iter().any(|event| is_step(&event.what)));
    signal(&child, "-STOP");
    sleep(Duration::from_millis(600));
    signal(&child, "-CONT");
    let ran = desk.end(child);
    ran.prints(75, &["1 inconclusive"]);
    let causes = ["the run loop stood still for ", "the watchdog was not fed for ", "the console was not read for "];
    assert!(causes.iter().any(|cause| ran.stdout.contains(cause)), "{ran:#?}");
    desk.ended(Verdict::Inconclusive);
}

fn a_line_is_busy() {
    for (line, what) in [("GPIO17", "the supply's switch"), ("GPIO5", "the contact of K1")] {
        let desk = Desk::stepping(WAIT);
        desk.fake.occupy_line(line.parse().unwrap(), true);
        let busy = format!("{line} ({what}) is busy: another program or a driver has it");
        desk.run("scenarios", "weekly", "").says(75, &[&busy]);
        assert!(desk.is_off());
    }
}

fn the_user_is_in_no_group() {
    let desk = Desk::stepping(WAIT);
    desk.fake.deny_lines(true);
    desk.run("scenarios", "weekly", "").says(75, &["no permission for /dev/gpio", "in the group `gpio`"]);
    desk.fake.deny_lines(false);
    desk.fake.deny_bus(true);
    desk.run("scenarios", "weekly", "").says(75, &["no permission for /dev/i2c-1", "in the group `i2c`"]);
    assert!(desk.is_off());
}

fn the_console_is_gone_before() {
    let desk = Desk::stepping(WAIT);
    desk.fake.unplug_console();
    desk.run("scenarios", "weekly", "").says(75, &["the console's port ", " is not there"]);
    assert!(desk.is_off());
}

/// The switch closes late each time: the shot is measured too wide, comes again, and judges nobody.
fn a_shot_is_late() {
    let desk = Desk::stepping(CUT);
    let mut child = desk.begin();
    let switch = "GPIO17".parse().unwrap();
    while child.try_wait().unwrap().is_none() {
        desk.fake.delay_line(switch, desk.is_off().then_some(Span::millis(60)));
        sleep(Duration::from_millis(5));
    }
    let ran = desk.end(child);
    ran.prints(75, &["none of 3 attempts went as asked: a shot of 1s came out 1.0", "s wide, more than 10ms off"]);
    desk.ended(Verdict::Inconclusive);
}

fn the_supply_does_not_come() {
    let desk = Desk::stepping(WAIT);
    desk.fake.stick_input("GPIO27".parse().unwrap(), true);
    let says = "the supply is switched on, but its sense (GPIO27) tells that nothing is at the terminals";
    desk.run("scenarios", "weekly", "").says(75, &[says]);
    assert!(desk.is_off());
}

fn the_firmware_crashes() {
    let desk = Desk::stepping(ASK);
    let ran = desk.run("scenarios", "broken-crash", "");
    ran.prints(1, &["1 failed", "the firmware never answered after power-up"]);
    desk.ended(Verdict::Failed);
}

fn five_thousand_edges_a_second() {
    let desk = Desk::stepping("{ wait = \"8s\" },\n{ expect = { relay = \"K1\", chatter = \"never\" } },\n");
    let line = "GPIO5".parse().unwrap();
    let ran = desk.during(|fake| fake.generate_edges(line, Span::micros(200), 25_000));
    let told = desk.recorded().into_iter().filter_map(|event| match event.what {
        What::Contact { relay, sequence, .. } => Some((relay, sequence)),
        _ => None,
    });
    let told: Vec<(RelayName, u32)> = told.collect();
    assert!(told.iter().enumerate().all(|(before, (_, number))| *number as usize == before + 1));
    match ran.status {
        1 => assert!(told.len() >= 24_990, "{} edges: {ran:#?}", told.len()),
        75 => assert!(ran.stdout.contains("too busy"), "{ran:#?}"),
        _ => panic!("{ran:#?}"),
    }
}
