//! Boards that nobody can speak to: set by macros, judged by their contacts.

use crate::support::Place;

const RIG: &[&str] = &["--rig", "virtual-12v-buttons"];
const PROFILE: &str = include_str!("../../../rigs/boards/weekly-buttons.toml");
const WEEKLY: &str = include_str!("../../../rigs/boards/weekly.toml");
const RIG_FILE: &str = include_str!("../../../rigs/virtual-12v-buttons.toml");
const SLOW_CLOCK: &[u8] = include_bytes!("../../../rigs/virtual/firmware/elf/weekly-slow-clock.elf");
const BOOT_COUNT: &[u8] = include_bytes!("../../../rigs/virtual/firmware/elf/weekly-boot-count.elf");

const KEPT: &str = r#"title  = "Programmes after five cuts, shown by the contact"
why    = "Most timers have no console: whether they remember shows at the next switching time."
covers = ["power-outage", "power-on-memory"]
steps  = [
  { wait   = "1s" },
  { cut    = { for = "1s", repeat = { times = 5, every = "20s" } } },
  { wait   = "5s" },
  { expect = { programs = "kept", over = "{over}" } },
  { expect = { clock = { within = "2s", over = "{over}" } } },
]

[board]
clock    = "Mon 20:00:00"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]

[matrix]
over = ["1d"]
"#;

#[test]
fn shipped_scenarios_run_on_a_board_without_a_console() {
    let here = Place::shipped(&["power", "schedule", "memory", "clock"]);
    let mut args = vec!["run"];
    args.extend([
        "scenarios/power/short-outage.toml",
        "scenarios/power/double-cut.toml",
        "scenarios/schedule/midnight.toml",
        "scenarios/schedule/sunday-to-monday.toml",
        "scenarios/schedule/override.toml",
        "scenarios/schedule/day-groups.toml",
        "scenarios/memory/hostile-lines.toml",
        "scenarios/clock/leap-day.toml",
        "scenarios/clock/far-years.toml",
    ]);
    args.extend(RIG);
    let ran = here.run(&args);
    assert_eq!(ran.status, 0, "{ran:#?}");
    insta::assert_snapshot!("black_box", ran.steady());
}

#[test]
fn what_nobody_can_ask_the_contact_tells() {
    let here = Place::new();
    here.scenario("kept", KEPT);
    here.write("boot-count.elf", BOOT_COUNT);
    let run = |more: &[&str]| here.run(&[&["run"], RIG, more].concat());
    run(&[]).prints(
        1,
        &[
            "- programs kept, over 1d\n  +     programme 1 acted as given",
            "- clock right within 2s, over 1d\n  +     2 edges in their time",
        ],
    );
    assert_eq!(here.run(&["accept"]).status, 0);
    run(&[]).prints(0, &["passed        power/kept"]);
    let lost = run(&["--firmware", "boot-count.elf"]);
    lost.prints(1, &["programs kept, over 1d: it was not so", "K1 open where closed was due"]);
    // A clock that is 30 ppm slow is within 2 s of its time for a day, not for three.
    here.write("slow-clock.elf", SLOW_CLOCK);
    here.scenario(
        "slow",
        &KEPT
            .replace("  { expect = { programs = \"kept\", over = \"{over}\" } },\n", "")
            .replace("[\"1d\"]", "[\"3d\"]"),
    );
    let slow = run(&["--firmware", "slow-clock.elf", "scenarios/power/slow.toml"]);
    slow.prints(1, &["clock right within 2s, over 3d: it was not so", "K1 open where closed was due"]);
    std::fs::remove_file(here.path("scenarios/power/slow.toml")).unwrap();
    // A window in which nothing is due shows nothing: that is no failure, and nothing to approve.
    here.scenario("kept", &KEPT.replace("[\"1d\"]", "[\"1h\"]"));
    run(&["--firmware", "boot-count.elf"]).prints(0, &["skipped       power/kept", "not observable"]);
}

#[test]
fn a_macro_that_never_reaches_its_state_is_told_with_its_press() {
    let here = Place::new();
    std::fs::create_dir(here.path("boards")).unwrap();
    here.write("boards/weekly.toml", WEEKLY);
    here.write("boards/weekly-buttons.toml", PROFILE.replace("tap = \"60ms\"", "tap = \"20ms\""));
    here.write("rig.toml", RIG_FILE);
    here.scenario("kept", &KEPT.replace("programs = [{", "mode = \"on\"\nprograms = [{"));
    let ran = here.run(&["run", "--rig", "rig.toml"]);
    ran.prints(
        75,
        &["× cannot be arranged: the macro `set-mode` did not reach its state: after press 9 of 9 (SET for 20ms, at -"],
    );
}

#[test]
fn a_macro_that_cannot_be_is_shown_with_its_place() {
    let here = Place::passing();
    std::fs::create_dir(here.path("boards")).unwrap();
    here.write("boards/weekly.toml", WEEKLY);
    here.write("rig.toml", RIG_FILE);
    for (from, to, says) in [
        (
            r#"{ press = "SET","#,
            r#"{ press = "SETT","#,
            "weekly-buttons.toml:40:13: `macros.commands.set-clock.keys.0.press`: there is no button `SETT`; did you mean `SET`?",
        ),
        ("Sun = \"15\"\n", "", "there is no code for `Sun`, one of `schedule.groups`"),
        ("without = [\"console\"]\n", "", "`console.commands.set-clock` does the same; write `prefer = \"macros\"`"),
        ("\"1{year2}", "\"1{jear2}", "did you mean `{year2}`?"),
    ] {
        assert!(PROFILE.contains(from), "{from}");
        here.write("boards/weekly-buttons.toml", PROFILE.replacen(from, to, 1));
        let ran = here.run(&["check", "--rig", "rig.toml"]);
        ran.says(2, &[says]);
    }
}

#[test]
fn what_the_buttons_cannot_do_is_skipped_with_its_reason() {
    let here = Place::passing();
    std::fs::create_dir(here.path("boards")).unwrap();
    here.write("boards/weekly.toml", WEEKLY);
    here.write("rig.toml", RIG_FILE);
    let at = |text: &str| PROFILE.find(text).unwrap();
    let (start, add, delete) =
        (at("\n[macros]\n"), at("[macros.commands.add-program]"), at("[macros.commands.delete-program]"));
    for (profile, says) in [
        (
            format!("{}{}", &PROFILE[..add], &PROFILE[delete..]),
            "cannot be arranged: `weekly-buttons` has no macro add-program",
        ),
        (
            PROFILE[..start].to_owned(),
            "cannot be arranged: `weekly-buttons` has no console, and no macros for its buttons",
        ),
    ] {
        here.write("boards/weekly-buttons.toml", profile);
        here.run(&["check", "--rig", "rig.toml"]).prints(0, &["1 case skipped", says]);
    }
    // The wires are the rig's.
    here.write("boards/weekly-buttons.toml", PROFILE);
    here.write("rig.toml", RIG_FILE.replace("name   = \"MODE\"", "name   = \"MENU\""));
    let says = "1 case skipped: the rig `virtual-12v-buttons` has no wire to the button `MODE`";
    here.run(&["check", "--rig", "rig.toml"]).prints(0, &[says]);
}
