//! What ends a run before its time: signals, limits, kills. Every record stays readable, and a whole one says why.

use crate::support::{PASSING, Place, Ran};
use brownout_reports::{Record, Times, records};
use brownout_trace::{Verdict, What};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A case that would take minutes, and one after it.
fn long() -> Place {
    let here = Place::approved();
    here.scenario("days", &PASSING.replace("\"1s\"", "\"900d\""));
    here
}

fn begin(here: &Place, args: &[&str]) -> Child {
    here.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(path: &Path) {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", path.display());
        sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_signal_ends_the_run_with_whole_records() {
    for (name, why) in [("-INT", "stopped by SIGINT"), ("-TERM", "stopped by SIGTERM")] {
        let here = long();
        let child = begin(&here, &["run", "--record", "kept", "--test-threads", "1"]);
        let record = here.path("kept/run-0001/power+days/record.jsonl");
        wait_for(&record);
        // Meanwhile the folder is held, by a process that is named.
        let refused = here.run(&["run", "--record", "kept"]);
        refused.says(75, &[&format!("in use by another run (process {})", child.id())]);
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.prints(75, &["inconclusive  power/days", why, "not run       power/noon"]);
        ran.prints(75, &["2 cases: 0 passed, 0 failed, 1 inconclusive, 1 not run"]);
        let record = Record::read(&record).unwrap();
        assert_eq!((record.torn, record.verdict()), (None, Some(Verdict::Inconclusive)));
        assert!(here.path("kept/run-0001/power+days/trace.vcd").exists());
    }
}

#[test]
fn a_limit_of_time_ends_a_case_and_judges_nobody() {
    let here = long();
    let ran = here.run(&["run", "--case-time", "200ms", "--test-threads", "1"]);
    ran.prints(75, &["longer than 200ms of wall time (--case-time)", "2 cases: 1 passed, 0 failed, 1 inconclusive"]);
    let ran = here.run(&["run", "--case-bench-time", "1d"]);
    ran.prints(75, &["longer than 1d of bench time (--case-bench-time)", "1 passed, 0 failed, 1 inconclusive"]);
}

/// After its fault it spins for ever: a hundred days of that would take hours.
#[test]
fn a_firmware_that_never_sleeps_does_not_run_for_ever() {
    let here = Place::new();
    let head = "title = \"t\"\nwhy = \"w\"\ncovers = [\"error-500\"]\n";
    let steps = "steps = [{ wait = \"100d\" }, { expect = { relay = \"K1\", is = \"open\" } }]\n";
    here.scenario("spins", &format!("{head}{steps}"));
    let elf = format!("{}/../rigs/virtual/firmware/elf/broken-crash.elf", env!("CARGO_MANIFEST_DIR"));
    let ran = here.run(&["run", "--firmware", &elf, "--case-time", "300ms"]);
    ran.prints(75, &["longer than 300ms of wall time (--case-time)", "1 case: 0 passed, 0 failed, 1 inconclusive"]);
    here.run(&["run", "--help"]).prints(0, &["inconclusive; 10min on"]);
}

/// Kills the command so often at instants that wander over its whole life.
fn kill(times: u32) {
    let here = Place::new();
    let pauses: Vec<String> = (1..=12).map(|pause| format!("\"{pause}min\"")).collect();
    let text = PASSING.replace("\"1s\"", "\"{pause}\"");
    here.scenario("noon", &format!("{text}\n[matrix]\npause = [{}]\n", pauses.join(", ")));
    let began = Instant::now();
    assert_eq!(here.run(&["run"]).status, 1);
    let whole = began.elapsed();
    let args = ["run", "--record", "kept"];
    // A plain linear generator is random enough: the machine's own jitter does the rest.
    let mut random = 12_345_u32;
    for _ in 0..times {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut child = begin(&here, &args);
        sleep(whole.mul_f64(f64::from(random >> 8) / f64::from(1_u32 << 24)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let all = records(&here.path("kept")).unwrap();
    let (mut cut, mut ended) = (0, 0);
    for path in &all {
        // Whenever it was killed: a record that is there has its header.
        let record = Record::read(path).unwrap_or_else(|error| panic!("{error}"));
        let is_end = |what: &What| matches!(what, What::Ended { .. });
        assert!(record.events.iter().rev().skip(1).all(|event| !is_end(&event.what)), "{}", path.display());
        if record.verdict().is_some() { ended += 1 } else { cut += 1 }
    }
    eprintln!("{times} kills in {whole:?}: {ended} records whole, {cut} cut short");
    assert!(ended + cut > 0, "nothing was recorded: killed too early");
    for run in fs::read_dir(here.path("kept")).unwrap() {
        let times = run.unwrap().path().join("timing.jsonl");
        // A run that was killed before the file was made has none.
        if times.exists() {
            Times::read(&times).unwrap_or_else(|error| panic!("{error}"));
        }
    }
    // Nothing hinders the next run, which touches none of them.
    let before: Vec<Vec<u8>> = all.iter().map(|path| fs::read(path).unwrap()).collect();
    here.run(&args).prints(1, &["12 cases"]);
    assert!(all.iter().map(|path| fs::read(path).unwrap()).eq(before));
}

#[test]
fn a_kill_at_any_instant_leaves_readable_records() {
    kill(10);
}

#[test]
#[ignore = "long"]
fn two_hundred_kills_leave_readable_records() {
    kill(200);
}
