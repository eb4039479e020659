//! Which cases run, and how the command is spoken to.

use crate::support::{PASSING, Place};
use std::io::Read;
use std::process::Stdio;

fn three() -> Place {
    let here = Place::new();
    let text = PASSING.replace("\"1s\"", "\"{pause}\"") + "\n[matrix]\npause = [\"1s\", \"2s\", \"3s\"]\n";
    here.scenario("noon", &text);
    here
}

#[test]
fn a_list_is_libtest_s() {
    let here = three();
    let list = "power/noon@pause=1s: test\npower/noon@pause=2s: test\npower/noon@pause=3s: test\n";
    for args in [&["run", "--", "--list"][..], &["run", "--", "--list", "--format", "terse"]] {
        assert_eq!(here.run(args).stdout, list);
    }
    // Nothing is flashed for a list.
    assert_eq!(here.run(&["run", "--", "--list"]).stderr, "");
}

#[test]
fn filters_are_libtest_s_and_the_front_end_ours() {
    let here = three();
    here.run(&["run", "--", "noon@pause=2s"]).prints(1, &["power/noon", "1 case: 0 passed, 1 failed"]);
    here.run(&["run", "--", "--exact", "power/noon@pause=3s"]).prints(1, &["1 case:"]);
    here.run(&["run", "--", "--skip", "2s"]).prints(1, &["2 cases:"]);
    here.run(&["run", "--", "--format", "pretty", "3s"]).prints(1, &["test power/noon@pause=3s", "1 failed"]);
}

#[test]
fn nothing_to_run_is_a_mistake() {
    let here = three();
    here.run(&["run", "--", "midnight"]).says(2, &["nothing to run: none of 3 cases matches"]);
    here.run(&["run", "--", "--exact", "power/noon"]).says(2, &["nothing to run"]);
}

#[test]
fn no_threads_at_all_are_refused() {
    let here = three();
    here.run(&["run", "--", "--test-threads=0"]).says(2, &["--test-threads=0"]);
    here.run(&["run", "--test-threads", "0"]).says(2, &["--test-threads"]);
}

#[test]
fn options_come_from_the_environment_too() {
    let here = Place::approved();
    let ran = here.command(&["run"]).env("BROWNOUT_SEED", "7").env("BROWNOUT_RECORD", "kept").output().unwrap();
    assert!(ran.status.success());
    assert!(String::from_utf8(ran.stderr).unwrap().contains("seed 7"));
    assert!(here.path("kept/run-0001/power+noon/record.jsonl").exists());
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let here = Place::failing();
    assert!(!here.run(&["run"]).stdout.contains('\x1b'));
    assert!(here.run(&["run", "--color", "always"]).stdout.contains("\x1b[1;31mfailed"));
    assert!(here.run(&["check", "nowhere", "--color=always"]).stderr.contains('\x1b'));
}

#[test]
fn usage_is_explained() {
    let here = Place::new();
    here.run(&["run", "--frobnicate"]).says(2, &["--frobnicate", "Usage"]);
    here.run(&[]).says(2, &["Usage"]);
    here.run(&["--help"]).prints(0, &["Exit status", "75"]);
    here.run(&["--version"]).prints(0, &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_bug() {
    let here = three();
    for args in [&["run"][..], &["run", "--", "--list"]] {
        let mut child = here.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap().code();
        assert!(matches!(status, Some(0 | 1)), "{status:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn check_counts() {
    let ran = three().run(&["check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let expected = "1 scenario with 3 cases for weekly on virtual-12v: no faults; \
                    at least 6s of bench time, about 9ms of wall time on one core\n";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn shells_complete_what_there_is() {
    let here = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        here.run(&["completions", shell]).prints(0, &["brownout", "max-time", "completions"]);
    }
    here.run(&["completions", "cmd"]).says(2, &["cmd", "bash"]);
}

#[test]
fn a_shard_that_is_none_is_refused_with_words() {
    let here = three();
    for (shard, words) in [
        ("0/3", "there is no shard 0 of 3: shards count from 1 to 3"),
        ("4/3", "there is no shard 4 of 3: shards count from 1 to 3"),
        ("1/0", "no shard of 0"),
        ("1", "a shard is written I/N"),
    ] {
        here.run(&["run", "--shard", shard]).says(2, &["--shard", words]);
    }
    let ran = here.command(&["run"]).env("BROWNOUT_SHARD", "0/3").output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
}

#[test]
fn the_schemas_are_printed_as_they_are_committed() {
    let here = Place::new();
    for (kind, committed) in [
        ("scenario", include_str!("../../../scenarios/scenario.schema.json")),
        ("rig", include_str!("../../../rigs/rig.schema.json")),
        ("board", include_str!("../../../rigs/boards/board.schema.json")),
    ] {
        let ran = here.run(&["schema", kind]);
        assert_eq!((ran.status, ran.stdout.as_str()), (0, committed), "{kind}");
    }
    here.run(&["schema", "boards"]).says(2, &["boards", "scenario, rig, board"]);
}
