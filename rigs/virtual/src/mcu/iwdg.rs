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
    Register::new("SR", 0x0c, 3).note("an update takes 5 LSI cycles; a feeding meanwhile takes the new value"),
];

/// LSI cycles that a write of PR or RLR takes to cross into the watchdog's domain (RM0008, 19.4.4: up to 5).
const UPDATE_CYCLES: u64 = 5;

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
    /// When PR and RLR were written, while that is on its way.
    written: [Option<Instant>; 2],
    bites_at: Option<Instant>,
    frozen_at: Option<Instant>,
}

impl Iwdg {
    /// A stopped watchdog on an LSI of this rate.
    pub fn new(rate: Rate) -> Self {
        let written = [None; 2];
        Self { rate, unlocked: false, prescaler: 0, reload: 0xfff, written, bites_at: None, frozen_at: None }
    }

    /// PVU and RVU. Without the LSI they stay: firmware that waits for them has to start it, or the watchdog, first.
    fn updating(&mut self, now: &Moment) -> u32 {
        let rate = self.rate;
        for written in &mut self.written {
            *written = written.filter(|written| {
                now.lsi_since.is_none_or(|since| {
                    let lsi = TimeBase::new(since, 0, rate);
                    now.at < lsi.instant(lsi.ticks_until((*written).max(since)) + UPDATE_CYCLES)
                })
            });
        }
        u32::from(self.written[0].is_some()) | u32::from(self.written[1].is_some()) << 1
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
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        match offset {
            0x04 => self.prescaler,
            0x08 => self.reload,
            0x0c => self.updating(now),
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
            // Either takes a new value only once the last has arrived (RM0008, 19.4.4).
            0x04 if self.unlocked && self.updating(now) & 1 == 0 => {
                (self.prescaler, self.written[0]) = (value & 7, Some(now.at));
            }
            0x08 if self.unlocked && self.updating(now) & 2 == 0 => {
                (self.reload, self.written[1]) = (value & 0xfff, Some(now.at));
            }
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
    fn an_update_takes_five_cycles_of_the_lsi_and_shuts_out_another() {
        let mut dog = started();
        let (written, later) = (at(Instant(124_999)), at(Instant(125_000)));
        assert_eq!((dog.read(0x0c, &at(Instant(0))), dog.read(0x0c, &written)), (3, 3));
        for (now, expected) in [(&written, (4, 624)), (&later, (6, 1250))] {
            for (offset, value) in [(0, UNLOCK), (4, 6), (8, 1250)] {
                dog.write(offset, value, now).unwrap();
            }
            assert_eq!((dog.read(0x04, now), dog.read(0x08, now)), expected);
        }
        assert_eq!(dog.read(0x0c, &later), 3, "again");
        assert_eq!(dog.read(0x0c, &at(Instant(250_000))), 0);
    }

    #[test]
    fn without_the_lsi_no_update_ends() {
        let mut dog = Iwdg::new(Rate::hertz(40_000));
        let without = |at: Instant| Moment { at, lsi_since: None, ..Moment::zero() };
        for (offset, value) in [(0, UNLOCK), (8, 624)] {
            dog.write(offset, value, &without(Instant(0))).unwrap();
        }
        assert_eq!(dog.read(0x0c, &without(Instant(1_000_000_000))), 2);
        let since = Some(Instant(1_000_000_000));
        let with = |at: i64| Moment { at: Instant(at), lsi_since: since, ..Moment::zero() };
        assert_eq!((dog.read(0x0c, &with(1_000_124_999)), dog.read(0x0c, &with(1_000_125_000))), (2, 0));
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
