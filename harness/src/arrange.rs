//! Arranging: bringing the board into the state that `[board]` declares, so that step 0 is exactly instant 0.
//!
//! Everything here is computed beforehand: what is done, in which order, and how long it can take at most. The bench
//! begins that much before instant 0; what the board does not use of its time limits passes idle. The clock comes
//! last and at a fixed instant, with the value that makes it true at step 0.

use crate::plan::Case;
use crate::scenario::board::{Arrangement, Start};
use brownout_rigs::profile::switches::Reset;
use brownout_rigs::profile::{Command, Console, Profile};
use brownout_trace::event::Level;
use brownout_trace::{Civil, Instant, Span};
use std::fmt;

/// The clock is set so long before it has to be true: time enough for its answer, short enough that no programme
/// begins meanwhile unless the scenario begins close to it.
pub const LEAD: Span = Span::secs(1);

/// What a rig may lose between two actions.
const SLACK: Span = Span::millis(100);

/// One action of arranging, in the order they are done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Puts a level on the supply terminals, to stay.
    Supply(Level),
    /// Waits for the board's boot line, at most so long.
    Boot(Span),
    /// Says something and waits for the answer.
    Speak(Command),
    /// Sets the clock so that it reads this at that instant.
    Clock(Civil, Instant),
    /// Lets time pass.
    Until(Instant),
}

/// In words, as they stand in the trace.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supply(Level::Open) => f.write_str("supply off"),
            Self::Supply(level) => write!(f, "supply on, {level}"),
            Self::Boot(limit) => write!(f, "wait for the start, at most {limit}"),
            Self::Speak(Command::AddProgram(programme)) => write!(f, "programme {programme}"),
            Self::Speak(Command::ClearPrograms) => f.write_str("no programmes"),
            Self::Speak(Command::FactoryReset) => f.write_str("factory reset"),
            Self::Speak(Command::SetMode(mode)) => write!(f, "mode {mode}"),
            Self::Speak(command) => f.write_str(command.key()),
            Self::Clock(civil, at) => write!(f, "clock {civil} at {at}"),
            Self::Until(at) => write!(f, "idle until {at}"),
        }
    }
}

/// Why this board cannot be arranged as the case asks, if it cannot: the case is skipped.
pub fn obstacle(case: &Case, profile: &Profile) -> Option<String> {
    let board = case.board.as_ref()?;
    let Some(console) = &profile.console else {
        return Some(format!("cannot be arranged: `{}` has no console", profile.name));
    };
    let wipes = console.has(&Command::FactoryReset) || console.has(&Command::ClearPrograms);
    let missing = commands(board, profile).into_iter().find(|command| !console.has(command));
    match missing {
        Some(command) => Some(format!("cannot be arranged: `{}` has no command {}", profile.name, command.key())),
        None if !wipes => Some(format!("cannot be arranged: `{}` cannot be told to forget", profile.name)),
        None => None,
    }
}

/// When the bench's clock has to begin, so that arranging surely ends before instant 0. Always negative.
pub fn start_instant(case: &Case, profile: &Profile) -> Instant {
    let mut takes = profile.power.cold_boot() + SLACK;
    let mut off = Span::ZERO;
    if let Some(board) = &case.board {
        if let Some(console) = &profile.console {
            for command in commands(board, profile) {
                takes = takes + exchange_time(console, &command) + SLACK;
            }
        }
        takes = takes + LEAD;
        if let Start::Off(span) = board.start {
            off = span;
        }
    }
    // A whole second reads better in a trace.
    let seconds = takes.0 / Span::secs(1).0 + 1;
    Instant::ZERO - Span::secs(seconds) - off
}

/// The actions, in order; the last lets time pass until instant 0.
pub fn actions(case: &Case, profile: &Profile) -> Vec<Action> {
    let mut actions = vec![Action::Supply(Level::Volts(case.nominal)), Action::Boot(profile.power.cold_boot())];
    if let Some(board) = &case.board {
        actions.extend(commands(board, profile).into_iter().filter_map(|command| match command {
            Command::SetClock(_) => None,
            command => Some(Action::Speak(command)),
        }));
        let end = match board.start {
            Start::Powered => Instant::ZERO,
            Start::Off(span) => Instant::ZERO - span,
        };
        if let Some(clock) = board.clock {
            let value = clock - (Instant::ZERO - end) - LEAD;
            actions.push(Action::Clock(value, end - LEAD));
        }
        if end < Instant::ZERO {
            actions.extend([Action::Until(end), Action::Supply(Level::Open)]);
        }
    }
    actions.push(Action::Until(Instant::ZERO));
    actions
}

/// What is said to the board: factory reset, programmes, mode, clock.
fn commands(board: &Arrangement, profile: &Profile) -> Vec<Command> {
    let mut commands = Vec::new();
    let has = |command: &Command| profile.console.as_ref().is_some_and(|console| console.has(command));
    let resets = has(&Command::FactoryReset);
    if resets {
        commands.push(Command::FactoryReset);
    }
    // Not every board forgets its programmes with the rest.
    if (!resets || profile.schedule.reset != Reset::Wipe) && has(&Command::ClearPrograms) {
        commands.push(Command::ClearPrograms);
    }
    commands.extend(board.programs.iter().cloned().map(Command::AddProgram));
    commands.extend(board.mode.map(Command::SetMode));
    commands.extend(board.clock.map(Command::SetClock));
    commands
}

/// The longest an exchange can take: the line on the wire, then the answer's limit.
fn exchange_time(console: &Console, command: &Command) -> Span {
    match console.exchange(command) {
        Ok(exchange) => wire_time(console, exchange.line()) + exchange.timeout(),
        Err(_) => console.ack_timeout,
    }
}

/// How long a line with its end is on the wire: ten bits a byte (8N1).
pub fn wire_time(console: &Console, line: &str) -> Span {
    let bits = 10 * (line.len() + console.line_end.len()) as i64;
    Span(bits * 1_000_000_000 / i64::from(console.baud.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::fake::{case, profile};

    const SCENARIO: &str = r#"
steps = [{ expect = { relay = "K1", is = "open" } }]
[board]
programs = [{ days = "Mon-Fri", on = "09:00:00", off = "10:00:00" }]
clock = "Thu 08:00:00""#;

    #[test]
    fn the_clock_comes_last_and_is_true_at_step_0() {
        let (case, profile) = (case(SCENARIO), profile());
        let start = start_instant(&case, &profile);
        assert!(start <= Instant::ZERO - profile.power.cold_boot() - Span::secs(2), "{start}");
        let actions = actions(&case, &profile);
        let clock = Action::Clock("Thu 07:59:59".parse().unwrap(), Instant::ZERO - LEAD);
        assert_eq!(actions[actions.len() - 2..], [clock, Action::Until(Instant::ZERO)]);
        assert_eq!(actions[2], Action::Speak(Command::FactoryReset));
    }

    #[test]
    fn unpowered_for_days_the_clock_is_set_that_much_earlier() {
        let (mut case, profile) = (case(SCENARIO), profile());
        let powered = start_instant(&case, &profile);
        let days = Span::secs(3 * 86_400);
        case.board.as_mut().unwrap().start = Start::Off(days);
        assert_eq!(start_instant(&case, &profile), powered - days);
        let actions = actions(&case, &profile);
        let end = Instant::ZERO - days;
        let expected = [
            Action::Clock("Mon 07:59:59".parse().unwrap(), end - LEAD),
            Action::Until(end),
            Action::Supply(Level::Open),
            Action::Until(Instant::ZERO),
        ];
        assert_eq!(actions[actions.len() - 4..], expected);
    }

    #[test]
    fn a_board_that_keeps_its_programmes_is_told_to_forget_them() {
        let (case, mut profile) = (case(SCENARIO), profile());
        assert!(!actions(&case, &profile).contains(&Action::Speak(Command::ClearPrograms)));
        profile.schedule.reset = Reset::KeepPrograms;
        assert_eq!(actions(&case, &profile)[3], Action::Speak(Command::ClearPrograms));
    }

    #[test]
    fn a_board_without_a_console_cannot_be_arranged() {
        let (case, mut profile) = (case(SCENARIO), profile());
        assert_eq!(obstacle(&case, &profile), None);
        profile.console.as_mut().unwrap().commands.set_clock = None;
        assert!(obstacle(&case, &profile).unwrap().ends_with("has no command set-clock"));
        profile.console = None;
        assert!(obstacle(&case, &profile).unwrap().contains("no console"));
    }
}
