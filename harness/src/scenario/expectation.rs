//! The expectations: what a scenario can demand of a board. Each is judged on the trace.

pub(crate) mod read;

use super::place::Lookback;
use super::step::Mode;
use brownout_trace::{Ppm, RelayName, ResetCause, Span};
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
    /// `{ clock = { within = "2s" } }`: the board's clock, asked now, differs at most so much from the nominal clock. With
    /// `over = "1d"`, a board that cannot be asked is judged by the programmed edges of that time.
    Clock {
        /// The largest deviation, either way.
        within: Span,
        /// How far the edges are looked at; taken whole.
        over: Option<Span>,
    },
    /// `{ programs = "kept" }`: the board, asked now, lists exactly the programmes it was last given. With `over = "1d"`, a
    /// board that cannot be asked is judged by what its contacts do in that time.
    ProgramsKept {
        /// How far the contacts are looked at; taken whole.
        over: Option<Span>,
    },
    /// `{ mode = "auto" }`: the board, asked now, names this mode.
    Mode(Mode),
    /// `{ reset = "power-on" }`: the cause of the last reset.
    Reset(ResetCause),
    /// `{ resets = 1 }`: it was reset so often. Looks back.
    Resets {
        /// How often.
        count: u32,
        /// From where to where.
        back: Lookback,
    },
    /// `{ faults = "none" }`: it did not crash. Looks back.
    NoFaults {
        /// From where to where.
        back: Lookback,
    },
    /// `"schedule"`, or `{ schedule = { since = …, error = …, drift = … } }`: the schedule oracle. Looks back.
    Schedule {
        /// From where to where.
        back: Lookback,
        /// The farthest that an edge may be from its nominal instant, either way.
        error: Option<Span>,
        /// The same as a share of the time since the clock was set.
        drift: Option<Ppm>,
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
        /// From where to where.
        back: Lookback,
    },
    /// `never = "open"`: never so. Looks back.
    Never {
        /// The forbidden state.
        contact: Contact,
        /// From where to where.
        back: Lookback,
    },
    /// `pulse = "1s", tolerance = "20ms"`: closed exactly once, for so long. Looks back.
    Pulse {
        /// From the first edge of its closing to the first of its opening.
        width: Span,
        /// How much longer or shorter it may be.
        tolerance: Span,
        /// From where to where.
        back: Lookback,
    },
    /// `bounce = "10ms"`: no change bounced for longer, on raw edges. Looks back.
    Bounce {
        /// From the first edge of a burst to its last.
        limit: Span,
        /// From where to where.
        back: Lookback,
    },
    /// `chatter = "never"`: no burst of raw edges ended where it began, or went on for longer than a contact bounces.
    /// Looks back.
    Steady {
        /// From where to where.
        back: Lookback,
    },
    /// `operate = "30ms"`, `release = "30ms"`: the first edge of each programmed change came so soon after its instant
    /// on the nominal clock; `since` a place, the first such change came so soon after that. Looks back.
    Delay {
        /// Closed: the operate delay; open: the release delay.
        contact: Contact,
        /// The longest, either way.
        limit: Span,
        /// From where to where.
        back: Lookback,
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
            Self::Clock { over, .. } | Self::ProgramsKept { over } => over.unwrap_or(Span::ZERO),
            _ => Span::ZERO,
        }
    }
    /// What it looks back at, if it does.
    pub fn back(&self) -> Option<&Lookback> {
        match self {
            Self::Relay { predicate, .. } => predicate.back(),
            Self::Schedule { back, .. } | Self::Resets { back, .. } | Self::NoFaults { back } => Some(back),
            _ => None,
        }
    }
}

impl RelayPredicate {
    fn back(&self) -> Option<&Lookback> {
        match self {
            Self::Is { .. } | Self::Stays { .. } => None,
            Self::Edges { back, .. }
            | Self::Never { back, .. }
            | Self::Pulse { back, .. }
            | Self::Bounce { back, .. }
            | Self::Steady { back }
            | Self::Delay { back, .. } => Some(back),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let back = self.back().map(ToString::to_string).unwrap_or_default();
        match self {
            Self::Relay { relay, predicate } => match predicate {
                RelayPredicate::Is { contact, within: None } => write!(f, "{relay} is {contact}"),
                RelayPredicate::Is { contact, within: Some(within) } => {
                    write!(f, "{relay} is {contact} within {within}")
                }
                RelayPredicate::Stays { contact, window } => {
                    write!(f, "{relay} stays {contact} for {window}")
                }
                RelayPredicate::Edges { count: 1, .. } => write!(f, "{relay} has 1 edge{back}"),
                RelayPredicate::Edges { count, .. } => {
                    write!(f, "{relay} has {count} edges{back}")
                }
                RelayPredicate::Never { contact, .. } => {
                    write!(f, "{relay} is never {contact}{back}")
                }
                RelayPredicate::Pulse { width, tolerance, .. } => {
                    write!(f, "{relay} closes once for {width}, {tolerance} more or less{back}")
                }
                RelayPredicate::Bounce { limit, .. } => write!(f, "{relay} bounces for at most {limit}{back}"),
                RelayPredicate::Steady { .. } => write!(f, "{relay} never chatters{back}"),
                RelayPredicate::Delay { contact: Contact::Closed, limit, .. } => {
                    write!(f, "{relay} operates within {limit}{back}")
                }
                RelayPredicate::Delay { contact: Contact::Open, limit, .. } => {
                    write!(f, "{relay} releases within {limit}{back}")
                }
            },
            Self::Console { line, within } => write!(f, "console line `{line}` within {within}"),
            Self::Clock { within, over } => write!(f, "clock right within {within}{}", Over(*over)),
            Self::ProgramsKept { over } => write!(f, "programs kept{}", Over(*over)),
            Self::Reset(cause) => write!(f, "last reset was {cause}"),
            Self::Schedule { error, drift, .. } => {
                let error = error.map(|error| format!(", each edge within {error}")).unwrap_or_default();
                let drift = drift.map(|drift| format!(", drift within {drift}")).unwrap_or_default();
                write!(f, "schedule kept{back}{error}{drift}")
            }
            Self::Mode(mode) => write!(f, "mode is {mode}"),
            Self::Resets { count: 1, .. } => write!(f, "1 reset{back}"),
            Self::Resets { count, .. } => write!(f, "{count} resets{back}"),
            Self::NoFaults { .. } => write!(f, "no faults{back}"),
        }
    }
}

/// How far an expectation looks, where it does: `, over 1d`.
struct Over(Option<Span>);

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |over| write!(f, ", over {over}"))
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
