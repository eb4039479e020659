//! INA226, a 16-bit current and power monitor (Texas Instruments SBOS547).
//!
//! | register | what | step |
//! | --- | --- | --- |
//! | 00 | configuration: averages, conversion times, mode | |
//! | 01 | voltage across the shunt | 2.5 µV |
//! | 02 | bus voltage | 1.25 mV |
//! | 03, 04 | power, current, by the calibration | |
//! | 05 | calibration | |
//! | 06, 07 | mask/enable, alert limit | |
//! | fe, ff | manufacturer, die | |
//!
//! Both inputs are taken over the whole row of conversions; the real part takes them in turn.

use super::conversion::Conversion;
use super::{Device, Nack, Sees, put, signed_steps};
use brownout_trace::{Instant, Ohms, Span, Volts};

const RESET: u16 = 0x4127;
const SHUNT_STEP: f64 = 2.5e-6;
const BUS_STEP: f64 = 1.25e-3;
/// Conversion times in microseconds, by their code (SBOS547, tables 7 and 8, typical).
const TIMES: [i64; 8] = [140, 204, 332, 588, 1_100, 2_116, 4_156, 8_244];
/// Averages by their code (table 6).
const AVERAGES: [i64; 8] = [1, 4, 16, 64, 128, 256, 512, 1_024];
/// In the configuration: conversions follow each other.
const CONTINUOUS: u16 = 1 << 2;
const READY: u16 = 1 << 3;
const OVERFLOW: u16 = 1 << 2;
/// What of the mask/enable register firmware may set.
const MASK: u16 = 0xfc03;

/// The device.
#[derive(Debug, Clone, PartialEq)]
pub struct Ina226 {
    shunt: Ohms,
    pointer: u8,
    configuration: u16,
    shunt_voltage: i16,
    bus: u16,
    current: i16,
    power: u16,
    calibration: u16,
    mask: u16,
    limit: u16,
    conversion: Option<Conversion>,
}

impl Ina226 {
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
            mask: 0,
            limit: 0,
            conversion: None,
        };
        device.begin(at);
        device
    }

    /// How long a row of conversions takes as configured; `None` in power-down.
    pub fn takes(&self) -> Option<Span> {
        let code = |shift: u16| usize::from(self.configuration >> shift & 7);
        let micros = i64::from(self.converts(0)) * TIMES[code(3)] + i64::from(self.converts(1)) * TIMES[code(6)];
        (micros > 0).then(|| Span::micros(micros * AVERAGES[code(9)]))
    }

    /// Whether the mode takes the shunt (0) or the bus (1).
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
        self.configuration = value & 0x0fff | 0x4000;
        self.begin(at);
        if self.conversion.is_some() {
            self.mask &= !READY;
        }
    }

    fn register(&mut self) -> Option<u16> {
        Some(match self.pointer {
            0 => self.configuration,
            1 => self.shunt_voltage as u16,
            2 => self.bus,
            3 => self.power,
            4 => self.current as u16,
            5 => self.calibration,
            6 => {
                let mask = self.mask;
                self.mask &= !READY;
                mask
            }
            7 => self.limit,
            0xfe => 0x5449,
            0xff => 0x2260,
            _ => return None,
        })
    }

    /// Keeps what a row of conversions came to (SBOS547, equations 3 and 4).
    fn keep(&mut self, mean: &Sees) {
        if self.converts(0) {
            self.shunt_voltage = signed_steps(mean.current.0 * self.shunt.0, SHUNT_STEP);
        }
        if self.converts(1) {
            // 36 V is the input's limit; the register itself ends at 40.96 V.
            let Volts(bus) = mean.terminals;
            self.bus = libm::round(bus.clamp(0.0, 40.96) / BUS_STEP).min(32_767.0) as u16;
        }
        let current = i64::from(self.shunt_voltage) * i64::from(self.calibration) / 2_048;
        let power = current.abs() * i64::from(self.bus) / 20_000;
        let over = i16::try_from(current).is_err() || u16::try_from(power).is_err();
        self.mask = self.mask & !OVERFLOW | READY | if over { OVERFLOW } else { 0 };
        self.current = current as i16;
        self.power = power as u16;
    }
}

impl Device for Ina226 {
    fn write(&mut self, at: Instant, bytes: &[u8]) -> Result<(), Nack> {
        let Some((pointer, value)) = bytes.split_first() else { return Ok(()) };
        self.pointer = *pointer;
        let &[high, low] = value else {
            return if value.is_empty() { Ok(()) } else { Err(Nack::Data) };
        };
        let value = u16::from_be_bytes([high, low]);
        match pointer {
            0 => self.configure(value, at),
            5 => self.calibration = value & 0x7fff,
            6 => self.mask = self.mask & !MASK | value & MASK,
            7 => self.limit = value,
            // Results cannot be written; the device takes the bytes and drops them.
            _ => {}
        }
        Ok(())
    }

    fn read(&mut self, _at: Instant, buffer: &mut [u8]) -> Result<(), Nack> {
        put(self.register().ok_or(Nack::Data)?, buffer);
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

    fn device() -> Ina226 {
        Ina226::new(Ohms(0.02), Instant::ZERO)
    }

    #[test]
    fn it_says_who_it_is_and_how_it_wakes() {
        let mut device = device();
        assert_eq!(get(&mut device, 0xfe), 0x5449);
        assert_eq!(get(&mut device, 0xff), 0x2260);
        assert_eq!(get(&mut device, 0), 0x4127);
        assert_eq!(device.takes(), Some(Span::micros(2_200)));
    }

    #[test]
    fn a_triggered_conversion_is_ready_after_its_time_and_stays() {
        let mut device = device();
        set(&mut device, Instant::ZERO, 0, 0x4002);
        assert_eq!(device.takes(), Some(Span::micros(140)));
        run(&mut device, Instant(139_999), &SEES);
        assert_eq!(get(&mut device, 6) & READY, 0);
        run(&mut device, Instant(140_000), &SEES);
        assert_eq!(get(&mut device, 2), 9_590, "11.987 V in steps of 1.25 mV");
        assert_eq!(get(&mut device, 6) & READY, READY);
        assert_eq!(get(&mut device, 6) & READY, 0, "reading clears it");
        assert_eq!(device.next_event(), None);
    }

    #[test]
    fn current_and_power_follow_the_calibration() {
        let mut device = device();
        // 0.00512 / (10 uA * 20 mohm) = 25600.
        set(&mut device, Instant::ZERO, 5, 25_600);
        set(&mut device, Instant::ZERO, 0, 0x4007);
        run(&mut device, Instant::ZERO + Span::millis(1), &SEES);
        assert_eq!(get(&mut device, 1), 300, "37.5 mA across 20 mohm is 750 uV");
        assert_eq!(get(&mut device, 4), 3_750, "in steps of 10 uA");
        assert_eq!(get(&mut device, 3), 1_798, "0.4495 W in steps of 250 uW");
        set(&mut device, Instant::ZERO + Span::millis(1), 5, 0x7fff);
        let strong = Sees { current: Amps(4.0), ..SEES };
        run(&mut device, Instant::ZERO + Span::millis(2), &strong);
        assert_eq!(get(&mut device, 6) & OVERFLOW, OVERFLOW);
    }

    #[test]
    fn power_down_stops_it_and_reset_starts_it_again() {
        let mut device = device();
        set(&mut device, Instant::ZERO, 0, 0x4120);
        assert_eq!((device.takes(), device.next_event()), (None, None));
        set(&mut device, Instant::ZERO, 0, 0x8000);
        assert_eq!(get(&mut device, 0), 0x4127);
        assert!(device.next_event().is_some());
    }

    #[test]
    fn an_unknown_register_or_half_a_value_is_refused() {
        let mut device = device();
        assert_eq!(device.write(Instant::ZERO, &[0x42]), Ok(()));
        assert_eq!(device.read(Instant::ZERO, &mut [0; 2]), Err(Nack::Data));
        assert_eq!(device.write(Instant::ZERO, &[0, 1]), Err(Nack::Data));
    }
}
