//! CRC: the Ethernet polynomial over whole words (RM0008, section 4).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 4.4.4.
pub const REGISTERS: &[Register] = &[
    Register::new("DR", 0x00, u32::MAX).reset(u32::MAX),
    Register::new("IDR", 0x04, 0xff),
    Register::new("CR", 0x08, 1),
];

const POLYNOMIAL: u32 = 0x04c1_1db7;

/// The registers. A word is done at once; the chip takes four cycles of HCLK, for which the bus waits.
#[derive(Debug, Clone)]
pub struct Crc {
    value: u32,
    scratch: u8,
}

impl Default for Crc {
    fn default() -> Self {
        Self { value: u32::MAX, scratch: 0 }
    }
}

impl Peripheral for Crc {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => self.value,
            0x04 => u32::from(self.scratch),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        match offset {
            0x00 => {
                self.value =
                    (0..32).fold(self.value ^ value, |crc, _| (crc << 1) ^ if crc >> 31 == 1 { POLYNOMIAL } else { 0 });
            }
            0x04 => self.scratch = value as u8,
            // IDR survives (RM0008, 4.4.3).
            _ if value & 1 == 1 => self.value = u32::MAX,
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_crc_32_mpeg_2_of_the_words_most_significant_byte_first() {
        let (mut crc, now) = (Crc::default(), Moment::zero());
        // CRC-32/MPEG-2 of "12345678" is 0x3c4687af.
        for word in [0x3132_3334, 0x3536_3738] {
            crc.write(0, word, &now).unwrap();
        }
        assert_eq!(crc.read(0, &now), reference(b"12345678"));
        crc.write(4, 0x15a, &now).unwrap();
        crc.write(8, 1, &now).unwrap();
        assert_eq!((crc.read(0, &now), crc.read(4, &now)), (u32::MAX, 0x5a));
    }

    /// Bit by bit, from the definition.
    fn reference(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1)) {
            let top = (crc >> 31) as u8 ^ bit;
            crc <<= 1;
            if top == 1 {
                crc ^= 0x04c1_1db7;
            }
        }
        crc
    }
}
