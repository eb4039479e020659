//! Why a profile cannot be used. Lower-case fragments, to be put after a place.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A fault in a profile's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileError {
    /// What is wrong.
    pub kind: Fault,
    /// Which file: the profile itself, or the base it names.
    pub file: String,
    /// Where in that file, in bytes, where that is known.
    pub span: Option<Range<usize>>,
    /// Line and column of that, both from 1; of the file's beginning where it is not known. None where there is no file.
    pub place: Option<(u32, u32)>,
}

/// What is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file cannot be read.
    Unreadable {
        /// The system's reason.
        reason: String,
    },
    /// Not the TOML of a profile.
    Malformed {
        /// In words, from the parser.
        message: String,
        /// The nearest known name, where one is near.
        nearest: Option<String>,
    },
    /// The base is not there.
    NoBase {
        /// The name as written.
        name: String,
    },
    /// The base has a base: one step is enough for a supply variant.
    BaseOfBase {
        /// The base's own base.
        name: String,
    },
    /// A variant leaves out what its base does not have.
    NothingThere {
        /// As written.
        name: String,
    },
    /// Only a variant can leave something out.
    WithoutBase,
    /// Two things that cannot both be so.
    Contradiction(Contradiction),
}

/// Two declarations that cannot both be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The key that is at fault, with its table: `schedule.power-up`.
    pub key: Cow<'static, str>,
    /// Why, in words.
    pub why: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.key, self.why)
    }
}

impl std::error::Error for Contradiction {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { reason } => write!(f, "cannot be read: {reason}"),
            Self::Malformed { message, nearest } => {
                f.write_str(message)?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Self::NoBase { name } => {
                write!(f, "`base`: there is no profile `{name}` beside this one")
            }
            Self::BaseOfBase { name } => write!(f, "`base`: a base may not have a base of its own (it names `{name}`)"),
            Self::NothingThere { name } => {
                write!(
                    f,
                    "`without`: the base has no `{name}`; it names tables and keys of the base, as in `[\"console\"]`"
                )
            }
            Self::WithoutBase => f.write_str("`without` leaves out what a `base` has, and there is no `base`"),
            Self::Contradiction(contradiction) => contradiction.fmt(f),
        }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for ProfileError {}

/// The nearest of the names that a parser's message lists after an unknown one:
/// ``unknown field `slot`, expected one of `slots`, `groups` `` gives `slots`.
pub fn nearest(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    quoted
        .map(|known| (strsim::damerau_levenshtein(&written.replace('_', "-"), known), known))
        .min_by_key(|(distance, _)| *distance)
        // Farther than a third of the word is no slip of the finger.
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest_only_when_near() {
        let known = "expected one of `slots`, `groups`, `power-up`";
        for (written, near) in [("slot", Some("slots")), ("power_up", Some("power-up")), ("colour", None)] {
            let message = format!("unknown field `{written}`, {known}");
            assert_eq!(nearest(&message).as_deref(), near, "{written}");
        }
        assert_eq!(nearest("missing field `slots`"), None);
    }
}
