//! INA219, a 12-bit current and power monitor (Texas Instruments SBOS448).
//!
//! | register | what | step |
//! | --- | --- | --- |
//! | 00 | configuration: ranges, resolutions or averages, mode | |
//! | 01 | voltage across the shunt | 10 µV |
//! | 02 | bus voltage in bits 15 to 3, conversion ready, overflow | 4 mV |
//! | 03, 04 | power, current, by the calibration | |
//! | 05 | calibration | |
//!
//! Both inputs are taken over the whole conversion; the real part takes them in turn.

use super::conversion::Conversion;
use super::{Device, Nack, Sees, put, signed_steps};
use brownout_trace::{Instant, Ohms, Span, Volts};

const RESET: u16 = 0x399f;
const SHUNT_STEP: f64 = 10e-6;
const BUS_STEP: f64 = 4e-3;
/// In the configuration: conversions follow each other.
const CONTINUOUS: u16 = 1 << 2;
const READY: u16 = 1 << 1;
const OVERFLOW: u16 = 1;

/// The device.
#[derive(Debug, Clone, PartialEq)]
pub struct Ina219 {
    shunt: Ohms,
    pointer: u8,
    configuration: u16,
    shunt_voltage: i16,
    bus: u16,
    current: i16,
    power: u16,
    calibration: u16,
    conversion: Option<Conversion>,
}

impl Ina219 {
    /// After power-on, across a shunt. It converts continuously until it is told otherwise.
    pub fn new(shunt: Ohms, at: Instant) -> Self {
        let mut device = Self {
            shunt,
            pointer: 0,
            configuration: RESET,
            shunt_voltage: 0,
            bus: 0,
            current: 0,
            power: 0,
            calibration: 0,
            conversion: None,
        };
        device.begin(at);
        device
    }

    /// How long a conversion takes as configured; `None` in power-down or with the converter off.
    pub fn takes(&self) -> Option<Span> {
        let shunt = self.converts(0).then(|| time(self.configuration >> 3 & 0xf));
        let bus = self.converts(1).then(|| time(self.configuration >> 7 & 0xf));
        // Bit 2 of the mode alone (code 4) switches the converter off.
        shunt.into_iter().chain(bus).reduce(|one, other| one + other)
    }

    fn converts(&self, input: u16) -> bool {
        self.configuration >> input & 1 == 1
    }

    fn begin(&mut self, at: Instant) {
        self.conversion = self.takes().map(|takes| Conversion::begin(at, takes));
    }

    fn configure(&mut self, value: u16, at: Instant) {
        if value >> 15 == 1 {
            *self = Self::new(self.shunt, at);
            return;
        }
        self.configuration = value & 0x3fff;
        self.begin(at);
        // Selecting power-down or the converter off leaves the result to be fetched (SBOS448, bus voltage register).
        if self.conversion.is_some() {
            self.bus &= !READY;
        }
    }

    /// Keeps what a conversion came to (SBOS448, section 8.5).
    fn keep(&mut self, mean: &Sees) {
        if self.converts(0) {
            let range = 0.04 * f64::from(1 << (self.configuration >> 11 & 3));
            let step = SHUNT_STEP * coarse(self.configuration >> 3 & 0xf);
            let volts = (mean.current.0 * self.shunt.0).clamp(-range, range);
            self.shunt_voltage = signed_steps(signed_steps(volts, step).into(), SHUNT_STEP / step);
        }
        if self.converts(1) {
            let range = if self.configuration >> 13 & 1 == 1 { 32.0 } else { 16.0 };
            let step = BUS_STEP * coarse(self.configuration >> 7 & 0xf);
            let Volts(volts) = mean.terminals;
            let steps = libm::floor(volts.clamp(0.0, range) / step) * step / BUS_STEP;
            self.bus = self.bus & (READY | OVERFLOW) | (libm::round(steps) as u16) << 3;
        }
        let current = i64::from(self.shunt_voltage) * i64::from(self.calibration) / 4_096;
        let power = current.abs() * i64::from(self.bus >> 3) / 5_000;
        let over = i16::try_from(current).is_err() || u16::try_from(power).is_err();
        self.bus = self.bus & !OVERFLOW | READY | u16::from(over);
        self.current = current as i16;
        self.power = power as u16;
    }
}

/// How long a setting of one converter takes (table 5, typical).
fn time(setting: u16) -> Span {
    match setting {
        0..=7 => Span::micros([84, 148, 276, 532][usize::from(setting & 3)]),
        // 2 to 128 samples of 12 bits.
        _ => Span::micros(532 << (setting & 7)),
    }
}

/// How many steps of 12 bits one step of this setting is.
fn coarse(setting: u16) -> f64 {
    if setting < 8 { f64::from(8u16 >> (setting & 3)) } else { 1.0 }
}

impl Device for Ina219 {
    fn write(&mut self, at: Instant, bytes: &[u8]) -> Result<(), Nack> {
        let Some((pointer, value)) = bytes.split_first() else { return Ok(()) };
        self.pointer = *pointer;
        let &[high, low] = value else {
            return if value.is_empty() { Ok(()) } else { Err(Nack::Data) };
        };
        let value = u16::from_be_bytes([high, low]);
        match pointer {
            0 => self.configure(value, at),
            // Bit 0 cannot be set.
            5 => self.calibration = value & 0xfffe,
            _ => {}
        }
        Ok(())
    }

    fn read(&mut self, _at: Instant, buffer: &mut [u8]) -> Result<(), Nack> {
        let register = match self.pointer {
            0 => self.configuration,
            1 => self.shunt_voltage as u16,
            2 => self.bus,
            3 => {
                self.bus &= !READY;
                self.power
            }
            4 => self.current as u16,
            5 => self.calibration,
            _ => return Err(Nack::Data),
        };
        put(register, buffer);
        Ok(())
    }

    fn next_event(&self) -> Option<Instant> {
        self.conversion.map(|conversion| conversion.next_event())
    }

    fn settle(&mut self, at: Instant, sees: &Sees) {
        let Some(mean) = Conversion::ended(&mut self.conversion, at, sees) else { return };
        self.keep(&mean);
        if self.configuration & CONTINUOUS != 0 {
            self.begin(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::{get, run, set};
    use super::*;
    use brownout_trace::Amps;

    const SEES: Sees = Sees { terminals: Volts(11.987), current: Amps(0.0375) };

    #[test]
    fn conversions_take_what_the_table_says() {
        let micros = |setting| time(setting).0 / 1_000;
        assert_eq!([0, 1, 2, 3, 8].map(micros), [84, 148, 276, 532, 532]);
        // 1.06 ms to 68.10 ms in the data sheet, rounded.
        assert_eq!([9, 10, 15].map(micros), [1_064, 2_128, 68_096]);
    }

    #[test]
    fn a_triggered_conversion_reads_in_steps_of_its_resolution() {
        let mut device = Ina219::new(Ohms(0.1), Instant::ZERO);
        // 32 V, 320 mV, 12 bits, both, triggered.
        set(&mut device, Instant::ZERO, 0, 0x399b);
        run(&mut device, Instant::ZERO + Span::micros(1_063), &SEES);
        assert_eq!(get(&mut device, 2) & READY, 0);
        run(&mut device, Instant::ZERO + Span::micros(1_064), &SEES);
        assert_eq!(get(&mut device, 2) >> 3, 2_996, "11.984 V");
        assert_eq!(get(&mut device, 1), 375, "3.75 mV");
        assert_eq!(get(&mut device, 2) & READY, READY);
        assert_eq!(get(&mut device, 3), 0, "not calibrated");
        assert_eq!(get(&mut device, 2) & READY, 0, "reading the power clears it");
        // 9 bits for the bus: steps of 32 mV.
        set(&mut device, Instant::ZERO + Span::millis(2), 0, 0x381a);
        run(&mut device, Instant::ZERO + Span::millis(3), &SEES);
        assert_eq!(get(&mut device, 2) >> 3, 2_992, "11.968 V");
    }

    #[test]
    fn ranges_are_where_it_saturates() {
        let mut device = Ina219::new(Ohms(0.1), Instant::ZERO);
        // 16 V and 40 mV.
        set(&mut device, Instant::ZERO, 0, 0x019b);
        let high = Sees { terminals: Volts(24.0), current: Amps(1.0) };
        run(&mut device, Instant::ZERO + Span::millis(2), &high);
        assert_eq!((get(&mut device, 2) >> 3, get(&mut device, 1)), (4_000, 4_000));
    }

    #[test]
    fn a_result_stays_ready_in_power_down_and_with_the_converter_off() {
        for mode in [0, 4] {
            let mut device = Ina219::new(Ohms(0.1), Instant::ZERO);
            let later = Instant::ZERO + Span::millis(2);
            run(&mut device, later, &SEES);
            set(&mut device, later, 0, 0x3998 | mode);
            assert_eq!(get(&mut device, 2) & READY, READY, "mode {mode}");
            set(&mut device, later, 0, 0x399b);
            assert_eq!(get(&mut device, 2) & READY, 0, "another conversion began");
        }
    }

    #[test]
    fn the_converter_can_be_off() {
        let mut device = Ina219::new(Ohms(0.1), Instant::ZERO);
        for mode in [0, 4] {
            set(&mut device, Instant::ZERO, 0, 0x3998 | mode);
            assert_eq!(device.next_event(), None);
        }
    }
}
