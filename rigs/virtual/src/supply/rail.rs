//! The supply as one thing: levels in, VDD out, every crossing computed.

use super::network::{Network, Sink};
use super::storage::Storage;
use super::{PartsError, SupplyParts};
use brownout_trace::event::{Crossing, Level};
use brownout_trace::{Amps, Instant, Ohms, Volts};

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
    bulk: Storage,
}

impl Supply {
    /// A supply that has been off for long: terminals open, capacitor empty, no load.
    ///
    /// The parts are those that passed [`SupplyParts::check`]; others give figures without meaning.
    pub fn new(parts: SupplyParts, at: Instant) -> Self {
        debug_assert_eq!(parts.check(), Ok::<(), PartsError>(()));
        let empty = Network { farads: parts.capacitor.0, feed: None, sinks: [Sink::default(); 4] };
        let mut supply =
            Self { parts, level: Level::Open, mcu: Amps::ZERO, coils: Vec::new(), bulk: Storage::new(empty, 0.0, at) };
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

    /// The voltage across a coil while it is driven, for its relay; [`None`] while it is not.
    ///
    /// # Panics
    /// Where [`Self::add_coil`] never gave this number.
    pub fn coil(&self, at: Instant, coil: usize) -> Option<Volts> {
        self.coils[coil].driven.then(|| self.bulk(at))
    }

    /// The bulk capacitor's voltage.
    pub fn bulk(&self, at: Instant) -> Volts {
        Volts(self.bulk.volts(at))
    }

    /// The microcontroller's supply voltage.
    pub fn vdd(&self, at: Instant) -> Volts {
        self.parts.regulator.vdd(self.bulk(at))
    }

    /// The current into the board through its terminals; negative where a low level drains the capacitor.
    pub fn input(&self, at: Instant) -> Amps {
        let feed = self.parts.series.feed(self.level, self.parts.source_resistance);
        Amps(feed.map_or(0.0, |feed| feed.amps(self.bulk(at).0)))
    }

    /// What a meter across the supply terminals reads.
    ///
    /// With a level: the level less the drop across the source resistance, V − I·R. Open: behind a diode nothing
    /// comes back, and the meter's own resistance pulls the terminals to 0 V at once; without one the terminals
    /// stand at the capacitor's voltage (the meter draws nothing from it).
    pub fn terminals(&self, at: Instant) -> Volts {
        match self.level {
            Level::Volts(volts) => volts - Volts(self.input(at).0 * self.parts.source_resistance.0),
            Level::Open if self.parts.series.blocks_reverse() => Volts::ZERO,
            Level::Open => self.bulk(at),
        }
    }

    /// The first instant after the present at which the node is on the other side of a threshold, given nothing
    /// changes; [`None`] where that never comes.
    ///
    /// `Rising`: from below to at or above. `Falling`: from at or above to below. It depends on the last change only:
    /// asked again before it comes, it gives the same instant; asked at or after it, nothing.
    pub fn next_crossing(&self, node: Node, threshold: Volts, direction: Crossing) -> Option<Instant> {
        let regulator = self.parts.regulator;
        match node {
            Node::Bulk => self.bulk.next_crossing(threshold.0, direction, threshold.0, |bulk| bulk),
            Node::Vdd => self.bulk.next_crossing(threshold.0, direction, regulator.bulk_for(threshold).0, |bulk| {
                regulator.vdd(Volts(bulk)).0
            }),
        }
    }

    /// When something inside next switches by itself: the diode, the load at 0 V of VDD, an empty capacitor.
    ///
    /// Nothing has to be done about it: every answer already knows. It is here for whoever traces it.
    pub fn next_internal(&self) -> Option<Instant> {
        self.bulk.next_switch()
    }

    /// Moves the present, over internal switching too. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        self.bulk.advance(to);
    }

    fn changed(&mut self, at: Instant) {
        let parts = &self.parts;
        let coils = self.coils.iter().filter(|coil| coil.driven);
        let always = Sink {
            above: 0.0,
            amps: (parts.leakage + parts.regulator.quiescent).0,
            siemens: coils.map(|coil| 1.0 / coil.resistance.0).sum(),
        };
        let mcu = Sink { above: parts.regulator.bulk_for(Volts::ZERO).0, amps: self.mcu.0, siemens: 0.0 };
        let network = Network {
            farads: parts.capacitor.0,
            feed: parts.series.feed(self.level, parts.source_resistance),
            sinks: [always, mcu, Sink::default(), Sink::default()],
        };
        self.bulk.change(at, network);
    }
}
