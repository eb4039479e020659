//! Records: the same for one seed whatever the threads, and a full disk that judges nobody.

use crate::support::{PASSING, Place, Ran};
use brownout::runner::log::hash;
use brownout_reports::record::Sha256;
use brownout_reports::{Record, Times, records};
use brownout_trace::{Event, Verdict, What};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file of a run but those of wall-clock times.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        for file in fs::read_dir(&case).unwrap() {
            let file = file.unwrap().path();
            let name = file.strip_prefix(folder).unwrap().to_owned();
            files.insert(name, fs::read(&file).unwrap());
        }
    }
    files
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let here = Place::shipped(&["power", "memory"]);
    let mut runs = Vec::new();
    for threads in ["1", "2", "8"] {
        let ran = here.run(&["run", "--record", threads, "--test-threads", threads]);
        assert_ne!(ran.status, 70, "{}", ran.stdout);
        runs.push((files(&here.path(&format!("{threads}/run-0001"))), ran.steady()));
    }
    let records = runs[0].0.keys().filter(|name| name.ends_with("record.jsonl")).count();
    let waveforms = runs[0].0.keys().filter(|name| name.ends_with("trace.vcd")).count();
    assert!(records > 20 && waveforms == records, "{records} {waveforms}");
    for run in &runs[1..] {
        // Not `assert_eq`: nobody reads two hundred files in a message.
        let differ: Vec<&PathBuf> = run.0.keys().filter(|name| run.0.get(*name) != runs[0].0.get(*name)).collect();
        assert!(differ.is_empty() && run.0.len() == runs[0].0.len(), "{differ:?}");
        assert_eq!(run.1, runs[0].1);
    }
    let ran = here.run(&["run", "--record", "seed", "--seed", "2"]);
    assert_ne!(ran.status, 70);
    assert_ne!(files(&here.path("seed/run-0001")), runs[0].0);
}

#[test]
fn a_record_holds_what_was_run() {
    let here = Place::approved();
    let ran = here.run(&["run", "--record", "kept"]);
    ran.says(0, &["recorded in kept/run-0001"]);
    let record = Record::read(&here.path("kept/run-0001/power+noon/record.jsonl")).unwrap();
    let header = &record.header;
    assert_eq!((header.case.0.as_str(), header.title.as_str()), ("power/noon", "Closed at noon"));
    assert_eq!((header.rig.as_str(), header.seed, header.scenario), ("virtual-12v", 1, sha256(&[PASSING])));
    assert_eq!(record.verdict(), Some(Verdict::Passed));
    let times = Times::read(&here.path("kept/run-0001/timing.jsonl")).unwrap();
    assert_eq!((times.cases.len(), &times.cases[0].case), (1, &header.case));
    here.run(&["run", "--record", "kept"]).says(0, &["recorded in kept/run-0002"]);
    let expected = ["kept/run-0001", "kept/run-0002"].map(|run| here.path(run).join("power+noon/record.jsonl"));
    assert_eq!(records(&here.path("kept")).unwrap(), expected);
}

fn sha256(texts: &[&str]) -> Sha256 {
    hash(texts.concat().as_bytes())
}

#[test]
fn what_a_scenario_includes_counts_as_its_own() {
    let here = Place::new();
    let (wait, nested) = ("steps = [{ include = \"b.steps.toml\" }]\n", "steps = [{ wait = \"1s\" }]\n");
    let text = PASSING.replace("{ wait   = \"1s\" }", "{ include = \"a.steps.toml\" }");
    here.scenario("noon", &text);
    here.scenario("a.steps", wait);
    let mut headers = Vec::new();
    for (run, nested) in [nested, &nested.replace("1s", "2s")].into_iter().enumerate() {
        here.scenario("b.steps", nested);
        assert_eq!(here.run(&["run", "--record", "kept"]).status, 1);
        let path = here.path(&format!("kept/run-{:04}/power+noon/record.jsonl", run + 1));
        let header = Record::read(&path).unwrap().header;
        assert_eq!(header.scenario, sha256(&[&text, wait, nested]));
        headers.push(header.scenario);
    }
    assert_ne!(headers[0], headers[1]);
}

#[test]
fn a_record_says_that_the_snapshot_failed() {
    let here = Place::passing();
    assert_eq!(here.run(&["run", "--record", "kept"]).status, 1);
    let record = Record::read(&here.path("kept/run-0001/power+noon/record.jsonl")).unwrap();
    let says = |event: &Event| matches!(&event.what, What::Judged { expectation, verdict: Verdict::Failed, .. } if expectation == "as approved");
    assert!(record.events.iter().any(says), "{record:?}");
    assert_eq!(record.verdict(), Some(Verdict::Failed));
}

/// Runs the command with a record folder on a disk of so many bytes.
fn on_small_disk(here: &Place, size: &str) -> Ran {
    fs::create_dir_all(here.path("small")).unwrap();
    let script = "mount -t tmpfs -o size=$1 none small && exec \"$0\" run --record small";
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-c", script, env!("CARGO_BIN_EXE_brownout"), size]);
    here.at_home(&mut command);
    Ran::of(command.output().unwrap())
}

#[test]
#[ignore = "needs user namespaces (unshare)"]
fn a_full_disk_is_the_rig_s_trouble() {
    let ran = on_small_disk(&Place::approved(), "12k");
    ran.prints(75, &["inconclusive  power/noon", "not recorded: the disk is full", "which stay readable", "make room"]);
    ran.prints(75, &["1 case: 0 passed, 0 failed, 1 inconclusive"]);
}

#[test]
#[ignore = "needs user namespaces (unshare)"]
fn a_full_disk_hides_no_failure() {
    let ran = on_small_disk(&Place::failing(), "12k");
    ran.prints(1, &["failed        power/noon", "K1 is open", "not recorded: the disk is full", "1 failed"]);
}

#[test]
fn a_folder_in_use_is_named() {
    let here = Place::approved();
    fs::create_dir_all(here.path("kept")).unwrap();
    let lock = fs::File::create(here.path("kept/.lock")).unwrap();
    lock.lock().unwrap();
    here.run(&["run", "--record", "kept"]).says(75, &["kept", "in use by another run"]);
}
