//! Steps that act while others run: polled after the events of an instant and before the foreground's step.

use super::halt::Halt;
use super::session::{Doing, Poll, Session};
use brownout_trace::event::What;
use brownout_trace::{Instant, Span};

/// The steps of a `meanwhile` under way.
pub struct Lane<'a> {
    next: usize,
    end: usize,
    doing: Option<Box<dyn Doing<'a> + 'a>>,
}

impl<'a> Lane<'a> {
    /// The case's steps from `next` up to, but not with, `end`.
    pub fn new(next: usize, end: usize) -> Self {
        Self { next, end, doing: None }
    }

    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        loop {
            if let Some(doing) = &mut self.doing {
                match doing.poll(session)? {
                    Poll::Done => self.doing = None,
                    wait => return Ok(wait),
                }
            }
            if self.next == self.end {
                return Ok(Poll::Done);
            }
            let index = self.next;
            self.next += 1;
            let text = session.case.steps[index].text.clone();
            session.note(What::Step { index: index as u32, text });
            self.doing = session.begin(index)?;
        }
    }
}

impl<'a> Session<'a> {
    /// Goes on with the steps in the background; gives when they have to be looked at again.
    pub(super) fn poll_lane(&mut self) -> Result<Option<Instant>, Halt> {
        let Some(mut lane) = self.lane.take() else { return Ok(None) };
        match lane.poll(self) {
            Ok(Poll::Done) => Ok(None),
            Ok(Poll::Wait(until)) => {
                self.lane = Some(lane);
                Ok(Some(until))
            }
            Err(halt) => {
                self.step = Some(lane.next - 1);
                Err(halt)
            }
        }
    }
}

/// Waits until nothing is left in the background.
pub struct Join;

impl<'a> Doing<'a> for Join {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        // The background knows when.
        Ok(if session.lane.is_none() { Poll::Done } else { Poll::Wait(Instant::NEVER - Span::secs(1)) })
    }
}
