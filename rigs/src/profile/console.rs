//! The `[console]` table: how a board is spoken to on its serial line. Data only, so that a board with another line
//! protocol needs no Rust.

use super::calendar_format::CalendarFormat;
use super::days::DayCode;
use super::error::Contradiction;
use super::pattern::{Pattern, Slot};
use super::validate::refuse;
use brownout_trace::{ResetCause, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A board's line protocol: one line out, one or several lines back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Console {
    /// Bits per second; always 8 data bits, no parity, one stop bit.
    pub baud: u32,
    /// What ends a line that is sent. Lines that come back end with `\n`; a `\r` before it is dropped.
    #[serde(default = "line_feed")]
    pub line_end: String,
    /// How long an answer may take, where a command does not say otherwise.
    pub ack_timeout: Span,
    /// The answer to a command that has none of its own.
    pub ack: Pattern,
    /// The answer to a command that was refused.
    pub error: Pattern,
    /// What the board writes before a line to show that it listens, such as `> `: dropped wherever a line begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Whether the board sends back every line it was sent: dropped, once, before the answer.
    #[serde(default)]
    pub echo: bool,
    /// What a line that answers nothing begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsolicited: Option<String>,
    /// The unsolicited line that tells that the board has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Pattern>,
    /// How `{date}` is written.
    pub date: CalendarFormat,
    /// How `{time}`, `{on}` and `{off}` are written.
    pub time: CalendarFormat,
    /// How `{days}` is written.
    pub days: DayCode,
    /// How `{weekday}` is written; left out, as `days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<DayCode>,
    /// The words of `{mode}`.
    pub modes: ModeWords,
    /// The words of `{validity}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ValidityWords>,
    /// The words of `{relay}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactWords>,
    /// The words of `{reset}`.
    #[serde(default)]
    pub resets: BTreeMap<ResetCause, String>,
    /// What it understands.
    pub commands: Commands,
}

fn line_feed() -> String {
    "\n".to_owned()
}

/// The board's words for its modes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeWords {
    /// The programmes switch.
    pub auto: String,
    /// Permanently on.
    pub on: String,
    /// Permanently off.
    pub off: String,
}

/// The board's words for the state of its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidityWords {
    /// It was set and has kept its supply since.
    pub valid: String,
    /// It was not.
    pub lost: String,
}

/// The board's words for its contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactWords {
    /// Closed.
    pub closed: String,
    /// Open.
    pub open: String,
}

/// One command: what is sent and what comes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Talk {
    /// The line that is sent.
    pub send: Pattern,
    /// The line that ends the answer; left out, the console's `ack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Pattern>,
    /// Lines before it that each come once, in this order, and tell of one thing: a date, then its time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Pattern>,
    /// The lines before it, any number of them, each of which tells of one thing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Pattern>,
    /// How long the answer may take; left out, the console's `ack-timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident: $key:literal, sends [$($slot:ident),*]);+ $(;)?) => {
        /// What a board understands; a command that is left out, it does not have.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        pub struct Commands {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<Talk>,)+
        }

        impl Commands {
            /// Every command with its key, and the placeholders that its line may carry.
            #[allow(clippy::type_complexity, reason = "read in one place only")]
            fn all(&self) -> [(&'static str, Option<&Talk>, &'static [Slot]); [$($key),+].len()] {
                [$((concat!("console.commands.", $key), self.$name.as_ref(), &[$(Slot::$slot),*])),+]
            }
        }
    };
}
commands!(
    /// Sets the clock.
    set_clock: "set-clock", sends [Date, Time, Weekday];
    /// Reads the clock.
    read_clock: "read-clock", sends [];
    /// Adds a programme.
    add_program: "add-program", sends [Days, On, Off, SlotNumber];
    /// Deletes one programme.
    delete_program: "delete-program", sends [SlotNumber];
    /// Deletes all programmes.
    clear_programs: "clear-programs", sends [];
    /// Lists the programmes.
    list_programs: "list-programs", sends [];
    /// Selects a mode.
    set_mode: "set-mode", sends [Mode];
    /// Reads the mode.
    read_mode: "read-mode", sends [];
    /// Reads whatever the board tells of itself.
    status: "status", sends [];
    /// Restores the defaults.
    factory_reset: "factory-reset", sends [];
    /// Restarts the microcontroller.
    reset: "reset", sends [];
    /// Reads the firmware's version.
    version: "version", sends [];
);

impl Console {
    /// The encoding of `{weekday}`.
    pub fn weekday_code(&self) -> &DayCode {
        self.weekdays.as_ref().unwrap_or(&self.days)
    }

    /// Whether it has the command of this key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        let named = |name: &str| name.strip_prefix("console.commands.") == Some(key);
        self.commands.all().into_iter().any(|(name, talk, _)| named(name) && talk.is_some())
    }

    /// Checks what types cannot: that every pattern can be filled and read back.
    pub(super) fn validate(&self) -> Result<(), Contradiction> {
        refuse(self.baud == 0, "console.baud", "0 Bd carries nothing")?;
        let timeouts = self.commands.all().into_iter().filter_map(|(_, talk, _)| talk.and_then(|talk| talk.timeout));
        let long = timeouts.chain([self.ack_timeout]).any(|timeout| timeout > Span::secs(600));
        refuse(long, "console.ack-timeout", "an answer that may take more than 10min is none")?;
        for (key, format) in [("console.date", &self.date), ("console.time", &self.time)] {
            refuse(
                !format.is_sound(),
                key,
                "`{hour12}` and `{half}` go together: 08 is in the morning and in the evening",
            )?;
        }
        refuse(self.prompt.as_deref() == Some(""), "console.prompt", "there is nothing in it; leave it out")?;
        refuse(
            !self.days.is_sound(),
            "console.days",
            "a set of days could not be read back: symbols must be there and none begin another, flags differ",
        )?;
        refuse(
            !self.weekday_code().is_sound(),
            "console.weekdays",
            "a day could not be read back: symbols must be there and none begin another, flags differ",
        )?;
        let ModeWords { auto, on, off } = &self.modes;
        refuse(auto == on || on == off || auto == off, "console.modes", "two modes have one word")?;
        for (key, talk, fillable) in self.commands.all() {
            let Some(talk) = talk else { continue };
            if let Some(slot) = talk.send.slots().find(|slot| !fillable.contains(slot)) {
                refuse(true, key, format!("`send` has `{{{}}}`, which this command has no value for", slot.name()))?;
            }
            let read = talk.reply.iter().chain(&talk.item).chain(&talk.lines);
            self.readable(key, read.flat_map(Pattern::slots))?;
        }
        self.readable("console.boot", self.boot.iter().flat_map(Pattern::slots))
    }

    /// Whether the words that `slots` stand for are declared.
    fn readable(&self, key: &'static str, slots: impl Iterator<Item = Slot>) -> Result<(), Contradiction> {
        for slot in slots {
            let words = match slot {
                Slot::Validity if self.clock.is_none() => "clock",
                Slot::Relay if self.contact.is_none() => "contact",
                Slot::Reset if self.resets.is_empty() => "resets",
                _ => continue,
            };
            refuse(
                true,
                key,
                format!("`{{{}}}` is read, but its words are not declared in `console.{words}`", slot.name()),
            )?;
        }
        Ok(())
    }
}
