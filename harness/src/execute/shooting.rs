//! Shots: a disturbance handed to the bench beforehand, measured back when it is over.

use super::halt::Halt;
use super::session::{Doing, Poll, Session};
use brownout_trace::event::{Figure, Level, ShotReport, What};
use brownout_trace::{Instant, Span, Volts};

/// A width may be off by this or [`WIDTH_SHARE`] of itself, whichever is more.
const WIDTH: Span = Span::millis(1);
/// A hundredth.
const WIDTH_SHARE: i64 = 100;
/// A depth may be off by this share of the nominal supply.
const DEPTH_SHARE: f64 = 0.05;

/// A `cut` or a `dip` under way.
pub struct Shooting {
    level: Level,
    width: Span,
    start: Option<Instant>,
}

impl Shooting {
    /// To this level for so long, then back to what stood before.
    pub fn new(level: Level, width: Span) -> Self {
        Self { level, width, start: None }
    }
}

impl<'a> Doing<'a> for Shooting {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let now = session.now();
        let Some(start) = self.start else {
            if session.unpowered() {
                return Err(Halt::Scenario("the supply is off already: there is nothing to disturb".to_owned()));
            }
            let end = now + self.width;
            session.bench.play(&[(now, self.level), (end, session.ledger.level)])?;
            self.start = Some(now);
            return Ok(Poll::Wait(end));
        };
        if now < start + self.width {
            return Ok(Poll::Wait(start + self.width));
        }
        let report = session.bench.measure_shot(self.level, start, self.width)?;
        let from = measured(report.start, start);
        let to = from + measured(report.measured_width, self.width);
        session.ledger.shot(from, to, self.level, session.profile);
        session.ledger.shots.push(report.clone());
        let spoilt = spoilt(&report, session.case.nominal);
        session.note(What::Shot(report));
        match spoilt {
            Some(why) => Err(Halt::Spoilt(why)),
            None => Ok(Poll::Done),
        }
    }
}

fn measured<T>(figure: Figure<T>, commanded: T) -> T {
    match figure {
        Figure::Measured(value) => value,
        Figure::Unmeasured => commanded,
    }
}

/// In what a shot is not what was asked for; what is unmeasured cannot be told.
fn spoilt(report: &ShotReport, nominal: Volts) -> Option<String> {
    if let Figure::Measured(width) = report.measured_width {
        let tolerance = WIDTH.max(Span(report.width.0 / WIDTH_SHARE));
        if (width - report.width).abs() > tolerance {
            return Some(format!("a shot of {} came out {width} wide, more than {tolerance} off", report.width));
        }
    }
    if let (Figure::Measured(depth), Level::Volts(asked)) = (report.depth, report.level) {
        let tolerance = Volts(nominal.0 * DEPTH_SHARE);
        if (depth.0 - asked.0).abs() > tolerance.0 {
            return Some(format!("a shot to {asked} came out at {depth}, more than {tolerance} off"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_a_millisecond_or_a_hundredth_and_a_twentieth_of_the_supply() {
        let report = |asked, got, depth| ShotReport {
            level: Level::Volts(Volts(4.8)),
            width: asked,
            start: Figure::Unmeasured,
            measured_width: Figure::Measured(got),
            depth,
        };
        let nominal = Volts(12.0);
        let spoils = |report: &ShotReport| spoilt(report, nominal).is_some();
        assert!(!spoils(&report(Span::millis(10), Span::micros(10_900), Figure::Unmeasured)));
        assert!(spoils(&report(Span::millis(10), Span::micros(8_900), Figure::Unmeasured)));
        assert!(!spoils(&report(Span::secs(1), Span::millis(1_009), Figure::Unmeasured)));
        assert!(spoils(&report(Span::secs(1), Span::millis(1_011), Figure::Unmeasured)));
        let width = Span::secs(1);
        assert!(!spoils(&report(width, width, Figure::Measured(Volts(5.3)))));
        assert!(spoils(&report(width, width, Figure::Measured(Volts(5.5)))));
        let open = ShotReport { level: Level::Open, ..report(width, width, Figure::Measured(Volts(9.0))) };
        assert!(!spoils(&open), "an open supply sags as the board lets it");
    }
}
