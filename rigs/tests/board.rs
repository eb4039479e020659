//! The virtual board as a whole, under the reference firmware and under broken ones.

mod common;

use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_trace::event::{Event, Figure, Level, What};
use brownout_trace::{Instant, ResetCause, Span, Volts};
use common::{ask, broken, powered, received, run, weekly};

/// A board with a programme whose relay is closed, a minute after its clock was set.
fn busy(seed: u64) -> VirtualBench {
    let mut bench = powered(&weekly(), seed);
    run(&mut bench, Span::secs(4));
    assert_eq!(ask(&mut bench, "PROG ADD 1234567 08:00:00 18:00:00"), ["OK 0"]);
    assert_eq!(ask(&mut bench, "CLOCK 2024-01-01 08:30:00"), ["OK"]);
    run(&mut bench, Span::secs(60));
    bench
}

fn cut(bench: &mut VirtualBench, width: Span) -> Vec<Event> {
    let start = bench.now() + Span::millis(10);
    bench.play(&[(start, Level::Open), (start + width, Level::Volts(Volts(12.0)))]).unwrap();
    run(bench, width + Span::secs(3))
}

fn instant(events: &[Event], wanted: impl Fn(&What) -> bool) -> Option<Instant> {
    events.iter().find(|event| wanted(&event.what)).map(|event| event.at)
}

#[test]
fn hold_up_follows_the_closed_formula() {
    let mut bench = powered(&weekly(), 1);
    run(&mut bench, Span::secs(10));
    let bulk = bench.board().bulk();
    let events = cut(&mut bench, Span::secs(5));
    let off = instant(&events, |what| matches!(what, What::Supply { level: Level::Open })).unwrap();
    let down = instant(&events, |what| matches!(what, What::PowerDown)).unwrap();
    // C·(V1−V2)/I: asleep 40 % of (1.69 + 8 · 0.4766) mA, 5 mA quiescent, 20 µA leakage; down to 1.88 V + 1.1 V dropout.
    let current = 0.4 * (1.69e-3 + 8.0 * 0.4766e-3) + 5e-3 + 20e-6;
    let expected = 470e-6 * (bulk.0 - 2.98) / current;
    let measured = (down - off).as_secs_f64();
    assert!((measured / expected - 1.0).abs() < 0.01, "{measured} s against {expected} s");
}

#[test]
fn a_short_cut_is_ridden_through_and_a_long_one_evaluated_anew() {
    let mut bench = busy(1);
    let short = cut(&mut bench, Span::millis(50));
    assert!(instant(&short, |what| matches!(what, What::PowerDown | What::Contact { .. })).is_none(), "{short:#?}");
    let long = cut(&mut bench, Span::secs(10));
    assert!(instant(&long, |what| matches!(what, What::Contact { closed: false, .. })).is_some());
    assert!(instant(&long, |what| matches!(what, What::Reset { cause: ResetCause::PowerOn })).is_some());
    assert_eq!(received(&long), ["# boot brownout-weekly 1.0.0 reset=por programs=1 clock=valid"]);
    assert!(ask(&mut bench, "STATUS")[0].starts_with("OK relay=on mode=AUTO clock=valid"));
}

#[test]
fn the_clock_lives_as_long_as_its_reserve() {
    let hours = |n: i64| Span::secs(n * 3600);
    // 0.1 F from 3.3 to 1.8 V: 29.8 h at 1.4 µA, more as the current falls with the voltage.
    let mut bench = busy(1);
    cut(&mut bench, hours(29));
    assert!(ask(&mut bench, "CLOCK")[0].ends_with("valid"));
    let mut bench = busy(1);
    let lost = cut(&mut bench, hours(60));
    assert!(ask(&mut bench, "CLOCK")[0].ends_with("lost"), "{lost:#?}");
}

#[test]
fn the_reserve_charges_again_between_outages() {
    let hours = |n: i64| Span::secs(n * 3600);
    let mut bench = busy(1);
    for _ in 0..3 {
        cut(&mut bench, hours(19));
        run(&mut bench, hours(4));
    }
    assert!(ask(&mut bench, "CLOCK")[0].ends_with("valid"));
}

#[test]
fn a_shot_right_after_another_is_measured_as_itself() {
    let mut bench = busy(1);
    let (start, width) = (bench.now() + Span::millis(10), Span::millis(30));
    let (dip, full) = (Level::Volts(Volts(4.8)), Level::Volts(Volts(12.0)));
    bench.play(&[(start, dip), (start + width, full)]).unwrap();
    run(&mut bench, Span::millis(10) + width);
    let first = bench.measure_shot(dip, start, width, Span::ZERO).unwrap();
    let second = bench.now();
    bench.play(&[(second, Level::Open), (second + width, full)]).unwrap();
    run(&mut bench, width);
    let after = bench.measure_shot(Level::Open, second, width, Span::ZERO).unwrap();
    for (shot, begun, depth) in [(first, start, 4.8), (after, second, 0.0)] {
        assert_eq!((shot.start, shot.measured_width), (Figure::Measured(begun), Figure::Measured(width)));
        let Figure::Measured(measured) = shot.depth else { panic!("the depth is measured") };
        assert!((measured.0 - depth).abs() < 0.1, "{measured}");
    }
}

/// What the probe does takes bench time, in which nobody looks at the terminals.
#[test]
fn a_dip_while_the_probe_flashes_has_no_depth_unless_it_outlasts_it() {
    let dipped = |width: Span| {
        let mut bench = powered(&weekly(), 1);
        run(&mut bench, Span::secs(5));
        let (dip, start) = (Level::Volts(Volts(9.0)), bench.now() + Span::millis(100));
        bench.play(&[(start, dip), (start + width, Level::Volts(Volts(12.0)))]).unwrap();
        assert!(bench.flash(None, &mut Vec::new()).unwrap().whole);
        let flashed = bench.now();
        run(&mut bench, width);
        let shot = bench.measure_shot(dip, start, width, Span::ZERO).unwrap();
        assert_eq!((shot.start, shot.measured_width), (Figure::Measured(start), Figure::Measured(width)));
        (shot.depth, flashed > start + width)
    };
    assert_eq!(dipped(Span::millis(100)), (Figure::Unmeasured, true));
    let (Figure::Measured(depth), false) = dipped(Span::secs(600)) else { panic!("the depth is measured") };
    assert!((depth.0 - 9.0).abs() < 0.01, "{depth}");
}

#[test]
fn a_clone_goes_on_exactly_as_the_original() {
    let mut original = busy(7);
    let mut clone = original.clone();
    let width = Span::millis(400);
    assert_eq!(cut(&mut original, width), cut(&mut clone, width));
    assert_eq!(original.board().cycles(), clone.board().cycles());
}

#[test]
fn one_seed_gives_one_trace_and_cut_up_waiting_changes_nothing() {
    let events = |seed, pieces: i64| {
        let mut bench = powered(&weekly(), seed);
        let mut events = Vec::new();
        // Pieces of uneven length, so that they end anywhere inside an instruction, a second, a byte on the wire.
        let end = Instant(150_000_000_000);
        for n in 1..=pieces {
            let wobble = (n * 7_919_113) % 9_973_331;
            let until = if n == pieces { end } else { Instant(end.0 / pieces * n + wobble) };
            let left = until - bench.now();
            events.extend(run(&mut bench, left));
        }
        bench.send("MODE ON").unwrap();
        events.extend(run(&mut bench, Span::secs(1)));
        events
    };
    for pieces in [7, 1_000, 10_007] {
        assert_eq!(events(3, 1), events(3, pieces), "{pieces} pieces");
    }
    assert_ne!(events(3, 1), events(4, 1), "the seed decides the bounce");
}

#[test]
fn a_crash_is_told_with_registers_and_function() {
    let events = run(&mut powered(&broken("crash"), 1), Span::millis(50));
    let faults: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Fault { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    for part in ["HardFault", "0x20005000", "read_beyond_ram"] {
        assert!(faults[0].contains(part), "{part} in {}", faults[0]);
    }
}

#[test]
fn an_unmodelled_register_is_told_with_its_name_and_function() {
    let events = run(&mut powered(&broken("timer"), 1), Span::millis(50));
    let told = events.iter().find_map(|event| match &event.what {
        What::Unmodelled { text } => Some(text.as_str()),
        _ => None,
    });
    let told = told.expect("the register is told");
    for part in ["write to TIM2_SMCR", "start_timer", "encoder mode"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn the_reset_pin_holds_and_releases() {
    let mut bench = busy(1);
    bench.set_reset(true).unwrap();
    let held = run(&mut bench, Span::secs(1));
    assert!(instant(&held, |what| matches!(what, What::Coil { on: false, .. })).is_some(), "{held:#?}");
    bench.set_reset(false).unwrap();
    let released = run(&mut bench, Span::secs(1));
    assert_eq!(received(&released), ["# boot brownout-weekly 1.0.0 reset=pin programs=1 clock=valid"]);
}

#[test]
fn levels_for_the_past_are_refused() {
    let mut bench = powered(&weekly(), 1);
    run(&mut bench, Span::secs(1));
    assert!(bench.play(&[(Instant(5), Level::Open)]).unwrap_err().what.contains("+0.000000005s"));
}
