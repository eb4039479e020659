//! The closed formulas of the books, with their own arithmetic.

use super::super::Node;
use super::*;
use brownout_trace::event::Crossing::{Falling, Rising};

/// Time from instant 0 until the bulk falls through a voltage.
fn hold_up(supply: &Supply, to: f64) -> f64 {
    let at = supply.next_crossing(Node::Bulk, Volts(to), Falling).unwrap();
    seconds(at - Instant::ZERO)
}

fn close(left: f64, right: f64) -> bool {
    // A nanosecond is what time is made of.
    (left - right).abs() <= 1.01e-9 + 1e-9 * right.abs()
}

#[test]
fn the_worked_hold_up_times() {
    // DOMAIN.md: 1000 µF, 5 to 3.6 V: 140 ms at 10 mA.
    let mut supply = charged(parts(Farads(1e-3), Ohms(1.0), Series::Diode(Volts(0.7))), Volts(5.0));
    supply.set_load(Instant::ZERO, Amps(0.010));
    assert!(close(hold_up(&supply, 3.6), 0.140), "{}", hold_up(&supply, 3.6));

    // "17 ms with a 71 mA coil" is that coil as a constant current on top of the 10 mA: 1.4 mC / 81 mA = 17.28 ms.
    // (71 mA alone would be 19.7 ms.)
    let mut constant = supply.clone();
    constant.set_load(Instant::ZERO, Amps(0.081));
    assert!(close(hold_up(&constant, 3.6), 1.4e-3 / 0.081));

    // A real coil takes less as the voltage falls: 5 V / 71 mA = 70.4 Ω holds up for 19.8 ms.
    let ohms = 5.0 / 0.071;
    let coil = supply.add_coil(Ohms(ohms));
    supply.set_coil(Instant::ZERO, coil, true);
    let expected = ohms * 1e-3 * ((5.0 + 0.010 * ohms) / (3.6 + 0.010 * ohms)).ln();
    assert!(close(hold_up(&supply, 3.6), expected));
    assert!((expected - 0.01983).abs() < 1e-5);
}

#[test]
fn an_interruption_at_low_impedance_drains_what_no_diode_protects() {
    let run = |series, level| {
        let mut supply = charged(parts(Farads(1e-3), Ohms(10.0), series), Volts(12.0));
        supply.set_level(Instant::ZERO, level);
        supply.bulk(Instant(30_000_000)).0
    };
    let short = Level::Volts(Volts::ZERO);
    let diode = Series::Diode(Volts(0.7));
    assert!((run(Series::None, short) - 12.0 * (-3.0f64).exp()).abs() < 1e-9);
    assert!((run(Series::Resistor(Ohms(20.0)), short) - 12.0 * (-1.0f64).exp()).abs() < 1e-9);
    assert!((run(diode, short) - 12.0).abs() < 1e-12);
    assert!((run(Series::None, Level::Open) - 12.0).abs() < 1e-12);
}

#[test]
fn the_diode_takes_over_at_the_residual_voltage() {
    // A dip to 6 V: the load drains linearly to 5.3 V, then the diode carries it at 5.3 V − I·R.
    let mut supply = charged(parts(Farads(1e-3), Ohms(2.0), Series::Diode(Volts(0.7))), Volts(11.3));
    supply.set_level(Instant::ZERO, Level::Volts(Volts(6.0)));
    supply.set_load(Instant::ZERO, Amps(0.1));
    let switch = supply.next_internal().unwrap();
    assert!(close(seconds(switch - Instant::ZERO), 1e-3 * 6.0 / 0.1));
    assert!((supply.bulk(Instant(1_000_000_000)).0 - 5.1).abs() < 1e-12);
    assert_eq!(supply.next_crossing(Node::Bulk, Volts(5.0), Falling), None);
    // Through the switch: 5.3 to 5.2 V is half of the last 0.2 V, ln 2 time constants.
    let at = supply.next_crossing(Node::Bulk, Volts(5.2), Falling).unwrap();
    assert!((seconds(at - switch) - 2e-3 * 2f64.ln()).abs() < 2e-9);
}

#[test]
fn a_source_too_weak_for_the_load_holds_vdd_at_nothing() {
    // 100 Ω bring 118 mA into the capacitor at 0.2 V; a load of 200 mA finds VDD at 0 V and gets what there is.
    let mut supply = Supply::new(parts(Farads(1e-3), Ohms(100.0), Series::None), Instant::ZERO);
    supply.set_load(Instant::ZERO, Amps(0.2));
    supply.set_level(Instant::ZERO, Level::Volts(Volts(12.0)));
    let later = Instant(10_000_000_000);
    assert!((supply.bulk(later).0 - 0.2).abs() < 1e-12 && supply.vdd(later).0.abs() < 1e-12);
    assert_eq!(supply.next_crossing(Node::Vdd, Volts(1.0), Rising), None);
    supply.advance(later);
    assert_eq!(supply.next_internal(), None);
    // The load goes: VDD rises at once.
    supply.set_load(later, Amps::ZERO);
    assert!(supply.next_crossing(Node::Vdd, Volts(3.3), Rising).is_some());
}

#[test]
fn a_meter_on_the_terminals() {
    let diode = Series::Diode(Volts(0.7));
    let at = Instant::ZERO;
    let terminals = |series, bulk, level| {
        let mut supply = charged(parts(Farads(1e-3), Ohms(10.0), series), Volts(bulk));
        supply.set_level(at, level);
        supply.terminals(at).0
    };
    let twelve = Level::Volts(Volts(12.0));
    let six = Level::Volts(Volts(6.0));
    let short = Level::Volts(Volts::ZERO);
    // Charging with (12 − 0.7 − 6.3)/10 = 0.5 A: 5 V less at the terminals.
    assert!((terminals(diode, 6.3, twelve) - 7.0).abs() < 1e-12);
    assert!((terminals(diode, 11.0, six) - 6.0).abs() < 1e-12);
    assert!(terminals(diode, 11.0, Level::Open).abs() < 1e-12);
    assert!((terminals(Series::None, 11.0, Level::Open) - 11.0).abs() < 1e-12);
    assert!((terminals(Series::None, 11.0, short) - 11.0).abs() < 1e-12);
    assert!((terminals(Series::Resistor(Ohms(10.0)), 11.0, short) - 5.5).abs() < 1e-12);
}

proptest! {
    #[test]
    fn hold_up_is_linear(farads in 1e-5..1e-2f64, high in 5.0..24.0f64, share in 0.2..0.95f64, amps in 1e-5..0.2f64) {
        let mut supply = charged(parts(Farads(farads), Ohms(1.0), Series::Diode(Volts(0.7))), Volts(high));
        supply.set_load(Instant::ZERO, Amps(amps));
        let low = high * share;
        let (found, expected) = (hold_up(&supply, low), farads * (high - low) / amps);
        prop_assert!(close(found, expected), "{} {}", found, expected);
    }

    #[test]
    fn a_capacitor_charges_exponentially(farads in 1e-5..1e-2f64, ohms in 0.2..50.0f64, level in 1.0..24.0f64, share in 0.01..0.99f64) {
        let mut supply = Supply::new(parts(Farads(farads), Ohms(ohms), Series::None), Instant::ZERO);
        supply.set_level(Instant::ZERO, Level::Volts(Volts(level)));
        let at = supply.next_crossing(Node::Bulk, Volts(level * share), Rising).unwrap();
        let expected = -farads * ohms * (1.0 - share).ln();
        prop_assert!(close(seconds(at - Instant::ZERO), expected));
        // And VDD is the same, one dropout later, up to the regulator's output.
        let vdd = (level * share - 0.2).clamp(0.1, 3.3);
        if vdd + 0.2 < level * 0.99 {
            let at = supply.next_crossing(Node::Vdd, Volts(vdd), Rising).unwrap();
            let expected = -farads * ohms * (1.0 - (vdd + 0.2) / level).ln();
            prop_assert!(close(seconds(at - Instant::ZERO), expected));
        }
        prop_assert_eq!(supply.next_crossing(Node::Vdd, Volts(3.4), Rising), None);
    }

    #[test]
    fn a_coil_discharges_exponentially(farads in 1e-5..1e-2f64, ohms in 50.0..1000.0f64, high in 5.0..24.0f64, share in 0.05..0.99f64) {
        let mut supply = charged(parts(Farads(farads), Ohms(1.0), Series::Diode(Volts(0.7))), Volts(high));
        let coil = supply.add_coil(Ohms(ohms));
        supply.set_coil(Instant::ZERO, coil, true);
        prop_assert!(close(hold_up(&supply, high * share), -farads * ohms * share.ln()));
        prop_assert_eq!(supply.next_crossing(Node::Bulk, Volts::ZERO, Falling), None);
    }
}
