//! ADC1 and ADC2: regular conversions (RM0008, section 11).
//!
//! A conversion samples at its end: the board is asked for the voltages then. Its result is ⌊4096 · V / VDDA⌋, without
//! noise or offset.

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use brownout_trace::{Celsius, Volts};

/// RM0008, 11.12.15. Loud: injected conversions, dual mode, discontinuous mode.
pub const REGISTERS: &[Register] = &[
    Register::new("SR", 0x00, 0x1f),
    Register::new("CR1", 0x04, 0x0080_037f).loud(0x004f_fc80),
    Register::new("CR2", 0x08, 0x00de_090f)
        .loud(0x0020_f000)
        .note("told when written: EXTI line 11 as the trigger (EXTSEL 6 with EXTTRIG)"),
    Register::new("SMPR1", 0x0c, 0x00ff_ffff),
    Register::new("SMPR2", 0x10, 0x3fff_ffff),
    Register::absent("JOFR1", 0x14),
    Register::absent("JOFR2", 0x18),
    Register::absent("JOFR3", 0x1c),
    Register::absent("JOFR4", 0x20),
    Register::new("HTR", 0x24, 0xfff).reset(0xfff),
    Register::new("LTR", 0x28, 0xfff),
    Register::new("SQR1", 0x2c, 0x00ff_ffff),
    Register::new("SQR2", 0x30, 0x3fff_ffff),
    Register::new("SQR3", 0x34, 0x3fff_ffff),
    Register::absent("JSQR", 0x38),
    Register::absent("JDR1", 0x3c),
    Register::absent("JDR2", 0x40),
    Register::absent("JDR3", 0x44),
    Register::absent("JDR4", 0x48),
    Register::new("DR", 0x4c, u32::MAX),
];

const AWD: u32 = 1;
const EOC: u32 = 1 << 1;
const STRT: u32 = 1 << 4;
/// CR1.
const EOCIE: u32 = 1 << 5;
const AWDIE: u32 = 1 << 6;
const SCAN: u32 = 1 << 8;
const AWDSGL: u32 = 1 << 9;
const AWDEN: u32 = 1 << 23;
/// CR2.
const ADON: u32 = 1;
const CONT: u32 = 1 << 1;
const CAL: u32 = 1 << 2;
const RSTCAL: u32 = 1 << 3;
const DMA: u32 = 1 << 8;
const ALIGN: u32 = 1 << 11;
const EXTTRIG: u32 = 1 << 20;
const SWSTART: u32 = 1 << 22;
const TSVREFE: u32 = 1 << 23;

/// Sampling and the 12.5 cycles of conversion, in whole cycles of the ADC's clock (RM0008, 11.6).
const CONVERSION: [u64; 8] = [14, 20, 26, 41, 54, 68, 84, 252];
/// Calibration takes 83 cycles (DS5319, table 47), resetting it a few.
const CALIBRATION: u64 = 83;
const CALIBRATION_RESET: u64 = 4;
/// EXTSEL of the software trigger.
pub const SOFTWARE: u32 = 7;
/// EXTSEL of EXTI line 11.
const EXTI_LINE_11: u32 = 6;
/// The limit of the ADC's clock (DS5319, table 47).
const FASTEST: f64 = 14e6;

/// The temperature sensor's channel, and that of the internal reference.
pub const TEMPERATURE: u8 = 16;
/// See [`TEMPERATURE`].
pub const REFERENCE: u8 = 17;

/// The temperature sensor's voltage: 1.43 V at 25 °C and 4.3 mV less for each kelvin above (DS5319, table 51, typical).
pub fn sensor(temperature: Celsius) -> Volts {
    Volts(1.43 - 4.3e-3 * (temperature - Celsius(25.0)).0)
}

/// One converter.
#[derive(Debug, Clone)]
pub struct Adc {
    status: u32,
    cr1: u32,
    cr2: u32,
    sampling: [u32; 2],
    thresholds: [u32; 2],
    sequence: [u32; 3],
    data: u32,
    /// Calibrating, or resetting the calibration, until this cycle.
    calibrating: u64,
    /// Where in the sequence it is, and the cycle at which that conversion ends.
    converting: Option<(usize, u64)>,
    requested: bool,
}

impl Default for Adc {
    fn default() -> Self {
        Self {
            status: 0,
            cr1: 0,
            cr2: 0,
            sampling: [0; 2],
            thresholds: [0xfff, 0],
            sequence: [0; 3],
            data: 0,
            calibrating: 0,
            converting: None,
            requested: false,
        }
    }
}

/// A conversion that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// Its channel.
    pub channel: u8,
    /// The internal channels are connected.
    pub internal: bool,
}

/// The code of a voltage against the reference.
pub fn code(volts: Volts, vdda: Volts) -> u32 {
    if vdda.0 <= 0.0 {
        return 0;
    }
    (4096.0 * volts.0 / vdda.0).clamp(0.0, 4095.0) as u32
}

impl Adc {
    fn is_on(&self) -> bool {
        self.cr2 & ADON != 0
    }

    /// The source that starts a conversion (EXTSEL), if one is let in.
    pub fn external_trigger(&self) -> Option<u32> {
        (self.is_on() && self.cr2 & EXTTRIG != 0).then_some(self.cr2 >> 17 & 7)
    }

    /// Conversions in the sequence: all with SCAN, else the first.
    fn length(&self) -> usize {
        if self.cr1 & SCAN != 0 { (self.sequence[0] >> 20 & 15) as usize + 1 } else { 1 }
    }

    fn channel(&self, n: usize) -> u8 {
        (self.sequence[2 - n / 6] >> (5 * (n % 6)) & 31) as u8
    }

    fn cycles(&self, channel: u8) -> u64 {
        let (register, place) = if channel < 10 { (1, channel) } else { (0, channel - 10) };
        CONVERSION[(self.sampling[register] >> (3 * u32::from(place).min(9)) & 7) as usize]
    }

    fn convert(&mut self, n: usize, from: u64, now: &Moment) {
        let cycles = self.cycles(self.channel(n)) * u64::from(now.divider);
        self.converting = Some((n, from + cycles));
    }

    /// Starts the sequence, as a trigger does.
    pub fn start(&mut self, now: &Moment) -> Written {
        self.status |= STRT;
        // The converter goes with its own clock's edge.
        let divider = u64::from(now.divider);
        self.convert(0, now.cycle.div_ceil(divider) * divider, now);
        if now.hertz() > FASTEST * 1.02 { Err("ADCCLK is above 14 MHz") } else { Ok(()) }
    }

    /// The conversion that ends by now. Its result has to be told: [`Adc::finish`].
    pub fn due(&self, cycle: u64) -> Option<Conversion> {
        let (n, end) = self.converting?;
        (end <= cycle).then(|| Conversion { channel: self.channel(n), internal: self.cr2 & TSVREFE != 0 })
    }

    /// The conversion that is due gave this code.
    pub fn finish(&mut self, code: u32, now: &Moment) {
        let Some((n, end)) = self.converting.take() else { return };
        self.data = if self.cr2 & ALIGN != 0 { code << 4 } else { code };
        let guarded = self.cr1 & AWDEN != 0 && (self.cr1 & AWDSGL == 0 || self.cr1 & 31 == u32::from(self.channel(n)));
        if guarded && !(self.thresholds[1]..=self.thresholds[0]).contains(&code) {
            self.status |= AWD;
        }
        self.requested |= self.cr2 & DMA != 0;
        if n + 1 < self.length() {
            self.convert(n + 1, end, now);
        } else {
            self.status |= EOC;
            if self.cr2 & CONT != 0 {
                self.convert(0, end, now);
            }
        }
    }

    fn write_cr2(&mut self, value: u32, now: &Moment) -> Written {
        let before = self.cr2;
        self.cr2 = value & !(CAL | RSTCAL | SWSTART) & 0x00fe_f903;
        if value & ADON == 0 {
            self.converting = None;
            return Ok(());
        }
        let divider = u64::from(now.divider);
        if value & RSTCAL != 0 {
            self.calibrating = now.cycle + CALIBRATION_RESET * divider;
        }
        if value & CAL != 0 {
            self.calibrating = now.cycle + CALIBRATION * divider;
        }
        // ADON written again, and nothing else with it, starts (RM0008, 11.12.3); so does SWSTART where it is let in.
        let again = before & ADON != 0 && value & 0x00de_090f == before & 0x00de_090f;
        let software = value & SWSTART != 0 && self.external_trigger() == Some(SOFTWARE);
        if again || before & ADON != 0 && software {
            return self.start(now);
        }
        if self.external_trigger() == Some(EXTI_LINE_11) { Err("EXTI line 11 as the ADC's trigger") } else { Ok(()) }
    }
}

impl Peripheral for Adc {
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        match offset {
            0x00 => self.status,
            0x04 => self.cr1,
            0x08 => {
                let busy = now.cycle < self.calibrating;
                self.cr2 | if busy { CAL | RSTCAL } else { 0 }
            }
            0x0c | 0x10 => self.sampling[(offset as usize - 0x0c) / 4],
            0x24 | 0x28 => self.thresholds[(offset as usize - 0x24) / 4],
            0x2c..=0x34 => self.sequence[(offset as usize - 0x2c) / 4],
            _ => {
                self.status &= !EOC;
                self.data
            }
        }
    }

    fn reading_acts(&self, offset: u32) -> bool {
        offset == 0x4c
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            0x00 => self.status &= value,
            0x04 => self.cr1 = value,
            0x08 => return self.write_cr2(value, now),
            0x0c | 0x10 => self.sampling[(offset as usize - 0x0c) / 4] = value,
            0x24 | 0x28 => self.thresholds[(offset as usize - 0x24) / 4] = value & 0xfff,
            0x2c..=0x34 => self.sequence[(offset as usize - 0x2c) / 4] = value,
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }

    fn next_cycle(&self) -> Option<u64> {
        self.converting.map(|(_, end)| end)
    }

    fn lines(&self) -> u16 {
        u16::from(self.cr1 & EOCIE != 0 && self.status & EOC != 0 || self.cr1 & AWDIE != 0 && self.status & AWD != 0)
    }

    fn requests(&self) -> u8 {
        u8::from(self.requested)
    }

    fn acknowledge(&mut self, _: u8, _: u32) {
        self.requested = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(registers: &[(u32, u32)]) -> (Adc, Moment) {
        let (mut adc, now) = (Adc::default(), Moment::zero());
        adc.write(0x08, ADON, &now).unwrap();
        for (offset, value) in registers {
            adc.write(*offset, *value, &now).unwrap();
        }
        (adc, now)
    }

    #[test]
    fn a_conversion_takes_its_sampling_time_and_12_and_a_half_cycles() {
        let (mut adc, now) = on(&[(0x10, 7 << 3), (0x34, 1)]);
        assert_eq!(adc.next_cycle(), None, "switching on starts nothing");
        adc.write(0x08, ADON, &now.cycle(10)).unwrap();
        assert_eq!(adc.next_cycle(), Some(262));
        assert_eq!(adc.due(261), None);
        assert_eq!(adc.due(262), Some(Conversion { channel: 1, internal: false }));
        adc.finish(0x123, &now.cycle(262));
        assert_eq!(adc.read(0, &now), EOC | STRT);
        assert_eq!((adc.read(0x4c, &now), adc.read(0, &now) & EOC), (0x123, 0));
        assert_eq!(adc.next_cycle(), None);
    }

    #[test]
    fn software_starts_need_their_trigger_let_in() {
        let (mut adc, now) = on(&[]);
        adc.write(0x08, ADON | SWSTART, &now).unwrap();
        assert_eq!(adc.next_cycle(), None);
        adc.write(0x08, ADON | EXTTRIG | SOFTWARE << 17, &now).unwrap();
        assert_eq!(adc.next_cycle(), None, "another bit changed");
        adc.write(0x08, ADON | EXTTRIG | SOFTWARE << 17 | SWSTART, &now).unwrap();
        assert_eq!(adc.next_cycle(), Some(14));
    }

    #[test]
    fn a_trigger_that_never_comes_is_told() {
        let (mut adc, now) = on(&[]);
        assert!(adc.write(0x08, ADON | EXTTRIG | EXTI_LINE_11 << 17, &now).is_err());
        assert!(adc.write(0x08, ADON | EXTI_LINE_11 << 17, &now).is_ok(), "not let in");
        assert!(adc.write(0x08, ADON | EXTTRIG | 5 << 17, &now).is_ok());
    }

    #[test]
    fn a_scan_asks_dma_for_each_and_ends_once() {
        // Three channels: 17, 16, 3.
        let (mut adc, now) = on(&[(0x04, SCAN), (0x2c, 2 << 20), (0x34, 17 | 16 << 5 | 3 << 10)]);
        adc.write(0x08, ADON | DMA | CONT, &now).unwrap();
        adc.write(0x08, ADON | DMA | CONT, &now).unwrap();
        let mut channels = Vec::new();
        for _ in 0..4 {
            let cycle = adc.next_cycle().unwrap();
            channels.push(adc.due(cycle).unwrap().channel);
            adc.finish(0, &now.cycle(cycle));
            assert_eq!(adc.requests(), 1);
            adc.acknowledge(0, 0);
            assert_eq!(adc.read(0, &now) & EOC != 0, channels.len() >= 3);
        }
        assert_eq!(channels, [17, 16, 3, 17], "continuous");
    }

    #[test]
    fn calibration_shows_until_it_is_done() {
        let (mut adc, now) = on(&[(0x08, ADON | CAL)]);
        assert_eq!(adc.read(0x08, &now.cycle(82)) & CAL, CAL);
        assert_eq!(adc.read(0x08, &now.cycle(83)) & CAL, 0);
        assert_eq!(adc.next_cycle(), None);
    }

    #[test]
    fn the_analog_watchdog_guards_and_left_alignment_shifts() {
        let (mut adc, now) = on(&[(0x04, AWDEN | AWDIE), (0x24, 3000), (0x28, 1000)]);
        adc.write(0x08, ADON | ALIGN, &now).unwrap();
        for (code, outside) in [(1000, 0), (3000, 0), (3001, 1)] {
            adc.start(&now).unwrap();
            adc.finish(code, &now);
            assert_eq!((adc.lines(), adc.read(0x4c, &now)), (outside, code << 4));
        }
    }

    #[test]
    fn codes_are_shares_of_vdda() {
        assert_eq!(code(Volts(1.2), Volts(3.3)), 1489);
        assert_eq!((code(Volts(5.0), Volts(3.3)), code(Volts(-1.0), Volts(3.3))), (4095, 0));
    }

    #[test]
    fn the_sensor_falls_by_4_3_millivolts_a_kelvin() {
        for (celsius, volts) in [(25.0, 1.43), (-40.0, 1.7095), (85.0, 1.172)] {
            assert!((sensor(Celsius(celsius)) - Volts(volts)).0.abs() < 1e-9, "at {celsius} °C");
        }
    }

    #[test]
    fn too_fast_a_clock_is_told() {
        let (mut adc, _) = on(&[]);
        let fast = Moment { hclk: super::super::timebase::Rate::hertz(72_000_000), divider: 2, ..Moment::zero() };
        assert!(adc.start(&fast).is_err());
        assert!(adc.start(&Moment { divider: 6, ..fast }).is_ok());
    }
}
