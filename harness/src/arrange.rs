//! Arranging: bringing the board into the state that `[board]` declares, so that step 0 is exactly instant 0.
//!
//! Everything here is computed beforehand: what is done, in which order, and how long it can take at most. The bench
//! begins that much before instant 0; what the board does not use of its time limits passes idle. The clock comes
//! last and at a fixed instant, with the value that makes it true at step 0.
//!
//! What a board cannot be told is entered by its buttons, where its profile has macros; a clock that is entered runs from
//! the macro's last release on, so that the presses begin as much earlier as they take.

use crate::plan::Case;
use crate::scenario::board::{Arrangement, Start};
use brownout_rigs::profile::macros::{MacroError, Script};
use brownout_rigs::profile::switches::Reset;
use brownout_rigs::profile::{Command, Console, Profile, Way};
use brownout_rigs::programme::Mode;
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
    case.board.as_ref().and_then(|board| unarrangeable(board, profile))
}

/// Why this board cannot be brought into this state, if it cannot.
pub fn unarrangeable(board: &Arrangement, profile: &Profile) -> Option<String> {
    let name = &profile.name;
    if profile.console.is_none() && profile.macros.is_none() {
        return Some(format!("cannot be arranged: `{name}` has no console, and no macros for its buttons"));
    }
    let told = commands(board, profile);
    for command in &told {
        let why = match profile.way(command) {
            Some(Way::Console(_)) => continue,
            Some(Way::Macros(macros)) => match macros.script(command, Some(Mode::Auto)) {
                Ok(_) => continue,
                // A clock without seconds is set on a minute before step 0.
                Err(MacroError::Seconds { .. }) => continue,
                Err(why) => why.to_string(),
            },
            None => match (&profile.console, &profile.macros) {
                (Some(_), None) => format!("`{name}` has no command {}", command.key()),
                (None, _) => format!("`{name}` has no macro {}", command.key()),
                (Some(_), Some(_)) => format!("`{name}` has neither a command nor a macro {}", command.key()),
            },
        };
        return Some(format!("cannot be arranged: {why}"));
    }
    let wipes = |command: &Command| matches!(command, Command::FactoryReset | Command::ClearPrograms);
    (!told.iter().any(wipes)).then(|| format!("cannot be arranged: `{name}` cannot be told to forget"))
}

/// When the bench's clock has to begin, so that arranging surely ends before instant 0. Always negative.
pub fn start_instant(case: &Case, profile: &Profile) -> Instant {
    let mut takes = profile.power.cold_boot() + SLACK;
    let mut off = Span::ZERO;
    if let Some(board) = &case.board {
        if let Start::Off(span) = board.start {
            off = span;
        }
        takes = takes + LEAD;
        for command in commands(board, profile) {
            // What is pressed for a clock depends on the very value.
            let (command, before) = match command {
                Command::SetClock(clock) => {
                    let (value, before) = setting(profile, clock, off);
                    (Command::SetClock(value), before - LEAD)
                }
                command => (command, Span::ZERO),
            };
            takes = takes + before + command_time(profile, &command) + SLACK;
        }
    }
    // A whole second reads better in a trace.
    let seconds = takes.0 / Span::secs(1).0 + 1;
    Instant::ZERO - Span::secs(seconds) - off
}

/// What the clock is set to so that it reads `clock` after `later`, and how long before it has to do so at the latest:
/// [`LEAD`], or more where the board needs more, or where only whole minutes can be entered.
fn setting(profile: &Profile, clock: Civil, later: Span) -> (Civil, Span) {
    let true_then = clock - later;
    match profile.way(&Command::SetClock(clock)) {
        Some(Way::Macros(macros)) => {
            let found = macros.of(&Command::SetClock(clock));
            let grid = found.map_or(Span::secs(1), |found| found.grid());
            let rests = found.map_or(Span::ZERO, |found| found.done_after) + SLACK;
            let value = true_then - LEAD.max(rests);
            let value = value - Span(value.0.rem_euclid(grid.0));
            (value, true_then - value)
        }
        _ => (true_then - LEAD, LEAD),
    }
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
            let (value, before) = setting(profile, clock, Instant::ZERO - end);
            actions.push(Action::Clock(value, end - before));
        }
        if end < Instant::ZERO {
            actions.extend([Action::Until(end), Action::Supply(Level::Open)]);
        }
    }
    actions.push(Action::Until(Instant::ZERO));
    actions
}

/// What the board is told: factory reset, programmes, mode, clock.
pub fn commands(board: &Arrangement, profile: &Profile) -> Vec<Command> {
    let mut commands = Vec::new();
    let has = |command: &Command| profile.way(command).is_some();
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

/// The longest a command can take, whichever way it goes.
fn command_time(profile: &Profile, command: &Command) -> Span {
    match profile.way(command) {
        Some(Way::Console(console)) => exchange_time(console, command),
        Some(Way::Macros(_)) => {
            let scripts = scripts(profile, command);
            scripts.iter().map(Script::takes).max().unwrap_or(Span::ZERO)
        }
        None => Span::ZERO,
    }
}

/// What may be pressed for a command, from whichever mode; empty where it is said, or where nothing can be pressed.
pub fn scripts(profile: &Profile, command: &Command) -> Vec<Script> {
    let Some(Way::Macros(macros)) = profile.way(command) else { return Vec::new() };
    let command = match command {
        // Which minute it will be is not known here.
        Command::SetClock(civil) => {
            let grid = macros.of(command).map_or(Span::secs(1), |found| found.grid());
            Command::SetClock(*civil - Span(civil.0.rem_euclid(grid.0)))
        }
        command => command.clone(),
    };
    Mode::ALL.iter().filter_map(|was| macros.script(&command, Some(*was)).ok()).collect()
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
        assert!(obstacle(&case, &profile).unwrap().contains("no console, and no macros"));
    }

    #[test]
    fn a_black_box_is_arranged_by_its_buttons() {
        let (case, profile) = (case(SCENARIO), Profile::shipped("weekly-buttons").unwrap().unwrap());
        assert_eq!(obstacle(&case, &profile), None);
        let clock = Action::Clock("Thu 07:59:59".parse().unwrap(), Instant::ZERO - LEAD);
        let actions = actions(&case, &profile);
        assert_eq!(actions[2], Action::Speak(Command::FactoryReset));
        assert_eq!(actions[actions.len() - 2..], [clock, Action::Until(Instant::ZERO)]);
        let presses: Span = commands(case.board.as_ref().unwrap(), &profile)
            .iter()
            .map(|command| scripts(&profile, command)[0].takes())
            .fold(Span::ZERO, |sum, takes| sum + takes);
        let start = start_instant(&case, &profile);
        assert!(start < Instant::ZERO - profile.power.cold_boot() - presses && presses > Span::secs(15), "{start}");
        let mut keyless = profile.clone();
        keyless.macros.as_mut().unwrap().commands.add_program = None;
        assert!(obstacle(&case, &keyless).unwrap().ends_with("`weekly-buttons` has no macro add-program"));
        keyless.macros.as_mut().unwrap().commands.add_program = profile.macros.unwrap().commands.add_program;
        keyless.macros.as_mut().unwrap().commands.factory_reset = None;
        keyless.macros.as_mut().unwrap().commands.clear_programs = None;
        assert!(obstacle(&case, &keyless).unwrap().ends_with("cannot be told to forget"));
    }

    #[test]
    fn a_clock_without_seconds_is_set_on_a_minute() {
        let case = case(&SCENARIO.replace("08:00:00\"", "08:00:20\""));
        let mut profile = Profile::shipped("weekly-buttons").unwrap().unwrap();
        let keys = &mut profile.macros.as_mut().unwrap().commands.set_clock.as_mut().unwrap().keys;
        keys[1].digits = Some("1{hour}{minute}".parse().unwrap());
        let found = actions(&case, &profile);
        let clock = Action::Clock("Thu 08:00:00".parse().unwrap(), Instant::ZERO - Span::secs(20));
        assert_eq!(found[found.len() - 2], clock);
        let usual = Profile::shipped("weekly-buttons").unwrap().unwrap();
        assert!(start_instant(&case, &profile) < start_instant(&case, &usual) - Span::secs(15));
    }
}
