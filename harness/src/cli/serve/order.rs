//! What can be typed to a board that is served, in the words of scenario files.

use crate::scenario::step::Press;
use crate::scenario::suggest::did_you_mean;
use brownout_trace::{Percent, Span, Volts};
use std::str::FromStr;

/// What `help` prints.
pub const HELP: &str = "\
power on | off | 9V | 70%     the supply, to stay
cut 100ms                     disconnected for so long
dip 40% 100ms                 to a residual voltage for so long
press SET [2s]                a button, a tap or held; SET+MODE for a chord
reset                         the reset pin, pulled and released
status                        supply, logic voltage, relays
quit                          ends; so do SIGINT and SIGTERM
With several boards: BOARD: ORDER";

const WORDS: [&str; 8] = ["power", "cut", "dip", "press", "reset", "status", "help", "quit"];

/// A level as typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// Disconnected.
    Off,
    /// The rig's nominal supply.
    Nominal,
    /// So much.
    Volts(Volts),
    /// A share of the nominal supply.
    Share(Percent),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(Self::Nominal),
            "off" => Ok(Self::Off),
            _ if text.ends_with('%') => text.parse().map(Self::Share).map_err(|error| format!("{error}")),
            _ => text.parse().map(Self::Volts).map_err(|error| format!("{error}")),
        }
    }
}

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// An empty line.
    Nothing,
    /// What can be typed.
    Help,
    /// Puts a level on the terminals, to stay.
    Power(Wanted),
    /// Another level for a while.
    Disturb {
        /// Which.
        level: Wanted,
        /// How long.
        width: Span,
    },
    /// Buttons pressed together.
    Press {
        /// Which.
        buttons: Vec<String>,
        /// How long.
        hold: Span,
    },
    /// The reset pin.
    Reset,
    /// How it stands.
    Status,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let span = |text: &str| text.parse::<Span>().map_err(|error| format!("{error}"));
        Ok(match words[..] {
            [] => Self::Nothing,
            ["help"] => Self::Help,
            ["power", level] => Self::Power(level.parse()?),
            ["cut", width] => Self::Disturb { level: Wanted::Off, width: span(width)? },
            ["dip", level, width] => Self::Disturb { level: level.parse()?, width: span(width)? },
            ["press", buttons] => Self::press(buttons, Press::TAP),
            ["press", buttons, hold] => Self::press(buttons, span(hold)?),
            ["reset"] => Self::Reset,
            ["status"] => Self::Status,
            [word, ..] if WORDS.contains(&word) => {
                let line = HELP.lines().find(|line| line.starts_with(word)).unwrap_or(word);
                return Err(format!("`{text}` is not how it is typed: {line}", text = text.trim()));
            }
            [word, ..] => return Err(format!("`{word}` is no order; {}", did_you_mean(word, &WORDS))),
        })
    }
}

impl Order {
    fn press(buttons: &str, hold: Span) -> Self {
        Self::Press { buttons: buttons.split('+').map(str::to_owned).collect(), hold }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_typed_like_steps() {
        let dip = Order::Disturb { level: Wanted::Share(Percent(40.0)), width: Span::millis(100) };
        let chord = Order::Press { buttons: vec!["SET".into(), "MODE".into()], hold: Span::secs(5) };
        for (text, order) in [
            ("", Order::Nothing),
            ("power on", Order::Power(Wanted::Nominal)),
            (" power  9V ", Order::Power(Wanted::Volts(Volts(9.0)))),
            ("cut 1s", Order::Disturb { level: Wanted::Off, width: Span::secs(1) }),
            ("dip 40% 100ms", dip),
            ("press SET", Order::Press { buttons: vec!["SET".into()], hold: Press::TAP }),
            ("press SET+MODE 5s", chord),
        ] {
            assert_eq!(text.parse(), Ok(order), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_says_how_it_is_typed() {
        for (text, why) in [
            ("dip 100ms", "`dip 100ms` is not how it is typed: dip 40% 100ms"),
            ("pres SET", "`pres` is no order; did you mean `press`?"),
            ("cut 100", "unit"),
            ("power 9A", "unit"),
        ] {
            let error = text.parse::<Order>().unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
