//! The supply as one thing: levels in, VDD out, every crossing computed.

use super::front_end::{FrontEnd, Switching};
use super::half_cycle::{Drive, Load};
use super::mains::Mains;
use super::network::{Feed, Network, Sink};
use super::ripple::{Input, Ripple};
use super::storage::Storage;
use super::{PartsError, SupplyParts};
use crate::faults::Capacitor;
use crate::spread::Figure;
use brownout_trace::event::{Crossing, Level};
use brownout_trace::{Amps, Farads, Instant, Ohms, Percent, Volts};

/// Where a threshold is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// Behind the regulator: the microcontroller's supply.
    Vdd,
    /// The bulk capacitor: the relay coils' supply.
    Bulk,
}

/// A relay coil between the bulk capacitor and its driver, which drops nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Coil {
    resistance: Ohms,
    driven: bool,
}

/// The supply at an instant and, given nothing changes, at every later one. Plain data.
///
/// Changes (`set_…`) happen at an instant not before the last one. Every question with an `at` is answered for any
/// instant from the last change on, as if nothing changed in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    parts: SupplyParts,
    level: Level,
    mcu: Amps,
    coils: Vec<Coil>,
    stage: Stage,
}

/// How the bulk capacitor is fed.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// From DC.
    Direct(Storage),
    /// From a rectifier on the mains.
    Rectified(Ripple),
    /// From a converter behind a capacitor at the mains' peak.
    Converted { mains: Ripple, running: bool, bulk: Storage },
}

impl Supply {
    /// A supply that has been off for long: terminals open, capacitor empty, no load.
    ///
    /// The parts are those that passed [`SupplyParts::check`]; others give figures without meaning.
    pub fn new(parts: SupplyParts, at: Instant) -> Self {
        debug_assert_eq!(parts.check(), Ok::<(), PartsError>(()));
        let empty = Network { farads: parts.capacitor.0, feed: None, sinks: [Sink::default(); 4] };
        let bulk = Storage::new(empty, 0.0, at);
        let ripple = |mains, load| {
            let (grid, bleeding) = (parts.front_end.grid(), parts.front_end.bleeding());
            Ripple::new(mains, grid, bleeding, load, at)
        };
        let stage = match (&parts.front_end, parts.frequency.map(Mains::new)) {
            (FrontEnd::Switching(converter), Some(mains)) => {
                let load = Load::Power { farads: converter.bulk.0, watts: 0.0 };
                Stage::Converted { mains: ripple(mains, load), running: false, bulk }
            }
            (FrontEnd::Transformer(_) | FrontEnd::Dropper(_), Some(mains)) => {
                Stage::Rectified(ripple(mains, Load::Currents(empty)))
            }
            _ => Stage::Direct(bulk),
        };
        let mut supply = Self { parts, level: Level::Open, mcu: Amps::ZERO, coils: Vec::new(), stage };
        supply.changed(at);
        supply
    }

    /// Connects one more relay coil, not driven, and gives its number, counted from 0.
    pub fn add_coil(&mut self, resistance: Ohms) -> usize {
        debug_assert!(resistance.0 > 0.0, "a coil has a resistance");
        self.coils.push(Coil { resistance, driven: false });
        self.coils.len() - 1
    }

    /// The parts it is made of.
    pub fn parts(&self) -> &SupplyParts {
        &self.parts
    }

    /// The level commanded last.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Puts a level on the terminals, now.
    pub fn set_level(&mut self, at: Instant, level: Level) {
        self.level = level;
        self.changed(at);
    }

    /// Sets what the microcontroller and everything else on VDD draws: a constant current, through the linear
    /// regulator the same at the bulk. It flows while VDD is above 0 V.
    pub fn set_load(&mut self, at: Instant, mcu: Amps) {
        self.mcu = mcu;
        self.changed(at);
    }

    /// Drives a coil, or lets go of it.
    ///
    /// # Panics
    /// Where [`Self::add_coil`] never gave this number.
    pub fn set_coil(&mut self, at: Instant, coil: usize, on: bool) {
        self.coils[coil].driven = on;
        self.changed(at);
    }

    /// A capacitor loses a share of its capacitance and keeps its voltage. A capacitor that the board lacks loses none.
    pub fn lose_capacitance(&mut self, at: Instant, of: Capacitor, loss: Percent) {
        let left = |figure: &mut Figure<Farads>| {
            let farads = figure.0 * (1.0 - loss.0 / 100.0);
            figure.set(farads);
        };
        self.advance(at);
        match (of, &mut self.parts.front_end) {
            (Capacitor::Supply, _) => left(&mut self.parts.capacitor),
            (Capacitor::Dropper, FrontEnd::Dropper(parts)) => left(&mut parts.capacitor),
            (Capacitor::Mains, FrontEnd::Switching(parts)) => left(&mut parts.bulk),
            _ => {}
        }
        self.settle(at);
    }

    /// The voltage across a coil while it is driven, for its relay; [`None`] while it is not.
    ///
    /// # Panics
    /// Where [`Self::add_coil`] never gave this number.
    pub fn coil(&self, at: Instant, coil: usize) -> Option<Volts> {
        self.coils[coil].driven.then(|| self.bulk(at))
    }

    /// The bulk capacitor's voltage.
    pub fn bulk(&self, at: Instant) -> Volts {
        Volts(match &self.stage {
            Stage::Direct(bulk) | Stage::Converted { bulk, .. } => bulk.volts(at),
            Stage::Rectified(bulk) => bulk.volts(at),
        })
    }

    /// The voltage of a switching supply's capacitor at the mains' peak; elsewhere there is none.
    pub fn mains_bulk(&self, at: Instant) -> Option<Volts> {
        match &self.stage {
            Stage::Converted { mains, .. } => Some(Volts(mains.volts(at))),
            Stage::Direct(_) | Stage::Rectified(_) => None,
        }
    }

    /// The mains, on AC: where its zeros and angles are.
    pub fn mains(&self) -> Option<Mains> {
        self.parts.frequency.map(Mains::new)
    }

    /// The microcontroller's supply voltage.
    pub fn vdd(&self, at: Instant) -> Volts {
        self.parts.regulator.vdd(self.bulk(at))
    }

    /// The current through the input's series element or its rectifier, at this instant: into the board on DC
    /// (negative where a low level drains the capacitor), on AC the size of what flows in either half-cycle, as the
    /// rectifier's own side has it (behind a transformer the secondary's).
    pub fn input(&self, at: Instant) -> Amps {
        match &self.stage {
            Stage::Direct(_) => Amps(self.feed().map_or(0.0, |feed| feed.amps(self.bulk(at).0))),
            Stage::Rectified(ripple) | Stage::Converted { mains: ripple, .. } => Amps(ripple.amps(at)),
        }
    }

    /// What a meter across the supply terminals reads.
    ///
    /// With a level: the level less the drop across the source resistance, V − I·R. Open: behind a diode nothing
    /// comes back, and the meter's own resistance pulls the terminals to 0 V at once; without one the terminals
    /// stand at the capacitor's voltage (the meter draws nothing from it).
    ///
    /// On AC it reads the RMS value of the source: what the rectifier's short pulses take off it is left out.
    pub fn terminals(&self, at: Instant) -> Volts {
        match (self.level, &self.parts.front_end) {
            (Level::Volts(volts), FrontEnd::Dc(_)) => volts - Volts(self.input(at).0 * self.parts.source_resistance.0),
            (Level::Volts(volts), _) => volts,
            (Level::Open, FrontEnd::Dc(series)) if !series.blocks_reverse() => self.bulk(at),
            (Level::Open, _) => Volts::ZERO,
        }
    }

    /// The first instant after the present at which the node is on the other side of a threshold, given nothing
    /// changes; [`None`] where that never comes.
    ///
    /// `Rising`: from below to at or above. `Falling`: from at or above to below. It depends on the last change only:
    /// asked again before it comes, it gives the same instant. On DC a voltage left to itself crosses a threshold once;
    /// on AC it may with every ripple.
    ///
    /// Behind a converter the answer holds up to [`Self::next_switching`].
    pub fn next_crossing(&self, node: Node, threshold: Volts, direction: Crossing) -> Option<Instant> {
        let regulator = self.parts.regulator;
        match node {
            Node::Bulk => self.crossing_of_bulk(threshold, direction, threshold, |bulk| bulk),
            Node::Vdd => self.crossing_of_bulk(threshold, direction, regulator.bulk_for(threshold), |bulk| {
                regulator.vdd(Volts(bulk)).0
            }),
        }
    }

    fn crossing_of_bulk(
        &self,
        threshold: Volts,
        direction: Crossing,
        level: Volts,
        reading: impl Fn(f64) -> f64,
    ) -> Option<Instant> {
        match &self.stage {
            Stage::Direct(bulk) | Stage::Converted { bulk, .. } => {
                bulk.next_crossing(threshold.0, direction, level.0, reading)
            }
            Stage::Rectified(bulk) => bulk.next_crossing(threshold.0, direction, level.0, reading),
        }
    }

    /// When something inside next switches by itself on DC: the diode, the load at 0 V of VDD, an empty capacitor.
    ///
    /// Nothing has to be done about it: every answer already knows. It is here for whoever traces it.
    pub fn next_internal(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Direct(bulk) | Stage::Converted { bulk, .. } => bulk.next_switch(),
            Stage::Rectified(_) => None,
        }
    }

    /// When a converter next starts or gives up, given nothing changes: [`Self::advance`] to it and ask everything anew.
    pub fn next_switching(&self) -> Option<Instant> {
        let (Stage::Converted { mains, running, .. }, FrontEnd::Switching(parts)) =
            (&self.stage, &self.parts.front_end)
        else {
            return None;
        };
        let (threshold, direction) = match running {
            true => (parts.stop.0, Crossing::Falling),
            false => (parts.start.0, Crossing::Rising),
        };
        mains.next_crossing(threshold, direction, threshold, |volts| volts)
    }

    /// Moves the present, over internal switching too. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        while let Some(at) = self.next_switching().filter(|at| *at <= to) {
            if let Stage::Converted { running, .. } = &mut self.stage {
                *running = !*running;
            }
            self.settle(at);
        }
        match &mut self.stage {
            Stage::Direct(bulk) => bulk.advance(to),
            Stage::Rectified(bulk) => bulk.advance(to),
            Stage::Converted { mains, bulk, .. } => {
                mains.advance(to);
                bulk.advance(to);
            }
        }
    }

    fn changed(&mut self, at: Instant) {
        self.advance(at);
        self.settle(at);
    }

    /// Puts level and loads as they are on the capacitors.
    fn settle(&mut self, at: Instant) {
        let parts = &self.parts;
        let input = self.mains_input();
        let driven = self.coils.iter().filter(|coil| coil.driven);
        let always = Sink {
            above: 0.0,
            amps: (*parts.leakage + *parts.regulator.quiescent).0,
            siemens: driven.map(|coil| 1.0 / coil.resistance.0).sum(),
        };
        let mcu = Sink { above: parts.regulator.bulk_for(Volts::ZERO).0, amps: self.mcu.0, siemens: 0.0 };
        let sinks = [always, mcu, Sink::default(), Sink::default()];
        let network = Network { farads: parts.capacitor.0, feed: self.feed(), sinks };
        match &mut self.stage {
            Stage::Direct(bulk) => bulk.change(at, network),
            Stage::Rectified(bulk) => bulk.change(at, input, Load::Currents(network)),
            Stage::Converted { mains, running, bulk } => {
                bulk.change(at, network);
                if let FrontEnd::Switching(converter) = &parts.front_end {
                    let amps = always.amps + always.siemens * converter.output.0 + mcu.amps;
                    let watts = if *running { amps * converter.output.0 * 100.0 / converter.efficiency.0 } else { 0.0 };
                    mains.change(at, input, Load::Power { farads: converter.bulk.0, watts });
                }
            }
        }
    }

    /// What feeds the bulk capacitor with DC, if anything does.
    fn feed(&self) -> Option<Feed> {
        match (&self.stage, &self.parts.front_end) {
            (Stage::Direct(_), FrontEnd::Dc(series)) => series.feed(self.level, self.parts.source_resistance),
            (Stage::Converted { running: true, .. }, FrontEnd::Switching(converter)) => Some(output(converter)),
            _ => None,
        }
    }

    /// What the level is to a rectifier on the mains.
    fn mains_input(&self) -> Input {
        let drive = |rms: Volts| -> Option<Drive> {
            self.parts.front_end.drive(rms, Mains::new(self.parts.frequency?), self.parts.source_resistance)
        };
        match self.level {
            Level::Open => Input::Open,
            Level::Volts(rms) if rms.0 <= 0.0 => drive(Volts::ZERO).map_or(Input::Open, Input::Short),
            Level::Volts(rms) => drive(rms).map_or(Input::Open, Input::Mains),
        }
    }
}

/// A converter's output: no current flows back into it.
fn output(converter: &Switching) -> Feed {
    Feed { emf: converter.output.0, ohms: converter.output_resistance.0, rectified: true }
}
