//! A capacitor in its network: its voltage over time, and the first crossings of that.

use super::crossing::{self, HORIZON};
use super::curve::Curve;
use super::network::{Network, Side};
use brownout_trace::Instant;
use brownout_trace::event::Crossing;

/// One straight piece of the network: a curve up to where the voltage reaches the piece's corner.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    curve: Curve,
    /// When it ends by itself, and the voltage from there on.
    end: Option<(Instant, f64)>,
}

/// A capacitor's voltage. Left to itself it only ever rises, or only falls, or stays: one first-order equation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Storage {
    network: Network,
    piece: Piece,
    now: Instant,
}

impl Storage {
    /// A capacitor at `volts`.
    pub fn new(network: Network, volts: f64, at: Instant) -> Self {
        Self { network, piece: Piece::new(&network, volts.max(0.0), at), now: at }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The voltage at an instant from the last change on, given nothing else changes.
    pub fn volts(&self, at: Instant) -> f64 {
        self.piece_at(at).volts(at)
    }

    /// Moves the present. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        debug_assert!(to >= self.now, "the supply was asked to go back in time");
        self.piece = self.piece_at(to);
        self.now = self.now.max(to);
    }

    /// Puts another network on the capacitor, now. A network that is the same changes nothing.
    pub fn change(&mut self, at: Instant, network: Network) {
        self.advance(at);
        if network != self.network {
            self.piece = Piece::new(&network, self.piece.volts(self.now), self.now);
            self.network = network;
        }
    }

    /// When a diode, the regulator's dropout or an empty capacitor next changes what flows.
    pub fn next_switch(&self) -> Option<Instant> {
        self.piece.end.map(|(at, _)| at)
    }

    /// The first instant after the present at which `reading` of the voltage is on the other side of `threshold`.
    ///
    /// `level` is the capacitor's voltage at which about that happens. `reading` must not fall as the voltage rises.
    pub fn next_crossing(
        &self,
        threshold: f64,
        crossing: Crossing,
        level: f64,
        reading: impl Fn(f64) -> f64,
    ) -> Option<Instant> {
        let past = |volts: f64| crossing::is_past(crossing, threshold, reading(volts));
        let heads_there = |piece: &Piece| match crossing {
            Crossing::Rising => piece.curve.slope > 0.0,
            Crossing::Falling => piece.curve.slope < 0.0,
        };
        let mut piece = self.piece;
        while heads_there(&piece) && !past(piece.curve.from) {
            let until = piece.end.map_or(HORIZON, |(at, _)| at);
            let found =
                crossing::first(piece.curve.start, until, piece.curve.reaches(level), |at| past(piece.volts(at)));
            match (found, piece.end) {
                (Some(at), _) => return (at > self.now).then_some(at),
                (None, Some((at, volts))) => piece = Piece::new(&self.network, volts, at),
                (None, None) => return None,
            }
        }
        None
    }

    fn piece_at(&self, at: Instant) -> Piece {
        let mut piece = self.piece;
        while let Some((end, volts)) = piece.end
            && end <= at
        {
            piece = Piece::new(&self.network, volts, end);
        }
        piece
    }
}

impl Piece {
    fn new(network: &Network, volts: f64, start: Instant) -> Self {
        let (up, down) = (network.net(volts, Side::Above), network.net(volts, Side::Below));
        let (side, amps) = if up > 0.0 {
            (Side::Above, up)
        } else if down < 0.0 {
            (Side::Below, down)
        } else {
            return Self { curve: Curve::constant(start, volts), end: None };
        };
        let curve = Curve { start, from: volts, slope: amps / network.farads, rate: network.rate(volts, side) };
        let end = network.corner(volts, side).and_then(|corner| {
            let past = |volts: f64| match side {
                Side::Above => volts >= corner,
                Side::Below => volts <= corner,
            };
            let at = crossing::first(start, HORIZON, curve.reaches(corner), |at| past(curve.at(at)))?;
            Some((at, landing(network, corner, curve.at(at), side)))
        });
        Self { curve, end }
    }

    fn volts(&self, at: Instant) -> f64 {
        match self.end {
            Some((end, volts)) if at >= end => volts,
            _ => self.curve.at(at),
        }
    }
}

/// Where a curve that ran past a corner within its last nanosecond really is: at the first corner that holds it,
/// or where it ran to. So it never oscillates about a corner, and never goes below 0 V.
fn landing(network: &Network, corner: f64, ran_to: f64, side: Side) -> f64 {
    let mut corner = corner;
    while !network.holds(corner) {
        match network.corner(corner, side) {
            Some(next) if side == Side::Above && next <= ran_to => corner = next,
            Some(next) if side == Side::Below && next >= ran_to => corner = next,
            _ => return ran_to,
        }
    }
    corner
}
