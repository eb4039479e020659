//! The tables of `scenarios/DEFECTS.md`: every seeded defect, faulty part and wrong promise is caught by the scenario that is
//! meant for it, in words a person understands, and that scenario passes where nothing is wrong.

mod shipped;
#[path = "command/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the command")]
mod support;

use shipped::{THEMES, root, scenarios};
use std::collections::BTreeSet;
use std::fs;
use support::{Place, Ran};

/// What is wrong with a board.
#[derive(Debug, Clone)]
enum Wrong {
    /// Its firmware: `weekly-<name>.elf`.
    Firmware(String),
    /// A part of the rig: a figure of the shipped rig file, and the one in its place.
    Part { is: String, instead: String },
    /// Its profile promises something else than the firmware keeps, so that the oracle expects it.
    Promise { is: String, instead: String },
}

/// A row: what is wrong, and what is said of it.
#[derive(Debug, Clone)]
struct Row {
    wrong: Wrong,
    scenario: String,
    says: String,
    also: BTreeSet<String>,
}

/// The rows below a heading, each cut into its cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("scenarios/DEFECTS.md")).unwrap();
    let section = text.split("\n## ").find_map(|section| section.strip_prefix(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

fn plain(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

fn names(cell: &str) -> BTreeSet<String> {
    cell.split_whitespace().map(plain).collect()
}

fn rows() -> Vec<Row> {
    let firmware = table("Firmware").into_iter().map(|cells| {
        let [name, scenario, says, also] = cells.try_into().unwrap();
        Row { wrong: Wrong::Firmware(plain(&name)), scenario: plain(&scenario), says, also: names(&also) }
    });
    let parts = table("Parts").into_iter().map(|cells| {
        let [_, is, instead, scenario, says, also] = cells.try_into().unwrap();
        let wrong = Wrong::Part { is: plain(&is), instead: plain(&instead) };
        Row { wrong, scenario: plain(&scenario), says, also: names(&also) }
    });
    let promises = table("Promises").into_iter().map(|cells| {
        let [_, is, instead, scenario, says, also] = cells.try_into().unwrap();
        let wrong = Wrong::Promise { is: plain(&is), instead: plain(&instead) };
        Row { wrong, scenario: plain(&scenario), says, also: names(&also) }
    });
    firmware.chain(parts).chain(promises).collect()
}

/// A shipped file with something in it replaced.
fn shipped(path: &str, is: &str, instead: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    assert!(text.contains(is), "{is}");
    text.replace(is, instead)
}

impl Row {
    /// Runs scenarios on the board with the defect.
    fn run(&self, place: &Place, paths: &[&str]) -> Ran {
        let (option, file) = match &self.wrong {
            Wrong::Firmware(name) => {
                let elf = root().join(format!("rigs/virtual/firmware/elf/weekly-{name}.elf"));
                ("--firmware", elf.display().to_string())
            }
            Wrong::Part { is, instead } => {
                place.write("rig.toml", shipped("rigs/virtual-12v.toml", is, instead));
                ("--rig", "rig.toml".to_owned())
            }
            Wrong::Promise { is, instead } => {
                fs::create_dir_all(place.path("boards")).unwrap();
                place.write("rig.toml", fs::read(root().join("rigs/virtual-12v.toml")).unwrap());
                let (is, instead) = (format!("\n{is}"), format!("\n{instead}"));
                place.write("boards/weekly.toml", shipped("rigs/boards/weekly.toml", &is, &instead));
                ("--rig", "rig.toml".to_owned())
            }
        };
        place.run(&[&["run", option, &file], paths].concat())
    }
}

fn file(scenario: &str) -> String {
    format!("scenarios/{scenario}.toml")
}

/// The scenarios that an expectation failed in; a changed snapshot alone is no catch.
fn failed(ran: &Ran) -> BTreeSet<String> {
    let words = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words.filter(|words| words.len() > 2 && words[0] == "failed").map(|words| words[1].to_owned()).collect()
}

#[test]
fn each_defect_fails_the_scenario_meant_for_it_and_says_why() {
    let place = Place::shipped(&THEMES);
    for row in rows() {
        let ran = row.run(&place, &[&file(&row.scenario)]);
        assert_eq!(ran.status, 1, "{row:?}: {}{}", ran.stdout, ran.stderr);
        assert!(failed(&ran).contains(&row.scenario), "{row:?}: {}", ran.stdout);
        assert!(ran.stdout.contains(&row.says), "{row:?}: {}", ran.stdout);
    }
}

#[test]
fn the_sound_board_passes_every_scenario_meant_for_a_defect() {
    let place = Place::shipped(&THEMES);
    let files: BTreeSet<String> = rows().iter().map(|row| file(&row.scenario)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let ran = place.run(&[&["run"], files.as_slice()].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn every_defect_stands_in_the_table() {
    let listed: BTreeSet<String> = rows()
        .into_iter()
        .filter_map(|row| match row.wrong {
            Wrong::Firmware(name) => Some(format!("weekly-{name}.elf")),
            Wrong::Part { .. } | Wrong::Promise { .. } => None,
        })
        .collect();
    let entries = fs::read_dir(root().join("rigs/virtual/firmware/elf")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let built: BTreeSet<String> = names.filter(|name| name.starts_with("weekly-")).collect();
    assert_eq!(listed, built);
}

/// Every scenario on every row: the last column is as measured, and each scenario alone catches something, or the
/// table says why it is kept.
#[test]
#[ignore = "long: every scenario on every defect"]
fn the_whole_table_is_as_measured() {
    let mut alone = BTreeSet::new();
    let mut wrong = Vec::new();
    for row in rows() {
        let place = Place::shipped(&THEMES);
        let caught = failed(&row.run(&place, &[]));
        let mut listed = row.also.clone();
        listed.insert(row.scenario.clone());
        if caught != listed {
            let also: Vec<String> =
                caught.iter().filter(|name| **name != row.scenario).map(|name| format!("`{name}`")).collect();
            wrong.push(format!("{:?}: also caught by {}", row.wrong, also.join(" ")));
        }
        if caught.len() == 1 {
            alone.extend(caught);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let kept: BTreeSet<String> = table("Not the only catcher").iter().map(|cells| plain(&cells[0])).collect();
    let rest: BTreeSet<String> = scenarios().difference(&alone).cloned().collect();
    assert_eq!(rest, kept, "scenarios that alone catch nothing");
}
