//! Line patterns: literal text with `{name}` placeholders, for lines that are sent and lines that come back.
//!
//! No regular expressions: a placeholder takes the text up to the next literal, never empty and without blanks;
//! `{text}` alone may hold blanks, and `{_}` is read and dropped. `{{` and `}}` stand for the braces themselves.

use std::fmt;
use std::str::FromStr;

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Literal(String),
    /// A placeholder.
    Slot(Slot),
}

/// Declares the names that may stand between braces, each with its spelling.
macro_rules! placeholders {
    ($(#[$about:meta])* $kind:ident: $($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind { $($(#[$doc])* $name),+ }

        impl $kind {
            /// Every one with its spelling.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $text)),+];

            /// Its spelling between the braces.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}
pub(super) use placeholders;

placeholders!(
    /// A placeholder's name.
    Slot:
    /// A word that is dropped.
    Any = "_",
    /// The rest of the line, blanks included.
    Text = "text",
    /// A date, in the console's `date` format.
    Date = "date",
    /// A time of day, in the console's `time` format.
    Time = "time",
    /// The day of the week of a date, in the console's `days` encoding.
    Weekday = "weekday",
    /// A programme's days, in the console's `days` encoding.
    Days = "days",
    /// A programme's on time, in the console's `time` format.
    On = "on",
    /// A programme's off time, in the console's `time` format.
    Off = "off",
    /// A programme's number on the board.
    SlotNumber = "slot",
    /// How many programmes there are.
    Count = "count",
    /// The mode, in the console's `modes` words.
    Mode = "mode",
    /// Whether the clock is right, in the console's `clock` words.
    Validity = "validity",
    /// Why the board was reset, in the console's `resets` words.
    Reset = "reset",
    /// Whether the relay is closed, in the console's `contact` words.
    Relay = "relay",
    /// A version.
    Version = "version",
    /// An error's code.
    Code = "code",
);

/// A line pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub Vec<Piece>);

/// Why a text is no pattern. A lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// An opening brace without its closing one, or the other way round.
    Brace {
        /// The text as written.
        text: String,
    },
    /// A placeholder of no known name.
    Unknown {
        /// The name as written.
        name: String,
    },
    /// Two placeholders with nothing between them: where one ends could not be told.
    Adjacent {
        /// The text as written.
        text: String,
    },
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brace { text } => {
                write!(f, "`{text}` has a brace without its partner; a brace itself is written `{{{{` or `}}}}`")
            }
            Self::Unknown { name } => {
                write!(f, "unknown placeholder `{{{name}}}`; ")?;
                let near = Slot::ALL
                    .iter()
                    .map(|(_, known)| (strsim::damerau_levenshtein(name, known), known))
                    .min()
                    .filter(|(distance, _)| *distance <= 2);
                match near {
                    Some((_, known)) => write!(f, "did you mean `{{{known}}}`?"),
                    None => write!(
                        f,
                        "one of {}",
                        Slot::ALL.iter().map(|(_, name)| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ")
                    ),
                }
            }
            Self::Adjacent { text } => {
                write!(f, "`{text}` has two placeholders with nothing between them")
            }
        }
    }
}

impl std::error::Error for PatternError {}

/// Splits a template into literals and the names between braces.
pub(super) fn split(text: &str) -> Result<Vec<Result<String, String>>, PatternError> {
    let brace = || PatternError::Brace { text: text.to_owned() };
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                literal.push(c);
            }
            '{' => {
                if !literal.is_empty() {
                    pieces.push(Ok(std::mem::take(&mut literal)));
                }
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some(c) if c != '{' => name.push(c),
                        _ => return Err(brace()),
                    }
                }
                pieces.push(Err(name));
            }
            '}' => return Err(brace()),
            c => literal.push(c),
        }
    }
    if !literal.is_empty() {
        pieces.push(Ok(literal));
    }
    Ok(pieces)
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let pieces = split(text)?
            .into_iter()
            .map(|piece| match piece {
                Ok(literal) => Ok(Piece::Literal(literal)),
                Err(name) => Slot::ALL
                    .iter()
                    .find(|(_, known)| *known == name)
                    .map(|(slot, _)| Piece::Slot(*slot))
                    .ok_or(PatternError::Unknown { name }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let adjacent = pieces.windows(2).any(|pair| matches!(pair, [Piece::Slot(_), Piece::Slot(_)]));
        if adjacent {
            return Err(PatternError::Adjacent { text: text.to_owned() });
        }
        Ok(Self(pieces))
    }
}

impl Pattern {
    /// The placeholders, in order.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(*slot),
            Piece::Literal(_) => None,
        })
    }

    /// The line with every placeholder replaced by what `fill` gives for it.
    pub fn render<E>(&self, mut fill: impl FnMut(Slot) -> Result<String, E>) -> Result<String, E> {
        let mut line = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => line.push_str(text),
                Piece::Slot(slot) => line.push_str(&fill(*slot)?),
            }
        }
        Ok(line)
    }

    /// What stands in the placeholders if `line` has this shape.
    pub fn read<'l>(&self, line: &'l str) -> Option<Vec<(Slot, &'l str)>> {
        let mut rest = line;
        let mut found = Vec::new();
        let mut pieces = self.0.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Slot(slot) => {
                    let end = match pieces.peek() {
                        Some(Piece::Literal(text)) => rest.find(text.as_str())?,
                        _ => rest.len(),
                    };
                    let (value, after) = rest.split_at(end);
                    let blank = value.contains(char::is_whitespace) && !matches!(slot, Slot::Text | Slot::Date);
                    if value.is_empty() || blank {
                        return None;
                    }
                    found.push((*slot, value));
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(found)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => {
                    f.write_str(&text.replace('{', "{{").replace('}', "}}"))?;
                }
                Piece::Slot(slot) => write!(f, "{{{}}}", slot.name())?,
            }
        }
        Ok(())
    }
}

brownout_trace::as_text!(Pattern);

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_stands_in_the_placeholders() {
        let list = pattern("P {slot} {days} {on} {off}");
        let found = list.read("P 0 12345 08:00:00 18:00:00").unwrap();
        assert_eq!(found[0], (Slot::SlotNumber, "0"));
        assert_eq!(found[3], (Slot::Off, "18:00:00"));
        for line in ["P 0 12345 08:00:00", "P 0 12345 08:00:00 18:00:00 x", "Q 0 1 2 3", "P  1 2 3"] {
            assert_eq!(list.read(line), None, "{line}");
        }
    }

    #[test]
    fn text_takes_the_rest() {
        let error = pattern("ERR {code} {text}");
        assert_eq!(error.read("ERR 3 no free slot").unwrap()[1], (Slot::Text, "no free slot"));
    }

    #[test]
    fn refuses_what_could_not_be_read_back() {
        assert!(matches!("{on}{off}".parse::<Pattern>(), Err(PatternError::Adjacent { .. })));
        assert!(matches!("{on".parse::<Pattern>(), Err(PatternError::Brace { .. })));
        let unknown = "{dats}".parse::<Pattern>().unwrap_err();
        assert_eq!(unknown.to_string(), "unknown placeholder `{dats}`; did you mean `{date}`?");
        assert_eq!(pattern("{{{on}}}").to_string(), "{{{on}}}");
    }
}
