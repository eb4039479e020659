//! PCF8574, eight quasi-bidirectional pins (NXP PCF8574, Texas Instruments SCPS068).
//!
//! One byte written is the latch, one byte read the pins: a pin whose latch is high is pulled up weakly and reads what
//! stands at it; one whose latch is low reads low. There is no register to point at. The interrupt output is wired to
//! nothing.

use super::{Device, Nack};
use brownout_trace::Instant;

/// The device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pcf8574 {
    latch: u8,
    pulled_low: u8,
}

impl Pcf8574 {
    /// After power-on: every pin high.
    pub fn new() -> Self {
        Self { latch: 0xff, pulled_low: 0 }
    }

    /// The pins as anybody sees them, pin 0 in bit 0.
    pub fn pins(&self) -> u8 {
        self.latch & !self.pulled_low
    }

    /// Pulls a pin low from outside, or lets go of it.
    pub fn pull(&mut self, pin: u8, low: bool) {
        let bit = 1u8.checked_shl(pin.into()).unwrap_or(0);
        self.pulled_low = if low { self.pulled_low | bit } else { self.pulled_low & !bit };
    }
}

impl Default for Pcf8574 {
    fn default() -> Self {
        Self::new()
    }
}

impl Device for Pcf8574 {
    fn write(&mut self, _at: Instant, bytes: &[u8]) -> Result<(), Nack> {
        // Each byte appears at the pins; the last one stays.
        self.latch = bytes.last().copied().unwrap_or(self.latch);
        Ok(())
    }

    fn read(&mut self, _at: Instant, buffer: &mut [u8]) -> Result<(), Nack> {
        buffer.fill(self.pins());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_reads_low_if_either_side_pulls_it() {
        let mut device = Pcf8574::new();
        device.write(Instant::ZERO, &[0xff, 0b1111_0101]).unwrap();
        device.pull(0, true);
        let mut byte = [0];
        device.read(Instant::ZERO, &mut byte).unwrap();
        assert_eq!(byte, [0b1111_0100]);
        device.pull(0, false);
        assert_eq!(device.pins(), 0b1111_0101);
        device.pull(9, true);
        assert_eq!(device.pins(), 0b1111_0101);
    }
}
