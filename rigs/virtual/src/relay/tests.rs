use super::*;
use brownout_trace::{Ohms, Percent, Span};
use proptest::prelude::*;

const MS: i64 = 1_000_000;

fn at(ms: i64) -> Instant {
    Instant(ms * MS)
}

fn parts(bounce: Span) -> RelayParts {
    RelayParts {
        nominal: Volts(12.0),
        coil: Ohms(360.0).into(),
        pick_up: CoilVoltage::OfNominal(Percent(75.0).into()),
        drop_out: CoilVoltage::OfNominal(Percent(10.0).into()),
        operate: Span::millis(8).into(),
        release: Span::millis(5).into(),
        bounce: bounce.into(),
        contact: ContactKind::NormallyOpen,
    }
}

fn relay(bounce: Span) -> Relay {
    Relay::new(parts(bounce), Stream::new(1, "relay"))
}

/// Every edge until nothing is due by `until`.
fn edges(relay: &mut Relay, until: Instant) -> Vec<(Instant, bool)> {
    let mut edges = Vec::new();
    while let Some(due) = relay.next_event().filter(|due| *due <= until) {
        edges.extend(relay.pop_event(due).map(|closed| (due, closed)));
    }
    edges
}

#[test]
fn closes_after_the_operate_time_and_opens_after_the_release_time() {
    let mut relay = relay(Span::ZERO);
    relay.set_coil_voltage(at(0), Some(Volts(12.0)));
    assert_eq!(edges(&mut relay, at(100)), [(at(8), true)]);
    relay.set_coil_voltage(at(100), None);
    assert_eq!(edges(&mut relay, at(200)), [(at(105), false)]);
    assert_eq!(relay.next_event(), None);
}

#[test]
fn an_interrupted_pull_in_starts_over() {
    let mut relay = relay(Span::ZERO);
    relay.set_coil_voltage(at(0), Some(Volts(9.0)));
    assert_eq!(relay.awaits(), Some((Volts(9.0), Crossing::Falling)));
    relay.set_coil_voltage(at(7), Some(Volts(8.999)));
    assert_eq!(relay.awaits(), Some((Volts(9.0), Crossing::Rising)));
    assert_eq!(relay.next_event(), None);
    relay.set_coil_voltage(at(9), Some(Volts(9.0)));
    assert_eq!(edges(&mut relay, at(100)), [(at(17), true)]);
}

#[test]
fn keeps_its_state_between_drop_out_and_pick_up() {
    let mut relay = relay(Span::ZERO);
    relay.set_coil_voltage(at(0), Some(Volts(5.0)));
    assert_eq!(relay.next_event(), None);
    relay.set_coil_voltage(at(1), Some(Volts(12.0)));
    assert_eq!(edges(&mut relay, at(50)), [(at(9), true)]);
    relay.set_coil_voltage(at(50), Some(Volts(1.2)));
    assert_eq!(relay.next_event(), None, "exactly drop-out still holds");
    assert_eq!(relay.awaits(), Some((Volts(1.2), Crossing::Falling)));
}

#[test]
fn a_release_that_is_interrupted_never_opens_the_contact() {
    let mut relay = relay(Span::ZERO);
    relay.set_coil_voltage(at(0), Some(Volts(12.0)));
    edges(&mut relay, at(50));
    relay.set_coil_voltage(at(50), Some(Volts(1.0)));
    assert_eq!(relay.awaits(), Some((Volts(1.2), Crossing::Rising)));
    relay.set_coil_voltage(at(54), Some(Volts(2.0)));
    assert_eq!(edges(&mut relay, at(200)), []);
    assert!(relay.contact());
}

#[test]
fn an_arrival_due_at_the_instant_of_the_change_happens() {
    let mut relay = relay(Span::ZERO);
    relay.set_coil_voltage(at(0), Some(Volts(12.0)));
    relay.set_coil_voltage(at(8), None);
    assert_eq!(relay.pop_event(at(8)), Some(true));
}

#[test]
fn telling_the_same_voltage_again_changes_nothing() {
    let mut told_once = relay(Span::millis(2));
    let mut told_often = told_once.clone();
    told_once.set_coil_voltage(at(0), Some(Volts(12.0)));
    for ms in 0..8 {
        told_often.set_coil_voltage(at(ms), Some(Volts(12.0)));
    }
    assert_eq!(edges(&mut told_once, at(20)), edges(&mut told_often, at(20)));
}

#[test]
fn a_defect_hides_the_edges_but_not_the_armature() {
    let mut relay = relay(Span::millis(2));
    assert_eq!(relay.set_fault(ContactFault::StuckOpen), None);
    relay.set_coil_voltage(at(0), Some(Volts(12.0)));
    assert_eq!(edges(&mut relay, at(50)), []);
    assert_eq!(relay.set_fault(ContactFault::Welded), Some(true));
    relay.set_coil_voltage(at(50), None);
    assert_eq!(edges(&mut relay, at(100)), []);
    assert_eq!(relay.set_fault(ContactFault::Sound), Some(false));
}

proptest! {
    #[test]
    fn bounces_within_its_length_and_ends_closed(seed: u64, length in prop_oneof![1i64..12, 1..10 * MS]) {
        let mut relay = Relay::new(parts(Span(length)), Stream::new(seed, "relay"));
        let mut again = relay.clone();
        relay.set_coil_voltage(at(0), Some(Volts(12.0)));
        again.set_coil_voltage(at(0), Some(Volts(12.0)));
        let seen = edges(&mut relay, at(100));
        prop_assert_eq!(seen[0], (at(8), true));
        prop_assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1), "{:?}", seen);
        prop_assert!(seen.iter().all(|(edge, _)| *edge <= at(8) + Span(length)));
        prop_assert!(seen.len() <= 11 && relay.contact());
        // Same seed, same bounce.
        prop_assert_eq!(seen, edges(&mut again, at(100)));
    }

    /// A second model that looks at every tenth of a millisecond: a contact follows by counting how long it has been.
    #[test]
    fn agrees_with_counting(levels in prop::collection::vec((1i64..300, prop::option::of(0u8..=120)), 1..30)) {
        let tick = MS / 10;
        let mut relay = relay(Span::ZERO);
        let (mut now, mut high, mut low, mut closed) = (0, 0, 0, false);
        for (ticks, coil) in levels {
            let coil = coil.map(|tenths| Volts(f64::from(tenths) / 10.0));
            let volts = coil.map_or(0.0, |coil| coil.0);
            relay.set_coil_voltage(Instant(now * tick), coil);
            for _ in 0..ticks {
                if volts >= 9.0 { high += 1 } else { high = 0 }
                if volts < 1.2 { low += 1 } else { low = 0 }
                if closed { closed = low < 50 } else { closed = high >= 80 }
                if closed { high = 0 } else { low = 0 }
                now += 1;
                relay.pop_event(Instant(now * tick));
                prop_assert_eq!(relay.contact(), closed, "at tick {}", now);
            }
        }
    }
}

#[test]
fn a_contact_welds_with_the_closing_it_is_doomed_to() {
    let mut relay = relay(Span::ZERO);
    relay.doom(2, ContactFault::Welded);
    for closing in 1..=3u32 {
        let start = i64::from(closing) * 1000;
        relay.set_coil_voltage(at(start), Some(Volts(12.0)));
        edges(&mut relay, at(start + 100));
        assert!(relay.contact());
        relay.set_coil_voltage(at(start + 500), None);
        edges(&mut relay, at(start + 600));
        assert_eq!((relay.contact(), relay.closings()), (closing >= 2, closing));
    }
}
