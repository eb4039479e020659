//! Macros: what a board is not told but given by its buttons.
//!
//! Nothing acknowledges a press. A macro whose keys say what shows that they worked is watched; where the board does
//! not show it, the macro has not reached its state (DESIGN.md, rule 2, "who failed?"):
//!
//! * While arranging, nobody can tell yet whether the board, the wire to a button, or the times in the profile are at
//!   fault: the case is **inconclusive**, with the macro, the press and its instant.
//! * As a step, the same keypad has arranged the board just before, and what the step asks for is what is tested: the
//!   **board failed**. A case that was arranged without a press has no such proof, and stays inconclusive.
//!
//! A supply that left its level meanwhile leaves nobody who knows what was taken in: inconclusive either way.

use super::arranging::Waiting;
use super::halt::Halt;
use super::ledger::unpowered;
use super::session::{Doing, Poll, Session};
use super::speech::Reply;
use brownout_rigs::profile::macros::{Becomes, Macros, Script, Shows};
use brownout_rigs::profile::{Answer, Command};
use brownout_rigs::programme::Mode;
use brownout_trace::Instant;
use brownout_trace::event::{Level, What};

impl<'a> Session<'a> {
    /// Presses what a command takes; returns when the board is through with it.
    pub(super) fn key_in(&mut self, macros: &'a Macros, command: &Command) -> Result<Reply, Halt> {
        let script = macros
            .script(command, self.ledger.mode)
            .map_err(|why| Halt::Scenario(self.in_arranging(why.to_string())))?;
        if self.unpowered() {
            return Err(Halt::Scenario("the board has no supply: its buttons do nothing".to_owned()));
        }
        self.drive(&mut Waiting(self.ledger.ready_at))?;
        let began = self.now();
        let standing = self.ledger.level;
        let pressed = self.drive(&mut Keying::new(&script, command, began));
        if let (Ok(()) | Err(Halt::Board(_)), Some(how)) = (&pressed, self.supply_left(standing, began)) {
            let why =
                format!("the supply {how} while the macro `{}` was pressed: nobody knows what it did", command.key());
            return Err(Halt::Scenario(why));
        }
        pressed?;
        self.ledger.keypad_proven |= self.step.is_none();
        let acts = began + script.acts();
        // A clock runs from one instant on; all else is done somewhere between its last press and its end.
        let (from, to) = match command {
            Command::SetClock(_) => (began + script.released(), acts),
            _ => (began + script.last_press(), self.now()),
        };
        let slot = match command {
            Command::AddProgram(_) => Some(macros.first_slot + self.ledger.free_slot()),
            _ => None,
        };
        let answer = Answer { slot, ..Answer::default() };
        Ok(Reply { began: from, sent: acts, got: to, answer: Ok(Box::new(answer)) })
    }

    /// How the supply left the level that stood at an instant, if it did since.
    fn supply_left(&self, standing: Level, since: Instant) -> Option<&'static str> {
        let levels = self.log.events().iter().filter_map(|event| match event.what {
            What::Supply { level } => Some((event.at, level)),
            _ => None,
        });
        // What was put there at that instant or before it was still there when it was over.
        let there = levels.clone().rfind(|(at, _)| *at <= since);
        let left = levels.filter(|(at, _)| *at > since).chain(there).filter(|(_, level)| *level != standing);
        let total = left.map(|(_, level)| unpowered(level)).reduce(|one, other| one || other)?;
        Some(if total { "went away" } else { "left its level" })
    }

    /// A reason why nothing can be done, with what it means while arranging.
    fn in_arranging(&self, why: String) -> String {
        if self.step.is_none() { format!("cannot be arranged: {why}") } else { why }
    }

    fn not_shown(&self, why: String) -> Halt {
        match self.step {
            Some(_) if self.ledger.keypad_proven => Halt::Board(why),
            _ => Halt::Scenario(self.in_arranging(why)),
        }
    }
}

/// What is due next of a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Press,
    Release,
    Check,
}

/// A macro under way.
struct Keying<'s> {
    script: &'s Script,
    command: &'s Command,
    end: Instant,
    /// The stroke under way, and when it was or will be pressed.
    stroke: usize,
    pressed: Instant,
    next: Next,
    /// Events of the trace before this one came before the press.
    cursor: usize,
}

impl<'s> Keying<'s> {
    fn new(script: &'s Script, command: &'s Command, began: Instant) -> Self {
        let (end, pressed) = (began + script.takes(), began + script.lead);
        Self { script, command, end, stroke: 0, pressed, next: Next::Press, cursor: 0 }
    }

    fn set(&self, session: &mut Session<'_>, pressed: bool) -> Result<(), Halt> {
        for button in &self.script.strokes[self.stroke].buttons {
            session.bench.press(button, pressed)?;
            session.note(What::Button { button: button.clone(), pressed });
        }
        Ok(())
    }

    /// When the next thing is due; `None` after the last stroke.
    fn due(&self) -> Option<Instant> {
        let stroke = self.script.strokes.get(self.stroke)?;
        Some(match self.next {
            Next::Press => self.pressed,
            Next::Release => self.pressed + stroke.hold,
            Next::Check => self.pressed + stroke.hold + stroke.pause,
        })
    }

    fn check(&self, session: &Session<'_>) -> Result<(), Halt> {
        let stroke = &self.script.strokes[self.stroke];
        let Some(shows) = &stroke.shows else { return Ok(()) };
        let Err(seen) = self.shown(session, shows) else { return Ok(()) };
        Err(session.not_shown(format!(
            "the macro `{}` did not reach its state: after press {} of {} ({stroke}, at {}) {seen}",
            self.command.key(),
            self.stroke + 1,
            self.script.strokes.len(),
            self.pressed,
        )))
    }

    /// What was seen instead, if it was not shown.
    fn shown(&self, session: &Session<'_>, shows: &Shows) -> Result<(), String> {
        let by = self.pressed + shows.within;
        if let (Some(relay), Some(becomes)) = (&shows.relay, shows.becomes) {
            let closed = match (becomes, self.command) {
                (Becomes::Closed, _) | (Becomes::AsMode, Command::SetMode(Mode::On)) => true,
                (Becomes::Open, _) | (Becomes::AsMode, Command::SetMode(Mode::Off)) => false,
                (Becomes::AsMode, _) => return Ok(()),
            };
            // Where it stood when its window ended; edges later than that came too late.
            let edges = session.log.contacts().raw(relay);
            let stood = edges.iter().take_while(|(at, _)| *at <= by).last().is_some_and(|(_, closed)| *closed);
            let word = |closed| if closed { "closed" } else { "open" };
            let (want, is) = (word(closed), word(stood));
            return if stood == closed {
                Ok(())
            } else {
                Err(format!("{relay} was {is} where {want} was due within {}", shows.within))
            };
        }
        let Some(line) = &shows.line else { return Ok(()) };
        let events = &session.log.events()[self.cursor..];
        let came = events.iter().any(|event| {
            let What::Received { line: came } = &event.what else { return false };
            event.at <= by && line.read(came.trim_end_matches('\r')).is_some()
        });
        if came { Ok(()) } else { Err(format!("no line `{line}` came within {}", shows.within)) }
    }
}

impl<'a> Doing<'a> for Keying<'_> {
    fn poll(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        loop {
            let now = session.now();
            let Some(due) = self.due() else {
                return Ok(if now >= self.end { Poll::Done } else { Poll::Wait(self.end) });
            };
            if now < due {
                return Ok(Poll::Wait(due));
            }
            match self.next {
                Next::Press => {
                    self.cursor = session.log.events().len();
                    self.set(session, true)?;
                    self.next = Next::Release;
                }
                Next::Release => {
                    self.set(session, false)?;
                    self.next = Next::Check;
                }
                Next::Check => {
                    self.check(session)?;
                    self.stroke += 1;
                    self.pressed = due;
                    self.next = Next::Press;
                }
            }
        }
    }
}
