//! What every power stage has to know of itself.

use super::high_side::HighSide;
use super::score::Score;
use crate::rig::pi::{PowerStage, SupplyWires};
use crate::shot::Stroke;
use brownout_trace::{Instant, Span, Volts};

/// A power stage. It has a series switch (or several), and knows how to go from one voltage to another.
pub trait Stage {
    /// Whether it gives this voltage; a lower-case fragment says what it gives instead.
    fn gives(&self, volts: Volts) -> Result<(), String>;

    /// From what stands there to another level, the break at `at`. `None` is every switch open.
    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score);

    /// From one voltage to another it takes so long, at the longest.
    fn takes(&self, from: Volts, to: Volts) -> Span;

    /// The shortest stair of a slope; or why it has no slopes.
    fn tread(&self) -> Result<Span, String>;

    /// To every switch open and whatever stands before them ready: what [`Stage::change`] starts from.
    fn ready(&self) -> Vec<Stroke>;

    /// To its safe state.
    fn safe(&self) -> Vec<Stroke>;

    /// Whether it switches DC.
    fn is_dc(&self) -> bool {
        true
    }
}

/// The stage of this supply.
pub fn of(wires: &SupplyWires) -> Box<dyn Stage + '_> {
    let nominal = wires.nominal;
    match &wires.stage {
        PowerStage::HighSide(switch) => Box::new(HighSide { switch: *switch, nominal }),
        PowerStage::Rails(_)
        | PowerStage::Dac(_)
        | PowerStage::Scpi(_)
        | PowerStage::Korad(_)
        | PowerStage::Mains(_) => Box::new(NotYet),
    }
}

/// A stage that is still to be written.
struct NotYet;

impl Stage for NotYet {
    fn gives(&self, _: Volts) -> Result<(), String> {
        Err("it has a power stage that cannot be driven yet".to_owned())
    }
    fn change(&mut self, _: Option<Volts>, _: Option<Volts>, _: Instant, _: &mut Score) {}
    fn takes(&self, _: Volts, _: Volts) -> Span {
        Span::ZERO
    }
    fn tread(&self) -> Result<Span, String> {
        Err("it has a power stage that cannot be driven yet".to_owned())
    }
    fn ready(&self) -> Vec<Stroke> {
        Vec::new()
    }
    fn safe(&self) -> Vec<Stroke> {
        Vec::new()
    }
}

/// Whether two voltages are one: within a thousandth of the nominal supply, finer than any meter of a rig.
pub fn same(one: Volts, other: Volts, nominal: Volts) -> bool {
    (one.0 - other.0).abs() <= nominal.0.abs() * 1e-3
}

/// An output to a level, outside of any list.
pub fn set(output: crate::rig::pi::Output, on: bool) -> Stroke {
    Stroke::Set { line: output.line, high: output.active.high_for(on) }
}
