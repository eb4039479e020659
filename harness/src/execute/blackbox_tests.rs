//! Boards that are set by their buttons, on the virtual board with the shipped firmware.

use super::fake::case;
use crate::outcome::CaseOutcome;
use crate::rigged::Rigged;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::profile::Profile;
use brownout_rigs::profile::load::SHIPPED;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::{Instant, Span, Verdict, What};

const BOARD: &str = r#"
[board]
clock = "Mon 12:00:00"
mode = "on"
programs = [
  { days = "Mon-Fri", on = "08:00:00", off = "18:00:00" },
  { days = "Sat-Sun", on = "23:59:59", off = "00:00:09" },
]
"#;

/// The shipped black box with its text changed.
fn profile(change: impl Fn(String) -> String) -> Profile {
    let text = |name: &str| SHIPPED.iter().find(|(known, _)| *known == name).unwrap().1.to_owned();
    Profile::parse("t.toml", &change(text("weekly-buttons")), |base| Some(text(base))).unwrap()
}

fn run(profile: Profile, scenario: &str) -> CaseOutcome {
    let (name, elf) = SHIPPED_FIRMWARE;
    let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
    let rigged = Rigged::flash(Rig::shipped().unwrap(), profile, &firmware).unwrap();
    rigged.run(&case(scenario), 7, &mut |_| ())
}

fn told(outcome: &CaseOutcome) -> Vec<String> {
    outcome.judgements.iter().map(|judgement| format!("{}: {}", judgement.verdict, judgement.observed)).collect()
}

#[test]
fn what_the_buttons_entered_the_console_reads_back() {
    // The same board with its console left in, to be read by, and the buttons for everything that they can do.
    let both = profile(|text| {
        text.replace("without = [\"console\"]\n", "").replace("[macros]\n", "[macros]\nprefer = \"macros\"\n")
    });
    let steps = r#"steps = [
      { expect = { programs = "kept" } },
      { expect = { clock = { within = "10ms" } } },
      { expect = { relay = "K1", is = "closed" } },
      { program = { delete = 1 } },
      { program = { add = { days = "Tue,Thu,Sat", on = "01:02:03", off = "04:05:06" } } },
      { expect = { programs = "kept" } },
      { mode = "off" },
      { expect = { relay = "K1", is = "open" } },
      { mode = "auto" },
      { set-clock = "Sat 03:00:00" },
      { expect = { clock = { within = "10ms" } } },
      { expect = { relay = "K1", is = "closed" } },
      { expect = "schedule" },
      { program = "clear" },
      { expect = { programs = "kept" } },
      { reset = "factory" },
      { expect = { programs = "kept" } },
    ]"#;
    let outcome = run(both, &format!("{steps}{BOARD}"));
    assert_eq!(outcome.stopped.as_ref().map(|stopped| &stopped.why), None);
    assert_eq!(
        told(&outcome),
        [
            "passed: 2 programmes kept",
            "passed: off by 0s",
            "passed: closed",
            "passed: 2 programmes kept",
            "passed: open",
            "passed: off by 0s",
            "passed: closed",
            "passed: as programmed",
            "passed: none, as it should be",
            "passed: none, as it should be",
        ]
    );
    // Nothing was said that the buttons could do.
    let said = outcome.trace.iter().filter_map(|event| match &event.what {
        What::Sent { line } => Some(line.as_str()),
        _ => None,
    });
    assert!(said.clone().all(|line| ["PROG LIST", "CLOCK"].contains(&line)), "{:?}", said.collect::<Vec<_>>());
}

/// When the second of a clock that was entered begins: at the instant that the macro declares.
#[test]
fn an_entered_clock_acts_when_its_macro_says() {
    let scenario = r#"steps = [{ wait = "3s" }, { expect = { relay = "K1", is = "closed" } }]
[board]
clock = "Mon 07:59:58"
programs = [{ days = "Mon", on = "08:00:00", off = "18:00:00" }]"#;
    let outcome = run(profile(|text| text), scenario);
    let coil = outcome.trace.iter().find(|event| matches!(event.what, What::Coil { on: true, .. })).unwrap();
    let late = coil.at - (Instant::ZERO + Span::secs(2));
    assert!(late.abs() <= Span::millis(10), "the second began {late} late: correct `acts-after`");
}

#[test]
fn a_macro_that_never_reaches_its_state_ends_the_case() {
    let late = || profile(|text| text.replace("within = \"500ms\"", "within = \"65ms\""));
    let arranged = run(late(), &format!("steps = [{{ expect = \"schedule\" }}]{BOARD}"));
    let stopped = arranged.stopped.unwrap();
    // While arranging nobody can tell whose fault it is.
    assert_eq!((stopped.verdict, stopped.step), (Verdict::Inconclusive, None));
    let words = [
        "cannot be arranged: the macro `set-mode` did not reach its state: after press 9 of 9 (SET for 60ms, at -",
        "K1 was open where closed was due within 65ms",
    ];
    assert!(words.iter().all(|word| stopped.why.contains(word)), "{}", stopped.why);
    let step = format!(
        "steps = [{{ mode = \"on\" }}, {{ expect = \"schedule\" }}]{}",
        BOARD.replace("mode = \"on\"\n", "").replace("12:00", "20:00")
    );
    let outcome = run(late(), &step);
    let stopped = outcome.stopped.unwrap();
    assert_eq!((stopped.verdict, stopped.step, outcome.verdict), (Verdict::Failed, Some(0), Verdict::Failed));
    assert!(stopped.why.starts_with("the macro `set-mode` did not reach its state"), "{}", stopped.why);
}

#[test]
fn a_keypad_that_arranged_nothing_proves_nothing() {
    // The console arranges the board; only the mode is given by the buttons.
    let mut beside = profile(|text| {
        let text = text.replace("without = [\"console\"]\n", "").replace("within = \"500ms\"", "within = \"65ms\"");
        text.replace("[macros]\n", "[macros]\nprefer = \"console\"\n")
    });
    beside.console.as_mut().unwrap().commands.set_mode = None;
    let board = BOARD.replace("mode = \"on\"\n", "").replace("12:00", "20:00");
    let outcome = run(beside, &format!("steps = [{{ mode = \"on\" }}, {{ expect = \"schedule\" }}]{board}"));
    let stopped = outcome.stopped.unwrap();
    assert_eq!((stopped.verdict, stopped.step), (Verdict::Inconclusive, Some(0)), "{}", stopped.why);
    assert!(stopped.why.starts_with("the macro `set-mode` did not reach its state"), "{}", stopped.why);
}

#[test]
fn presses_that_are_too_short_are_the_profiles_affair() {
    let short = profile(|text| text.replace("tap = \"60ms\"", "tap = \"15ms\""));
    let outcome = run(short, &format!("steps = [{{ expect = \"schedule\" }}]{BOARD}"));
    assert_eq!(outcome.verdict, Verdict::Inconclusive);
}

#[test]
fn a_supply_that_goes_away_under_a_macro_judges_nobody() {
    let steps = r#"steps = [
      { during = { meanwhile = [{ wait = "1s" }, { cut = "3s" }], steps = [{ mode = "off" }] } },
      { expect = "schedule" }]"#;
    let outcome = run(profile(|text| text), &format!("{steps}{BOARD}"));
    let stopped = outcome.stopped.unwrap();
    assert_eq!(stopped.verdict, Verdict::Inconclusive);
    assert!(stopped.why.contains("the supply went away while the macro `set-mode` was pressed"), "{}", stopped.why);
    // The board does not show the mode it was to take, and it is not its fault.
    let away = BOARD.replace("mode = \"on\"\n", "").replace("12:00", "20:00");
    for (meanwhile, before, how) in [
        ("{ wait = \"1s\" }, { cut = \"3s\" }", "", "went away"),
        ("{ wait = \"1s\" }, { dip = { to = \"20%\", for = \"3s\" } }", "", "left its level"),
        ("{ dip = { to = \"20%\", for = \"60s\" } }", "{ wait = \"1s\" }, ", "left its level"),
    ] {
        let steps = format!(
            "steps = [{{ during = {{ meanwhile = [{meanwhile}], steps = [{before}{{ mode = \"on\" }}] }} }}, \
             {{ expect = \"schedule\" }}]"
        );
        let outcome = run(profile(|text| text), &format!("{steps}{away}"));
        let stopped = outcome.stopped.unwrap();
        assert_eq!((stopped.verdict, outcome.verdict), (Verdict::Inconclusive, Verdict::Inconclusive));
        let why = format!("the supply {how} while the macro `set-mode` was pressed");
        assert!(stopped.why.contains(&why), "{}", stopped.why);
    }
    let off = run(
        profile(|text| text),
        &format!("steps = [{{ power = \"off\" }}, {{ mode = \"off\" }}, {{ expect = \"schedule\" }}]{BOARD}"),
    );
    assert!(off.stopped.unwrap().why.contains("its buttons do nothing"));
}

/// A case in AUTO whose programmes and clock are judged by edges.
fn by_edges(over: &str, more: &str) -> CaseOutcome {
    let steps = format!(
        "steps = [{more}{{ expect = {{ programs = \"kept\", over = \"{over}\" }} }}, \
         {{ expect = {{ clock = {{ within = \"500ms\", over = \"{over}\" }} }} }}, {{ expect = {{ programs = \"kept\" }} }}, \
         {{ expect = {{ relay = \"K1\", edges = 0, since = \"end\" }} }}]"
    );
    let steps = steps.replace(&format!("[{more}"), &format!("[{more}{{ mark = \"end\" }}, "));
    run(profile(|text| text), &format!("{steps}{}", BOARD.replace("mode = \"on\"\n", "")))
}

#[test]
fn programmes_are_judged_by_the_edges_that_must_come() {
    let seen = |over: &str| told(&by_edges(over, "{ cut = \"2s\" }, "))[..3].to_vec();
    assert_eq!(
        seen("1d"),
        [
            "passed: programme 1 acted as given; nothing to be seen of programme 2",
            "passed: 2 edges in their time",
            "skipped: not observed"
        ]
    );
    assert_eq!(seen("1min"), ["skipped: not observed", "skipped: not observed", "skipped: not observed"]);
    assert_eq!(seen("6d")[0], "passed: programmes 1 and 2 acted as given");
    // A mode that overrides the programmes hides them.
    assert_eq!(told(&by_edges("1d", "{ mode = \"off\" }, "))[0], "skipped: not observed");
    // So does a clock that was lost with its reserve.
    assert_eq!(told(&by_edges("1d", "{ cut = \"4d\" }, "))[0], "skipped: not observed");
}

#[test]
fn a_case_that_can_see_nothing_is_skipped_with_its_reason() {
    let outcome = run(
        profile(|text| text),
        &format!("steps = [{{ wait = \"1s\" }}, {{ expect = {{ programs = \"kept\" }} }}]{BOARD}"),
    );
    assert_eq!(outcome.verdict, Verdict::Skipped);
    assert!(outcome.stopped.unwrap().why.starts_with("not observable: `weekly-buttons` shows nothing"));
}
