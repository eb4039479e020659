//! The meter across the board's supply terminals: an INA226, an INA219 or an ADS1115 behind a divider, each through its
//! published driver.

use crate::bench::RigFault;
use ads1x1x::{Ads1x1x, DataRate16Bit, TargetAddr, channel};
use brownout_trace::{Amps, Ohms, Percent, Span, Volts};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use ina219::SyncIna219;
use ina219::address::Address;
use ina219::calibration::UnCalibrated;
use ina219::configuration::{Configuration, MeasuredSignals, OperatingMode, Resolution};
use ina226::{AVG, Config, INA226, MODE, MaskEnableFlags, VBUSCT, VSHCT};
use serde::Deserialize;
use std::fmt::Debug;

/// A conversion may be this much slower than typical (SBOS547 and SBOS448 give 10 %, SBAS444 too).
const SLOWEST: f64 = 1.1;
/// So often a conversion that is late is asked for before the meter counts as broken.
const POLLS: u32 = 20;

/// The meter as the rig file describes it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MeterParts {
    /// Which chip.
    pub chip: MeterChip,
    /// Its address on the bus, 7 bits.
    pub address: u8,
    /// What it was found to read wrong.
    #[serde(default)]
    pub calibration: Calibration,
}

/// A chip and what stands round it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum MeterChip {
    /// INA226, single conversions of 140 µs.
    Ina226 {
        /// The shunt in the supply's positive lead.
        shunt: Ohms,
    },
    /// INA219, single conversions of 12 bits: 532 µs.
    Ina219 {
        /// The shunt in the supply's positive lead.
        shunt: Ohms,
    },
    /// ADS1115 on AIN0, single conversions at 860 a second, full scale 2.048 V.
    Ads1115 {
        /// The share of the terminals' voltage that reaches AIN0.
        divider: Percent,
    },
}

/// How a meter differs from a reference; it is taken off each reading.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// By how much it reads too high.
    #[serde(default = "nothing", deserialize_with = "Percent::signed_text")]
    pub gain: Percent,
    /// What it reads at 0 V.
    #[serde(default)]
    pub offset: Volts,
}

fn nothing() -> Percent {
    Percent(0.0)
}

impl Calibration {
    /// What stood at the terminals, of a reading.
    pub fn correct(&self, reading: Volts) -> Volts {
        (reading - self.offset) * (1.0 / (1.0 + self.gain.0 / 100.0))
    }
}

impl MeterParts {
    /// Whether such a meter can exist; a lower-case fragment says why not.
    pub fn check(&self) -> Result<(), String> {
        let address = self.address;
        let possible = match self.chip {
            MeterChip::Ina226 { .. } | MeterChip::Ina219 { .. } => (0x40..=0x4f).contains(&address),
            MeterChip::Ads1115 { .. } => (0x48..=0x4b).contains(&address),
        };
        if !possible {
            return Err(format!("the meter's `address` is {address:#04x}: {}", self.addresses()));
        }
        let gain = self.calibration.gain;
        if !(-50.0..=50.0).contains(&gain.0) {
            return Err(format!("the meter's `calibration.gain` is {gain}; it must be between -50% and 50%"));
        }
        match self.chip {
            MeterChip::Ads1115 { divider } if !(0.1..=100.0).contains(&divider.0) => {
                Err(format!("the meter's `divider` is {divider}; it must be between 0.1% and 100%"))
            }
            _ => Ok(()),
        }
    }

    fn addresses(&self) -> &'static str {
        match self.chip {
            MeterChip::Ina226 { .. } => "an INA226 has 0x40 to 0x4f",
            MeterChip::Ina219 { .. } => "an INA219 has 0x40 to 0x4f",
            MeterChip::Ads1115 { .. } => "an ADS1115 has 0x48 to 0x4b",
        }
    }

    /// The longest a sample takes, transfers at 400 kbit/s included.
    pub fn takes(&self) -> Span {
        match self.chip {
            MeterChip::Ina226 { .. } => Span::micros(550),
            MeterChip::Ina219 { .. } => Span::micros(950),
            MeterChip::Ads1115 { .. } => Span::micros(3_000),
        }
    }

    /// One reading, corrected: a conversion is started, waited for and read. Whatever it measures lies between the
    /// call and its return.
    pub fn sample(&self, bus: &mut (impl I2c + DelayNs)) -> Result<Volts, RigFault> {
        let reading = match self.chip {
            MeterChip::Ina226 { .. } => self.ina226(bus),
            MeterChip::Ina219 { .. } => self.ina219(bus),
            MeterChip::Ads1115 { divider } => self.ads1115(bus, divider),
        };
        reading.map(|reading| self.calibration.correct(reading))
    }

    /// The current through its shunt, in one conversion; `None` where the chip has none.
    pub fn current(&self, bus: &mut (impl I2c + DelayNs)) -> Result<Option<Amps>, RigFault> {
        let (volts, shunt) = match self.chip {
            MeterChip::Ina226 { shunt } => {
                self.convert_ina226(bus, MODE::ShuntVoltageTriggered)?;
                let microvolts = INA226::new(bus, self.address).shunt_voltage_microvolts();
                (microvolts.map_err(|e| self.silent(e))? * 1e-6, shunt)
            }
            MeterChip::Ina219 { shunt } => {
                self.convert_ina219(bus, MeasuredSignals::ShuntVoltage)?;
                let address = Address::from_byte(self.address).map_err(|e| self.silent(e))?;
                let reading = SyncIna219::new_unchecked(bus, address, UnCalibrated).shunt_voltage();
                (f64::from(reading.map_err(|e| self.silent(e))?.shunt_voltage_uv()) * 1e-6, shunt)
            }
            MeterChip::Ads1115 { .. } => return Ok(None),
        };
        Ok(Some(Amps(volts / shunt.0)))
    }

    fn ina226(&self, bus: &mut (impl I2c + DelayNs)) -> Result<Volts, RigFault> {
        self.convert_ina226(bus, MODE::BusVoltageTriggered)?;
        let millivolts = INA226::new(bus, self.address).bus_voltage_millivolts().map_err(|e| self.silent(e))?;
        Ok(Volts(millivolts * 1e-3))
    }

    /// One conversion, begun and waited for.
    fn convert_ina226(&self, bus: &mut (impl I2c + DelayNs), mode: MODE) -> Result<(), RigFault> {
        let config = Config { avg: AVG::_1, vbusct: VBUSCT::_140us, vshct: VSHCT::_140us, mode };
        INA226::new(&mut *bus, self.address).set_configuration(&config).map_err(|e| self.silent(e))?;
        bus.delay_ns(slowest(Span::micros(140)));
        for _ in 0..POLLS {
            let mut driver = INA226::new(&mut *bus, self.address);
            if driver.mask_enable().map_err(|e| self.silent(e))?.contains(MaskEnableFlags::CVRF) {
                return Ok(());
            }
        }
        Err(self.never_ready())
    }

    fn ina219(&self, bus: &mut (impl I2c + DelayNs)) -> Result<Volts, RigFault> {
        self.convert_ina219(bus, MeasuredSignals::BusVoltage).map(|millivolts| Volts(f64::from(millivolts) * 1e-3))
    }

    /// One conversion of 12 bits, begun and waited for; the register that tells of its end has the bus voltage, in mV.
    fn convert_ina219(&self, bus: &mut (impl I2c + DelayNs), signals: MeasuredSignals) -> Result<u16, RigFault> {
        let address = Address::from_byte(self.address).map_err(|e| self.silent(e))?;
        let configuration = Configuration {
            bus_resolution: Resolution::Res12Bit,
            shunt_resolution: Resolution::Res12Bit,
            operating_mode: OperatingMode::Triggered(signals),
            ..Configuration::default()
        };
        SyncIna219::new_unchecked(&mut *bus, address, UnCalibrated)
            .set_configuration(configuration)
            .map_err(|e| self.silent(e))?;
        bus.delay_ns(slowest(Span::micros(532)));
        for _ in 0..POLLS {
            let mut driver = SyncIna219::new_unchecked(&mut *bus, address, UnCalibrated);
            let reading = driver.bus_voltage().map_err(|e| self.silent(e))?;
            if reading.is_conversion_ready() {
                return Ok(reading.voltage_mv());
            }
        }
        Err(self.never_ready())
    }

    fn ads1115(&self, bus: &mut (impl I2c + DelayNs), divider: Percent) -> Result<Volts, RigFault> {
        let address = [TargetAddr::Gnd, TargetAddr::Vdd, TargetAddr::Sda, TargetAddr::Scl];
        let address = address[usize::from(self.address & 3)];
        let mut driver = Ads1x1x::new_ads1115(&mut *bus, address);
        // Setting the rate begins a conversion by itself (the driver's configuration holds the start bit), of other inputs:
        // the one that is asked for comes after it.
        driver.set_data_rate(DataRate16Bit::Sps860).map_err(|e| self.silent(e))?;
        let mut steps = driver.read(channel::SingleA0);
        for _ in 0..2 * POLLS {
            if !matches!(steps, Err(nb::Error::WouldBlock)) {
                break;
            }
            // The driver owns the bus while it waits; its polls take time of their own.
            steps = driver.read(channel::SingleA0);
        }
        let steps = match steps {
            Ok(steps) => steps,
            Err(nb::Error::Other(e)) => return Err(self.silent(e)),
            Err(nb::Error::WouldBlock) => return Err(self.never_ready()),
        };
        Ok(Volts(f64::from(steps) * 2.048 / 32_768.0 / (divider.0 / 100.0)))
    }

    fn silent(&self, error: impl Debug) -> RigFault {
        RigFault {
            what: format!("the meter at {:#04x} does not answer ({error:?})", self.address),
            hint: "check its wires, its supply and its address".to_owned(),
        }
    }

    fn never_ready(&self) -> RigFault {
        RigFault {
            what: format!("the meter at {:#04x} never ends a conversion", self.address),
            hint: format!("is it another chip? {}", self.addresses()),
        }
    }
}

fn slowest(typical: Span) -> u32 {
    u32::try_from((typical.0 as f64 * SLOWEST) as i64).unwrap_or(u32::MAX)
}
