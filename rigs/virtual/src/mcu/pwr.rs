//! PWR: backup-domain protection, the programmable voltage detector, and the low-power modes (RM0008, section 5; levels
//! from DS5319, table 11).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use brownout_trace::{Span, Volts};

/// RM0008, 5.4.3.
pub const REGISTERS: &[Register] = &[Register::new("CR", 0x00, 0x1ff), Register::new("CSR", 0x04, 0x107)];

const LPDS: u32 = 1;
const PDDS: u32 = 1 << 1;
const DBP: u32 = 1 << 8;
const PVDE: u32 = 1 << 4;
const WUF: u32 = 1;
const SBF: u32 = 1 << 1;
const PVDO: u32 = 1 << 2;
const EWUP: u32 = 1 << 8;
/// PVDE and PLS.
const DETECTOR: u32 = 0xf0;

/// From the wake-up event to the first instruction (DS5319, table 33, typical): Stop with the regulator running and in
/// low power.
const WAKE_FROM_STOP: [Span; 2] = [Span::nanos(3_600), Span::nanos(5_400)];
/// From the wake-up event to the reset of Standby (DS5319, table 33, typical).
pub const WAKE_FROM_STANDBY: Span = Span::micros(50);

/// Typical PVD thresholds by PLS: falling and rising.
const PVD_LEVELS: [(f64, f64); 8] =
    [(2.08, 2.18), (2.18, 2.28), (2.28, 2.38), (2.38, 2.48), (2.48, 2.58), (2.58, 2.68), (2.68, 2.78), (2.78, 2.88)];

/// How a core that sleeps with SLEEPDEEP set goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeepSleep {
    /// Clocks stop; waking takes this long.
    Stop {
        /// From the event to the first instruction.
        wake: Span,
        /// The regulator is in low power too.
        low_power: bool,
    },
    /// All but the backup domain is off.
    Standby,
}

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
    /// Writes to the backup domain are allowed (DBP).
    pub fn backup_unlocked(&self) -> bool {
        self.cr & DBP != 0
    }

    /// What deep sleep means now; `None`: Standby was asked for, but WUF is still up and forbids it (RM0008, table 16).
    pub fn deep_sleep(&self) -> Option<DeepSleep> {
        if self.cr & PDDS != 0 {
            return (self.csr & WUF == 0).then_some(DeepSleep::Standby);
        }
        let low_power = self.cr & LPDS != 0;
        Some(DeepSleep::Stop { wake: WAKE_FROM_STOP[usize::from(low_power)], low_power })
    }

    /// Whether a rising edge on WKUP (PA0) wakes from Standby, and sets WUF.
    pub fn wakes_by_pin(&self) -> bool {
        self.csr & EWUP != 0
    }

    /// A wake-up event came: the pin, or the RTC's alarm.
    pub fn wake_up(&mut self) {
        self.csr |= WUF;
    }

    /// The chip comes out of Standby: its flags tell so.
    pub fn leave_standby(&mut self) {
        *self = Self { csr: self.csr & (WUF | SBF | EWUP) | SBF, ..Self::default() };
    }

    /// A power-on reset.
    pub fn power_on_reset(&mut self) {
        *self = Self::default();
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

impl Peripheral for Pwr {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        if offset == 0 { self.cr } else { self.csr | if self.output() { PVDO } else { 0 } }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        if offset == 0 {
            // CWUF and CSBF clear the flags of CSR.
            self.csr &= !(value >> 2 & (WUF | SBF));
            self.cr = value & 0x1f3;
        } else {
            self.csr = self.csr & !EWUP | value & EWUP;
        }
        Ok(())
    }

    /// The wake-up flags outlive it (RM0008, 5.4.2).
    fn reset(&mut self, _: &Moment) {
        *self = Self { csr: self.csr & (WUF | SBF), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cr: u32) -> (Pwr, Moment) {
        let (mut pwr, now) = (Pwr::default(), Moment::zero());
        pwr.write(0, cr, &now).unwrap();
        (pwr, now)
    }

    #[test]
    fn the_detector_compares_when_switched_on() {
        let (mut pwr, now) = with(7 << 5 | PVDE);
        assert!(pwr.is_stale());
        pwr.evaluate(Volts(2.5));
        assert_eq!(pwr.read(4, &now), PVDO);
        pwr.evaluate(Volts(2.8));
        assert!(pwr.output(), "hysteresis");
        pwr.evaluate(Volts(3.3));
        assert!(!pwr.output() && !pwr.is_stale());
    }

    #[test]
    fn every_level_has_a_hysteresis_of_a_tenth_of_a_volt() {
        for (level, (falling, rising)) in PVD_LEVELS.iter().enumerate() {
            assert!((rising - falling - 0.1).abs() < 1e-9, "PLS = {level}: {falling} V and {rising} V");
        }
        assert!(PVD_LEVELS.is_sorted());
    }

    #[test]
    fn standby_waits_until_the_wake_up_flag_is_cleared_and_leaves_flags() {
        let (mut pwr, now) = with(PDDS);
        pwr.wake_up();
        assert_eq!(pwr.deep_sleep(), None);
        pwr.write(0, PDDS | 1 << 2, &now).unwrap();
        assert_eq!(pwr.deep_sleep(), Some(DeepSleep::Standby));
        pwr.leave_standby();
        assert_eq!((pwr.read(0, &now), pwr.read(4, &now)), (0, SBF));
        pwr.reset(&now);
        assert_eq!(pwr.read(4, &now), SBF, "a system reset leaves it");
        pwr.write(0, 1 << 3, &now).unwrap();
        assert_eq!(pwr.read(4, &now), 0);
    }

    #[test]
    fn stop_wakes_slower_with_the_regulator_asleep() {
        let wake = |cr| with(cr).0.deep_sleep();
        assert_eq!(wake(0), Some(DeepSleep::Stop { wake: Span::nanos(3_600), low_power: false }));
        assert_eq!(wake(LPDS), Some(DeepSleep::Stop { wake: Span::nanos(5_400), low_power: true }));
    }
}
