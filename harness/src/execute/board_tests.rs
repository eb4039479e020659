//! Whole cases on the virtual board with the shipped firmware: what the fake board cannot vouch for.

use super::fake::{case, profile};
use crate::outcome::CaseOutcome;
use crate::rigged::Rigged;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::event::{Figure, ShotFigure, Threshold};
use brownout_trace::{Instant, Span, Verdict, What};
use std::sync::OnceLock;

/// The shipped rig with the shipped firmware, flashed once for all tests.
fn rigged() -> &'static Rigged {
    static RIGGED: OnceLock<Rigged> = OnceLock::new();
    RIGGED.get_or_init(|| {
        let (name, elf) = SHIPPED_FIRMWARE;
        let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
        Rigged::flash(Rig::shipped().unwrap(), profile(), &firmware).unwrap()
    })
}

const BOARD: &str = r#"
[board]
clock = "Mon 12:00:00"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

/// A case on a board whose contact is closed.
fn run(steps: &str) -> CaseOutcome {
    let outcome = rigged().run(&case(&format!("steps = [{steps}]{BOARD}")), 7, &mut |_| ());
    assert!(outcome.stopped.is_none(), "{:?}", outcome.stopped);
    outcome
}

fn told(outcome: &CaseOutcome) -> Vec<String> {
    outcome.judgements.iter().map(|judgement| format!("{}: {}", judgement.verdict, judgement.observed)).collect()
}

fn instants(outcome: &CaseOutcome, wanted: impl Fn(&What) -> bool) -> Vec<Instant> {
    outcome
        .trace
        .iter()
        .filter(|event| event.at >= Instant::ZERO && wanted(&event.what))
        .map(|event| event.at)
        .collect()
}

fn secs(seconds: i64) -> Instant {
    Instant::ZERO + Span::secs(seconds)
}

#[test]
fn a_slow_brown_out_stops_the_board_on_the_way_down_and_starts_it_on_the_way_up() {
    let outcome = run(r#"
      { wait = "1s" },
      { ramp = { to = "0V", over = "12s" } },
      { wait = "1s" },
      { ramp = { to = "100%", over = "12s" } },
      { wait = "2s" },
      { expect = { relay = "K1", is = "closed" } },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#);
    assert_eq!(told(&outcome), ["passed: closed", "passed: 1 programme kept", "passed: as programmed"]);
    let stopped = instants(&outcome, |what| matches!(what, What::PowerDown));
    let started = instants(&outcome, |what| matches!(what, What::Reset { .. }));
    // 1 V a second: 3.3 V and a diode above the regulator's end the way down some 9.5 s after its beginning.
    assert!(stopped.len() == 1 && (secs(9)..secs(13)).contains(&stopped[0]), "{stopped:?}");
    assert!(started.iter().all(|at| (secs(15)..secs(22)).contains(at)) && !started.is_empty(), "{started:?}");
    let depths: Vec<_> = outcome.shots.iter().map(|shot| shot.depth).collect();
    assert!(matches!(depths[..], [Figure::Measured(low), Figure::Measured(high)] if low.0 < 0.1 && high.0 > 11.5));
}

#[test]
fn a_ramp_in_the_power_step_goes_on_under_the_next_steps() {
    let outcome = run(r#"
      { power = { ramp = { to = "2V", over = "10s" } } },
      { wait = "5s" },
      { expect = { relay = "K1", is = "closed" } },
      { wait = "7s" },
      { expect = { relay = "K1", is = "open" } },
      { power = "on" },
      { wait = "1s" },
      { expect = "schedule" }"#);
    assert_eq!(told(&outcome), ["passed: closed", "passed: open", "passed: as programmed"]);
}

#[test]
fn a_dip_with_edges_is_as_wide_at_half_depth_as_asked() {
    let outcome = run(r#"
      { wait = "1s" },
      { dip = { to = "40%", for = "100ms", edges = "10ms", repeat = { times = 3, every = "1s" } } },
      { cut = { for = "50ms", impedance = "low", edges = "5ms" } },
      { wait = "2s" },
      { expect = "schedule" }"#);
    assert_eq!(told(&outcome), ["passed: as programmed"]);
    let widths: Vec<_> = outcome.shots.iter().map(|shot| shot.measured_width).collect();
    let [wide, narrow] = [Span::millis(100), Span::millis(50)].map(Figure::Measured);
    assert_eq!(widths, [wide, wide, wide, narrow]);
    let Figure::Measured(start) = outcome.shots[1].start else { panic!() };
    assert!((start - (secs(2))).abs() <= Span::micros(100), "one second after the first: {start}");
    let supplies = instants(&outcome, |what| matches!(what, What::Supply { .. }));
    assert_eq!(supplies.len(), 3 * 200 + 100, "in stairs of 0.1 ms");
}

#[test]
fn a_double_cut_finds_a_capacitor_that_is_not_full_yet() {
    let dies = |steps: &str| {
        let outcome = run(&format!(r#"{{ wait = "1s" }}, {steps}, {{ wait = "2s" }}, {{ expect = "schedule" }}"#));
        assert_eq!(outcome.verdict, Verdict::Passed, "{:?}", told(&outcome));
        assert_eq!(outcome.shots.len(), 2);
        let thresholds = |what: &What| matches!(what, What::Rail { threshold: Threshold::PowerDown, .. });
        instants(&outcome, thresholds).len()
    };
    assert_eq!(dies(r#"{ cut = { for = "20ms", repeat = { times = 2, every = "5s" } } }"#), 0);
    assert_eq!(dies(r#"{ cut = { for = "1s", repeat = { times = 2, every = "5s" } } }"#), 2);
}

#[test]
fn a_cut_right_after_another_is_measured_as_itself() {
    let outcome = run(r#"
      { wait = "1s" }, { cut = "10ms" }, { cut = "20ms" }, { power = { to = "9V" } }, { dip = { to = "50%", for = "5ms" } },
      { power = "on" }, { wait = "2s" }, { expect = "schedule" }"#);
    let widths: Vec<_> = outcome.shots.iter().map(|shot| shot.measured_width).collect();
    assert_eq!(widths, [10, 20, 5].map(|millis| Figure::Measured(Span::millis(millis))));
    assert_eq!((told(&outcome), outcome.attempts), (vec!["passed: as programmed".to_owned()], 1));
}

#[test]
fn a_repeated_outage_is_lived_through_each_time() {
    let outcome = run(r#"
      { repeat = { times = 5, steps = [
        { mark = "again" },
        { cut = "2s" },
        { expect = { relay = "K1", is = "closed", within = "2s" } },
        { expect = { relay = "K1", edges = 2, since = "again" } },
      ] } },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#);
    assert_eq!((outcome.verdict, outcome.judgements.len()), (Verdict::Passed, 12), "{:?}", told(&outcome));
}

#[test]
fn buttons_reach_the_board_by_the_rigs_wires() {
    let outcome = run(r#"
      { press = { chord = ["SET", "MODE"], for = "200ms" } },
      { press = { button = "SET", times = 3, every = "300ms" } },
      { wait = "1s" },
      { expect = { programs = "kept" } }"#);
    assert_eq!(told(&outcome), ["passed: 1 programme kept"]);
    let pressed = instants(&outcome, |what| matches!(what, What::Button { pressed: true, .. }));
    assert_eq!(pressed.len(), 2 + 3);
    assert_eq!(pressed[4] - pressed[2], Span::millis(600));
    let mut unwired =
        case(&format!("steps = [{{ press = \"SET\" }}, {{ expect = {{ programs = \"kept\" }} }}]{BOARD}"));
    if let crate::scenario::step::Step::Press(press) = &mut unwired.steps[0].step {
        press.buttons = vec!["NONE".to_owned()];
    }
    let outcome = rigged().run(&unwired, 7, &mut |_| ());
    assert_eq!(outcome.verdict, Verdict::Inconclusive, "the rig's trouble");
    assert!(outcome.stopped.unwrap().why.contains("no wire to the button `NONE`"));
}

#[test]
fn a_cut_in_the_background_falls_into_a_save() {
    let outcome = run(concat!(
        r#"{ wait = "1s" }, "#,
        r#"{ during = { meanwhile = [{ wait = "20ms" }, { cut = { for = "10ms", impedance = "low" } }], "#,
        r#"steps = [{ mode = "auto" }, { wait = "2s" }] } }, { expect = { programs = "kept" } }, { expect = "schedule" }"#
    ));
    assert_eq!(told(&outcome), ["passed: 1 programme kept", "passed: as programmed"]);
    assert_eq!(
        instants(&outcome, |what| matches!(what, What::Supply { .. })),
        [secs(1) + Span::millis(20), secs(1) + Span::millis(30)]
    );
}

#[test]
fn the_hard_resets_of_a_user() {
    let outcome = run(r#"
      { reset = "supply" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { reset = "power-on" } },
      { reset = "factory" },
      { expect = { programs = "kept" } },
      { expect = { relay = "K1", is = "open", within = "1s" } }"#);
    assert_eq!(outcome.verdict, Verdict::Passed, "{:?}", told(&outcome));
    assert_eq!(told(&outcome)[2], "passed: none, as it should be");
}

#[test]
fn every_figure_of_a_shot_is_measured_and_can_be_bounded() {
    let outcome = run(r#"
      { wait = "1s" },
      { dip = { to = "40%", for = "100ms", edges = "1ms", measured = ["start", "width", "depth", "slew"] } },
      { measure = { name = "depth", shot = "depth", unit = "V", min = "4.7V", max = "4.9V" } },
      { measure = { name = "slew", shot = "slew", unit = "V/ms", min = "6V/ms", max = "8V/ms" } },
      { measure = { name = "width", shot = "width", unit = "ms", min = "99ms", max = "101ms" } },
      { wait = "1s" },
      { ramp = { to = "0V", over = "10s", measured = ["slew"] } },
      { measure = { name = "slope", shot = "slew", unit = "V/s", min = "1.1V/s", max = "1.3V/s" } },
      { measure = { name = "start", shot = "start", unit = "s", max = "3s" } }"#);
    // 7.2 V in 1 ms; then 12 V in 10 s, at the terminals a little less.
    assert_eq!(outcome.verdict, Verdict::Passed, "{:#?}", told(&outcome));
    let figures: Vec<String> = outcome.measurements.iter().map(|one| one.value.in_unit(one.unit)).collect();
    assert!(figures[0].starts_with("4.") && figures[1].starts_with("7.") && figures[2] == "100ms", "{figures:?}");
}

#[test]
fn what_a_rig_file_takes_out_is_not_measured() {
    let (name, elf) = SHIPPED_FIRMWARE;
    let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
    let mut rig = Rig::shipped().unwrap();
    rig.measures = vec![ShotFigure::Width];
    let blind = Rigged::flash(rig, profile(), &firmware).unwrap();
    let steps = r#"{ cut = "100ms" }, { measure = { name = "depth", shot = "depth", unit = "V", max = "1V" } }"#;
    let outcome = blind.run(&case(&format!("steps = [{steps}]{BOARD}")), 7, &mut |_| ());
    assert_eq!(told(&outcome), ["inconclusive: the depth of the shot was not measured"]);
    assert_eq!(outcome.shots[0].measured_width, Figure::Measured(Span::millis(100)));
    assert_eq!(outcome.shots[0].start, Figure::Unmeasured);
}

#[test]
fn an_update_takes_the_same_time_each_time_and_keeps_what_is_stored() {
    let steps = r#"
      { wait = "1s" },
      { flash = "again" },
      { mark = "flashed" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { faults = "none" } },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#;
    let (one, other) = (run(steps), run(steps));
    assert_eq!(one.verdict, Verdict::Passed, "{:?}", told(&one));
    assert_eq!(one.trace, other.trace, "time inside flashing is the flash algorithm's alone");
    let marks = instants(&one, |what| matches!(what, What::Mark { .. }));
    // Some ten pages of 40 ms to erase, and 512 half-words of 52.5 us and a little in each (DOMAIN.md).
    assert!((secs(1) + Span::millis(500)..secs(4)).contains(&marks[0]), "{}", marks[0]);
    assert_eq!(instants(&one, |what| matches!(what, What::Flashed { whole: true, .. })), marks);
}

#[test]
fn power_lost_inside_an_update_leaves_a_board_to_be_flashed_again() {
    let outcome = run(r#"
      { wait = "1s" },
      { power = { ramp = { to = "0V", over = "800ms" } } },
      { flash = "again" },
      { wait = "1s" },
      { power = "on" },
      { wait = "1s" },
      { expect = { relay = "K1", is = "open" } },
      { expect = { console = "*", within = "1s" } },
      { flash = "again" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#);
    let told = told(&outcome);
    assert_eq!(told[..2], ["passed: open", "failed: no line"], "there is no firmware to speak");
    assert_eq!(told[2..].iter().filter(|one| one.starts_with("passed")).count(), 3, "{told:?}");
    assert_eq!(instants(&outcome, |what| matches!(what, What::Flashed { whole: false, .. })).len(), 1);
    assert_eq!(outcome.criterion, None, "no board is without its firmware undisturbed");
}

#[test]
fn a_firmware_that_crashes_is_told_by_its_fault() {
    let elf = concat!(env!("CARGO_MANIFEST_DIR"), "/../rigs/virtual/firmware/elf/broken-crash.elf");
    let outcome = run(&format!(r#"{{ flash = "{elf}" }}, {{ wait = "1s" }}, {{ expect = {{ faults = "none" }} }}"#));
    assert!(told(&outcome)[0].starts_with("failed: core fault"), "{:?}", told(&outcome));
    let detail = outcome.judgements[0].detail.as_ref().unwrap();
    assert!(detail.contains(" in "), "named by the symbols of what was flashed: {detail}");
}
