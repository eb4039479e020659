//! The words `mode`, `resets`, `faults`, `flash` and `operator` on the board in memory, and the criterion that a person's
//! help gives.

use super::fake::{Fake, Quirks, case, profile};
use super::run_case;
use crate::arrange::start_instant;
use crate::outcome::CaseOutcome;
use brownout_rigs::profile::Profile;
use brownout_trace::event::Crash;
use brownout_trace::{Instant, ResetCause, Span, Verdict, What};

const BOARD: &str = r#"
[board]
clock = "Mon 12:00:00"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

fn run_with(steps: &str, quirks: &Quirks, profile: &Profile) -> CaseOutcome {
    let case = case(&format!("steps = [{}]{BOARD}", steps.replace('\n', " ")));
    let start = start_instant(&case, profile);
    run_case(&mut |_| Ok(Fake::new(start, quirks.clone())), &case, profile, &mut |_| ())
}

fn run(steps: &str, quirks: &Quirks) -> CaseOutcome {
    run_with(steps, quirks, &profile())
}

fn told(outcome: &CaseOutcome) -> Vec<String> {
    outcome.judgements.iter().map(|one| format!("{}: {}", one.verdict, one.observed)).collect()
}

#[test]
fn the_mode_is_asked_for() {
    let steps = r#"{ mode = "off" }, { expect = { mode = "off" } }, { expect = { mode = "auto" } }"#;
    assert_eq!(told(&run(steps, &Quirks::default())), ["passed: OFF", "failed: OFF"]);
    let mute = run(r#"{ power = "off" }, { expect = { mode = "auto" } }"#, &Quirks::default());
    assert_eq!(mute.verdict, Verdict::Inconclusive, "a board without supply is not asked");
}

#[test]
fn resets_are_counted_from_a_mark() {
    let steps = r#"
      { wait = "1s" }, { cut = "1s" }, { wait = "1s" }, { mark = "m" }, { reset = "pin" }, { wait = "1s" },
      { cut = "50ms" },
      { expect = { resets = 1, since = "m" } },
      { expect = { resets = 2 } },
      { expect = { resets = 0 } }"#;
    let outcome = run(steps, &Quirks::default());
    let two = "2 resets: power-on, pin";
    assert_eq!(told(&outcome), ["passed: 1 reset: pin", &format!("passed: {two}"), &format!("failed: {two}")]);
    let first = &outcome.judgements[2];
    assert!(first.look_at < Instant::ZERO + Span::secs(3), "the first one too many");
    assert!(first.detail.as_ref().unwrap().starts_with("power-on at +2."), "{:?}", first.detail);
}

#[test]
fn resets_are_counted_on_the_console_where_the_bench_sees_none() {
    let steps = r#"{ wait = "1s" }, { cut = "1s" }, { expect = { resets = 1 } }, { expect = { faults = "none" } }"#;
    let blind = Quirks { hides_resets: true, ..Quirks::default() };
    assert_eq!(told(&run(steps, &blind)), ["passed: 1 reset: power-on", "passed: none"]);
    let mut silent = profile();
    silent.console.as_mut().unwrap().boot = None;
    let outcome = run_with(steps, &blind, &silent);
    assert_eq!(outcome.verdict, Verdict::Inconclusive, "nothing tells of resets: {:?}", told(&outcome));
}

#[test]
fn a_crash_is_told_with_what_it_was() {
    let steps = r#"{ wait = "2s" }, { mark = "m" }, { expect = { faults = "none" } }, { expect = { faults = "none", since = "m" } }"#;
    for (what, observed) in [
        (What::Fault { crash: Crash::CoreFault, text: "HardFault in main".to_owned() }, "core fault"),
        (What::Fault { crash: Crash::CoreAsleep, text: "in main".to_owned() }, "core asleep"),
        // The reset that follows was not seen.
        (What::Fault { crash: Crash::WatchdogReset, text: "in main".to_owned() }, "watchdog reset"),
        (What::Reset { cause: ResetCause::Watchdog }, "reset by watchdog"),
        (What::Reset { cause: ResetCause::WindowWatchdog }, "reset by window watchdog"),
    ] {
        let outcome = run(steps, &Quirks { says: Some(what), ..Quirks::default() });
        assert_eq!(told(&outcome), [format!("failed: {observed}"), "passed: none".to_owned()]);
        assert_eq!(outcome.judgements[0].look_at, Instant::ZERO + Span::secs(1));
    }
    let quirks = Quirks { crashes: true, ..Quirks::default() };
    let outcome = run(r#"{ reset = "pin" }, { wait = "1s" }, { expect = { faults = "none" } }"#, &quirks);
    // The bench saw a start, and only the board knows why.
    assert_eq!(told(&outcome), ["failed: reset after a fault"]);
}

#[test]
fn flashing_takes_time_and_is_one_reset() {
    let steps = r#"
      { wait = "1s" }, { mark = "m" }, { flash = "again" }, { mark = "flashed" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { resets = 1, since = "m" } },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#;
    let outcome = run(steps, &Quirks::default());
    let kept =
        ["passed: closed after 55ms", "passed: 1 reset: pin", "passed: 1 programme kept", "passed: as programmed"];
    assert_eq!(told(&outcome), kept, "{:?}", outcome.stopped);
    let flashed = outcome.trace.iter().find(|event| matches!(event.what, What::Flashed { .. })).unwrap();
    assert_eq!(flashed.at, Instant::ZERO + Span::millis(1_500));
    assert!(outcome.trace.windows(2).all(|pair| pair[0].at <= pair[1].at), "in order");
    let off = run(r#"{ power = "off" }, { flash = "again" }, { expect = { programs = "kept" } }"#, &Quirks::default());
    assert_eq!(off.verdict, Verdict::Inconclusive);
    assert!(off.stopped.unwrap().why.contains("nor flashed"));
}

#[test]
fn the_criterion_is_c_where_a_person_had_to_help() {
    let criterion = |steps: &str, quirks: &Quirks| {
        let steps = format!("{{ wait = \"1s\" }}, {steps}, {{ expect = {{ programs = \"kept\" }} }}");
        let outcome = run(&steps, quirks);
        assert!(outcome.stopped.is_none(), "{steps}: {:?}", outcome.stopped);
        outcome.criterion.map_or("none".to_owned(), |criterion| criterion.to_string())
    };
    let good = Quirks::default();
    let sulks = Quirks { sulks: true, ..Quirks::default() };
    let late = Quirks { late: Span::secs(5), ..Quirks::default() };
    let forgets = Quirks { sulks: true, forgets: Some(0), ..Quirks::default() };
    for (steps, quirks, expected) in [
        // A board that comes right by itself: the help changes nothing.
        (r#"{ cut = "50ms" }, { wait = "2s" }, { operator = [{ reset = "pin" }] }, { wait = "2s" }"#, &good, "A"),
        (r#"{ cut = "50ms" }, { wait = "2s" }, { operator = [{ reset = "supply" }] }, { wait = "2s" }"#, &good, "A"),
        (r#"{ cut = "1s" }, { wait = "2s" }, { operator = [{ press = "SET" }] }, { wait = "2s" }"#, &good, "B"),
        // It sulks until somebody resets it.
        (r#"{ cut = "1s" }, { wait = "5s" }, { operator = [{ reset = "pin" }] }, { wait = "2s" }"#, &sulks, "C"),
        (r#"{ cut = "1s" }, { wait = "5s" }"#, &sulks, "D"),
        // The same without its being declared.
        (r#"{ cut = "1s" }, { wait = "5s" }, { reset = "pin" }, { wait = "2s" }"#, &sulks, "D"),
        // Help that does not help, and help that comes too early to tell.
        (r#"{ cut = "1s" }, { wait = "5s" }, { operator = [{ press = "SET" }] }, { wait = "9s" }"#, &sulks, "D"),
        (r#"{ cut = "1s" }, { operator = [{ reset = "pin" }] }, { wait = "5s" }"#, &sulks, "none"),
        (r#"{ cut = "1s" }, { wait = "5s" }, { operator = [{ press = "SET" }] }"#, &sulks, "none"),
        // Right again by itself, but later than declared.
        (r#"{ cut = "1s" }, { wait = "9s" }"#, &late, "D"),
        // Helped, but its programmes are gone.
        (r#"{ cut = "1s" }, { wait = "5s" }, { operator = [{ reset = "pin" }] }, { wait = "2s" }"#, &forgets, "D"),
        // No disturbance but the operator's own.
        (r#"{ operator = [{ reset = "supply" }] }, { wait = "2s" }"#, &good, "none"),
    ] {
        assert_eq!(criterion(steps, quirks), expected, "{steps}");
    }
}
