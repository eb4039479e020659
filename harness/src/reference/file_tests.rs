//! Committed schemas and reference are those of the tables, and shipped files are what the schemas say.

use super::page;
use super::schema::{File, text};
use super::validator::is_valid;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares a committed file with what it should be; with `BROWNOUT_WRITE` set, writes it instead.
fn committed(name: &str, expected: &str) {
    let path = root().join(name);
    if std::env::var_os("BROWNOUT_WRITE").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{name} is not what harness/src/reference says, from line {} on; \
         BROWNOUT_WRITE=1 cargo test --lib reference writes it",
        differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1
    );
}

fn schema(file: File) -> Value {
    serde_json::from_str(&text(file)).unwrap()
}

#[test]
fn the_committed_schemas_are_those_of_the_tables() {
    for (file, name) in File::ALL {
        committed(name, &text(file));
    }
}

/// The line below which the page is written from the tables.
const BELOW: &str = "<!-- Below this line the page is written from harness/src/reference. -->";

#[test]
fn the_committed_reference_is_that_of_the_tables() {
    let name = "scenarios/README.md";
    let found = fs::read_to_string(root().join(name)).unwrap();
    let (above, _) = found.split_once(BELOW).unwrap();
    committed(name, &format!("{above}{}\n{}", BELOW, page::text()));
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect()
}

/// Every shipped file with its schema.
fn shipped() -> Vec<(File, PathBuf)> {
    let themes = ["buttons", "clock", "memory", "power", "schedule"].map(|theme| format!("scenarios/{theme}"));
    let scenarios = themes.iter().filter(|theme| root().join(theme).is_dir()).flat_map(|theme| files(theme));
    let scenarios = scenarios.filter(|path| !path.to_string_lossy().ends_with(".steps.toml"));
    let all = scenarios.map(|path| (File::Scenario, path));
    let rigs = files("rigs").into_iter().filter(|path| !path.ends_with("Cargo.toml")).map(|path| (File::Rig, path));
    all.chain(rigs).chain(files("rigs/boards").into_iter().map(|path| (File::Board, path))).collect()
}

#[test]
fn every_shipped_file_is_what_its_schema_says() {
    let schemas = File::ALL.map(|(file, _)| (file, schema(file)));
    let shipped = shipped();
    assert!(shipped.len() > 30, "{shipped:?}");
    let wrong = shipped.into_iter().filter(|(file, path)| {
        let value: Value = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let (_, schema) = schemas.iter().find(|(kind, _)| kind == file).unwrap();
        !is_valid(schema, schema, &value)
    });
    let wrong: Vec<(File, PathBuf)> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_schema_refuses_what_is_wrong() {
    let schema = schema(File::Scenario);
    let good = fs::read_to_string(root().join("scenarios/power/short-outage.toml")).unwrap();
    for (from, to) in [
        ("impedance", "impedence"),
        ("\"high\"", "\"hihg\""),
        ("\"2s\"", "\"2V\""),
        ("\"2s\"", "2"),
        ("\"kept\"", "\"keptt\""),
        ("title ", "titel "),
        ("until ", "untill "),
        ("power-outage", "power-outrage"),
        ("\"Mon-Fri\"", "\"Mon-Fry\""),
        ("08:00:00\", off", "8:00\", off"),
    ] {
        assert!(good.contains(from), "{from}");
        let value: Value = toml::from_str(&good.replace(from, to)).unwrap();
        assert!(!is_valid(&schema, &schema, &value), "{to}");
    }
}

#[test]
fn a_rig_s_figures_may_have_tolerances_and_defects_their_figures() {
    let schema = schema(File::Rig);
    let good = fs::read_to_string(root().join("rigs/virtual-12v-metered.toml")).unwrap();
    let is_valid = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let value: Value = toml::from_str(&good.replacen(from, to, 1)).unwrap();
        is_valid(&schema, &schema, &value)
    };
    let capacitor = "\"470uF\"";
    assert!(is_valid(capacitor, "\"470uF ±20%\"") && is_valid(capacitor, "\"470uF +- 94uF\""));
    assert!(!is_valid(capacitor, "\"470uF ±20ms\"") && !is_valid(capacitor, "\"470uF ±-20%\""));
    let table =
        |tolerance, key| format!("{{ nominal = {capacitor}, tolerance = \"{tolerance}\", {key} = \"normal\" }}");
    assert!(is_valid(capacitor, &table("20%", "distribution")) && !is_valid(capacitor, &table("20%", "spread")));
    assert!(!is_valid(capacitor, &table("20ms", "distribution")));
    let fault = |text: &str| format!("[[virtual.faults]]\n{text}\n\n[virtual.clocks]");
    for (text, is) in [
        ("dead-reserve = {}", true),
        ("dead-reserve = { of = \"reserve\" }", false),
        ("capacitor-loss = { of = \"supply\", loss = \"60%\" }", true),
        ("capacitor-loss = { of = \"suply\", loss = \"60%\" }", false),
        ("contact = { relay = \"K1\", defect = \"welded\", closing = 0 }", false),
    ] {
        assert_eq!(is_valid("[virtual.clocks]", &fault(text)), is, "{text}");
    }
}

/// Another reader of the schemas, on the same files.
#[test]
#[ignore = "needs tombi"]
fn tombi_finds_nothing_in_the_shipped_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = "toml-version = \"v1.0.0\"\n\n[schema]\ncatalog = { paths = [] }\n".to_owned();
    for (file, name) in File::ALL {
        let kind = file.to_string();
        fs::create_dir(folder.path().join(&kind)).unwrap();
        fs::copy(root().join(name), folder.path().join(format!("{kind}.schema.json"))).unwrap();
        config.push_str(&format!("\n[[schemas]]\npath = \"{kind}.schema.json\"\ninclude = [\"{kind}/*.toml\"]\n"));
    }
    fs::write(folder.path().join("tombi.toml"), config).unwrap();
    for (number, (file, path)) in shipped().into_iter().enumerate() {
        fs::copy(path, folder.path().join(format!("{file}/{number}.toml"))).unwrap();
    }
    let lint = || {
        let tombi = std::env::var_os("TOMBI").unwrap_or_else(|| "tombi".into());
        std::process::Command::new(tombi).args(["lint", "--offline"]).current_dir(folder.path()).output().unwrap()
    };
    let sound = lint();
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
    let wrong = fs::read_to_string(root().join("scenarios/power/short-outage.toml")).unwrap();
    fs::write(folder.path().join("scenario/wrong.toml"), wrong.replace("impedance", "impedence")).unwrap();
    let told = lint();
    assert!(!told.status.success(), "the schemas are not read: {}", String::from_utf8_lossy(&told.stderr));
}
