//! A rig that asks for a lock is had by one run at a time.

use crate::support::{PASSING, Place};
use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const SHIPPED: &str = include_str!("../../../rigs/virtual-12v.toml");

/// With a rig file that is locked by a file in the same place.
fn locked() -> Place {
    let here = Place::approved();
    let lock = here.path("rack.lock").display().to_string();
    here.write("rig.toml", SHIPPED.replace("\nboard ", &format!("\nlock = \"{lock}\"\nboard ")));
    here
}

fn holding(here: &Place) -> Child {
    here.scenario("days", &PASSING.replace("\"1s\"", "\"900d\""));
    let mut command = here.command(&["run", "--rig", "rig.toml", "scenarios/power/days.toml"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !fs::read_to_string(here.path("rack.lock")).is_ok_and(|text| text.contains("since")) {
        assert!(began.elapsed() < Duration::from_secs(60), "it never took the lock");
        sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn the_second_run_is_told_who_holds_the_rig() {
    let here = locked();
    let mut first = holding(&here);
    let args = ["run", "--rig", "rig.toml", "--record", "records", "scenarios/power/noon.toml"];
    let refused = here.run(&args);
    let holder = format!("the rig `virtual-12v` is held by process {}", first.id());
    refused.says(75, &[&holder, "brownout run --rig rig.toml scenarios/power/days.toml; wait for it to end"]);
    assert!(refused.stdout.is_empty() && !here.path("records").exists(), "{refused:#?}");
    // Neither a look at the plan nor another rig needs it.
    assert_eq!(here.run(&["check", "--rig", "rig.toml"]).status, 0);
    assert_eq!(here.run(&["run", "scenarios/power/noon.toml"]).status, 0);
    // A kill frees it.
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(here.run(&args).status, 0);
}

#[test]
fn one_run_may_name_a_rig_twice() {
    let here = locked();
    assert_eq!(here.run(&["run", "--rig", "rig.toml", "--rig", "rig.toml"]).status, 0);
}

#[test]
fn a_lock_that_cannot_be_had_is_the_rig_s_trouble() {
    let here = locked();
    let text = fs::read_to_string(here.path("rig.toml")).unwrap();
    here.write("rig.toml", text.replace("rack.lock", "nowhere/rack.lock"));
    here.run(&["run", "--rig", "rig.toml"]).says(75, &["cannot open", "nowhere/rack.lock"]);
    here.write("rig.toml", text.replace("rack.lock", ""));
    here.run(&["run", "--rig", "rig.toml"]).says(2, &["names nothing"]);
}
