//! Scenario files with faults: a clear error with its place, exit status 2, and nothing lost or begun.

use crate::support::{PASSING, Place};
use std::fs::{self, File};

/// A fault: what is written for what, where it is reported, and words of the message and the advice.
type Fault = (&'static str, &'static str, &'static str, &'static [&'static str]);

const FAULTS: &[Fault] = &[
    ("{ wait   = \"1s\" }", "{ wiat = \"1s\" }", "5:5", &["`wiat` is not a step", "`wait`"]),
    ("why    =", "wyh    =", "2:1", &["no key `wyh`", "`why`"]),
    ("\"1s\" }", "1 }", "5:14", &["no unit", "`\"2s\"`"]),
    ("\"1s\" }", "\"1\" }", "5:14", &["no unit", "`ms`"]),
    ("\"1s\" }", "\"1V\" }", "5:14", &["not a unit", "`ms`"]),
    ("\"1s\" }", "\"-1s\" }", "5:14", &["negative"]),
    ("\"1s\" }", "\"{pause}\" }", "5:14", &["`pause`", "[matrix]"]),
    ("why    =", "title  =", "2:1", &["duplicate key", "once"]),
    ("relay = \"K1\"", "relay = \"K7\"", "6:24", &["no relay `K7`", "`K1`"]),
];

#[test]
fn every_fault_has_its_place_and_its_advice() {
    for (from, to, place, words) in FAULTS {
        assert!(PASSING.contains(from), "{from}");
        let here = Place::new();
        here.scenario("bad", &PASSING.replacen(from, to, 1));
        here.scenario("good", PASSING);
        for command in ["check", "run"] {
            let ran = here.run(&[command]);
            ran.says(2, words);
            ran.says(2, &[&format!("scenarios/power/bad.toml:{place}]"), "error: 1 fault"]);
            // Nothing runs as long as one file is at fault.
            assert_eq!(ran.stdout, "", "{to}");
        }
    }
}

#[test]
fn all_faults_of_all_files_come_at_once() {
    let here = Place::new();
    here.scenario("a", &PASSING.replacen("\"1s\"", "\"1V\"", 1).replacen("is =", "iz =", 1));
    here.scenario("b", "title = ");
    let ran = here.run(&["check"]);
    ran.says(2, &["power/a.toml:5:14]", "power/a.toml:6:30]", "power/b.toml:1:"]);
}

#[test]
fn invalid_utf_8() {
    let here = Place::new();
    here.write("scenarios/power/bad.toml", b"title = \"caf\xe9\"\n");
    here.run(&["run"]).says(2, &["not UTF-8: byte 0xe9", "bad.toml:1:13]", "save the file as UTF-8"]);
}

#[test]
fn a_file_of_100_mb() {
    let here = Place::new();
    // Sparse: nothing of it is written, nor may any of it be read.
    File::create(here.path("scenarios/power/big.toml")).unwrap().set_len(100_000_000).unwrap();
    here.run(&["run"]).says(2, &["power/big.toml` is too large for a scenario: 100000000 bytes", "help: "]);
}

#[test]
fn a_folder_without_scenarios() {
    let here = Place::new();
    here.run(&["run"]).says(2, &["no scenarios in `scenarios`", "a scenario is a file"]);
    here.run(&["check", "nowhere"]).says(2, &["`nowhere` cannot be read"]);
}

#[test]
fn a_faulty_rig_file() {
    let here = Place::passing();
    here.write("rig.toml", "name = \"x\"\nbensh = \"virtual\"\n");
    here.run(&["check", "--rig", "rig.toml"]).says(2, &["rig.toml:2:1", "bensh", "`bench`"]);
    here.run(&["run", "--rig", "virtual-21v"]).says(2, &["virtual-21v", "`virtual-12v`"]);
}

#[test]
fn nothing_is_lost() {
    let here = Place::approved();
    let approved = here.snapshots();
    here.scenario("bad", "steps = 1");
    let ran = here.run(&["run", "--record", "records"]);
    ran.says(2, &["bad.toml"]);
    assert!(!here.path("records").exists());
    assert_eq!(here.snapshots(), approved);
    fs::remove_file(here.path("scenarios/power/bad.toml")).unwrap();
    here.run(&["run"]).prints(0, &["1 case: 1 passed"]);
}

#[test]
fn a_matrix_without_values_a_supply_too_high_and_includes_in_a_circle() {
    let here = Place::new();
    here.scenario("empty", &(PASSING.replace("\"1s\"", "\"{pause}\"") + "\n[matrix]\npause = []\n"));
    here.scenario("high", &PASSING.replace("{ wait   = \"1s\" }", "{ dip = { to = \"250%\", for = \"1s\" } }"));
    here.write("scenarios/power/a.steps.toml", "steps = [{ include = \"b.steps.toml\" }]\n");
    here.write("scenarios/power/b.steps.toml", "steps = [{ include = \"a.steps.toml\" }]\n");
    here.scenario("circle", &PASSING.replace("{ wait   = \"1s\" }", "{ include = \"a.steps.toml\" }"));
    here.run(&["check", "scenarios/power/empty.toml"]).says(2, &["power/empty.toml:15:9]", "`pause` has no values"]);
    here.run(&["check", "scenarios/power/high.toml"]).says(
        2,
        &["power/high.toml:5:18]", "the rig cannot supply 30V", "at most 24V", "percentages are of the nominal 12V"],
    );
    let ran = here.run(&["check", "scenarios/power/circle.toml"]);
    ran.says(2, &["power/b.steps.toml:1:", "`a.steps.toml` includes itself", "a.steps.toml:1:", "take one of these"]);
    here.run(&["check"]).says(2, &["3 faults in the scenario files"]);
}
