//! A cell: a charge that is drawn from, and put back, at a rate that depends on it.
//!
//! A cell's open voltage falls with its charge, and what is drawn, lost and charged depends on that voltage. Between
//! the points of its curve all of that is a straight line in the charge, dq/dt = r − b·(q − q₀): an exponential
//! ([`Curve`]), as everywhere here.

use super::crossing::{self, HORIZON};
use super::curve::Curve;
use brownout_trace::Instant;

/// Open voltage over the share of charge left, at 20 °C and microamperes, of one cell. Upwards in both.
pub(super) type OpenVoltage = &'static [(f64, f64)];

/// Lithium–manganese dioxide, CR2032: makers' curves at 15 kΩ and above, read off to 50 mV (general knowledge).
pub(super) const LITHIUM: OpenVoltage = &[(0.0, 2.0), (0.05, 2.6), (0.15, 2.8), (0.5, 2.93), (1.0, 3.0)];
/// Nickel–metal hydride, one cell: makers' curves at C/5 and below, read off to 20 mV (general knowledge).
pub(super) const NICKEL: OpenVoltage = &[(0.0, 0.9), (0.05, 1.1), (0.15, 1.2), (0.5, 1.25), (0.9, 1.31), (1.0, 1.4)];

/// A charge over time. Plain data.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// Charge (coulombs) and open voltage, upwards in both; from empty to full.
    curve: Vec<(f64, f64)>,
    /// Charge and what is gained a second at it; between two the straight line. Never rising with the charge.
    rates: Vec<(f64, f64)>,
    at: Instant,
    charge: f64,
}

impl Cell {
    /// A cell that nothing happens to, holding a share of its capacity (coulombs); its voltage is the curve's times
    /// `scale`.
    pub fn new(curve: OpenVoltage, capacity: f64, scale: f64, share: f64, at: Instant) -> Self {
        let curve = curve.iter().map(|(share, volts)| (share * capacity, volts * scale)).collect();
        Self { curve, rates: vec![(0.0, 0.0), (capacity, 0.0)], at, charge: share.clamp(0.0, 1.0) * capacity }
    }

    /// What flows from now on, as a function of charge (coulombs) and open voltage; `bends` are the voltages at which
    /// it bends.
    pub fn change(&mut self, at: Instant, bends: &[f64], gained: impl Fn(f64, f64) -> f64) {
        (self.charge, self.at) = (self.charge(at), self.at.max(at));
        let bends = bends.iter().filter_map(|volts| self.at_open(*volts));
        let mut nodes: Vec<f64> = self.curve.iter().map(|(charge, _)| *charge).chain(bends).collect();
        nodes.sort_by(f64::total_cmp);
        nodes.dedup();
        self.rates = nodes.into_iter().map(|charge| (charge, gained(charge, self.open(charge)))).collect();
    }

    /// The charge left, coulombs.
    pub fn charge(&self, at: Instant) -> f64 {
        let mut piece = self.first();
        while let Some((end, charge)) = self.end_of(&piece)
            && end <= at
        {
            piece = self.piece(end, charge);
        }
        piece.at(at).clamp(0.0, self.capacity())
    }

    /// The voltage without load; nothing once the charge is used up.
    pub fn volts(&self, at: Instant) -> f64 {
        self.left(self.charge(at))
    }

    /// The first instant after the last change at which the open voltage is below this, if it is not already.
    pub fn falls_below(&self, volts: f64) -> Option<Instant> {
        if self.left(self.charge) < volts {
            return None;
        }
        let mut piece = self.first();
        while piece.slope < 0.0 {
            let end = self.end_of(&piece);
            let until = end.map_or(HORIZON, |(at, _)| at);
            let below = |at: Instant| self.left(piece.at(at)) < volts;
            let guess = self.at_open(volts).and_then(|level| piece.reaches(level));
            if let Some(at) = crossing::first(piece.start, until, guess, below) {
                return Some(at);
            }
            let (at, charge) = end?;
            piece = self.piece(at, charge);
        }
        None
    }

    fn capacity(&self) -> f64 {
        self.curve.last().map_or(0.0, |(charge, _)| *charge)
    }

    fn left(&self, charge: f64) -> f64 {
        if charge > 0.0 { self.open(charge) } else { 0.0 }
    }

    fn open(&self, charge: f64) -> f64 {
        interpolate(self.curve.iter().copied(), charge)
    }

    /// The charge at an open voltage, where the curve has it.
    fn at_open(&self, volts: f64) -> Option<f64> {
        let (lowest, highest) = (self.curve.first()?.1, self.curve.last()?.1);
        let swapped = self.curve.iter().map(|(charge, volts)| (*volts, *charge));
        (lowest..=highest).contains(&volts).then(|| interpolate(swapped, volts))
    }

    fn first(&self) -> Curve {
        self.piece(self.at, self.charge)
    }

    /// The straight piece that begins with this charge.
    fn piece(&self, start: Instant, charge: f64) -> Curve {
        let slope = interpolate(self.rates.iter().copied(), charge);
        let beyond = match slope {
            up if up > 0.0 => self.rates.windows(2).find(|pair| pair[1].0 > charge),
            down if down < 0.0 => self.rates.windows(2).rev().find(|pair| pair[0].0 < charge),
            _ => None,
        };
        match beyond {
            Some(pair) => {
                let rate = (pair[0].1 - pair[1].1) / (pair[1].0 - pair[0].0);
                Curve { start, from: charge, slope, rate: rate.max(0.0) }
            }
            None => Curve::constant(start, charge),
        }
    }

    /// When a piece reaches the next point of the rates, and the charge there.
    fn end_of(&self, piece: &Curve) -> Option<(Instant, f64)> {
        let nodes = self.rates.iter().map(|(charge, _)| *charge);
        let (next, rising) = match piece.slope {
            up if up > 0.0 => (nodes.filter(|node| *node > piece.from).min_by(f64::total_cmp)?, true),
            down if down < 0.0 => (nodes.filter(|node| *node < piece.from).max_by(f64::total_cmp)?, false),
            _ => return None,
        };
        let past = |at: Instant| if rising { piece.at(at) >= next } else { piece.at(at) <= next };
        crossing::first(piece.start, HORIZON, piece.reaches(next), past).map(|at| (at, next))
    }
}

/// A point on a chain of straight lines; flat beyond its ends.
fn interpolate(points: impl Iterator<Item = (f64, f64)>, x: f64) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for (x1, y1) in points {
        if x <= x1 {
            let Some((x0, y0)) = before else { return y1 };
            return if x1 > x0 { y0 + (y1 - y0) * (x - x0) / (x1 - x0) } else { y1 };
        }
        before = Some((x1, y1));
    }
    before.map_or(0.0, |(_, y)| y)
}
