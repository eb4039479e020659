//! IWDG: the independent watchdog on the LSI (RM0008, section 19).

use super::timebase::{Rate, TimeBase};
use brownout_trace::Instant;

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
}

impl Iwdg {
    /// A stopped watchdog on an LSI of this rate.
    pub fn new(rate: Rate) -> Self {
        Self { rate, unlocked: false, prescaler: 0, reload: 0xfff, bites_at: None }
    }

    /// A system reset stops it (unless option bytes start it again, which is the owner's to do).
    pub fn reset(&mut self) {
        *self = Self::new(self.rate);
    }

    /// Reads the register at `offset`; `None` where the watchdog has none.
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            // KR is write-only; SR's update bits are shown as done at once.
            0x00 | 0x0c => Some(0),
            0x04 => Some(self.prescaler),
            0x08 => Some(self.reload),
            _ => None,
        }
    }

    /// Writes the register at `offset`; `None` where the watchdog has none.
    pub fn write(&mut self, offset: u32, value: u32, at: Instant) -> Option<()> {
        match offset {
            0x00 => {
                let key = value & 0xffff;
                self.unlocked = key == UNLOCK;
                if key == START || key == RELOAD && self.bites_at.is_some() {
                    self.bites_at = Some(self.timeout(at));
                }
            }
            0x04 if self.unlocked => self.prescaler = value & 7,
            0x08 if self.unlocked => self.reload = value & 0xfff,
            0x04..=0x0c => {}
            _ => return None,
        }
        Some(())
    }

    /// From a reload to the bite: the reload value and one, times 4 to 256 LSI cycles.
    fn timeout(&self, at: Instant) -> Instant {
        let cycles = u64::from(self.reload + 1) << (2 + self.prescaler.min(6));
        TimeBase::new(at, 0, self.rate).instant(cycles)
    }

    /// When it resets the chip, unless fed.
    pub fn next_event(&self) -> Option<Instant> {
        self.bites_at
    }

    /// The core is halted with DBG_IWDG_STOP, or time passed while it was: the period starts over.
    pub fn hold(&mut self, at: Instant) {
        if self.bites_at.is_some() {
            self.bites_at = Some(self.timeout(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Span;

    #[test]
    fn it_bites_after_the_declared_time_and_feeding_moves_it() {
        let mut dog = Iwdg::new(Rate::hertz(40_000));
        dog.write(0x04, 4, Instant(0)).unwrap();
        assert_eq!(dog.read(0x04), Some(0), "locked");
        for (offset, value) in [(0, UNLOCK), (4, 4), (8, 624), (0, START)] {
            dog.write(offset, value, Instant(0)).unwrap();
        }
        assert_eq!(dog.next_event(), Some(Instant(0) + Span::secs(1)), "625 · 64 / 40 kHz");
        dog.write(0, RELOAD, Instant(500_000_000)).unwrap();
        assert_eq!(dog.next_event(), Some(Instant(1_500_000_000)));
    }
}
