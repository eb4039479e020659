//! Who accepted a snapshot, when and why: one line in the head of the snapshot's own file.
//!
//! It is insta's `description`, so that it goes wherever the file goes, insta keeps it, and no comparison looks at it:
//! snapshots are the same if their contents are. `cargo insta review` knows no approvals: a pending snapshot carries
//! the approval of the one before it along as `earlier: …`, so that one accepted there does not lose it.
//!
//! The date is the person's, not the bench's: it is part of no result, and can be given.

use brownout_trace::calendar::Civil;
use std::fmt;
use std::str::FromStr;

/// Before the approval of the snapshot that this one took the place of, where nobody told of this one's.
const EARLIER: &str = "earlier: ";
/// A longer text is cut there, in characters: it is a line.
const LONGEST: usize = 300;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(Civil);

impl Day {
    /// So many days after 1970-01-01.
    pub fn since_1970(days: i64) -> Self {
        Self(Civil::from_secs(days.saturating_mul(86_400)))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('-').collect();
        let day = match parts[..] {
            [year, month, day] if year.len() == 4 => {
                let number =
                    |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
                let (year, month, day) = (year.parse().ok(), number(month), number(day));
                year.zip(month.zip(day)).and_then(|(year, (month, day))| Civil::from_date(year, month, day))
            }
            _ => None,
        };
        day.map(Self).ok_or_else(|| format!("`{text}` is no day; write it as 2026-12-31"))
    }
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// When.
    pub date: Day,
    /// By whom, if that is known.
    pub who: Option<String>,
    /// Why, if it was said.
    pub why: Option<String>,
}

/// `accepted 2026-11-23 by Ann: the relay is a faster one`.
impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "accepted {}", self.date)?;
        if let Some(who) = &self.who {
            write!(f, " by {}", one_line(who))?;
        }
        match &self.why {
            Some(why) => write!(f, ": {}", one_line(why)),
            None => Ok(()),
        }
    }
}

/// What a pending snapshot carries of the one it would take the place of.
pub fn earlier(description: &str) -> String {
    format!("{EARLIER}{}", description.trim_start_matches(EARLIER))
}

/// A pending snapshot's text as it is approved: without what only a pending one says (the line of the source it came
/// from, the earlier approval), and with this approval.
pub fn approved(text: &str, approval: &Approval) -> String {
    let mut fences = 0;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            fences += 1;
            if fences == 2 {
                kept.push_str(&format!("description: {}\n", quoted(&approval.to_string())));
            }
        } else if fences == 1 && ["assertion_line:", "description:"].iter().any(|key| line.starts_with(key)) {
            continue;
        }
        kept.push_str(line);
    }
    kept
}

fn one_line(text: &str) -> String {
    let plain = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(LONGEST).collect()
}

/// As YAML, which insta's heads are in.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::Snapshot;
    use proptest::prelude::*;

    fn approval(who: Option<&str>, why: Option<&str>) -> Approval {
        let text = |text: &str| text.to_owned();
        Approval { date: "2026-11-23".parse().unwrap(), who: who.map(text), why: why.map(text) }
    }

    fn read(text: &str) -> (Option<String>, String) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.snap");
        std::fs::write(&path, text).unwrap();
        let snapshot = Snapshot::from_file(&path).unwrap();
        let contents = snapshot.as_text().unwrap().to_string();
        (snapshot.metadata().description().map(str::to_owned), contents)
    }

    #[test]
    fn says_what_is_known() {
        assert_eq!(approval(Some("Ann"), Some("faster relay")).to_string(), "accepted 2026-11-23 by Ann: faster relay");
        assert_eq!(approval(None, None).to_string(), "accepted 2026-11-23");
        assert_eq!(approval(None, Some(" a\nb ")).to_string(), "accepted 2026-11-23: a b");
    }

    #[test]
    fn a_head_has_one_approval_and_the_contents_stay() {
        let pending = "---\nsource: a.rs\nassertion_line: 12\ndescription: \"earlier: accepted 2020-01-01\"\n---\n\
                       description: 3\n---\nb\n";
        let text = approved(pending, &approval(Some("Ann"), None));
        let expected = "---\nsource: a.rs\ndescription: \"accepted 2026-11-23 by Ann\"\n---\ndescription: 3\n---\nb\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_was_earlier_is_said_once() {
        assert_eq!(earlier("accepted 2020-01-01"), "earlier: accepted 2020-01-01");
        assert_eq!(earlier(&earlier("accepted 2020-01-01")), "earlier: accepted 2020-01-01");
    }

    #[test]
    fn a_day_is_a_day() {
        for wrong in ["", "2026-02-30", "26-01-01", "2026-1", "2026-01-01-01", "2026-+1-01", "+026-01-01", "yesterday"]
        {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        assert_eq!(Day::since_1970(20_634).to_string(), "2026-06-30");
    }

    proptest! {
        #[test]
        fn insta_reads_whatever_was_said(who in "\\PC{0,20}", why in "\\PC{0,40}") {
            let said = approval(Some(&who), Some(&why));
            let (description, contents) = read(&approved("---\nsource: a.rs\n---\nline\n", &said));
            prop_assert_eq!(description, Some(said.to_string()));
            prop_assert_eq!(contents.trim_end(), "line");
        }
    }
}
