//! Speaking with the board: one command, sent when the board can hear it, and its answer or why there is none.

use super::halt::Halt;
use super::session::{Poll, Session};
use crate::arrange::wire_time;
use brownout_rigs::profile::pattern::Piece;
use brownout_rigs::profile::{Answer, Command, Console, Exchange, Heard};
use brownout_trace::Instant;
use brownout_trace::event::What;

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Reply {
    /// When its first byte was handed over.
    pub began: Instant,
    /// When its last byte was sent.
    pub sent: Instant,
    /// When the answer was complete, or was given up.
    pub got: Instant,
    /// The answer, or what the board did instead, in words.
    pub answer: Result<Box<Answer>, Trouble>,
}

/// Why there is no answer. A board's failure, unless it had no supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It has no supply: it was not even asked.
    Unpowered,
    /// It said nothing in time.
    Silent(String),
    /// It refused, or said what is no answer.
    Wrong(String),
}

impl Trouble {
    /// What is observed of a board that says nothing.
    pub const NO_ANSWER: &str = "no answer";
    /// What is observed of a board that says what is no answer.
    pub const NO_VALID_ANSWER: &str = "no valid answer";

    /// In words; a sentence without its full stop.
    pub fn why(&self) -> &str {
        match self {
            Self::Unpowered => "the board has no supply: it cannot be spoken to",
            Self::Silent(why) | Self::Wrong(why) => why,
        }
    }
}

/// One command under way.
pub struct Speech<'a> {
    exchange: Exchange<'a>,
    console: &'a Console,
    sent: Option<Sent>,
    heard: Vec<String>,
}

#[derive(Clone, Copy)]
struct Sent {
    began: Instant,
    at: Instant,
    deadline: Instant,
    /// Events of the trace before this one have been heard.
    cursor: usize,
}

impl<'a> Speech<'a> {
    /// Prepares the line.
    pub fn new(session: &Session<'a>, command: &Command) -> Result<Self, Halt> {
        let console = session.console()?;
        let exchange = console.exchange(command).map_err(|why| Halt::Scenario(why.to_string()))?;
        Ok(Self { exchange, console, sent: None, heard: Vec::new() })
    }

    /// Goes on; the reply once it is there, else until when to wait.
    pub fn poll(&mut self, session: &mut Session<'a>) -> Result<Result<Reply, Poll>, Halt> {
        let now = session.now();
        let Some(sent) = self.sent else {
            if session.unpowered() {
                return Ok(Ok(Reply { began: now, sent: now, got: now, answer: Err(Trouble::Unpowered) }));
            }
            if now < session.ledger.ready_at {
                return Ok(Err(Poll::Wait(session.ledger.ready_at)));
            }
            // An answer still on its way would be taken for ours.
            if let Some(until) = session.unanswered.until.filter(|until| session.unanswered.count > 0 && *until > now) {
                return Ok(Err(Poll::Wait(until)));
            }
            session.unanswered.count = 0;
            return self.send(session).map(Err);
        };
        self.listen(session, sent, now)
    }

    fn send(&mut self, session: &mut Session<'a>) -> Result<Poll, Halt> {
        let line = self.exchange.line();
        let began = session.now();
        let at = began + wire_time(self.console, line);
        let deadline = at + self.exchange.timeout();
        let cursor = session.log.events().len();
        session.bench.send(line)?;
        self.sent = Some(Sent { began, at, deadline, cursor });
        Ok(Poll::Wait(deadline))
    }

    fn listen(&mut self, session: &Session<'a>, sent: Sent, now: Instant) -> Result<Result<Reply, Poll>, Halt> {
        let reply = |got, answer| Ok(Ok(Reply { began: sent.began, sent: sent.at, got, answer }));
        let events = session.log.events();
        for event in &events[sent.cursor..] {
            let What::Received { line } = &event.what else { continue };
            let heard = self.exchange.hear(line);
            let said = || format!("sent `{}`, came back `{line}`", self.exchange.line());
            match heard {
                Ok(Heard::Done(answer)) => return reply(event.at, Ok(answer)),
                Ok(Heard::More) => {}
                Ok(Heard::Unsolicited(_)) => self.heard.push(line.clone()),
                Ok(Heard::Refused { .. }) => {
                    return reply(event.at, Err(Trouble::Wrong(format!("the board refused: {}", said()))));
                }
                Err(why) => return reply(event.at, Err(Trouble::Wrong(format!("{why}: {}", said())))),
            }
        }
        self.sent = Some(Sent { cursor: events.len(), ..sent });
        if now < sent.deadline {
            return Ok(Err(Poll::Wait(sent.deadline)));
        }
        let silence = match self.heard.last() {
            None => "nothing came back".to_owned(),
            Some(line) => format!("only `{line}` came back"),
        };
        let limit = self.exchange.timeout();
        let why = format!("not acknowledged in {limit}: sent `{}`, {silence}", self.exchange.line());
        reply(now, Err(Trouble::Silent(why)))
    }
}

/// Whether a line is the last of an answer, whichever command it answers: an error, or what begins as an
/// acknowledgement does.
pub fn ends_an_answer(console: &Console, line: &str) -> bool {
    let line = console.stripped(line);
    let begins = match console.ack.0.first() {
        Some(Piece::Literal(text)) => line.starts_with(text.as_str()),
        _ => console.ack.read(line).is_some(),
    };
    begins || console.error.read(line).is_some()
}

/// Whether a line only asks.
pub fn only_asks(console: &Console, line: &str) -> bool {
    let questions = [Command::ReadClock, Command::ListPrograms, Command::ReadMode, Command::Status, Command::Version];
    questions.iter().any(|question| console.render(question).is_ok_and(|known| known == line))
}

impl<'a> Session<'a> {
    /// Sends a line and waits for nothing.
    pub fn say(&mut self, line: &str) -> Result<Instant, Halt> {
        let console = self.console()?;
        self.bench.send(line)?;
        let sent = self.now() + wire_time(console, line);
        self.unanswered.count += 1;
        self.unanswered.until = Some(sent + console.ack_timeout);
        Ok(sent)
    }
}

impl Trouble {
    /// What it means to an expectation that had to ask the board.
    pub fn finding(&self, at: Instant) -> crate::judge::Finding {
        use crate::judge::Finding;
        match self {
            Self::Unpowered => Finding::inconclusive(self.why(), at),
            Self::Silent(why) => Finding::new(false, Self::NO_ANSWER, at).detail(why.clone()),
            Self::Wrong(why) => Finding::new(false, Self::NO_VALID_ANSWER, at).detail(why.clone()),
        }
    }
}
