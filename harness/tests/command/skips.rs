//! What a rig or a board cannot do is skipped, and said so wherever cases are named.

use crate::support::{PASSING, Place};
use std::fs;

const SHIPPED: &str = include_str!("../../../rigs/virtual-12v.toml");
const WHY: &str = "the rig `virtual-12v` has no wire to the button `SET`";

/// A scenario that passes, and one that presses a button which the rig has no wire to.
fn without_a_button() -> Place {
    let here = Place::approved();
    here.scenario("press", &PASSING.replace("{ wait   = \"1s\" }", "{ press = \"SET\" }"));
    let (before, _) = SHIPPED.split_once("[[virtual.buttons]]").unwrap();
    here.write("rig.toml", before);
    here
}

#[test]
fn the_reason_is_told_wherever_cases_are_named() {
    let here = without_a_button();
    let line = format!("1 case skipped: {WHY}");
    here.run(&["check", "--rig", "rig.toml"]).prints(0, &[&line]);
    let ran = here.run(&["run", "--rig", "rig.toml", "--junit", "junit.xml"]);
    ran.says(0, &[&line]);
    ran.prints(0, &["skipped       power/press", WHY, "2 cases: 1 passed, 0 failed, 1 skipped"]);
    let junit = fs::read_to_string(here.path("junit.xml")).unwrap();
    assert!(junit.contains("skipped=\"1\"") && junit.contains("has no wire to the button `SET`"), "{junit}");
    // A list is data, its reasons are talk.
    let listed = here.run(&["run", "--rig", "rig.toml", "--", "--list"]);
    listed.says(0, &[&line]);
    assert_eq!(listed.stdout, "power/noon: test\npower/press: test\n");
    assert_eq!(here.run(&["run", "--rig", "rig.toml", "--", "--list", "--ignored"]).stdout, "power/press: test\n");
}

#[test]
fn libtest_knows_it_as_ignored() {
    let here = without_a_button();
    let run = |more: &[&str]| here.run(&[&["run", "--rig", "rig.toml", "--", "--format", "pretty"], more].concat());
    let ignored = format!("test [{WHY}] power/press ... ignored");
    run(&[]).prints(0, &["power/noon  ... ok", &ignored, "1 passed; 0 failed; 1 ignored"]);
    // Asked for by name it still is not run.
    run(&["--include-ignored"]).prints(0, &["1 passed; 0 failed; 1 ignored"]);
}
