//! Speaking a board's line protocol: commands to lines, lines to answers.
//!
//! An [`Exchange`] is a state machine that is fed lines as they come; it never waits. The caller owns the time: it
//! gives up when [`Exchange::timeout`] has passed.

use super::console::{Console, Talk};
use super::pattern::{Pattern, Slot};
use crate::programme::{Mode, Programme};
use brownout_trace::{Civil, ResetCause, Span};
use std::fmt;

/// What can be asked of a board, whatever its words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Set the clock.
    SetClock(Civil),
    /// Read the clock.
    ReadClock,
    /// Add a programme.
    AddProgram(Programme),
    /// Delete the programme in a slot, numbered as the board does.
    DeleteProgram(u32),
    /// Delete all programmes.
    ClearPrograms,
    /// List the programmes.
    ListPrograms,
    /// Select a mode.
    SetMode(Mode),
    /// Read the mode.
    ReadMode,
    /// Read whatever the board tells of itself.
    Status,
    /// Restore the defaults.
    FactoryReset,
    /// Restart the microcontroller.
    Reset,
    /// Read the firmware's version.
    Version,
}

impl Command {
    /// The command's key in the profile.
    pub fn key(&self) -> &'static str {
        match self {
            Self::SetClock(_) => "set-clock",
            Self::ReadClock => "read-clock",
            Self::AddProgram(_) => "add-program",
            Self::DeleteProgram(_) => "delete-program",
            Self::ClearPrograms => "clear-programs",
            Self::ListPrograms => "list-programs",
            Self::SetMode(_) => "set-mode",
            Self::ReadMode => "read-mode",
            Self::Status => "status",
            Self::FactoryReset => "factory-reset",
            Self::Reset => "reset",
            Self::Version => "version",
        }
    }
}

/// What a board told; only what its answer holds is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What its clock reads.
    pub clock: Option<Civil>,
    /// Whether it holds its clock for right.
    pub clock_valid: Option<bool>,
    /// Its programmes with their slots, in the order listed.
    pub programmes: Vec<(Option<u32>, Programme)>,
    /// How many programmes it says it has.
    pub count: Option<u32>,
    /// The slot it used.
    pub slot: Option<u32>,
    /// Its mode.
    pub mode: Option<Mode>,
    /// Whether it holds its relay for closed.
    pub relay: Option<bool>,
    /// Why it was reset last.
    pub reset: Option<ResetCause>,
    /// Its version.
    pub version: Option<String>,
    /// Whatever `{text}` stood for.
    pub text: Option<String>,
}

/// What a line meant to an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Part of the answer; more comes.
    More,
    /// The answer is complete.
    Done(Box<Answer>),
    /// The board refused the command.
    Refused {
        /// Its code, where its protocol has codes.
        code: Option<String>,
        /// Its words.
        text: Option<String>,
    },
    /// Not for us: the board spoke of itself. With what it told if it was its boot line.
    Unsolicited(Option<Box<Answer>>),
}

/// Why a board cannot be spoken to, or not be understood. Lower-case fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialectError {
    /// The profile declares no such command.
    NoCommand {
        /// The command's key.
        command: &'static str,
    },
    /// The command has no value for one of its placeholders.
    NoValue {
        /// The command's key.
        command: &'static str,
        /// The placeholder.
        placeholder: &'static str,
    },
    /// The line is no answer to the command.
    Unexpected {
        /// The line as received.
        line: String,
        /// The pattern that would have done.
        expected: String,
    },
    /// The line has the right shape, but one of its values cannot be.
    BadValue {
        /// The line as received.
        line: String,
        /// The placeholder.
        placeholder: &'static str,
        /// What stood there.
        value: String,
    },
    /// The board says it listed another number of programmes than it did.
    Count {
        /// As listed.
        listed: u32,
        /// As told.
        told: u32,
    },
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand { command } => {
                write!(f, "the profile declares no `console.commands.{command}`")
            }
            Self::NoValue { command, placeholder } => write!(f, "`{command}` has no value for `{{{placeholder}}}`"),
            Self::Unexpected { line, expected } => {
                write!(f, "the board answered `{line}` where `{expected}` belongs")
            }
            Self::BadValue { line, placeholder, value } => {
                write!(f, "the board answered `{line}`, whose `{{{placeholder}}}` is `{value}`: that is none")
            }
            Self::Count { listed, told } => {
                write!(f, "the board listed {listed} programmes and told {told}")
            }
        }
    }
}

impl std::error::Error for DialectError {}

impl Console {
    fn talk(&self, command: &Command) -> Result<&Talk, DialectError> {
        let commands = &self.commands;
        match command {
            Command::SetClock(_) => &commands.set_clock,
            Command::ReadClock => &commands.read_clock,
            Command::AddProgram(_) => &commands.add_program,
            Command::DeleteProgram(_) => &commands.delete_program,
            Command::ClearPrograms => &commands.clear_programs,
            Command::ListPrograms => &commands.list_programs,
            Command::SetMode(_) => &commands.set_mode,
            Command::ReadMode => &commands.read_mode,
            Command::Status => &commands.status,
            Command::FactoryReset => &commands.factory_reset,
            Command::Reset => &commands.reset,
            Command::Version => &commands.version,
        }
        .as_ref()
        .ok_or(DialectError::NoCommand { command: command.key() })
    }

    /// Whether the board has this command.
    pub fn has(&self, command: &Command) -> bool {
        self.talk(command).is_ok()
    }

    /// Whether the answer to this command holds the mode.
    pub fn tells_mode(&self, command: &Command) -> bool {
        let reply = self.talk(command).ok().and_then(|talk| talk.reply.as_ref());
        reply.is_some_and(|reply| reply.slots().any(|slot| slot == Slot::Mode))
    }

    /// The line of a command, without its end.
    pub fn render(&self, command: &Command) -> Result<String, DialectError> {
        self.talk(command)?.send.render(|slot| {
            self.value(command, slot).ok_or(DialectError::NoValue { command: command.key(), placeholder: slot.name() })
        })
    }

    fn value(&self, command: &Command, slot: Slot) -> Option<String> {
        Some(match (command, slot) {
            (Command::SetClock(civil), Slot::Date) => self.date.write_date(*civil),
            (Command::SetClock(civil), Slot::Time) => self.time.write_time(civil.time_of_day()),
            (Command::SetClock(civil), Slot::Weekday) => {
                let day = brownout_trace::Days(1 << civil.weekday().index());
                self.weekday_code().write(day)
            }
            (Command::AddProgram(programme), Slot::Days) => self.days.write(programme.days),
            (Command::AddProgram(programme), Slot::On) => self.time.write_time(programme.on),
            (Command::AddProgram(programme), Slot::Off) => self.time.write_time(programme.off),
            (Command::DeleteProgram(number), Slot::SlotNumber) => number.to_string(),
            (Command::SetMode(Mode::Auto), Slot::Mode) => self.modes.auto.clone(),
            (Command::SetMode(Mode::On), Slot::Mode) => self.modes.on.clone(),
            (Command::SetMode(Mode::Off), Slot::Mode) => self.modes.off.clone(),
            _ => return None,
        })
    }

    /// Begins an exchange: the line to send, and the machine that hears the answer.
    pub fn exchange(&self, command: &Command) -> Result<Exchange<'_>, DialectError> {
        let talk = self.talk(command)?;
        let line = self.render(command)?;
        let echo = self.echo.then(|| line.clone());
        Ok(Exchange { line, console: self, talk, answer: Answer::default(), echo, told: 0, parts: Parts::default() })
    }

    /// A line without the board's prompts before it, and without a `\r` at its end.
    pub fn stripped<'l>(&self, line: &'l str) -> &'l str {
        let line = line.trim_end_matches('\r');
        self.prompt.as_ref().map_or(line, |prompt| {
            let rest = line.trim_start_matches(prompt.as_str());
            // A prompt alone loses its space with the end of the line.
            if rest == prompt.trim_end() { "" } else { rest }
        })
    }

    /// What the boot line tells; `None` if `line` is none.
    pub fn boot_report(&self, line: &str) -> Option<Result<Answer, DialectError>> {
        let line = self.stripped(line);
        let found = self.boot.as_ref()?.read(line)?;
        let mut answer = Answer::default();
        Some(
            self.take(line, found, Parts::default(), &mut answer)
                .map(|parts| parts.into_answer(&mut answer))
                .map(|()| answer),
        )
    }

    /// Whether `line` answers nothing: an empty one, or one with the unsolicited prefix.
    pub fn is_unsolicited(&self, line: &str) -> bool {
        let line = self.stripped(line);
        line.is_empty() || self.unsolicited.as_ref().is_some_and(|prefix| line.starts_with(prefix.as_str()))
    }

    /// Takes the values of one line into `answer`; those that need others to mean something are added to `parts`.
    fn take(
        &self,
        line: &str,
        found: Vec<(Slot, &str)>,
        mut parts: Parts,
        answer: &mut Answer,
    ) -> Result<Parts, DialectError> {
        for (slot, text) in found {
            parts.read(self, slot, text, answer).ok_or_else(|| DialectError::BadValue {
                line: line.to_owned(),
                placeholder: slot.name(),
                value: text.to_owned(),
            })?;
        }
        Ok(parts)
    }
}

/// Values that only together make something.
#[derive(Debug, Clone, Default)]
struct Parts {
    date: Option<Civil>,
    time: Option<brownout_trace::TimeOfDay>,
    days: Option<brownout_trace::Days>,
    on: Option<brownout_trace::TimeOfDay>,
    off: Option<brownout_trace::TimeOfDay>,
}

impl Parts {
    /// Reads one value; `None` if it cannot be.
    fn read(&mut self, console: &Console, slot: Slot, text: &str, answer: &mut Answer) -> Option<()> {
        match slot {
            Slot::Any => {}
            Slot::Text => answer.text = Some(text.to_owned()),
            Slot::Code => {}
            Slot::Date => self.date = Some(console.date.read_date(text)?),
            Slot::Time => self.time = Some(console.time.read_time(text)?),
            Slot::Weekday => drop(console.weekday_code().read(text)?),
            Slot::Days => self.days = Some(console.days.read(text)?),
            Slot::On => self.on = Some(console.time.read_time(text)?),
            Slot::Off => self.off = Some(console.time.read_time(text)?),
            Slot::SlotNumber => answer.slot = Some(text.parse().ok()?),
            Slot::Count => answer.count = Some(text.parse().ok()?),
            Slot::Mode => {
                let words = &console.modes;
                let known = [(&words.auto, Mode::Auto), (&words.on, Mode::On), (&words.off, Mode::Off)];
                answer.mode = Some(known.into_iter().find(|(word, _)| *word == text)?.1);
            }
            Slot::Validity => {
                let words = console.clock.as_ref()?;
                answer.clock_valid = Some(either(text, &words.valid, &words.lost)?);
            }
            Slot::Relay => {
                let words = console.contact.as_ref()?;
                answer.relay = Some(either(text, &words.closed, &words.open)?);
            }
            Slot::Reset => {
                let known = console.resets.iter().find(|(_, word)| *word == text)?;
                answer.reset = Some(*known.0);
            }
            Slot::Version => answer.version = Some(text.to_owned()),
        }
        Some(())
    }

    fn into_answer(self, answer: &mut Answer) {
        if let (Some(date), Some(time)) = (self.date, self.time) {
            answer.clock = Some(date + Span::secs(i64::from(time.0)));
        }
        if let (Some(days), Some(on), Some(off)) = (self.days, self.on, self.off) {
            let programme = Programme { days, on, off, relay: None };
            answer.programmes.push((answer.slot.take(), programme));
        }
    }
}

fn either(text: &str, yes: &str, no: &str) -> Option<bool> {
    (text == yes || text == no).then_some(text == yes)
}

/// One command under way.
#[derive(Debug, Clone)]
pub struct Exchange<'c> {
    line: String,
    console: &'c Console,
    talk: &'c Talk,
    answer: Answer,
    /// The echo that is still to come.
    echo: Option<String>,
    /// How many of the talk's `lines` have come, and what they told so far.
    told: usize,
    parts: Parts,
}

impl Exchange<'_> {
    /// The line to send, without its end.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The bytes to send, line end included.
    pub fn bytes(&self) -> Vec<u8> {
        [self.line.as_bytes(), self.console.line_end.as_bytes()].concat()
    }

    /// How long the answer may take, from the last byte sent.
    pub fn timeout(&self) -> Span {
        self.talk.timeout.unwrap_or(self.console.ack_timeout)
    }

    /// Hears one line from the board, without its end. After [`Heard::Done`] or [`Heard::Refused`] it is over.
    pub fn hear(&mut self, line: &str) -> Result<Heard, DialectError> {
        let console = self.console;
        let line = console.stripped(line);
        if self.echo.as_deref() == Some(line) {
            self.echo = None;
            return Ok(Heard::More);
        }
        if console.is_unsolicited(line) {
            let report = console.boot_report(line).transpose()?;
            return Ok(Heard::Unsolicited(report.map(Box::new)));
        }
        if let Some(found) = console.error.read(line) {
            let value = |wanted| found.iter().find(|(slot, _)| *slot == wanted).map(|(_, text)| (*text).to_owned());
            return Ok(Heard::Refused { code: value(Slot::Code), text: value(Slot::Text) });
        }
        let unexpected =
            |expected: &Pattern| DialectError::Unexpected { line: line.to_owned(), expected: expected.to_string() };
        if let Some(expected) = self.talk.lines.get(self.told) {
            let found = expected.read(line).ok_or_else(|| unexpected(expected))?;
            self.parts = console.take(line, found, std::mem::take(&mut self.parts), &mut self.answer)?;
            self.told += 1;
            return Ok(Heard::More);
        }
        if let Some(found) = self.talk.item.as_ref().and_then(|item| item.read(line)) {
            console.take(line, found, Parts::default(), &mut self.answer)?.into_answer(&mut self.answer);
            return Ok(Heard::More);
        }
        let reply: &Pattern = self.talk.reply.as_ref().unwrap_or(&console.ack);
        let found = reply.read(line).ok_or_else(|| unexpected(reply))?;
        let parts = console.take(line, found, std::mem::take(&mut self.parts), &mut self.answer)?;
        parts.into_answer(&mut self.answer);
        let listed = self.answer.programmes.len() as u32;
        match self.answer.count {
            Some(told) if self.talk.item.is_some() && told != listed => Err(DialectError::Count { listed, told }),
            _ => Ok(Heard::Done(Box::new(std::mem::take(&mut self.answer)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::*;

    fn console() -> Console {
        Profile::shipped("weekly").unwrap().unwrap().console.unwrap()
    }

    fn programme() -> Programme {
        Programme {
            days: "Mon-Fri".parse().unwrap(),
            on: "08:00:00".parse().unwrap(),
            off: "18:00:00".parse().unwrap(),
            relay: None,
        }
    }

    fn answer(command: Command, lines: &[&str]) -> Result<Heard, DialectError> {
        let console = console();
        let mut exchange = console.exchange(&command)?;
        let mut heard = Heard::More;
        for line in lines {
            assert_eq!(heard, Heard::More);
            heard = exchange.hear(line)?;
        }
        Ok(heard)
    }

    #[test]
    fn renders_the_reference_protocol() {
        let console = console();
        for (command, line) in [
            (Command::SetClock("Mon 07:59:55".parse().unwrap()), "CLOCK 2024-01-01 07:59:55"),
            (Command::AddProgram(programme()), "PROG ADD 12345 08:00:00 18:00:00"),
            (Command::DeleteProgram(16), "PROG DEL 16"),
            (Command::SetMode(Mode::Auto), "MODE AUTO"),
            (Command::FactoryReset, "FACTORY"),
        ] {
            assert_eq!(console.render(&command), Ok(line.to_owned()));
        }
    }

    #[test]
    fn hears_lists_clocks_and_states() {
        let list = answer(Command::ListPrograms, &["P 0 12345 08:00:00 18:00:00", "OK 1"]);
        let Ok(Heard::Done(list)) = list else { panic!("{list:?}") };
        assert_eq!(list.programmes, [(Some(0), programme())]);

        let clock = answer(Command::ReadClock, &["OK 2024-01-01 07:59:55 Mon valid"]);
        let Ok(Heard::Done(clock)) = clock else { panic!("{clock:?}") };
        assert_eq!(clock.clock, Some("Mon 07:59:55".parse().unwrap()));
        assert_eq!(clock.clock_valid, Some(true));

        let status = "OK relay=on mode=AUTO clock=lost programs=3 reset=iwdg saves=12 pvd=0";
        let Ok(Heard::Done(status)) = answer(Command::Status, &[status]) else { panic!() };
        assert_eq!(
            (status.relay, status.mode, status.count, status.reset),
            (Some(true), Some(Mode::Auto), Some(3), Some(ResetCause::Watchdog))
        );
    }

    #[test]
    fn tells_refusals_boot_lines_and_nonsense_apart() {
        assert_eq!(
            answer(Command::AddProgram(programme()), &["ERR 3 no free slot"]),
            Ok(Heard::Refused { code: Some("3".into()), text: Some("no free slot".into()) })
        );
        let boot = "# boot brownout-weekly 1.0.0 reset=por programs=3 clock=valid";
        let Ok(Heard::Unsolicited(Some(boot))) = answer(Command::Reset, &[boot]) else { panic!() };
        assert_eq!((boot.reset, boot.count), (Some(ResetCause::PowerOn), Some(3)));
        assert_eq!(answer(Command::ReadMode, &[""]), Ok(Heard::Unsolicited(None)));
        let wrong = |lines: &[&str]| answer(Command::ReadMode, lines).unwrap_err().to_string();
        assert_eq!(wrong(&["YES"]), "the board answered `YES` where `OK {mode}` belongs");
        assert_eq!(
            wrong(&["OK HOLIDAY"]),
            "the board answered `OK HOLIDAY`, whose `{mode}` is `HOLIDAY`: that is none"
        );
        let short = answer(Command::ListPrograms, &["OK 2"]).unwrap_err();
        assert_eq!(short, DialectError::Count { listed: 0, told: 2 });
    }
}
