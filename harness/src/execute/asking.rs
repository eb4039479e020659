//! Expectations: waiting through their windows, asking the board where that is needed, and having them judged.

use super::arranging::Waiting;
use super::halt::Halt;
use super::session::{Doing, Poll, Session, Settling};
use super::speech::{Reply, Speech};
use crate::judge::{self, Finding, Window};
use crate::scenario::expectation::Expectation;
use crate::scenario::place::{Lookback, Place};
use crate::scenario::step::Step;
use crate::scenario::step::measure::{Measure, Quantity};
use brownout_rigs::profile::Command;
use brownout_rigs::profile::pattern::Slot;
use brownout_trace::{Instant, ResetCause, Span};

impl<'a> Session<'a> {
    /// Takes an expectation's whole window. Contacts are judged when the window's last edges have settled, which
    /// takes no time of the scenario's.
    pub(super) fn expect(&mut self, index: usize, expectation: &Expectation) -> Result<(), Halt> {
        let from = self.now();
        let cursor = self.log.events().len();
        if let Some(finding) = self.told(expectation)? {
            self.judged(index, finding);
            // The window passes all the same, so that the timeline is that of a board that cannot be asked.
            return self.drive(&mut Waiting(from + expectation.takes()));
        }
        self.drive(&mut Waiting(from + expectation.takes()))?;
        let finding = match expectation {
            Expectation::Clock { over: None, .. } | Expectation::ProgramsKept { over: None } => {
                Finding::not_observed("the board cannot be asked; with `over` its contacts would tell", from)
            }
            Expectation::Clock { .. }
            | Expectation::ProgramsKept { .. }
            | Expectation::Relay { .. }
            | Expectation::Schedule { .. } => {
                // A mark may be set anew at this very instant, before the window has settled.
                let window = self.looking_back(from, &expectation.back().cloned().unwrap_or_default())?;
                self.settle_later(index, window);
                return Ok(());
            }
            Expectation::Console { line, within } => judge::console::judge(&self.view(), line, *within, from, cursor),
            Expectation::Mode(mode) => {
                let asks = [Command::ReadMode, Command::Status];
                let console = self.console()?;
                let command = asks.iter().find(|command| console.tells_mode(command)).unwrap_or(&asks[0]);
                let reply = self.ask(command)?;
                judge::mode::judge(&reply, *mode)
            }
            Expectation::Reset(cause) => self.reset_cause(*cause)?,
            Expectation::Resets { count, back } => {
                // A board that is starting has yet to say so.
                self.drive(&mut Waiting(self.ledger.ready_at))?;
                let window = self.looking_back(from, back)?;
                judge::reset::count(&self.view(), *count, window)
            }
            Expectation::NoFaults { back } => {
                self.drive(&mut Waiting(self.ledger.ready_at))?;
                let window = self.looking_back(from, back)?;
                judge::faults::judge(&self.view(), window)
            }
        };
        self.judged(index, finding);
        Ok(())
    }

    /// What a board that can be asked says of its clock or its programmes.
    fn told(&mut self, expectation: &Expectation) -> Result<Option<Finding>, Halt> {
        let answers = |command: &Command| self.profile.console.as_ref().is_some_and(|console| console.has(command));
        Ok(match expectation {
            Expectation::Clock { within, .. } if answers(&Command::ReadClock) => {
                let reply = self.ask(&Command::ReadClock)?;
                Some(judge::clock::judge(&self.view(), &reply, *within))
            }
            Expectation::ProgramsKept { .. } if answers(&Command::ListPrograms) => {
                let reply = self.ask(&Command::ListPrograms)?;
                Some(judge::programs::judge(&self.view(), &reply))
            }
            _ => None,
        })
    }

    /// Takes a measurement's whole window, then its figure.
    pub(super) fn measure(&mut self, index: usize, measure: &Measure) -> Result<(), Halt> {
        let from = self.now();
        let since = match (&measure.since, measure.within) {
            (None, Some(_)) => from,
            (since, _) => self.place(since.as_ref(), Instant::ZERO)?,
        };
        self.drive(&mut Waiting(from + measure.within.unwrap_or(Span::ZERO)))?;
        if measure.quantity == Quantity::ClockError {
            let reply = self.ask(&Command::ReadClock)?;
            let finding = judge::measure::clock(&self.view(), measure, &reply);
            self.judged(index, finding);
            return Ok(());
        }
        self.settle_later(index, Window { since, from, to: self.now() });
        Ok(())
    }

    /// The window of an expectation that began at `from`.
    fn looking_back(&self, from: Instant, back: &Lookback) -> Result<Window, Halt> {
        let since = self.place(back.since.as_ref(), Instant::ZERO)?;
        let to = self.place(back.before.as_ref(), self.now())?;
        Ok(Window { since, from, to })
    }

    /// When a place was passed; another instant where none is named.
    fn place(&self, place: Option<&Place>, otherwise: Instant) -> Result<Instant, Halt> {
        let Some(place) = place else { return Ok(otherwise) };
        let none = || Halt::Scenario(format!("`{place}` is not there yet: no shot is over"));
        self.ledger.when(place, self.ledger.seen()).ok_or_else(none)
    }

    fn settle_later(&mut self, index: usize, window: Window) {
        self.settling.push(Settling { index, window, seen: self.ledger.seen() });
    }

    /// Judges a window whose edges have settled.
    pub(super) fn judge_window(&mut self, Settling { index, window, seen }: Settling) {
        let case = self.case;
        let view = self.view();
        let expectation = match &case.steps[index].step {
            Step::Expect(expectation) => expectation,
            Step::Measure(measure) => {
                let finding = judge::measure::judge(&view, &measure.value, window, seen);
                return self.judged(index, finding);
            }
            _ => return,
        };
        let finding = match &expectation.value {
            Expectation::Relay { relay, predicate } => judge::relay::judge(&view, relay, predicate, window),
            Expectation::Schedule { error, drift, .. } => judge::schedule::judge(&view, window, *error, *drift),
            Expectation::Clock { within, .. } => judge::behaviour::clock(&view, *within, window),
            Expectation::ProgramsKept { .. } => judge::behaviour::programs(&view, window),
            _ => return,
        };
        self.judged(index, finding);
    }

    /// The board's own word on its last reset where it has one, else what the bench saw.
    fn reset_cause(&mut self, cause: ResetCause) -> Result<Finding, Halt> {
        let status = self.profile.console.as_ref().and_then(|console| console.commands.status.as_ref());
        let tells = |slots: Option<&brownout_rigs::profile::pattern::Pattern>| {
            slots.is_some_and(|pattern| pattern.slots().any(|slot| slot == Slot::Reset))
        };
        if tells(status.and_then(|talk| talk.reply.as_ref())) {
            let reply = self.ask(&Command::Status)?;
            return Ok(judge::reset::judge(&self.view(), Some(&reply), cause));
        }
        // A board that is starting has yet to say why.
        self.drive(&mut Waiting(self.ledger.ready_at))?;
        Ok(judge::reset::judge(&self.view(), None, cause))
    }

    /// Asks the board something for a judgement: whatever it answers, the case goes on.
    pub(super) fn ask(&mut self, command: &Command) -> Result<Reply, Halt> {
        let mut asking = Asking { speech: Speech::new(self, command)?, reply: None };
        self.drive(&mut asking)?;
        asking.reply.ok_or_else(|| Halt::Rig("an exchange ended without a reply".to_owned()))
    }
}

/// A command under way whose reply is kept.
struct Asking<'a> {
    speech: Speech<'a>,
    reply: Option<Reply>,
}

impl<'a> Doing<'a> for Asking<'a> {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        match self.speech.poll(session)? {
            Ok(reply) => {
                self.reply = Some(reply);
                Ok(Poll::Done)
            }
            Err(wait) => Ok(wait),
        }
    }
}
