//! The expectations: what a scenario can demand of a board. Each is judged on the trace.

pub(crate) mod read;

use super::step::Mode;
use brownout_trace::{RelayName, ResetCause, Span};
use std::fmt;

/// One expectation: exactly one predicate.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `{ relay = "K1", … }`.
    Relay {
        /// Which relay of the profile.
        relay: RelayName,
        /// What of it.
        predicate: RelayPredicate,
    },
    /// `{ console = "OK*", within = "500ms" }`: a line that matches comes in the window, which opens now.
    Console {
        /// What the whole line must match.
        line: Glob,
        /// The window; taken whole.
        within: Span,
    },
    /// `{ clock = { within = "2s" } }`: the board's clock, asked now, differs at most so much from the nominal clock.
    Clock {
        /// The largest deviation, either way.
        within: Span,
    },
    /// `{ programs = "kept" }`: the board, asked now, lists exactly the programmes it was last given.
    ProgramsKept,
    /// `{ mode = "auto" }`: the board, asked now, names this mode.
    Mode(Mode),
    /// `{ reset = "power-on" }`: the cause of the last reset.
    Reset(ResetCause),
    /// `{ resets = 1 }`: it was reset so often. Looks back.
    Resets {
        /// How often.
        count: u32,
        /// From this mark; from step 0 if none.
        since: Option<String>,
    },
    /// `{ faults = "none" }`: it did not crash. Looks back.
    NoFaults {
        /// From this mark; from step 0 if none.
        since: Option<String>,
    },
    /// `"schedule"`, or `{ schedule = { since = … } }`: the schedule oracle. Looks back.
    Schedule {
        /// From this mark; from step 0 if none.
        since: Option<String>,
    },
}

/// What is expected of a relay's debounced contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayPredicate {
    /// `is = "closed"`: so now; with `within`, so at the window's end, having got there inside it. Takes the window whole.
    Is {
        /// The state.
        contact: Contact,
        /// The window; none judges the instant.
        within: Option<Span>,
    },
    /// `stays = "closed", for = "10s"`: so from now on for this long. Takes the window whole.
    Stays {
        /// The state.
        contact: Contact,
        /// How long.
        window: Span,
    },
    /// `edges = 2`: so many changes. Looks back.
    Edges {
        /// Both directions counted.
        count: u32,
        /// From this mark; from step 0 if none.
        since: Option<String>,
    },
    /// `never = "open"`: never so. Looks back.
    Never {
        /// The forbidden state.
        contact: Contact,
        /// From this mark; from step 0 if none.
        since: Option<String>,
    },
}

/// The state of a relay's contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contact {
    /// The load is on.
    Closed,
    /// The load is off.
    Open,
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
        })
    }
}

impl Expectation {
    /// How long it takes: the window it looks forward through. What must be asked of the board takes that much more.
    pub fn takes(&self) -> Span {
        match self {
            Self::Relay { predicate: RelayPredicate::Is { within, .. }, .. } => within.unwrap_or(Span::ZERO),
            Self::Relay { predicate: RelayPredicate::Stays { window, .. }, .. } => *window,
            Self::Console { within, .. } => *within,
            _ => Span::ZERO,
        }
    }
    /// The mark it looks back to, if it names one.
    pub fn since(&self) -> Option<&str> {
        match self {
            Self::Relay {
                predicate: RelayPredicate::Edges { since, .. } | RelayPredicate::Never { since, .. },
                ..
            }
            | Self::Resets { since, .. }
            | Self::NoFaults { since }
            | Self::Schedule { since } => since.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since().map(|mark| format!(" since {mark}")).unwrap_or_default();
        match self {
            Self::Relay { relay, predicate } => match predicate {
                RelayPredicate::Is { contact, within: None } => write!(f, "{relay} is {contact}"),
                RelayPredicate::Is { contact, within: Some(within) } => {
                    write!(f, "{relay} is {contact} within {within}")
                }
                RelayPredicate::Stays { contact, window } => {
                    write!(f, "{relay} stays {contact} for {window}")
                }
                RelayPredicate::Edges { count: 1, .. } => write!(f, "{relay} has 1 edge{since}"),
                RelayPredicate::Edges { count, .. } => {
                    write!(f, "{relay} has {count} edges{since}")
                }
                RelayPredicate::Never { contact, .. } => {
                    write!(f, "{relay} is never {contact}{since}")
                }
            },
            Self::Console { line, within } => write!(f, "console line `{line}` within {within}"),
            Self::Clock { within } => write!(f, "clock right within {within}"),
            Self::ProgramsKept => f.write_str("programs kept"),
            Self::Mode(mode) => write!(f, "mode is {mode}"),
            Self::Reset(cause) => write!(f, "last reset was {cause}"),
            Self::Resets { count: 1, .. } => write!(f, "1 reset{since}"),
            Self::Resets { count, .. } => write!(f, "{count} resets{since}"),
            Self::NoFaults { .. } => write!(f, "no faults{since}"),
            Self::Schedule { .. } => write!(f, "schedule kept{since}"),
        }
    }
}

/// A pattern for one whole line: `*` stands for any text, `?` for one character, `\` takes the next literally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The pattern as written. Every text is a pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Whether the whole of `line` matches. Time is at most the product of the lengths.
    pub fn matches(&self, line: &str) -> bool {
        let pattern = self.tokens();
        let line: Vec<char> = line.chars().collect();
        // The usual two-pointer walk: on a mismatch the last star swallows one character more.
        let (mut at, mut token, mut star) = (0, 0, None);
        while at < line.len() {
            match pattern.get(token) {
                Some(Token::Any) => {
                    star = Some((token, at));
                    token += 1;
                }
                Some(Token::One) => (at, token) = (at + 1, token + 1),
                Some(Token::Literal(c)) if *c == line[at] => (at, token) = (at + 1, token + 1),
                _ => {
                    let Some((star_token, star_at)) = star else {
                        return false;
                    };
                    star = Some((star_token, star_at + 1));
                    (at, token) = (star_at + 1, star_token + 1);
                }
            }
        }
        pattern[token..].iter().all(|token| matches!(token, Token::Any))
    }

    fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut chars = self.0.chars();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => Token::Literal(chars.next().unwrap_or('\\')),
                c => Token::Literal(c),
            });
        }
        tokens
    }
}

enum Token {
    Any,
    One,
    Literal(char),
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_the_whole_line() {
        for (pattern, line, matches) in [
            ("OK", "OK", true),
            ("OK", "OK ", false),
            ("OK*", "OK 3 programmes", true),
            ("*3*", "OK 3 programmes", true),
            ("?K", "OK", true),
            ("?K", "K", false),
            (r"\*", "*", true),
            (r"\*", "x", false),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxxbc", false),
            ("", "", true),
            ("*", "", true),
            ("é?", "éà", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(line), matches, "{pattern} on {line}");
        }
    }
}
