//! What each stage does, and when, in lists that can be read.

use super::samples::supply;
use super::{can, can_ramp, can_shot, safe, shortest_shot, strokes};
use crate::rig::pi::{PowerStage, SupplyWires};
use crate::shot::Stroke;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};

const NOMINAL: Level = Level::Volts(Volts(12.0));
const SHORT: Level = Level::Volts(Volts(0.0));
const DIP: Level = Level::Volts(Volts(4.8));
const MAINS: Level = Level::Volts(Volts(230.0));
const TAP: Level = Level::Volts(Volts(92.0));

fn written(wires: &SupplyWires, standing: Level, levels: &[(i64, Level)]) -> Vec<String> {
    let levels: Vec<_> = levels.iter().map(|(micros, level)| (Instant(micros * 1000), *level)).collect();
    let strokes = strokes(wires, standing, &levels).unwrap();
    strokes.iter().map(|(at, stroke)| format!("{}us {}", at.0 / 1000, words(stroke))).collect()
}

fn words(stroke: &Stroke) -> String {
    match stroke {
        Stroke::Set { line, high } => format!("{line} {}", if *high { "high" } else { "low" }),
        Stroke::AwaitInactive { input, .. } => format!("until {} inactive", input.line),
        Stroke::AwaitActive { input, .. } => format!("until {} active", input.line),
        Stroke::Rest(span) => format!("rest {span}"),
        Stroke::Dac { channel, code } => format!("dac {channel:?} {code}"),
        Stroke::Send { bytes } => format!("send {}", String::from_utf8_lossy(bytes).escape_debug()),
    }
}

#[test]
fn an_interruption_opens_the_switch_and_closes_it() {
    let strokes = written(&supply("switch"), NOMINAL, &[(0, Level::Open), (10_000, NOMINAL)]);
    assert_eq!(strokes, ["0us GPIO17 low", "10000us GPIO17 high"]);
}

#[test]
fn at_low_impedance_the_crowbar_waits_for_the_fall_and_is_gone_before_the_rise() {
    let wires = supply("switch");
    let expected = [
        "0us GPIO17 low",
        "0us until GPIO27 inactive",
        "0us GPIO18 low",
        "9000us GPIO18 high",
        "9000us rest 1ms",
        "10000us GPIO17 high",
    ];
    assert_eq!(written(&wires, NOMINAL, &[(0, SHORT), (10_000, NOMINAL)]), expected);
    // No room before the rise: it comes late.
    let late = ["500us GPIO18 high", "500us rest 1ms", "1500us GPIO17 high"];
    assert_eq!(written(&wires, SHORT, &[(500, NOMINAL)]), late);
}

#[test]
fn rails_that_break_before_they_make_leave_a_gap_in_the_shot() {
    let wires = supply("broken");
    let expected = [
        "0us GPIO17 low",
        "0us rest 2ms",
        "2000us GPIO16 low",
        "98000us GPIO16 high",
        "98000us rest 2ms",
        "100000us GPIO17 high",
    ];
    assert_eq!(written(&wires, NOMINAL, &[(0, DIP), (100_000, NOMINAL)]), expected);
    // By way of open terminals it is a change-over all the same.
    let opened = written(&wires, DIP, &[(0, Level::Open), (1_000, NOMINAL)]);
    assert_eq!(opened[2..], ["0us GPIO16 high", "0us rest 2ms", "2000us GPIO17 high"]);
}

#[test]
fn isolated_rails_overlap_beside_the_edge() {
    let swell = Level::Volts(Volts(14.0));
    let expected = [
        "0us GPIO16 low",
        "0us rest 1ms",
        "1000us GPIO17 low",
        "99000us GPIO17 high",
        "99000us rest 1ms",
        "100000us GPIO16 high",
    ];
    assert_eq!(written(&supply("isolated"), NOMINAL, &[(0, swell), (100_000, NOMINAL)]), expected);
}

#[test]
fn a_dac_is_written_before_its_stage_is_enabled() {
    let wires = supply("dac");
    let on = ["0us dac A 3276", "0us GPIO17 high", "9000us dac A 1310", "19000us dac A 3276"];
    assert_eq!(written(&wires, Level::Open, &[(0, NOMINAL), (9_000, DIP), (19_000, NOMINAL)]), on);
    // What it holds is not written again.
    let cut = written(&wires, NOMINAL, &[(0, DIP), (1_000, Level::Open), (9_000, DIP)]);
    assert_eq!(cut, ["0us dac A 1310", "1000us GPIO17 low", "9000us GPIO17 high"]);
    // It pulls to 0 V by itself; a crowbar is for a fall from nominal.
    assert_eq!(written(&wires, NOMINAL, &[(0, SHORT)]), ["0us dac A 0"]);
    assert_eq!(written(&supply("barred"), DIP, &[(0, SHORT)]), ["0us dac A 0"]);
    assert_eq!(
        written(&supply("barred"), NOMINAL, &[(0, SHORT)])[1..],
        ["0us until GPIO27 inactive", "0us GPIO18 low"]
    );
}

#[test]
fn a_bench_supply_is_told_ahead_and_kept_at_nominal_while_open() {
    let wires = supply("scpi");
    let dip = written(&wires, NOMINAL, &[(0, DIP), (1_000_000, NOMINAL)]);
    assert_eq!(dip[..3], ["0us send VOLT 4.8\\n", "0us rest 50ms", "1000000us send VOLT 12\\n"]);
    // Where there is no room for the pause the second command waits for it.
    let short = written(&wires, NOMINAL, &[(0, DIP), (10_000, NOMINAL)]);
    assert_eq!(short[1..3], ["0us rest 50ms", "50000us send VOLT 12\\n"]);
    // A cut is the switch's alone.
    let cut = written(&supply("korad"), NOMINAL, &[(0, Level::Open), (1_000, NOMINAL)]);
    assert_eq!(cut, ["0us GPIO17 low", "1000us GPIO17 high"]);
    let low = written(&supply("korad"), Level::Open, &[(0, DIP)]);
    assert_eq!(low, ["0us send VSET1:04.80", "0us rest 200ms", "200000us GPIO17 high", "200000us rest 50ms"]);
    let off = written(&supply("korad"), DIP, &[(0, Level::Open)]);
    assert_eq!(off, ["0us GPIO17 low", "0us send VSET1:12.00", "0us rest 200ms"]);
}

#[test]
fn an_ssr_waits_for_its_angle_and_a_tap_for_the_other_ssr() {
    assert_eq!(
        written(&supply("mains"), MAINS, &[(0, Level::Open), (50_000, MAINS)]),
        ["0us GPIO17 low", "50000us GPIO17 high"]
    );
    assert_eq!(
        written(&supply("tapped"), MAINS, &[(0, TAP)]),
        [
            "0us GPIO17 low",
            "0us rest 20ms",
            "20000us until GPIO26 inactive",
            "20000us until GPIO26 active",
            "20000us rest 5ms",
            "25000us GPIO16 low"
        ]
    );
    // Back to nominal the tap makes room: the rise waits for its angle, and for nothing else.
    assert_eq!(
        written(&supply("tapped"), TAP, &[(0, TAP), (2_000_000, MAINS)]),
        [
            "1980000us GPIO16 high",
            "1980000us rest 20ms",
            "2000000us until GPIO26 inactive",
            "2000000us until GPIO26 active",
            "2000000us rest 5ms",
            "2005000us GPIO17 high"
        ]
    );
}

#[test]
fn a_stage_says_what_it_cannot_give() {
    let at = |name: &str, level| can(&supply(name), level).unwrap_err();
    assert_eq!(at("switch", DIP), "has a switch only: it gives 12V or nothing, not 4.8V");
    assert_eq!(at("plain", SHORT), "has no crowbar: it interrupts at high source impedance only");
    assert_eq!(at("broken", Level::Volts(Volts(6.0))), "has two rails: it gives 12V, 4.8V or nothing, not 6V");
    assert_eq!(at("dac", Level::Volts(Volts(16.0))), "gives 0V to 15V, not 16V");
    let mut amplifier = supply("dac");
    let PowerStage::Dac(dac) = &mut amplifier.stage else { unreachable!() };
    dac.lowest = Volts(1.3);
    assert_eq!(can(&amplifier, Level::Volts(Volts(1.0))).unwrap_err(), "gives 1.3V to 15V, not 1V");
    can(&amplifier, Level::Volts(Volts(1.3))).unwrap();
    assert!(can(&amplifier, SHORT).is_err(), "nothing pulls it to 0 V");
    assert_eq!(at("korad", Level::Volts(Volts(100.0))), "has a bench supply that can be told 0V to 99.99V, not 100V");
    assert_eq!(at("mains", TAP), "has an SSR only: it gives 230V or nothing, not 92V");
    let blind = SupplyWires { sense: None, ..supply("switch") };
    let why = can(&blind, SHORT).unwrap_err();
    assert_eq!(why, "has no `sense`: a crowbar fires only after the switch is measured off");
    let barred = SupplyWires { crowbar: supply("switch").crowbar, sense: supply("switch").sense, ..supply("broken") };
    assert!(
        can(&barred, SHORT).unwrap_err().contains("has no `crowbar.sense`"),
        "its sense cannot tell 4.8 V from 0 V"
    );
    let mains = SupplyWires { crowbar: supply("broken").crowbar, ..supply("mains") };
    assert_eq!(can(&mains, SHORT).unwrap_err(), "is a mains rig: a crowbar is for DC only");
    for (name, level) in [("switch", SHORT), ("switch", Level::Open), ("broken", DIP), ("dac", DIP), ("tapped", TAP)] {
        assert_eq!(can(&supply(name), level), Ok(()), "{name} {level}");
    }
    let fault = strokes(&supply("switch"), NOMINAL, &[(Instant(0), Level::Open), (Instant(1), DIP)]).unwrap_err();
    assert!(fault.what.starts_with("the supply cannot go to 4.8V: the rig has a switch only"), "{fault}");
}

#[test]
fn what_is_too_fast_for_a_stage_is_known_beforehand() {
    let shot = |name: &str, level, millis| can_shot(&supply(name), level, Span::millis(millis));
    assert_eq!(shot("switch", Level::Open, 1), Ok(()));
    assert_eq!(shot("switch", SHORT, 1).unwrap_err(), "takes up to 1ms to release its crowbar: 1ms is too short");
    assert!(shot("broken", DIP, 2).is_err() && shot("broken", DIP, 3).is_ok());
    let why = shot("korad", DIP, 300).unwrap_err();
    assert_eq!(why, "takes up to 300ms from one voltage to another: 300ms is too short");
    assert!(shot("korad", DIP, 301).is_ok() && shot("korad", Level::Open, 1).is_ok());
    // An SSR lets go at a zero: half a period of 50 Hz is a hundredth of 1 s.
    let why = shot("mains", Level::Open, 100).unwrap_err();
    assert_eq!(
        why,
        "may make a shot 10ms longer or shorter than asked, and one of 100ms may be 1ms off: ask for 1s or more"
    );
    assert!(shot("mains", Level::Open, 999).is_err() && shot("mains", Level::Open, 1_000).is_ok());
    // One that waits for the crest comes on up to 15 ms late.
    assert!(shot("tapped", Level::Open, 1_499).is_err() && shot("tapped", Level::Open, 1_500).is_ok());
    assert!(shot("tapped", TAP, 1_499).is_err() && shot("tapped", TAP, 1_500).is_ok());
    assert_eq!(shortest_shot(&supply("mains"), Level::Open), Ok(Span::secs(1)));
    assert_eq!(shortest_shot(&supply("switch"), Level::Open), Ok(Span(1)));

    let ramp = |name: &str, over: Span, tread| can_ramp(&supply(name), Volts(12.0), Volts(0.0), over, tread);
    assert!(ramp("switch", Span::secs(10), Span::millis(8)).unwrap_err().ends_with("or nothing, and no slope"));
    assert_eq!(ramp("dac", Span::secs(10), Span::millis(8)), Ok(()));
    // 20 stairs of 0.6 V are a twentieth of the supply each.
    assert_eq!(ramp("scpi", Span::secs(6), Span::millis(5)), Ok(()));
    let why = ramp("scpi", Span::secs(5), Span::millis(4)).unwrap_err();
    assert_eq!(why, "takes 300ms for each stair of a slope: from 12V to 0V in 5s they would be 750mV high");
    assert_eq!(ramp("scpi", Span::secs(5), Span::secs(1)), Ok(()), "as coarse as it was asked for");
}

#[test]
fn safe_is_fast_first() {
    let lines = |name: &str| safe(&supply(name)).iter().map(words).collect::<Vec<_>>();
    assert_eq!(lines("switch"), ["GPIO17 low", "GPIO18 high"]);
    assert_eq!(lines("barred"), ["GPIO17 low", "GPIO18 high", "dac A 0"]);
    assert_eq!(lines("scpi"), ["GPIO17 low", "GPIO18 high", "send OUTP OFF\\n"]);
}
