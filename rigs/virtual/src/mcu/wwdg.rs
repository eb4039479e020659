//! WWDG: the window watchdog on PCLK1 (RM0008, section 20).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 20.6.4.
pub const REGISTERS: &[Register] = &[
    Register::new("CR", 0x00, 0xff).reset(0x7f),
    Register::new("CFR", 0x04, 0x3ff).reset(0x7f),
    Register::new("SR", 0x08, 1),
];

const WDGA: u32 = 1 << 7;
const EWI: u32 = 1 << 9;
/// The counter's bit of which the loss resets the chip.
const T6: u32 = 1 << 6;

/// The watchdog; once started, only a reset stops it.
#[derive(Debug, Clone)]
pub struct Wwdg {
    active: bool,
    /// The counter as it stood at cycle `since` of HCLK.
    count: u32,
    since: u64,
    configuration: u32,
    early: bool,
    /// EWIF has risen for the count that is running: once cleared it stays down until the next.
    warned: bool,
    divider: u32,
    frozen_at: Option<u64>,
    bitten: bool,
}

impl Default for Wwdg {
    fn default() -> Self {
        Self {
            active: false,
            count: 0x7f,
            since: 0,
            configuration: 0x7f,
            early: false,
            warned: false,
            divider: 1,
            frozen_at: None,
            bitten: false,
        }
    }
}

impl Wwdg {
    /// HCLK cycles in one step of the counter: 4096 · 2^WDGTB cycles of PCLK1.
    fn step(&self) -> u64 {
        u64::from(self.divider) * (4096 << (self.configuration >> 7 & 3))
    }

    fn counter(&self, cycle: u64) -> u32 {
        let cycle = self.frozen_at.unwrap_or(cycle);
        let steps = cycle.saturating_sub(self.since) / self.step();
        self.count.wrapping_sub(steps as u32) & 0x7f
    }

    /// The cycle at which the counter gets to `value`.
    fn reaches(&self, value: u32) -> Option<u64> {
        let steps = self.count.checked_sub(value)?;
        Some(self.since + u64::from(steps) * self.step())
    }

    fn advance(&mut self, cycle: u64) {
        if !self.active || self.frozen_at.is_some() {
            return;
        }
        if !self.warned && self.reaches(T6).is_some_and(|at| at <= cycle) {
            (self.early, self.warned) = (true, true);
        }
        self.bitten |= self.reaches(T6 - 1).is_some_and(|at| at <= cycle);
    }

    /// Whether it resets the chip.
    pub fn has_bitten(&self) -> bool {
        self.bitten
    }
}

impl Peripheral for Wwdg {
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        self.advance(now.cycle);
        match offset {
            0x00 if self.active => self.counter(now.cycle) | WDGA,
            0x00 => self.count,
            0x04 => self.configuration,
            _ => u32::from(self.early),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        self.advance(now.cycle);
        self.divider = now.divider;
        match offset {
            0x00 => {
                // Fed while the counter is still above the window: too early (RM0008, 20.3).
                let window = self.configuration & 0x7f;
                let too_early = self.active && self.counter(now.cycle) > window;
                self.active |= value & WDGA != 0;
                (self.count, self.since, self.warned) = (value & 0x7f, now.cycle, false);
                self.bitten |= self.active && (too_early || value & T6 == 0);
                self.advance(now.cycle);
            }
            0x04 => {
                (self.count, self.since) = (if self.active { self.counter(now.cycle) } else { self.count }, now.cycle);
                // EWI can be set, and only a reset clears it.
                self.configuration = value & 0x3ff | self.configuration & EWI;
            }
            _ => self.early &= value & 1 != 0,
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }

    fn next_cycle(&self) -> Option<u64> {
        if !self.active || self.frozen_at.is_some() {
            return None;
        }
        let early = self.reaches(T6).filter(|_| self.configuration & EWI != 0 && !self.warned);
        early.or_else(|| self.reaches(T6 - 1))
    }

    fn settle(&mut self, now: &Moment) {
        self.advance(now.cycle);
    }

    fn reclock(&mut self, divider: u32, now: &Moment) {
        self.advance(now.cycle);
        (self.count, self.since) = (if self.active { self.counter(now.cycle) } else { self.count }, now.cycle);
        self.divider = divider;
    }

    fn freeze(&mut self, frozen: bool, now: &Moment) {
        match (frozen, self.frozen_at) {
            (true, None) => self.frozen_at = Some(now.cycle),
            (false, Some(at)) => {
                self.frozen_at = None;
                self.since += now.cycle - at;
            }
            _ => {}
        }
    }

    fn lines(&self) -> u16 {
        u16::from(self.early && self.configuration & EWI != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(cr: u32, cfr: u32) -> (Wwdg, Moment) {
        let (mut dog, now) = (Wwdg::default(), Moment::zero());
        dog.write(4, cfr, &now).unwrap();
        dog.write(0, cr, &now).unwrap();
        (dog, now)
    }

    #[test]
    fn it_warns_at_0x40_and_bites_below() {
        // T = 0x7f, WDGTB = 3, a prescaler of 8: 64 steps of 32768 cycles.
        let (mut dog, now) = started(0xff, 0x380 | EWI | 0x7f);
        assert_eq!(dog.next_cycle(), Some(63 * 32_768));
        dog.settle(&now.cycle(63 * 32_768));
        assert_eq!((dog.lines(), dog.read(0, &now.cycle(63 * 32_768))), (1, 0xc0));
        dog.write(8, 0, &now.cycle(63 * 32_768 + 1)).unwrap();
        let end = 64 * 32_768;
        dog.settle(&now.cycle(end - 1));
        assert!(!dog.has_bitten());
        dog.settle(&now.cycle(end));
        assert!(dog.has_bitten());
    }

    #[test]
    fn a_warning_that_was_cleared_stays_down_until_the_next_count() {
        let (mut dog, now) = started(0xff, EWI | 0x7f);
        let early = 63 * 4_096;
        dog.settle(&now.cycle(early));
        dog.write(8, 0, &now.cycle(early + 10)).unwrap();
        dog.settle(&now.cycle(early + 11));
        assert_eq!((dog.lines(), dog.read(8, &now.cycle(early + 12))), (0, 0));
        dog.write(0, 0xff, &now.cycle(early + 20)).unwrap();
        assert_eq!(dog.next_cycle(), Some(2 * early + 20));
        dog.settle(&now.cycle(2 * early + 20));
        assert_eq!(dog.lines(), 1);
    }

    #[test]
    fn fed_inside_its_window_it_goes_on() {
        let (mut dog, now) = started(0xff, 0x50);
        dog.write(0, 0xff, &now.cycle(0x30 * 4096)).unwrap();
        assert!(!dog.has_bitten());
        assert_eq!(dog.next_cycle(), Some(0x30 * 4096 + 64 * 4096));
        dog.write(0, 0xff, &now.cycle(0x31 * 4096)).unwrap();
        assert!(dog.has_bitten(), "above the window");
    }

    #[test]
    fn a_count_without_t6_resets_at_once() {
        assert!(started(0x80 | 0x3f, 0x7f).0.has_bitten());
    }
}
