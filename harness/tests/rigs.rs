//! The page `scenarios/RIGS.md`: what each shipped scenario comes to on each shipped virtual rig.

mod shipped;
#[path = "command/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the command")]
mod support;

use brownout_rigs::rig::SHIPPED;
use shipped::{THEMES, root, scenarios};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use support::Place;

const HEAD: &str = "# Which scenario runs on which rig

Every shipped scenario on every shipped virtual rig with the shipped firmware, as `brownout run --rig NAME` judges it. A plain
number counts the cases that passed, one with a note those that did not: `7, 1 [22]` is seven passed, and one of which note 22
says what became. A case that a rig cannot do, or whose figures are for another board, is skipped with its reason. One that
fails says something of that board: on a slow rise a transformerless supply of small current starts its controller, is dragged
down by it, and starts it again.

Written by `BROWNOUT_WRITE=1 cargo test -p brownout --test rigs -- --ignored`, which without that variable compares.
";

fn virtual_rigs() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).filter(|name| name.starts_with("virtual-")).collect()
}

/// What became of the cases of a scenario that did not pass, and how many did.
#[derive(Debug, Clone, Default)]
struct Cell {
    passed: usize,
    rest: BTreeMap<String, usize>,
}

/// A text of a JUnit report as it was before it was escaped.
fn plain(text: &str) -> String {
    let marks = [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#10;", " "), ("&amp;", "&")];
    marks.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What stands in an attribute.
fn attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.split_once(&format!("{name}=\""))?.1.split('"').next()
}

/// The outcome of each scenario of a run, from its report.
fn outcomes(report: &str, rig: &str) -> BTreeMap<String, Cell> {
    let mut cells: BTreeMap<String, Cell> = BTreeMap::new();
    for case in report.split("<testcase name=\"").skip(1) {
        let case = case.split("</testcase>").next().unwrap();
        let scenario = attribute(case, "classname").unwrap().to_owned();
        let cell = cells.entry(scenario).or_default();
        let word = [("<skipped", "skipped"), ("<failure", "fails"), ("<error", "inconclusive")];
        let Some((mark, word)) = word.iter().find(|(mark, _)| case.contains(mark)) else {
            cell.passed += 1;
            continue;
        };
        let said = case.split_once(mark).unwrap().1;
        let reason = plain(attribute(said, "message").unwrap_or_default());
        *cell.rest.entry(format!("{word}: {}", general(&reason, rig))).or_default() += 1;
    }
    cells
}

/// The same reason for every board and rig that has it.
fn general(reason: &str, rig: &str) -> String {
    let text = reason.replace(&format!("the rig `{rig}`"), "the rig");
    let board = SHIPPED.iter().find(|(name, _)| *name == rig).unwrap().1;
    let board = board.lines().find(|line| line.starts_with("board")).unwrap().split('"').nth(1).unwrap();
    text.replace(&format!("`{board}`"), "the board")
}

/// Runs everything on a rig.
fn on(rig: &str) -> BTreeMap<String, Cell> {
    let place = Place::shipped(&THEMES);
    place.run(&["run", "--rig", rig, "--junit", "junit.xml"]);
    outcomes(&fs::read_to_string(place.path("junit.xml")).unwrap(), rig)
}

fn page(columns: &[(&str, BTreeMap<String, Cell>)]) -> String {
    let mut page = HEAD.to_owned();
    let names: Vec<&str> = columns.iter().map(|(rig, _)| rig.trim_start_matches("virtual-")).collect();
    writeln!(page, "\n| scenario | {} |", names.join(" | ")).unwrap();
    writeln!(page, "| --- |{}", " --- |".repeat(names.len())).unwrap();
    let scenarios: BTreeSet<&String> = columns.iter().flat_map(|(_, cells)| cells.keys()).collect();
    let mut notes: Vec<String> = Vec::new();
    for scenario in scenarios {
        write!(page, "| `{scenario}` |").unwrap();
        for (_, cells) in columns {
            let cell = cells.get(scenario).cloned().unwrap_or_default();
            let mut text: Vec<String> = (cell.passed > 0).then(|| cell.passed.to_string()).into_iter().collect();
            for (reason, count) in cell.rest {
                let number = notes.iter().position(|note| *note == reason).unwrap_or_else(|| {
                    notes.push(reason);
                    notes.len() - 1
                });
                text.push(format!("{count} [{}]", number + 1));
            }
            write!(page, " {} |", text.join(", ")).unwrap();
        }
        writeln!(page).unwrap();
    }
    writeln!(page).unwrap();
    for (number, note) in notes.iter().enumerate() {
        writeln!(page, "{}. {note}", number + 1).unwrap();
    }
    page
}

/// The page is what the rigs do now.
#[test]
#[ignore = "long: every scenario on every virtual rig"]
fn the_page_of_rigs_is_as_measured() {
    let columns: Vec<(&str, BTreeMap<String, Cell>)> = virtual_rigs().into_iter().map(|rig| (rig, on(rig))).collect();
    let page = page(&columns);
    let path = root().join("scenarios/RIGS.md");
    if std::env::var_os("BROWNOUT_WRITE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page);
    let loud = ["inconclusive: ", "fails: new", "fails: changed"];
    assert!(!loud.iter().any(|word| page.contains(word)), "{page}");
}

/// Between two measurements: every scenario and every virtual rig stands on the page.
#[test]
fn every_scenario_and_every_rig_stands_on_the_page() {
    let page = fs::read_to_string(root().join("scenarios/RIGS.md")).unwrap();
    let header = page.lines().find(|line| line.starts_with("| scenario |")).unwrap();
    let columns: Vec<&str> = header.trim_matches('|').split('|').map(str::trim).skip(1).collect();
    let rigs: Vec<&str> = virtual_rigs().iter().map(|rig| rig.trim_start_matches("virtual-")).collect();
    assert_eq!(columns, rigs);
    let rows: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect();
    assert_eq!(rows, scenarios());
}
