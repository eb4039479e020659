//! The STM32F103C8 around the core: one file per peripheral, tied together in [`chip`].
//!
//! Each peripheral is plain data with `read` and `write` by register offset (`None`: it has no such register),
//! `next_event` (when it changes by itself) and `settle` (make the changes that are due). Figures are from the
//! data sheet DS5319 and the reference manual RM0008, named where they stand.

pub mod chip;
pub mod exti;
pub mod flash;
pub mod gpio;
pub mod iwdg;
pub mod map;
pub mod pwr;
pub mod rcc;
pub mod rtc;
pub mod timebase;
pub mod usart;
