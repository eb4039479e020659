//! Parts of a run, its limits, and the report that continuous integration reads.

use crate::support::{PASSING, Place};
use std::fs;

/// Three cases of which the second fails.
fn mixed() -> Place {
    let here = Place::new();
    for (name, is) in [("a", "closed"), ("b", "open"), ("c", "closed")] {
        here.scenario(name, &PASSING.replace("is = \"closed\"", &format!("is = \"{is}\"")));
    }
    assert_eq!(here.run(&["run"]).status, 1);
    assert_eq!(here.run(&["accept"]).status, 0);
    here
}

#[test]
fn shards_run_every_case_once_between_them() {
    let here = Place::new();
    let pauses: Vec<String> = (1..=9).map(|pause| format!("\"{pause}s\"")).collect();
    let text = PASSING.replace("\"1s\"", "\"{pause}\"");
    here.scenario("noon", &format!("{text}\n[matrix]\npause = [{}]\n", pauses.join(", ")));
    let listed = |shard: &str| here.run(&["run", "--shard", shard, "--", "--list"]).stdout;
    let mut all: Vec<String> = ["1/3", "2/3", "3/3"]
        .iter()
        .flat_map(|shard| {
            let list = listed(shard);
            list.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    let whole = here.run(&["run", "--", "--list"]).stdout;
    assert_eq!(all, whole.lines().collect::<Vec<_>>());
    let first = listed("1/3").lines().count();
    here.run(&["run", "--shard", "1/3"]).says(1, &[&format!("shard 1/3: {first} case")]);
    here.run(&["run", "--shard", "1/1"]).prints(1, &["9 cases:"]);
}

#[test]
fn an_empty_shard_is_no_mistake_and_one_that_is_not_there_is() {
    let here = Place::approved();
    let ends: Vec<i32> = ["1/2", "2/2"].iter().map(|shard| here.run(&["run", "--shard", shard]).status).collect();
    assert_eq!(ends, [0, 0]);
    for (shard, why) in [("0/3", "no shard 0 of 3"), ("4/3", "no shard 4 of 3"), ("x", "written I/N")] {
        here.run(&["run", "--shard", shard]).says(2, &[why]);
    }
    // A filter that matches nothing anywhere is one too.
    here.run(&["run", "--shard", "1/2", "--", "midnight"]).says(2, &["nothing to run"]);
}

#[test]
fn the_first_failure_ends_the_run_if_asked() {
    let here = mixed();
    let ran = here.run(&["run", "--fail-fast", "--test-threads", "1"]);
    ran.prints(1, &["not run       power/c", "(--fail-fast)", "3 cases: 1 passed, 1 failed, 1 not run"]);
    here.run(&["run", "--test-threads", "1"]).prints(1, &["3 cases: 2 passed, 1 failed\n"]);
    let ran = here.command(&["run", "--test-threads", "1"]).env("BROWNOUT_FAIL_FAST", "1").output().unwrap();
    assert!(String::from_utf8(ran.stdout).unwrap().contains("1 not run"));
}

#[test]
fn what_does_not_fit_is_told_of_and_is_no_pass() {
    let here = Place::approved();
    let ran = here.run(&["run", "--max-time", "1ms"]);
    ran.prints(75, &["not run       power/noon", "(--max-time 1ms)", "1 case: 0 passed, 0 failed, 1 not run"]);
    here.run(&["run", "--max-time", "1h"]).prints(0, &["1 case: 1 passed"]);
    // What is short still fits where what is long does not.
    here.scenario("week", &PASSING.replace("\"1s\"", "\"1000d\""));
    here.run(&["run", "--max-time", "9s"]).prints(75, &["not run       power/week", "1 passed", "1 not run"]);
    here.run(&["run", "--max-time", "1"]).says(2, &["no unit"]);
}

#[test]
fn a_junit_report_says_whose_fault_it_was() {
    let here = mixed();
    let ran = here.run(&["run", "--junit", "junit.xml", "--fail-fast", "--test-threads", "1"]);
    assert_eq!(ran.status, 1, "{ran:#?}");
    let text = fs::read_to_string(here.path("junit.xml")).unwrap();
    insta::assert_snapshot!("junit", steady(&text));
}

/// Without wall times and hashes.
fn steady(text: &str) -> String {
    let line = |line: &str| {
        if line.contains("firmware-sha256") {
            return format!("{}[HASH]\n", &line[..line.find("value=").unwrap()]);
        }
        let mut parts = line.split(" time=\"");
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| format!(" time=\"[WALL]\"{}", part.split_once('"').map_or("", |(_, rest)| rest)));
        format!("{first}{}\n", rest.collect::<String>())
    };
    text.lines().map(line).collect()
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_anything_runs() {
    let here = Place::approved();
    let ran = here.run(&["run", "--junit", "no/such/junit.xml"]);
    ran.says(2, &["cannot create no/such/junit.xml"]);
    assert_eq!(ran.stdout, "");
    here.run(&["run", "--junit", "x.xml", "--", "--list"]).says(2, &["--junit", "libtest"]);
}

#[test]
fn repeats_have_seeds_and_records_of_their_own() {
    let here = Place::approved();
    let ran = here.run(&["run", "--repeat", "3", "--record", "kept", "--junit", "junit.xml"]);
    ran.prints(0, &["3 cases: 3 passed"]);
    assert!(!ran.stdout.contains("flaky"), "{}", ran.stdout);
    for (folder, seed) in [("power+noon", 1), ("power+noon~2", 2), ("power+noon~3", 3)] {
        let path = here.path(&format!("kept/run-0001/{folder}/record.jsonl"));
        let header = brownout_reports::Record::read(&path).unwrap().header;
        assert_eq!((header.seed, u64::from(header.attempt)), (seed, seed));
    }
    let junit = fs::read_to_string(here.path("junit.xml")).unwrap();
    assert!(junit.contains("<testcase name=\"power/noon~3\""), "{junit}");
    here.run(&["run", "--repeat", "0"]).says(2, &["--repeat"]);
}

#[test]
fn a_known_failure_is_told_of_apart_until_its_day() {
    let here = mixed();
    let entry = |until: &str| format!("[[quarantine]]\ncase = 'power/b'\nreason = 'ticket 7'\nuntil = {until}\n");
    here.write("known.toml", entry("2099-12-31"));
    let ran = here.run(&["run", "--quarantine", "known.toml", "--junit", "junit.xml"]);
    let words = ["quarantined   power/b", "(in quarantine until 2099-12-31: ticket 7)", "failed in quarantine:"];
    ran.prints(0, &words);
    ran.prints(0, &["3 cases: 2 passed, 0 failed, 1 failed in quarantine"]);
    assert!(fs::read_to_string(here.path("junit.xml")).unwrap().contains("type=\"quarantined\""));
    here.write("known.toml", entry("2020-02-29"));
    let ran = here.run(&["run", "--quarantine", "known.toml"]);
    ran.says(2, &["ended with 2020-02-29", "known.toml:2:8", "new day"]);
    assert_eq!(ran.stdout, "");
    here.run(&["run", "--quarantine", "nowhere.toml"]).says(2, &["cannot read nowhere.toml"]);
}
