//! The chip's peripherals, and how one is found.

use super::adc::Adc;
use super::afio::Afio;
use super::bkp::Backup;
use super::crc::Crc;
use super::dbgmcu::Dbgmcu;
use super::dma::Dma;
use super::exti::Exti;
use super::gpio::Gpio;
use super::i2c::I2c;
use super::iwdg::Iwdg;
use super::map::{self, BLOCKS, Unit};
use super::peripheral::Peripheral;
use super::pwr::Pwr;
use super::rcc::Rcc;
use super::rtc::Rtc;
use super::spi::Spi;
use super::timebase::Rate;
use super::timer::Timer;
use super::usart::Usart;
use super::wwdg::Wwdg;
use crate::wiring::Clocks;

/// Every peripheral but the flash's controller, which the memory bus needs too.
#[derive(Debug, Clone)]
pub(super) struct Units {
    pub rcc: Rcc,
    pub gpio: [Gpio; 4],
    pub afio: Afio,
    pub exti: Exti,
    pub usart: [Usart; 3],
    pub pwr: Pwr,
    pub iwdg: Iwdg,
    pub rtc: Rtc,
    pub backup: Backup,
    pub dbgmcu: Dbgmcu,
    pub tim: [Timer; 4],
    pub wwdg: Wwdg,
    pub spi: [Spi; 2],
    pub i2c: [I2c; 2],
    pub adc: [Adc; 2],
    pub dma: Dma,
    pub crc: Crc,
}

impl Units {
    pub fn new(clocks: Clocks) -> Self {
        Self {
            rcc: Rcc::new(clocks),
            gpio: Default::default(),
            afio: Afio::default(),
            exti: Exti::default(),
            usart: Default::default(),
            pwr: Pwr::default(),
            iwdg: Iwdg::new(Rate::hertz(clocks.lsi.0 as u32)),
            rtc: Rtc::default(),
            backup: Backup::default(),
            dbgmcu: Dbgmcu::default(),
            tim: [true, false, false, false].map(Timer::new),
            wwdg: Wwdg::default(),
            spi: Default::default(),
            i2c: Default::default(),
            adc: Default::default(),
            dma: Dma::default(),
            crc: Crc::default(),
        }
    }
}

impl super::chip::Chip {
    /// What models a unit.
    pub(super) fn peripheral(&mut self, unit: Unit) -> &mut dyn Peripheral {
        match unit {
            Unit::Flash => &mut self.flash,
            Unit::Rtc => &mut self.units.rtc,
            Unit::Iwdg => &mut self.units.iwdg,
            Unit::Bkp => &mut self.units.backup,
            Unit::Pwr => &mut self.units.pwr,
            Unit::Afio => &mut self.units.afio,
            Unit::Exti => &mut self.units.exti,
            Unit::Gpio(n) => &mut self.units.gpio[n],
            Unit::Usart(n) => &mut self.units.usart[n],
            Unit::Rcc => &mut self.units.rcc,
            Unit::Dbgmcu => &mut self.units.dbgmcu,
            Unit::Tim(n) => &mut self.units.tim[n],
            Unit::Wwdg => &mut self.units.wwdg,
            Unit::Spi(n) => &mut self.units.spi[n],
            Unit::I2c(n) => &mut self.units.i2c[n],
            Unit::Adc(n) => &mut self.units.adc[n],
            Unit::Dma => &mut self.units.dma,
            Unit::Crc => &mut self.units.crc,
        }
    }

    /// The same, to look at.
    pub(super) fn view(&self, unit: Unit) -> &dyn Peripheral {
        match unit {
            Unit::Flash => &self.flash,
            Unit::Rtc => &self.units.rtc,
            Unit::Iwdg => &self.units.iwdg,
            Unit::Bkp => &self.units.backup,
            Unit::Pwr => &self.units.pwr,
            Unit::Afio => &self.units.afio,
            Unit::Exti => &self.units.exti,
            Unit::Gpio(n) => &self.units.gpio[n],
            Unit::Usart(n) => &self.units.usart[n],
            Unit::Rcc => &self.units.rcc,
            Unit::Dbgmcu => &self.units.dbgmcu,
            Unit::Tim(n) => &self.units.tim[n],
            Unit::Wwdg => &self.units.wwdg,
            Unit::Spi(n) => &self.units.spi[n],
            Unit::I2c(n) => &self.units.i2c[n],
            Unit::Adc(n) => &self.units.adc[n],
            Unit::Dma => &self.units.dma,
            Unit::Crc => &self.units.crc,
        }
    }
}

/// A set of places in [`BLOCKS`]: the peripherals that anything was written to since the reset. The others do nothing
/// and need not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Live(u64);

impl Live {
    /// Those that do something without being asked.
    pub fn after_reset() -> Self {
        const ALWAYS: [Unit; 4] = [Unit::Rtc, Unit::Exti, Unit::Rcc, Unit::Flash];
        let mut live = Self(0);
        ALWAYS.into_iter().for_each(|unit| live.add(map::place(unit)));
        live
    }

    pub fn add(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    /// Their places and what models them.
    pub fn iter(self) -> impl Iterator<Item = (usize, Unit)> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as usize;
            left &= left.checked_sub(1)?;
            Some((place, BLOCKS[place].unit?))
        })
    }
}
