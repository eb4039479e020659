//! The buttons of the reference board: with bounce, at the edges of their times, and everything that is a near miss.

mod common;

use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_trace::Span;
use brownout_trace::Volts;
use brownout_trace::event::{Level, What};
use common::{ask, powered, received, run, weekly};

const TAP: Span = Span::millis(50);

/// A board with its clock set and one programme, its contact closed.
fn noon() -> VirtualBench {
    let mut bench = powered(&weekly(), 1);
    run(&mut bench, Span::secs(4));
    assert_eq!(ask(&mut bench, "PROG ADD 12345 08:00:00 18:00:00"), ["OK 0"]);
    assert_eq!(ask(&mut bench, "CLOCK 2024-01-01 12:00:00"), ["OK"]);
    bench
}

/// Presses buttons together for so long, then waits as long as a gap must be; gives what the board said.
fn hold(bench: &mut VirtualBench, buttons: &[&str], span: Span) -> Vec<String> {
    buttons.iter().for_each(|button| bench.press(button, true).unwrap());
    let mut events = run(bench, span);
    buttons.iter().for_each(|button| bench.press(button, false).unwrap());
    events.extend(run(bench, TAP));
    received(&events)
}

/// Enters digits as PROTOCOL.md says; gives the last thing that the board said.
fn enter(bench: &mut VirtualBench, digits: &str) -> String {
    assert_eq!(hold(bench, &["SET"], Span::millis(2100)), ["# button edit"]);
    let mut said = Vec::new();
    for digit in digits.bytes() {
        for _ in b'0'..digit {
            said.extend(hold(bench, &["MODE"], TAP));
        }
        said.extend(hold(bench, &["SET"], TAP));
    }
    said.extend(received(&run(bench, Span::millis(100))));
    assert_eq!(said.len(), 1, "{said:?}");
    said.remove(0)
}

#[test]
fn a_tap_of_mode_selects_the_next_mode() {
    let mut bench = noon();
    for mode in ["ON", "OFF", "AUTO"] {
        assert_eq!(hold(&mut bench, &["MODE"], TAP), [format!("# button mode {mode}")]);
        assert_eq!(ask(&mut bench, "MODE"), [format!("OK {mode}")]);
    }
}

#[test]
fn bounce_is_one_press_and_a_spike_none() {
    let mut bench = noon();
    for pressed in [true, false] {
        for n in 0..9 {
            bench.press("MODE", pressed == (n % 2 == 0)).unwrap();
            run(&mut bench, Span::micros(700));
        }
        let said = received(&run(&mut bench, Span::millis(200)));
        assert_eq!(said, if pressed { vec![] } else { vec!["# button mode ON"] });
    }
    assert!(hold(&mut bench, &["MODE"], Span::millis(15)).is_empty());
    assert_eq!(ask(&mut bench, "MODE"), ["OK ON"]);
}

#[test]
fn the_chord_restores_defaults_after_five_seconds() {
    let mut bench = noon();
    assert_eq!(hold(&mut bench, &["SET", "MODE"], Span::millis(5100)), ["# button factory"]);
    let status = ask(&mut bench, "STATUS");
    assert!(status[0].starts_with("OK relay=off mode=AUTO clock=lost programs=0"), "{status:?}");
}

#[test]
fn near_misses_of_the_chord_do_nothing() {
    let mut bench = noon();
    assert!(hold(&mut bench, &["SET", "MODE"], Span::millis(4900)).is_empty());
    for alone in ["SET", "MODE"] {
        // One finger lifted for 100 ms in the middle.
        bench.press("SET", true).unwrap();
        bench.press("MODE", true).unwrap();
        run(&mut bench, Span::secs(3));
        bench.press(alone, false).unwrap();
        run(&mut bench, Span::millis(100));
        bench.press(alone, true).unwrap();
        assert!(hold(&mut bench, &["SET", "MODE"], Span::secs(3)).is_empty());
    }
    assert!(hold(&mut bench, &["MODE"], Span::secs(8)).is_empty());
    assert!(hold(&mut bench, &["SET"], Span::millis(1900)).is_empty());
    let status = ask(&mut bench, "STATUS");
    assert!(status[0].starts_with("OK relay=on mode=AUTO clock=valid programs=1"), "{status:?}");
}

#[test]
fn everything_can_be_programmed_without_a_console() {
    let mut bench = powered(&weekly(), 1);
    run(&mut bench, Span::secs(4));
    assert_eq!(enter(&mut bench, "201080000180000"), "# button done");
    assert_eq!(enter(&mut bench, "1240101075958"), "# button done");
    let events = run(&mut bench, Span::secs(3));
    assert!(events.iter().any(|event| matches!(event.what, What::Contact { closed: true, .. })), "{events:?}");
    assert_eq!(ask(&mut bench, "PROG LIST"), ["P 0 12345 08:00:00 18:00:00", "OK 1"]);
    assert_eq!(enter(&mut bench, "52"), "# button done");
    assert!(ask(&mut bench, "STATUS")[0].starts_with("OK relay=off mode=OFF clock=valid programs=1"));
    assert_eq!(enter(&mut bench, "300"), "# button done");
    assert_eq!(enter(&mut bench, "300"), "# button refused");
    assert_eq!(ask(&mut bench, "PROG LIST"), ["OK 0"]);
}

#[test]
fn the_clock_begins_its_second_with_the_last_digit() {
    let mut bench = noon();
    enter(&mut bench, "1240101235958");
    let set = bench.now();
    let clock = |bench: &mut VirtualBench| ask(bench, "CLOCK").remove(0);
    assert!(clock(&mut bench).starts_with("OK 2024-01-01 23:59:58"));
    let rest = set + Span::millis(1700) - bench.now();
    run(&mut bench, rest);
    assert!(clock(&mut bench).starts_with("OK 2024-01-01 23:59:59"));
}

#[test]
fn editing_ends_by_itself_after_half_a_minute() {
    let mut bench = noon();
    assert_eq!(hold(&mut bench, &["SET"], Span::millis(2100)), ["# button edit"]);
    hold(&mut bench, &["MODE"], TAP);
    assert!(received(&run(&mut bench, Span::secs(29))).is_empty());
    assert_eq!(received(&run(&mut bench, Span::secs(2))), ["# button timeout"]);
    assert_eq!(hold(&mut bench, &["MODE"], TAP), ["# button mode ON"]);
}

/// An event of the schedule while somebody is at the buttons comes in time.
#[test]
fn the_schedule_runs_on_while_editing() {
    let mut bench = noon();
    assert_eq!(ask(&mut bench, "CLOCK 2024-01-01 17:59:50"), ["OK"]);
    let set = bench.now();
    hold(&mut bench, &["SET"], Span::millis(2100));
    let events = run(&mut bench, Span::secs(10));
    let opened = events.iter().find(|event| matches!(event.what, What::Contact { closed: false, .. })).unwrap();
    let late = opened.at - set - Span::secs(10);
    assert!(late < Span::millis(20), "{late}");
}

#[test]
fn a_button_held_through_a_start_and_one_that_nobody_wired() {
    let mut bench = noon();
    bench.press("MODE", true).unwrap();
    let now = bench.now();
    bench.play(&[(now, Level::Open), (now + Span::secs(2), Level::Volts(Volts(12.0)))]).unwrap();
    run(&mut bench, Span::millis(2500));
    bench.press("MODE", false).unwrap();
    assert_eq!(received(&run(&mut bench, Span::millis(500))), ["# button mode ON"]);
    let fault = bench.press("RESET", true).unwrap_err();
    assert!(fault.what.contains("no wire to the button `RESET`"), "{fault:?}");
}

/// What SysTick gives: nothing while nobody is at the buttons, so that a second costs what it did.
#[test]
fn an_idle_board_samples_nothing() {
    let ticking = |bench: &VirtualBench| bench.board().variable("s_ticking").map(<[u8]>::to_vec);
    let mut bench = noon();
    assert_eq!(ticking(&bench), Some(vec![0; 4]));
    bench.press("MODE", true).unwrap();
    run(&mut bench, TAP);
    assert_ne!(ticking(&bench), Some(vec![0; 4]));
    bench.press("MODE", false).unwrap();
    run(&mut bench, TAP);
    assert_eq!(ticking(&bench), Some(vec![0; 4]));
}
