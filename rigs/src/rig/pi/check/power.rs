//! Supplies that cannot be, or that would destroy something.

use super::{Flaw, Head, buses, within};
use crate::rig::pi::supply::{BenchSupply, Change, Crowbar, DacStage, MainsSwitch, PowerStage, Rails, SupplyWires};
use brownout_trace::{Amps, Hertz, Span, Volts};

/// The limit of extra-low voltage for ripple-free DC°: what a rig without guards may switch.
const SAFE: Volts = Volts(60.0);
/// Supplies of the world's mains with their tolerances: 100 V − 10 % to 240 V + 10 %°.
const MAINS: [Volts; 2] = [Volts(90.0), Volts(264.0)];
/// Longer than any contact needs for a change-over; the board sees it as an interruption.
const LONGEST_BREAK: Span = Span::millis(50);
/// A tenth of the shortest dip of IEC 61000-4-29 (DOMAIN.md): the higher rail feeds the board meanwhile.
const LONGEST_OVERLAP: Span = Span::millis(1);
/// A command to a bench supply, such as `VSET1:12.00`: so many characters of ten bits.
const COMMAND_BITS: i64 = 110;

const STAGE: &str = "pi.supply.stage";

pub(super) fn check(supply: &SupplyWires, head: &Head<'_>) -> Result<(), Flaw> {
    let nominal = supply.nominal;
    match &supply.stage {
        PowerStage::Mains(mains) => self::mains(mains, nominal, head.highest)?,
        stage => {
            dc(stage, head.nominal)?;
            let because = "what a Pi rig supplies on DC is safe to touch; above that is mains";
            within(("pi.supply.nominal", because), nominal, Volts(0.5), SAFE)?;
        }
    }
    match &supply.stage {
        PowerStage::Rails(rails) => self::rails(rails, nominal, head.highest)?,
        PowerStage::Dac(dac) => self::dac(dac, nominal)?,
        PowerStage::Scpi(bench) => self::bench(bench, "scpi")?,
        PowerStage::Korad(bench) => self::bench(bench, "korad")?,
        PowerStage::HighSide(_) | PowerStage::Mains(_) => {}
    }
    highest(supply, head.highest)?;
    supply.crowbar.as_ref().map_or(Ok(()), |crowbar| self::crowbar(crowbar, supply))
}

/// A stage for DC with AC at it.
fn dc(stage: &PowerStage, written: &str) -> Result<(), Flaw> {
    if !written.trim_end().ends_with("ac") {
        return Ok(());
    }
    let (key, why) = match stage {
        PowerStage::Rails(Rails { change: Change::DiodeIsolated(_), .. }) => (
            "pi.supply.stage.rails.change",
            format!(
                "`nominal` is {written}, and two rails of AC must never overlap: no diode keeps them apart. Rails are for \
                 DC; mains takes `stage = {{ mains = … }}`"
            ),
        ),
        _ => (
            "pi.supply.nominal",
            format!(
                "`nominal` is {written}, and this stage is for DC: write `V`; mains takes `stage = {{ mains = … }}`"
            ),
        ),
    };
    Err(Flaw::new(key, why))
}

fn mains(mains: &MainsSwitch, nominal: Volts, highest: Option<Volts>) -> Result<(), Flaw> {
    within(("pi.supply.nominal", "what mains can be"), nominal, MAINS[0], MAINS[1])?;
    let Hertz(frequency) = mains.frequency;
    if ![50.0, 60.0].iter().any(|known| (frequency - known).abs() < 1e-6) {
        let why = format!("`frequency` is {}; mains has 50Hz or 60Hz", mains.frequency);
        return Err(Flaw::new("pi.supply.stage.mains.frequency", why));
    }
    if let Some(turn_on) = mains.turn_on {
        let because = "the angle of turn-on is counted from a zero, and the next one comes after half a period";
        let half = Span::from_secs_f64(0.5 / frequency);
        within(("pi.supply.stage.mains.turn-on", because), turn_on, Span::ZERO, half)?;
    }
    let Some(tap) = mains.tap else { return Ok(()) };
    within(("pi.supply.stage.mains.tap.volts", "a tap of a transformer"), tap.volts, Volts(1.0), MAINS[1])?;
    other(("pi.supply.stage.mains.tap.volts", "both SSRs give"), tap.volts, nominal, highest)
}

/// A second voltage: not the nominal one, and above it only where the file means it.
fn other((key, both): (&str, &str), other: Volts, nominal: Volts, highest: Option<Volts>) -> Result<(), Flaw> {
    if (other.0 - nominal.0).abs() < 1e-3 {
        return Err(Flaw::new(key, format!("{both} {nominal}: changing over would change nothing")));
    }
    if other > nominal && highest.is_none_or(|highest| highest < other) {
        let why = format!(
            "`volts` is {other}, above the nominal {nominal}. If the board is meant to get that, say so with `highest = \
             \"{other}\"` at the top of the file"
        );
        return Err(Flaw::new(key, why));
    }
    Ok(())
}

fn rails(rails: &Rails, nominal: Volts, highest: Option<Volts>) -> Result<(), Flaw> {
    let volts = "pi.supply.stage.rails.volts";
    within((volts, "no voltage at all is both rails off, and needs no rail"), rails.volts, Volts(0.1), SAFE)?;
    other((volts, "both rails are"), rails.volts, nominal, highest)?;
    let change = "pi.supply.stage.rails.change";
    match rails.change {
        Change::BreakBeforeMake(gap) => {
            let because = "one switch has to be off before the other comes on, and the board sees the gap";
            within((&format!("{change}.break-before-make"), because), gap, Span::micros(1), LONGEST_BREAK)
        }
        Change::DiodeIsolated(overlap) => {
            let because = "without any there is a gap; meanwhile the higher rail feeds the board";
            within((&format!("{change}.diode-isolated"), because), overlap, Span::micros(1), LONGEST_OVERLAP)
        }
    }
}

fn dac(dac: &DacStage, nominal: Volts) -> Result<(), Flaw> {
    if !(dac.lowest.0 >= 0.0 && dac.lowest < nominal) {
        let why = format!("`lowest` is {}: it is from 0V to below the nominal {nominal}, or left out", dac.lowest);
        return Err(Flaw::new("pi.supply.stage.dac.lowest", why));
    }
    let key = "pi.supply.stage.dac.full-scale";
    if dac.full_scale < nominal {
        let why = format!(
            "`full-scale` is {}, and the board needs {nominal}: the amplifier has to reach the nominal voltage",
            dac.full_scale
        );
        return Err(Flaw::new(key, why));
    }
    within((key, "what a Pi rig supplies on DC is safe to touch"), dac.full_scale, Volts(0.5), SAFE)
}

fn bench(bench: &BenchSupply, kind: &str) -> Result<(), Flaw> {
    let key = |name: &str| format!("{STAGE}.{kind}.{name}");
    buses::port(&key("port"), &bench.port)?;
    buses::baud(&key("baud"), bench.baud)?;
    within((&key("limit"), "the supply's own current limit"), bench.limit, Amps(1e-3), Amps(30.0))?;
    let on_the_wire = Span(COMMAND_BITS * 1_000_000_000 / i64::from(bench.baud));
    let settling = key("settling");
    let because =
        format!("a command alone takes {on_the_wire} at {} bits/s, and what is slower is no step", bench.baud);
    within((&settling, &because), bench.settling, on_the_wire, Span::secs(10))
}

/// What the file promises against what the stage can give.
fn highest(supply: &SupplyWires, highest: Option<Volts>) -> Result<(), Flaw> {
    let Some(highest) = highest else { return Ok(()) };
    let nominal = supply.nominal;
    if highest < nominal {
        let why =
            format!("`highest` is {highest}, less than the nominal {nominal}: write at least that, or leave it out");
        return Err(Flaw::new("highest", why));
    }
    let (most, what) = match &supply.stage {
        PowerStage::HighSide(_) => (nominal, "a switch gives the nominal voltage or nothing"),
        PowerStage::Mains(mains) => match mains.tap {
            Some(tap) if tap.volts > nominal => (tap.volts, "its transformer has no higher tap"),
            _ => (nominal, "an SSR gives mains or nothing"),
        },
        PowerStage::Rails(rails) if rails.volts > nominal => (rails.volts, "its rails have no more"),
        PowerStage::Rails(_) => (nominal, "its rails have no more"),
        PowerStage::Dac(dac) => (dac.full_scale, "that is its full scale"),
        PowerStage::Scpi(_) | PowerStage::Korad(_) => return Ok(()),
    };
    let why = || {
        format!(
            "`highest` is {highest}, and the stage gives at most {most}: {what}. Write at most that, or leave it out"
        )
    };
    if highest > most { Err(Flaw::new("highest", why())) } else { Ok(()) }
}

fn crowbar(crowbar: &Crowbar, supply: &SupplyWires) -> Result<(), Flaw> {
    let key = "pi.supply.crowbar";
    if matches!(supply.stage, PowerStage::Mains(_)) {
        let why = "a crowbar is for DC only, and across mains it is a short circuit: leave it out";
        return Err(Flaw::new(key, why));
    }
    let two_levels = matches!(supply.stage, PowerStage::HighSide(_));
    if crowbar.sense.is_none() && !(two_levels && supply.sense.is_some()) {
        let add = match two_levels {
            true => "add `sense` under `[pi.supply]`",
            false => "give the crowbar a `sense` of its own, below every voltage of the stage",
        };
        let why = format!(
            "a crowbar fires once the series switch is measured off, which takes a comparator at the terminals: {add}, or \
             leave the crowbar out"
        );
        return Err(Flaw::new(key, why));
    }
    let because = "it fires into something that limits its current";
    within(("pi.supply.crowbar.limit", because), crowbar.limit, Amps(10e-3), Amps(30.0))?;
    let because = "no switch closes sooner after the crowbar";
    within(("pi.supply.crowbar.release", because), crowbar.release, Span::micros(1), Span::secs(1))
}
