//! Whole cases on the board in memory: relay timing against the programme, measurements with their windows, required
//! figures.

use super::fake::{Fake, Quirks, case, profile};
use super::run_case;
use crate::arrange::start_instant;
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use brownout_trace::event::What;
use brownout_trace::{Span, Standing, Verdict};

const BOARD: &str = r#"
[board]
clock = "Mon 07:59:55"
programs = [{ days = "Mon", on = "08:00:00", off = "08:00:02" }, { days = "Mon", on = "09:30:00", off = "09:30:01" }]
"#;

fn run_case_on(case: &Case, quirks: &Quirks) -> CaseOutcome {
    let (profile, start) = (profile(), start_instant(case, &profile()));
    run_case(&mut |_| Ok(Fake::new(start, quirks.clone())), case, &profile, &mut |_| {})
}

fn run(steps: &str, quirks: &Quirks) -> CaseOutcome {
    run_case_on(&case(&format!("steps = [{steps}]{BOARD}")), quirks)
}

fn told(outcome: &CaseOutcome) -> Vec<String> {
    let told = outcome.judgements.iter().map(|judgement| {
        let margin = judgement.margin.map(|margin| format!(" ({margin})")).unwrap_or_default();
        format!("{}: {}{margin}", judgement.verdict, judgement.observed)
    });
    told.collect()
}

#[test]
fn edges_are_judged_against_their_programmed_instants() {
    let steps = r#"
      { until = "Mon 08:00:05" },
      { expect = { relay = "K1", operate = "30ms" } },
      { expect = { relay = "K1", release = "30ms" } },
      { expect = { relay = "K1", pulse = "2s", tolerance = "10ms" } },
      { expect = { schedule = { error = "50ms" } } },
      { expect = { schedule = { drift = "50ppm" } } },
      { until = "Mon 09:30:10" },
      { expect = { schedule = { drift = "50ppm" } } },
      { mark = "late" },
      { expect = { relay = "K1", operate = "30ms", since = "late" } }"#;
    let outcome = run(steps, &Quirks::default());
    let told = told(&outcome);
    assert!(told[0].starts_with("passed: late by ") && told[0].ends_with(" left of 30ms)"), "{told:#?}");
    assert!(told[1].starts_with("passed: late by "), "{told:#?}");
    assert!(told[2].starts_with("passed: closed once for 2s"), "{told:#?}");
    assert!(told[3].starts_with("passed: as programmed, edges off by at most "), "{told:#?}");
    let too_soon = "no edge came 1h or more after the clock was set: its drift cannot be told";
    assert_eq!(told[4], format!("inconclusive: {too_soon}"));
    assert!(told[5].starts_with("passed: as programmed, clock off by ") && told[5].contains("ppm"), "{told:#?}");
    assert_eq!(told[6], "failed: never closed");
    let detail = outcome.judgements[0].detail.as_ref().unwrap();
    assert!(detail.contains("K1 closed at +5.") && detail.contains("due at +"), "{detail}");
}

#[test]
fn a_board_that_is_late_fails_by_so_much() {
    // Its clock is slow by 300 ms from the first setting on: inside every window of the oracle, but late.
    let steps = r#"
      { until = "Mon 08:00:05" },
      { expect = "schedule" },
      { expect = { relay = "K1", operate = "30ms" } },
      { expect = { schedule = { error = "50ms" } } },
      { expect = { relay = "K1", pulse = "2s", tolerance = "10ms" } }"#;
    let outcome = run(steps, &Quirks { ahead: -Span::millis(300), ..Quirks::default() });
    let told = told(&outcome);
    assert_eq!(told[0], "passed: as programmed");
    assert!(outcome.judgements[0].detail.as_ref().unwrap().starts_with("schedule error at most "), "{told:#?}");
    assert!(told[1].starts_with("failed: late by ") && told[1].contains(" beyond 30ms"), "{told:#?}");
    assert!(told[2].starts_with("failed: as programmed, edges off by at most "), "{told:#?}");
    assert!(told[3].starts_with("passed: "), "{told:#?}");
}

#[test]
fn a_measurement_takes_its_window_whole_and_sees_what_was_before_its_end() {
    let restart = r#"{ measure = { name = "restart", from = { shot = "end" }, to = { relay = "K1", becomes = "closed" }, within = "3s", unit = "ms", max = "100ms" } }"#;
    let steps = format!(
        r#"{{ mode = "on" }}, {{ wait = "1s" }}, {{ cut = "2s" }}, {restart},
        {{ measure = {{ name = "due", from = {{ due = "Mon 08:00:00" }}, to = {{ mark = "end" }}, unit = "s", report = true }} }}"#
    );
    let steps = steps.replace(r#"{ measure = { name = "due""#, r#"{ mark = "end" }, { measure = { name = "due""#);
    let outcome = run(&steps, &Quirks::default());
    assert_eq!(outcome.verdict, Verdict::Passed, "{:?} {:?}", told(&outcome), outcome.stopped);
    assert!(outcome.virtual_time >= Span::secs(6), "{}", outcome.virtual_time);
    let names: Vec<&str> = outcome.measurements.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["restart", "due"]);
    let events = outcome.trace.iter().filter(|event| matches!(event.what, What::Measured(_))).count();
    assert_eq!(events, 2);
}

#[test]
fn a_shot_that_follows_at_once_is_not_the_one_that_was_meant() {
    // It is over before the window's edges have settled, when the figure is taken.
    let steps = r#"{ cut = "2s" },
      { measure = { name = "width", shot = "width", unit = "ms", max = "3s" } },
      { cut = "1ms" }"#;
    assert_eq!(told(&run(steps, &Quirks::default())), ["passed: 2000ms (1s left of 3s)"]);
}

#[test]
fn the_clock_s_error_is_asked_for() {
    let steps = r#"{ wait = "10s" },
      { measure = { name = "error", clock = "error", unit = "s", min = "-2s", max = "2s", marginal = "10%" } }"#;
    assert_eq!(told(&run(steps, &Quirks::default())), ["passed: 0s (2s left of -2s)"]);
    let outcome = run(steps, &Quirks { ahead: Span::secs(3), ..Quirks::default() });
    assert!(told(&outcome)[0].starts_with("failed: 2.99"), "{:?}", told(&outcome));
    assert_eq!(outcome.measurements[0].standing, Standing::Outside);
}

#[test]
fn windows_end_at_places_too() {
    let steps = r#"
      { mode = "on" }, { wait = "1s" }, { mark = "on" }, { wait = "1s" }, { cut = "2s" }, { wait = "2s" },
      { expect = { relay = "K1", never = "open", since = "on", before = "shot" } },
      { expect = { relay = "K1", never = "closed", since = "restored" } },
      { expect = { relay = "K1", edges = 1, since = "shot", before = "restored" } },
      { expect = { schedule = { since = "on", before = "shot" } } }"#;
    let told = told(&run(steps, &Quirks::default()));
    assert_eq!(told[0], "passed: never open");
    assert!(told[1].starts_with("failed: closed"), "{told:?}");
    assert_eq!(told[2], "passed: 1 edge: opened");
    assert_eq!(told[3], "passed: as programmed");
}

#[test]
fn a_required_figure_that_was_not_measured_judges_nobody() {
    let steps =
        r#"{ cut = { for = "1s", measured = ["width", "depth"] } }, { expect = { relay = "K1", is = "closed" } }"#;
    let outcome = run(steps, &Quirks::default());
    let why = "the rig did not measure the depth of the shot, which the scenario requires";
    assert_eq!(outcome.stopped.as_ref().map(|stopped| stopped.why.as_str()), Some(why));
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::Inconclusive, 1), "trying again would not help");
}

#[test]
fn what_the_plan_doubts_is_judged_inconclusive_in_its_words() {
    let steps = r#"{ cut = "1s" }, { expect = { relay = "K1", is = "closed" } }"#;
    let mut one = case(&format!("steps = [{steps}]{BOARD}"));
    one.steps[1].doubt = Some("a limit is too tight".to_owned());
    assert_eq!(told(&run_case_on(&one, &Quirks::default())), ["inconclusive: a limit is too tight"]);
    one.steps[0].doubt = Some("the rig does not measure it".to_owned());
    let outcome = run_case_on(&one, &Quirks::default());
    assert_eq!((outcome.verdict, outcome.shots.len()), (Verdict::Inconclusive, 0), "not even delivered");
    assert_eq!(outcome.stopped.unwrap().why, "the rig does not measure it");
}
