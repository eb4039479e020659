//! Rules 6 and 7 over random lists of levels, one after the other on every kind of supply: what the switches and the
//! crowbar stand at is followed stroke by stroke. Instants do not count here, only what the strokes themselves ensure, since
//! a list may be played as late as can be.

use super::samples::{SUPPLIES, wires};
use super::{ready, safe, strokes};
use crate::rig::pi::{Change, Crowbar, Line, MainsSwitch, Output, PowerStage, Rails, SupplyWires};
use crate::shot::Stroke;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};
use proptest::prelude::*;
use std::collections::HashMap;

/// The switches of a supply: on which no crowbar may be.
fn switches(wires: &SupplyWires) -> Vec<Output> {
    match &wires.stage {
        PowerStage::HighSide(switch) => vec![*switch],
        PowerStage::Rails(Rails { nominal, other, .. }) => vec![*nominal, *other],
        PowerStage::Dac(dac) => vec![dac.enable],
        PowerStage::Scpi(supply) | PowerStage::Korad(supply) => vec![supply.enable],
        PowerStage::Mains(MainsSwitch { ssr, tap, .. }) => {
            std::iter::once(*ssr).chain(tap.map(|tap| tap.ssr)).collect()
        }
    }
}

/// The least time from the break of one switch to the make of another; `None` if they may overlap.
fn gap(wires: &SupplyWires) -> Option<Span> {
    match &wires.stage {
        PowerStage::Rails(Rails { change: Change::DiodeIsolated(_), .. }) => None,
        PowerStage::Rails(Rails { change: Change::BreakBeforeMake(gap), .. }) => Some(*gap),
        // Half a period until an SSR is off.
        PowerStage::Mains(_) => Some(Span::millis(10)),
        _ => Some(Span::ZERO),
    }
}

/// What a line was told last, and what was ensured since.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    on: bool,
    rested: Span,
    measured: bool,
}

/// A supply as its player leaves it.
struct Player<'w> {
    wires: &'w SupplyWires,
    told: HashMap<Line, Told>,
}

impl Player<'_> {
    fn is_on(&self, output: Output) -> bool {
        self.told.get(&output.line).is_some_and(|told| told.on)
    }

    fn rested(&self, output: Output) -> Span {
        self.told.get(&output.line).map_or(Span::ZERO, |told| told.rested)
    }

    fn play(&mut self, stroke: &Stroke) -> Result<(), TestCaseError> {
        match stroke {
            Stroke::Set { line, high } => self.set(*line, *high)?,
            Stroke::Rest(span) => self.told.values_mut().for_each(|told| told.rested = told.rested + *span),
            Stroke::AwaitInactive { input, .. } => {
                if self.crowbar().is_some_and(|crowbar| crowbar.sense.or(self.wires.sense) == Some(*input)) {
                    self.told.values_mut().for_each(|told| told.measured = true);
                }
            }
            Stroke::Dac { code, .. } => prop_assert!(*code <= 4095),
            Stroke::Send { bytes } => prop_assert!(bytes.is_ascii()),
            Stroke::AwaitActive { .. } => {}
        }
        Ok(())
    }

    fn crowbar(&self) -> Option<Crowbar> {
        self.wires.crowbar
    }

    fn set(&mut self, line: Line, high: bool) -> Result<(), TestCaseError> {
        let switches = switches(self.wires);
        let bar = self.crowbar();
        let outputs = switches.iter().copied().chain(bar.map(|bar| bar.output));
        let output = outputs.into_iter().find(|output| output.line == line);
        let output = output.ok_or_else(|| TestCaseError::fail(format!("{line} is nobody's")))?;
        let on = output.active.high_for(true) == high;
        if on && bar.is_some_and(|bar| bar.output.line == line) {
            for switch in &switches {
                let told = self.told.get(&switch.line).copied().unwrap_or_default();
                prop_assert!(!told.on, "the crowbar fires while {} is on", switch.line);
                prop_assert!(told.measured, "the crowbar fires before {} is measured off", switch.line);
            }
        } else if on {
            if let Some(bar) = bar {
                prop_assert!(!self.is_on(bar.output), "{line} closes on the crowbar");
                prop_assert!(self.rested(bar.output) >= bar.release, "{line} closes too soon after the crowbar");
            }
            for other in switches.iter().filter(|other| other.line != line) {
                if let Some(gap) = gap(self.wires) {
                    prop_assert!(!self.is_on(*other), "{line} and {} are on together", other.line);
                    prop_assert!(self.rested(*other) >= gap, "{line} closes too soon after {}", other.line);
                }
            }
        }
        let told = self.told.entry(line).or_default();
        // Forcing what stands already is no new break.
        if told.on != on {
            *told = Told { on, rested: Span::ZERO, measured: false };
        }
        Ok(())
    }

    /// What the terminals stand at is what was asked for last.
    fn stands(&self, level: Level) -> Result<(), TestCaseError> {
        let on = switches(self.wires).into_iter().filter(|switch| self.is_on(*switch)).count();
        let short = self.crowbar().is_some_and(|bar| self.is_on(bar.output));
        match level {
            Level::Open => prop_assert!(on == 0 && !short, "open: {on} on, short: {short}"),
            Level::Volts(volts) if volts.0 <= 0.0 => prop_assert!(short != (on == 1), "0 V: {on} on, short: {short}"),
            Level::Volts(_) => prop_assert!(on == 1 && !short, "{level}: {on} on, short: {short}"),
        }
        Ok(())
    }
}

fn level(pick: u8, nominal: Volts) -> Level {
    let volts = |volts| Level::Volts(Volts(volts));
    match pick {
        0..=4 => Level::Volts(nominal),
        5..=8 => Level::Open,
        9..=11 => volts(0.0),
        12..=14 => volts(if nominal.0 > 100.0 { 92.0 } else { 4.8 }),
        15 => volts(14.0),
        16 => volts(0.01),
        _ => volts(f64::from(pick) / 10.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_list_ever_overlaps_what_must_not(
        supply in 0..SUPPLIES.len(),
        lists in proptest::collection::vec(proptest::collection::vec((0u8..120, 0i64..30_000), 1..8), 1..8),
    ) {
        let wires = wires(SUPPLIES[supply].1);
        let mut player = Player { wires: &wires, told: HashMap::new() };
        for stroke in ready(&wires) {
            player.play(&stroke)?;
        }
        let (mut standing, mut now) = (Level::Open, Instant::ZERO);
        player.stands(standing)?;
        for list in lists {
            let mut levels = Vec::new();
            for (pick, micros) in list {
                let level = level(if pick < 60 { pick % 17 } else { pick }, wires.nominal);
                if super::can(&wires, level).is_ok() || pick == 119 {
                    levels.push((now, level));
                    now += Span::micros(micros);
                }
            }
            let Ok(list) = strokes(&wires, standing, &levels) else { continue };
            let Some(((first, _), (_, last))) = levels.first().zip(levels.last()) else { continue };
            let mut before = *first;
            for (at, stroke) in &list {
                prop_assert!(*at >= before, "{stroke:?} at {at}, after {before}");
                before = *at;
                player.play(stroke)?;
            }
            standing = *last;
            player.stands(standing)?;
        }
        for stroke in safe(&wires) {
            player.play(&stroke)?;
        }
        player.stands(Level::Open)?;
    }
}

#[test]
fn the_safe_state_is_every_output_inactive() {
    for (name, text) in SUPPLIES {
        let wires = wires(text);
        let outputs = switches(&wires).into_iter().chain(wires.crowbar.map(|bar| bar.output));
        for list in [safe(&wires), ready(&wires)] {
            for output in outputs.clone() {
                let told = Stroke::Set { line: output.line, high: output.active.high_for(false) };
                assert!(list.contains(&told), "{name}: {} is left as it was", output.line);
            }
            let on = |stroke: &&Stroke| {
                matches!(stroke, Stroke::Set { line, high }
                if outputs.clone().any(|output| output.line == *line && output.active.high_for(true) == *high))
            };
            assert_eq!(list.iter().find(on), None, "{name}");
        }
    }
}
