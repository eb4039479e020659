//! A capacitor behind a rectifier: its voltage over any number of half-cycles, and the first crossings of that.
//!
//! A week has sixty million half-cycles, and in nearly all of them nothing happens. Three facts let them be passed
//! over without being walked through:
//!
//! 1. **Order is kept.** A capacitor's voltage obeys one first-order equation; two solutions never cross. So the map F
//!    from one half-cycle's begin to the next is monotone, and the voltages at successive begins only rise, or only
//!    fall, towards the periodic solution V* = F(V*). Where they rise, what was not undercut in one whole half-cycle
//!    never is again; and above V* nothing falls below what V* itself does.
//! 2. **Distance shrinks.** Loads draw no less at a higher voltage, the rectifier delivers no more: so |V − V*| never
//!    grows. Before anything else a threshold is held against the periodic solution's extremes ± the present
//!    distance: one comparison, and it answers nearly every question that a sleeping board asks.
//! 3. **Near V* the map is a straight line**: Vₙ = V* + λⁿ·(V₀ − V*), λ = F′(V*), to the square of the distance.
//!    Within [`NEAR`] of V* this power is the model, for the next half-cycle and for one a week later.
//!
//! V*, λ and the extremes depend on mains and loads alone; the few combinations that a board has are remembered. A
//! switching supply's constant power breaks the second fact (a converter draws more at a lower voltage), but each
//! peak of the mains forgets what was before; its distance is counted fourfold.
//!
//! Without mains there is no half-cycle: the capacitor drains as it does on DC (`storage`), V² in V's place under
//! constant power.
//!
//! As on DC, everything depends on the last change alone, and looking changes nothing.

use super::crossing;
use super::half_cycle::{Drive, HalfCycle, Load, State};
use super::mains::{Grid, Mains};
use super::network::{Network, Sink};
use super::root;
use super::storage::Storage;
use brownout_trace::event::Crossing;
use brownout_trace::{Instant, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// Within this of the periodic solution the half-cycle's map is a straight line, in volts: what it bends is the
/// square of this over the supply's voltage, microvolts.
const NEAR: f64 = 5e-3;
/// Nearer than this to the periodic solution a capacitor is on it, in volts.
const SETTLED: f64 = 1e-9;
/// The most half-cycles that are walked for one answer: three hours of a board that nothing feeds or drains.
const MOST: usize = 1 << 20;
/// Combinations of mains and loads that are remembered.
const REMEMBERED: usize = 12;

/// The periodic solution under one drive and one load.
#[derive(Debug, PartialEq)]
struct Steady {
    half: HalfCycle,
    volts: f64,
    /// λ: what remains of a distance after one half-cycle.
    remains: f64,
    lowest: f64,
    highest: f64,
    /// How far a distance may grow on its way to nothing.
    growth: f64,
}

/// Periodic solutions found so far. What is remembered is no part of what a supply is.
#[derive(Debug, Clone, Default)]
struct Memory(Vec<(Drive, Load, Option<Arc<Steady>>)>);

impl PartialEq for Memory {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The capacitor since the last change.
#[derive(Debug, Clone, PartialEq)]
enum Course {
    /// Nothing comes in: volts, or volts squared under constant power. The series capacitor as it was, in the sine's
    /// own direction, bleeds.
    Dark { store: Storage, series: f64, since: Instant },
    /// On mains.
    Lit(Box<Lit>),
}

/// The half-cycle of the last change from there on, or a later one that every walk passes through: the anchor.
#[derive(Debug, Clone, PartialEq)]
struct Lit {
    drive: Drive,
    index: i64,
    /// Where in its half-cycle the anchor is, seconds; zero for all but the one of the change.
    tau: f64,
    /// At τ.
    state: State,
    /// From τ on.
    rest: HalfCycle,
    steady: Option<Arc<Steady>>,
}

/// A walk from the anchor over half-cycles.
struct Walk<'r> {
    lit: &'r Lit,
    load: &'r Load,
    index: i64,
    start: State,
    half: Cow<'r, HalfCycle>,
    /// The half-cycle from which on the map is a straight line, and the distance there.
    origin: Option<(i64, f64)>,
}

/// What is at the rectifier's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Input {
    /// Nothing: an interruption at high impedance.
    Open,
    /// A short: an interruption at low impedance, as a drive of no voltage.
    Short(Drive),
    /// Mains.
    Mains(Drive),
}

/// A capacitor behind a rectifier.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ripple {
    mains: Mains,
    grid: Grid,
    /// Of bleeder and series capacitor, seconds; infinite without.
    bleeding: f64,
    input: Input,
    load: Load,
    course: Course,
    memory: Memory,
    now: Instant,
}

impl Ripple {
    /// An empty capacitor without mains.
    pub fn new(mains: Mains, grid: Grid, bleeding: f64, load: Load, at: Instant) -> Self {
        let course = Course::Dark { store: dark(&load, 0.0, at), series: 0.0, since: at };
        Self { mains, grid, bleeding, input: Input::Open, load, course, memory: Memory::default(), now: at }
    }

    /// The voltage at an instant from the last change on, given nothing else changes.
    pub fn volts(&self, at: Instant) -> f64 {
        match &self.course {
            Course::Dark { store, .. } => self.of_store(store.volts(at)),
            Course::Lit(lit) => {
                let walk = self.walk_to(lit, at);
                walk.half.volts(self.tau(walk.index, at))
            }
        }
    }

    /// The current through the diodes, amperes.
    pub fn amps(&self, at: Instant) -> f64 {
        match &self.course {
            Course::Dark { .. } => 0.0,
            Course::Lit(lit) => {
                let walk = self.walk_to(lit, at);
                lit.drive.amps(&walk.half, self.tau(walk.index, at))
            }
        }
    }

    /// Moves the present. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        debug_assert!(to >= self.now, "the supply was asked to go back in time");
        self.now = self.now.max(to);
        match &mut self.course {
            Course::Dark { store, .. } => store.advance(to),
            Course::Lit(lit) => {
                let target = self.mains.index(self.grid, to);
                if target > lit.index && lit.origin().is_none() {
                    let mut walk = Walk::new(lit, &self.load);
                    while walk.index < target && walk.origin.is_none() {
                        walk.step();
                    }
                    let (index, state, rest) = (walk.index, walk.start, walk.half.into_owned());
                    (lit.index, lit.tau, lit.state, lit.rest) = (index, 0.0, state, rest);
                }
            }
        }
    }

    /// Puts another input or load on, now. The same again changes nothing.
    pub fn change(&mut self, at: Instant, input: Input, load: Load) {
        self.advance(at);
        if input == self.input && load == self.load {
            return;
        }
        let at = self.now;
        let index = self.mains.index(self.grid, at);
        let tau = self.tau(index, at);
        let mut state = self.state(at, index, tau);
        if let Some(drive) = input.drive().filter(|_| input != self.input) {
            state = drive.switched(tau, &load, state);
        }
        (self.input, self.load) = (input, load);
        self.course = match input {
            Input::Mains(drive) => {
                let rest = drive.half_cycle(&load, tau, state);
                let steady = self.memory.steady(&drive, &load);
                Course::Lit(Box::new(Lit { drive, index, tau, state, rest, steady }))
            }
            Input::Open | Input::Short(_) => {
                let series = state.series * direction(index);
                Course::Dark { store: dark(&load, state.volts, at), series, since: at }
            }
        };
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
        match &self.course {
            Course::Dark { store, .. } => {
                let stored = if matches!(self.load, Load::Power { .. }) { level * level } else { level };
                store.next_crossing(threshold, crossing, stored, |stored| reading(self.of_store(stored)))
            }
            Course::Lit(lit) if lit.stays_clear_of(level) => None,
            Course::Lit(lit) => self.search(lit, crossing, level, past),
        }
    }

    /// Goes from half-cycle to half-cycle until the reading is past the threshold, or never will be.
    fn search(&self, lit: &Lit, crossing: Crossing, level: f64, past: impl Fn(f64) -> bool) -> Option<Instant> {
        let mut walk = self.walk_to(lit, self.now);
        let mut from = self.now;
        let mut was_past = past(walk.half.volts(self.tau(walk.index, from)));
        // The first half-cycle is seen from the present on only: it says nothing about the next.
        let mut whole = false;
        for _ in 0..MOST {
            let end = self.mains.begin(self.grid, walk.index + 1);
            for index in 0..walk.half.pieces.len() {
                let at =
                    (self.mains.begin(self.grid, walk.index) + Span((walk.half.end_of(index).0 * 1e9) as i64)).min(end);
                if at <= from {
                    continue;
                }
                let is_past = past(walk.half.volts(self.tau(walk.index, at)));
                if is_past && !was_past {
                    return crossing::first(from, at, None, |at| past(walk.half.volts(self.tau(walk.index, at))));
                }
                (from, was_past) = (at, is_past);
            }
            if whole && !was_past && walk.is_last(crossing, level) {
                return None;
            }
            walk.step();
            whole = true;
        }
        None
    }

    fn walk_to<'r>(&'r self, lit: &'r Lit, at: Instant) -> Walk<'r> {
        let mut walk = Walk::new(lit, &self.load);
        walk.go_to(self.mains.index(self.grid, at));
        walk
    }

    /// Seconds since half-cycle `index` began.
    fn tau(&self, index: i64, at: Instant) -> f64 {
        (at - self.mains.begin(self.grid, index)).as_secs_f64()
    }

    /// Both capacitors, the series one in the direction of half-cycle `index`.
    fn state(&self, at: Instant, index: i64, tau: f64) -> State {
        match &self.course {
            Course::Dark { store, series, since } => {
                let left = libm::exp(-(at - *since).as_secs_f64() / self.bleeding);
                State { volts: self.of_store(store.volts(at)), series: series * direction(index) * left }
            }
            Course::Lit(lit) => {
                let half = self.walk_to(lit, at).half;
                State { volts: half.volts(tau), series: lit.drive.series(&half, tau) }
            }
        }
    }

    fn of_store(&self, stored: f64) -> f64 {
        if matches!(self.load, Load::Power { .. }) { stored.max(0.0).sqrt() } else { stored }
    }
}

impl Input {
    /// What the terminals do to a series capacitor at the moment of switching.
    fn drive(&self) -> Option<Drive> {
        match self {
            Self::Mains(drive) | Self::Short(drive) => Some(*drive),
            Self::Open => None,
        }
    }
}

impl Lit {
    /// Since when, and how far, it is near the periodic solution, if its anchor is.
    fn origin(&self) -> Option<(i64, f64)> {
        if self.tau == 0.0 { self.near(self.state).map(|far| (self.index, far)) } else { None }
    }

    /// How far a half-cycle's begin is from the periodic solution's, where that is near.
    fn near(&self, begin: State) -> Option<f64> {
        let far = begin.volts - self.steady.as_ref()?.volts;
        let out_of_step = begin.series - self.drive.series_after_charge(begin.volts);
        (far.abs() <= NEAR && out_of_step.abs() <= NEAR).then_some(far)
    }

    /// Whether successive half-cycles are ordered: no converter draws the more the lower its input is.
    fn orders(&self) -> bool {
        self.steady.as_ref().is_none_or(|steady| steady.growth <= 1.0)
    }

    /// Whether the present distance from the periodic solution rules a voltage out for ever.
    fn stays_clear_of(&self, level: f64) -> bool {
        let Some(steady) = &self.steady else {
            return false;
        };
        // A series capacitor may bring or take more, once, than the distance says.
        let expected = self.drive.series(&steady.half, self.tau);
        let now = self.drive.series(&self.rest, self.tau);
        let far = (self.state.volts - steady.half.volts(self.tau)).abs();
        let far = steady.growth * far + SETTLED;
        (now - expected).abs() <= 2.0 * far && (level < steady.lowest - far || level > steady.highest + far)
    }
}

impl<'r> Walk<'r> {
    fn new(lit: &'r Lit, load: &'r Load) -> Self {
        let origin = lit.origin();
        Self { lit, load, index: lit.index, start: lit.state, half: Cow::Borrowed(&lit.rest), origin }
    }

    /// To the next half-cycle.
    fn step(&mut self) {
        self.go_on(self.index + 1);
    }

    fn go_to(&mut self, index: i64) {
        while self.index < index {
            let next = if self.origin.is_some() { index } else { self.index + 1 };
            self.go_on(next);
        }
    }

    fn go_on(&mut self, index: i64) {
        self.index = index;
        match (self.origin, &self.lit.steady) {
            (Some((since, far)), Some(steady)) => {
                let left = far * libm::pow(steady.remains, (index - since) as f64);
                let volts = steady.volts + left;
                self.start = State { volts, series: self.lit.drive.series_after_charge(volts) };
                if left.abs() < SETTLED {
                    (self.start.volts, self.half) = (steady.volts, Cow::Borrowed(&steady.half));
                    return;
                }
            }
            _ => self.start = self.half.end,
        }
        self.half = Cow::Owned(self.lit.drive.half_cycle(self.load, 0.0, self.start));
        if self.origin.is_none() {
            self.origin = self.lit.near(self.start).map(|far| (index, far));
        }
    }

    /// Whether no half-cycle from the next on brings what this one did not. The reading is not past the threshold now.
    fn is_last(&self, crossing: Crossing, level: f64) -> bool {
        let (begin, end) = (self.start, self.half.end);
        if begin == end {
            return true;
        }
        // Successive half-cycles are ordered only where their series capacitors are in step.
        let follows = |state: State| (state.series - self.lit.drive.series_after_charge(state.volts)).abs() < 1e-9;
        let ordered = !self.half.charges() || follows(begin) && follows(end);
        let away = match crossing {
            Crossing::Falling => end.volts >= begin.volts,
            Crossing::Rising => end.volts <= begin.volts,
        };
        let beyond = self.lit.steady.as_ref().is_some_and(|steady| {
            let far = (end.volts - steady.volts).abs();
            let settled = far < SETTLED && (begin.volts - steady.volts).abs() < SETTLED;
            // On its way to the periodic solution it stays on its side of it.
            let clear = match crossing {
                Crossing::Falling => end.volts >= steady.volts && level < steady.lowest - SETTLED,
                Crossing::Rising => end.volts <= steady.volts && level > steady.highest + SETTLED,
            };
            settled || clear && steady.growth <= 1.0
        });
        ordered && (away && self.lit.orders() || beyond)
    }
}

/// A capacitor that only drains: its volts, or its volts squared under constant power (a straight line).
fn dark(load: &Load, volts: f64, at: Instant) -> Storage {
    match *load {
        Load::Currents(network) => Storage::new(network, volts, at),
        Load::Power { farads, watts } => {
            let drain = Sink { above: 0.0, amps: 2.0 * watts / farads, siemens: 0.0 };
            let network =
                Network { farads: 1.0, feed: None, sinks: [drain, Sink::default(), Sink::default(), Sink::default()] };
            Storage::new(network, volts * volts, at)
        }
    }
}

/// Half-cycles of a series capacitor's grid alternate.
fn direction(index: i64) -> f64 {
    if index.rem_euclid(2) == 0 { 1.0 } else { -1.0 }
}

impl Memory {
    fn steady(&mut self, drive: &Drive, load: &Load) -> Option<Arc<Steady>> {
        if let Some((.., known)) = self.0.iter().find(|(d, l, _)| d == drive && l == load) {
            return known.clone();
        }
        let found = Steady::find(drive, load).map(Arc::new);
        if self.0.len() == REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((*drive, *load, found.clone()));
        found
    }
}

impl Steady {
    /// The periodic solution, where the rectifier conducts in it; [`None`] where the mains is too low to feed anything.
    fn find(drive: &Drive, load: &Load) -> Option<Self> {
        let begin = |volts: f64| State { volts, series: drive.series_after_charge(volts) };
        let after = |volts: f64| drive.half_cycle(load, 0.0, begin(volts)).end.volts;
        let top = (drive.peak - drive.drop).min(drive.zener());
        if top <= 0.0 {
            return None;
        }
        let (volts, growth) = match load {
            Load::Currents(_) => (root::between(0.0, top, |volts| after(volts) - volts), 1.0),
            // Each peak forgets what was before: a few rounds from the top are enough, or there is none.
            Load::Power { .. } => ((0..20).fold(top, |volts, _| after(volts)), 4.0),
        };
        let half = drive.half_cycle(load, 0.0, begin(volts));
        if !half.charges() || (half.end.volts - volts).abs() > 1e-7 {
            return None;
        }
        let step = 1e-3;
        let remains = ((after(volts + step) - after((volts - step).max(0.0))) / (2.0 * step)).clamp(0.0, 1.0 - 1e-9);
        let (lowest, highest) = half.range();
        Some(Self { half, volts, remains, lowest, highest, growth })
    }
}
