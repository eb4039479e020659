//! The supply variants: one rig of each kind runs shipped scenarios from end to end, against what was approved.

use crate::support::Place;
use brownout_reports::Record;
use brownout_trace::event::{Figure, Level};
use brownout_trace::{Event, Instant, Span, What};

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

/// What happened in the one case of a scenario that was run.
fn events(rig: &str, scenario: &str, case: &str) -> Vec<Event> {
    let here = place();
    let file = format!("scenarios/power/{scenario}.toml");
    let id = format!("power/{scenario}@{case}");
    here.run(&["run", "--rig", rig, "--record", "kept", &file, "--", "--exact", &id]).prints(0, &["1 case: 1 passed"]);
    let records = brownout_reports::records(&here.path("kept/run-0001")).unwrap();
    records.iter().flat_map(|path| Record::read(path).unwrap().events).collect()
}

#[test]
fn each_dip_begins_at_its_angle() {
    for (angle, into_the_cycle) in [("0deg", Span::ZERO), ("180deg", Span::millis(10))] {
        let case = format!("clock=Mon 12:00:00@angle={angle}");
        let starts: Vec<Instant> = events("virtual-220v", "dips-at-phase-angle", &case)
            .into_iter()
            .filter_map(|event| match event.what {
                What::Shot(report) => Some(report.start),
                _ => None,
            })
            .map(|start| if let Figure::Measured(at) = start { at } else { panic!("unmeasured") })
            .collect();
        assert_eq!(starts.len(), 18);
        let cycle = Span::millis(20).0;
        assert!(starts.iter().all(|at| at.0.rem_euclid(cycle) == into_the_cycle.0), "{angle}: {starts:?}");
    }
}

#[test]
fn a_switch_bounces_as_long_as_it_may() {
    let events = events("virtual-12v", "switch-on-bounce", "bounce=50ms@gap=600ms");
    let changes: Vec<(Instant, Level)> = events
        .into_iter()
        .filter_map(|event| match event.what {
            What::Supply { level } if event.at >= Instant::ZERO => Some((event.at, level)),
            _ => None,
        })
        .collect();
    let first: Vec<_> = changes.iter().filter(|(at, _)| *at <= Instant::ZERO + Span::millis(50)).collect();
    assert!(first.len() >= 3 && first.len() % 2 == 1, "{changes:?}");
    assert_ne!(first[first.len() - 1].1, Level::Open);
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
