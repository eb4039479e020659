//! The bench over a Raspberry Pi where there can be none: it needs Linux, whose kernel stamps the edges of its lines.

use super::outside::Outside;
use super::{Bench, Flashing, RigFault};
use crate::firmware::Firmware;
use crate::profile::Profile;
use crate::rig::Rig;
use crate::rig::pi::{Line, PiWires};
use crate::self_check::{Lively, Quiet};
use brownout_trace::event::{Level, ShotReport};
use brownout_trace::{Angle, Event, Instant, Span, Volts};
use std::convert::Infallible;

/// A rig that cannot be had here.
#[derive(Debug, Clone)]
pub struct PiRig(Infallible);

/// A rig that was looked at, and its board flashed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// What may make it less good than it could be.
    pub warnings: Vec<String>,
}

impl PiRig {
    /// None.
    ///
    /// # Errors
    /// Always.
    pub fn new(rig: &Rig, _: &Profile, _: Option<Firmware>, _: Outside) -> Result<Self, RigFault> {
        Err(needs_linux(&rig.name))
    }

    /// Of nothing.
    ///
    /// # Errors
    /// Never called.
    pub fn prepare(&self) -> Result<Prepared, RigFault> {
        match self.0 {}
    }

    /// Of nothing.
    ///
    /// # Errors
    /// Never called.
    pub fn bench(&self, _: Instant) -> Result<PiBench, RigFault> {
        match self.0 {}
    }
}

/// Lines that cannot be had here.
#[derive(Debug)]
pub struct PiLook(Infallible);

impl PiLook {
    /// None.
    ///
    /// # Errors
    /// Always.
    pub fn open(rig: &Rig, _: &Profile, _: &Outside) -> Result<Self, RigFault> {
        Err(needs_linux(&rig.name))
    }
}

/// A rig whose every output is inactive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeSafe {
    /// Why its bench supply could not be told.
    pub untold: Option<RigFault>,
}

/// Nothing can be energised here.
///
/// # Errors
/// Always.
pub fn make_safe(_: &PiWires) -> Result<MadeSafe, RigFault> {
    Err(needs_linux("of this file"))
}

/// No Pi.
pub fn model() -> Option<String> {
    None
}

fn needs_linux(rig: &str) -> RigFault {
    RigFault {
        what: format!("the rig `{rig}` stands on a Raspberry Pi, whose bench needs Linux"),
        hint: "run it on the Pi, or take a virtual rig: --rig virtual-12v".to_owned(),
    }
}

impl Quiet for PiLook {
    fn drive(&mut self, _: Line, _: bool) {
        match self.0 {}
    }

    fn is_high(&mut self, _: Line) -> bool {
        match self.0 {}
    }

    fn pause(&mut self, _: Span) {
        match self.0 {}
    }

    fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
        match self.0 {}
    }

    fn console(&mut self) -> Result<Option<String>, RigFault> {
        match self.0 {}
    }

    fn probe(&mut self) -> Result<Option<String>, RigFault> {
        match self.0 {}
    }

    fn bench_supply(&mut self) -> Result<Option<String>, RigFault> {
        match self.0 {}
    }
}

impl Lively for PiBench {
    fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
        match self.0 {}
    }

    fn attach(&mut self) -> Result<Option<String>, RigFault> {
        match self.0 {}
    }
}

/// A bench that cannot be had here.
#[derive(Debug)]
pub struct PiBench(Infallible);

impl PiBench {
    /// Of nothing.
    pub fn warnings(&self) -> Vec<String> {
        match self.0 {}
    }
}

impl Bench for PiBench {
    fn now(&self) -> Instant {
        match self.0 {}
    }

    fn advance(&mut self, _: Instant, _: &mut Vec<Event>) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn play(&mut self, _: &[(Instant, Level)]) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn at_angle(&self, _: Instant, _: Angle) -> Option<Instant> {
        match self.0 {}
    }

    fn switch_on(&mut self, _: Level, _: Span) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn measure_shot(&mut self, _: Level, _: Instant, _: Span, _: Span) -> Result<ShotReport, RigFault> {
        match self.0 {}
    }

    fn send(&mut self, _: &str) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn press(&mut self, _: &str, _: bool) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn set_reset(&mut self, _: bool) -> Result<(), RigFault> {
        match self.0 {}
    }

    fn flash(&mut self, _: Option<&Firmware>, _: &mut Vec<Event>) -> Result<Flashing, RigFault> {
        match self.0 {}
    }
}
