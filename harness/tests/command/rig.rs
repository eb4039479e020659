//! `brownout rig`: what a rig says of itself, and that nothing of it is left on.

use crate::support::{Place, Ran};
use std::fs;
use std::path::Path;

const PI: &str = include_str!("../../../rigs/pi-12v.toml");

/// Whether this machine is a Pi, where these tests would energise what is wired to it.
fn is_pi() -> bool {
    ["/dev/gpiomem", "/dev/gpiomem0"].iter().any(|path| Path::new(path).exists())
}

/// A Pi rig whose lock and calibration are here.
fn pi_here() -> Place {
    let here = Place::passing();
    let path = |name: &str| here.path(name).display().to_string();
    let own = format!("\nlock = \"{}\"\nboard ", path("rig.lock"));
    let text =
        PI.replace("\nboard ", &own).replace("[pi]\n", &format!("[pi]\ncalibration = \"{}\"\n", path("kept.toml")));
    here.write("pi.toml", text);
    here
}

/// What was said on both streams.
fn both(ran: &Ran) -> String {
    format!("exit {}\n{}---\n{}", ran.status, ran.stdout, ran.stderr)
}

#[test]
fn a_virtual_rig_is_good() {
    let here = Place::new();
    insta::assert_snapshot!("virtual", both(&here.run(&["rig", "check"])));
    insta::assert_snapshot!("metered", both(&here.run(&["rig", "check", "--rig", "virtual-12v-metered"])));
    insta::assert_snapshot!("quiet", both(&here.run(&["rig", "check", "--quiet-lines"])));
    insta::assert_snapshot!("virtual_safe", both(&here.run(&["rig", "safe", "--rig", "virtual-12v"])));
}

#[test]
fn a_meter_that_reads_wrong_has_its_grade() {
    let here = Place::new();
    let metered = include_str!("../../../rigs/virtual-12v-metered.toml");
    for (gain, status, says) in [("2%", 0, "virtual-12v-metered: degraded"), ("12%", 75, "virtual-12v-metered: bad")] {
        let off = metered.replacen(r#"gain = "0.2%", offset"#, &format!(r#"gain = "{gain}", offset"#), 1);
        assert_ne!(off, metered);
        here.write("off.toml", off);
        here.run(&["rig", "check", "--rig", "off.toml"]).prints(status, &[says]);
    }
    // The instrument beside it knows better.
    let says = ["reads", "at 11.9V of the reference"];
    here.run(&["rig", "check", "--rig", "virtual-12v-metered", "--reference", "11.9V"]).prints(0, &says);
}

#[test]
fn without_a_pi_it_is_said_what_was_looked_for() {
    if is_pi() {
        return;
    }
    let here = pi_here();
    insta::assert_snapshot!("no_pi_check", both(&here.run(&["rig", "check", "--rig", "pi.toml"])));
    insta::assert_snapshot!("no_pi_safe", both(&here.run(&["rig", "safe", "--rig", "pi.toml"])));
    assert!(!here.path("kept.toml").exists(), "nothing was found");
}

#[test]
fn safe_is_for_a_rig_that_is_named() {
    let here = Place::new();
    here.run(&["rig", "safe"]).says(2, &["--rig <FILE>"]);
    here.run(&["rig", "safe", "--rig", "nowhere.toml"]).says(2, &["nowhere.toml: cannot be read"]);
    // One that does not parse keeps no other from being safe.
    let ran = here.run(&["rig", "safe", "--rig", "nowhere.toml", "--rig", "virtual-12v"]);
    ran.prints(2, &["virtual-12v: virtual, nothing is energised"]);
}

#[test]
fn a_run_asks_for_a_calibration_that_counts() {
    if is_pi() {
        return;
    }
    let here = pi_here();
    let run = |more: &[&str]| here.run(&[&["run", "--rig", "pi.toml"], more].concat());
    run(&[])
        .says(75, &["the rig `pi-12v`: there is no calibration", "kept.toml is missing", "--uncalibrated uses it all"]);
    let kept = |due: &str| format!("rig = \"pi-12v\"\ndate = 2020-01-01\ndue = {due}\ngrade = \"good\"\nlines = 6\n");
    here.write("kept.toml", kept("2020-12-31"));
    run(&[]).says(75, &["its calibration was due on 2020-12-31: `brownout rig check` makes a new one"]);
    // Then it is the Pi that is missing.
    run(&["--uncalibrated"]).says(75, &["no Raspberry Pi"]);
    here.write("kept.toml", kept("2200-12-31"));
    run(&[]).says(75, &["no Raspberry Pi"]);
    here.write("kept.toml", kept("2200-12-31").replace("grade", "garde"));
    run(&[]).says(75, &["kept.toml:4:1: unknown field `garde`"]);
    here.write("kept.toml", kept("2200-12-31").replace("pi-12v", "pi-5v"));
    run(&[]).says(75, &["is of the rig `pi-5v`"]);
    here.run(&["rig", "check", "--valid", "1h"]).says(2, &["cannot count for 1h: from 1d to 3650d"]);
    // A plan needs none.
    assert_eq!(here.run(&["check", "--rig", "pi.toml"]).status, 0);
}

#[test]
fn a_list_tells_who_holds_a_rig_and_when_it_is_due() {
    let here = pi_here();
    fs::create_dir(here.path("rigs")).unwrap();
    fs::rename(here.path("pi.toml"), here.path("rigs/mine.toml")).unwrap();
    here.write("rigs/same.toml", PI);
    here.write("kept.toml", "rig = \"pi-12v\"\ndate = 2020-01-01\ndue = 2020-12-31\ngrade = \"good\"\nlines = 6\n");
    let listed = |ran: &Ran| ran.stdout.lines().find(|line| line.starts_with("rigs/")).unwrap_or_default().to_owned();
    let free = here.run(&["rig", "list"]);
    free.prints(0, &["machine  ", "probe    ", "serial   ", "\nvirtual-12v  "]);
    let row = listed(&free);
    let words: Vec<&str> = row.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["rigs/mine.toml", "pi", "weekly", "good of 2020-01-01, due 2020-12-31, overdue", "free"]);
    assert!(!free.stdout.contains("same.toml"), "it is the shipped one: {}", free.stdout);

    let file = fs::File::create(here.path("rig.lock")).unwrap();
    file.lock().unwrap();
    fs::write(here.path("rig.lock"), "process = 7\nwhat = \"a night's run\"\nsince = 0\n").unwrap();
    let held = here.run(&["rig", "list"]);
    assert!(listed(&held).contains("held by process 7 for ") && listed(&held).ends_with("a night's run"), "{held:?}");
    // A check wants the rig for itself.
    here.run(&["rig", "check", "--rig", "rigs/mine.toml"]).says(75, &["is held by process 7"]);
    here.write("rigs/broken.toml", "name = 1");
    here.run(&["rig", "list"]).says(2, &["rigs/broken.toml:1:8"]);
}
