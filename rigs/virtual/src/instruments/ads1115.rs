//! ADS1115, a 16-bit converter with four inputs (Texas Instruments SBAS444).
//!
//! | register | what |
//! | --- | --- |
//! | 0 | the last conversion |
//! | 1 | configuration: start, inputs, range, mode, rate |
//! | 2, 3 | thresholds of the comparator |
//!
//! Input AIN0 has the board's terminals before it through a divider; the others are grounded. The comparator's output is
//! wired to nothing.

use super::conversion::Conversion;
use super::{Device, Nack, Sees, put, signed_steps};
use brownout_trace::{Instant, Percent, Span, Volts};

const RESET: u16 = 0x8583;
const START: u16 = 1 << 15;
const ONE_SHOT: u16 = 1 << 8;
/// Full scales in volts by their code (SBAS444, table 3).
const RANGES: [f64; 8] = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256];
/// Conversions a second by their code.
const RATES: [i64; 8] = [8, 16, 32, 64, 128, 250, 475, 860];
/// A single conversion begins with waking up (SBAS444, section 9.4.2.1).
const WAKING: Span = Span::micros(25);

/// The device.
#[derive(Debug, Clone, PartialEq)]
pub struct Ads1115 {
    divider: Percent,
    pointer: u8,
    configuration: u16,
    result: i16,
    thresholds: [u16; 2],
    conversion: Option<Conversion>,
}

impl Ads1115 {
    /// After power-on: idle. `divider` is the share of the terminals' voltage that reaches AIN0.
    pub fn new(divider: Percent) -> Self {
        let thresholds = [0x8000, 0x7fff];
        Self { divider, pointer: 0, configuration: RESET & !START, result: 0, thresholds, conversion: None }
    }

    /// One conversion as configured.
    pub fn takes(&self) -> Span {
        let rate = RATES[usize::from(self.configuration >> 5 & 7)];
        let waking = if self.configuration & ONE_SHOT == 0 { Span::ZERO } else { WAKING };
        Span(1_000_000_000 / rate) + waking
    }

    fn configure(&mut self, value: u16, at: Instant) {
        self.configuration = value & !START;
        let continuous = value & ONE_SHOT == 0;
        // A start while one is under way has no effect (table 8).
        if continuous || (value & START != 0 && self.conversion.is_none()) {
            self.conversion = Some(Conversion::begin(at, self.takes()));
        }
    }

    /// What lies between the two inputs that are chosen.
    fn input(&self, terminals: Volts) -> Volts {
        let first = self.divider.of(terminals);
        match self.configuration >> 12 & 7 {
            0 | 1 | 4 => first,
            _ => Volts::ZERO,
        }
    }
}

impl Device for Ads1115 {
    fn write(&mut self, at: Instant, bytes: &[u8]) -> Result<(), Nack> {
        let Some((pointer, value)) = bytes.split_first() else { return Ok(()) };
        self.pointer = pointer & 3;
        let &[high, low] = value else {
            return if value.is_empty() { Ok(()) } else { Err(Nack::Data) };
        };
        let value = u16::from_be_bytes([high, low]);
        match self.pointer {
            1 => self.configure(value, at),
            2 => self.thresholds[0] = value,
            3 => self.thresholds[1] = value,
            _ => {}
        }
        Ok(())
    }

    fn read(&mut self, _at: Instant, buffer: &mut [u8]) -> Result<(), Nack> {
        let idle = if self.conversion.is_none() { START } else { 0 };
        let register = match self.pointer {
            0 => self.result as u16,
            1 => self.configuration | idle,
            2 => self.thresholds[0],
            _ => self.thresholds[1],
        };
        put(register, buffer);
        Ok(())
    }

    fn general_call(&mut self, _at: Instant, byte: u8) {
        if byte == 6 {
            *self = Self::new(self.divider);
        }
    }

    fn next_event(&self) -> Option<Instant> {
        self.conversion.map(|conversion| conversion.next_event())
    }

    fn settle(&mut self, at: Instant, sees: &Sees) {
        let Some(mean) = Conversion::ended(&mut self.conversion, at, sees) else { return };
        let range = RANGES[usize::from(self.configuration >> 9 & 7)];
        self.result = signed_steps(self.input(mean.terminals).0, range / 32_768.0);
        if self.configuration & ONE_SHOT == 0 {
            self.conversion = Some(Conversion::begin(at, self.takes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::{get, run, set};
    use super::*;
    use brownout_trace::Amps;

    const SEES: Sees = Sees { terminals: Volts(12.0), current: Amps(0.0) };

    #[test]
    fn a_single_conversion_takes_its_rate_and_the_waking() {
        let mut device = Ads1115::new(Percent(10.0));
        assert_eq!(get(&mut device, 1), 0x8583);
        // AIN0 to ground, 2.048 V, single, 860 a second.
        set(&mut device, Instant::ZERO, 1, 0xc5e3);
        assert_eq!(get(&mut device, 1) & START, 0, "busy");
        run(&mut device, Instant(1_187_789), &SEES);
        assert_eq!(get(&mut device, 1) & START, 0);
        run(&mut device, Instant(1_187_790), &SEES);
        assert_eq!(get(&mut device, 1) & START, START);
        assert_eq!(get(&mut device, 0), 19_200, "1.2 V of 2.048 V");
        assert_eq!(device.next_event(), None);
    }

    #[test]
    fn what_is_beyond_the_range_saturates_and_grounded_inputs_read_nothing() {
        let mut device = Ads1115::new(Percent(50.0));
        set(&mut device, Instant::ZERO, 1, 0xc5e3);
        run(&mut device, Instant(2_000_000), &SEES);
        assert_eq!(get(&mut device, 0), 0x7fff);
        set(&mut device, Instant(2_000_000), 1, 0xd5e3);
        run(&mut device, Instant(4_000_000), &SEES);
        assert_eq!(get(&mut device, 0), 0);
    }

    #[test]
    fn continuous_conversions_go_on_until_told_otherwise() {
        let mut device = Ads1115::new(Percent(10.0));
        set(&mut device, Instant::ZERO, 1, 0x44e3);
        run(&mut device, Instant(10_000_000), &SEES);
        assert!(device.next_event().is_some());
        device.general_call(Instant(10_000_000), 6);
        assert_eq!(device.next_event(), None);
    }
}
