//! What ends a case from outside: a signal to the process, a hand on the rig, or a limit of wall or of bench time.
//!
//! A case under way ends at the next look as inconclusive, with a whole record: neither a signal nor a limit says
//! anything of the board. The look is taken by the bench itself ([`Watched`]), whenever time passes: at every event, and
//! at least once in [`SLICE`] of bench time. Cutting a wait into slices changes nothing in the trace: a bench advances
//! to any instant, and nothing happens there.

use brownout_rigs::bench::outside::{Driven, Outside};
use brownout_rigs::bench::{Bench, Flashing, RigFault};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::lock::RigLock;
use brownout_trace::event::{Level, ShotReport};
use brownout_trace::{Angle, Event, Instant, Span};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as WallInstant};

/// Bench time between two looks: asleep the virtual board needs microseconds for it, busy without end under a second.
const SLICE: Span = Span::secs(10);
/// The same where bench time is the wall's: somebody may be waiting beside an energised rig.
const MOMENT: Span = Span::millis(100);

/// Whether the run was asked to end, and by which signal. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// The last signal; 0 if there was none.
    pub signal: Arc<AtomicUsize>,
    /// What is made safe before a second one ends the process.
    pub driven: Driven,
}

impl Stop {
    /// Why the run has to end; `None` if it goes on.
    pub fn why(&self) -> Option<String> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            2 => Some("stopped by SIGINT".to_owned()),
            15 => Some("stopped by SIGTERM".to_owned()),
            number => Some(format!("stopped by signal {number}")),
        }
    }
}

/// What every case of a run is watched for.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// The process's signals.
    pub stop: Stop,
    /// The most wall time for a case, over all its attempts.
    pub wall: Option<Span>,
    /// The most bench time for an attempt at a case, from the beginning of arranging.
    pub bench: Option<Span>,
    /// The rig's lock, where it has one: who de-energises the rig behind our back leaves word there.
    pub lock: Option<Arc<RigLock>>,
}

impl Watch {
    /// Whether everything on the rig is to end, whatever it is doing.
    ///
    /// # Errors
    /// Why.
    pub fn asked(&self) -> Result<(), RigFault> {
        if let Some(why) = self.stop.why() {
            return Err(RigFault { what: why, hint: String::new() });
        }
        match self.lock.as_ref().is_some_and(|lock| lock.is_made_safe()) {
            false => Ok(()),
            true => Err(RigFault {
                what: "somebody de-energised the rig by `brownout rig safe`".to_owned(),
                hint: "look why, then run it again".to_owned(),
            }),
        }
    }

    /// The same, for a bench of its own time.
    pub fn outside(&self) -> Outside {
        let (watch, driven) = (self.clone(), self.stop.driven.clone());
        Outside::new(Arc::new(move || watch.asked()), driven)
    }

    /// A case begins now.
    pub fn begin(&self) -> CaseWatch<'_> {
        CaseWatch { watch: self, began: WallInstant::now() }
    }
}

/// The watch over one case.
#[derive(Debug, Clone, Copy)]
pub struct CaseWatch<'w> {
    watch: &'w Watch,
    began: WallInstant,
}

impl<'w> CaseWatch<'w> {
    /// A bench that is watched; a new one for each attempt.
    pub fn over<B: Bench>(self, bench: B) -> Watched<'w, B> {
        let from = bench.now();
        Watched { bench, from, slice: SLICE, case: self }
    }

    /// The same of a bench whose time is the wall's, which gives up within a moment.
    pub fn over_wall<B: Bench>(self, bench: B) -> Watched<'w, B> {
        Watched { slice: MOMENT, ..self.over(bench) }
    }

    /// The watch from now on: the case had to wait for its turn.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { began: WallInstant::now(), ..self }
    }

    fn look(&self, bench: Span) -> Result<(), RigFault> {
        let fault = |what: String, hint: &str| Err(RigFault { what, hint: hint.to_owned() });
        self.watch.asked()?;
        if let Some(limit) = self.watch.bench.filter(|limit| bench > *limit) {
            return fault(format!("the case takes longer than {limit} of bench time"), "--case-bench-time");
        }
        let over = |limit: &Span| self.began.elapsed() > Duration::from_nanos(u64::try_from(limit.0).unwrap_or(0));
        match self.watch.wall.filter(over) {
            Some(limit) => fault(format!("the case takes longer than {limit} of wall time"), "--case-time"),
            None => Ok(()),
        }
    }
}

/// A bench that gives up when its watch says so.
#[derive(Debug)]
pub struct Watched<'w, B> {
    bench: B,
    from: Instant,
    slice: Span,
    case: CaseWatch<'w>,
}

impl<B: Bench> Bench for Watched<'_, B> {
    fn now(&self) -> Instant {
        self.bench.now()
    }

    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        let before = events.len();
        loop {
            let now = self.bench.now();
            self.case.look(now - self.from)?;
            self.bench.advance(until.min(now + self.slice), events)?;
            if events.len() > before || self.bench.now() >= until || self.bench.now() == now {
                return Ok(());
            }
        }
    }

    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        self.bench.play(levels)
    }

    fn at_angle(&self, after: Instant, angle: Angle) -> Option<Instant> {
        self.bench.at_angle(after, angle)
    }

    fn switch_on(&mut self, level: Level, length: Span) -> Result<(), RigFault> {
        self.bench.switch_on(level, length)
    }

    fn measure_shot(&mut self, level: Level, start: Instant, width: Span, edges: Span) -> Result<ShotReport, RigFault> {
        self.bench.measure_shot(level, start, width, edges)
    }

    fn send(&mut self, line: &str) -> Result<(), RigFault> {
        self.bench.send(line)
    }

    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault> {
        self.bench.set_reset(asserted)
    }

    fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault> {
        self.bench.press(button, pressed)
    }

    fn flash(&mut self, firmware: Option<&Firmware>, events: &mut Vec<Event>) -> Result<Flashing, RigFault> {
        self.bench.flash(firmware, events)
    }
}
