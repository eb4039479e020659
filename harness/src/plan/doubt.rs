//! What a rig cannot judge, known beforehand: a limit tighter than four times its own uncertainty, or a figure of a shot
//! that it has no part to measure (DESIGN.md, rules 1 and 2).

use super::Target;
use crate::scenario::expectation::{Expectation, RelayPredicate};
use crate::scenario::step::measure::{Measure, Point, Quantity};
use crate::scenario::step::{Required, Step};
use brownout_rigs::bench::metering::shortest_slope;
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Amount, Kind, Ppm, Span, Volts};

/// What judging stands on.
#[derive(Clone, Copy)]
pub(super) struct Judging<'a> {
    pub target: Target<'a>,
    pub nominal: Volts,
}

impl Judging<'_> {
    /// The rig's uncertainty; without a rig everything can be told.
    pub fn uncertainty(&self) -> Uncertainty {
        self.target.rig.map_or(Uncertainty::EXACT, |rig| rig.uncertainty)
    }

    /// Why what this step asks cannot be told; `age` is the time since the clock was set, at its end.
    pub fn doubt(&self, step: &Step, age: Option<Span>) -> Option<String> {
        match step {
            Step::Expect(expectation) => self.expectation(&expectation.value, age.unwrap_or(Span::ZERO)),
            Step::Measure(measure) => self.measure(&measure.value, age.unwrap_or(Span::ZERO)),
            Step::Cut(cut) => self.required(cut.measured, cut.course.edges),
            Step::Dip(dip) => self.required(dip.measured, dip.course.edges),
            Step::Ramp(ramp) => self.required(ramp.measured, ramp.over),
            _ => None,
        }
    }

    fn expectation(&self, expectation: &Expectation, age: Span) -> Option<String> {
        match expectation {
            Expectation::Relay { predicate, .. } => match predicate {
                RelayPredicate::Is { within: Some(limit), .. } | RelayPredicate::Bounce { limit, .. } => {
                    self.time(*limit, *limit)
                }
                RelayPredicate::Pulse { width, tolerance, .. } => self.time(*tolerance, *width),
                RelayPredicate::Delay { limit, back, .. } => {
                    self.time(*limit, if back.since.is_some() { *limit } else { age })
                }
                _ => None,
            },
            Expectation::Console { within, .. } => self.time(*within, *within),
            Expectation::Clock { within, .. } => self.time(*within, age),
            Expectation::Schedule { error, drift, .. } => {
                let error = error.and_then(|error| self.time(error, age));
                error.or_else(|| drift.and_then(|drift| self.drift(drift, age)))
            }
            _ => None,
        }
    }

    fn measure(&self, measure: &Measure, age: Span) -> Option<String> {
        if let Quantity::Shot(figure) = measure.quantity
            && let Some(why) = self.unmeasured(figure)
        {
            return Some(why);
        }
        let (limit, what) = match (measure.min, measure.max) {
            (Some(min), Some(max)) => (max.less(min), "a band"),
            (Some(limit), None) | (None, Some(limit)) => (limit.abs(), "a limit"),
            (None, None) => return None,
        };
        // The larger of the limits is the longest way apart that still passes.
        let largest = measure.min.into_iter().chain(measure.max).map(Amount::abs);
        let apart = largest.max_by(|one, other| one.size().total_cmp(&other.size()))?;
        let is_due = |point: &Point| matches!(point, Point::Due(_));
        let by_clock = match &measure.quantity {
            Quantity::ClockError => true,
            Quantity::Between { from, to } => is_due(from) || is_due(to),
            _ => false,
        };
        let apart = if by_clock { Amount::Time(age) } else { apart };
        self.tight(limit, apart, what)
    }

    /// A limit of time on two instants so far apart.
    fn time(&self, limit: Span, apart: Span) -> Option<String> {
        self.tight(Amount::Time(limit), Amount::Time(apart), "a limit")
    }

    fn tight(&self, limit: Amount, figure: Amount, what: &str) -> Option<String> {
        let uncertainty = self.uncertainty().of(figure, self.nominal);
        if limit.size() >= Uncertainty::RATIO * uncertainty.size() {
            return None;
        }
        let over = match figure {
            Amount::Time(apart) => format!(" over {}", apart.in_words()),
            _ => String::new(),
        };
        let rig = self.target.rig.map_or("", |rig| &rig.name);
        let uncertainty = rounded_up(uncertainty);
        Some(format!(
            "{what} of {limit} is tighter than four times what the rig `{rig}` may be wrong by, {uncertainty}{over}"
        ))
    }

    fn drift(&self, limit: Ppm, age: Span) -> Option<String> {
        let uncertainty = self.uncertainty();
        let edges = uncertainty.time.times(2).as_secs_f64() / age.as_secs_f64().max(1e-9) * 1e6;
        let own = Ppm(uncertainty.clock.0 + edges);
        if limit.0 >= Uncertainty::RATIO * own.0 {
            return None;
        }
        let (rig, over) = (self.target.rig.map_or("", |rig| &rig.name), age.in_words());
        let own = Ppm((own.0 * 10.0).ceil() / 10.0);
        Some(format!(
            "a limit of {limit} is tighter than four times what the rig `{rig}` may be wrong by, {own} over {over}"
        ))
    }

    fn required(&self, required: Required, slope: Span) -> Option<String> {
        required.figures().find_map(|figure| {
            let too_fast = || self.too_fast(slope).filter(|_| figure == ShotFigure::Slew);
            self.unmeasured(figure).or_else(too_fast)
        })
    }

    /// Why the meter of a rig on a Pi cannot follow a slope.
    fn too_fast(&self, slope: Span) -> Option<String> {
        let rig = self.target.rig.filter(|rig| rig.stand.pi().is_some())?;
        let shortest = shortest_slope(rig.meter.as_ref()?);
        let name = &rig.name;
        (slope < shortest).then(|| {
            format!("the meter of the rig `{name}` measures the slew of slopes of {shortest} and longer, not {slope}")
        })
    }

    fn unmeasured(&self, figure: ShotFigure) -> Option<String> {
        let rig = self.target.rig?;
        let is_measured = rig.measures.contains(&figure);
        (!is_measured).then(|| format!("the rig `{}` does not measure the {figure} of a shot", rig.name))
    }
}

/// To three digits or so, never less than it is.
fn rounded_up(uncertainty: Amount) -> Amount {
    let size = uncertainty.size();
    let mut step = 1.0;
    while size / step >= 1000.0 {
        step *= 10.0;
    }
    // A nanosecond is the finest there is.
    while uncertainty.kind() != Kind::Time && size > 0.0 && size / step < 100.0 {
        step /= 10.0;
    }
    Amount::of_size(uncertainty.kind(), (size / step).ceil() * step)
}

#[cfg(test)]
mod tests {
    use crate::plan::{Target, plan_paths};
    use brownout_rigs::profile::Profile;
    use brownout_rigs::rig::Rig;
    use std::path::Path;

    /// A meter of 550 us takes twenty conversions' time.
    #[test]
    fn a_slope_that_a_meter_cannot_follow_is_told_beforehand() {
        let rig = Rig::load(Path::new("pi-5v")).unwrap();
        let profile = Profile::shipped("weekly-5v").unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let notes = |over: &str| {
            let text = format!(
                "title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [\n  \
                 {{ ramp = {{ to = \"2V\", over = \"{over}\", measured = [\"slew\"] }} }},\n  \
                 {{ expect = {{ relay = \"K1\", is = \"open\" }} }},\n]\n"
            );
            std::fs::write(folder.path().join("a.toml"), text).unwrap();
            let target = Target { profile: &profile, highest: rig.highest, rig: Some(&rig) };
            let plan = plan_paths(&[folder.path().to_path_buf()], target).unwrap();
            plan.notes().iter().map(|note| note.line()).collect::<Vec<_>>()
        };
        let told = notes("10ms");
        let says = "the meter of the rig `pi-5v` measures the slew of slopes of 11ms and longer, not 10ms";
        assert!(told.len() == 1 && told[0].ends_with(says), "{told:?}");
        assert_eq!(notes("11ms"), Vec::<String>::new());
    }
}
