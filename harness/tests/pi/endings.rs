//! However a run ends, the rig ends de-energised.

use crate::desk::{Desk, Test};
use brownout_trace::Verdict;
use brownout_trace::event::Level;
use std::process::{Child, Command};

pub const TESTS: &[Test] = &[
    ("a_signal_de_energises", a_signal_de_energises),
    ("a_kill_is_the_watchdog_s_affair", a_kill_is_the_watchdog_s_affair),
    ("a_kill_in_the_middle_of_a_dip", a_kill_in_the_middle_of_a_dip),
];

const CUT: &str = "{ wait = \"1s\" },\n{ cut = { for = \"2s\", impedance = \"high\" } },\n\
                   { expect = { relay = \"K1\", is = \"closed\", within = \"2s\" } },\n";

/// Sends a signal to the command.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Running, the board fed.
fn energised(desk: &Desk) -> Child {
    let child = desk.begin();
    desk.wait_for("the first step", |desk| !desk.recorded().is_empty() && !desk.is_off());
    child
}

fn a_signal_de_energises() {
    for (name, says) in [("-INT", "stopped by SIGINT"), ("-TERM", "stopped by SIGTERM")] {
        let desk = Desk::stepping("{ wait = \"600s\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n");
        let child = energised(&desk);
        signal(&child, name);
        desk.end(child).prints(75, &["1 inconclusive", says]);
        desk.ended(Verdict::Inconclusive);
    }
}

/// The lines stay as they were; the watchdog opens, and the next start forces the lines.
fn a_kill_is_the_watchdog_s_affair() {
    let desk = Desk::stepping(CUT);
    let switch = "GPIO17".parse().unwrap();
    let mut child = energised(&desk);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(desk.fake.driven(switch), Some(true), "a killed program leaves its lines as they were");
    desk.wait_for("the watchdog", Desk::is_off);
    // A start that comes to nothing is enough.
    desk.fake.occupy_line("GPIO5".parse().unwrap(), true);
    desk.run("scenarios", "weekly", "").says(75, &["is busy"]);
    assert_eq!(desk.fake.driven(switch), Some(false));
    assert!(desk.is_off());
}

fn a_kill_in_the_middle_of_a_dip() {
    let desk = Desk::stepping(CUT);
    let mut child = energised(&desk);
    desk.wait_for("the cut", Desk::is_off);
    child.kill().unwrap();
    child.wait().unwrap();
    desk.on(&["rig", "safe", "--rig", "pi.toml"]).prints(0, &["pi-12v: safe"]);
    assert!(matches!(desk.fake.level(), Level::Open));
    assert_eq!(desk.fake.driven("GPIO17".parse().unwrap()), Some(false), "the switch");
    // The lock is free, the rig as good as before.
    let ran = desk.run("scenarios", "weekly", "");
    assert!([1, 75].contains(&ran.status), "{ran:#?}");
    ran.says(ran.status, &["flashed weekly by probe-rs and verified it"]);
    assert!(ran.status == 75 || ran.stderr.contains("1 snapshot pending"), "it passed, unapproved: {ran:#?}");
    assert!(desk.is_off());
}
