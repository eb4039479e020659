//! RTC: a counter of seconds with an alarm (RM0008, section 18).
//!
//! Nothing here ticks: the counter's value at an instant is computed from the crystal's edges. Only the second,
//! alarm and overflow flags are events. The domain lives on VBAT and survives resets.

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use super::timebase::TimeBase;
use brownout_trace::Instant;

/// RM0008, 18.4.7.
pub const REGISTERS: &[Register] = &[
    Register::new("CRH", 0x00, 7),
    Register::new("CRL", 0x04, 0x3f).reset(0x20),
    Register::new("PRLH", 0x08, 0xf).note("write-only; reads as 0"),
    Register::new("PRLL", 0x0c, 0xffff).reset(0x8000).note("write-only; reads as 0"),
    Register::new("DIVH", 0x10, 0xf),
    Register::new("DIVL", 0x14, 0xffff).reset(0x8000),
    Register::new("CNTH", 0x18, 0xffff),
    Register::new("CNTL", 0x1c, 0xffff),
    Register::new("ALRH", 0x20, 0xffff).reset(0xffff).note("write-only; reads as 0"),
    Register::new("ALRL", 0x24, 0xffff).reset(0xffff).note("write-only; reads as 0"),
];

const SECF: u32 = 1;
const ALRF: u32 = 2;
const OWF: u32 = 4;
const RSF: u32 = 8;
const CNF: u32 = 16;
const RTOFF: u32 = 32;
/// RTC clock cycles that a write takes to cross into the RTC's domain (RM0008, 18.3.3: at least three).
const WRITE_CYCLES: u64 = 3;

/// The counter, prescaler and alarm.
#[derive(Debug, Clone)]
pub struct Rtc {
    clock: Option<TimeBase>,
    prescaler: u32,
    /// Counter value at clock edge `anchor`.
    counter: u32,
    anchor: u64,
    alarm: u32,
    crh: u32,
    flags: u32,
    staged: Staged,
    writing_until: Option<Instant>,
    synchronising: Option<Instant>,
}

/// Values written in configuration mode, taken over when CNF falls.
#[derive(Debug, Clone, Copy, Default)]
struct Staged {
    configuring: bool,
    counter: Option<u32>,
    prescaler: Option<u32>,
    alarm: Option<u32>,
}

impl Default for Rtc {
    fn default() -> Self {
        Self {
            clock: None,
            prescaler: 0x8000,
            counter: 0,
            anchor: 0,
            alarm: u32::MAX,
            crh: 0,
            flags: RTOFF,
            staged: Staged::default(),
            writing_until: None,
            synchronising: None,
        }
    }
}

impl Rtc {
    /// Connects or disconnects the clock (BDCR.RTCEN, RTCSEL and the oscillator being ready).
    pub fn set_clock(&mut self, clock: Option<TimeBase>, at: Instant) {
        if clock == self.clock {
            return;
        }
        self.counter = self.count(at);
        self.clock = clock;
        self.anchor = self.clock.map_or(0, |clock| clock.ticks_until(at));
        if self.flags & RSF == 0 {
            self.synchronising = self.next_edge(at);
        }
    }

    /// The APB interface was reset: flags and enables go, the counter runs on. RSF must rise again.
    pub fn reset_interface(&mut self, at: Instant) {
        (self.crh, self.flags, self.staged) = (0, RTOFF, Staged::default());
        (self.writing_until, self.synchronising) = (None, self.next_edge(at));
    }

    /// Shadow registers follow at the next edge of the RTC's clock.
    fn next_edge(&self, at: Instant) -> Option<Instant> {
        self.clock.map(|clock| clock.instant(clock.ticks_until(at) + 1))
    }

    fn edges(&self, at: Instant) -> u64 {
        self.clock.map_or(0, |clock| clock.ticks_until(at).saturating_sub(self.anchor))
    }

    fn count(&self, at: Instant) -> u32 {
        self.counter.wrapping_add((self.edges(at) / u64::from(self.prescaler)) as u32)
    }

    fn divider(&self, at: Instant) -> u32 {
        self.prescaler - 1 - (self.edges(at) % u64::from(self.prescaler)) as u32
    }

    fn write_crl(&mut self, value: u32, at: Instant) {
        // SECF, ALRF, OWF and RSF clear by writing 0.
        self.flags &= value | !(SECF | ALRF | OWF | RSF);
        if self.flags & RSF == 0 && self.synchronising.is_none() {
            self.synchronising = self.next_edge(at);
        }
        let configuring = value & CNF != 0;
        if self.staged.configuring && !configuring {
            let clock = self.clock;
            self.writing_until = clock.map(|clock| clock.instant(clock.ticks_until(at) + WRITE_CYCLES));
            self.flags &= !RTOFF;
            self.apply(at);
        }
        self.staged.configuring = configuring;
    }

    /// A change of counter or prescaler reloads the divider (RM0008, 18.4.4): the second starts anew.
    fn apply(&mut self, at: Instant) {
        let staged = std::mem::take(&mut self.staged);
        if staged.counter.is_some() || staged.prescaler.is_some() {
            self.counter = staged.counter.unwrap_or_else(|| self.count(at));
            self.anchor = self.clock.map_or(0, |clock| clock.ticks_until(at));
        }
        if let Some(prescaler) = staged.prescaler {
            self.prescaler = prescaler + 1;
        }
        self.alarm = staged.alarm.unwrap_or(self.alarm);
    }

    /// Raises what is due at `at`; true when the alarm matched (EXTI line 17).
    pub fn advance(&mut self, at: Instant) -> bool {
        if self.writing_until.is_some_and(|until| until <= at) {
            self.writing_until = None;
            self.flags |= RTOFF;
        }
        if self.synchronising.is_some_and(|until| until <= at) {
            self.synchronising = None;
            self.flags |= RSF;
        }
        let edges = self.edges(at);
        let seconds = edges / u64::from(self.prescaler);
        if seconds == 0 {
            return false;
        }
        let before = self.counter;
        self.counter = before.wrapping_add(seconds as u32);
        self.anchor += seconds * u64::from(self.prescaler);
        self.flags |= SECF;
        if seconds > u64::from(u32::MAX - before) {
            self.flags |= OWF;
        }
        let to_alarm = u64::from(self.alarm.wrapping_sub(before).wrapping_sub(1));
        let alarm = to_alarm < seconds;
        if alarm {
            self.flags |= ALRF;
        }
        alarm
    }
}

impl Peripheral for Rtc {
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        let at = now.at;
        match offset {
            0x00 => self.crh,
            0x04 => self.flags | if self.staged.configuring { CNF } else { 0 },
            0x10 => self.divider(at) >> 16,
            0x14 => self.divider(at) & 0xffff,
            0x18 => self.count(at) >> 16,
            0x1c => self.count(at) & 0xffff,
            _ => 0,
        }
    }

    /// Counter, prescaler and alarm need configuration mode and PWR's DBP.
    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        let at = now.at;
        let half = |word: u32, low: bool| {
            if low { word & !0xffff | value & 0xffff } else { word & 0xffff | value << 16 }
        };
        let writable = self.staged.configuring && now.unlocked;
        match offset {
            0x00 => self.crh = value & 7,
            0x04 => self.write_crl(value, at),
            0x08 | 0x0c if writable => {
                let current = self.staged.prescaler.unwrap_or(self.prescaler - 1);
                self.staged.prescaler = Some(half(current, offset == 0x0c) & 0xf_ffff);
            }
            0x18 | 0x1c if writable => {
                let current = self.staged.counter.unwrap_or_else(|| self.count(at));
                self.staged.counter = Some(half(current, offset == 0x1c));
            }
            0x20 | 0x24 if writable => {
                let current = self.staged.alarm.unwrap_or(self.alarm);
                self.staged.alarm = Some(half(current, offset == 0x24));
            }
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, now: &Moment) {
        self.reset_interface(now.at);
    }

    /// A second, or the end of a write or of synchronising. Past, if it was not settled yet.
    fn next_instant(&self) -> Option<Instant> {
        let second = self.clock.map(|clock| clock.instant(self.anchor + u64::from(self.prescaler)));
        [second, self.writing_until, self.synchronising].into_iter().flatten().min()
    }

    /// The chip calls [`Rtc::advance`], which says more.
    fn settle(&mut self, now: &Moment) {
        self.advance(now.at);
    }

    fn lines(&self) -> u16 {
        u16::from(self.crh & self.flags & 7 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::timebase::Rate;
    use super::*;
    use brownout_trace::{Hertz, Ppm, Span};

    fn at(at: Instant) -> Moment {
        Moment { at, ..Moment::zero() }
    }

    fn running() -> Rtc {
        let mut rtc = Rtc::default();
        let clock = TimeBase::new(Instant(0), 0, Rate::with_error(Hertz(32_768.0), Ppm(0.0)));
        rtc.set_clock(Some(clock), Instant(0));
        rtc
    }

    fn set(rtc: &mut Rtc, registers: &[(u32, u32)], now: Instant) {
        rtc.write(0x04, CNF | 0xf, &at(now)).unwrap();
        for (offset, value) in registers {
            rtc.write(*offset, *value, &at(now)).unwrap();
        }
        rtc.write(0x04, 0xf, &at(now)).unwrap();
    }

    #[test]
    fn setting_the_counter_restarts_the_second() {
        let mut rtc = running();
        let now = Instant(0) + Span::millis(400);
        set(&mut rtc, &[(0x18, 0x1234), (0x1c, 0x5678)], now);
        assert_eq!(rtc.read(0x04, &at(now)) & RTOFF, 0, "the write is on its way");
        assert_eq!(rtc.read(0x18, &at(now)), 0x1234);
        let mut second = now;
        // First the flags of the write that is on its way, then the second.
        while rtc.read(0x04, &at(second)) & SECF == 0 {
            second = rtc.next_instant().unwrap();
            rtc.advance(second);
        }
        assert!((second - now - Span::secs(1)).abs() <= Span::micros(31), "{second}");
        assert_eq!(rtc.read(0x1c, &at(second)), 0x5679);
        assert_eq!(rtc.read(0x04, &at(second)) & (SECF | RTOFF), SECF | RTOFF);
    }

    #[test]
    fn the_alarm_matches_once_even_over_a_jump() {
        let mut rtc = running();
        set(&mut rtc, &[(0x1c, 100)], Instant(0));
        set(&mut rtc, &[(0x20, 0), (0x24, 103)], Instant(0));
        assert!(!rtc.advance(Instant(0) + Span::millis(2_500)));
        assert!(rtc.advance(Instant(0) + Span::secs(10)));
        assert!(!rtc.advance(Instant(0) + Span::secs(20)));
    }

    #[test]
    fn the_counter_overflows_with_a_flag() {
        let mut rtc = running();
        set(&mut rtc, &[(0x18, 0xffff), (0x1c, 0xffff)], Instant(0));
        rtc.write(0x00, OWF, &at(Instant(0))).unwrap();
        assert_eq!(rtc.lines(), 0);
        rtc.advance(Instant(0) + Span::millis(1_500));
        assert_eq!((rtc.read(0x1c, &at(Instant(0) + Span::millis(1_500))), rtc.lines()), (0, 1));
    }

    #[test]
    fn locked_writes_change_nothing() {
        let mut rtc = running();
        let locked = Moment { unlocked: false, ..Moment::zero() };
        for (offset, value) in [(0x04, CNF), (0x1c, 7), (0x04, 0)] {
            rtc.write(offset, value, &locked).unwrap();
        }
        assert_eq!(rtc.read(0x1c, &locked), 0);
    }
}
