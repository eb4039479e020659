//! The `[macros]` table: how a board is set by its buttons, with or without a console beside them. Data only, so that
//! another maker's keypad needs no Rust.
//!
//! ```toml
//! [macros]
//! tap = "60ms"                       # how long a button is down where a key says nothing else
//! gap = "60ms"                       # from a release to the next press
//! modes = { auto = "0", on = "1", off = "2" }            # what `{mode}` is entered as
//! groups = { daily = "00", "Mon-Fri" = "01" }            # what `{days}` is entered as
//!
//! [macros.commands.set-mode]         # the names are those of `[console.commands]`
//! keys = [
//!   { press = "SET", hold = "2100ms" },
//!   { digits = "5{mode}", step = "MODE", next = "SET" },
//! ]
//! done-after = "150ms"               # from the last release until it is saved
//! ```
//!
//! | key | does |
//! | --- | --- |
//! | `{ press = "SET", hold = "2s", times = 3 }` | one button; `hold` is a tap and `times` is 1 if left out |
//! | `{ chord = ["SET", "MODE"], hold = "5s" }` | several together |
//! | `{ wait = "200ms" }` | lets go of everything for a while |
//! | `{ digits = "1{hour}{minute}", step = "UP", next = "SET" }` | for each digit: `step` as often as from `from` (0) up to it, then `next` |
//! | `{ number = "{minute}", step = "UP", of = 60, next = "SET" }` | the same for the whole as one number; after `of` − 1 comes 0 |
//!
//! A number may be dialled by holding: `repeat = { after = "1s", every = "100ms" }` says that a held `step` counts on.
//! `from = "{was}"` begins at the code of the mode that stands: a MODE key that only goes round is
//! `{ number = "{mode}", from = "{was}", of = 3, step = "MODE" }`.
//!
//! A key may say what shows that it worked, `shows = { relay = "K1", becomes = "closed", within = "1s" }` or
//! `shows = { line = "# button edit", within = "200ms" }`; the next key waits for the whole of `within`, so that no time
//! depends on the board.
//!
//! Where a command stands under `[console.commands]` too, `prefer` has to say which of the two is used.

mod script;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use script::{MacroError, Script, Stroke};
pub use text::{Digits, Field, Text};

use super::dialect::Command;
use super::pattern::Pattern;
use brownout_trace::{Days, RelayName, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A board's keypad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Macros {
    /// How long a button is down where a key says nothing else.
    #[serde(default = "a_tap")]
    pub tap: Span,
    /// From a release to the next press.
    #[serde(default = "a_tap")]
    pub gap: Span,
    /// Which of the two is used for a command that the console has too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefer: Option<Prefer>,
    /// What `{mode}` is entered as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<ModeCodes>,
    /// What `{days}` is entered as: one code for each of the schedule's groups.
    #[serde(default)]
    pub groups: BTreeMap<Days, Digits>,
    /// What `{weekday}` is entered as, Monday's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<[Digits; 7]>,
    /// The board's number for its first slot.
    #[serde(default = "one")]
    pub first_slot: u32,
    /// How many digits `{slot}` has.
    #[serde(default = "two")]
    pub slot_digits: u32,
    /// What can be done.
    pub commands: Keypad,
}

/// As `press` in a scenario: longer than any debouncing, shorter than any long press.
fn a_tap() -> Span {
    Span::millis(100)
}

fn one() -> u32 {
    1
}

fn two() -> u32 {
    2
}

/// Which way a command takes that both ways have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prefer {
    /// The buttons.
    Macros,
    /// The console.
    Console,
}

/// A code for each mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeCodes {
    /// The programmes switch.
    pub auto: Digits,
    /// Permanently on.
    pub on: Digits,
    /// Permanently off.
    pub off: Digits,
}

/// One macro: what is pressed, and when it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Macro {
    /// The keys, in order.
    pub keys: Vec<Key>,
    /// From the last release to what it does: a clock that was entered runs from then on.
    #[serde(default)]
    pub acts_after: Span,
    /// From the last release until the board is through with it, saving included; never before `acts-after`.
    #[serde(default)]
    pub done_after: Span,
}

/// One entry of a macro: exactly one of `press`, `chord`, `wait`, `digits` and `number`, with what belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Key {
    /// A button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press: Option<String>,
    /// Buttons pressed and released together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chord: Option<Vec<String>>,
    /// For how long `press` or `chord` is down; a tap if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<Span>,
    /// How often `press` is pressed; once if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Nothing is pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
    /// Digits entered one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<Text>,
    /// A number entered as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Text>,
    /// The button that counts `digits` or `number` up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The button that ends a digit, or the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where counting begins; 0 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Text>,
    /// How many values there are: after the last comes 0. 10 for a digit; a number without it only counts up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// Counts on while `step` is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<AutoRepeat>,
    /// What shows that it worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shows>,
}

/// What a held button does: it counts once when pressed, then again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoRepeat {
    /// From the press to the second count.
    pub after: Span,
    /// From each count to the next.
    pub every: Span,
}

/// What shows that a key worked: a relay's contact or a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// Whose contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelayName>,
    /// Where it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<Becomes>,
    /// A line that the board says, `{_}` standing for a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Pattern>,
    /// By when, from the press on.
    pub within: Span,
}

/// Where a contact comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Becomes {
    /// Closed.
    Closed,
    /// Open.
    Open,
    /// As the mode that was selected: closed for ON, open for OFF, anywhere for AUTO.
    AsMode,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident: $key:literal, enters [$($field:ident),*] needs [$($needed:ident),*]);+ $(;)?) => {
        /// What can be done by the buttons; a command that is left out cannot.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        pub struct Keypad {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<Macro>,)+
        }

        impl Keypad {
            /// Every command with its key, the placeholders that it has values for, and those without which it would
            /// do the same whatever is asked.
            #[allow(clippy::type_complexity, reason = "read in one place only")]
            fn all(&self) -> [(&'static str, Option<&Macro>, &'static [Field], &'static [Field]); [$($key),+].len()] {
                [$(($key, self.$name.as_ref(), &[$(Field::$field),*], &[$(Field::$needed),*])),+]
            }
        }
    };
}
commands!(
    /// Sets the clock.
    set_clock: "set-clock",
        enters [Year, Year2, Month, Day, Weekday, Hour, Minute, Second] needs [Hour, Minute];
    /// Adds a programme.
    add_program: "add-program",
        enters [Days, OnHour, OnMinute, OnSecond, OffHour, OffMinute, OffSecond, Slot]
        needs [Days, OnHour, OnMinute, OffHour, OffMinute];
    /// Deletes one programme.
    delete_program: "delete-program", enters [Slot] needs [Slot];
    /// Deletes all programmes.
    clear_programs: "clear-programs", enters [] needs [];
    /// Selects a mode.
    set_mode: "set-mode", enters [Mode, Was] needs [Mode];
    /// Restores the defaults.
    factory_reset: "factory-reset", enters [] needs [];
    /// Restarts the microcontroller.
    reset: "reset", enters [] needs [];
);

impl Macros {
    /// The macro of a command, if there is one.
    pub fn of(&self, command: &Command) -> Option<&Macro> {
        let commands = &self.commands;
        match command {
            Command::SetClock(_) => &commands.set_clock,
            Command::AddProgram(_) => &commands.add_program,
            Command::DeleteProgram(_) => &commands.delete_program,
            Command::ClearPrograms => &commands.clear_programs,
            Command::SetMode(_) => &commands.set_mode,
            Command::FactoryReset => &commands.factory_reset,
            Command::Reset => &commands.reset,
            Command::ReadClock | Command::ListPrograms | Command::ReadMode | Command::Status | Command::Version => {
                return None;
            }
        }
        .as_ref()
    }
}

impl Macro {
    /// The placeholders of all its keys.
    fn fields(&self) -> impl Iterator<Item = Field> {
        self.keys.iter().flat_map(Key::texts).flat_map(Text::fields)
    }

    /// The grid of the clock settings that it can enter: a macro without seconds begins a minute.
    pub fn grid(&self) -> Span {
        if self.fields().any(|field| field == Field::Second) { Span::secs(1) } else { Span::secs(60) }
    }
}

impl Key {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        [&self.digits, &self.number, &self.from].into_iter().flatten()
    }
}
