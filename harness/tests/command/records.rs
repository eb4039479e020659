//! Records: the same for one seed whatever the threads, and a full disk that judges nobody.

use crate::support::{Place, Ran};
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
    let text = fs::read_to_string(here.path("kept/run-0001/power+noon/record.jsonl")).unwrap();
    let (first, last) = (text.lines().next().unwrap(), text.lines().last().unwrap());
    for word in ["\"case\":\"power/noon\"", "\"title\":\"Closed at noon\"", "\"rig\":\"virtual-12v\"", "\"seed\":1"] {
        assert!(first.contains(word), "{word} in {first}");
    }
    assert!(last.contains("\"kind\":\"ended\",\"verdict\":\"passed\""), "{last}");
    let timing = fs::read_to_string(here.path("kept/run-0001/timing.jsonl")).unwrap();
    assert!(timing.lines().nth(1).unwrap().contains("\"case\":\"power/noon\""), "{timing}");
    here.run(&["run", "--record", "kept"]).says(0, &["recorded in kept/run-0002"]);
}

#[test]
fn a_record_says_that_the_snapshot_failed() {
    let here = Place::passing();
    assert_eq!(here.run(&["run", "--record", "kept"]).status, 1);
    let text = fs::read_to_string(here.path("kept/run-0001/power+noon/record.jsonl")).unwrap();
    assert!(text.contains("\"expectation\":\"as approved\",\"verdict\":\"failed\""), "{text}");
    assert!(text.trim_end().ends_with("\"verdict\":\"failed\",\"criterion\":null}}"), "{text}");
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
