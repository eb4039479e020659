//! AC front ends: against the books' formulas, against a model that steps through time, at whole nanoseconds.

use super::super::{Dropper, Node, Switching, Transformer};
use super::*;
use brownout_trace::event::Crossing::{Falling, Rising};
use brownout_trace::{Hertz, Percent};

const ROOT: f64 = std::f64::consts::SQRT_2;

fn board(nominal: f64, frequency: f64, front_end: FrontEnd, farads: f64) -> SupplyParts {
    SupplyParts {
        nominal: Volts(nominal),
        frequency: Some(Hertz(frequency)),
        source_resistance: Ohms(0.5),
        front_end,
        capacitor: Farads(farads).into(),
        leakage: Amps::ZERO.into(),
        regulator: Regulator { output: Volts(3.3).into(), dropout: Volts(1.1).into(), quiescent: Amps::ZERO.into() },
    }
}

fn transformer(ratio: f64, ohms: f64) -> FrontEnd {
    FrontEnd::Transformer(Transformer { ratio, resistance: Ohms(ohms).into(), drop: Volts(1.4) })
}

fn dropper(farads: f64, zener: f64) -> FrontEnd {
    FrontEnd::Dropper(Dropper {
        capacitor: Farads(farads).into(),
        bleeder: Ohms(1e6).into(),
        surge: Ohms(47.0).into(),
        zener: Volts(zener).into(),
        drop: Volts(1.4),
    })
}

fn switching(bulk: f64, efficiency: f64) -> FrontEnd {
    FrontEnd::Switching(Switching {
        bulk: Farads(bulk).into(),
        efficiency: Percent(efficiency).into(),
        output: Volts(12.0).into(),
        output_resistance: Ohms(0.1),
        start: Volts(100.0).into(),
        stop: Volts(70.0).into(),
        surge: Ohms(10.0).into(),
        drop: Volts(1.4),
    })
}

fn any_mains_board() -> impl Strategy<Value = SupplyParts> {
    let mains = prop_oneof![Just((230.0, 50.0)), Just((220.0, 60.0)), Just((110.0, 60.0)), Just((110.0, 50.0))];
    (mains, 0..2u8, 0.0..1.0f64, 100e-6..2e-3f64).prop_map(|((nominal, frequency), kind, share, farads)| {
        let front_end = match kind {
            0 => transformer(nominal / (9.0 + 6.0 * share), 1.0 + 20.0 * share),
            _ => dropper((0.3e-6 + 0.7e-6 * share) * 230.0 / nominal, 24.0),
        };
        board(nominal, frequency, front_end, farads)
    })
}

/// What can happen, with mains levels.
fn any_mains_story() -> impl Strategy<Value = Vec<(Change, Span)>> {
    let change = prop_oneof![
        3 => Just(1.0).prop_map(|share| Change::Level(Level::Volts(Volts(share)))),
        2 => prop_oneof![Just(0.7), Just(0.4), Just(0.8)].prop_map(|share| Change::Level(Level::Volts(Volts(share)))),
        1 => Just(Change::Level(Level::Volts(Volts::ZERO))),
        2 => Just(Change::Level(Level::Open)),
        3 => (0.0..20e-3f64).prop_map(|amps| Change::Load(Amps(amps))),
        2 => any::<bool>().prop_map(|on| Change::Coil(0, on)),
    ];
    let alone = prop_oneof![1 => (1i64..3_000_000).prop_map(Span), 4 => (1i64..100_000_000).prop_map(Span)];
    prop::collection::vec((change, alone), 1..12)
}

/// A level of a story is a share of nominal.
fn scaled(change: Change, nominal: Volts) -> Change {
    match change {
        Change::Level(Level::Volts(share)) => Change::Level(Level::Volts(Volts(share.0 * nominal.0))),
        same => same,
    }
}

fn on_mains(parts: &SupplyParts, load: Amps) -> Supply {
    let mut supply = Supply::new(parts.clone(), Instant::ZERO);
    supply.set_load(Instant::ZERO, load);
    supply.set_level(Instant::ZERO, Level::Volts(parts.nominal));
    supply
}

/// The bulk's highest and lowest voltage in one half-cycle from an instant on.
fn ripple(supply: &Supply, from: Instant) -> (f64, f64) {
    let mut supply = supply.clone();
    supply.advance(from);
    let half = supply.mains().unwrap().half_cycle();
    let volts = (0..=500).map(|n| supply.bulk(from + Span(half.0 * n / 500)).0);
    volts.fold((f64::MIN, f64::MAX), |(high, low), v| (high.max(v), low.min(v)))
}

const LATER: Instant = Instant(100_000_000_000);

fn within(found: f64, formula: f64, share: f64) -> bool {
    (found / formula - 1.0).abs() < share
}

/// The second model: ideal diodes and capacitors, stepped through time in microseconds; it knows no half-cycle.
struct Stepped {
    parts: SupplyParts,
    level: Level,
    load: f64,
    coil: Option<Ohms>,
    volts: f64,
    series: f64,
}

impl Stepped {
    fn run(&mut self, from: Instant, to: Instant) {
        let step = Span(1000);
        let mut now = from;
        while now < to {
            let next = (now + step).min(to);
            self.step(next, (next - now).as_secs_f64());
            now = next;
        }
    }

    fn step(&mut self, now: Instant, h: f64) {
        let (farads, omega) = (self.parts.capacitor.0, 2.0 * std::f64::consts::PI * self.parts.frequency.unwrap().0);
        let rms = match self.level {
            Level::Open => None,
            Level::Volts(volts) => Some(volts.0),
        };
        let wave = rms.map(|rms| rms * ROOT * (omega * seconds(now - Instant::ZERO)).sin());
        let mut drawn = self.coil.map_or(0.0, |coil| self.volts / coil.0);
        if self.volts > self.parts.regulator.dropout.0 {
            drawn += self.load;
        }
        match (self.parts.front_end, wave) {
            (FrontEnd::Transformer(parts), Some(wave)) => {
                let ohms = parts.resistance.0 + 0.5 / (parts.ratio * parts.ratio);
                let amps = ((wave.abs() / parts.ratio - parts.drop.0 - self.volts) / ohms).max(0.0);
                self.volts += h * amps / farads;
            }
            (FrontEnd::Dropper(parts), Some(wave)) => {
                let across = wave - self.series;
                let beyond = across.abs() - self.volts - parts.drop.0;
                if beyond > 0.0 {
                    let both = farads + parts.capacitor.0;
                    self.volts = (self.volts + beyond * parts.capacitor.0 / both).min(parts.zener.0.max(self.volts));
                    self.series = wave - (self.volts + parts.drop.0).copysign(across);
                }
            }
            _ => {}
        }
        if let (FrontEnd::Dropper(parts), None | Some(0.0)) = (self.parts.front_end, rms) {
            self.series *= (-h / (parts.bleeder.0 * parts.capacitor.0)).exp();
        }
        self.volts = (self.volts - h * drawn / farads).max(0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_a_model_that_steps_through_time(parts in any_mains_board(), story in any_mains_story()) {
        let mut supply = Supply::new(parts.clone(), Instant::ZERO);
        supply.add_coil(COILS[0]);
        let mut stepped = Stepped { parts: parts.clone(), level: Level::Open, load: 0.0, coil: None, volts: 0.0, series: 0.0 };
        let mut now = Instant::ZERO;
        for (change, alone) in story {
            let change = scaled(change, parts.nominal);
            apply(&mut supply, now, change);
            match change {
                Change::Level(level) => stepped.level = level,
                Change::Load(amps) => stepped.load = amps.0,
                Change::Coil(_, on) => stepped.coil = on.then_some(COILS[0]),
            }
            let end = now + alone;
            stepped.run(now, end);
            now = end;
            // Half a microsecond of the stepped model at the steepest, 1 % of a volt at most.
            let computed = supply.bulk(now).0;
            prop_assert!((computed - stepped.volts).abs() < 0.02, "{}: {} {}", now, computed, stepped.volts);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn cutting_time_up_changes_no_bit(parts in any_mains_board(), story in any_mains_story(), cut in 100_000i64..30_000_000) {
        let mut whole = Supply::new(parts.clone(), Instant::ZERO);
        whole.add_coil(COILS[0]);
        let mut pieces = whole.clone();
        let mut now = Instant::ZERO;
        for (change, alone) in story {
            let change = scaled(change, parts.nominal);
            apply(&mut whole, now, change);
            apply(&mut pieces, now, change);
            let end = now + alone;
            while now < end {
                now = (now + Span(cut)).min(end);
                pieces.advance(now);
                prop_assert_eq!(pieces.bulk(now).0.to_bits(), whole.bulk(now).0.to_bits());
            }
        }
    }

    /// Against looking at every tenth of a millisecond.
    #[test]
    fn crossings_are_neither_missed_nor_early(parts in any_mains_board(), story in any_mains_story(), level in 2.0..22.0f64) {
        let mut supply = Supply::new(parts.clone(), Instant::ZERO);
        supply.add_coil(COILS[0]);
        let mut now = Instant::ZERO;
        for (change, alone) in story {
            apply(&mut supply, now, scaled(change, parts.nominal));
            let end = now + alone;
            let side = |at| supply.bulk(at).0 >= level;
            let way = if side(now) { Falling } else { Rising };
            let crossing = supply.next_crossing(Node::Bulk, Volts(level), way);
            let until = crossing.map_or(end, |at| at.min(end));
            let mut look = now;
            while look < until {
                prop_assert_eq!(side(look), side(now), "missed before {} of {:?}", look, crossing);
                look += Span::micros(100);
            }
            if let Some(at) = crossing {
                prop_assert!(at > now);
                prop_assert!(side(at) != side(at - Span(1)), "nothing crossed at {}", at);
                let mut later = supply.clone();
                later.advance(at - Span(1));
                prop_assert_eq!(later.next_crossing(Node::Bulk, Volts(level), way), Some(at));
            }
            supply.advance(end);
            now = end;
        }
    }

    /// Jumping over half-cycles gives what walking through each gives.
    #[test]
    fn a_jump_is_a_walk(parts in any_mains_board(), load in 1e-3..10e-3f64, change in 0.1e-3..5e-3f64, halves in 1i64..3000) {
        let mut supply = on_mains(&parts, Amps(load));
        supply.set_load(LATER, Amps(load + change));
        let at = LATER + Span(supply.mains().unwrap().half_cycle().0 * halves);
        let mut walked = supply.clone();
        // The same load by another name: every change walks anew from where it is.
        let mut now = LATER;
        while now < at {
            walked.set_load(now, Amps(load + change * (1.0 + 1e-12 * (now.0 % 5) as f64)));
            now = (now + Span::millis(7)).min(at);
        }
        let (jumped, walked) = (supply.bulk(at).0, walked.bulk(at).0);
        prop_assert!((jumped - walked).abs() < 20e-6, "{} {}", jumped, walked);
    }

    /// Charge balance over a half-cycle: 2·X·(Û − U_d − V) = I·T, the capacitor dropper's current of every
    /// application note (Microchip AN954: I = 4·f·X·(Û − V) for a full wave).
    #[test]
    fn a_dropper_delivers_its_formula(micro in 0.2..1.0f64, share in 0.1..0.9f64, sixty: bool) {
        let (frequency, x) = (if sixty { 60.0 } else { 50.0 }, micro * 1e-6);
        // A load that the full current carries at this share of the peak: no zener in the way.
        let volts = share * 230.0 * ROOT;
        let amps = 4.0 * frequency * x * (230.0 * ROOT - 1.4 - volts);
        let supply = on_mains(&board(230.0, frequency, dropper(x, 400.0), 220e-6), Amps(amps));
        let (high, low) = ripple(&supply, LATER);
        prop_assert!(within(0.5 * (high + low), volts, 0.01), "{} {} for {}", low, high, volts);
    }

    /// An ideal rectifier: the capacitor reaches Ê − U_d and drains I·(T/2 + asin(V/V̂)/ω) until the sine is back
    /// (Horowitz and Hill, The Art of Electronics, "unregulated supplies", without their straight-line shortcut).
    #[test]
    fn a_transformer_supply_ripples_as_the_books_say(amps in 2e-3..40e-3f64, micro in 220.0..2200.0f64, sixty: bool) {
        let (frequency, farads) = (if sixty { 60.0 } else { 50.0 }, micro * 1e-6);
        let supply = on_mains(&board(230.0, frequency, transformer(23.0, 0.01), farads), Amps(amps));
        let (high, low) = ripple(&supply, LATER);
        let peak = 10.0 * ROOT - 1.4;
        prop_assert!(within(high, peak, 0.01), "{} {}", high, peak);
        let omega = 2.0 * std::f64::consts::PI * frequency;
        let mut drop = 0.0;
        for _ in 0..50 {
            drop = amps / farads * (0.5 / frequency - (((peak - drop + 1.4) / (peak + 1.4)).acos()) / omega);
        }
        prop_assert!(within(high - low, drop, 0.01), "{} {}", high - low, drop);
    }

    /// DOMAIN.md: t = η·C·(V₁² − V₂²)/(2P), from the peak of the mains to where the converter gives up.
    #[test]
    fn a_switching_supply_holds_up_as_its_formula_says(micro in 2.2..47.0f64, efficiency in 50.0..90.0f64, amps in 5e-3..60e-3f64, low: bool) {
        let mut supply = on_mains(&board(230.0, 50.0, switching(micro * 1e-6, efficiency), 220e-6), Amps(amps));
        // At a peak of the mains, well settled.
        let at = supply.mains().unwrap().next_angle(LATER, 90);
        supply.advance(at);
        let peak = supply.mains_bulk(at).unwrap().0;
        prop_assert!(within(peak, 230.0 * ROOT - 1.4, 0.01), "{}", peak);
        supply.set_level(at, if low { Level::Volts(Volts::ZERO) } else { Level::Open });
        let held = seconds(supply.next_switching().unwrap() - at);
        let watts = 12.0 * amps;
        let formula = efficiency / 100.0 * micro * 1e-6 * (peak * peak - 70.0 * 70.0) / (2.0 * watts);
        prop_assert!(within(held, formula, 0.01), "{} {}", held, formula);
        // Then the board's own capacitor goes on alone: C·ΔV/I.
        supply.advance(supply.next_switching().unwrap());
        let given_up = at + Span::from_secs_f64(held);
        let down = supply.next_crossing(Node::Bulk, Volts(6.0), Falling).unwrap();
        let rest = 220e-6 * (12.0 - 0.1 * amps - 6.0) / amps;
        prop_assert!((seconds(down - given_up) / rest - 1.0).abs() < 0.01);
    }
}

#[test]
fn a_converter_starts_at_its_threshold_and_stays() {
    let mut supply = on_mains(&board(230.0, 50.0, switching(10e-6, 75.0), 220e-6), Amps(10e-3));
    let started = supply.next_switching().unwrap();
    assert!(seconds(started - Instant::ZERO) < 5e-3, "in the first quarter of a cycle");
    supply.advance(started);
    assert_eq!(supply.next_switching(), None);
    assert!((supply.bulk(LATER).0 - 12.0).abs() < 0.01);
    // At 40 % of 230 V the peak is 128 V: it runs on. At 20 % it gives up.
    supply.set_level(LATER, Level::Volts(Volts(92.0)));
    assert_eq!(supply.next_switching(), None);
    supply.set_level(LATER, Level::Volts(Volts(46.0)));
    assert!(supply.next_switching().is_some());
}

#[test]
fn a_dip_of_half_a_cycle_depends_on_its_angle() {
    // A small capacitor: a missing half-cycle is felt, and where in the cycle it begins counts.
    let parts = board(230.0, 50.0, transformer(23.0, 2.0), 100e-6);
    let lowest = |angle: u16, residual: f64| {
        let mut supply = on_mains(&parts, Amps(20e-3));
        let mains = supply.mains().unwrap();
        let start = mains.next_angle(LATER, angle);
        supply.set_level(start, Level::Volts(Volts(residual)));
        let end = mains.next_angle(start, (angle + 180) % 360);
        let dipped = ripple(&supply, start).1;
        supply.set_level(end, Level::Volts(Volts(230.0)));
        dipped.min(ripple(&supply, end).1)
    };
    let undisturbed = lowest(0, 230.0);
    let zero = lowest(0, 0.0);
    // From zero to zero one charge is missing: 20 mA for one half-cycle more, 2 V, less what comes the sooner after it.
    assert!((1.7..2.0).contains(&(undisturbed - zero)), "{undisturbed} {zero}");
    // From just before the peak to just before the next one likewise, but the charge that follows is sooner there.
    assert!(lowest(90, 0.0) > zero + 0.05, "{} {zero}", lowest(90, 0.0));
    assert!((lowest(180, 0.0) - zero).abs() < 1e-6, "both half-waves are rectified");
    assert!((lowest(0, 161.0) - zero).abs() < 1e-6, "70 % brings nothing above the capacitor either");
    assert!(lowest(0, 207.0) > zero + 0.5, "90 % does");
}

#[test]
fn a_short_takes_the_series_capacitor_s_charge_an_open_end_leaves_it() {
    let after = |level| {
        let mut supply = on_mains(&board(230.0, 50.0, dropper(470e-9, 24.0), 220e-6), Amps(40e-3));
        let at = supply.mains().unwrap().next_angle(LATER, 90);
        let before = supply.bulk(at).0;
        supply.set_level(at, level);
        supply.bulk(at).0 - before
    };
    assert!(after(Level::Open).abs() < 1e-9);
    // At the peak X stands at Û − V − U_d, and gives X/(C + X) of what it has above V + U_d to the bulk.
    assert!(after(Level::Volts(Volts::ZERO)) > 0.3);
}

#[test]
fn a_week_without_an_event_is_one_answer() {
    for parts in [
        board(230.0, 50.0, transformer(19.0, 8.0), 470e-6),
        board(110.0, 60.0, dropper(1e-6, 24.0), 470e-6),
        board(230.0, 50.0, switching(10e-6, 75.0), 470e-6),
    ] {
        let mut supply = on_mains(&parts, Amps(5e-3));
        supply.advance(LATER);
        let week = LATER + Span::secs(604_800);
        for threshold in [2.0, 3.0] {
            assert_eq!(supply.next_crossing(Node::Vdd, Volts(threshold), Falling), None);
        }
        assert_eq!(supply.next_switching(), None);
        let volts = supply.bulk(week).0;
        assert!((volts - supply.bulk(LATER).0).abs() < 1e-6, "the same phase, the same voltage");
    }
}

#[test]
fn thresholds_within_the_ripple_are_crossed_in_every_half_cycle() {
    let mut supply = on_mains(&board(230.0, 50.0, transformer(23.0, 2.0), 100e-6), Amps(20e-3));
    supply.advance(LATER);
    let (high, low) = ripple(&supply, LATER);
    let middle = Volts(0.5 * (high + low));
    let mut way = if supply.bulk(LATER) >= middle { Falling } else { Rising };
    let mut crossings = 0;
    let mut now = LATER;
    while let Some(at) = supply.next_crossing(Node::Bulk, middle, way).filter(|at| *at <= LATER + Span::secs(1)) {
        assert!(at > now);
        supply.advance(at);
        crossings += 1;
        way = if way == Falling { Rising } else { Falling };
        now = at;
    }
    assert_eq!(crossings, 200);
}

/// A plug that is put in at any instant, held for any part of a cycle, and put in again: however the series capacitor was
/// left, the bulk capacitor fills.
#[test]
fn a_board_comes_up_however_its_switch_bounced() {
    let parts = board(220.0, 50.0, dropper(470e-9, 24.0), 150e-6);
    for begin in 0..40 {
        for held in 0..20 {
            let mut supply = on_mains(&parts, Amps::ZERO);
            let mut at = LATER;
            supply.set_level(at, Level::Open);
            supply.set_load(at, Amps(20e-3));
            at += Span::secs(5);
            supply.advance(at);
            supply.set_load(at, Amps::ZERO);
            at += Span::micros(500 * begin + 131);
            supply.set_level(at, Level::Volts(Volts(220.0)));
            at += Span::micros(1000 * held + 461);
            supply.set_level(at, Level::Open);
            at += Span::micros(45_170);
            supply.set_level(at, Level::Volts(Volts(220.0)));
            // What the series capacitor gives at once is no crossing to come: whoever waits for one has to look.
            let there = supply.vdd(at) >= Volts(1.92);
            let up = supply.next_crossing(Node::Vdd, Volts(1.92), Rising);
            let soon = up.is_some_and(|up| up - at < Span::millis(200));
            assert!(there || soon, "{begin} {held} {up:?} {}", supply.bulk(at));
            let risen = supply.bulk(at + Span::secs(1));
            assert!(risen > Volts(20.0), "{begin} {held}: {risen} after a second");
        }
    }
}
