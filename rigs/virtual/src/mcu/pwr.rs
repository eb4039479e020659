//! PWR: backup-domain protection and the programmable voltage detector (RM0008, section 5; levels from DS5319, table 11).

use brownout_trace::Volts;

const DBP: u32 = 1 << 8;
const PVDE: u32 = 1 << 4;
const PVDO: u32 = 1 << 2;
/// PVDE and PLS.
const DETECTOR: u32 = 0xf0;

/// Typical PVD thresholds by PLS: falling and rising.
const PVD_LEVELS: [(f64, f64); 8] =
    [(2.08, 2.18), (2.18, 2.28), (2.28, 2.38), (2.38, 2.48), (2.47, 2.58), (2.57, 2.68), (2.66, 2.78), (2.76, 2.88)];

/// The registers of PWR.
#[derive(Debug, Clone, Default)]
pub struct Pwr {
    cr: u32,
    csr: u32,
    low: bool,
    /// The detector's bits of CR as last compared with.
    compared: u32,
}

impl Pwr {
    /// Reads the register at `offset`; `None` where PWR has none.
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.cr),
            0x04 => Some(self.csr | if self.output() { PVDO } else { 0 }),
            _ => None,
        }
    }

    /// Writes the register at `offset`; `None` where PWR has none.
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 => {
                if value & 4 != 0 {
                    self.csr &= !1;
                }
                if value & 8 != 0 {
                    self.csr &= !2;
                }
                self.cr = value & 0x1f3;
            }
            0x04 => self.csr = self.csr & !(1 << 8) | value & 1 << 8,
            _ => return None,
        }
        Some(())
    }

    /// Writes to the backup domain are allowed (DBP).
    pub fn backup_unlocked(&self) -> bool {
        self.cr & DBP != 0
    }

    /// The detector's falling and rising thresholds, while it is on.
    pub fn pvd(&self) -> Option<(Volts, Volts)> {
        let (falling, rising) = PVD_LEVELS[(self.cr >> 5 & 7) as usize];
        (self.cr & PVDE != 0).then_some((Volts(falling), Volts(rising)))
    }

    /// VDD went through a threshold while the detector was on.
    pub fn set_low(&mut self, low: bool) {
        self.low = low && self.pvd().is_some();
    }

    /// The detector was switched, or its level changed, since it last compared.
    pub fn is_stale(&self) -> bool {
        self.cr & DETECTOR != self.compared
    }

    /// Compares VDD with the level as configured now. Between the thresholds the output stays as it was.
    pub fn evaluate(&mut self, vdd: Volts) {
        self.compared = self.cr & DETECTOR;
        self.low = match self.pvd() {
            None => false,
            Some((falling, _)) if vdd < falling => true,
            Some((_, rising)) if vdd >= rising => false,
            Some(_) => self.low,
        };
    }

    /// PVDO: VDD is below the threshold.
    pub fn output(&self) -> bool {
        self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detector_compares_when_switched_on() {
        let mut pwr = Pwr::default();
        pwr.write(0, 7 << 5 | PVDE).unwrap();
        assert!(pwr.is_stale());
        pwr.evaluate(Volts(2.5));
        assert_eq!(pwr.read(4), Some(PVDO));
        pwr.evaluate(Volts(2.8));
        assert!(pwr.output(), "hysteresis");
        pwr.evaluate(Volts(3.3));
        assert!(!pwr.output() && !pwr.is_stale());
    }
}
