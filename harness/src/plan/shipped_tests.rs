//! The shipped scenarios plan, and no mutation of them panics, hangs, or fails without a place.

use super::bad_input_tests::plan_text;
use super::{Plan, Target, plan_paths};
use crate::scenario::error::Faults;
use brownout_rigs::profile::Profile;
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
    assert!(files.len() >= 5, "{files:?}");
    for theme in ["power/", "schedule/", "memory/"] {
        assert!(files.iter().any(|name| name.starts_with(theme)), "{theme}");
    }
    for case in &plan.cases {
        assert_eq!(case.skip, None, "{}", case.id);
        for step in &case.steps {
            let text = &case.about.source.text[step.span.clone()];
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

/// One careless edit of a text.
#[derive(Debug, Clone)]
enum Edit {
    Delete(usize, usize),
    Insert(usize, String),
    Swap(usize, usize),
    Double(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let pieces = prop::sample::select(vec![
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        "=",
        "\n",
        "-",
        "{x}",
        "0",
        "99999999999999999999",
        "\u{e9}",
        "\u{0}",
        "1e400V",
        ".",
        "[a]\n",
        "[[steps]]\n",
        "{ cut = ",
        "#",
        "\\",
        "\"\"\"",
        "'",
        "true",
        "08:00:00",
        "\u{feff}",
        "%",
        "ms",
        " ",
    ]);
    let (at, length) = (any::<usize>(), 1usize..40);
    prop_oneof![
        (at, length.clone()).prop_map(|(at, length)| Edit::Delete(at, length)),
        (at, pieces).prop_map(|(at, piece)| Edit::Insert(at, piece.to_owned())),
        (at, at).prop_map(|(one, other)| Edit::Swap(one, other)),
        (at, length).prop_map(|(at, length)| Edit::Double(at, length)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let size = chars.len().max(1);
    match edit {
        Edit::Delete(at, length) => {
            let at = at % size;
            chars.drain(at.min(chars.len())..(at + length).min(chars.len()));
        }
        Edit::Insert(at, piece) => {
            let at = (at % size).min(chars.len());
            chars.splice(at..at, piece.chars());
        }
        Edit::Swap(one, other) if !chars.is_empty() => chars.swap(one % size, other % size),
        Edit::Swap(..) => {}
        Edit::Double(at, length) => {
            let at = (at % size).min(chars.len());
            let copy: Vec<char> = chars[at..(at + length).min(chars.len())].to_vec();
            chars.splice(at..at, copy);
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

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
                prop_assert!(!fault.message().is_empty());
                // What a person sees: it must render whatever stands there.
                let mut shown = String::new();
                let report = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
                prop_assert!(report.render_report(&mut shown, &fault).is_ok(), "{}", fault.line());
            }
        }
    }
}
