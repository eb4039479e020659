//! Shots and ramps: a disturbance handed to the bench beforehand, measured back when it is over.

use super::halt::Halt;
use super::session::{Doing, Poll, Session};
use super::stairs::stairs;
use crate::scenario::step::{Course, Ramp, Required};
use brownout_rigs::bench::Bench;
use brownout_rigs::shot::width_tolerance;
use brownout_trace::event::{Figure, Level, ShotReport, What};
use brownout_trace::{Instant, Span, Volts};
use std::collections::VecDeque;

/// A depth may be off by this share of the nominal supply.
const DEPTH_SHARE: f64 = 0.05;

/// A `cut` or a `dip` under way, as often as it comes.
pub struct Shooting {
    level: Level,
    course: Course,
    measured: Required,
    /// Those still to be measured, once they were handed over: when each begins.
    begins: Option<VecDeque<Instant>>,
}

impl Shooting {
    /// To this level, then back to what stood before.
    pub fn new(level: Level, course: Course, measured: Required) -> Self {
        Self { level, course, measured, begins: None }
    }

    /// When each begins: at its angle, where it has one.
    fn times(&self, bench: &dyn Bench) -> Result<VecDeque<Instant>, Halt> {
        let now = bench.now();
        let at = |begin: Instant| match self.course.angle {
            Some(angle) => bench.at_angle(begin, angle).ok_or_else(|| {
                Halt::Rig(format!("the rig cannot begin a disturbance at {angle}: it has no mains to time it by"))
            }),
            None => Ok(begin),
        };
        let once = self.course.width + self.course.edges;
        // One that waited for its angle may keep the next waiting.
        let mut free = now;
        let next = |after: Span| {
            let begin = at(free.max(now + after))?;
            free = begin + once;
            Ok(begin)
        };
        self.course.begins().map(next).collect()
    }

    /// The levels of all of them.
    fn wave(&self, begins: &VecDeque<Instant>, standing: Level, nominal: Volts) -> Vec<(Instant, Level)> {
        let stair = Ramp::stair(nominal);
        let edges = self.course.edges;
        let mut wave = Vec::new();
        for begin in begins.iter().copied() {
            let rise = begin + self.course.width;
            match (standing, self.level) {
                (Level::Volts(high), Level::Volts(low)) if edges > Span::ZERO => {
                    wave.extend(stairs(high, low, begin, edges, stair));
                    wave.extend(stairs(low, high, rise, edges, stair));
                }
                _ => wave.extend([(begin, self.level), (rise, standing)]),
            }
        }
        wave
    }

    /// Measures one that is over, and books it.
    fn measure(&self, session: &mut Session<'_>, start: Instant) -> Result<(), Halt> {
        let Course { width, edges, .. } = self.course;
        let report = session.bench.measure_shot(self.level, start, width, edges)?;
        let from = measured(report.start, start);
        let to = from + measured(report.measured_width, width) + edges;
        session.ledger.shot(from, to, edges, self.level, session.profile);
        book(session, report, (from, to), self.measured)
    }
}

/// Keeps the report of a shot that began and was over at these instants. One that is not what was asked for spoils the
/// attempt; one that lacks a figure that the scenario requires judges nobody, and trying again would not help.
fn book(
    session: &mut Session<'_>,
    report: ShotReport,
    times: (Instant, Instant),
    measured: Required,
) -> Result<(), Halt> {
    session.ledger.shots.push(report.clone());
    session.ledger.shot_times.push(times);
    let spoilt = spoilt(&report, session.case.nominal);
    let missing = measured.figures().find(|figure| report.figure(*figure).is_none());
    session.note(What::Shot(report));
    match (spoilt, missing) {
        (Some(why), _) => Err(Halt::Spoilt(why)),
        (None, Some(figure)) => {
            Err(Halt::Rig(format!("the rig did not measure the {figure} of the shot, which the scenario requires")))
        }
        (None, None) => Ok(()),
    }
}

impl<'a> Doing<'a> for Shooting {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let now = session.now();
        let Some(begins) = &mut self.begins else {
            if session.unpowered() {
                return Err(Halt::Scenario("the supply is off already: there is nothing to disturb".to_owned()));
            }
            let begins = self.times(session.bench)?;
            session.bench.play(&self.wave(&begins, session.ledger.level, session.case.nominal))?;
            self.begins = Some(begins);
            return self.poll(session);
        };
        let Some(begin) = begins.front().copied() else { return Ok(Poll::Done) };
        let end = begin + self.course.width + self.course.edges;
        if now < end {
            return Ok(Poll::Wait(end));
        }
        begins.pop_front();
        self.measure(session, begin)?;
        self.poll(session)
    }
}

/// A `ramp` under way.
pub struct Ramping {
    ramp: Ramp<Volts>,
    start: Option<Instant>,
}

impl Ramping {
    /// Along this way.
    pub fn new(ramp: Ramp<Volts>) -> Self {
        Self { ramp, start: None }
    }

    /// Hands the whole way over; it goes on whoever waits for it.
    pub fn begin(ramp: &Ramp<Volts>, session: &mut Session<'_>) -> Result<Instant, Halt> {
        let start = session.now();
        let standing = match session.ledger.level {
            Level::Volts(volts) => volts,
            Level::Open => Volts::ZERO,
        };
        let from = ramp.from.unwrap_or(standing);
        let height = ramp.step.unwrap_or(Ramp::stair(session.case.nominal));
        let mut wave: Vec<_> = ramp.from.map(|from| (start, Level::Volts(from))).into_iter().collect();
        wave.extend(stairs(from, ramp.to, start, ramp.over, height));
        session.bench.play(&wave)?;
        let (nominal, profile) = (session.case.nominal, session.profile);
        if Level::Volts(from) == Level::Volts(nominal) {
            session.ledger.supply(start, start, Level::Volts(from), nominal, profile);
        }
        session.ledger.supply(start, start + ramp.over, Level::Volts(ramp.to), nominal, profile);
        Ok(start)
    }
}

impl<'a> Doing<'a> for Ramping {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let start = match self.start {
            Some(start) => start,
            None => *self.start.insert(Self::begin(&self.ramp, session)?),
        };
        let over = self.ramp.over;
        if session.now() < start + over {
            return Ok(Poll::Wait(start + over));
        }
        // Its end is measured like the bottom of a shot that has no rise.
        let report = session.bench.measure_shot(Level::Volts(self.ramp.to), start, over, over)?;
        let from = measured(report.start, start);
        book(session, report, (from, start + over), self.ramp.measured)?;
        Ok(Poll::Done)
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
        let tolerance = width_tolerance(report.width);
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
            slew: Figure::Unmeasured,
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
