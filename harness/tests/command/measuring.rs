//! Measurements, margins, and what a rig cannot tell: as the command says them, and where they are kept.

use crate::support::Place;
use std::fs;

const SCENARIO: &str = r#"title  = "Back after an outage"
why    = "How soon it is back is what people see."
covers = ["power-outage"]
steps  = [
  { until   = "Mon 08:00:02" },
  { cut     = { for = "1s", measured = ["width"] } },
  { measure = { name = "restart", from = { shot = "end" }, to = { relay = "K1", becomes = "closed" }, within = "1s", unit = "ms", max = "LIMIT", marginal = "40%" } },
  { expect  = { relay = "K1", bounce = "10ms", since = "restored" } },
  { expect  = "schedule" },
]

[board]
clock    = "Mon 07:59:55"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

/// With this limit, on a rig that is wrong by so much.
fn place(limit: &str) -> Place {
    let here = Place::new();
    here.scenario("back", &SCENARIO.replace("LIMIT", limit));
    let shipped = include_str!("../../../rigs/virtual-12v.toml");
    let uncertainty = "[uncertainty]\ntime = \"5ms\"       # a rig of old\n\n[virtual.clocks]";
    here.write("rough.toml", shipped.replace("[virtual.clocks]", uncertainty));
    let blind = "measures = [\"start\"]\n\n[virtual.clocks]";
    here.write("blind.toml", shipped.replace("[virtual.clocks]", blind));
    here
}

#[test]
fn a_figure_is_shown_recorded_and_reported() {
    let here = place("15ms");
    let ran = here.run(&["run", "--record", "kept", "--junit", "junit.xml"]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert_eq!(here.run(&["accept"]).status, 0);
    let ran = here.run(&["run"]);
    insta::assert_snapshot!("marginal", ran.steady());
    assert_eq!(ran.status, 0);
    let record = fs::read_to_string(here.path("kept/run-0001/power+back/record.jsonl")).unwrap();
    let measured = record.lines().find(|line| line.contains("\"kind\":\"measured\"")).unwrap();
    for part in
        ["\"name\":\"restart\"", "\"unit\":\"ms\"", "\"max\":\"15ms\"", "\"uncertainty\":\"0s\"", "\"marginal\""]
    {
        assert!(measured.contains(part), "{part} in {measured}");
    }
    assert!(record.contains("\"margin\":{\"left\":"), "{record}");
    let junit = fs::read_to_string(here.path("junit.xml")).unwrap();
    for part in ["name=\"measured restart\"", "name=\"limits of restart\"", "left of 15ms\"", "left of 10ms\""] {
        assert!(junit.contains(part), "{part} in {junit}");
    }
}

#[test]
fn a_figure_outside_its_limit_says_by_how_much() {
    let ran = place("5ms").run(&["run"]);
    insta::assert_snapshot!("outside", ran.steady());
    assert_eq!(ran.status, 1);
}

#[test]
fn what_a_rig_cannot_tell_is_said_beforehand_and_judged_so() {
    let here = place("30ms");
    let checked = here.run(&["check", "--rig", "rough.toml"]);
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    insta::assert_snapshot!("noted", &checked.stderr);
    checked.prints(0, &["no faults", "2 places where this rig cannot tell: these cases will be inconclusive"]);
    let ran = here.run(&["run", "--rig", "rough.toml"]);
    let words = "a limit of 30ms is tighter than four times what the rig `virtual-12v` may be wrong by, 10ms over 30ms";
    ran.prints(75, &[words, "inconclusive  power/back"]);
    assert!(
        ran.stderr.contains("1 case: more is asked than this rig can tell; `brownout check` shows where"),
        "{}",
        ran.stderr
    );
    let unwrapped = checked.stderr.replace("\n  │ ", " ");
    assert!(unwrapped.contains(words), "the plan said the same: {unwrapped}");
    let blind = here.run(&["run", "--rig", "blind.toml"]);
    blind.prints(75, &["the rig `virtual-12v` does not measure the width of a shot"]);
}
