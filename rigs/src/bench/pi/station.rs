//! A Pi rig as its files describe it: what benches are made of, one for each attempt at a case.

use super::pi_bench::PiBench;
use crate::bench::outside::Outside;
use crate::bench::{Bench, RigFault};
use crate::firmware::Firmware;
use crate::parts::meter::MeterParts;
use crate::profile::Profile;
use crate::rig::Rig;
use crate::rig::pi::PiWires;
use brownout_trace::event::{Level, ShotFigure};
use brownout_trace::{Instant, Span};
use std::sync::Arc;

/// A board that has its supply is given so long before a probe attaches.
const SETTLE: Span = Span::secs(1);

/// A rig, the board on it as far as the bench has to know it, and the firmware under test.
#[derive(Debug, Clone)]
pub struct PiRig {
    /// The rig's name.
    pub name: String,
    /// Its wires.
    pub wires: Arc<PiWires>,
    /// What measures the supply.
    pub meter: Option<MeterParts>,
    /// The figures of a shot that it measures.
    pub measures: Vec<ShotFigure>,
    /// By how much a timestamp may be wrong.
    pub uncertainty: Span,
    /// Bits a second of the board's console, and what ends a line to it.
    pub console: Option<(u32, String)>,
    /// The chip as probe-rs names it.
    pub chip: Option<String>,
    /// The firmware under test; `None` if the board is tested as it is.
    pub firmware: Option<Firmware>,
    /// A board without supply for so long has surely stopped.
    pub rest: Span,
    /// What ends its benches from outside.
    pub outside: Outside,
}

/// A rig that was looked at, and its board flashed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// What may make it less good than it could be, for one line of talk each.
    pub warnings: Vec<String>,
}

impl PiRig {
    /// The rig with this board on it.
    ///
    /// # Errors
    /// It stands on no Pi.
    pub fn new(rig: &Rig, profile: &Profile, firmware: Option<Firmware>, outside: Outside) -> Result<Self, RigFault> {
        let none = || RigFault { what: format!("the rig `{}` stands on no Pi", rig.name), hint: String::new() };
        Ok(Self {
            name: rig.name.clone(),
            wires: Arc::clone(rig.stand.pi().ok_or_else(none)?),
            meter: rig.meter,
            measures: rig.measures.clone(),
            uncertainty: rig.uncertainty.time,
            console: profile.console.as_ref().map(|console| (console.baud, console.line_end.clone())),
            chip: profile.chip.clone(),
            firmware,
            rest: profile.power.off_within,
            outside,
        })
    }

    /// Forces every line to its safe state, looks whether all of the rig is there, and flashes the firmware under test.
    /// The rig is safe again when this returns.
    ///
    /// # Errors
    /// What is missing, or why the board cannot be flashed.
    pub fn prepare(&self) -> Result<Prepared, RigFault> {
        let mut bench = self.bench(Instant::ZERO)?;
        let warnings = bench.warnings();
        if self.firmware.is_some() {
            let mut events = Vec::new();
            if self.wires.flashing.is_none() {
                let now = bench.now();
                bench.play(&[(now, Level::Volts(self.wires.supply.nominal))])?;
                let until = now + SETTLE;
                while bench.now() < until {
                    bench.advance(until, &mut events)?;
                }
            }
            bench.flash_whole()?;
        }
        Ok(Prepared { warnings })
    }

    /// A bench whose board has no supply. Its clock begins so much before `start` that the board has stopped by then;
    /// what happens before `start` is told to nobody.
    ///
    /// # Errors
    /// Something of the rig is not there, or another program has it.
    pub fn bench(&self, start: Instant) -> Result<PiBench, RigFault> {
        PiBench::open(self, start)
    }
}
