//! How a board writes days of the week on its line: a symbol each, a bit each, or a flag each.

use brownout_trace::{Days, Weekday};
use serde::{Deserialize, Serialize};

/// The encoding of a set of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayCode {
    /// A symbol for each day that is in the set: `12345`, `Mo,We,Fr`.
    Symbols(Symbols),
    /// One number, a bit for each day.
    Mask(Mask),
    /// Seven characters in a fixed order: `1111100`.
    Flags(Flags),
}

/// A symbol for each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symbols {
    /// Seven symbols, Monday's first; none empty, no two alike.
    pub each: [String; 7],
    /// What stands between two of them.
    #[serde(default)]
    pub separator: String,
}

/// A bit for each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// The day of bit 0.
    pub first: Weekday,
    /// Whether the number is hexadecimal, two digits; else decimal.
    #[serde(default)]
    pub hexadecimal: bool,
}

/// A flag for each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flags {
    /// The day that comes first.
    pub first: Weekday,
    /// In the set.
    pub set: char,
    /// Not in the set.
    pub clear: char,
}

impl DayCode {
    /// Whether every set of days can be written and read back.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Symbols(Symbols { each, .. }) => {
                // No symbol may begin another, or a set could be read in two ways.
                each.iter().enumerate().all(|(n, symbol)| {
                    !symbol.is_empty()
                        && each.iter().enumerate().all(|(m, other)| m == n || !other.starts_with(symbol.as_str()))
                })
            }
            Self::Mask(_) => true,
            Self::Flags(flags) => flags.set != flags.clear,
        }
    }

    /// The set as the board writes it.
    pub fn write(&self, days: Days) -> String {
        match self {
            Self::Symbols(code) => {
                days.iter().map(|day| code.each[day.index()].as_str()).collect::<Vec<_>>().join(&code.separator)
            }
            Self::Mask(code) => {
                let mask = from(code.first)
                    .enumerate()
                    .filter(|(_, day)| days.contains(*day))
                    .fold(0u8, |mask, (bit, _)| mask | 1 << bit);
                if code.hexadecimal { format!("{mask:02X}") } else { mask.to_string() }
            }
            Self::Flags(code) => {
                from(code.first).map(|day| if days.contains(day) { code.set } else { code.clear }).collect()
            }
        }
    }

    /// Reads what the board wrote; `None` if it is no set of days in this encoding.
    pub fn read(&self, text: &str) -> Option<Days> {
        match self {
            Self::Symbols(code) => read_symbols(code, text),
            Self::Mask(code) => {
                let mask = u8::from_str_radix(text, if code.hexadecimal { 16 } else { 10 }).ok()?;
                (mask < 128).then(|| {
                    set_of(from(code.first).enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, day)| day))
                })
            }
            Self::Flags(code) => {
                let legal = |c: char| c == code.set || c == code.clear;
                (text.chars().count() == 7 && text.chars().all(legal)).then(|| {
                    set_of(from(code.first).zip(text.chars()).filter(|(_, c)| *c == code.set).map(|(day, _)| day))
                })
            }
        }
    }
}

fn read_symbols(code: &Symbols, text: &str) -> Option<Days> {
    let mut rest = text;
    let mut days = Days::default();
    while !rest.is_empty() {
        if days != Days::default() {
            rest = rest.strip_prefix(code.separator.as_str())?;
        }
        let (day, after) = Weekday::ALL
            .into_iter()
            .find_map(|day| rest.strip_prefix(code.each[day.index()].as_str()).map(|after| (day, after)))?;
        days.0 |= 1 << day.index();
        rest = after;
    }
    Some(days)
}

fn from(first: Weekday) -> impl Iterator<Item = Weekday> {
    (0..7).map(move |n| Weekday::from_index(first.index() as i64 + n))
}

fn set_of(days: impl Iterator<Item = Weekday>) -> Days {
    Days(days.fold(0, |mask, day| mask | 1 << day.index()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> [(DayCode, &'static str); 5] {
        let each = |text: &str| {
            let all: Vec<String> = text.split(' ').map(str::to_owned).collect();
            all.try_into().unwrap()
        };
        [
            (DayCode::Symbols(Symbols { each: each("1 2 3 4 5 6 7"), separator: String::new() }), "157"),
            (DayCode::Symbols(Symbols { each: each("Mo Tu We Th Fr Sa Su"), separator: ",".into() }), "Mo,Fr,Su"),
            (DayCode::Mask(Mask { first: Weekday::Mon, hexadecimal: false }), "81"),
            (DayCode::Mask(Mask { first: Weekday::Sun, hexadecimal: true }), "23"),
            (DayCode::Flags(Flags { first: Weekday::Sun, set: 'X', clear: '-' }), "XX---X-"),
        ]
    }

    #[test]
    fn every_set_survives_every_encoding() {
        for (code, text) in codes() {
            assert!(code.is_sound());
            assert_eq!(code.write("Mon,Fri,Sun".parse().unwrap()), text);
            for mask in 1..128 {
                assert_eq!(code.read(&code.write(Days(mask))), Some(Days(mask)));
            }
            for wrong in ["8", "Mo;Tu", "200", "XX", "Mo,"] {
                if wrong != "8" || !matches!(code, DayCode::Mask(_)) {
                    assert_eq!(code.read(wrong), None, "{code:?} {wrong}");
                }
            }
        }
    }
}
