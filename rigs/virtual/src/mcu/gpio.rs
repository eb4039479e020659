//! GPIO: one port of sixteen pins (RM0008, section 9).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 9.5.
pub const REGISTERS: &[Register] = &[
    Register::new("CRL", 0x00, u32::MAX).reset(0x4444_4444),
    Register::new("CRH", 0x04, u32::MAX).reset(0x4444_4444),
    Register::new("IDR", 0x08, 0xffff),
    Register::new("ODR", 0x0c, 0xffff),
    Register::new("BSRR", 0x10, u32::MAX),
    Register::new("BRR", 0x14, 0xffff),
    Register::new("LCKR", 0x18, 0x1_ffff),
];

/// LCKR.LCKK.
const LCKK: u32 = 1 << 16;

/// A pin, as data sheets write it: `PB0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin {
    /// 0 for port A.
    pub port: u8,
    /// 0 to 15.
    pub number: u8,
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "P{}{}", (b'A' + self.port) as char, self.number)
    }
}

impl std::str::FromStr for Pin {
    type Err = String;

    /// Reads `PA0` to `PD15`; which of them a package bonds out is the wiring's to check.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("`{text}` is not a pin of the chip; write `PB0`, with port A to D and number 0 to 15");
        let rest = text.strip_prefix('P').ok_or_else(expected)?;
        let port = rest.bytes().next().filter(|b| (b'A'..=b'D').contains(b)).ok_or_else(expected)?;
        let number: u8 = rest[1..].parse().ok().filter(|n| *n < 16).ok_or_else(expected)?;
        Ok(Self { port: port - b'A', number })
    }
}

/// What stands at a pin from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drive {
    /// Nothing: the pull, or the last level, decides.
    #[default]
    Floating,
    /// Pulled or driven low.
    Low,
    /// Pulled or driven high.
    High,
}

/// Sixteen pins, one bit each: who drives which, and how high.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Levels {
    /// The pins that are driven.
    pub driven: u16,
    /// Which of those are high.
    pub high: u16,
}

impl Levels {
    /// Adds a pin and its level.
    pub fn set(&mut self, pin: u8, high: bool) {
        self.driven |= 1 << pin;
        self.high = self.high & !(1 << pin) | u16::from(high) << pin;
    }
}

/// How far the key sequence of LCKR has got (RM0008, 9.2.7): write 1, write 0, write 1, read, each with the same pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Key {
    #[default]
    None,
    One(u16),
    OneZero(u16),
    OneZeroOne(u16),
    Locked(u16),
}

/// The pins' modes, one bit each.
#[derive(Debug, Clone, Copy, Default)]
struct Modes {
    output: u16,
    /// Outputs of which the level is a peripheral's.
    alternate: u16,
    open_drain: u16,
    /// Inputs with a pull.
    pulled: u16,
    analog: u16,
}

impl Modes {
    fn of(configuration: [u32; 2]) -> Self {
        let mut modes = Self::default();
        for pin in 0..16u8 {
            let bits = configuration[usize::from(pin / 8)] >> (pin % 8 * 4) & 15;
            let bit = 1 << pin;
            match (bits & 3 != 0, bits >> 2) {
                (true, cnf) => {
                    modes.output |= bit;
                    modes.alternate |= if cnf & 2 != 0 { bit } else { 0 };
                    modes.open_drain |= if cnf & 1 != 0 { bit } else { 0 };
                }
                (false, 0) => modes.analog |= bit,
                (false, 2) => modes.pulled |= bit,
                (false, _) => {}
            }
        }
        modes
    }
}

/// The registers of one port.
#[derive(Debug, Clone)]
pub struct Gpio {
    configuration: [u32; 2],
    /// The same, by pin.
    modes: Modes,
    output: u16,
    key: Key,
    outside: Levels,
    /// What peripherals drive, for pins that are alternate-function outputs.
    alternate: Levels,
    /// Pins that the debug port owns (RM0008, 9.3.5): the registers do nothing there.
    taken: u16,
}

impl Default for Gpio {
    fn default() -> Self {
        Self {
            configuration: [0x4444_4444; 2],
            modes: Modes::default(),
            output: 0,
            key: Key::None,
            outside: Levels::default(),
            alternate: Levels::default(),
            taken: 0,
        }
    }
}

impl Gpio {
    /// What the port itself drives: no inputs, no open drain let go, no alternate function that nothing drives.
    fn drives(&self) -> Levels {
        let modes = &self.modes;
        let high = self.output & !modes.alternate | self.alternate.high & modes.alternate;
        let silent = modes.alternate & !self.alternate.driven | modes.open_drain & high | self.taken;
        Levels { driven: modes.output & !silent, high }
    }

    /// The level that the port itself drives at a pin; `None` where it lets go.
    pub fn driven(&self, pin: u8) -> Option<bool> {
        let levels = self.drives();
        (levels.driven >> pin & 1 == 1).then_some(levels.high >> pin & 1 == 1)
    }

    /// Whether the pin is an alternate-function output.
    pub fn is_alternate_output(&self, pin: u8) -> bool {
        self.modes.alternate & !self.taken & 1 << pin != 0
    }

    /// Whether any pin is an alternate-function output.
    pub fn has_alternates(&self) -> bool {
        self.modes.alternate != 0
    }

    /// What the peripherals drive.
    pub fn set_alternate(&mut self, levels: Levels) {
        self.alternate = levels;
    }

    /// Which pins the debug port owns.
    pub fn set_taken(&mut self, pins: u16) {
        self.taken = pins;
    }

    /// Puts a level at a pin from outside.
    pub fn set_outside(&mut self, pin: u8, drive: Drive) {
        match drive {
            Drive::Floating => self.outside.driven &= !(1 << pin),
            Drive::Low => self.outside.set(pin, false),
            Drive::High => self.outside.set(pin, true),
        }
    }

    /// What stands at a pin from outside.
    pub fn outside(&self, pin: u8) -> Drive {
        match (self.outside.driven >> pin & 1, self.outside.high >> pin & 1) {
            (0, _) => Drive::Floating,
            (_, 0) => Drive::Low,
            _ => Drive::High,
        }
    }

    /// The levels that the pins have: the port's own drive, else what stands outside, else the pull (ODR chooses its
    /// direction). A floating input reads low: a real one reads noise, and firmware that depends on it is broken. An
    /// analog pin reads low, whatever it has.
    pub fn input(&self) -> u16 {
        let (own, outside) = (self.drives(), self.outside);
        let pulled = self.modes.pulled & self.output & !outside.driven;
        let others = outside.driven & outside.high | pulled;
        (own.driven & own.high | !own.driven & others) & !self.modes.analog
    }

    fn write_configuration(&mut self, half: usize, value: u32) {
        let locked = match self.key {
            Key::Locked(pins) => {
                (0..8).fold(0, |mask, n| mask | (u32::from(pins >> (8 * half + n) & 1) * 15) << (4 * n))
            }
            _ => 0,
        };
        self.configuration[half] = self.configuration[half] & locked | value & !locked;
        self.modes = Modes::of(self.configuration);
    }

    fn write_lock(&mut self, value: u32) {
        let pins = value as u16;
        self.key = match (self.key, value & LCKK != 0) {
            (Key::Locked(pins), _) => Key::Locked(pins),
            (Key::One(same), false) if same == pins => Key::OneZero(pins),
            (Key::OneZero(same), true) if same == pins => Key::OneZeroOne(pins),
            (_, true) => Key::One(pins),
            _ => Key::None,
        };
    }

    fn read_lock(&mut self) -> u32 {
        match self.key {
            Key::Locked(pins) => u32::from(pins) | LCKK,
            Key::OneZeroOne(pins) => {
                // This read shows 0, the next one shows the lock.
                self.key = Key::Locked(pins);
                u32::from(pins)
            }
            Key::One(pins) | Key::OneZero(pins) => u32::from(pins),
            Key::None => 0,
        }
    }
}

impl Peripheral for Gpio {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 | 0x04 => self.configuration[offset as usize / 4],
            0x08 => u32::from(self.input()),
            0x0c => u32::from(self.output),
            0x18 => self.read_lock(),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        match offset {
            0x00 | 0x04 => self.write_configuration(offset as usize / 4, value),
            0x0c => self.output = value as u16,
            // Set wins over reset where both are written (RM0008, 9.2.5).
            0x10 => self.output = self.output & !((value >> 16) as u16) | value as u16,
            0x14 => self.output &= !(value as u16),
            0x18 => self.write_lock(value),
            _ => {}
        }
        Ok(())
    }

    /// Every pin a floating input. What stands outside stays.
    fn reset(&mut self, _: &Moment) {
        *self = Self { outside: self.outside, taken: self.taken, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_read_and_print() {
        assert_eq!("PB0".parse(), Ok(Pin { port: 1, number: 0 }));
        assert_eq!(Pin { port: 2, number: 13 }.to_string(), "PC13");
        for text in ["PB16", "B0", "PE0", "P", "PBx", "Pä1"] {
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }

    fn port(low: u32) -> (Gpio, Moment) {
        let (mut port, now) = (Gpio::default(), Moment::zero());
        port.write(0x00, low, &now).unwrap();
        (port, now)
    }

    #[test]
    fn an_output_drives_and_a_pull_up_reads_high_until_pressed() {
        assert_eq!(Gpio::default().driven(0), None, "inputs after reset");
        let (mut port, now) = port(0x4444_4482);
        port.write(0x10, 0x0003, &now).unwrap();
        assert_eq!(port.driven(0), Some(true));
        assert_eq!(port.read(0x08, &now), 3);
        port.set_outside(1, Drive::Low);
        assert_eq!(port.read(0x08, &now), 1);
        port.write(0x10, 0x0001_0001, &now).unwrap();
        assert_eq!(port.driven(0), Some(true), "set wins");
        port.write(0x14, 1, &now).unwrap();
        assert_eq!(port.driven(0), Some(false));
    }

    #[test]
    fn an_open_drain_only_pulls_down() {
        let (mut port, now) = port(0x4444_4446);
        assert_eq!(port.driven(0), Some(false));
        port.write(0x0c, 1, &now).unwrap();
        assert_eq!(port.driven(0), None);
        port.set_outside(0, Drive::High);
        assert_eq!(port.read(0x08, &now), 1);
        port.write(0x0c, 0, &now).unwrap();
        assert_eq!(port.read(0x08, &now), 0, "it wins over a pull");
    }

    #[test]
    fn an_alternate_function_drives_what_its_peripheral_says() {
        let (mut port, now) = port(0x4444_44fb);
        port.write(0x0c, 3, &now).unwrap();
        assert!(port.has_alternates());
        assert_eq!(port.driven(0), None, "ODR has no say");
        let mut levels = Levels::default();
        levels.set(0, true);
        levels.set(1, true);
        port.set_alternate(levels);
        assert_eq!((port.driven(0), port.driven(1)), (Some(true), None), "push-pull and open drain");
    }

    #[test]
    fn an_analog_pin_reads_zero() {
        let (mut port, now) = port(0x4444_4440);
        port.set_outside(0, Drive::High);
        assert_eq!(port.read(0x08, &now), 0);
        assert!(!port.has_alternates());
    }

    #[test]
    fn the_lock_takes_its_whole_sequence_and_holds_until_reset() {
        let (mut port, now) = port(0x4444_4444);
        for value in [LCKK | 1, 1] {
            port.write(0x18, value, &now).unwrap();
        }
        port.write(0x00, 0x4444_4443, &now).unwrap();
        assert_eq!(port.read(0x00, &now), 0x4444_4443, "half a sequence locks nothing");
        for value in [0, LCKK | 1, 1, LCKK | 1] {
            port.write(0x18, value, &now).unwrap();
        }
        assert_eq!(port.read(0x18, &now), 1);
        assert_eq!(port.read(0x18, &now), LCKK | 1);
        port.write(0x00, 0x4444_4434, &now).unwrap();
        assert_eq!(port.read(0x00, &now), 0x4444_4433, "pin 0 keeps its mode, pin 1 does not");
        port.reset(&now);
        assert_eq!(port.read(0x18, &now), 0);
    }

    #[test]
    fn the_debug_port_keeps_its_pins() {
        let (mut port, now) = port(0x4444_4443);
        port.write(0x0c, 1, &now).unwrap();
        port.set_taken(1);
        assert_eq!(port.driven(0), None);
    }
}
