//! GPIO: one port of sixteen pins (RM0008, section 9).

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

/// The registers of one port.
#[derive(Debug, Clone)]
pub struct Gpio {
    configuration: [u32; 2],
    output: u16,
    outside: [Drive; 16],
}

impl Default for Gpio {
    fn default() -> Self {
        Self { configuration: [0x4444_4444; 2], output: 0, outside: [Drive::Floating; 16] }
    }
}

impl Gpio {
    /// A system reset: every pin a floating input. What stands outside stays.
    pub fn reset(&mut self) {
        *self = Self { outside: self.outside, ..Self::default() };
    }

    /// Reads the register at `offset`; `None` where a port has none.
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 | 0x04 => self.configuration[offset as usize / 4],
            0x08 => u32::from(self.input()),
            0x0c => u32::from(self.output),
            0x10 | 0x14 => 0,
            0x18 => 0,
            _ => return None,
        })
    }

    /// Writes the register at `offset`; `None` where a port has none, and for LCKR: locking is not modelled.
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 | 0x04 => self.configuration[offset as usize / 4] = value,
            0x08 => {}
            0x0c => self.output = value as u16,
            // Set wins over reset where both are written (RM0008, 9.2.5).
            0x10 => self.output = self.output & !((value >> 16) as u16) | value as u16,
            0x14 => self.output &= !(value as u16),
            _ => return None,
        }
        Some(())
    }

    /// The four configuration bits of a pin: MODE in the lower two, CNF in the upper.
    fn mode(&self, pin: u8) -> u32 {
        self.configuration[usize::from(pin / 8)] >> (pin % 8 * 4) & 15
    }

    /// The level that the port itself drives; `None` for inputs, alternate functions and an open drain let go.
    pub fn driven(&self, pin: u8) -> Option<bool> {
        let level = self.output >> pin & 1 == 1;
        match (self.mode(pin) & 3, self.mode(pin) >> 2) {
            (0, _) => None,
            (_, 0) => Some(level),
            (_, 1) => (!level).then_some(false),
            _ => None,
        }
    }

    /// Whether the pin is an alternate-function output.
    pub fn is_alternate_output(&self, pin: u8) -> bool {
        self.mode(pin) & 3 != 0 && self.mode(pin) >> 3 == 1
    }

    /// Puts a level at a pin from outside.
    pub fn set_outside(&mut self, pin: u8, drive: Drive) {
        self.outside[usize::from(pin)] = drive;
    }

    /// The levels that IDR reads: the port's own drive, else what stands outside, else the pull (ODR chooses its
    /// direction). A floating input reads low: a real one reads noise, and firmware that depends on it is broken.
    pub fn input(&self) -> u16 {
        (0..16u8).fold(0, |word, pin| {
            let pulled = self.mode(pin) == 0b1000 && self.output >> pin & 1 == 1;
            let level = self.driven(pin).unwrap_or(match self.outside[usize::from(pin)] {
                Drive::Low => false,
                Drive::High => true,
                Drive::Floating => pulled,
            });
            word | u16::from(level) << pin
        })
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

    #[test]
    fn an_output_drives_and_a_pull_up_reads_high_until_pressed() {
        let mut port = Gpio::default();
        assert_eq!(port.driven(0), None, "inputs after reset");
        port.write(0x00, 0x4444_4482).unwrap();
        port.write(0x10, 0x0003).unwrap();
        assert_eq!(port.driven(0), Some(true));
        assert_eq!(port.read(0x08), Some(3));
        port.set_outside(1, Drive::Low);
        assert_eq!(port.read(0x08), Some(1));
        port.write(0x10, 0x0001_0001).unwrap();
        assert_eq!(port.driven(0), Some(true), "set wins");
    }
}
