//! What holds exactly, at every whole nanosecond: crossings are neither missed, nor early, nor double, however the
//! time is cut up; and the figures are the same on every machine.

use super::super::Node;
use super::*;
use brownout_trace::event::Crossing::{self, Falling, Rising};

/// Two equal thresholds, one at the regulator's output, one at 0 V, one that a 12 V source approaches for ever.
const WATCHED: [(Node, Volts); 7] = [
    (Node::Vdd, Volts(1.88)),
    (Node::Vdd, Volts(1.88)),
    (Node::Vdd, Volts(3.3)),
    (Node::Vdd, Volts(0.0)),
    (Node::Bulk, Volts(9.0)),
    (Node::Bulk, Volts(12.0)),
    (Node::Bulk, Volts(0.001)),
];

fn reading(supply: &Supply, node: Node, at: Instant) -> Volts {
    match node {
        Node::Vdd => supply.vdd(at),
        Node::Bulk => supply.bulk(at),
    }
}

/// Watches every threshold from side to side. Gives the crossings, with the bulk's bits at each.
fn watch(supply: &mut Supply, story: &[(Change, Span)], cut: Option<Span>) -> Vec<(Instant, usize, Crossing, u64)> {
    let mut crossings = Vec::new();
    let mut above = WATCHED.map(|(_, threshold)| threshold <= Volts::ZERO);
    let mut now = Instant::ZERO;
    for (change, alone) in story {
        apply(supply, now, *change);
        let end = now + *alone;
        loop {
            let next = |(index, (node, threshold)): (usize, &(Node, Volts))| {
                let way = if above[index] { Falling } else { Rising };
                supply.next_crossing(*node, *threshold, way).map(|at| (at, index, way))
            };
            let due = WATCHED.iter().enumerate().filter_map(next).min_by_key(|(at, index, _)| (*at, *index));
            let piece_end = cut.map_or(end, |cut| (now + cut).min(end));
            match due.filter(|(at, ..)| *at <= piece_end) {
                Some((at, _, _)) => {
                    supply.advance(at);
                    now = at;
                    // Everything that crosses at this instant, at once: equal thresholds do.
                    for (index, (node, threshold)) in WATCHED.iter().enumerate() {
                        let is_above = reading(supply, *node, at) >= *threshold;
                        if is_above != above[index] {
                            above[index] = is_above;
                            let way = if is_above { Rising } else { Falling };
                            crossings.push((at, index, way, supply.bulk(at).0.to_bits()));
                        }
                    }
                }
                None => {
                    supply.advance(piece_end);
                    now = piece_end;
                    if now == end {
                        break;
                    }
                }
            }
        }
    }
    crossings
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn never_missed_never_early_never_twice(supply in any_supply(), story in any_story()) {
        let mut supply = supply;
        let mut now = Instant::ZERO;
        for (change, alone) in story {
            let before = WATCHED.map(|(node, _)| reading(&supply, node, now));
            apply(&mut supply, now, change);
            let end = now + alone;
            for ((node, threshold), before) in WATCHED.into_iter().zip(before) {
                // A change of what flows never makes a voltage jump.
                prop_assert_eq!(reading(&supply, node, now), before);
                let above = before >= threshold;
                let away = if above { Falling } else { Rising };
                let back = if above { Rising } else { Falling };
                prop_assert_eq!(supply.next_crossing(node, threshold, back), None, "already there");
                let side = |at| reading(&supply, node, at) >= threshold;
                let Some(at) = supply.next_crossing(node, threshold, away) else {
                    prop_assert_eq!(side(end), above, "missed");
                    continue;
                };
                prop_assert!(at > now);
                prop_assert_eq!(side(at), !above, "nothing crossed at {}", at);
                prop_assert_eq!(side(at - Span(1)), above, "early at {}", at);
                let mut later = supply.clone();
                later.advance(at - Span(1));
                prop_assert_eq!(later.next_crossing(node, threshold, away), Some(at));
                later.advance(at);
                prop_assert_eq!(later.next_crossing(node, threshold, away), None, "twice");
                prop_assert_eq!(side(end), if at <= end { !above } else { above });
            }
            supply.advance(end);
            now = end;
        }
    }

    #[test]
    fn cutting_time_up_changes_no_bit(supply in any_supply(), story in any_story(), cut in 1_000i64..3_000_000) {
        let (mut whole, mut pieces, mut again) = (supply.clone(), supply.clone(), supply);
        let expected = watch(&mut whole, &story, None);
        prop_assert_eq!(&watch(&mut pieces, &story, Some(Span(cut))), &expected);
        prop_assert_eq!(&watch(&mut again, &story, None), &expected);
        prop_assert_eq!(&pieces, &whole);
    }

    #[test]
    fn telling_the_same_again_changes_nothing(supply in any_supply(), story in any_story(), early in 0i64..1_000_000) {
        let mut told = supply;
        let mut now = Instant::ZERO;
        for (change, alone) in story {
            apply(&mut told, now, change);
            now += alone;
        }
        let at = now + Span(early);
        let mut again = told.clone();
        told.advance(at);
        again.set_level(at, told.level());
        again.set_coil(at, 0, again.coil(at, 0).is_some());
        prop_assert_eq!(again, told);
    }
}

#[test]
fn exactly_at_the_threshold_counts_as_above() {
    let mut supply = charged(parts(Farads(1e-3), Ohms(1.0), Series::None), Volts(5.0));
    let volts = supply.bulk(Instant::ZERO);
    assert_eq!(supply.next_crossing(Node::Bulk, volts, Rising), None);
    assert_eq!(supply.next_crossing(Node::Bulk, volts, Falling), None);
    supply.set_load(Instant::ZERO, Amps(0.01));
    // 10 V/s: a nanosecond is 10 nV, many times the rounding of 5 V.
    assert_eq!(supply.next_crossing(Node::Bulk, volts, Falling), Some(Instant(1)));
}

#[test]
fn the_same_on_every_machine() {
    let mut parts = parts(Farads(470e-6), Ohms(0.5), Series::Diode(Volts(0.7)));
    parts.leakage = Amps(20e-6).into();
    parts.regulator.quiescent = Amps(5e-3).into();
    let mut supply = Supply::new(parts, Instant::ZERO);
    supply.add_coil(Ohms(360.0));
    supply.add_coil(Ohms(120.0));
    let millis = |n| Span::millis(n);
    let story = [
        (Change::Level(Level::Volts(Volts(12.0))), millis(1)),
        (Change::Load(Amps(0.0055)), millis(9)),
        (Change::Coil(0, true), millis(50)),
        (Change::Level(Level::Open), millis(40)),
        (Change::Coil(0, false), millis(100)),
        (Change::Level(Level::Volts(Volts(12.0))), millis(30)),
        (Change::Level(Level::Volts(Volts(4.8))), millis(500)),
    ];
    let seen: Vec<(i64, usize, u64)> =
        watch(&mut supply, &story, None).into_iter().map(|(at, index, _, bits)| (at.0, index, bits)).collect();
    assert_eq!(seen, GOLDEN);
}

/// Instants, thresholds watched and the bulk's bits, as first computed on x86-64; a difference is a change of model.
const GOLDEN: [(i64, usize, u64); 8] = [
    (21, 6, 4562298402158059034),
    (47818, 0, 4611866225513465330),
    (47818, 1, 4611866225513465330),
    (87133, 2, 4615063718732427481),
    (374300, 4, 4621256171002162574),
    (87751187, 4, 4621256167626797994),
    (200202238, 4, 4621256168118631192),
    (332521654, 4, 4621256167635454387),
];

#[test]
fn is_plain_data() {
    fn plain<T: Clone + Send + Sync + 'static>() {}
    plain::<Supply>();
    plain::<super::super::Reserve>();
    plain::<crate::relay::Relay>();
}
