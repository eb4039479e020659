//! The STM32F103C8 around the core: one file per peripheral, tied together by one table ([`map`]) and [`chip`].
//!
//! Each peripheral is plain data behind [`peripheral::Peripheral`], and each file opens with its registers: which bits
//! are modelled, which are refused. Figures are from the data sheet DS5319 and the reference manual RM0008, named where
//! they stand.

mod access;
pub mod adc;
pub mod afio;
pub mod bkp;
pub mod chip;
mod console;
#[cfg(test)]
mod coverage;
pub mod crc;
pub mod dbgmcu;
pub mod dma;
pub mod eeprom;
pub mod exti;
pub mod flash;
pub mod gpio;
pub mod i2c;
pub mod iwdg;
pub mod map;
pub mod option_bytes;
pub mod peripheral;
mod pins;
pub mod pwr;
pub mod rcc;
pub mod register;
pub mod rtc;
pub mod signals;
pub mod spi;
#[cfg(test)]
mod tests;
pub mod timebase;
pub mod timer;
mod units;
pub mod usart;
pub mod wwdg;
