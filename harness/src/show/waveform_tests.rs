use super::*;
use brownout_trace::{RelayName, ResetCause};

fn ms(ms: i64) -> Instant {
    Instant(ms * 1_000_000)
}

fn k1() -> RelayName {
    RelayName("K1".into())
}

fn edge(at: i64, closed: bool) -> Event {
    Event::new(ms(at), What::Contact { relay: k1(), closed, sequence: 1 })
}

fn supply(at: i64, volts: f64) -> Event {
    Event::new(ms(at), What::Supply { level: Level::Volts(Volts(volts)) })
}

fn button(at: i64, pressed: bool) -> Event {
    Event::new(ms(at), What::Button { button: "SET".into(), pressed })
}

/// On, closed at 500 ms with a bounce, a dip, a cut in which the contact falls, and power again.
fn trace() -> Vec<Event> {
    let step = |at, index| Event::new(ms(at), What::Step { index, text: "x".into() });
    vec![
        supply(-2_000, 12.0),
        Event::new(ms(-1_990), What::Reset { cause: ResetCause::PowerOn }),
        step(0, 0),
        edge(500, true),
        edge(501, false),
        edge(503, true),
        Event::new(ms(1_000), What::Mark { name: "before".into() }),
        supply(1_000, 6.0),
        supply(1_100, 12.0),
        supply(1_500, 0.0),
        edge(1_600, false),
        Event::new(ms(1_610), What::PowerDown),
        supply(1_900, 12.0),
        Event::new(ms(1_905), What::Reset { cause: ResetCause::PowerOn }),
        step(2_000, 1),
        button(2_100, true),
        button(2_110, false),
        step(4_000, 2),
    ]
}

fn draw(trace: &[Event], at: i64, judged: i64, step: usize, expectation: &str, look: Look) -> String {
    let relays = [RelayHistory { relay: k1(), initially_closed: false, changes: vec![] }];
    let focus = Focus { at: ms(at), judged: ms(judged), step, expectation, relays: &relays, nominal: Volts(12.0) };
    waveform(trace, focus, look)
}

#[test]
fn a_window_forward() {
    insta::assert_snapshot!(draw(&trace(), 4_000, 4_000, 1, "K1 is closed within 2s", Look::PLAIN));
}

#[test]
fn a_look_back_since_a_mark_in_plain_letters() {
    let look = Look { unicode: false, ..Look::PLAIN };
    insta::assert_snapshot!(draw(&trace(), 1_600, 2_000, 1, "K1 is never open since before", look));
}

#[test]
fn a_bounce_seen_from_near() {
    let near = [supply(-100, 12.0), edge(470, true), edge(500, false), edge(506, true), edge(512, false)];
    insta::assert_snapshot!(draw(&near, 500, 500, 1, "K1 is closed", Look::PLAIN));
}

#[test]
fn nothing_is_drawn_of_nothing_and_no_line_is_too_long() {
    let focus =
        Focus { at: Instant::ZERO, judged: Instant::ZERO, step: 0, expectation: "", relays: &[], nominal: Volts(12.0) };
    assert_eq!(waveform(&[], focus, Look::PLAIN), "");
    for at in [-3_000, 0, 1_600, 100_000_000] {
        let text = draw(&trace(), at, at, 1, "K1 is closed", Look::PLAIN);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}

#[test]
fn a_line_that_a_board_named_moves_no_cursor() {
    let mark = Event::new(ms(100), What::Mark { name: "a\u{1b}[2J".into() });
    let text = draw(&[supply(0, 12.0), mark], 100, 100, 0, "x", Look::PLAIN);
    assert!(!text.contains('\u{1b}'), "{text}");
}
