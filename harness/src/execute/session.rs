//! One attempt: the bench, the trace, what was done, and the only loop.

use super::halt::Halt;
use super::lane::Lane;
use super::ledger::{Ledger, Seen, unpowered};
use super::log::Log;
use super::reckoning::{self, Attempt};
use crate::judge::{Finding, View, Window};
use crate::outcome::Judgement;
use crate::plan::Case;
use crate::scenario::step::Step;
use brownout_rigs::bench::Bench;
use brownout_rigs::profile::{Console, Profile};
use brownout_trace::event::{Level, What};
use brownout_trace::{Event, Instant, Measurement, Span};

/// The longest a case may take in bench time; a plan's own figure is far below it.
const LONGEST: Span = Span::secs(1_000 * 86_400);
/// A bench that gives so many batches of events without time passing never ends.
const STANDSTILL: u32 = 100_000;

/// What polling a state machine came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// It is over.
    Done,
    /// Poll again at this instant, or when something happened.
    Wait(Instant),
}

/// Something under way.
pub trait Doing<'a> {
    /// Goes as far as it can without time passing.
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt>;
}

/// A window of an expectation that is over, its last edges still settling.
#[derive(Debug, Clone, Copy)]
pub struct Settling {
    /// The step of the expectation.
    pub index: usize,
    /// The window.
    pub window: Window,
    /// What had been passed when it was over.
    pub seen: Seen,
}

/// Lines that were sent without waiting for their answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unanswered {
    /// How many answers are still to come.
    pub count: u32,
    /// After that none is waited for.
    pub until: Option<Instant>,
}

/// One attempt at a case.
pub struct Session<'a> {
    pub(super) bench: &'a mut dyn Bench,
    pub(super) case: &'a Case,
    pub(super) profile: &'a Profile,
    pub(super) log: Log<'a>,
    pub(super) ledger: Ledger,
    pub(super) judgements: Vec<Judgement>,
    pub(super) measurements: Vec<Measurement>,
    pub(super) unanswered: Unanswered,
    /// The reset pin is pulled until then.
    pub(super) release_reset: Option<Instant>,
    /// The steps in the background.
    pub(super) lane: Option<Lane<'a>>,
    pub(super) settling: Vec<Settling>,
    /// The step under way; `None` while arranging.
    pub(super) step: Option<usize>,
    fresh: Vec<Event>,
    standstill: u32,
}

impl<'a> Session<'a> {
    /// Nothing done yet.
    pub fn new(
        bench: &'a mut dyn Bench,
        case: &'a Case,
        profile: &'a Profile,
        sink: &'a mut dyn FnMut(&Event),
    ) -> Self {
        let now = bench.now();
        Self {
            bench,
            case,
            profile,
            log: Log::new(sink),
            ledger: Ledger::new(now),
            judgements: Vec::new(),
            measurements: Vec::new(),
            unanswered: Unanswered::default(),
            release_reset: None,
            lane: None,
            settling: Vec::new(),
            step: None,
            fresh: Vec::new(),
            standstill: 0,
        }
    }

    /// The whole attempt; after the `last` there is no other.
    pub fn run(mut self, attempt: u32, last: bool) -> Attempt {
        self.note(What::Attempt { number: attempt });
        let halt = self.everything().err();
        reckoning::finish(self, attempt, last, halt)
    }

    fn everything(&mut self) -> Result<(), Halt> {
        self.arrange()?;
        let mut index = 0;
        while index < self.case.steps.len() {
            self.step = Some(index);
            let text = self.case.steps[index].text.clone();
            self.note(What::Step { index: index as u32, text });
            self.perform(index)?;
            index += 1;
            if let Step::Meanwhile(steps) = self.case.steps[index - 1].step {
                self.lane = Some(Lane::new(index, index + steps));
                index += steps;
            }
        }
        self.settle()
    }

    /// The only loop: events, then the background, then what is under way.
    pub fn drive(&mut self, doing: &mut dyn Doing<'a>) -> Result<(), Halt> {
        loop {
            let background = self.background()?;
            match doing.poll(self)? {
                Poll::Done => return Ok(()),
                Poll::Wait(until) => self.advance(background.map_or(until, |due| due.min(until)))?,
            }
        }
    }

    /// Lets the last windows settle; the scenario's own time is over by then.
    pub fn settle(&mut self) -> Result<(), Halt> {
        self.drive(&mut Settle)
    }

    /// Does what is due in the background; gives when the next is.
    fn background(&mut self) -> Result<Option<Instant>, Halt> {
        let now = self.now();
        if self.release_reset.is_some_and(|at| at <= now) {
            self.release_reset = None;
            self.bench.set_reset(false)?;
        }
        let quiet = self.quiet();
        while let Some(settling) = self.settling.first().copied().filter(|one| one.window.to + quiet <= now) {
            self.settling.remove(0);
            self.judge_window(settling);
        }
        let lane = self.poll_lane()?;
        // They are judged in order, so that one whose window ended long ago waits for those before it.
        let settles = self.settling.first().map(|settling| settling.window.to + quiet);
        Ok(self.release_reset.into_iter().chain(settles).chain(lane).min())
    }

    /// Advances the bench to `until` or its next event, and takes what happened.
    fn advance(&mut self, until: Instant) -> Result<(), Halt> {
        let before = self.now();
        if until <= before {
            return self.stand_still();
        }
        if until > Instant::ZERO + LONGEST {
            return Err(Halt::Scenario(format!("the case would take longer than {LONGEST}")));
        }
        let mut fresh = std::mem::take(&mut self.fresh);
        let advanced = self.bench.advance(until, &mut fresh);
        let happened = !fresh.is_empty();
        self.take(&mut fresh)?;
        self.fresh = fresh;
        advanced?;
        match self.now() > before {
            true => self.standstill = 0,
            false if !happened => {
                return Err(Halt::Rig(format!("the bench stands still at {before}; asked for {until}")));
            }
            false => self.stand_still()?,
        }
        Ok(())
    }

    /// Takes what the bench tells.
    pub(super) fn take(&mut self, events: &mut Vec<Event>) -> Result<(), Halt> {
        for event in events.drain(..) {
            self.heard(&event);
            self.log.take(event)?;
        }
        Ok(())
    }

    fn stand_still(&mut self) -> Result<(), Halt> {
        self.standstill += 1;
        match self.standstill > STANDSTILL {
            true => Err(Halt::Rig(format!("endless events at {}: time does not pass", self.now()))),
            false => Ok(()),
        }
    }

    /// Counts the answers that nobody waits for.
    fn heard(&mut self, event: &Event) {
        if let (What::Received { line }, Some(console)) = (&event.what, &self.profile.console)
            && super::speech::ends_an_answer(console, line)
        {
            self.unanswered.count = self.unanswered.count.saturating_sub(1);
        }
    }

    /// Bench time.
    pub fn now(&self) -> Instant {
        self.bench.now()
    }

    /// Adds an event of the harness, now.
    pub fn note(&mut self, what: What) {
        let at = self.now();
        self.log.note(at, what);
    }

    /// How long a contact must hold for its change to count.
    pub fn quiet(&self) -> Span {
        crate::judge::debounce::quiet(self.profile)
    }

    /// The board's console; a plan lets nothing through that needs one where there is none.
    pub fn console(&self) -> Result<&'a Console, Halt> {
        let profile = self.profile;
        let missing = || Halt::Scenario(format!("`{}` has no console", profile.name));
        profile.console.as_ref().ok_or_else(missing)
    }

    /// Whether the board gets nothing at its supply terminals.
    pub fn unpowered(&self) -> bool {
        unpowered(self.ledger.level)
    }

    /// Puts a level on the supply terminals, to stay.
    pub fn supply(&mut self, level: Level) -> Result<(), Halt> {
        let now = self.now();
        self.bench.play(&[(now, level)])?;
        self.ledger.supply(now, now, level, self.case.nominal, self.profile);
        Ok(())
    }

    /// The same through a contact that bounces for up to `length`.
    pub fn switch_on(&mut self, level: Level, length: Span) -> Result<(), Halt> {
        let now = self.now();
        self.bench.switch_on(level, length)?;
        self.ledger.supply(now, now + length, level, self.case.nominal, self.profile);
        Ok(())
    }

    /// What judging looks at.
    pub fn view(&self) -> View<'_> {
        View {
            events: self.log.events(),
            contacts: self.log.contacts(),
            ledger: &self.ledger,
            profile: self.profile,
            uncertainty: &self.case.uncertainty,
            nominal: self.case.nominal,
            now: self.now(),
        }
    }

    /// Keeps what an expectation came to, and puts it into the trace.
    pub fn judged(&mut self, index: usize, finding: Finding) {
        let mut finding = match &self.case.steps[index].doubt {
            Some(why) => finding.doubted(why),
            None => finding,
        };
        if let Some(measurement) = finding.measurement.take() {
            self.note(What::Measured(measurement.clone()));
            self.measurements.push(measurement);
        }
        let judgement = reckoning::judgement(self.case, index, self.now(), finding, self.log.events());
        self.note(What::Judged {
            index: index as u32,
            expectation: judgement.expectation.clone(),
            verdict: judgement.verdict,
            observed: judgement.observed.clone(),
            margin: judgement.margin,
            detail: judgement.detail.clone(),
        });
        self.judgements.push(judgement);
    }
}

/// Waits until no window is left to settle.
struct Settle;

impl<'a> Doing<'a> for Settle {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        // The background knows when.
        Ok(if session.settling.is_empty() { Poll::Done } else { Poll::Wait(Instant::NEVER - Span::secs(1)) })
    }
}
