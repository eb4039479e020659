//! What a macro enters: digits, with placeholders for the values of its command.

use crate::profile::pattern::{PatternError, placeholders, split};
use std::fmt;
use std::str::FromStr;

/// Some decimal digits; leading zeros count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(String);

impl Digits {
    /// As they are entered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not enterable. A lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoDigits {
    text: String,
}

impl fmt::Display for NoDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not one to nine digits: a macro counts up to each of them", self.text)
    }
}

impl FromStr for Digits {
    type Err = NoDigits;

    fn from_str(text: &str) -> Result<Self, NoDigits> {
        match (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(Self(text.to_owned())),
            false => Err(NoDigits { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

placeholders!(
    /// What a placeholder stands for.
    Field:
    /// The year, four digits.
    Year = "year",
    /// Its last two.
    Year2 = "year2",
    /// The month, two digits.
    Month = "month",
    /// The day of the month, two digits.
    Day = "day",
    /// The day of the week, by `weekdays`.
    Weekday = "weekday",
    /// The hour, two digits.
    Hour = "hour",
    /// The minute, two digits.
    Minute = "minute",
    /// The second, two digits.
    Second = "second",
    /// A programme's days, by `groups`.
    Days = "days",
    /// The hour of its on time.
    OnHour = "on-hour",
    /// The minute of its on time.
    OnMinute = "on-minute",
    /// The second of its on time.
    OnSecond = "on-second",
    /// The hour of its off time.
    OffHour = "off-hour",
    /// The minute of its off time.
    OffMinute = "off-minute",
    /// The second of its off time.
    OffSecond = "off-second",
    /// A slot's number on the board.
    Slot = "slot",
    /// The mode that is selected, by `modes`.
    Mode = "mode",
    /// The mode that stood before, by `modes`.
    Was = "was",
);

/// Digits with placeholders between them: `1{hour}{minute}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pieces: Vec<Result<Digits, Field>>,
    text: String,
}

/// Why a text cannot be entered. A lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// Its braces do not match.
    Brace(PatternError),
    /// Something between the placeholders is no digit.
    NoDigits(NoDigits),
    /// A placeholder of no known name.
    Unknown {
        /// The name as written.
        name: String,
    },
    /// There is nothing in it.
    Empty,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brace(error) => error.fmt(f),
            Self::NoDigits(error) => error.fmt(f),
            Self::Empty => f.write_str("there is nothing to enter"),
            Self::Unknown { name } => {
                write!(f, "unknown placeholder `{{{name}}}`; ")?;
                let near = Field::ALL
                    .iter()
                    .map(|(_, known)| (strsim::damerau_levenshtein(name, known), known))
                    .min()
                    .filter(|(distance, _)| *distance <= 2);
                match near {
                    Some((_, known)) => write!(f, "did you mean `{{{known}}}`?"),
                    None => {
                        let known: Vec<String> = Field::ALL.iter().map(|(_, name)| format!("`{{{name}}}`")).collect();
                        write!(f, "one of {}", known.join(", "))
                    }
                }
            }
        }
    }
}

impl std::error::Error for TextError {}

impl FromStr for Text {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let pieces = split(text).map_err(TextError::Brace)?.into_iter().map(|piece| match piece {
            Ok(literal) => literal.parse().map(Ok).map_err(TextError::NoDigits),
            Err(name) => match Field::ALL.iter().find(|(_, known)| *known == name) {
                Some((field, _)) => Ok(Err(*field)),
                None => Err(TextError::Unknown { name }),
            },
        });
        let pieces: Vec<_> = pieces.collect::<Result<_, _>>()?;
        if pieces.is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Self { pieces, text: text.to_owned() })
    }
}

impl Text {
    /// The placeholders, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.pieces.iter().filter_map(|piece| piece.as_ref().err().copied())
    }

    /// The digits, with every placeholder replaced by what `fill` gives for it.
    ///
    /// # Errors
    /// What `fill` has no value for.
    pub fn render<E>(&self, mut fill: impl FnMut(Field) -> Result<String, E>) -> Result<String, E> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Ok(digits) => Ok(digits.0.clone()),
            Err(field) => fill(*field),
        });
        pieces.collect()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

brownout_trace::as_text!(Digits, Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_digits_and_placeholders() {
        let text: Text = "1{hour}{minute}".parse().unwrap();
        assert_eq!(text.fields().collect::<Vec<_>>(), [Field::Hour, Field::Minute]);
        let filled = text.render(|field| Ok::<_, ()>(if field == Field::Hour { "08".into() } else { "30".into() }));
        assert_eq!(filled.unwrap(), "10830");
        let why = |text: &str| text.parse::<Text>().unwrap_err().to_string();
        assert_eq!(why("{minut}"), "unknown placeholder `{minut}`; did you mean `{minute}`?");
        assert!(why("{hour}:{minute}").contains("`:` is not one to nine digits"));
        assert!(why("{hour").contains("brace without its partner"));
        assert_eq!(why(""), "there is nothing to enter");
    }
}
