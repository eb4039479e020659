//! Reading a number with its unit, as scenario, rig and board files write them: `12V`, `500ms`, `40%`.

use std::fmt;

/// Why a text is not the quantity that was asked for. Lower-case fragments, to be put after a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityError {
    /// The text does not start with a decimal number.
    NoNumber {
        /// The text as written.
        text: String,
        /// An example of what was expected.
        example: &'static str,
    },
    /// A number with nothing behind it: `500` where `500ms` belongs.
    NoUnit {
        /// The text as written.
        text: String,
        /// The units that would do.
        units: &'static [&'static str],
    },
    /// A unit of another kind, or none of ours.
    WrongUnit {
        /// The unit as written.
        unit: String,
        /// The units that would do.
        units: &'static [&'static str],
    },
    /// A negative value where only a length or an amount makes sense.
    Negative {
        /// The text as written.
        text: String,
    },
    /// Too large for the type behind it.
    TooLarge {
        /// The text as written.
        text: String,
        /// The largest value, as it would be written.
        limit: &'static str,
    },
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber { text, example } => {
                write!(f, "`{text}` is not a number with a unit, such as `{example}`")
            }
            Self::NoUnit { text, units } => {
                write!(f, "`{text}` has no unit; write it with one of {}", list(units))
            }
            Self::WrongUnit { unit, units } => {
                write!(f, "`{unit}` is not a unit of this value; use one of {}", list(units))
            }
            Self::Negative { text } => write!(f, "`{text}` is negative; it must be zero or more"),
            Self::TooLarge { text, limit } => write!(f, "`{text}` is too large; at most {limit}"),
        }
    }
}

impl std::error::Error for QuantityError {}

fn list(units: &[&str]) -> String {
    let quoted: Vec<String> = units.iter().map(|unit| format!("`{unit}`")).collect();
    quoted.join(", ")
}

/// A decimal split from its unit: digits before and after the point as written, so that no precision is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split<'a> {
    pub negative: bool,
    pub whole: &'a str,
    pub fraction: &'a str,
    pub unit: &'a str,
}

impl Split<'_> {
    /// The number as a float; exact to the nearest `f64`.
    pub fn value(&self) -> f64 {
        let digits = format!("{}.{}", self.whole, if self.fraction.is_empty() { "0" } else { self.fraction });
        let magnitude: f64 = digits.parse().unwrap_or(f64::NAN);
        if self.negative { -magnitude } else { magnitude }
    }
}

/// Splits `text` into number and unit. Accepts `-`, digits, one point; no exponent, no spaces inside the number.
pub(crate) fn split<'a>(
    text: &'a str,
    units: &'static [&'static str],
    example: &'static str,
) -> Result<Split<'a>, QuantityError> {
    let trimmed = text.trim();
    let (negative, rest) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let no_number = || QuantityError::NoNumber { text: text.to_owned(), example };
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(no_number());
    }
    let unit = unit.trim();
    if unit.is_empty() {
        return Err(QuantityError::NoUnit { text: text.to_owned(), units });
    }
    Ok(Split { negative, whole, fraction, unit })
}
