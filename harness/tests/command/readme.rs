//! What the README says of a run of everything.

use crate::support::Place;

const README: &str = include_str!("../../../README.md");

#[test]
fn the_readme_counts_the_shipped_cases() {
    let here = Place::shipped(&["buttons", "clock", "memory", "power", "schedule"]);
    let count = |more: &[&str]| here.run(&[&["run", "--", "--list"], more].concat()).stdout.lines().count();
    let (all, skipped) = (count(&[]), count(&["--ignored"]));
    let said = README.lines().find(|line| line.contains(" cases: ")).unwrap();
    assert_eq!(said, format!("{all} cases: {} passed, 0 failed, {skipped} skipped", all - skipped));
}
