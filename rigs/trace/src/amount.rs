//! A measured figure of any kind that can be measured, and the unit it is printed in.

use crate::quantity::QuantityError;
use crate::time::Span;
use crate::units::{Slew, Volts};
use std::fmt;
use std::str::FromStr;

/// A figure with its kind. As text: `-2s`, `4.8V`, `12V/ms`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A time; negative where the later of two things came first.
    Time(Span),
    /// A voltage.
    Voltage(Volts),
    /// How fast a voltage changes.
    Slew(Slew),
}

/// What a figure is a figure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A time.
    Time,
    /// A voltage.
    Voltage,
    /// A voltage per time.
    Slew,
}

/// A unit to print a figure in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit(&'static Row);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Row {
    name: &'static str,
    kind: Kind,
    /// So many of the smallest of its kind: nanoseconds, millivolts, volts per second.
    size: i64,
}

const fn row(name: &'static str, kind: Kind, size: i64) -> Row {
    Row { name, kind, size }
}

/// Every unit, the usual one of each kind first.
static UNITS: [Row; 10] = [
    row("ms", Kind::Time, 1_000_000),
    row("us", Kind::Time, 1_000),
    row("s", Kind::Time, 1_000_000_000),
    row("min", Kind::Time, 60_000_000_000),
    row("h", Kind::Time, 3_600_000_000_000),
    row("V", Kind::Voltage, 1_000),
    row("mV", Kind::Voltage, 1),
    row("V/s", Kind::Slew, 1),
    row("V/ms", Kind::Slew, 1_000),
    row("V/us", Kind::Slew, 1_000_000),
];

impl Unit {
    /// Milliseconds.
    pub const MILLISECONDS: Self = Self(&UNITS[0]);

    /// The names of every unit of a kind, the usual one first.
    pub fn names(kind: Kind) -> Vec<&'static str> {
        UNITS.iter().filter(|row| row.kind == kind).map(|row| row.name).collect()
    }

    /// What it is a unit of.
    pub fn kind(self) -> Kind {
        self.0.kind
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// The text is no unit's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoUnit(pub String);

impl fmt::Display for NoUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = UNITS.iter().map(|row| format!("`{}`", row.name)).collect();
        write!(f, "`{}` is not a unit of anything measured; use one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for NoUnit {}

impl FromStr for Unit {
    type Err = NoUnit;

    fn from_str(text: &str) -> Result<Self, NoUnit> {
        UNITS.iter().find(|row| row.name == text).map(Self).ok_or_else(|| NoUnit(text.to_owned()))
    }
}

impl Amount {
    /// What it is a figure of.
    pub fn kind(self) -> Kind {
        match self {
            Self::Time(_) => Kind::Time,
            Self::Voltage(_) => Kind::Voltage,
            Self::Slew(_) => Kind::Slew,
        }
    }

    /// Reads a figure of one kind; unlike a duration, a time may be negative here.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(text: &str, kind: Kind) -> Result<Self, QuantityError> {
        Ok(match kind {
            Kind::Time => Self::Time(match text.trim().strip_prefix('-') {
                Some(size) => -size.parse::<Span>()?,
                None => text.parse()?,
            }),
            Kind::Voltage => Self::Voltage(text.parse()?),
            Kind::Slew => Self::Slew(text.parse()?),
        })
    }

    /// The figure as a number of the smallest unit of its kind: nanoseconds, millivolts, volts per second. For
    /// comparing figures of one kind.
    pub fn size(self) -> f64 {
        match self {
            Self::Time(span) => span.0 as f64,
            Self::Voltage(volts) => volts.0 * 1e3,
            Self::Slew(slew) => slew.0,
        }
    }

    /// The figure of this kind with such a size, as [`Amount::size`] gives it.
    pub fn of_size(kind: Kind, size: f64) -> Self {
        match kind {
            // `as` saturates, and no number becomes 0.
            Kind::Time => Self::Time(Span(size.round() as i64)),
            Kind::Voltage => Self::Voltage(Volts(size / 1e3)),
            Kind::Slew => Self::Slew(Slew(size)),
        }
    }

    /// How much more this is than another of its kind.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        match (self, other) {
            // Integers, so that no float ever rounds a time.
            (Self::Time(one), Self::Time(other)) => Self::Time(one - other),
            _ => Self::of_size(self.kind(), self.size() - other.size()),
        }
    }

    /// The figure without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        match self {
            Self::Time(span) => Self::Time(span.abs()),
            _ => Self::of_size(self.kind(), self.size().abs()),
        }
    }

    /// The figure in a unit of its kind, to six digits behind the point; in its own words in any other.
    pub fn in_unit(self, unit: Unit) -> String {
        if unit.kind() != self.kind() {
            return self.to_string();
        }
        let text = format!("{:.6}", self.size() / unit.0.size as f64);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        format!("{}{unit}", if text == "-0" { "0" } else { text })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(span) => span.fmt(f),
            Self::Voltage(volts) => volts.fmt(f),
            Self::Slew(slew) => slew.fmt(f),
        }
    }
}

impl FromStr for Amount {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let slew = || Self::read(text, Kind::Slew);
        Self::read(text, Kind::Time).or_else(|_| Self::read(text, Kind::Voltage)).or_else(|_| slew())
    }
}

crate::as_text!(Amount, Unit);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_survives_print_and_read() {
        for text in ["-2s", "120ms", "0s", "4.8V", "-300mV", "12V/ms", "3V/s"] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.to_string(), text);
        }
        assert!("2".parse::<Amount>().is_err() && "--2s".parse::<Amount>().is_err());
    }

    #[test]
    fn a_unit_says_how_a_figure_is_printed() {
        let in_unit = |text: &str, unit: &str| text.parse::<Amount>().unwrap().in_unit(unit.parse().unwrap());
        assert_eq!(in_unit("120.5ms", "ms"), "120.5ms");
        assert_eq!(in_unit("120.5ms", "s"), "0.1205s");
        assert_eq!(in_unit("-90s", "min"), "-1.5min");
        assert_eq!(in_unit("4.8V", "mV"), "4800mV");
        assert_eq!(in_unit("12V/ms", "V/s"), "12000V/s");
        assert_eq!(in_unit("1ns", "h"), "0h");
        // Of another kind: in its own words rather than wrong.
        assert_eq!(in_unit("4.8V", "ms"), "4.8V");
        assert!("mm".parse::<Unit>().unwrap_err().to_string().contains("`mm` is not a unit"));
        assert_eq!(Unit::names(Kind::Voltage), ["V", "mV"]);
    }

    #[test]
    fn figures_of_one_kind_are_subtracted() {
        let less = |one: &str, other: &str| one.parse::<Amount>().unwrap().less(other.parse().unwrap()).to_string();
        assert_eq!((less("2s", "120ms").as_str(), less("4.5V", "4.8V").as_str()), ("1.88s", "-300mV"));
    }
}
