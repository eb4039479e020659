//! Lines of the Pi's header, and what their levels mean.

use serde::{Deserialize, Deserializer, de::Error};
use std::fmt;
use std::str::FromStr;

/// A GPIO line of the forty-pin header by Broadcom's number, as `GPIO17`.
///
/// GPIO0 and GPIO1 are on the header too, but the Pi's boot loader speaks to the ID memory of a HAT on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(u8);

impl Line {
    /// The first line that is free for a rig.
    pub const FIRST: u8 = 2;
    /// The last one on the header.
    pub const LAST: u8 = 27;

    /// Broadcom's number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GPIO{}", self.0)
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: Option<u8> = text.strip_prefix("GPIO").and_then(|digits| digits.parse().ok());
        match number {
            Some(number @ Self::FIRST..=Self::LAST) => Ok(Self(number)),
            Some(number @ 0..Self::FIRST) => {
                Err(format!("`GPIO{number}` belongs to the ID memory of a HAT: take one of GPIO2 to GPIO27"))
            }
            Some(_) => Err(format!("`{text}` is no line of a Pi's header: it has GPIO2 to GPIO27")),
            None => {
                Err(format!("`{text}` is no line: write `GPIO17`, by Broadcom's number and not by the header's pin"))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The level at which a line does, or tells, what it is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Active {
    /// 3.3 V.
    High,
    /// 0 V.
    Low,
}

impl Active {
    /// Whether the line has to be high so that what it is named for is `on`.
    pub fn high_for(self, on: bool) -> bool {
        on == (self == Self::High)
    }
}

/// The Pi's own pull resistor, about 50 kΩ. It is gone while the Pi boots: what has to be true then needs one outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// None.
    #[default]
    None,
    /// To 3.3 V.
    Up,
    /// To ground.
    Down,
}

/// A line that the rig drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Output {
    /// Which.
    pub line: Line,
    /// The level at which it does what it is named for. The other one is the safe state.
    pub active: Active,
}

/// A line that the rig listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Input {
    /// Which.
    pub line: Line,
    /// The level at which it tells what it is named for.
    pub active: Active,
    /// The Pi's pull resistor.
    #[serde(default)]
    pub pull: Pull,
}
