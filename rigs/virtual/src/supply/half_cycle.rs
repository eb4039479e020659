//! One half-cycle of the mains on a rectifier and its capacitor, as a handful of closed pieces.
//!
//! Two kinds of rectifier are in the world of timer boards, and in their own half-cycle they are one equation:
//!
//! * **Behind a resistance** R (a transformer's windings, a thermistor): from zero to zero of the sine, the open
//!   circuit stands at e = Ê·sin ωτ − U_d, and while e > V the capacitor sees
//!   C·dV/dt = (e − V)/R − I − G·V.
//! * **Behind a series capacitor** X (a transformerless supply): from peak to peak. Turned so that each half-cycle
//!   rises, the mains stands at u = −Û·cos ωτ and X at x; nothing flows until u − x reaches V + U_d (the dead time
//!   after each peak, in which X is turned round), then (C + X)·dV/dt = X·ω·Û·sin ωτ − I − G·V up to the next peak.
//!   A zener holds V where more comes than is drawn.
//!
//! Both are dV/dt = s − γ·(V − V₀) + β·sin ωτ ([`Forced`]); between charges β is nothing. Pieces end where the diodes
//! start or stop, where the zener takes over, where a load begins or ends, and at each extreme, so that **every piece
//! is monotone**: a threshold crossed inside one shows in its two ends.
//!
//! A switching supply draws constant power from its capacitor, so that between charges V² is a straight line:
//! V = √(V₀² − 2Pt/C), which gives the book's hold-up time t = C·(V₁² − V₂²)/(2P). During the charge its current
//! P/V is taken as it was at the charge's begin: V moves by a few percent in that millisecond.

use super::forced::Forced;
use super::network::{Network, Side};
use super::root;

/// More pieces than any half-cycle has; a bound on the loop, no more.
const MOST: usize = 24;
/// Volts: diodes that are this near to conducting conduct.
const TOUCH: f64 = 1e-9;
/// Seconds: a rectifier that could not even start is asked again after this.
const PAUSE: f64 = 1e-6;

/// What a mains voltage makes of the rectifier's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drive {
    /// Angular frequency, per second.
    pub omega: f64,
    /// Length of a half-cycle, seconds.
    pub half: f64,
    /// Peak of the open-circuit voltage, volts.
    pub peak: f64,
    /// Of the diodes in the current's way, volts.
    pub drop: f64,
    /// What limits the current.
    pub behind: Behind,
}

/// What limits a rectifier's current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Behind {
    /// Ohms; more than zero.
    Resistance(f64),
    /// A series capacitor, and a zener across the bulk capacitor.
    Capacitor {
        /// Farads; more than zero.
        farads: f64,
        /// Volts.
        zener: f64,
    },
}

/// What drains the capacitor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Load {
    /// Currents and conductances; a network without a feed.
    Currents(Network),
    /// A converter.
    Power {
        /// The capacitor it draws from, farads.
        farads: f64,
        /// Watts; zero or more.
        watts: f64,
    },
}

/// The state that passes from half-cycle to half-cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    /// Of the bulk capacitor.
    pub volts: f64,
    /// Of the series capacitor, in the direction of the present half-cycle; zero without one.
    pub series: f64,
}

/// A monotone part of a half-cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// When it begins, seconds since the half-cycle's begin.
    pub begin: f64,
    form: Form,
    /// The rectifier conducts.
    charging: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Linear(Forced),
    /// Constant power: V = √(V₀² − rate·t).
    Draining {
        begin: f64,
        from: f64,
        rate: f64,
    },
}

impl Form {
    fn at(&self, tau: f64) -> f64 {
        match *self {
            Self::Linear(forced) => forced.at(tau).max(0.0),
            Self::Draining { begin, from, rate } => (from * from - rate * (tau - begin).max(0.0)).max(0.0).sqrt(),
        }
    }
}

/// A half-cycle from an instant inside it to its end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HalfCycle {
    pub pieces: Vec<Piece>,
    /// At the next half-cycle's begin, in that one's direction.
    pub end: State,
    /// The series capacitor at its begin.
    series: f64,
    half: f64,
}

impl HalfCycle {
    /// The voltage at τ; from the first piece's begin on.
    pub fn volts(&self, tau: f64) -> f64 {
        let next = self.pieces.partition_point(|piece| piece.begin <= tau);
        self.pieces[next.saturating_sub(1)].form.at(tau)
    }

    /// Where piece `index` ends, and the voltage there.
    pub fn end_of(&self, index: usize) -> (f64, f64) {
        let end = self.pieces.get(index + 1).map_or(self.half, |next| next.begin);
        (end, self.pieces[index].form.at(end))
    }

    /// Lowest and highest voltage.
    pub fn range(&self) -> (f64, f64) {
        let first = self.pieces[0].form.at(self.pieces[0].begin);
        let ends = (0..self.pieces.len()).map(|index| self.end_of(index).1);
        ends.fold((first, first), |(low, high), volts| (low.min(volts), high.max(volts)))
    }

    /// Whether the rectifier conducts in it.
    pub fn charges(&self) -> bool {
        self.pieces.iter().any(|piece| piece.charging)
    }
}

impl Load {
    /// The bulk capacitor, farads.
    pub fn farads(&self) -> f64 {
        match self {
            Self::Currents(network) => network.farads,
            Self::Power { farads, .. } => *farads,
        }
    }

    /// Amperes drawn just on this side of a voltage, and more for each volt beyond it.
    fn at(&self, volts: f64, side: Side) -> (f64, f64) {
        match self {
            Self::Currents(network) if volts <= 0.0 && side == Side::Below => (0.0, 0.0),
            Self::Currents(network) => (-network.net(volts, side), network.rate(volts, side) * network.farads),
            Self::Power { watts, .. } => (watts / volts.max(1.0), 0.0),
        }
    }

    /// The next voltage at which a load begins or ends.
    fn corner(&self, volts: f64, side: Side) -> Option<f64> {
        match self {
            Self::Currents(network) => network.corner(volts, side),
            Self::Power { .. } => None,
        }
    }
}

impl Drive {
    /// How far the open circuit stands above the capacitor: at zero the diodes begin to conduct.
    fn gap(&self, tau: f64, volts: f64, series: f64) -> f64 {
        self.open(tau) - series - self.drop - volts
    }

    /// The open circuit's voltage in this half-cycle's direction.
    fn open(&self, tau: f64) -> f64 {
        match self.behind {
            Behind::Resistance(_) => self.peak * libm::sin(self.omega * tau),
            Behind::Capacitor { .. } => -self.peak * libm::cos(self.omega * tau),
        }
    }

    /// The most that the bulk capacitor can stand at, whatever the mains.
    pub fn zener(&self) -> f64 {
        match self.behind {
            Behind::Resistance(_) => f64::INFINITY,
            Behind::Capacitor { zener, .. } => zener,
        }
    }

    /// What the series capacitor holds at a half-cycle's begin, where the one before charged up to its end.
    pub fn series_after_charge(&self, volts: f64) -> f64 {
        match self.behind {
            Behind::Resistance(_) => 0.0,
            Behind::Capacitor { .. } => -(self.peak - volts - self.drop),
        }
    }

    /// The mains was switched to this drive at τ: a series capacitor charges or discharges at once through the diodes,
    /// in the time of its surge resistor, which is far below a half-cycle.
    pub fn switched(&self, tau: f64, load: &Load, state: State) -> State {
        let Behind::Capacitor { farads, zener } = self.behind else {
            return state;
        };
        let across = self.open(tau) - state.series;
        let beyond = across.abs() - (state.volts + self.drop);
        if beyond <= 0.0 {
            return state;
        }
        let volts = (state.volts + beyond * farads / (farads + load.farads())).min(zener.max(state.volts));
        State { volts, series: self.open(tau) - (volts + self.drop).copysign(across) }
    }

    /// The rest of a half-cycle, from τ on.
    pub fn half_cycle(&self, load: &Load, from: f64, state: State) -> HalfCycle {
        let mut run = Run {
            drive: self,
            load,
            tau: from,
            volts: state.volts.max(0.0),
            series: state.series,
            pieces: Vec::with_capacity(8),
            charged: false,
        };
        let mut conducting = self.gap(from, run.volts, run.series) > TOUCH;
        while run.tau < self.half && run.pieces.len() < MOST {
            conducting = if conducting { run.charge() } else { run.drain() };
        }
        let series = match self.behind {
            Behind::Resistance(_) => 0.0,
            Behind::Capacitor { .. } if run.charged => self.series_after_charge(run.volts),
            Behind::Capacitor { .. } => -run.series,
        };
        if run.pieces.is_empty() {
            run.push(Form::Linear(Forced::constant(from, state.volts)), false);
        }
        let end = State { volts: run.volts, series };
        HalfCycle { pieces: run.pieces, end, series: state.series, half: self.half }
    }

    /// The series capacitor's voltage within a half-cycle: it waits through the dead time, then follows the mains.
    pub fn series(&self, half: &HalfCycle, tau: f64) -> f64 {
        let follows = half.pieces.iter().any(|piece| piece.charging && piece.begin <= tau);
        match self.behind {
            Behind::Capacitor { .. } if follows => self.open(tau) - half.volts(tau) - self.drop,
            Behind::Capacitor { .. } => half.series,
            Behind::Resistance(_) => 0.0,
        }
    }

    /// The current through the diodes, amperes.
    pub fn amps(&self, half: &HalfCycle, tau: f64) -> f64 {
        let next = half.pieces.partition_point(|piece| piece.begin <= tau);
        let piece = half.pieces[next.saturating_sub(1)];
        let volts = piece.form.at(tau);
        match (piece.charging, self.behind, piece.form) {
            (true, Behind::Resistance(ohms), _) => (self.gap(tau, volts, 0.0) / ohms).max(0.0),
            (true, Behind::Capacitor { farads, .. }, Form::Linear(forced)) => {
                let own = farads * forced.slope(tau, volts);
                (farads * self.omega * self.peak * libm::sin(self.omega * tau) - own).max(0.0)
            }
            _ => 0.0,
        }
    }
}

/// A half-cycle being put together.
struct Run<'d> {
    drive: &'d Drive,
    load: &'d Load,
    tau: f64,
    volts: f64,
    series: f64,
    pieces: Vec<Piece>,
    /// The series capacitor follows the mains.
    charged: bool,
}

impl Run<'_> {
    fn push(&mut self, form: Form, charging: bool) {
        self.pieces.push(Piece { begin: self.tau, form, charging });
    }

    /// The present is now at τ, with this voltage.
    fn reach(&mut self, tau: f64, volts: f64) {
        (self.tau, self.volts) = (tau, volts.max(0.0));
    }

    /// The diodes block: the loads drain. Whether the diodes conduct at its end.
    fn drain(&mut self) -> bool {
        let (amps, siemens) = self.load.at(self.volts, Side::Below);
        let farads = self.load.farads();
        let form = match *self.load {
            Load::Power { watts, .. } => {
                Form::Draining { begin: self.tau, from: self.volts, rate: 2.0 * watts / farads }
            }
            Load::Currents(_) => Form::Linear(Forced {
                begin: self.tau,
                from: self.volts,
                slope: -amps / farads,
                rate: siemens / farads,
                drive: 0.0,
                omega: self.drive.omega,
            }),
        };
        self.push(form, false);
        let start = self.conducts(&form);
        let end = start.unwrap_or(self.drive.half);
        if let Some(corner) = self.load.corner(self.volts, Side::Below).filter(|corner| form.at(end) < *corner) {
            let at = root::between(self.tau, end, |tau| form.at(tau) - corner);
            self.reach(at.max(self.tau + f64::EPSILON), corner);
            return false;
        }
        self.reach(end, form.at(end));
        start.is_some()
    }

    /// When the open circuit overtakes a draining capacitor, in this half-cycle.
    fn conducts(&self, form: &Form) -> Option<f64> {
        let drive = self.drive;
        let gap = |tau: f64| drive.gap(tau, form.at(tau), self.series);
        let half = drive.half;
        match drive.behind {
            // The open circuit only rises, the capacitor only falls.
            Behind::Capacitor { .. } => {
                (drive.peak > 0.0 && gap(half) > 0.0).then(|| root::between(self.tau, half, gap))
            }
            // The gap is concave (a sine less a falling convex or straight line): one maximum, and the root before it.
            Behind::Resistance(_) => {
                if drive.peak <= drive.drop {
                    return None;
                }
                let from = if self.gap_is_closing(gap(self.tau)) { self.tau + PAUSE } else { self.tau };
                let middle = 0.5 * half;
                if from < middle && gap(middle) > 0.0 {
                    return Some(root::between(from, middle, gap));
                }
                let rise = |tau: f64| gap(tau + PAUSE) - gap(tau);
                let top = if rise(from) <= 0.0 { from } else { root::between(from, half, rise) };
                (top < half && gap(top) > TOUCH).then(|| root::between(from, top, gap))
            }
        }
    }

    /// Right after a charge the gap is zero: that is its end, not another begin.
    fn gap_is_closing(&self, gap: f64) -> bool {
        gap.abs() <= 1e-6 && self.pieces.len() > 1 && self.pieces[self.pieces.len() - 2].charging
    }

    /// The diodes conduct. Whether they still do at its end.
    fn charge(&mut self) -> bool {
        let drive = self.drive;
        if let Some(end) = self.held_until() {
            self.push(Form::Linear(Forced::constant(self.tau, self.volts)), true);
            self.reach(end, self.volts);
            self.charged = end >= drive.half;
            return true;
        }
        let rising = self.forced(Side::Above);
        let forced = if rising.slope(self.tau, self.volts) > 0.0 { rising } else { self.forced(Side::Below) };
        let end = self.charge_ends(&forced);
        let middle = 0.5 * drive.half;
        let slope = |tau: f64| forced.slope(tau, forced.at(tau));
        // The lowest point is before the sine's peak, the highest after it.
        let mut ends = [end; 3];
        if slope(middle) > 0.0 && end > middle {
            if self.tau < middle && slope(self.tau) < 0.0 {
                ends[0] = root::between(self.tau, middle, slope);
            }
            let top_from = middle.max(self.tau);
            if slope(top_from) > 0.0 && slope(end) < 0.0 {
                ends[1] = root::between(top_from, end, slope);
            }
            if ends[0] >= end {
                ends[0] = ends[1];
            }
        }
        for at in ends {
            if at <= self.tau {
                continue;
            }
            let to = forced.at(at);
            self.push(Form::Linear(forced), true);
            if let Some(corner) = self.corner_towards(to) {
                let at = root::between(self.tau, at, |tau| forced.at(tau) - corner).max(self.tau + f64::EPSILON);
                self.reach(at, corner);
                return true;
            }
            self.reach(at, to);
        }
        let last = self.tau >= drive.half;
        self.charged = last;
        last
    }

    /// The charging capacitor's equation with the loads as they are on this side of the present voltage.
    fn forced(&self, side: Side) -> Forced {
        let drive = self.drive;
        let (amps, siemens) = self.load.at(self.volts, side);
        let farads = self.load.farads();
        let (slope, rate, beta) = match drive.behind {
            Behind::Resistance(ohms) => (
                (-(drive.drop + self.volts) / ohms - amps) / farads,
                (siemens + 1.0 / ohms) / farads,
                drive.peak / (ohms * farads),
            ),
            Behind::Capacitor { farads: series, .. } => {
                let both = farads + series;
                (-amps / both, siemens / both, series * drive.omega * drive.peak / both)
            }
        };
        Forced { begin: self.tau, from: self.volts, slope, rate, drive: beta, omega: drive.omega }
    }

    /// When the current through the diodes is back to nothing.
    fn charge_ends(&self, forced: &Forced) -> f64 {
        let half = self.drive.half;
        match self.drive.behind {
            Behind::Capacitor { .. } => half,
            Behind::Resistance(_) => {
                let flows = |tau: f64| self.drive.gap(tau, forced.at(tau), 0.0);
                let from = (0.5 * half).max(self.tau + PAUSE);
                if from >= half || flows(from) <= 0.0 { from.min(half) } else { root::between(from, half, flows) }
            }
        }
    }

    /// The first corner between the present voltage and another: the zener upwards, a load's begin either way.
    fn corner_towards(&self, to: f64) -> Option<f64> {
        let zener = self.drive.zener();
        if to > self.volts {
            let load = self.load.corner(self.volts, Side::Above).unwrap_or(f64::INFINITY);
            Some(load.min(if self.volts < zener { zener } else { f64::INFINITY })).filter(|corner| *corner < to)
        } else {
            self.load.corner(self.volts, Side::Below).filter(|corner| *corner > to)
        }
    }

    /// Until when the zener holds the voltage: where it is at the zener's, and more comes than is drawn.
    fn held_until(&self) -> Option<f64> {
        let drive = self.drive;
        let Behind::Capacitor { farads, zener } = drive.behind else {
            return None;
        };
        let (amps, _) = self.load.at(zener, Side::Below);
        let share = amps / (farads * drive.omega * drive.peak);
        if self.volts < zener - TOUCH || share >= 1.0 {
            return None;
        }
        // X·ω·Û·sin ωτ falls to the load's current.
        let end = drive.half - libm::asin(share.max(0.0)) / drive.omega;
        let surplus = libm::sin(drive.omega * self.tau) > share;
        (surplus && end > self.tau).then_some(if amps == 0.0 { drive.half } else { end })
    }
}
