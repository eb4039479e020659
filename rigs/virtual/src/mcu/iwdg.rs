//! IWDG: the independent watchdog on the LSI (RM0008, section 19).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use super::timebase::{Rate, TimeBase};
use brownout_trace::Instant;

/// RM0008, 19.4.5.
pub const REGISTERS: &[Register] = &[
    Register::new("KR", 0x00, 0xffff),
    Register::new("PR", 0x04, 7),
    Register::new("RLR", 0x08, 0xfff).reset(0xfff),
    Register::new("SR", 0x0c, 3).note("updates are shown as done at once"),
];

const UNLOCK: u32 = 0x5555;
const RELOAD: u32 = 0xaaaa;
const START: u32 = 0xcccc;

/// The watchdog; once started, only a reset stops it.
#[derive(Debug, Clone)]
pub struct Iwdg {
    rate: Rate,
    unlocked: bool,
    prescaler: u32,
    reload: u32,
    bites_at: Option<Instant>,
    frozen_at: Option<Instant>,
}

impl Iwdg {
    /// A stopped watchdog on an LSI of this rate.
    pub fn new(rate: Rate) -> Self {
        Self { rate, unlocked: false, prescaler: 0, reload: 0xfff, bites_at: None, frozen_at: None }
    }

    /// From a reload to the bite: the reload value and one, times 4 to 256 LSI cycles.
    fn timeout(&self, at: Instant) -> Instant {
        let cycles = u64::from(self.reload + 1) << (2 + self.prescaler.min(6));
        TimeBase::new(at, 0, self.rate).instant(cycles)
    }

    /// Starts it, as the key does, and the option bytes may.
    pub fn start(&mut self, at: Instant) {
        self.bites_at = Some(self.timeout(at));
    }

    /// Whether it runs: only a reset stops it.
    pub fn is_running(&self) -> bool {
        self.bites_at.is_some()
    }

    /// Whether it has bitten by `at`.
    pub fn has_bitten(&self, at: Instant) -> bool {
        self.bites_at.is_some_and(|bite| bite <= at)
    }

    /// The core is halted with DBG_IWDG_STOP, or time passed while it was: the period starts over.
    pub fn hold(&mut self, at: Instant) {
        if self.bites_at.is_some() {
            self.bites_at = Some(self.timeout(at));
        }
    }
}

impl Peripheral for Iwdg {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x04 => self.prescaler,
            0x08 => self.reload,
            // KR is write-only.
            _ => 0,
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            0x00 => {
                let key = value & 0xffff;
                self.unlocked = key == UNLOCK;
                if key == START || key == RELOAD && self.bites_at.is_some() {
                    self.start(now.at);
                }
            }
            0x04 if self.unlocked => self.prescaler = value & 7,
            0x08 if self.unlocked => self.reload = value & 0xfff,
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::new(self.rate);
    }

    fn next_instant(&self) -> Option<Instant> {
        if self.frozen_at.is_some() { None } else { self.bites_at }
    }

    fn freeze(&mut self, frozen: bool, now: &Moment) {
        match (frozen, self.frozen_at) {
            (true, None) => self.frozen_at = Some(now.at),
            (false, Some(since)) => {
                self.frozen_at = None;
                self.bites_at = self.bites_at.map(|bite| bite + (now.at - since));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Span;

    fn at(at: Instant) -> Moment {
        Moment { at, ..Moment::zero() }
    }

    fn started() -> Iwdg {
        let (mut dog, now) = (Iwdg::new(Rate::hertz(40_000)), at(Instant(0)));
        dog.write(0x04, 4, &now).unwrap();
        assert_eq!(dog.read(0x04, &now), 0, "locked");
        for (offset, value) in [(0, UNLOCK), (4, 4), (8, 624), (0, START)] {
            dog.write(offset, value, &now).unwrap();
        }
        dog
    }

    #[test]
    fn it_bites_after_the_declared_time_and_feeding_moves_it() {
        let mut dog = started();
        assert_eq!(dog.next_instant(), Some(Instant(0) + Span::secs(1)), "625 · 64 / 40 kHz");
        dog.write(0, RELOAD, &at(Instant(500_000_000))).unwrap();
        assert_eq!(dog.next_instant(), Some(Instant(1_500_000_000)));
        assert!(dog.has_bitten(Instant(1_500_000_000)) && !dog.has_bitten(Instant(1_499_999_999)));
    }

    #[test]
    fn frozen_by_a_debugger_it_waits() {
        let mut dog = started();
        dog.freeze(true, &at(Instant(400_000_000)));
        assert_eq!(dog.next_instant(), None);
        dog.freeze(false, &at(Instant(900_000_000)));
        assert_eq!(dog.next_instant(), Some(Instant(1_500_000_000)));
    }
}
