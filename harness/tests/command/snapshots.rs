//! What is approved: new, changed, accepted, rejected; and everything that must not be.

use crate::support::{PASSING, Place, Ran};
use std::fs;
use std::process::Command;

const APPROVED: &str = "noon@weekly.snap";
const PENDING: &str = "noon@weekly.snap.new";

#[test]
fn new_then_accepted_then_the_same() {
    let here = Place::passing();
    let ran = here.run(&["run"]);
    ran.prints(1, &["new           power/noon", "nothing was approved yet", "+ - K1 is closed", "brownout accept"]);
    ran.says(1, &["1 snapshot pending"]);
    assert_eq!(here.snapshots(), [PENDING]);
    // Pending is not approved.
    assert_eq!(here.run(&["run"]).status, 1);
    let by = ["--who", "Ann", "--why", "the first one", "--date", "2026-03-01"];
    let accepted = here.run(&[&["accept", "scenarios/power/noon.toml"], &by[..]].concat());
    assert_eq!(accepted.stdout, "accepted scenarios/power/snapshots/noon@weekly.snap\n");
    assert_eq!(here.snapshots(), [APPROVED]);
    let ran = here.run(&["run"]);
    assert_eq!(ran.status, 0, "{ran:#?}");
    insta::assert_snapshot!("passed", ran.steady());
    let text = fs::read_to_string(here.path("scenarios/power/snapshots").join(APPROVED)).unwrap();
    insta::assert_snapshot!("approved", text);
}

#[test]
fn changed_shows_the_difference_and_can_be_rejected() {
    let here = Place::approved();
    here.scenario("noon", &PASSING.replace("Closed at noon", "Closed in the middle of the day"));
    let ran = here.run(&["run"]);
    let difference = ["changed ", "  - Closed at noon\n  + Closed in the middle of the day\n    power/noon\n"];
    ran.prints(1, &difference);
    assert_eq!(here.snapshots(), [APPROVED, PENDING]);
    here.run(&["reject"]).prints(0, &["rejected scenarios/power/snapshots/noon@weekly.snap.new"]);
    assert_eq!(here.snapshots(), [APPROVED]);
    here.run(&["reject"]).says(0, &["no pending snapshots"]);
    assert_eq!(here.run(&["run"]).status, 1);
}

#[test]
fn a_failure_cannot_be_accepted() {
    let here = Place::passing();
    assert_eq!(here.run(&["run"]).status, 1);
    assert_eq!(here.snapshots(), [PENDING]);
    // What the passing one left goes too, once it fails.
    here.scenario("noon", &PASSING.replace("is = \"closed\"", "is = \"open\""));
    here.run(&["run"]).prints(1, &["failed        power/noon", "K1 is open"]);
    assert_eq!(here.snapshots(), [""; 0]);
    here.run(&["accept"]).says(0, &["no pending snapshots"]);
}

#[test]
fn continuous_integration_writes_nothing() {
    let here = Place::passing();
    let ran = Ran::of(here.command(&["run"]).env("CI", "1").output().unwrap());
    ran.prints(1, &["nothing was approved yet", "no pending snapshot was written"]);
    assert_eq!(here.snapshots(), [""; 0]);
}

#[test]
fn passing_by_force_is_refused() {
    let here = Place::passing();
    let ran = Ran::of(here.command(&["run"]).env("INSTA_FORCE_PASS", "1").output().unwrap());
    ran.says(2, &["INSTA_FORCE_PASS", "unset it"]);
    assert_eq!(here.snapshots(), [""; 0]);
}

#[test]
fn a_merge_gone_wrong_is_told_of() {
    let here = Place::approved();
    here.write("scenarios/power/snapshots/noon@weekly.snap", "<<<<<<< ours\n---\n\t{\n");
    here.run(&["run"]).prints(1, &["changed"]);
}

#[test]
fn traces_are_compared_where_the_scenario_asks() {
    let here = Place::new();
    here.scenario("noon", &PASSING.replace("\nsteps", "\ntrace-snapshot = true\nsteps"));
    assert_eq!(here.run(&["run"]).status, 1);
    assert_eq!(here.snapshots(), [PENDING, "noon@weekly.trace.snap.new"]);
    here.run(&["accept"]).prints(0, &["noon@weekly.trace.snap"]);
    assert_eq!(here.run(&["run"]).status, 0);
    // Another seed gives another trace, which nobody approved: only the outcome is compared.
    assert_eq!(here.run(&["run", "--seed", "2"]).status, 0);
    let path = here.path("scenarios/power/snapshots/noon@weekly.trace.snap");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("out of reset: power-on"), "{text}");
    fs::write(&path, text.replace("out of reset: power-on", "out of reset: pin")).unwrap();
    here.run(&["run"]).prints(1, &["trace snapshot: not as it was approved", "+ -"]);
}

/// As root, `chmod` stops nobody: a read-only bind mount in a namespace of our own does.
#[test]
#[ignore = "needs user namespaces (unshare)"]
fn a_read_only_folder_of_scenarios_is_told_of() {
    let here = Place::passing();
    let script = "mount --bind scenarios scenarios && mount -o remount,ro,bind scenarios && exec \"$0\" run";
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", script, env!("CARGO_BIN_EXE_brownout")]);
    here.at_home(&mut command);
    let ran = Ran::of(command.output().unwrap());
    let words =
        ["new ", "the pending snapshot could not be written", "scenarios/power/snapshots", "Read-only file system"];
    ran.prints(1, &words);
    assert!(!ran.stderr.contains("pending"), "{}", ran.stderr);
    assert_eq!(here.snapshots(), [""; 0]);
}
