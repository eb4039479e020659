//! The shipped scenarios plan, and no mutation of them panics, hangs, or fails without a place.

use super::bad_input_tests::plan_text;
use super::careless::{apply, edit};
use super::{Plan, Target, plan_paths};
use crate::scenario::error::Faults;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn planned() -> Plan {
    let profile = Profile::shipped("weekly").unwrap().unwrap();
    let target = Target { profile: &profile, highest: None, rig: None };
    match plan_paths(&[folder()], target) {
        Ok(plan) => plan,
        Err(Faults(faults)) => panic!("{:#?}", faults.iter().map(|fault| fault.line()).collect::<Vec<_>>()),
    }
}

fn texts() -> Vec<String> {
    let mut files: Vec<PathBuf> = planned().cases.iter().map(|case| case.about.path.clone()).collect();
    files.dedup();
    let mut texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    // So that every word of the language is mutated, whatever the shipped ones use.
    texts.extend(std::iter::repeat_n(EVERY_WORD.to_owned(), texts.len() / 2));
    texts
}

const EVERY_WORD: &str = r#"title = "Every step and every form of it"
why = "So that each of them is misspelt by the mutations"
covers = ["choosing"]
steps = [
  { power = { ramp = { to = "50%", over = "2s" } } },
  { wait = "3s" },
  { power = "on" },
  { cut = { for = "{w}", impedance = "low", edges = "1ms", repeat = { times = 2, every = "5s" } } },
  { dip = { to = "{depth}", for = "300ms" } },
  { ramp = { from = "12V", to = "0V", over = "10s", step = "5%" } },
  { ramp = { to = "100%", over = "10s" } },
  { press = "SET" },
  { press = { chord = ["SET", "MODE"], for = "3s" } },
  { press = { button = "MODE", times = 3, every = "300ms" } },
  { repeat = { times = 2, steps = [
    { mark = "round" },
    { cut = "1s" },
    { repeat = { times = 3, steps = [{ wait = "1s" }] } },
    { expect = { relay = "K1", edges = 2, since = "round" } },
  ] } },
  { during = { steps = [{ wait = "2s" }, { console = "STATUS" }], meanwhile = [{ cut = "50ms" }, { press = "SET" }] } },
  { reset = "supply" },
  { flash = "again" },
  { operator = [{ press = "SET" }, { reset = "pin" }] },
  { expect = { mode = "auto" } },
  { expect = { resets = 3 } },
  { expect = { faults = "none" } },
  { reset = "factory" },
  { set-clock = "Mon 12:00:00" },
  { expect = { programs = "kept", over = "1d" } },
  { expect = { clock = { within = "2s", over = "1d" } } },
  { expect = "schedule" },
]

[board]
clock = "Mon 12:00:00"
mode = "auto"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]

[matrix]
w = ["10ms", "100ms"]
depth = ["40%", "8V"]
"#;

#[test]
fn every_word_is_good() {
    assert_eq!(plan_text(EVERY_WORD).unwrap().len(), 4);
}

#[test]
fn every_shipped_scenario_plans() {
    let plan = planned();
    let files: std::collections::BTreeSet<_> = plan.cases.iter().map(|case| &case.id.scenario).collect();
    assert!(files.len() >= 25, "{files:?}");
    for theme in ["buttons/", "clock/", "memory/", "power/", "schedule/"] {
        assert!(files.iter().any(|name| name.starts_with(theme)), "{theme}");
    }
    for case in &plan.cases {
        let other = case.id.scenario == "power/dips-at-phase-angle";
        assert_eq!(case.skip.is_some(), other, "{}: {:?}", case.id, case.skip);
        for step in &case.steps {
            let text = &step.source.text[step.span.clone()];
            assert!(text.starts_with('{') && text.ends_with('}'), "{}: {text}", case.id);
        }
    }
}

#[test]
fn the_timeline_is_the_files() {
    let plan = planned();
    let case = plan.cases.iter().find(|case| case.id.to_string() == "power/short-outage@cut=300ms").unwrap();
    let starts: Vec<String> = case.steps.iter().map(|step| step.earliest.to_string()).collect();
    assert_eq!(starts, ["+0s", "+7s", "+7s", "+7.3s", "+9.3s", "+14.3s", "+14.3s", "+14.3s"]);
    assert_eq!(case.takes.to_string(), "14.3s");
    assert_eq!(case.steps[2].text, "cut for 300ms, high impedance");
}

/// Whether a line begins with `file:line:column: ` and goes on.
fn names_a_place(line: &str, file: &str) -> bool {
    let Some(rest) = line.strip_prefix(file).and_then(|rest| rest.strip_prefix(':')) else { return false };
    let counts = |text: &str| text.parse::<usize>().is_ok_and(|number| number > 0);
    match rest.splitn(3, ':').collect::<Vec<&str>>().as_slice() {
        [row, column, words] => counts(row) && counts(column) && words.len() > 1,
        _ => false,
    }
}

fn shipped_text(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap()
}

/// The same edits always: what fails here fails for everybody.
fn corpus() -> ProptestConfig {
    ProptestConfig { cases: 400, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(corpus())]

    #[test]
    fn no_mutation_of_a_rig_panics_or_fails_without_a_place(edits in prop::collection::vec(edit(), 1..6)) {
        let text = edits.iter().fold(shipped_text("../rigs/virtual-12v.toml"), |text, edit| apply(&text, edit));
        if let Err(error) = Rig::parse(&text, Path::new("rig.toml")) {
            prop_assert!(names_a_place(&error.to_string(), "rig.toml"), "{error}");
        }
    }

    #[test]
    fn no_mutation_of_a_board_panics_or_fails_without_a_place(
        variant in any::<bool>(),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let weekly = shipped_text("../rigs/boards/weekly.toml");
        let text = if variant { VARIANT } else { &weekly };
        let text = edits.iter().fold(text.to_owned(), |text, edit| apply(&text, edit));
        if let Err(error) = Profile::parse("board.toml", &text, |name| (name == "weekly").then(|| weekly.clone())) {
            prop_assert!(names_a_place(&error.to_string(), "board.toml"), "{error}");
        }
    }

    #[test]
    fn no_mutation_of_shared_steps_panics_or_fails_without_a_place(edits in prop::collection::vec(edit(), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let (outer, steps) = (folder.path().join("outer.toml"), folder.path().join("shared.steps.toml"));
        let shared = shipped_text("buttons/enter-weekday-window.steps.toml");
        std::fs::write(&steps, edits.iter().fold(shared, |text, edit| apply(&text, edit))).unwrap();
        std::fs::write(&outer, OUTER).unwrap();
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        if let Err(Faults(faults)) = plan_paths(std::slice::from_ref(&outer), Target { profile: &profile, highest: None, rig: None }) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                let (line, files) = (fault.line(), [&steps, &outer].map(|file| file.display().to_string()));
                prop_assert!(files.iter().any(|file| names_a_place(&line, file)), "{line}");
            }
        }
    }
}

/// A board that is another one in a few things.
const VARIANT: &str = r#"base = "weekly"
name = "weekly-5v"
supply = "5V"

[schedule]
power-up = "last"
missed = "catch-up"

[clock]
reserve = "1h"
"#;

/// A scenario that does what its shared list says.
const OUTER: &str = r#"title  = "Shared steps"
why    = "So that they are misspelt too"
covers = ["choosing"]
steps  = [{ include = "shared.steps.toml" }, { expect = { relay = "K1", is = "open" } }]
"#;

proptest! {
    #![proptest_config(corpus())]

    #[test]
    fn no_mutation_panics_or_fails_without_a_place(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        thread_local!(static TEXTS: Vec<String> = texts());
        let text = TEXTS.with(|texts| which.get(texts).clone());
        let text = edits.iter().fold(text, |text, edit| apply(&text, edit));
        if let Err(Faults(faults)) = plan_text(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                let span = fault.span();
                prop_assert!(span.start <= span.end && span.end <= text.len(), "{}", fault.line());
                prop_assert!(names_a_place(&fault.line(), "x.toml"), "{}", fault.line());
                // What a person sees: it must render whatever stands there.
                let mut shown = String::new();
                let report = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
                prop_assert!(report.render_report(&mut shown, &fault).is_ok(), "{}", fault.line());
            }
        }
    }
}
