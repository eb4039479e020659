//! What every power stage has to know of itself.

use super::bench_supply::Programmed;
use super::dac::Steered;
use super::dialect::Dialect;
use super::high_side::HighSide;
use super::mains::SolidState;
use super::rails::Pair;
use super::score::Score;
use crate::rig::pi::{PowerStage, SupplyWires};
use crate::shot::Stroke;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};

/// A power stage. It has a series switch (or several), and knows how to go from one voltage to another.
pub trait Stage {
    /// Whether it gives this voltage; else a fragment that goes on after `the rig …`: what it gives instead.
    fn gives(&self, volts: Volts) -> Result<(), String>;

    /// From what stands there to another level, the break at `at`. `None` is every switch open. `from` is what the list
    /// before left, or what was written last.
    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score);

    /// From one voltage to another it takes so long, at the longest.
    fn takes(&self, from: Volts, to: Volts) -> Span;

    /// From the order to open its switches to no current, at the longest.
    fn opens_in(&self) -> Span {
        Span::ZERO
    }

    /// A shot may come out so much longer or shorter than asked, however exactly it is played: its two edges wait for
    /// something that nobody commands.
    fn strays(&self) -> Span {
        Span::ZERO
    }

    /// The shortest stair of a slope; or why it has no slopes.
    fn tread(&self) -> Result<Span, String>;

    /// A list begins where the terminals stand at this level.
    fn begin(&mut self, _: Level) {}

    /// What a list has to end with, so that the next one may begin at once.
    fn end(&mut self, _: &mut Score) {}

    /// To every switch open and whatever stands before them ready: what [`Stage::change`] starts from.
    fn ready(&self) -> Vec<Stroke> {
        self.safe()
    }

    /// To its safe state; what is fast first.
    fn safe(&self) -> Vec<Stroke>;

    /// Whether it switches DC.
    fn is_dc(&self) -> bool {
        true
    }

    /// Whether it gives its nominal voltage or nothing.
    fn is_all_or_nothing(&self) -> bool {
        false
    }
}

/// The stage of this supply.
pub fn of(wires: &SupplyWires) -> Box<dyn Stage + '_> {
    let nominal = wires.nominal;
    match &wires.stage {
        PowerStage::HighSide(switch) => Box::new(HighSide { switch: *switch, nominal }),
        PowerStage::Rails(rails) => Box::new(Pair::new(rails, nominal)),
        PowerStage::Dac(dac) => Box::new(Steered::new(dac, nominal)),
        PowerStage::Scpi(supply) => Box::new(Programmed::new(supply, Dialect::Scpi, nominal)),
        PowerStage::Korad(supply) => Box::new(Programmed::new(supply, Dialect::Korad, nominal)),
        PowerStage::Mains(mains) => Box::new(SolidState::new(mains, nominal)),
    }
}

/// Whether two voltages are one: within a thousandth of the nominal supply, finer than any meter of a rig.
pub fn same(one: Volts, other: Volts, nominal: Volts) -> bool {
    (one.0 - other.0).abs() <= nominal.0.abs() * 1e-3
}
