//! Contacts in time and measurements, each on a trace made by hand.

use super::measure::judge;
use super::relay::judge as relay;
use super::{Finding, View, Window};
use crate::execute::fake::profile;
use crate::execute::{Contacts, Ledger};
use crate::oracle::history::Action;
use crate::scenario::expectation::{Contact, Glob, RelayPredicate};
use crate::scenario::place::{Lookback, Place};
use crate::scenario::step::measure::{Measure, Point, Quantity};
use brownout_rigs::programme::{Mode, Programme};
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::calendar::NominalClock;
use brownout_trace::event::{Figure, Level, ShotFigure, ShotReport, What};
use brownout_trace::{Event, Instant, Percent, Ppm, RelayName, Slew, Span, Standing, Unit, Verdict, Volts};

fn k1() -> RelayName {
    RelayName("K1".into())
}

fn ms(millis: i64) -> Instant {
    Instant::ZERO + Span::millis(millis)
}

/// A contact that was open, with edges at these milliseconds; then the finding over the first ten seconds.
fn finding(edges: &[i64], predicate: RelayPredicate) -> Finding {
    on(edges, |view| relay(view, &k1(), &predicate, Window { since: ms(0), from: ms(0), to: ms(10_000) }))
}

fn on(edges: &[i64], judge: impl Fn(&View<'_>) -> Finding) -> Finding {
    let (profile, mut contacts, mut ledger) = (profile(), Contacts::default(), Ledger::new(Instant::ZERO));
    for (n, at) in (0..).zip(edges) {
        contacts.take(ms(*at), &k1(), n % 2 == 0, n + 1).unwrap();
    }
    ledger.marks.push(("x".to_owned(), ms(50)));
    ledger.shot_times.push((ms(1_000), ms(2_000)));
    ledger.shots.push(ShotReport {
        level: Level::Volts(Volts(4.8)),
        width: Span::secs(1),
        start: Figure::Measured(ms(1_000)),
        measured_width: Figure::Measured(Span::millis(1_001)),
        depth: Figure::Unmeasured,
        slew: Figure::Measured(Slew(7_200.0)),
    });
    let line = |at, line: &str| Event::new(ms(at), What::Received { line: line.to_owned() });
    let events = [line(1_500, "# boot early"), line(2_120, "# boot weekly"), line(2_500, "# boot again")];
    let uncertainty = Uncertainty { time: Span::micros(100), clock: Ppm(20.0), voltage: Percent(1.0) };
    let view = View {
        events: &events,
        contacts: &contacts,
        ledger: &ledger,
        profile: &profile,
        uncertainty: &uncertainty,
        nominal: profile.supply,
        now: ms(10_020),
    };
    judge(&view)
}

fn told(finding: &Finding) -> String {
    let margin = finding.margin.map(|margin| format!(" ({margin})")).unwrap_or_default();
    format!("{}: {}{margin}", finding.verdict, finding.observed)
}

#[test]
fn a_pulse_closes_once_and_so_long() {
    for (edges, says) in [
        // With bounce: counted from first edge to first edge.
        (&[100, 101, 103, 1_095][..], "passed: closed once for 995ms (15ms left of 20ms)"),
        (&[100, 1_120], "passed: closed once for 1.02s (0s left of 20ms)"),
        (&[100, 1_121], "failed: closed once for 1.021s (1ms beyond 20ms)"),
        (&[100, 600], "failed: closed once for 500ms (480ms beyond 20ms)"),
        (&[100, 1_100, 2_000, 3_000], "failed: closed 2 times: closed, opened, closed, opened"),
        (&[100], "failed: closed, and not open again"),
        (&[], "failed: no pulse"),
    ] {
        let pulse =
            RelayPredicate::Pulse { width: Span::secs(1), tolerance: Span::millis(20), back: Lookback::default() };
        assert_eq!(told(&finding(edges, pulse)), says, "{edges:?}");
    }
}

#[test]
fn the_longest_bounce_decides_on_raw_edges() {
    let bounce = |edges: &[i64]| {
        told(&finding(edges, RelayPredicate::Bounce { limit: Span::millis(10), back: Lookback::default() }))
    };
    assert_eq!(bounce(&[100, 101, 103, 1_000, 1_004, 1_010]), "passed: at most 10ms (0s left of 10ms)");
    assert_eq!(bounce(&[100, 101, 103, 1_000, 1_004, 1_011]), "failed: at most 11ms (1ms beyond 10ms)");
    assert_eq!(bounce(&[100]), "passed: at most 0s (10ms left of 10ms)");
    assert_eq!(bounce(&[]), "failed: no edge");
}

#[test]
fn a_glitch_is_chatter_and_so_is_a_burst_without_end() {
    let steady = |edges: &[i64]| told(&finding(edges, RelayPredicate::Steady { back: Lookback::default() }));
    assert_eq!(steady(&[100, 101, 103, 2_000]), "passed: never");
    assert_eq!(steady(&[100, 5_000, 5_002]), "failed: once", "debounced, the contact stayed open");
    assert_eq!(steady(&[100, 110, 120, 130, 140]), "failed: once", "longer than any contact bounces");
    assert_eq!(steady(&[100, 102, 1_000, 1_002]), "failed: 2 times");
    assert_eq!(steady(&[]), "passed: never");
}

#[test]
fn a_delay_since_a_place_is_that_of_the_first_change_after_it() {
    let delay = |contact, limit, edges: &[i64]| {
        let back = Lookback { since: Some(Place::Mark("x".into())), before: None };
        let predicate = RelayPredicate::Delay { contact, limit: Span::millis(limit), back };
        told(&on(edges, |view| relay(view, &k1(), &predicate, Window { since: ms(50), from: ms(50), to: ms(10_000) })))
    };
    assert_eq!(delay(Contact::Closed, 30, &[70, 71, 72, 500]), "passed: closed after 20ms (10ms left of 30ms)");
    assert_eq!(delay(Contact::Closed, 30, &[110, 500]), "failed: closed after 60ms (30ms beyond 30ms)");
    assert_eq!(delay(Contact::Open, 500, &[70, 500]), "passed: open after 450ms (50ms left of 500ms)");
    assert_eq!(delay(Contact::Open, 500, &[70]), "failed: never open");
}

/// The clock reads Mon 07:59:00 at step 0; on at 08:00:00 each day, off a minute later. What closing and opening come to,
/// up to an instant.
fn programmed(edges: &[i64], to: i64) -> [String; 2] {
    let (profile, mut contacts, mut ledger) = (profile(), Contacts::default(), Ledger::new(ms(-10_000)));
    for (n, at) in (0..).zip(edges) {
        contacts.take(ms(*at), &k1(), n % 2 == 0, n + 1).unwrap();
    }
    ledger.supply(ms(-10_000), ms(-10_000), Level::Volts(profile.supply), profile.supply, &profile);
    let clock = NominalClock { set_at: ms(0), value: "Mon 07:59:00".parse().unwrap() };
    let list = ["daily 08:00:00 08:01:00", "daily 08:02:00 08:03:00"].map(|text| {
        let words: Vec<&str> = text.split(' ').collect();
        let (days, on, off) = (words[0].parse().unwrap(), words[1].parse().unwrap(), words[2].parse().unwrap());
        Programme { days, on, off, relay: None }
    });
    ledger.deeds.push((ms(-2_000), ms(-1_900), Action::Programs(list.to_vec())));
    ledger.deeds.push((ms(-1_000), ms(-900), Action::Mode(Mode::Auto)));
    ledger.deeds.push((ms(0), ms(0), Action::ClockSet(clock.value)));
    ledger.clocks.push(clock);
    let view = View {
        events: &[],
        contacts: &contacts,
        ledger: &ledger,
        profile: &profile,
        uncertainty: &Uncertainty::EXACT,
        nominal: profile.supply,
        now: ms(to + 100),
    };
    [Contact::Closed, Contact::Open].map(|contact| {
        let predicate = RelayPredicate::Delay { contact, limit: Span::millis(30), back: Lookback::default() };
        told(&relay(&view, &k1(), &predicate, Window { since: ms(0), from: ms(0), to: ms(to) }))
    })
}

#[test]
fn each_programmed_edge_has_to_come() {
    let in_time =
        ["passed: late by at most 8ms (22ms left of 30ms)", "passed: late by at most 9ms (21ms left of 30ms)"];
    assert_eq!(programmed(&[60_008, 120_009, 180_007, 240_006], 300_000), in_time);
    assert_eq!(
        programmed(&[60_008, 120_009], 300_000),
        ["failed: 1 of 2 never closed", "failed: 1 of 2 never opened"],
        "the second did not come"
    );
    // The window ends while the second may still come: nothing is said of it.
    assert_eq!(
        programmed(&[60_008, 120_009], 180_001),
        ["passed: late by 8ms (22ms left of 30ms)", "passed: late by 9ms (21ms left of 30ms)"]
    );
}

fn limits(quantity: Quantity, min: Option<&str>, max: Option<&str>) -> Measure {
    let unit = Unit::names(quantity.kind())[0].parse().unwrap();
    let limit = |text: &str| text.parse().unwrap();
    let marginal = (min.is_some() || max.is_some()).then_some(Percent(10.0));
    let (min, max) = (min.map(limit), max.map(limit));
    Measure { name: "n".into(), quantity, unit, min, max, marginal, within: None, since: None }
}

/// Of a contact that closes at 2.118 s and 3 s, over the first ten seconds; with its standing.
fn measured(quantity: Quantity, min: Option<&str>, max: Option<&str>) -> (Finding, String) {
    let measure = limits(quantity, min, max);
    let finding = on(&[2_118, 2_119, 2_121, 2_700, 3_000], |view| {
        judge(view, &measure, Window { since: ms(0), from: ms(0), to: ms(10_000) }, view.ledger.seen())
    });
    let standing = finding.measurement.as_ref().map(|one| format!(", {}", one.standing)).unwrap_or_default();
    let told = format!("{}{standing}", told(&finding));
    (finding, told)
}

fn becomes(contact: Contact) -> Point {
    Point::Becomes(k1(), contact)
}

fn restart() -> Quantity {
    Quantity::Between { from: Point::Place(Place::Restored), to: becomes(Contact::Closed) }
}

#[test]
fn a_figure_stands_to_its_limits() {
    for (min, max, says) in [
        (None, Some("2s"), "passed: 118ms (1.882s left of 2s), inside its limits"),
        (None, Some("118ms"), "passed: 118ms (0s left of 118ms), marginal"),
        (None, Some("131ms"), "passed: 118ms (13ms left of 131ms), marginal"),
        (None, Some("132ms"), "passed: 118ms (14ms left of 132ms), inside its limits"),
        (None, Some("117ms"), "failed: 118ms (1ms beyond 117ms), outside its limits"),
        (Some("117ms"), None, "passed: 118ms (1ms left of 117ms), marginal"),
        (Some("119ms"), Some("200ms"), "failed: 118ms (1ms beyond 119ms), outside its limits"),
        (Some("50ms"), Some("200ms"), "passed: 118ms (68ms left of 50ms), inside its limits"),
        (None, None, "passed: measured, reported"),
    ] {
        let (finding, told) = measured(restart(), min, max);
        assert_eq!(told, says);
        // What is carried over, and what is only reported.
        let figure = finding.figure.map(|figure| (figure.text, figure.inside));
        let expected =
            (min.is_some() || max.is_some()).then(|| ("118ms".to_owned(), finding.verdict == Verdict::Passed));
        assert_eq!(figure, expected, "{says}");
        let measurement = finding.measurement.unwrap();
        assert_eq!((measurement.value.to_string(), measurement.name.as_str()), ("118ms".to_owned(), "n"));
        // Two timestamps of 100 µs, and 20 ppm between them.
        assert_eq!(measurement.uncertainty.to_string(), "202.36us");
        let detail = finding.detail.unwrap();
        assert!(detail.contains("the end of the shot at +2s, K1 closed at +2.118s"), "{detail}");
    }
}

#[test]
fn every_quantity_is_measured() {
    let line = |pattern: &str| Point::Line(Glob::new(pattern));
    let between = |from, to| Quantity::Between { from, to };
    let mark = || Point::Place(Place::Mark("x".into()));
    for (quantity, max, says) in [
        (between(Point::Place(Place::Restored), line("# boot *")), "1s", "passed: 120ms"),
        (between(Point::Place(Place::Shot), line("# boot *")), "1s", "passed: 500ms"),
        (between(line("# boot w*"), line("# boot again")), "1s", "passed: 380ms"),
        (between(mark(), Point::Place(Place::Restored)), "2s", "passed: 1950ms"),
        (between(becomes(Contact::Closed), becomes(Contact::Open)), "1s", "passed: 582ms"),
        (between(becomes(Contact::Open), becomes(Contact::Closed)), "1s", "passed: 300ms"),
        (Quantity::Bounce(k1()), "10ms", "passed: 3ms"),
        (Quantity::Shot(ShotFigure::Width), "2s", "passed: 1001ms"),
        (Quantity::Shot(ShotFigure::Start), "2s", "passed: 1000ms"),
        (Quantity::Shot(ShotFigure::Slew), "8V/ms", "passed: 7200V/s"),
    ] {
        let (_, told) = measured(quantity, None, Some(max));
        assert!(told.starts_with(&format!("{says} (")), "{told}, not {says}");
    }
}

#[test]
fn what_does_not_occur_is_the_board_s_and_what_is_not_measured_the_rig_s() {
    let from = || Point::Place(Place::Restored);
    let line = Quantity::Between { from: from(), to: Point::Line(Glob::new("OK")) };
    assert_eq!(measured(line, None, Some("1s")).1, "failed: no line `OK`");
    let restart = limits(restart(), None, Some("1s"));
    let never = |edges: &[i64]| {
        let window = Window { since: ms(0), from: ms(0), to: ms(10_000) };
        on(edges, |view| judge(view, &restart, window, view.ledger.seen()))
    };
    let finding = never(&[]);
    assert_eq!(told(&finding), "failed: K1 did not become closed");
    let detail = finding.detail.unwrap();
    assert_eq!(detail, "looked for from +2s to +10s; K1 never moved before +10s");
    assert_eq!(told(&never(&[100])), "failed: K1 was closed from the beginning and did not become so");
    let (_, told) = measured(Quantity::Shot(ShotFigure::Depth), None, Some("5V"));
    assert_eq!(told, "inconclusive: the depth of the shot was not measured");
}

#[test]
fn what_the_rig_cannot_tell_is_inconclusive_with_what_it_looked_like() {
    let (finding, _) = measured(restart(), None, Some("117ms"));
    let doubted = finding.doubted("a limit is too tight");
    assert_eq!((doubted.verdict, doubted.observed.as_str()), (Verdict::Inconclusive, "a limit is too tight"));
    assert_eq!(doubted.measurement.unwrap().standing, Standing::Doubtful);
    assert!(doubted.detail.unwrap().starts_with("it looked like: 118ms; "));
    assert!(doubted.figure.is_none());
}
