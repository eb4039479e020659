//! Lots: many boards of one rig file, judged as a whole.

use crate::support::Place;

const LOT: &str = include_str!("../../../rigs/virtual-12v-lot.toml");
const RESTART: &str = include_str!("../../../scenarios/power/restart-time.toml");

/// With the shipped scenario of the restart, and a rig whose relays are slow and far apart.
fn place() -> Place {
    let here = Place::new();
    here.scenario("restart-time", RESTART);
    let (sound, poor) = ("operate = \"8ms ±2ms\"", "operate = \"20ms ±9ms\"");
    assert!(LOT.contains(sound));
    here.write("poor.toml", LOT.replace(sound, poor).replace("\"virtual-12v-lot\"", "\"poor\""));
    here
}

#[test]
fn a_sound_lot_has_a_yield_and_statistics() {
    let here = place();
    let ran = here.run(&["run", "--rig", "virtual-12v-lot", "--boards", "12"]);
    insta::assert_snapshot!("sound", ran.stdout);
    ran.says(0, &["weekly on virtual-12v-lot: flashed weekly by probe-rs and verified it; seed 1\n"]);
    assert!(here.snapshots().is_empty(), "another board's outcome is nothing to approve");
    let mut command = here.command(&["run", "--rig", "virtual-12v-lot", "--test-threads", "5"]);
    let environment = crate::support::Ran::of(command.env("BROWNOUT_BOARDS", "12").output().unwrap());
    assert_eq!(environment.stdout, ran.stdout, "neither threads nor where the option stands matter");
    let other = here.run(&["run", "--rig", "virtual-12v-lot", "--boards", "12", "--seed", "2"]);
    assert_ne!(other.stdout, ran.stdout);
}

#[test]
fn a_poor_lot_says_what_breaks_and_which_part_decides() {
    let ran = place().run(&["run", "--rig", "poor.toml", "--boards", "24", "--", "power/restart-time@cut=1s"]);
    insta::assert_snapshot!("poor", ran.stdout);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
}

/// After ten years in the warm, more or less, the capacitor carries a board less far than when it was new.
#[test]
fn a_lot_ages() {
    let here = place();
    here.write("aged.toml", format!("{LOT}\n[virtual.age]\nservice = \"3652d ±1826d\"\ntemperature = \"55C\"\n"));
    let gone = |rig: &str| {
        let ran = here.run(&["run", "--rig", rig, "--boards", "12", "--", "power/restart-time@cut=1s"]);
        let line = ran.stdout.lines().find(|line| line.trim_start().starts_with("gone")).unwrap_or_default();
        let mean = line.split_whitespace().nth(2).unwrap_or_default().to_owned();
        mean.strip_suffix("ms").and_then(|mean| mean.parse::<f64>().ok()).unwrap_or_else(|| panic!("{ran:#?}"))
    };
    let (fresh, aged) = (gone("virtual-12v-lot"), gone("aged.toml"));
    // 20 % of an electrolytic in 2000 h at 105 °C, half as fast for each 10 K less: 27 % in ten years.
    assert!((0.65..0.81).contains(&(aged / fresh)), "{fresh} {aged}");
}

#[test]
fn boards_that_cannot_be_judged_are_no_failures() {
    let here = place();
    let ran = here.run(&["run", "--rig", "virtual-12v-lot", "--boards", "3", "--case-bench-time", "1s"]);
    let words = "the case takes longer than 1s of bench time";
    ran.prints(75, &["yield: 0 of 3 boards, 0.0 %", "not judged: boards 1, 2, 3", words, "nothing was measured"]);
}

#[test]
fn what_makes_no_lot_is_refused() {
    let here = place();
    let words = "nothing in `virtual-12v` spreads: write a tolerance, as in `capacitor = \"470uF ±20%\"`";
    here.run(&["run", "--boards", "12"]).says(2, &[words]);
    for (option, why) in [
        (&["--shard", "1/2"][..], "--shard: not with --boards; a part of a lot has another yield than the lot"),
        (&["--max-time", "1s"], "--max-time: not with --boards"),
        (&["--fail-fast"], "--fail-fast: not with --boards"),
        (&["--repeat", "2"], "--repeat: not with --boards; every board of a lot is another one; ask for more boards"),
        (&["--quarantine", "known.toml"], "--quarantine: not with --boards; a known failure counts"),
        (&["--record", "kept"], "--record: not with --boards; a lot has a table of its own"),
        (&["--junit", "junit.xml"], "--junit: not with --boards"),
        (&["--", "--list"], "libtest's own output (--list, --format and the like after `--`): not with --boards"),
    ] {
        let arguments: Vec<&str> =
            ["run", "--rig", "virtual-12v-lot", "--boards", "2"].iter().chain(option).copied().collect();
        here.run(&arguments).says(2, &[why]);
    }
    here.run(&["run", "--rig", "virtual-12v-lot", "--boards", "0"]).says(2, &["0 is not in 1..=100000"]);
    here.run(&["run", "--rig", "virtual-12v-lot", "--boards", "2", "--", "nowhere"]).says(2, &["nothing to run"]);
}
