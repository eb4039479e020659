//! What was measured back of a shot: start and width by the sense line, with the kernel's timestamps; depth and slew by the
//! meter.

use super::clock::Mono;
use super::pi_bench::PiBench;
use super::score::Planned;
use super::sense::{Gap, SLACK};
use crate::bench::{RigFault, as_measured};
use crate::shot::width_tolerance;
use brownout_trace::event::{Figure, Level, ShotReport};
use brownout_trace::{Instant, Span};

/// The plateau begins and ends so far inside its edges: a supply takes its time to fall.
const EDGE: Span = Span::micros(300);
/// So long after the last stroke the kernel has surely told its edge.
const HEARD: Span = Span::millis(2);

/// A shot on the wall's clock.
#[derive(Debug, Clone, Copy)]
struct Times {
    begin: Mono,
    end: Mono,
    /// From here on what happens belongs to another one.
    limit: Mono,
    /// Whether the supply is to come back to nominal at `end`.
    rises: bool,
}

/// Whether a shot that nothing measures is taken for what was asked, by when its strokes were played.
fn is_believed(width: Span, played: Span) -> Result<(), RigFault> {
    if (played - width).abs() <= width_tolerance(width) {
        return Ok(());
    }
    Err(RigFault {
        what: format!("a late shot: {width} was asked for, and played as {played}; no sense line measures it"),
        hint: "give the user a real-time priority, or end what else runs on the machine".to_owned(),
    })
}

impl PiBench {
    pub(super) fn measure(
        &mut self,
        level: Level,
        start: Instant,
        width: Span,
        edges: Span,
    ) -> Result<ShotReport, RigFault> {
        let mut report = ShotReport::unmeasured(level, width);
        let over = start + width + edges;
        let Some(times) = self.times(start, width, over) else { return Ok(report) };
        self.wait_for(|bench| bench.is_played(start, over))?;
        // A slope passes the comparator somewhere: that tells neither when it began nor how long it was.
        let gap = if edges == Span::ZERO { self.gap(times)? } else { None };
        if let Some(gap) = gap {
            report.start = Figure::Measured(self.clock.bench(gap.fell));
            if let Some(rose) = gap.rose {
                report.measured_width = Figure::Measured(rose - gap.fell);
            }
        } else if self.rig.wires.supply.sense.is_none() {
            self.believe(start, width)?;
        }
        if let Some(metering) = &mut self.metering {
            let fell = gap.map_or(times.begin, |gap| gap.fell) + edges;
            let (from, to) = (self.clock.bench(fell + EDGE), self.clock.bench(times.end - EDGE));
            report.depth = metering.depth(from, to);
            let (from, to) = (self.clock.bench(times.begin), self.clock.bench(times.begin + edges));
            report.slew = metering.slew(from, to);
            metering.forget(self.clock.bench(times.end));
        }
        self.sensed.forget(times.limit.min(times.end + SLACK));
        Ok(as_measured(report, &self.rig.measures))
    }

    /// When the shot was, or will be, played.
    fn times(&self, start: Instant, width: Span, over: Instant) -> Option<Times> {
        let of_it = |from, to| self.score.between(from, to);
        let first = of_it(start, over).next()?;
        // The whole list was moved by the same span.
        let late = first.due - self.clock.mono(first.asked);
        let end = start + width;
        let next = of_it(over + Span(1), Instant::NEVER).next();
        let nominal = Level::Volts(self.rig.wires.supply.nominal);
        Some(Times {
            begin: self.clock.mono(start) + late,
            end: self.clock.mono(end) + late,
            limit: next.map_or(Mono(i64::MAX), |next| next.due),
            rises: of_it(end, over).last().is_some_and(|last| last.level == nominal),
        })
    }

    fn is_played(&self, start: Instant, over: Instant) -> bool {
        let all = self.score.between(start, over).map(|planned| planned.played);
        let last = all.reduce(|one, other| one.min(other)).flatten();
        last.is_some() && self.last_played(start, over).is_some_and(|played| self.capture.clear() >= played + HEARD)
    }

    fn last_played(&self, start: Instant, over: Instant) -> Option<Mono> {
        self.score.between(start, over).filter_map(|planned| planned.played).max()
    }

    /// What the comparator saw, once it saw all of it.
    fn gap(&mut self, times: Times) -> Result<Option<Gap>, RigFault> {
        let Times { begin, end, limit, rises } = times;
        if self.rig.wires.supply.sense.is_none() {
            return Ok(None);
        }
        let until = limit.min(end + SLACK);
        self.wait_for(|bench| {
            let gap = bench.sensed.gap(begin, end, limit);
            !rises || gap.is_none_or(|gap| gap.rose.is_some()) || bench.capture.clear() >= until
        })?;
        let gap = self.sensed.gap(begin, end, limit);
        match gap {
            Some(Gap { rose: None, .. }) if rises && until == end + SLACK => Err(RigFault {
                what: format!("the supply was switched on again, but did not come back within {SLACK}"),
                hint: "look at the source, the fuse, the watchdog and the guards in the power path".to_owned(),
            }),
            gap => Ok(gap),
        }
    }

    /// Nothing measures the width: that the strokes were played as exactly as a width is asked for has to do.
    fn believe(&self, start: Instant, width: Span) -> Result<(), RigFault> {
        let played = |at: Instant| -> Option<Planned> { self.score.between(at, at).last().copied() };
        let (Some(fall), Some(rise)) = (played(start), played(start + width)) else { return Ok(()) };
        let (Some(fell), Some(rose)) = (fall.played, rise.played) else { return Ok(()) };
        is_believed(width, rose - fell)
    }

    /// Lets time pass, telling nothing of it, until something is so.
    pub(super) fn wait_for(&mut self, done: impl Fn(&Self) -> bool) -> Result<(), RigFault> {
        loop {
            let heard = self.tend()?;
            if done(self) {
                return Ok(());
            }
            let soon = heard.max(self.clock.bench(Mono::now())) + Span::millis(1);
            if !self.look_at_the_meter(Instant::NEVER)? {
                self.wait(soon)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_sense_a_late_shot_is_the_rig_s_fault() {
        for (width, played) in [(100_000, 101_000), (100_000, 99_000), (500_000, 505_000), (500_000, 495_000)] {
            is_believed(Span::micros(width), Span::micros(played)).unwrap();
        }
        for (width, played) in [(100_000, 101_001), (100_000, 98_999), (500_000, 505_001), (500_000, 494_999)] {
            let fault = is_believed(Span::micros(width), Span::micros(played)).unwrap_err();
            assert!(fault.what.starts_with("a late shot: "), "{fault}");
            assert!(fault.hint.contains("real-time priority"), "{fault}");
        }
    }
}
