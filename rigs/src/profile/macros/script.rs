//! From a macro and its command to what is pressed when: known to the nanosecond before the first press.

use super::{AutoRepeat, Field, Key, Macros, Shows};
use crate::profile::dialect::Command;
use crate::programme::{Mode, Programme};
use brownout_trace::{Civil, Span, TimeOfDay};
use std::fmt;

/// More presses for one value than any thumb gives.
pub(super) const MOST_PRESSES: u64 = 10_000;

/// Buttons pressed together, held, and released together.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Which.
    pub buttons: Vec<String>,
    /// For how long.
    pub hold: Span,
    /// From the release to the next press, or to the end.
    pub pause: Span,
    /// What shows that it worked.
    pub shows: Option<Shows>,
}

/// `SET+MODE for 5.2s`.
impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.buttons.join("+"), self.hold)
    }
}

/// A macro with its values filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Before the first press.
    pub lead: Span,
    /// What is pressed, in order; never empty.
    pub strokes: Vec<Stroke>,
    acts_after: Span,
    done_after: Span,
}

impl Script {
    /// From the beginning to the last release.
    pub fn released(&self) -> Span {
        let all = self.strokes.iter().fold(self.lead, |sum, stroke| sum + stroke.hold + stroke.pause);
        all - self.last_pause()
    }

    /// From the beginning to the last press.
    pub fn last_press(&self) -> Span {
        self.released() - self.strokes.last().map_or(Span::ZERO, |stroke| stroke.hold)
    }

    /// From the beginning to what it does.
    pub fn acts(&self) -> Span {
        self.released() + self.acts_after
    }

    /// From the beginning until the board is through with it and the next press may come.
    pub fn takes(&self) -> Span {
        self.released() + self.done_after.max(self.acts_after).max(self.last_pause())
    }

    fn last_pause(&self) -> Span {
        self.strokes.last().map_or(Span::ZERO, |stroke| stroke.pause)
    }
}

/// Why a macro cannot be played. Lower-case fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MacroError {
    /// The profile declares no such macro.
    NoMacro {
        /// The command's key.
        command: &'static str,
    },
    /// There is no value for one of its placeholders.
    NoValue {
        /// The command's key.
        command: &'static str,
        /// The placeholder.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// A number would take more presses than anybody gives.
    TooMany {
        /// The command's key.
        command: &'static str,
        /// The number.
        number: String,
    },
    /// The clock's setting has seconds, and the macro enters none.
    Seconds {
        /// The setting.
        civil: Civil,
    },
}

impl fmt::Display for MacroError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMacro { command } => write!(f, "the profile declares no `macros.commands.{command}`"),
            Self::NoValue { command, field, why } => {
                write!(f, "the macro `{command}` has no value for `{{{field}}}`: {why}")
            }
            Self::TooMany { command, number } => {
                write!(f, "the macro `{command}` would count to {number}: more than {MOST_PRESSES} presses")
            }
            Self::Seconds { civil } => {
                write!(f, "the macro `set-clock` enters no seconds, so the clock cannot be set to {civil}")
            }
        }
    }
}

impl std::error::Error for MacroError {}

impl Macros {
    /// What is pressed for a command; `was` is the mode that stands, where it is known.
    ///
    /// # Errors
    /// There is no macro for it, or no value for one of its placeholders.
    pub fn script(&self, command: &Command, was: Option<Mode>) -> Result<Script, MacroError> {
        let key = command.key();
        let found = self.of(command).ok_or(MacroError::NoMacro { command: key })?;
        if let Command::SetClock(civil) = command
            && civil.0.rem_euclid(found.grid().0) != 0
        {
            return Err(MacroError::Seconds { civil: *civil });
        }
        let mut script = Script {
            lead: Span::ZERO,
            strokes: Vec::new(),
            acts_after: found.acts_after,
            done_after: found.done_after,
        };
        let fill = |field| self.value(command, field, was);
        for one in &found.keys {
            self.write(key, one, &fill, &mut script)?;
            // The whole window passes before the next press: nothing depends on when the board shows it.
            if let (Some(shows), Some(last)) = (&one.shows, script.strokes.last_mut()) {
                last.pause = last.pause.max(shows.within - last.hold);
                last.shows = Some(shows.clone());
            }
        }
        Ok(script)
    }

    fn write(
        &self,
        command: &'static str,
        key: &Key,
        fill: &dyn Fn(Field) -> Result<String, MacroError>,
        script: &mut Script,
    ) -> Result<(), MacroError> {
        let hold = key.hold.unwrap_or(self.tap);
        if let Some(wait) = key.wait {
            match script.strokes.last_mut() {
                Some(last) => last.pause = last.pause + wait,
                None => script.lead = script.lead + wait,
            }
        }
        if let Some(button) = &key.press {
            self.strokes(script, std::slice::from_ref(button), hold, u64::from(key.times.unwrap_or(1)));
        }
        if let Some(buttons) = &key.chord {
            self.strokes(script, buttons, hold, 1);
        }
        let from = key.from.as_ref().map(|from| from.render(fill)).transpose()?;
        let from: u64 = from.and_then(|from| from.parse().ok()).unwrap_or(0);
        let mut dial = |text: String, of: Option<u32>| {
            let number: u64 = text.parse().unwrap_or(u64::MAX);
            let presses = match of {
                Some(of) => (number % u64::from(of) + u64::from(of) - from % u64::from(of)) % u64::from(of),
                None => number.checked_sub(from).unwrap_or(u64::MAX),
            };
            if presses > MOST_PRESSES {
                return Err(MacroError::TooMany { command, number: text });
            }
            if let Some(step) = &key.step {
                self.count(script, step, presses, key.repeat);
            }
            if let Some(next) = &key.next {
                self.strokes(script, std::slice::from_ref(next), self.tap, 1);
            }
            Ok(())
        };
        if let Some(text) = &key.digits {
            for digit in text.render(fill)?.chars() {
                dial(digit.to_string(), Some(key.of.unwrap_or(10)))?;
            }
        }
        if let Some(text) = &key.number {
            dial(text.render(fill)?, key.of)?;
        }
        Ok(())
    }

    fn strokes(&self, script: &mut Script, buttons: &[String], hold: Span, times: u64) {
        for _ in 0..times {
            script.strokes.push(Stroke { buttons: buttons.to_vec(), hold, pause: self.gap, shows: None });
        }
    }

    /// Counts `presses` up, by taps or by holding for as long.
    fn count(&self, script: &mut Script, step: &String, presses: u64, repeat: Option<AutoRepeat>) {
        let buttons = std::slice::from_ref(step);
        match repeat {
            Some(AutoRepeat { after, every }) if presses > 1 => {
                // Half-way between the last count that is wanted and the first that is not.
                let hold = after + every.times(presses as i64 - 2) + Span(every.0 / 2);
                self.strokes(script, buttons, hold, 1);
            }
            _ => self.strokes(script, buttons, self.tap, presses),
        }
    }

    fn value(&self, command: &Command, field: Field, was: Option<Mode>) -> Result<String, MacroError> {
        let none = |why: &str| MacroError::NoValue { command: command.key(), field: field.name(), why: why.to_owned() };
        let clock = |civil: &Civil| {
            let (year, month, day) = civil.date();
            Some(match field {
                Field::Year => format!("{year:04}"),
                Field::Year2 => format!("{:02}", year.rem_euclid(100)),
                Field::Month => format!("{month:02}"),
                Field::Day => format!("{day:02}"),
                Field::Weekday => self.weekdays.as_ref()?[civil.weekday().index()].to_string(),
                Field::Hour | Field::Minute | Field::Second => part(civil.time_of_day(), field)?,
                _ => return None,
            })
        };
        match (command, field) {
            (Command::SetClock(civil), Field::Year2) if !(2000..2100).contains(&civil.date().0) => {
                Err(none(&format!("two digits stand for 2000 to 2099, not for {}", civil.date().0)))
            }
            (Command::SetMode(mode), Field::Mode) => self.mode_code(*mode).ok_or_else(|| none("no `modes`")),
            (Command::SetMode(_), Field::Was) => {
                let was = was.ok_or_else(|| none("the mode that stands is not known"))?;
                self.mode_code(was).ok_or_else(|| none("no `modes`"))
            }
            (Command::AddProgram(programme), Field::Days) => match self.groups.get(&programme.days) {
                Some(code) => Ok(code.to_string()),
                None => Err(none(&format!("`groups` has no code for {}", programme.days))),
            },
            (Command::AddProgram(programme), _) => of_programme(programme, field).ok_or_else(|| none("it has none")),
            (Command::DeleteProgram(slot), Field::Slot) => {
                Ok(format!("{slot:0width$}", width = self.slot_digits as usize))
            }
            (Command::SetClock(civil), _) => clock(civil).ok_or_else(|| none("it has none")),
            _ => Err(none("it has none")),
        }
    }

    fn mode_code(&self, mode: Mode) -> Option<String> {
        let codes = self.modes.as_ref()?;
        let code = match mode {
            Mode::Auto => &codes.auto,
            Mode::On => &codes.on,
            Mode::Off => &codes.off,
        };
        Some(code.to_string())
    }
}

fn of_programme(programme: &Programme, field: Field) -> Option<String> {
    match field {
        Field::OnHour => part(programme.on, Field::Hour),
        Field::OnMinute => part(programme.on, Field::Minute),
        Field::OnSecond => part(programme.on, Field::Second),
        Field::OffHour => part(programme.off, Field::Hour),
        Field::OffMinute => part(programme.off, Field::Minute),
        Field::OffSecond => part(programme.off, Field::Second),
        _ => None,
    }
}

fn part(time: TimeOfDay, field: Field) -> Option<String> {
    let value = match field {
        Field::Hour => time.0 / 3600,
        Field::Minute => time.0 / 60 % 60,
        Field::Second => time.0 % 60,
        _ => return None,
    };
    Some(format!("{value:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn macros(text: &str) -> Macros {
        let base =
            "base = \"weekly\"\nname = \"keys\"\nbuttons = [\"SET\", \"MODE\", \"UP\"]\nwithout = [\"console\"]\n";
        let text = format!("{base}{text}");
        let weekly = crate::profile::load::SHIPPED[0].1;
        match Profile::parse("keys.toml", &text, |_| Some(weekly.to_owned())) {
            Ok(profile) => profile.macros.unwrap(),
            Err(error) => panic!("{error}"),
        }
    }

    /// What is pressed, taps as the first letter of their button.
    fn pressed(script: &Script, tap: Span) -> String {
        let strokes = script.strokes.iter().map(|stroke| match stroke.hold == tap {
            true => stroke.buttons.join("+")[..1].to_owned(),
            false => format!("({} {})", stroke.buttons.join("+"), stroke.hold),
        });
        strokes.collect()
    }

    const SHIPPED: &str = "weekly-buttons";

    fn shipped() -> Macros {
        Profile::shipped(SHIPPED).unwrap().unwrap().macros.unwrap()
    }

    #[test]
    fn the_reference_board_is_set_as_its_protocol_says() {
        let macros = shipped();
        let script = |command| macros.script(&command, None).unwrap();
        let mode = script(Command::SetMode(Mode::On));
        // PROTOCOL.md: "`MODE ON` by the buttons is: SET 2.1 s; MODE five times, SET; MODE once, SET."
        assert_eq!(pressed(&mode, macros.tap), "(SET 2.1s)MMMMMSMS");
        let eight_taps = Span(8 * (macros.tap + macros.gap).0);
        assert_eq!(mode.released(), Span::millis(2100) + eight_taps);
        let clock = script(Command::SetClock("2024-01-01 07:59:55".parse().unwrap()));
        let digits = "1240101075955";
        let expected: String = digits.bytes().map(|digit| "M".repeat(usize::from(digit - b'0')) + "S").collect();
        assert_eq!(pressed(&clock, macros.tap), format!("(SET 2.1s){expected}"));
        assert!(clock.acts() > clock.released() && clock.takes() > clock.acts());
        assert_eq!(pressed(&script(Command::FactoryReset), macros.tap), "(SET+MODE 5.2s)");
        let late = macros.script(&Command::SetClock("2100-01-01 00:00:00".parse().unwrap()), None).unwrap_err();
        assert!(late.to_string().ends_with("two digits stand for 2000 to 2099, not for 2100"), "{late}");
        assert_eq!(
            macros.script(&Command::ListPrograms, None).unwrap_err().to_string(),
            "the profile declares no `macros.commands.list-programs`"
        );
    }

    /// The digits that the reference board takes in (PROTOCOL.md, "Buttons"); `None` if it does not begin to edit.
    fn taken_in(script: &Script) -> Option<String> {
        let (first, rest) = script.strokes.split_first()?;
        if first.buttons != ["SET"] || first.hold < Span::secs(2) {
            return None;
        }
        let (mut digits, mut digit) = (String::new(), 0u8);
        for stroke in rest {
            assert!(stroke.hold >= Span::millis(50) && stroke.hold < Span::secs(1) && stroke.pause >= Span::millis(50));
            match stroke.buttons[0].as_str() {
                "MODE" => digit = (digit + 1) % 10,
                _ => digits.push(char::from(b'0' + std::mem::take(&mut digit))),
            }
        }
        Some(digits)
    }

    #[test]
    fn a_keypad_takes_in_what_was_asked_whatever_it_is() {
        let macros = shipped();
        for n in 0..2_000 {
            // A stride that meets every digit in every place.
            let civil = Civil::from_secs(946_684_800 + n * 1_577_917);
            let digits = taken_in(&macros.script(&Command::SetClock(civil), None).unwrap()).unwrap();
            let plain: String = civil.to_string()[2..].chars().filter(char::is_ascii_digit).collect();
            assert_eq!(digits, format!("1{plain}"), "{civil}");
            let time = |second: i64| TimeOfDay((second % 86_400) as u32);
            let (days, code) = macros.groups.iter().nth(n as usize % 16).unwrap();
            let programme = Programme { days: *days, on: time(n * 4_099), off: time(n * 7_001 + 13), relay: None };
            let digits = taken_in(&macros.script(&Command::AddProgram(programme.clone()), None).unwrap()).unwrap();
            let plain = |time: TimeOfDay| time.to_string().replace(':', "");
            assert_eq!(digits, format!("2{code}{}{}", plain(programme.on), plain(programme.off)));
        }
    }

    #[test]
    fn a_key_that_only_goes_round_begins_at_the_mode_that_stands() {
        let macros = macros(
            "[macros]\nmodes = { auto = \"0\", on = \"1\", off = \"2\" }\n[macros.commands]\n\
             set-mode = { keys = [{ number = \"{mode}\", from = \"{was}\", of = 3, step = \"MODE\" }, { press = \"SET\" }] }",
        );
        let presses = |mode, was| macros.script(&Command::SetMode(mode), Some(was)).unwrap().strokes.len() - 1;
        for (mode, was, expected) in
            [(Mode::On, Mode::Auto, 1), (Mode::Auto, Mode::On, 2), (Mode::Off, Mode::Off, 0), (Mode::On, Mode::Off, 2)]
        {
            assert_eq!(presses(mode, was), expected, "{was} to {mode}");
        }
        let unknown = macros.script(&Command::SetMode(Mode::On), None).unwrap_err().to_string();
        assert!(unknown.ends_with("the mode that stands is not known"), "{unknown}");
    }

    #[test]
    fn numbers_are_dialled_by_taps_or_by_holding() {
        let macros = macros(
            "[macros]\ntap = \"50ms\"\nweekdays = [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\"]\n[macros.commands.set-clock]\n\
             acts-after = \"20ms\"\nkeys = [\n{ wait = \"1s\" },\n{ number = \"{weekday}\", from = \"1\", step = \"UP\", next = \"SET\" },\n\
             { number = \"{hour}\", of = 24, step = \"UP\", next = \"SET\", repeat = { after = \"1s\", every = \"200ms\" } },\n\
             { number = \"{minute}\", of = 60, step = \"UP\", next = \"SET\" },\n]",
        );
        let script = macros.script(&Command::SetClock("Wed 07:02:00".parse().unwrap()), None).unwrap();
        // 1 on pressing, 2 after 1 s, 7 after 5 more.
        assert_eq!(pressed(&script, macros.tap), "UUS(UP 2.1s)SUUS");
        assert_eq!(script.lead, Span::secs(1));
        let seconds = macros.script(&Command::SetClock("Wed 07:02:01".parse().unwrap()), None).unwrap_err();
        assert!(seconds.to_string().contains("enters no seconds"), "{seconds}");
    }

    #[test]
    fn what_shows_it_is_waited_for() {
        let macros = macros(
            "[macros.commands.factory-reset]\ndone-after = \"1s\"\nkeys = [\n\
             { press = \"SET\", hold = \"2s\", shows = { relay = \"K1\", becomes = \"open\", within = \"5s\" } },\n\
             { press = \"MODE\", times = 3 },\n{ wait = \"3s\" },\n]",
        );
        let script = macros.script(&Command::FactoryReset, None).unwrap();
        assert_eq!(script.strokes[0].pause, Span::secs(3));
        assert!(script.strokes[0].shows.is_some() && script.strokes[1].shows.is_none());
        assert_eq!(script.released(), Span::millis(5_000 + 100 + 100 + 100 + 100 + 100));
        assert_eq!(script.takes() - script.released(), Span::millis(3_100));
    }
}
