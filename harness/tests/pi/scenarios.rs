//! The shipped scenarios, with what was approved for the virtual board.

use crate::desk::{Desk, Test, case, is_busy};
use crate::support::Place;
use brownout_trace::event::{Figure, ShotReport};
use brownout_trace::{Span, What};

pub const TESTS: &[Test] = &[
    ("a_cut_inside_the_hold_up", || drop(passes("power/short-outage", "@cut=100ms"))),
    ("a_cut_beyond_the_hold_up", a_cut_beyond_the_hold_up),
    ("a_cut_at_low_source_impedance", a_cut_at_low_source_impedance),
    ("two_cuts_in_a_row", || drop(passes("power/double-cut", "@apart=1s"))),
    ("a_board_that_is_helped", || drop(passes("power/operator-helps", ""))),
    ("a_reset_by_the_pin", || drop(passes("memory/hard-reset", "@how=pin"))),
    ("lines_that_mean_harm", || drop(passes("memory/hostile-lines", ""))),
    ("an_update_by_the_probe", || drop(passes("memory/firmware-update", "firmware-update"))),
    ("a_contact_s_timing", || drop(passes_at("schedule/contact-timing", "", "1ms"))),
    ("programmes_edited_while_they_run", || drop(passes("schedule/edit-while-running", ""))),
    ("a_chord_on_the_buttons", || drop(passes("buttons/chord-released-early", ""))),
];

/// So often a case comes again that a machine was too busy for.
const RUNS: u32 = 3;

fn passes(scenario: &str, filter: &str) -> Vec<ShotReport> {
    passes_at(scenario, filter, "5ms")
}

fn passes_at(scenario: &str, filter: &str, time: &str) -> Vec<ShotReport> {
    passes_on(|here| Desk::new(here, time), scenario, filter)
}

/// Flashes a board of its own and runs the case that has this in its name; it has to end as approved, or inconclusive as
/// often as it is tried, since the machine is busy.
pub fn passes_on(desk: impl Fn(Place) -> Desk, scenario: &str, filter: &str) -> Vec<ShotReport> {
    let theme = scenario.split('/').next().unwrap();
    for _ in 0..RUNS {
        let desk = desk(Place::shipped(&[theme]));
        let ran = desk.run(&format!("scenarios/{scenario}.toml"), "weekly", filter);
        if is_busy(&ran) {
            continue;
        }
        ran.says(0, &["flashed weekly by probe-rs and verified it"]);
        assert!(ran.stdout.contains(" 1 passed"), "{}", ran.stdout);
        return sound_shots(&desk);
    }
    not_shown()
}

/// The same of a case of its own, which was approved by nobody: it has to be judged passed.
pub fn judged_on(desk: impl Fn(Place) -> Desk, steps: &str) -> Vec<ShotReport> {
    for _ in 0..RUNS {
        let desk = desk(case(steps));
        let ran = desk.run("scenarios", "weekly", "");
        if is_busy(&ran) {
            continue;
        }
        ran.says(1, &["flashed weekly by probe-rs and verified it", "1 snapshot pending"]);
        return sound_shots(&desk);
    }
    not_shown()
}

/// It would have been, on a machine with time.
fn not_shown() -> Vec<ShotReport> {
    eprintln!("not shown: inconclusive {RUNS} times over");
    Vec::new()
}

/// The shots of a run that ended as it should.
fn sound_shots(desk: &Desk) -> Vec<ShotReport> {
    assert_eq!(desk.fake.troubles(), Vec::<String>::new());
    assert!(desk.is_off());
    let shots = desk.recorded().into_iter().filter_map(|event| match event.what {
        What::Shot(report) => Some(report),
        _ => None,
    });
    shots.collect()
}

fn a_cut_beyond_the_hold_up() {
    for shot in passes("power/short-outage", "@cut=1s") {
        assert!(shot.start.measured().is_some(), "{shot:?}");
        let off = shot.measured_width.measured().unwrap() - shot.width;
        assert!(off.abs() < Span::millis(500), "{shot:?}");
    }
}

fn a_cut_at_low_source_impedance() {
    for shot in passes("power/inside-hold-up", "@cut=50ms@impedance=low") {
        assert!(shot.depth.measured().is_none_or(|depth| depth.0.abs() < 0.1), "{shot:?}");
        assert_eq!(shot.slew, Figure::Unmeasured);
    }
}
