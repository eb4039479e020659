//! `measure`: one figure with a name, and its limits where it has any.

pub(in crate::scenario) mod read;

use super::Moment;
use crate::scenario::expectation::{Contact, Glob};
use crate::scenario::place::Place;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Amount, Kind, Percent, RelayName, Span, Unit};
use std::fmt;

/// One measured figure: exactly one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Unique in its scenario.
    pub name: String,
    /// What of the board, or of the stimulus.
    pub quantity: Quantity,
    /// The unit it is printed in.
    pub unit: Unit,
    /// The least that passes.
    pub min: Option<Amount>,
    /// The most that passes.
    pub max: Option<Amount>,
    /// So near a limit, as a share of it, a figure is marginal: it passes, and is told of.
    pub marginal: Option<Percent>,
    /// How far it looks forward; taken whole. None looks back.
    pub within: Option<Span>,
    /// From where it looks for the first of its events; from its own beginning where it looks forward, else from step 0.
    pub since: Option<Place>,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// `from`, `to`: the time between two points.
    Between {
        /// The first.
        from: Point,
        /// The second; an event counts from the first on.
        to: Point,
    },
    /// `clock = "error"`: how far the board's clock, asked when the window is over, is ahead of the nominal clock.
    ClockError,
    /// `shot = "width"`: a figure of the last shot, as measured back.
    Shot(ShotFigure),
    /// `relay = "K1", bounce = "longest"`: the longest burst of raw edges.
    Bounce(RelayName),
}

/// A point in time.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// `{ mark = "x" }`, `{ shot = "begin" }`, `{ shot = "end" }`.
    Place(Place),
    /// `{ due = "Mon 08:00:00" }`: on the nominal clock.
    Due(Moment),
    /// `{ relay = "K1", becomes = "closed" }`: the first edge of a change that holds.
    Becomes(RelayName, Contact),
    /// `{ console = "# boot*" }`: the end of a line that matches.
    Line(Glob),
}

impl Point {
    /// Whether the harness itself fixes it, so that nothing has to be looked for.
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Place(_) | Self::Due(_))
    }
}

impl Quantity {
    /// What its figure is a figure of.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Shot(ShotFigure::Depth) => Kind::Voltage,
            Self::Shot(ShotFigure::Slew) => Kind::Slew,
            _ => Kind::Time,
        }
    }

    /// Its name in messages.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Between { .. } => "time between two points",
            Self::ClockError => "error of a clock",
            Self::Shot(ShotFigure::Start) => "start of a shot",
            Self::Shot(ShotFigure::Width) => "width of a shot",
            Self::Shot(ShotFigure::Depth) => "depth of a shot",
            Self::Shot(ShotFigure::Slew) => "slew of a shot",
            Self::Bounce(_) => "bounce of a relay",
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(Place::Mark(name)) => write!(f, "mark {name}"),
            Self::Place(Place::Shot) => f.write_str("the begin of the shot"),
            Self::Place(Place::Restored) => f.write_str("the end of the shot"),
            Self::Due(moment) => write!(f, "{moment}"),
            Self::Becomes(relay, contact) => write!(f, "{relay} {contact}"),
            Self::Line(line) => write!(f, "console line `{line}`"),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between { from, to } => write!(f, "from {from} to {to}"),
            Self::ClockError => f.write_str("error of the clock"),
            Self::Shot(figure) => write!(f, "{figure} of the shot"),
            Self::Bounce(relay) => write!(f, "longest bounce of {relay}"),
        }
    }
}

/// `restart at most 2000ms, marginal from 10% of it: from the end of the shot to K1 closed within 5s`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        let limit = |limit: Amount| limit.in_unit(self.unit);
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, " {} to {}", limit(min), limit(max))?,
            (Some(min), None) => write!(f, " at least {}", limit(min))?,
            (None, Some(max)) => write!(f, " at most {}", limit(max))?,
            (None, None) => write!(f, " in {}", self.unit)?,
        }
        if let Some(marginal) = self.marginal {
            write!(f, ", marginal by {marginal}")?;
        }
        write!(f, ": {}", self.quantity)?;
        if let Some(since) = &self.since {
            write!(f, " since {since}")?;
        }
        self.within.map_or(Ok(()), |within| write!(f, " within {within}"))
    }
}
