//! The supply variants: one rig of each kind runs shipped scenarios from end to end, against what was approved.

use crate::support::Place;

/// The dip at an angle, too, where there is a sine.
const SOME: [&str; 4] = ["short-outage", "long-outage-open", "switch-on-bounce", "dips-at-phase-angle"];

fn place() -> Place {
    Place::shipped(&["power"])
}

fn some() -> Vec<String> {
    SOME.iter().map(|name| format!("scenarios/power/{name}.toml")).collect()
}

#[test]
fn a_rig_of_each_kind_passes_and_says_what_it_skips() {
    let files = some();
    for (rig, summary, skips) in [
        ("virtual-5v", "19 cases: 15 passed, 0 failed, 4 skipped", true),
        ("virtual-110v", "19 cases: 15 passed, 0 failed, 4 skipped", true),
        ("virtual-110v-transformer", "19 cases: 15 passed, 0 failed, 4 skipped", true),
        ("virtual-220v", "19 cases: 19 passed, 0 failed\n", false),
        ("virtual-220v-dropper", "19 cases: 19 passed, 0 failed\n", false),
        ("virtual-220v-switching", "19 cases: 19 passed, 0 failed\n", false),
    ] {
        let paths: Vec<&str> = files.iter().map(String::as_str).collect();
        let ran = place().run(&[&["run", "--rig", rig], paths.as_slice()].concat());
        ran.prints(0, &[summary]);
        let said = "4 cases skipped: its figures are for a supply of `220V`; `weekly-";
        assert_eq!(ran.stderr.contains(said), skips, "{rig}: {}", ran.stderr);
    }
}

/// A variant's outcome is its base's, where nothing else was approved for it; a file of its own comes first.
#[test]
fn a_variant_is_compared_with_its_base() {
    let here = Place::approved();
    here.run(&["run", "--rig", "virtual-5v"]).prints(0, &["1 case: 1 passed"]);
    assert_eq!(here.snapshots(), ["noon@weekly.snap"]);
    let path = here.path("scenarios/power/snapshots/noon@weekly.snap");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("closed", "open")).unwrap();
    here.run(&["run", "--rig", "virtual-5v"]).prints(1, &["changed       power/noon"]);
    assert_eq!(here.run(&["accept"]).status, 0);
    assert_eq!(here.snapshots(), ["noon@weekly-5v.snap", "noon@weekly.snap"]);
    here.run(&["run", "--rig", "virtual-5v"]).prints(0, &["1 case: 1 passed"]);
}

/// A meter's readings are in a trace, and a lot's nominal relay is another one: whole traces are compared on the plain rig.
#[test]
fn a_metered_rig_and_a_lot_are_judged_by_outcomes() {
    for rig in ["virtual-12v-metered", "virtual-12v-lot"] {
        let ran = place().run(&["run", "--rig", rig, "scenarios/power/beyond-hold-up.toml"]);
        ran.prints(0, &["3 cases: 3 passed, 0 failed\n"]);
    }
}

/// What only a board on another supply was measured for, nobody else has to pass; nor need it be able to.
#[test]
fn a_scenario_for_another_supply_is_skipped_with_its_reason() {
    let here = Place::new();
    let head = "title = \"t\"\nwhy = \"w\"\ncovers = [\"multi-voltage\"]\nsupply = [\"5V\", \"220Vac\"]\n";
    let steps = "steps = [{ power = { to = \"300V\" } }, { expect = { relay = \"K1\", is = \"open\" } }]\n";
    here.scenario("other", &format!("{head}{steps}"));
    let ran = here.run(&["run"]);
    ran.says(0, &["1 case skipped: its figures are for a supply of `5V` or `220V`; `weekly` has 12V"]);
    ran.prints(0, &["skipped       power/other"]);
}
