//! BKP: ten half-words that live on VBAT (RM0008, section 6).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 6.4.5. Of RTCCR the calibration value slows the RTC; its outputs to PC13 are loud, and so is tamper
/// detection.
pub const REGISTERS: &[Register] = &[
    Register::new("DR1", 0x04, 0xffff),
    Register::new("DR2", 0x08, 0xffff),
    Register::new("DR3", 0x0c, 0xffff),
    Register::new("DR4", 0x10, 0xffff),
    Register::new("DR5", 0x14, 0xffff),
    Register::new("DR6", 0x18, 0xffff),
    Register::new("DR7", 0x1c, 0xffff),
    Register::new("DR8", 0x20, 0xffff),
    Register::new("DR9", 0x24, 0xffff),
    Register::new("DR10", 0x28, 0xffff),
    Register::new("RTCCR", 0x2c, 0x7f).loud(0x380),
    Register::new("CR", 0x30, 0b10).loud(0b01).note("the tamper pin is not modelled"),
    Register::new("CSR", 0x34, 0b11).loud(0b100).note("the tamper pin is not modelled"),
];

/// The registers.
#[derive(Debug, Clone, Default)]
pub struct Backup {
    data: [u16; 10],
    calibration: u32,
}

impl Backup {
    /// How many of 2²⁰ RTC clock pulses are left out (RM0008, 6.3.2).
    pub fn skipped_pulses(&self) -> u32 {
        self.calibration
    }
}

impl Peripheral for Backup {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x04..=0x28 => u32::from(self.data[(offset as usize - 4) / 4]),
            0x2c => self.calibration,
            _ => 0,
        }
    }

    /// Needs PWR's DBP.
    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            _ if !now.unlocked => {}
            0x04..=0x28 => self.data[(offset as usize - 4) / 4] = value as u16,
            0x2c => self.calibration = value & 0x7f,
            _ => {}
        }
        Ok(())
    }

    /// The bus reset does not reach the backup domain; BDRST does (`Backup::default`).
    fn reset(&mut self, _: &Moment) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_words_are_kept_once_unlocked() {
        let (mut backup, now) = (Backup::default(), Moment::zero());
        backup.write(0x04, 0xbeef, &Moment { unlocked: false, ..now }).unwrap();
        assert_eq!(backup.read(0x04, &now), 0);
        backup.write(0x28, 0x1_beef, &now).unwrap();
        assert_eq!(backup.read(0x28, &now), 0xbeef);
        backup.reset(&now);
        assert_eq!(backup.read(0x28, &now), 0xbeef);
    }
}
