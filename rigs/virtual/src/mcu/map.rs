//! Where the chip's peripherals are, and what ties each to the rest: its clock and reset bit in RCC, its interrupt
//! positions, its DMA channels, its registers (RM0008, tables 3, 63 and 78). One entry is one peripheral.

use super::register::{self, Register};
use super::*;

/// A peripheral that is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the manual; numbers count from 0")]
pub enum Unit {
    Tim(usize),
    Rtc,
    Wwdg,
    Iwdg,
    Spi(usize),
    I2c(usize),
    Bkp,
    Pwr,
    Afio,
    Exti,
    Gpio(usize),
    Adc(usize),
    Usart(usize),
    Dma,
    Rcc,
    Flash,
    Crc,
    Dbgmcu,
}

/// The bit of RCC that clocks a peripheral, and, on the two APB buses, at the same place in the register beside it,
/// resets it. It also says which bus the peripheral hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It needs no enabling.
    Always,
    /// A bit of AHBENR; there is no reset.
    Ahb(u32),
    /// A bit of APB1ENR and APB1RSTR.
    Apb1(u32),
    /// A bit of APB2ENR and APB2RSTR.
    Apb2(u32),
}

/// The clock that a peripheral counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// HCLK.
    Hclk,
    /// PCLK1.
    Pclk1,
    /// PCLK2.
    Pclk2,
    /// PCLK1, doubled if APB1's prescaler is not 1.
    Timer1,
    /// PCLK2, doubled if APB2's prescaler is not 1.
    Timer2,
    /// PCLK2 through ADCPRE.
    Adc,
}

/// One peripheral.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Its first address; it takes 1 KiB.
    pub base: u32,
    /// Its name.
    pub name: &'static str,
    /// Its section in RM0008.
    pub section: &'static str,
    /// What models it.
    pub unit: Option<Unit>,
    /// What clocks and resets it.
    pub gate: Gate,
    /// What it counts.
    pub clock: Clock,
    /// Its registers.
    pub registers: &'static [Register],
    /// The NVIC position of each of its interrupt lines.
    pub irqs: &'static [u8],
    /// The channel of DMA1, from 1, that each of its requests asks for.
    pub requests: &'static [u8],
}

impl Block {
    /// A peripheral without a model.
    const fn absent(base: u32, name: &'static str, section: &'static str) -> Self {
        let (gate, clock) = (Always, Clock::Hclk);
        Self { base, name, section, unit: None, gate, clock, registers: &[], irqs: &[], requests: &[] }
    }

    const fn new(base: u32, name: &'static str, section: &'static str, unit: Unit, gate: Gate) -> Self {
        let clock = match gate {
            Apb1(_) => Clock::Pclk1,
            Apb2(_) => Clock::Pclk2,
            Ahb(_) | Always => Clock::Hclk,
        };
        Self { unit: Some(unit), gate, clock, ..Self::absent(base, name, section) }
    }

    const fn registers(self, registers: &'static [Register]) -> Self {
        Self { registers, ..self }
    }

    const fn requests(self, requests: &'static [u8]) -> Self {
        Self { requests, ..self }
    }

    const fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    const fn timer(base: u32, n: usize, name: &'static str, gate: Gate, irqs: &'static [u8]) -> Self {
        let (section, registers, clock) =
            if n == 0 { ("14", timer::ADVANCED, Clock::Timer2) } else { ("15", timer::GENERAL, Clock::Timer1) };
        Self::new(base, name, section, Unit::Tim(n), gate).registers(registers).clock(clock).irqs(irqs)
    }

    const fn usart(base: u32, n: usize, name: &'static str, gate: Gate, irqs: &'static [u8]) -> Self {
        Self::new(base, name, "27", Unit::Usart(n), gate).registers(usart::REGISTERS).irqs(irqs)
    }

    const fn spi(base: u32, n: usize, name: &'static str, gate: Gate, irqs: &'static [u8]) -> Self {
        Self::new(base, name, "25", Unit::Spi(n), gate).registers(spi::REGISTERS).irqs(irqs)
    }

    const fn i2c(base: u32, n: usize, name: &'static str, gate: Gate, irqs: &'static [u8]) -> Self {
        Self::new(base, name, "26", Unit::I2c(n), gate).registers(i2c::REGISTERS).irqs(irqs)
    }

    const fn adc(base: u32, n: usize, name: &'static str, gate: Gate) -> Self {
        let block = Self::new(base, name, "11", Unit::Adc(n), gate).registers(adc::REGISTERS);
        block.clock(Clock::Adc).irqs(&[18])
    }

    const fn irqs(self, irqs: &'static [u8]) -> Self {
        Self { irqs, ..self }
    }
}

use Gate::{Ahb, Always, Apb1, Apb2};

/// A line that does not come to the NVIC.
pub const NO_IRQ: u8 = 63;

/// Every peripheral of the chip, by address.
pub const BLOCKS: &[Block] = &[
    Block::timer(0x4000_0000, 1, "TIM2", Apb1(0), &[NO_IRQ, 28, 28, 28]).requests(&[2, 5, 7, 1, 7]),
    Block::timer(0x4000_0400, 2, "TIM3", Apb1(1), &[NO_IRQ, 29, 29, 29]).requests(&[3, 6, 0, 2, 3, 6]),
    Block::timer(0x4000_0800, 3, "TIM4", Apb1(2), &[NO_IRQ, 30, 30, 30]).requests(&[7, 1, 4, 5]),
    Block::new(0x4000_2800, "RTC", "18", Unit::Rtc, Always).registers(rtc::REGISTERS).irqs(&[3]),
    Block::new(0x4000_2c00, "WWDG", "20", Unit::Wwdg, Apb1(11)).registers(wwdg::REGISTERS).irqs(&[0]),
    Block::new(0x4000_3000, "IWDG", "19", Unit::Iwdg, Always).registers(iwdg::REGISTERS),
    Block::spi(0x4000_3800, 1, "SPI2", Apb1(14), &[36]).requests(&[4, 5]),
    Block::usart(0x4000_4400, 1, "USART2", Apb1(17), &[38]).requests(&[7, 6]),
    Block::usart(0x4000_4800, 2, "USART3", Apb1(18), &[39]).requests(&[2, 3]),
    Block::i2c(0x4000_5400, 0, "I2C1", Apb1(21), &[31, 32]).requests(&[6, 7]),
    Block::i2c(0x4000_5800, 1, "I2C2", Apb1(22), &[33, 34]).requests(&[4, 5]),
    Block::absent(0x4000_5c00, "USB", "23"),
    Block::absent(0x4000_6000, "USB/CAN SRAM", "23"),
    Block::absent(0x4000_6400, "CAN", "24"),
    Block::new(0x4000_6c00, "BKP", "6", Unit::Bkp, Apb1(27)).registers(bkp::REGISTERS),
    Block::new(0x4000_7000, "PWR", "5", Unit::Pwr, Apb1(28)).registers(pwr::REGISTERS),
    Block::new(0x4001_0000, "AFIO", "9", Unit::Afio, Apb2(0)).registers(afio::REGISTERS),
    Block::new(0x4001_0400, "EXTI", "10", Unit::Exti, Always).registers(exti::REGISTERS).irqs(exti::IRQS),
    Block::new(0x4001_0800, "GPIOA", "9", Unit::Gpio(0), Apb2(2)).registers(gpio::REGISTERS),
    Block::new(0x4001_0c00, "GPIOB", "9", Unit::Gpio(1), Apb2(3)).registers(gpio::REGISTERS),
    Block::new(0x4001_1000, "GPIOC", "9", Unit::Gpio(2), Apb2(4)).registers(gpio::REGISTERS),
    Block::new(0x4001_1400, "GPIOD", "9", Unit::Gpio(3), Apb2(5)).registers(gpio::REGISTERS),
    Block::absent(0x4001_1800, "GPIOE", "9"),
    Block::adc(0x4001_2400, 0, "ADC1", Apb2(9)).requests(&[1]),
    Block::adc(0x4001_2800, 1, "ADC2", Apb2(10)),
    Block::timer(0x4001_2c00, 0, "TIM1", Apb2(11), &[NO_IRQ, 25, 26, 27]).requests(&[5, 2, 3, 6, 4, 4]),
    Block::spi(0x4001_3000, 0, "SPI1", Apb2(12), &[35]).requests(&[2, 3]),
    Block::usart(0x4001_3800, 0, "USART1", Apb2(14), &[37]).requests(&[4, 5]),
    Block::new(0x4002_0000, "DMA1", "13", Unit::Dma, Ahb(0)).registers(dma::REGISTERS).irqs(dma::IRQS),
    Block::new(0x4002_1000, "RCC", "7", Unit::Rcc, Always).registers(rcc::REGISTERS).irqs(&[5]),
    Block::new(0x4002_2000, "FLASH", "3", Unit::Flash, Always).registers(flash::REGISTERS).irqs(&[4]),
    Block::new(0x4002_3000, "CRC", "4", Unit::Crc, Ahb(6)).registers(crc::REGISTERS),
    Block::new(0xe004_2000, "DBGMCU", "31", Unit::Dbgmcu, Always).registers(dbgmcu::REGISTERS),
];

/// The bytes of a block.
const SIZE: u32 = 0x400;
/// Where the buses begin; DBGMCU lies apart.
const BUSES: u32 = 0x4000_0000;
const NONE: u8 = u8::MAX;
/// By KiB from the start of the buses: the place in [`BLOCKS`].
const PLACES: [u8; 144] = {
    let mut places = [NONE; 144];
    let mut n = 0;
    while n < BLOCKS.len() {
        let place = (BLOCKS[n].base.wrapping_sub(BUSES) / SIZE) as usize;
        if place < places.len() {
            places[place] = n as u8;
        }
        n += 1;
    }
    places
};

/// The place in [`BLOCKS`] of what lies at an address; `None`: the chip has nothing there, and the bus faults.
pub fn locate(address: u32) -> Option<usize> {
    let place = address.wrapping_sub(BUSES) / SIZE;
    match PLACES.get(place as usize) {
        Some(&NONE) => None,
        Some(&n) => Some(usize::from(n)),
        None => BLOCKS.iter().position(|block| address & !(SIZE - 1) == block.base),
    }
}

/// The place in [`BLOCKS`] of a unit.
pub fn place(unit: Unit) -> usize {
    BLOCKS.iter().position(|block| block.unit == Some(unit)).unwrap_or(0)
}

/// An address in the manual's words: `TIM2_SMCR`, or `TIM2+0x2c` where there is no such register.
pub fn describe(address: u32) -> String {
    let Some(block) = locate(address).map(|n| &BLOCKS[n]) else { return format!("{address:#010x}") };
    let offset = address - block.base;
    match register::find(block.registers, offset) {
        Some(register) => format!("{}_{} ({address:#010x})", block.name, register.name),
        None => format!("{}+{offset:#04x} ({address:#010x})", block.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_names_and_gaps_have_none() {
        assert_eq!(describe(0x4000_0408), "TIM3_SMCR (0x40000408)");
        assert_eq!(describe(0x4002_1004), "RCC_CFGR (0x40021004)");
        assert_eq!(describe(0x4000_6408), "CAN+0x08 (0x40006408)");
        assert_eq!(describe(0x4000_2028), "0x40002028");
        assert_eq!(locate(0xe004_2004).map(|n| BLOCKS[n].name), Some("DBGMCU"));
    }

    #[test]
    fn no_register_is_listed_twice_and_no_bit_is_both_modelled_and_loud() {
        for block in BLOCKS {
            for (n, register) in block.registers.iter().enumerate() {
                let twice = block.registers[..n].iter().any(|other| other.offset == register.offset);
                assert!(!twice, "{}_{}", block.name, register.name);
                assert_eq!(register.modelled & register.loud, 0, "{}_{}", block.name, register.name);
                assert!(register.offset.is_multiple_of(4), "{}_{}", block.name, register.name);
            }
        }
    }
}
