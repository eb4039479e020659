//! Tests of the supply as a whole: against formulas, against a brute-force integration, at whole nanoseconds.

mod formulas;
mod integration;
mod mains;
mod nanoseconds;

use super::{FrontEnd, Regulator, Series, Supply, SupplyParts};
use brownout_trace::event::Level;
use brownout_trace::{Amps, Farads, Instant, Ohms, Span, Volts};
use proptest::prelude::*;

/// A 12 V board without leakage or quiescent current.
fn parts(capacitor: Farads, source_resistance: Ohms, series: Series) -> SupplyParts {
    SupplyParts {
        nominal: Volts(12.0),
        frequency: None,
        source_resistance,
        front_end: series.into(),
        capacitor: capacitor.into(),
        leakage: Amps::ZERO.into(),
        regulator: Regulator { output: Volts(3.3).into(), dropout: Volts(0.2).into(), quiescent: Amps::ZERO.into() },
    }
}

/// A board at an open level and without load, its capacitor at `volts` (to the last bit but one) at instant 0.
fn charged(parts: SupplyParts, volts: Volts) -> Supply {
    let start = Instant(-1_000_000_000_000_000);
    let FrontEnd::Dc(series) = parts.front_end else { panic!("a DC board: {parts:?}") };
    let level = volts + series.drop();
    let mut supply = Supply::new(parts, start);
    supply.set_level(start, Level::Volts(level));
    supply.set_level(Instant::ZERO, Level::Open);
    supply
}

fn seconds(span: Span) -> f64 {
    span.as_secs_f64()
}

/// What can happen to a supply, and how long it is left alone after it.
#[derive(Debug, Clone, Copy)]
enum Change {
    Level(Level),
    Load(Amps),
    Coil(usize, bool),
}

fn apply(supply: &mut Supply, at: Instant, change: Change) {
    match change {
        Change::Level(level) => supply.set_level(at, level),
        Change::Load(amps) => supply.set_load(at, amps),
        Change::Coil(coil, on) => supply.set_coil(at, coil, on),
    }
}

/// The coils of [`any_supply`].
const COILS: [Ohms; 2] = [Ohms(360.0), Ohms(120.0)];

fn any_supply() -> impl Strategy<Value = Supply> {
    let series = prop_oneof![
        (0.0..1.0f64).prop_map(|drop| Series::Diode(Volts(drop))),
        (0.1..10.0f64).prop_map(|ohms| Series::Resistor(Ohms(ohms))),
        Just(Series::None),
    ];
    (series, 1.0..30.0f64, 100e-6..2e-3f64, 0.0..2e-3f64, 0.0..1.5f64, 0.0..6e-3f64).prop_map(
        |(series, ohms, farads, leakage, dropout, quiescent)| {
            let mut parts = parts(Farads(farads), Ohms(ohms), series);
            parts.leakage = Amps(leakage).into();
            parts.regulator.dropout = Volts(dropout).into();
            parts.regulator.quiescent = Amps(quiescent).into();
            let mut supply = Supply::new(parts, Instant::ZERO);
            for coil in COILS {
                supply.add_coil(coil);
            }
            supply
        },
    )
}

/// Changes that come thick (also several at one instant) and thin.
fn any_story() -> impl Strategy<Value = Vec<(Change, Span)>> {
    let change = prop_oneof![
        2 => (0.0..16.0f64).prop_map(|volts| Change::Level(Level::Volts(Volts(volts)))),
        1 => Just(Change::Level(Level::Volts(Volts(12.0)))),
        1 => Just(Change::Level(Level::Volts(Volts::ZERO))),
        2 => Just(Change::Level(Level::Open)),
        3 => (0.0..80e-3f64).prop_map(|amps| Change::Load(Amps(amps))),
        1 => Just(Change::Load(Amps::ZERO)),
        3 => (0..COILS.len(), any::<bool>()).prop_map(|(coil, on)| Change::Coil(coil, on)),
    ];
    let alone = prop_oneof![1 => Just(Span::ZERO), 4 => (1i64..20_000_000).prop_map(Span)];
    prop::collection::vec((change, alone), 1..20)
}
