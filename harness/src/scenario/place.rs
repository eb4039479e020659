//! Places in a case that a scenario can name to look back to: its marks, and the ends of its last shot.

use super::expectation::read::optional;
use super::mention::Mention;
use super::reader::Node;
use super::step::read::name;
use super::table::Table;
use std::fmt;

type Reader<'d> = super::reader::Reader<'d, Mention>;

/// A place in the order of steps, passed at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `{ mark = "x" }`.
    Mark(String),
    /// `shot`: when the last shot began, as measured.
    Shot,
    /// `restored`: when it was over, as measured.
    Restored,
}

impl Place {
    /// The names that no mark can have.
    pub const RESERVED: [(&'static str, Self); 2] = [("shot", Self::Shot), ("restored", Self::Restored)];

    fn named(name: &str) -> Self {
        let reserved = Self::RESERVED.into_iter().find(|(reserved, _)| *reserved == name);
        reserved.map_or_else(|| Self::Mark(name.to_owned()), |(_, place)| place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mark(name) => f.write_str(name),
            Self::Shot => f.write_str("shot"),
            Self::Restored => f.write_str("restored"),
        }
    }
}

/// What an expectation that looks back looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookback {
    /// From here; from step 0 if none.
    pub since: Option<Place>,
    /// Up to here; up to now if none.
    pub before: Option<Place>,
}

/// ` since on before restored`; nothing for the whole time.
impl fmt::Display for Lookback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, place) in [("since", &self.since), ("before", &self.before)] {
            if let Some(place) = place {
                write!(f, " {word} {place}")?;
            }
        }
        Ok(())
    }
}

/// A place by its name.
pub(in crate::scenario) fn place<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Place> {
    let place = Place::named(&name(reader, node)?);
    reader.mention(node, Mention::Place(place.clone()));
    Some(place)
}

/// `since` and `before` of a table; `None` where one of them is at fault.
pub(in crate::scenario) fn lookback<'d>(reader: &mut Reader<'d>, table: &Table<'d>) -> Option<Lookback> {
    let since = optional(table, "since", |node| place(reader, node));
    let before = optional(table, "before", |node| place(reader, node));
    let back = Lookback { since: since?, before: before? };
    if let (Some(_), Some(node)) = (&back.before, table.get("before").cloned()) {
        reader.mention(&node, Mention::Window(back.clone()));
    }
    Some(back)
}
