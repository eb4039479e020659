//! Buttons: pressed and released at their instants, as often as a step says.

use super::halt::Halt;
use super::session::{Doing, Poll, Session};
use crate::scenario::step::Press;
use brownout_trace::event::What;
use brownout_trace::{Instant, Span};

/// A `press` under way.
pub struct Pressing<'a> {
    press: &'a Press,
    start: Option<Instant>,
    /// How many have been begun, and whether the last is still held.
    begun: u32,
    held: bool,
}

impl<'a> Pressing<'a> {
    /// Nothing pressed yet.
    pub fn new(press: &'a Press) -> Self {
        Self { press, start: None, begun: 0, held: false }
    }

    fn all(&mut self, session: &mut Session<'_>, pressed: bool) -> Result<(), Halt> {
        self.held = pressed;
        for button in &self.press.buttons {
            session.bench.press(button, pressed)?;
            session.note(What::Button { button: button.clone(), pressed });
        }
        Ok(())
    }

    /// When press `n` begins, counted from 0.
    fn begins(&self, start: Instant, n: u32) -> Instant {
        start + self.press.repeat.map_or(Span::ZERO, |repeat| repeat.every.times(i64::from(n)))
    }
}

impl<'a> Doing<'a> for Pressing<'_> {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let now = session.now();
        let start = *self.start.get_or_insert(now);
        let times = self.press.repeat.map_or(1, |repeat| repeat.times);
        loop {
            let due = match self.held {
                true => self.begins(start, self.begun - 1) + self.press.hold,
                false if self.begun == times => return Ok(Poll::Done),
                false => self.begins(start, self.begun),
            };
            if now < due {
                return Ok(Poll::Wait(due));
            }
            let press = !self.held;
            self.begun += u32::from(press);
            self.all(session, press)?;
        }
    }
}
