//! Drawing and ageing whole boards.

use super::*;
use crate::wiring::tests_support::wiring as sound;
use brownout_trace::{Farads, Ppm, Span};

fn lot() -> Wiring {
    let mut wiring = sound();
    wiring.supply.capacitor = Figure::within(Farads(470e-6), Farads(94e-6), Distribution::Truncated);
    wiring.clocks.lse.tolerance = Ppm(20.0);
    wiring
}

#[test]
fn a_board_is_its_seed_and_number_alone() {
    let wiring = lot();
    let (first, again) = (draw(&wiring, 1, 7).1, draw(&wiring, 1, 7).1);
    assert_eq!(first, again);
    assert_ne!(first, draw(&wiring, 1, 8).1);
    assert_ne!(first, draw(&wiring, 2, 7).1);
    let parts: Vec<&str> = first.iter().map(|drawn| drawn.part.as_str()).collect();
    assert_eq!(parts, ["clocks.lse.error", "supply.capacitor"]);
    assert_eq!(first[1].nominal_text, "470uF");
    assert!(draw(&wiring, 1, 7).0.check().is_ok());
}

#[test]
fn a_tolerance_elsewhere_changes_no_other_figure() {
    let mut more = lot();
    more.supply.regulator.dropout =
        Figure::within(*more.supply.regulator.dropout, brownout_trace::Volts(0.1), Distribution::Uniform);
    let capacitor = |wiring: &Wiring| draw(wiring, 1, 3).0.supply.capacitor.0;
    assert_eq!(capacitor(&more).to_bits(), capacitor(&lot()).to_bits());
}

#[test]
fn a_lot_spreads_as_its_tolerance_says() {
    let wiring = lot();
    let drawn: Vec<f64> = (0..2000).map(|number| draw(&wiring, 1, number).0.supply.capacitor.0 * 1e6).collect();
    let mean = drawn.iter().sum::<f64>() / 2000.0;
    let sigma = (drawn.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 2000.0).sqrt();
    assert!((mean - 470.0).abs() < 3.0 && (sigma - 94.0 / 3.0).abs() < 2.0, "{mean} {sigma}");
    assert!(drawn.iter().all(|x| (376.0..=564.0).contains(x)));
}

#[test]
fn without_tolerance_and_age_nothing_is_drawn() {
    assert_eq!(draw(&sound(), 1, 1).1, []);
}

#[test]
fn age_comes_on_top_and_is_told() {
    let mut wiring = lot();
    wiring.age = Some(Age {
        service: Span::secs(87_660 * 3600).into(),
        temperature: brownout_trace::Celsius(65.0).into(),
        operations: 0,
    });
    // Ten years at 65 °C: 2.74 of the rated life, 55 % gone.
    let old = aged(&wiring);
    assert!((old.supply.capacitor.0 / 470e-6 - (1.0 - 0.2 * 87_660.0 / 32_000.0)).abs() < 1e-9);
    assert_eq!(old.age, None);
    let (board, drawn) = draw(&wiring, 1, 1);
    assert!(
        drawn.iter().any(
            |drawn| drawn.part == "supply.capacitor" && drawn.value.to_bits() == board.supply.capacitor.0.to_bits()
        )
    );
}
