//! What the tables say, the readers know, and the other way round: each table and each list of words is asked with one that
//! nobody knows, and the answer names all that are.

use super::kind::{Form, Kind, Table};
use super::scenario::{BOARD, FILE, PREDICATES, STEPS};
use super::{board, kind, rig};
use crate::plan::bad_input_tests::plan_text;
use crate::scenario::error::Fault;
use crate::scenario::expectation::read::SUBJECTS;
use crate::scenario::step::read::WORDS;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use std::collections::BTreeSet;
use std::path::Path;

/// Nobody's word.
const NONE: &str = "zzzqqqxxx";

fn names(table: &Table) -> BTreeSet<String> {
    table.keys.iter().map(|key| key.name.to_owned()).collect()
}

/// What stands in code quotes in a text.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_words_are_those_of_the_readers() {
    let steps: Vec<&str> = STEPS.iter().map(|word| word.word).collect();
    assert_eq!(steps, WORDS);
    let mut subjects: Vec<&str> = PREDICATES.iter().map(|word| word.word.split(' ').next().unwrap()).collect();
    subjects.dedup();
    assert_eq!(subjects, SUBJECTS);
    let relay: Vec<&str> = PREDICATES.iter().filter_map(|word| word.word.strip_prefix("relay ")).collect();
    assert_eq!(relay, crate::scenario::expectation::read::PREDICATES);
}

/// Asks a reader of scenarios; gives the fault that is about [`NONE`], if there is one.
fn asked(text: &str) -> Option<Fault> {
    let faults = plan_text(text).unwrap_err();
    faults.0.into_iter().find(|fault| fault.message().contains(NONE))
}

fn scenario(step: &str) -> String {
    format!("title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [{step}, {{ expect = \"schedule\" }}]\n")
}

/// Walks down from a place where `kind` stands, which `put` writes a value into.
fn walk(kind: &Kind, put: &dyn Fn(&str) -> String, count: &mut usize) {
    match kind {
        Kind::Table(table) => {
            let text = put(&format!("{{ {NONE} = 1 }}"));
            let fault = asked(&text).unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!(quoted(fault.advice().unwrap()), names(table), "{text}: {fault}");
            *count += 1;
            for key in table.keys {
                walk(&key.kind, &|inner| put(&format!("{{ {} = {inner} }}", key.name)), count);
            }
        }
        Kind::Words(words) if words.len() > 1 && words.len() < 12 => {
            let text = put(&format!("\"{NONE}\""));
            let fault = asked(&text).unwrap_or_else(|| panic!("{text} is taken"));
            let known: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(quoted(fault.advice().unwrap()), known, "{text}: {fault}");
            *count += 1;
        }
        Kind::Either(kinds) => kinds.iter().for_each(|kind| walk(kind, put, count)),
        Kind::List(item, _) => walk(item, &|inner| put(&format!("[{inner}]")), count),
        _ => {}
    }
}

#[test]
fn every_key_of_a_step_is_its_readers() {
    let mut count = 0;
    for word in STEPS {
        walk(&word.kind, &|inner| scenario(&format!("{{ {} = {inner} }}", word.word)), &mut count);
    }
    assert!(count > 15, "{count}");
}

#[test]
fn every_key_of_a_predicate_is_its_readers() {
    for subject in SUBJECTS {
        let tables: Vec<&Table> = PREDICATES
            .iter()
            .filter(|word| word.word.split(' ').next() == Some(subject))
            .flat_map(|word| match &word.kind {
                Kind::Table(table) => vec![*table],
                Kind::Either(kinds) => kinds
                    .iter()
                    .filter_map(|kind| match kind {
                        Kind::Table(table) => Some(*table),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        let known: BTreeSet<String> = tables.iter().flat_map(|table| names(table)).collect();
        let text = scenario(&format!("{{ expect = {{ {subject} = 1, {NONE} = 1 }} }}"));
        let fault = asked(&text).unwrap();
        assert_eq!(quoted(fault.advice().unwrap()), known, "{fault}");
        for key in tables.iter().flat_map(|table| table.keys) {
            let rest = if key.name == subject { String::new() } else { format!("{subject} = \"K1\", ") };
            let put = |inner: &str| scenario(&format!("{{ expect = {{ {rest}{} = {inner} }} }}", key.name));
            walk(&key.kind, &put, &mut 0);
        }
    }
}

#[test]
fn every_key_of_the_file_and_of_the_arrangement_is_its_readers() {
    let step = "{ wait = \"1s\" }";
    let fault = asked(&format!("{NONE} = 1\n{}", scenario(step))).unwrap();
    assert_eq!(quoted(fault.advice().unwrap()), names(&FILE));
    let fault = asked(&format!("{}[board]\n{NONE} = 1\n", scenario(step))).unwrap();
    assert_eq!(quoted(fault.advice().unwrap()), names(&BOARD));
    for key in BOARD.keys {
        walk(&key.kind, &|inner| format!("{}[board]\n{} = {inner}\n", scenario(step), key.name), &mut 0);
    }
}

/// Walks down a file that serde reads: `error` gives what it says of a text, `put` writes a value into its place.
fn walk_serde(kind: &Kind, put: &dyn Fn(&str) -> String, error: &dyn Fn(&str) -> Option<String>, count: &mut usize) {
    let ask = |value: &str, known: BTreeSet<String>| {
        let text = put(value);
        let message = error(&text).unwrap_or_else(|| panic!("{text} is taken"));
        let mut told = match message.split_once("available keys: ") {
            Some((before, keys)) if before.contains(NONE) => {
                keys.split(", ").filter(|key| !key.is_empty()).chain([NONE]).map(str::to_owned).collect()
            }
            _ => quoted(&message),
        };
        assert!(told.remove(NONE), "{text}: {message}");
        assert_eq!(told, known, "{text}");
    };
    match kind {
        Kind::Table(table) => {
            ask(&format!("{{ {NONE} = 1 }}"), names(table));
            *count += 1;
            for key in table.keys {
                walk_serde(&key.kind, &|inner| put(&format!("{{ {} = {inner} }}", key.name)), error, count);
            }
        }
        Kind::Choice(choices) => {
            ask(&format!("\"{NONE}\""), choices.iter().map(|(word, _)| (*word).to_owned()).collect());
            for (word, kind) in choices.iter() {
                if let Some(kind) = kind {
                    walk_serde(kind, &|inner| put(&format!("{{ {word} = {inner} }}")), error, count);
                }
            }
        }
        Kind::Figure(_) => walk_serde(&Kind::Table(&kind::FIGURE), put, error, count),
        // Weekdays are read as text.
        Kind::Words(words) if !words.contains(&"Mon") => {
            ask(&format!("\"{NONE}\""), words.iter().map(|word| (*word).to_owned()).collect());
        }
        Kind::Either(kinds) if kinds.len() == 1 => walk_serde(&kinds[0], put, error, count),
        Kind::List(item, _) => walk_serde(item, &|inner| put(&format!("[{inner}]")), error, count),
        _ => {}
    }
}

/// `apart` are keys that are read before serde sees the file.
fn walk_file(table: &'static Table, apart: &[&str], error: &dyn Fn(&str) -> Option<String>) -> usize {
    let message = error(&format!("{NONE} = 1\n")).unwrap();
    let mut told = quoted(&message);
    told.remove(NONE);
    for key in apart {
        let message = error(&format!("{key} = 1\n")).unwrap();
        assert!(message.starts_with(&format!("`{key}` is ")), "{message}");
        told.insert((*key).to_owned());
    }
    assert_eq!(told, names(table), "{message}");
    let mut count = 0;
    for key in table.keys {
        walk_serde(&key.kind, &|inner| format!("{} = {inner}\n", key.name), error, &mut count);
    }
    count
}

#[test]
fn every_key_of_a_rig_file_is_its_readers() {
    let error = |text: &str| Some(Rig::parse(text, Path::new("rig.toml")).err()?.why);
    let count = walk_file(&rig::FILE, &[], &error);
    assert!(count > 12, "{count}");
}

#[test]
fn every_key_of_a_profile_is_its_readers() {
    let error = |text: &str| {
        let error = Profile::parse("board", text, |_| None).err()?;
        Some(match error.kind {
            brownout_rigs::profile::error::Fault::Malformed { message, .. } => message,
            other => other.to_string(),
        })
    };
    let count = walk_file(&board::FILE, &["without"], &error);
    assert!(count > 20, "{count}");
}

#[test]
fn a_form_takes_its_example_in_every_unit() {
    let forms: [&Form; 10] = [
        &kind::SPAN,
        &kind::VOLTS,
        &kind::PERCENT,
        &kind::AMPS,
        &kind::OHMS,
        &kind::FARADS,
        &kind::HERTZ,
        &kind::PPM,
        &kind::CELSIUS,
        &kind::CHARGE,
    ];
    for form in forms {
        let pattern = regex::Regex::new(&form.regex()).unwrap();
        assert!(pattern.is_match(form.example));
        assert!(!pattern.is_match("12") && !pattern.is_match("1.V") && !pattern.is_match("V"), "{}", form.name);
        assert!(form.units.iter().all(|unit| pattern.is_match(&format!("1.5{unit}"))), "{}", form.name);
    }
    for form in
        [&kind::MOMENT, &kind::TIME, &kind::DAYS, &kind::NAME, &kind::PIN, &kind::LINE, &kind::DIGITS, &kind::ENTRY]
    {
        assert!(regex::Regex::new(&form.regex()).unwrap().is_match(form.example), "{}", form.name);
    }
    let farads = regex::Regex::new(&kind::FARADS.figure_regex()).unwrap();
    assert!(["470uF", "470uF ±20%", "470uF+-20%", "470uF ± 94uF"].iter().all(|text| farads.is_match(text)));
    assert!(["470uF ±", "470uF ±20ms", "470uF ±-94uF", "±20%"].iter().all(|text| !farads.is_match(text)));
    let days = regex::Regex::new(&kind::DAYS.regex()).unwrap();
    assert!(["daily", "Mon", "Mon,Wed,Fri", "Mon-Wed,Sun"].iter().all(|text| days.is_match(text)));
    let moment = regex::Regex::new(&kind::MOMENT.regex()).unwrap();
    assert!(moment.is_match("2038-01-19 03:14:00") && !moment.is_match("Mon"));
}
