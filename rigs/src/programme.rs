//! What a timer is programmed with: on/off pairs, and the mode that obeys or overrides them.

use brownout_trace::{Days, RelayName, TimeOfDay};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One on/off pair of a weekly timer, as scenario files write it:
/// `{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }`.
///
/// An off time at or before the on time falls on the next day; equal times mean what the profile's `equal` says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// The days on which it switches on.
    pub days: Days,
    /// When it switches on.
    pub on: TimeOfDay,
    /// When it switches off.
    pub off: TimeOfDay,
    /// Which relay it switches; left out, the profile's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelayName>,
}

/// `Mon-Fri 08:00:00 to 18:00:00`.
impl fmt::Display for Programme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} to {}", self.days, self.on, self.off)?;
        match &self.relay {
            Some(relay) => write!(f, " on {relay}"),
            None => Ok(()),
        }
    }
}

/// What the timer's mode key selects (DOMAIN.md, "What such a timer does"): ON and OFF are permanent, AUTO obeys
/// the programmes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The programmes switch.
    Auto,
    /// Permanently on.
    On,
    /// Permanently off.
    Off,
}

impl Mode {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Auto, Self::On, Self::Off];
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "AUTO",
            Self::On => "ON",
            Self::Off => "OFF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_programme_strictly() {
        let text = r#"days = "Mon-Fri"
on = "08:00:00"
off = "18:00:00""#;
        let programme: Programme = toml::from_str(text).unwrap();
        assert_eq!(programme.to_string(), "Mon-Fri 08:00:00 to 18:00:00");
        assert!(toml::from_str::<Programme>(&format!("{text}\nday = 1")).is_err());
        assert!(toml::from_str::<Programme>(&text.replace("18", "28")).is_err());
    }
}
