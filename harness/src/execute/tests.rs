//! Whole cases on the board in memory: what execution and judging make of them.

use super::fake::{Fake, Quirks, case, profile};
use super::run_case;
use crate::arrange::start_instant;
use crate::outcome::CaseOutcome;
use crate::plan::Case;
use brownout_rigs::bench::RigFault;
use brownout_trace::event::What;
use brownout_trace::{Event, Instant, Span, Verdict};

const BOARD: &str = r#"
[board]
clock = "Mon 07:59:55"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }, { days = "Sat", on = "09:00:00", off = "10:00:00" }]
"#;

fn run_quirky(case: &Case, quirks: &Quirks) -> (CaseOutcome, Vec<Event>) {
    let profile = profile();
    let mut sunk = Vec::new();
    let start = start_instant(case, &profile);
    let mut rig = |_| Ok(Fake::new(start, quirks.clone()));
    let outcome = run_case(&mut rig, case, &profile, &mut |event| sunk.push(event.clone()));
    (outcome, sunk)
}

fn run(steps: &str, quirks: &Quirks) -> CaseOutcome {
    run_quirky(&case(&format!("steps = [{steps}]{BOARD}")), quirks).0
}

/// Each judgement as `verdict: observed`.
fn told(outcome: &CaseOutcome) -> Vec<String> {
    outcome.judgements.iter().map(|judgement| format!("{}: {}", judgement.verdict, judgement.observed)).collect()
}

fn why(outcome: &CaseOutcome) -> &str {
    outcome.stopped.as_ref().map_or("", |stopped| &stopped.why)
}

#[test]
fn a_good_board_passes_and_step_0_is_instant_0() {
    let steps = r#"
      { expect = { relay = "K1", is = "open" } },
      { until = "Mon 08:00:02" },
      { expect = { relay = "K1", is = "closed" } },
      { cut = { for = "50ms" } },
      { expect = { relay = "K1", stays = "closed", for = "2s" } },
      { mark = "long" },
      { cut = "1s" },
      { expect = { relay = "K1", is = "closed", within = "2s" } },
      { expect = { programs = "kept" } },
      { expect = { clock = { within = "2s" } } },
      { expect = { reset = "power-on" } },
      { expect = { relay = "K1", edges = 2, since = "long" } },
      { expect = { relay = "K1", edges = 3 } },
      { console = "STATUS" },
      { expect = { console = "OK relay=*", within = "500ms" } }"#;
    let (outcome, sunk) = run_quirky(&case(&format!("steps = [{steps}]{BOARD}")), &Quirks::default());
    assert_eq!(
        told(&outcome),
        [
            "passed: open",
            "passed: closed",
            "passed: closed throughout",
            "passed: closed after 55ms",
            "passed: 2 programmes kept",
            "passed: off by 0s",
            "passed: power-on",
            "passed: 2 edges: opened, closed",
            "passed: 3 edges: closed, opened, closed",
            "passed: `OK relay=off mode=AUTO clock=valid programs=2 reset=por saves=1 pvd=0` after 5ms",
        ],
        "{:?}",
        outcome.stopped
    );
    assert_eq!((outcome.verdict, outcome.attempts, outcome.shots.len()), (Verdict::Passed, 1, 2));
    let step_0 = outcome.trace.iter().find(|event| matches!(event.what, What::Step { index: 0, .. })).unwrap();
    assert_eq!(step_0.at, Instant::ZERO);
    assert!(outcome.trace.windows(2).all(|pair| pair[0].at <= pair[1].at), "in order");
    assert_eq!(outcome.trace, sunk);
    assert_eq!(outcome.relays[0].changes.len(), 3);
    let closed = outcome.relays[0].changes[0].0;
    assert!((closed - (Instant::ZERO + Span::secs(5))).abs() < Span::millis(10), "true at step 0: {closed}");
}

#[test]
fn failures_say_what_the_board_did_and_the_case_goes_on() {
    let steps = r#"
      { until = "Mon 08:00:02" },
      { expect = { relay = "K1", is = "open" } },
      { cut = "1s" },
      { expect = { relay = "K1", stays = "closed", for = "1s" } },
      { expect = { relay = "K1", never = "open" } },
      { expect = { programs = "kept" } },
      { expect = { clock = { within = "1s" } } },
      { expect = { reset = "watchdog" } },
      { expect = { console = "HELLO", within = "100ms" } }"#;
    let quirks = Quirks { forgets: Some(0), ahead: Span::secs(3), ..Quirks::default() };
    let outcome = run(steps, &quirks);
    assert_eq!(
        told(&outcome),
        [
            "failed: closed",
            "failed: open from the beginning",
            "failed: open 2 times",
            "failed: programme 1 (Mon-Fri 08:00:00 to 18:00:00) is lost",
            "failed: off by 2.99s",
            "failed: power-on",
            "failed: no line",
        ]
    );
    assert_eq!(outcome.verdict, Verdict::Failed);
    let first = &outcome.judgements[0];
    assert!(first.detail.as_ref().unwrap().contains("K1 closed at +2.0"), "{first:?}");
    assert_eq!(first.look_at, Instant::ZERO + Span::secs(7));
}

#[test]
fn a_board_that_cannot_be_arranged_says_what_was_sent_and_what_came_back() {
    let steps = r#"{ expect = { relay = "K1", is = "open" } }"#;
    let outcome = run(steps, &Quirks { mute: true, ..Quirks::default() });
    assert_eq!(
        why(&outcome),
        "the firmware never answered after power-up: not acknowledged in 1s: sent `FACTORY`, nothing came back"
    );
    assert_eq!((outcome.verdict, told(&outcome)), (Verdict::Failed, vec!["skipped: not reached".to_owned()]));
    let outcome = run(steps, &Quirks { refuses: Some("PROG"), ..Quirks::default() });
    let sent = "sent `PROG ADD 12345 08:00:00 18:00:00`, came back `ERR 2 bad argument`";
    assert_eq!(why(&outcome), format!("the board refused: {sent}"));
    assert_eq!(outcome.stopped.unwrap().step, None);
}

#[test]
fn what_the_rig_does_wrong_judges_no_board() {
    let steps = r#"{ wait = "10s" }, { expect = { relay = "K1", is = "open" } }"#;
    let lost = run(steps, &Quirks { loses_an_edge: true, ..Quirks::default() });
    assert!(why(&lost).starts_with("edges of K1 were lost before"), "{:?}", lost.stopped);
    let text = "read of TIM2_CR1, before 0x08000100 in main: not modelled".to_owned();
    let says = Some(What::Unmodelled { text });
    let lacking = run(steps, &Quirks { says, ..Quirks::default() });
    assert!(why(&lacking).contains("TIM2_CR1"), "{:?}", lacking.stopped);
    for outcome in [lost, lacking] {
        assert_eq!((outcome.verdict, outcome.stopped.unwrap().step), (Verdict::Inconclusive, Some(0)));
        assert_eq!(outcome.judgements[0].verdict, Verdict::Skipped);
    }
    let profile = profile();
    let mut rig = |_| Err::<Fake, _>(RigFault { what: "the relay sense is dead".into(), hint: "look".into() });
    let outcome = run_case(&mut rig, &case(&format!("steps = [{steps}]")), &profile, &mut |_| ());
    assert_eq!((outcome.verdict, why(&outcome)), (Verdict::Inconclusive, "the relay sense is dead (look)"));
}

#[test]
fn a_spoilt_shot_restarts_the_whole_case() {
    let case = case(&format!(r#"steps = [{{ cut = "10ms" }}, {{ expect = {{ programs = "kept" }} }}]{BOARD}"#));
    let (start, profile) = (start_instant(&case, &profile()), profile());
    let mut sunk = Vec::new();
    let mut spoil_until = |last: u32| {
        let mut rig = |attempt| {
            let wide = if attempt < last { Span::millis(5) } else { Span::ZERO };
            Ok(Fake::new(start, Quirks { wide, ..Quirks::default() }))
        };
        run_case(&mut rig, &case, &profile, &mut |event| sunk.push(event.clone()))
    };
    let third = spoil_until(3);
    assert_eq!((third.verdict, third.attempts, third.shots.len()), (Verdict::Passed, 3, 1));
    let never = spoil_until(9);
    assert_eq!((never.verdict, never.attempts, never.shots.len()), (Verdict::Inconclusive, 3, 1));
    let spoilt = "none of 3 attempts went as asked: a shot of 10ms came out 15ms wide, more than 1ms off";
    assert_eq!((why(&never), never.stopped.as_ref().unwrap().step), (spoilt, Some(0)));
    assert_eq!(never.judgements[0].verdict, Verdict::Skipped);
    let attempts = sunk.iter().filter(|event| matches!(event.what, What::Attempt { .. })).count();
    assert_eq!(attempts, 6, "spoilt attempts stay in the record");
}

#[test]
fn a_flood_is_told_with_its_rate_and_bounded() {
    let quirks = Quirks { floods: Some(Span::millis(1)), ..Quirks::default() };
    let outcome = run(r#"{ wait = "10min" }, { expect = { relay = "K1", is = "open" } }"#, &quirks);
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(why(&outcome).starts_with("the board floods its console: 100"), "{}", why(&outcome));
    assert!(outcome.trace.len() < 20_000);
}

#[test]
fn impossible_steps_end_the_case() {
    for (steps, text, verdict) in [
        (
            r#"{ wait = "10s" }, { until = "Mon 08:00:00" }"#,
            "`until Mon 08:00:00` is past: it was at +5s",
            Verdict::Inconclusive,
        ),
        (r#"{ power = "off" }, { mode = "on" }"#, "the board has no supply", Verdict::Inconclusive),
        (r#"{ power = "off" }, { cut = "1s" }"#, "the supply is off already", Verdict::Inconclusive),
    ] {
        let outcome = run(&format!(r#"{steps}, {{ expect = {{ programs = "kept" }} }}"#), &Quirks::default());
        assert!(why(&outcome).starts_with(text), "{:?}", outcome.stopped);
        assert_eq!((outcome.verdict, outcome.judgements[0].verdict), (verdict, Verdict::Skipped), "{text}");
    }
    let refuses = Quirks { refuses: Some("MODE"), ..Quirks::default() };
    let outcome = run(r#"{ mode = "on" }, { expect = { programs = "kept" } }"#, &refuses);
    assert_eq!(why(&outcome), "the board refused: sent `MODE ON`, came back `ERR 2 bad argument`");
    assert_eq!((outcome.verdict, outcome.stopped.unwrap().step), (Verdict::Failed, Some(0)));
}

#[test]
fn programmes_follow_the_scenario_and_stray_answers_are_not_taken_for_others() {
    let steps = r#"
      { program = { delete = 1 } },
      { program = { add = { days = "Sun", on = "01:00:00", off = "02:00:00" } } },
      { console = "STATUS" },
      { console = "VERSION" },
      { mode = "on" },
      { reset = "software" },
      { expect = { programs = "kept" } },
      { expect = { reset = "software" } },
      { expect = { relay = "K1", is = "closed" } },
      { wait = "1s" },
      { reset = "pin" },
      { expect = { programs = "kept" } }"#;
    let outcome = run(steps, &Quirks::default());
    assert_eq!(why(&outcome), "");
    let kept = "passed: 2 programmes kept";
    assert_eq!(told(&outcome), [kept, "passed: software", "passed: closed", kept]);
}

#[test]
fn a_board_unpowered_for_days_is_arranged_before() {
    let text = r#"
steps = [
  { power = "on" },
  { wait = "1s" },
  { expect = { relay = "K1", is = "closed" } },
  { expect = { clock = { within = "1s" } } },
]
[board]
clock = "Thu 09:00:00"
start = { off = "3d" }
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]"#;
    let (outcome, _) = run_quirky(&case(text), &Quirks::default());
    assert_eq!(told(&outcome), ["passed: closed", "passed: off by 0s"], "{:?}", outcome.stopped);
    assert!(!outcome.relays[0].initially_closed);
    assert!(outcome.trace[0].at < Instant::ZERO - Span::secs(3 * 86_400));
}

#[test]
fn a_window_that_opens_late_is_judged_at_its_end_without_taking_time() {
    let steps = r#"
      { until = "Mon 07:59:59" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { mark = "end" }"#;
    let outcome = run(steps, &Quirks::default());
    // The relay moves 5 ms after 08:00:00, when the first window ends.
    assert_eq!(told(&outcome), ["failed: open", "passed: closed after 5ms"]);
    let mark = outcome.trace.iter().find(|event| matches!(event.what, What::Mark { .. })).unwrap();
    assert_eq!(mark.at, Instant::ZERO + Span::secs(6));
    let stuck = run(steps, &Quirks { stuck: true, ..Quirks::default() });
    assert_eq!(told(&stuck), ["failed: open", "failed: open"]);
    // 1.5 ms after its first edge the contact is open once more: only what follows tells that it has closed.
    let bouncing = r#"
      { until = "Mon 07:59:59" },
      { wait = "1006500us" },
      { expect = { relay = "K1", is = "closed" } }"#;
    assert_eq!(told(&run(bouncing, &Quirks::default())), ["passed: closed"]);
}

const BOARD_ON: &str = r#"
[board]
clock = "Mon 12:00:00"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

fn run_on(steps: &str, quirks: &Quirks) -> CaseOutcome {
    run_quirky(&case(&format!("steps = [{steps}]{BOARD_ON}")), quirks).0
}

#[test]
fn the_schedule_is_judged_over_outages_dips_edits_and_modes() {
    let steps = r#"
      { wait = "1s" },
      { cut = { for = "50ms", impedance = "low" } },
      { dip = { to = "40%", for = "80ms" } },
      { wait = "1s" },
      { cut = "30s" },
      { expect = { programs = "kept" } },
      { wait = "5s" },
      { mode = "on" },
      { wait = "5s" },
      { mode = "auto" },
      { wait = "5s" },
      { power = { to = "4V" } },
      { wait = "10s" },
      { cut = { for = "1s", impedance = "high" } },
      { power = "on" },
      { wait = "5s" },
      { set-clock = "Mon 17:59:50" },
      { wait = "15s" },
      { reset = "software" },
      { reset = "pin" },
      { expect = { programs = "kept" } },
      { expect = "schedule" }"#;
    let outcome = run_on(steps, &Quirks::default());
    assert_eq!(outcome.judgements[0].verdict, Verdict::Passed, "a starting board is given its time");
    let judgement = outcome.judgements.last().unwrap();
    assert_eq!(judgement.observed, "as programmed", "{judgement:?} {:?}", outcome.stopped);
}

#[test]
fn a_contact_may_open_without_supply_but_not_in_a_dip_that_the_board_lives_through() {
    let quirks = Quirks { lets_go: true, ..Quirks::default() };
    for (disturbance, observed) in [
        (r#"{ cut = "80ms" }"#, "as programmed"),
        (r#"{ dip = { to = "40%", for = "80ms" } }"#, "K1 open where closed was due"),
    ] {
        let steps = format!(r#"{{ wait = "1s" }}, {disturbance}, {{ wait = "3s" }}, {{ expect = "schedule" }}"#);
        let outcome = run_on(&steps, &quirks);
        assert_eq!(told(&outcome)[0].split_once(": ").unwrap().1, observed, "{disturbance}");
        assert_eq!(outcome.criterion.map(|criterion| criterion.to_string()).as_deref(), Some("B"), "{disturbance}");
    }
}

#[test]
fn a_wrong_contact_is_told_with_the_reason_it_should_have_been_right() {
    let steps = r#"{ wait = "10s" }, { expect = "schedule" }"#;
    let outcome = run(steps, &Quirks { stuck: true, ..Quirks::default() });
    let judgement = &outcome.judgements[0];
    assert_eq!((judgement.verdict, &*judgement.observed), (Verdict::Failed, "K1 open where closed was due"));
    let detail = judgement.detail.as_ref().unwrap();
    assert!(detail.contains("programme 1 on, Mon 08:00:00"), "{detail}");
    let at = judgement.look_at - Instant::ZERO;
    assert!(at > Span::secs(5) && at < Span::secs(7), "{at}");
    // A mark after it: what lasts still counts.
    let steps = r#"{ wait = "10s" }, { mark = "m" }, { wait = "1s" }, { expect = { schedule = { since = "m" } } }"#;
    let outcome = run(steps, &Quirks { stuck: true, ..Quirks::default() });
    assert_eq!(outcome.judgements[0].look_at, Instant::ZERO + Span::secs(10));
}

#[test]
fn the_criterion_says_what_the_disturbance_did() {
    let kept = r#"{ expect = { programs = "kept" } }, { expect = { clock = { within = "2s" } } }"#;
    let criterion = |steps: &str, quirks: &Quirks| {
        let outcome = run_on(&format!("{steps}, {kept}"), quirks);
        assert_eq!(why(&outcome), "");
        outcome.criterion.map_or("none".to_owned(), |criterion| criterion.to_string())
    };
    let good = Quirks::default();
    let forgets = Quirks { forgets: Some(0), ..Quirks::default() };
    let dead = Quirks { sulks: true, ..Quirks::default() };
    for (steps, quirks, expected) in [
        (r#"{ wait = "2s" }"#, &good, "none"),
        (r#"{ wait = "1s" }, { cut = "50ms" }, { wait = "2s" }"#, &good, "A"),
        (r#"{ wait = "1s" }, { cut = "1s" }, { wait = "2s" }"#, &good, "B"),
        (r#"{ wait = "1s" }, { cut = "50ms" }, { cut = "1s" }, { cut = "1s" }, { wait = "2s" }"#, &good, "B"),
        (r#"{ wait = "1s" }, { cut = "1s" }, { wait = "2s" }"#, &forgets, "D"),
        (r#"{ wait = "1s" }, { cut = "1s" }, { wait = "9s" }"#, &dead, "D"),
        (r#"{ console = "MODE OFF" }, { cut = "50ms" }, { wait = "5s" }"#, &good, "none"),
        (r#"{ console = "STATUS" }, { cut = "50ms" }, { wait = "5s" }"#, &good, "A"),
        (r#"{ wait = "1s" }, { power = "off" }, { wait = "1h" }, { power = "on" }, { wait = "5s" }"#, &good, "B"),
        (r#"{ wait = "1s" }, { cut = "21h" }, { wait = "9s" }"#, &good, "none"),
    ] {
        assert_eq!(criterion(steps, quirks), expected, "{steps}");
    }
}

#[test]
fn a_flood_is_bounded_however_slow() {
    // 50 lines a second are below any rate, but there is no end to them.
    let quirks = Quirks { floods: Some(Span::millis(20)), ..Quirks::default() };
    let outcome = run(r#"{ wait = "1h" }, { expect = { relay = "K1", is = "open" } }"#, &quirks);
    assert!(why(&outcome).starts_with("the board floods its console: 50 lines/s, 10021 lines"), "{}", why(&outcome));
    let quirks = Quirks { floods: Some(Span::secs(1)), ..Quirks::default() };
    let outcome = run(r#"{ wait = "1h" }, { expect = { programs = "kept" } }"#, &quirks);
    assert_eq!((why(&outcome), outcome.verdict), ("", Verdict::Passed), "a line a second is none");
}

#[test]
fn ramps_and_repeated_cuts_are_booked_as_they_were_delivered() {
    let steps = r#"
      { wait = "1s" },
      { cut = { for = "1s", repeat = { times = 3, every = "3s" } } },
      { mark = "high" },
      { ramp = { to = "50%", over = "2s", step = "1V" } },
      { mark = "low" },
      { ramp = { from = "50%", to = "100%", over = "2s" } },
      { power = { ramp = { to = "0V", over = "1s" } } },
      { mark = "at once" },
      { wait = "5s" },
      { power = "on" },
      { expect = { relay = "K1", is = "closed", within = "2s" } },
      { expect = "schedule" }"#;
    let outcome = run_on(&steps.replace("at once", "at-once"), &Quirks::default());
    assert_eq!(told(&outcome)[1], "passed: as programmed", "{:?}", outcome.judgements);
    assert_eq!(outcome.shots.len(), 5, "three cuts, and two ramps that were waited for");
    let marks: Vec<i64> = outcome
        .trace
        .iter()
        .filter(|event| matches!(event.what, What::Mark { .. }))
        .map(|event| (event.at - Instant::ZERO).0 / 1_000_000)
        .collect();
    assert_eq!(marks, [1000 + 7000, 10_000, 12_000]);
    let levels = outcome.trace.iter().filter(|event| {
        let ramp = Instant::ZERO + Span::secs(8)..=Instant::ZERO + Span::secs(10);
        ramp.contains(&event.at) && matches!(event.what, What::Supply { .. })
    });
    assert_eq!(levels.count(), 6 + 2, "six stairs of a volt between the cut's end and the next ramp's begin");
}

#[test]
fn repeated_steps_are_steps_and_their_marks_move_on() {
    let steps = r#"
      { repeat = { times = 3, steps = [
        { mark = "round" },
        { repeat = { times = 2, steps = [{ cut = "1s" }, { wait = "2s" }] } },
        { expect = { relay = "K1", edges = 4, since = "round" } },
      ] } },
      { expect = { relay = "K1", edges = 12 } },
      { expect = "schedule" }"#;
    let outcome = run_on(steps, &Quirks::default());
    let edges = |n, words| format!("passed: {n} edges: {words}");
    let four = edges(4, "opened, closed, opened, closed");
    let twelve = edges(12, "opened, closed, opened, closed, opened, closed, …");
    assert_eq!(told(&outcome), [&four, &four, &four, &twelve, "passed: as programmed"]);
    assert_eq!(outcome.judgements.iter().map(|one| one.step).collect::<Vec<_>>(), [5, 11, 17, 18, 19]);
}

#[test]
fn buttons_are_pressed_held_and_released_at_their_instants() {
    let steps = r#"
      { press = "MODE" },
      { expect = { relay = "K1", is = "closed" } },
      { press = { button = "MODE", times = 2, every = "1s", for = "50ms" } },
      { mark = "taps" },
      { expect = { programs = "kept" } },
      { press = { chord = ["SET", "MODE"], for = "3s" } },
      { mark = "held" },
      { expect = { programs = "kept" } }"#;
    let outcome = run(steps, &Quirks::default());
    let told = told(&outcome);
    assert_eq!(told[..2], ["passed: closed", "passed: 2 programmes kept"], "{:?}", outcome.stopped);
    assert!(told[2].starts_with("failed: programme 1"), "{told:?}");
    let buttons: Vec<(i64, &str, bool)> = outcome
        .trace
        .iter()
        .filter_map(|event| match &event.what {
            What::Button { button, pressed } => Some(((event.at - Instant::ZERO).0 / 1_000_000, &**button, *pressed)),
            _ => None,
        })
        .collect();
    let taps = [(0, "MODE", true), (100, "MODE", false), (100, "MODE", true), (150, "MODE", false)];
    assert_eq!(buttons[..4], taps);
    assert_eq!(buttons[4..6], [(1100, "MODE", true), (1150, "MODE", false)]);
    let names: Vec<(&str, bool)> = buttons[6..].iter().map(|(_, button, pressed)| (*button, *pressed)).collect();
    assert_eq!(names, [("SET", true), ("MODE", true), ("SET", false), ("MODE", false)]);
    assert_eq!(buttons[8].0 - buttons[7].0, 3000);
}

#[test]
fn steps_in_the_background_act_while_others_run() {
    let steps = r#"
      { wait = "1s" },
      { during = {
          steps = [{ wait = "2s" }, { mode = "on" }, { expect = { relay = "K1", stays = "closed", for = "3s" } }, { mark = "front" }],
          meanwhile = [{ wait = "3s" }, { cut = "50ms" }, { press = "SET" }, { wait = "4s" }] } },
      { mark = "both" },
      { expect = "schedule" }"#;
    let outcome = run_on(&steps.replace('\n', " "), &Quirks::default());
    assert_eq!(told(&outcome), ["passed: closed throughout", "passed: as programmed"], "{:?}", outcome.stopped);
    let at = |wanted: &dyn Fn(&What) -> bool| {
        let event = outcome.trace.iter().find(|event| event.at >= Instant::ZERO && wanted(&event.what)).unwrap();
        (event.at - Instant::ZERO).0 / 1_000_000
    };
    let mark = |wanted: &str| at(&|what| matches!(what, What::Mark { name } if name == wanted));
    assert_eq!(at(&|what| matches!(what, What::Supply { .. })), 4000, "3 s into it, while the front waits");
    assert_eq!(at(&|what| matches!(what, What::Button { .. })), 4050);
    assert!((6000..6100).contains(&mark("front")), "{}", mark("front"));
    assert_eq!(mark("both"), 1000 + 3000 + 50 + 100 + 4000, "over when both are");
    // The shorter background is not waited for twice.
    let steps = r#"{ during = { meanwhile = [{ cut = "50ms" }], steps = [{ wait = "1s" }] } }, { mark = "m" },
      { expect = { programs = "kept" } }"#;
    let outcome = run_on(&steps.replace('\n', " "), &Quirks::default());
    assert_eq!(outcome.trace.iter().find(|event| matches!(event.what, What::Mark { .. })).unwrap().at.0, 1_000_000_000);
}

#[test]
fn at_one_instant_the_background_comes_before_the_foreground() {
    let steps = r#"
      { during = { steps = [{ wait = "1s" }, { power = { to = "11V" } }], meanwhile = [{ wait = "1s" }, { press = "MODE" }] } },
      { expect = { programs = "kept" } }"#;
    let outcome = run_on(&steps.replace('\n', " "), &Quirks::default());
    let second = Instant::ZERO + Span::secs(1);
    let kinds: Vec<&str> = outcome
        .trace
        .iter()
        .filter(|event| event.at == second)
        .filter_map(|event| match &event.what {
            What::Button { .. } => Some("button"),
            What::Step { text, .. } if text.starts_with("power") => Some("power"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["button", "power"]);
    // What goes wrong in the background is told at its step.
    let steps = r#"{ during = { steps = [{ wait = "9s" }], meanwhile = [{ wait = "1s" }, { cut = "5ms" }] } },
      { expect = { programs = "kept" } }"#;
    let quirks = Quirks { wide: Span::millis(5), ..Quirks::default() };
    let outcome = run_on(&steps.replace('\n', " "), &quirks);
    assert_eq!((outcome.verdict, outcome.stopped.unwrap().step), (Verdict::Inconclusive, Some(2)));
}

#[test]
fn resets_by_supply_and_to_the_defaults() {
    let steps = r#"
      { wait = "1s" },
      { reset = "supply" },
      { mark = "plugged" },
      { expect = { relay = "K1", is = "closed", within = "1s" } },
      { expect = { programs = "kept" } },
      { reset = "factory" },
      { expect = { programs = "kept" } },
      { expect = { relay = "K1", is = "open", within = "2s" } },
      { set-clock = "Mon 07:59:58" },
      { wait = "5s" },
      { expect = { relay = "K1", stays = "open", for = "2s" } }, { expect = "schedule" }"#;
    let outcome = run_on(steps, &Quirks::default());
    let kept = ["passed: closed after 55ms", "passed: 1 programme kept", "passed: none, as it should be"];
    assert_eq!(told(&outcome)[..3], kept, "{:?}", outcome.stopped);
    assert_eq!(outcome.verdict, Verdict::Passed, "{:?}", told(&outcome));
    let mark = outcome.trace.iter().find(|event| matches!(event.what, What::Mark { .. })).unwrap();
    assert_eq!(mark.at, Instant::ZERO + Span::secs(31));
}
