//! Expectations: waiting through their windows, asking the board where that is needed, and having them judged.

use super::arranging::Waiting;
use super::halt::Halt;
use super::session::{Doing, Poll, Session, Settling};
use super::speech::{Reply, Speech};
use crate::judge::{self, Finding, Window};
use crate::scenario::expectation::Expectation;
use brownout_rigs::profile::Command;
use brownout_rigs::profile::pattern::Slot;
use brownout_trace::ResetCause;

impl<'a> Session<'a> {
    /// Takes an expectation's whole window. Contacts are judged when the window's last edges have settled, which
    /// takes no time of the scenario's.
    pub(super) fn expect(&mut self, index: usize, expectation: &Expectation) -> Result<(), Halt> {
        let from = self.now();
        let cursor = self.log.events().len();
        self.drive(&mut Waiting(from + expectation.takes()))?;
        let finding = match expectation {
            Expectation::Relay { .. } | Expectation::Schedule { .. } => {
                // A mark may be set anew at this very instant, before the window has settled.
                let since = self.ledger.since(expectation.since());
                self.settling.push(Settling { index, window: Window { since, from, to: self.now() } });
                return Ok(());
            }
            Expectation::Console { line, within } => judge::console::judge(&self.view(), line, *within, from, cursor),
            Expectation::Clock { within } => {
                let reply = self.ask(&Command::ReadClock)?;
                judge::clock::judge(&self.view(), &reply, *within)
            }
            Expectation::ProgramsKept => {
                let reply = self.ask(&Command::ListPrograms)?;
                judge::programs::judge(&self.view(), &reply)
            }
            Expectation::Mode(mode) => {
                let asks = [Command::ReadMode, Command::Status];
                let console = self.console()?;
                let command = asks.iter().find(|command| console.tells_mode(command)).unwrap_or(&asks[0]);
                let reply = self.ask(command)?;
                judge::mode::judge(&reply, *mode)
            }
            Expectation::Reset(cause) => self.reset_cause(*cause)?,
            Expectation::Resets { count, since } => {
                let since = self.ledger.since(since.as_deref());
                // A board that is starting has yet to say so.
                self.drive(&mut Waiting(self.ledger.ready_at))?;
                judge::reset::count(&self.view(), *count, since)
            }
            Expectation::NoFaults { since } => {
                let since = self.ledger.since(since.as_deref());
                self.drive(&mut Waiting(self.ledger.ready_at))?;
                judge::faults::judge(&self.view(), since)
            }
        };
        self.judged(index, finding);
        Ok(())
    }

    /// Judges a window whose edges have settled.
    pub(super) fn judge_window(&mut self, Settling { index, window }: Settling) {
        let case = self.case;
        let crate::scenario::step::Step::Expect(expectation) = &case.steps[index].step else { return };
        let view = self.view();
        let finding = match &expectation.value {
            Expectation::Relay { relay, predicate } => judge::relay::judge(&view, relay, predicate, window),
            Expectation::Schedule { .. } => judge::schedule::judge(&view, window),
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
