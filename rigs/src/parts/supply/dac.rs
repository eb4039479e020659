//! A DAC and a power stage with an enable: any voltage up to full scale.

use super::score::{Score, set};
use super::stage::{Stage, same};
use crate::rig::pi::DacStage;
use crate::shot::Stroke;
use brownout_trace::{Instant, Span, Volts};

/// The highest code of 12 bits (MCP4728 data sheet, DS22187E, "Resolution").
pub const HIGHEST: u16 = 0x0fff;

/// A code written and settled: five bytes at 100 kbit/s, the slowest that a Pi's bus is set to; the DAC itself takes 6 µs.
const WRITE: Span = Span::micros(500);

/// The power stage that a DAC steers.
#[derive(Debug)]
pub struct Steered<'w> {
    wires: &'w DacStage,
    nominal: Volts,
    /// What the DAC holds, where that is known.
    code: Option<u16>,
}

impl<'w> Steered<'w> {
    pub fn new(wires: &'w DacStage, nominal: Volts) -> Self {
        Self { wires, nominal, code: None }
    }

    fn stroke(&self, code: u16) -> Stroke {
        Stroke::Dac { channel: self.wires.channel, code }
    }

    fn write(&mut self, code: u16, score: &mut Score) {
        if self.code.replace(code) != Some(code) {
            score.push(self.stroke(code));
        }
    }
}

/// The code for a voltage: the nearest, halves away from zero; wrong by half a step at most, full scale / 8190.
pub fn code(volts: Volts, full_scale: Volts) -> u16 {
    let steps = (volts.0 / full_scale.0 * f64::from(HIGHEST)).round();
    // Casting saturates, and no number becomes 0.
    (steps as u16).min(HIGHEST)
}

impl Stage for Steered<'_> {
    fn gives(&self, volts: Volts) -> Result<(), String> {
        let (low, full) = (self.wires.lowest, self.wires.full_scale);
        match volts >= low && (volts.0 <= full.0 || same(volts, full, self.nominal)) && full.0 > 0.0 {
            true => Ok(()),
            false => Err(format!("gives {low} to {full}, not {volts}")),
        }
    }

    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score) {
        match (from, to) {
            (_, None) => {
                score.at(at);
                score.set(self.wires.enable, false);
            }
            (None, Some(volts)) => {
                score.at(at - WRITE);
                self.write(code(volts, self.wires.full_scale), score);
                score.at(at);
                score.set(self.wires.enable, true);
            }
            (Some(_), Some(volts)) => {
                score.at(at);
                self.write(code(volts, self.wires.full_scale), score);
            }
        }
    }

    fn takes(&self, _: Volts, _: Volts) -> Span {
        WRITE
    }

    fn tread(&self) -> Result<Span, String> {
        Ok(WRITE)
    }

    fn safe(&self) -> Vec<Stroke> {
        vec![set(self.wires.enable, false), self.stroke(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_nearest_one() {
        let full = Volts(15.0);
        assert_eq!(code(Volts(0.0), full), 0);
        assert_eq!(code(full, full), 4095);
        // 4.8 / 15 · 4095 = 1310.4, 12 / 15 · 4095 = 3276.
        assert_eq!((code(Volts(4.8), full), code(Volts(12.0), full)), (1310, 3276));
        // A half step goes up.
        assert_eq!(code(Volts(0.5), Volts(4095.0)), 1);
        // What cannot be is the nearest that can.
        assert_eq!((code(Volts(99.0), full), code(Volts(-1.0), full), code(Volts(f64::NAN), full)), (4095, 0, 0));
        for millivolts in 0..=15_000 {
            let volts = f64::from(millivolts) / 1000.0;
            let got = f64::from(code(Volts(volts), full)) / 4095.0 * 15.0;
            assert!((got - volts).abs() <= 15.0 / 8190.0 + 1e-12, "{volts} V came out as {got} V");
        }
    }
}
