//! What changed, as lines taken away and lines added. Our own and not insta's: parallel cases would interleave theirs.

use crate::show::Look;
use crate::show::paint::Tint;
use similar::{ChangeTag, TextDiff};

/// Unchanged lines shown round each change.
const CONTEXT: usize = 3;
/// More lines than these tell no more.
const LONGEST: usize = 60;

/// An approved text and what the case looks like now.
pub fn changed(approved: &str, text: &str, look: Look) -> String {
    let (approved, text) = (format!("{}\n", approved.trim_end()), format!("{}\n", text.trim_end()));
    let diff = TextDiff::from_lines(&approved, &text);
    let mut lines = vec![format!("  {} approved  {} now", look.paint(Tint::Bad, "-"), look.paint(Tint::Good, "+"))];
    for (number, hunk) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            lines.push("    …".to_owned());
        }
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            lines.push(match change.tag() {
                ChangeTag::Delete => look.paint(Tint::Bad, &format!("  - {line}")),
                ChangeTag::Insert => look.paint(Tint::Good, &format!("  + {line}")),
                ChangeTag::Equal => format!("    {line}"),
            });
        }
    }
    cut(lines)
}

/// A text that nothing was approved for.
pub fn new(text: &str, look: Look) -> String {
    cut(text.trim_end().lines().map(|line| look.paint(Tint::Good, &format!("  + {line}"))).collect())
}

fn cut(mut lines: Vec<String>) -> String {
    if lines.len() > LONGEST {
        let more = lines.len() - LONGEST;
        lines.truncate(LONGEST);
        lines.push(format!("    … and {more} more lines"));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_went_and_what_came() {
        let text = changed("a\nb\nc", "a\nB\nc\n", Look::PLAIN);
        assert_eq!(text, "  - approved  + now\n    a\n  - b\n  + B\n    c\n");
        assert_eq!(new("a\n\nb\n", Look::PLAIN), "  + a\n  +\n  + b\n");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = new(&"x\n".repeat(1_000), Look::PLAIN);
        assert_eq!(text.lines().count(), LONGEST + 1);
        assert!(text.ends_with("… and 940 more lines\n"));
    }
}
