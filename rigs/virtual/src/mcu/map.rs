//! Where the chip's registers are (RM0008, table 3), and what the ones we do not model are called.

/// A peripheral that is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the manual")]
pub enum Unit {
    Rtc,
    Iwdg,
    Bkp,
    Pwr,
    Afio,
    Exti,
    Gpio(usize),
    Usart1,
    Rcc,
    Flash,
    Dbgmcu,
}

/// Base address, name, and the unit where there is a model. Each block is 1 KiB.
const BLOCKS: &[(u32, &str, Option<Unit>)] = &[
    (0x4000_0000, "TIM2", None),
    (0x4000_0400, "TIM3", None),
    (0x4000_0800, "TIM4", None),
    (0x4000_2800, "RTC", Some(Unit::Rtc)),
    (0x4000_2c00, "WWDG", None),
    (0x4000_3000, "IWDG", Some(Unit::Iwdg)),
    (0x4000_3800, "SPI2", None),
    (0x4000_4400, "USART2", None),
    (0x4000_4800, "USART3", None),
    (0x4000_5400, "I2C1", None),
    (0x4000_5800, "I2C2", None),
    (0x4000_5c00, "USB", None),
    (0x4000_6000, "USB/CAN SRAM", None),
    (0x4000_6400, "CAN", None),
    (0x4000_6c00, "BKP", Some(Unit::Bkp)),
    (0x4000_7000, "PWR", Some(Unit::Pwr)),
    (0x4001_0000, "AFIO", Some(Unit::Afio)),
    (0x4001_0400, "EXTI", Some(Unit::Exti)),
    (0x4001_0800, "GPIOA", Some(Unit::Gpio(0))),
    (0x4001_0c00, "GPIOB", Some(Unit::Gpio(1))),
    (0x4001_1000, "GPIOC", Some(Unit::Gpio(2))),
    (0x4001_1400, "GPIOD", Some(Unit::Gpio(3))),
    (0x4001_1800, "GPIOE", None),
    (0x4001_2400, "ADC1", None),
    (0x4001_2800, "ADC2", None),
    (0x4001_2c00, "TIM1", None),
    (0x4001_3000, "SPI1", None),
    (0x4001_3800, "USART1", Some(Unit::Usart1)),
    (0x4002_0000, "DMA1", None),
    (0x4002_1000, "RCC", Some(Unit::Rcc)),
    (0x4002_2000, "FLASH", Some(Unit::Flash)),
    (0x4002_3000, "CRC", None),
    (0xe004_2000, "DBGMCU", Some(Unit::Dbgmcu)),
];

/// The modelled unit at an address and the offset into it.
pub fn unit(address: u32) -> Option<(Unit, u32)> {
    let (base, _, unit) = block(address)?;
    unit.map(|unit| (unit, address - base))
}

/// An address in the manual's words: `TIM2+0x2c`.
pub fn describe(address: u32) -> String {
    match block(address) {
        Some((base, name, _)) => format!("{name}+{:#04x} ({address:#010x})", address - base),
        None => format!("{address:#010x}"),
    }
}

/// Whether the chip has anything at this address, modelled or not: if not, the bus faults.
pub fn exists(address: u32) -> bool {
    block(address).is_some()
}

fn block(address: u32) -> Option<(u32, &'static str, Option<Unit>)> {
    BLOCKS.iter().copied().find(|(base, _, _)| address & !0x3ff == *base)
}
