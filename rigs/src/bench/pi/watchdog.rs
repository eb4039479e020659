//! Feeding the watchdog in the power path: by the run loop itself and never by a thread of its own, so that a loop that
//! hangs feeds nothing.

use super::clock::Mono;
use crate::bench::RigFault;
use crate::rig::pi::Watchdog;
use brownout_trace::Span;

/// What feeds it.
#[derive(Debug)]
pub struct Feeder {
    period: Span,
    last: Option<Mono>,
    high: bool,
}

impl Feeder {
    /// Never fed yet.
    pub fn new(watchdog: &Watchdog) -> Self {
        Self { period: watchdog.period, last: None, high: false }
    }

    /// The run loop comes by at least so often.
    pub fn slice(&self) -> Span {
        Span(self.period.0 / 8).min(Span::millis(50))
    }

    /// Whether the next change of level is due; its level.
    pub fn due(&self, now: Mono) -> Option<bool> {
        let fresh = self.last.is_some_and(|last| now - last < Span(self.period.0 / 8));
        (!fresh).then_some(!self.high)
    }

    /// The level was changed.
    pub fn fed(&mut self, now: Mono) {
        self.high = !self.high;
        self.last = Some(now);
    }

    /// Whether the board may have lost its supply because the watchdog was not fed: by three quarters of its period, since
    /// a monostable's is no better than that.
    ///
    /// # Errors
    /// It may.
    pub fn check(&self, now: Mono) -> Result<(), RigFault> {
        let Some(gap) = self.last.map(|last| now - last).filter(|gap| gap.0 > self.period.0 / 4 * 3) else {
            return Ok(());
        };
        let gap = gap.in_words();
        Err(RigFault {
            what: format!(
                "the watchdog was not fed for {gap}, its period is {}: it may have cut the supply",
                self.period
            ),
            hint: "the machine was too busy, or its disk too slow: end what else runs on it".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feeder() -> Feeder {
        let text = "output = { line = \"GPIO22\", active = \"high\" }\nperiod = \"1s\"\n";
        Feeder::new(&toml::from_str(text).unwrap())
    }

    fn at(millis: i64) -> Mono {
        Mono(millis * 1_000_000)
    }

    #[test]
    fn each_meal_changes_the_level_and_comes_within_a_quarter_of_the_period() {
        let mut feeder = feeder();
        assert!(feeder.slice() < Span::millis(250));
        let mut levels = Vec::new();
        for now in (0..1_000).step_by(50).map(at) {
            if let Some(high) = feeder.due(now) {
                levels.push(high);
                feeder.fed(now);
            }
            feeder.check(now).unwrap();
        }
        assert_eq!(levels[..4], [true, false, true, false]);
        assert!((6..=8).contains(&levels.len()), "{levels:?}");
    }

    #[test]
    fn a_pause_is_the_rig_s_fault_unless_nothing_was_on() {
        let mut feeder = feeder();
        feeder.check(at(99_999)).unwrap();
        feeder.fed(at(0));
        feeder.check(at(750)).unwrap();
        let fault = feeder.check(at(751)).unwrap_err();
        assert_eq!(fault.what, "the watchdog was not fed for 751ms, its period is 1s: it may have cut the supply");
    }
}
