//! The power path: what stands at the board's supply terminals, by what the Pi does to the lines of its power stage.
//!
//! ```text
//! source ── interlock ── e-stop ── watchdog's contact ── stage ──┬── terminals
//!                                                             crowbar
//! flashing supply, past all of it ────────────────────────────────┘
//! ```

use crate::bench_supply::BenchSupply;
use crate::pins::Pins;
use brownout_rigs::rig::pi::{Change, Channel, DacStage, PiWires, PowerStage};
use brownout_trace::event::Level;
use brownout_trace::{Instant, Volts};
use brownout_virtual::instruments::desk::{Chip, Desk};
use brownout_virtual::supply::Mains;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a real rig would not forgive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Abuse {
    /// The crowbar fired into a path that is closed.
    CrowbarIntoSupply,
    /// Both rails were on, and have no diodes.
    RailsTogether,
    /// Two SSRs conducted at once.
    SsrsTogether,
    /// The flashing supply was on while the stage was.
    FlashingIntoSupply,
}

/// The highest code of a DAC of 12 bits.
const HIGHEST: f64 = 4_095.0;

/// The SSR of a mains stage.
#[derive(Debug, Clone)]
struct Ssr {
    mains: Mains,
    conducts: bool,
    /// Its gate is off; it conducts up to the current's zero.
    until: Option<Instant>,
}

impl Ssr {
    fn gate(&mut self, at: Instant, on: bool) {
        match (on, self.until) {
            (true, _) => (self.conducts, self.until) = (true, None),
            (false, None) if self.conducts => {
                let zero = |degrees| self.mains.next_angle(at, degrees);
                self.until = Some(zero(0).min(zero(180)));
            }
            (false, _) => {}
        }
        if self.until.is_some_and(|until| until <= at) {
            (self.conducts, self.until) = (false, None);
        }
    }
}

/// The power path.
#[derive(Debug)]
pub struct Feed {
    wires: Arc<PiWires>,
    /// The guard is closed.
    pub guarded: bool,
    /// The emergency stop is pressed.
    pub stopped: bool,
    /// When the watchdog was triggered last, and the level of its line since.
    triggered: Option<Instant>,
    watched: bool,
    /// Of mains, and of a transformer's tap.
    ssrs: Vec<Ssr>,
    /// It has been closed, and its stage has given something.
    pub has_fed: bool,
    /// What it is being put through.
    abuses: BTreeSet<Abuse>,
    /// The bench supply, where the stage is one.
    pub supply: Option<BenchSupply>,
}

impl Feed {
    /// Everything off.
    pub fn new(wires: Arc<PiWires>, supply: Option<BenchSupply>) -> Self {
        let ssrs = match &wires.supply.stage {
            PowerStage::Mains(mains) => {
                vec![Ssr { mains: Mains::new(mains.frequency), conducts: false, until: None }; 2]
            }
            _ => Vec::new(),
        };
        let watched = wires.watchdog.output.active.high_for(false);
        Self {
            wires,
            guarded: true,
            stopped: false,
            triggered: None,
            watched,
            ssrs,
            has_fed: false,
            abuses: BTreeSet::new(),
            supply,
        }
    }

    /// When it changes by itself.
    pub fn next_event(&self) -> Option<Instant> {
        let watchdog = self.triggered.map(|at| at + self.wires.watchdog.period);
        let ssrs = self.ssrs.iter().filter_map(|ssr| ssr.until);
        let supply = self.supply.as_ref().and_then(BenchSupply::next_event);
        ssrs.chain(watchdog).chain(supply).min()
    }

    /// Whether the watchdog holds its contact closed.
    pub fn is_watched(&self) -> bool {
        self.triggered.is_some()
    }

    /// What it has been put through so far that a real rig would not forgive.
    pub fn abuses(&self) -> &BTreeSet<Abuse> {
        &self.abuses
    }

    /// What stands at the terminals from `at` on.
    pub fn level(&mut self, at: Instant, pins: &Pins, desk: &mut Desk) -> Level {
        let wires = Arc::clone(&self.wires);
        if self.triggered.is_some_and(|triggered| triggered + wires.watchdog.period <= at) {
            self.triggered = None;
        }
        let output = wires.watchdog.output;
        let high = pins.driven(output.line).unwrap_or(output.active.high_for(false));
        if high != self.watched {
            (self.watched, self.triggered) = (high, Some(at));
        }
        if let Some(supply) = &mut self.supply {
            supply.settle(at);
        }
        let given = self.stage(at, &wires.supply.stage, pins, desk);
        let nominal = wires.supply.nominal;
        let closed = self.guarded && !self.stopped && self.is_watched();
        let shorted = wires.supply.crowbar.as_ref().is_some_and(|crowbar| pins.is_active(&crowbar.output));
        let flashing = wires.flashing.as_ref().is_some_and(|output| pins.is_active(output));
        let fed = closed && given.is_some();
        self.has_fed |= fed;
        self.abuses.extend((shorted && fed).then_some(Abuse::CrowbarIntoSupply));
        self.abuses.extend((flashing && fed).then_some(Abuse::FlashingIntoSupply));
        match given {
            _ if shorted => Level::Volts(Volts::ZERO),
            _ if flashing => Level::Volts(nominal),
            Some(volts) if closed => Level::Volts(volts),
            _ => Level::Open,
        }
    }

    /// What the stage gives, if it is connected.
    fn stage(&mut self, at: Instant, stage: &PowerStage, pins: &Pins, desk: &mut Desk) -> Option<Volts> {
        let nominal = self.wires.supply.nominal;
        match stage {
            PowerStage::HighSide(switch) => pins.is_active(switch).then_some(nominal),
            PowerStage::Rails(rails) => {
                let first = pins.is_active(&rails.nominal).then_some(nominal);
                let second = pins.is_active(&rails.other).then_some(rails.volts);
                // Each has a diode where both may be on: the higher one feeds.
                match (first, second) {
                    (Some(first), Some(second)) => {
                        let diodes = matches!(rails.change, Change::DiodeIsolated(_));
                        self.abuses.extend((!diodes).then_some(Abuse::RailsTogether));
                        Some(if first > second { first } else { second })
                    }
                    (first, second) => first.or(second),
                }
            }
            PowerStage::Dac(dac) => pins.is_active(&dac.enable).then(|| amplified(dac, desk)),
            PowerStage::Scpi(wires) | PowerStage::Korad(wires) => {
                let given = self.supply.as_ref().and_then(BenchSupply::given);
                given.filter(|_| pins.is_active(&wires.enable))
            }
            PowerStage::Mains(mains) => {
                let tap = mains.tap.map(|tap| (tap.ssr, tap.volts));
                let given = std::iter::once((mains.ssr, nominal)).chain(tap);
                let mut volts = None;
                for (ssr, (gate, given)) in self.ssrs.iter_mut().zip(given) {
                    ssr.gate(at, pins.is_active(&gate));
                    volts = volts.or(ssr.conducts.then_some(given));
                }
                let conducting = self.ssrs.iter().filter(|ssr| ssr.conducts).count();
                self.abuses.extend((conducting > 1).then_some(Abuse::SsrsTogether));
                volts
            }
        }
    }
}

/// What the amplifier behind a DAC gives: full scale at the highest code.
fn amplified(stage: &DacStage, desk: &mut Desk) -> Volts {
    let channel = match stage.channel {
        Channel::A => 0,
        Channel::B => 1,
        Channel::C => 2,
        Channel::D => 3,
    };
    let code = match desk.chip(stage.address) {
        Some(Chip::Mcp4728(dac)) => dac.code(channel),
        _ => None,
    };
    stage.full_scale * (f64::from(code.unwrap_or(0)) / HIGHEST)
}
