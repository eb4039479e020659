//! A switch in the positive lead: nominal or nothing.

use super::score::{Score, set};
use super::stage::{Stage, same};
use crate::rig::pi::Output;
use crate::shot::Stroke;
use brownout_trace::{Instant, Span, Volts};

/// The switch, and what stands before it.
#[derive(Debug)]
pub struct HighSide {
    pub switch: Output,
    pub nominal: Volts,
}

impl Stage for HighSide {
    fn gives(&self, volts: Volts) -> Result<(), String> {
        let nominal = self.nominal;
        match same(volts, nominal, nominal) {
            true => Ok(()),
            false => Err(format!("has a switch only: it gives {nominal} or nothing, not {volts}")),
        }
    }

    fn change(&mut self, _: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score) {
        score.at(at);
        score.set(self.switch, to.is_some());
    }

    fn takes(&self, _: Volts, _: Volts) -> Span {
        Span::ZERO
    }

    fn tread(&self) -> Result<Span, String> {
        Err(format!("has a switch only: it gives {} or nothing, and no slope", self.nominal))
    }

    fn safe(&self) -> Vec<Stroke> {
        vec![set(self.switch, false)]
    }

    fn is_all_or_nothing(&self) -> bool {
        true
    }
}
