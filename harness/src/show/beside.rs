//! Two texts side by side, line by line, the words that differ marked: by colour, or in brackets without.

use super::paint::{Look, Tint};
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

/// A text of so many lines is shown whole; of a longer one only the changes, with a few lines round each.
const WHOLE: usize = 60;
/// Unchanged lines shown round each change of a longer text.
const CONTEXT: usize = 3;
/// More rows than these nobody reads.
const MOST: usize = 400;
/// A line that is too long goes on below, so far in.
const INDENT: usize = 6;

/// A line in pieces: whether each differs, and its text.
type Pieces = Vec<(bool, String)>;

/// The old text on the left and the new one on the right, under their names. Between them, as `diff -y` has it: `|`
/// changed, `<` only on the left, `>` only on the right. Fills `look.width` columns.
pub fn beside((old, old_name): (&str, &str), (new, new_name): (&str, &str), look: Look) -> String {
    let (old, new) = (format!("{}\n", old.trim_end()), format!("{}\n", new.trim_end()));
    let width = look.width.saturating_sub(3) / 2;
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(&old, &new);
    let (lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let context = if lines.len().max(new_lines.len()) <= WHOLE { WHOLE } else { CONTEXT };
    let mut rows = vec![row(&[(false, old_name.to_owned())], ' ', &[(false, new_name.to_owned())], width, look)];
    rows.push("─".repeat(look.width));
    for (number, hunk) in diff.grouped_ops(context).iter().enumerate() {
        if number > 0 {
            rows.push(format!("{}…", " ".repeat(width + 1)));
        }
        for op in hunk {
            pair(op, &lines, &new_lines, |left, sign, right| rows.push(row(left, sign, right, width, look)));
        }
    }
    if rows.len() > MOST {
        let more = rows.len() - MOST;
        rows.truncate(MOST);
        rows.push(format!("… and {more} more rows"));
    }
    rows.iter().map(|row| format!("{}\n", row.trim_end())).collect()
}

/// Hands over the rows of one operation.
fn pair(op: &DiffOp, old: &[&str], new: &[&str], mut row: impl FnMut(&[(bool, String)], char, &[(bool, String)])) {
    let (mut left, mut right) = (old[op.old_range()].iter(), new[op.new_range()].iter());
    let is_equal = op.tag() == similar::DiffTag::Equal;
    let whole = |line: &str, differs: bool| vec![(differs, plain(line))];
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (Some(old), Some(new)) if is_equal => row(&whole(old, false), ' ', &whole(new, false)),
            (Some(old), Some(new)) => {
                let (old, new) = words(&plain(old), &plain(new));
                row(&old, '|', &new);
            }
            (Some(old), None) => row(&whole(old, true), '<', &[]),
            (None, Some(new)) => row(&[], '>', &whole(new, true)),
        }
    }
}

/// Two lines with the words marked that the other has not.
fn words(old: &str, new: &str) -> (Pieces, Pieces) {
    let diff = TextDiff::configure().diff_words(old, new);
    let (mut left, mut right) = (Pieces::new(), Pieces::new());
    for change in diff.iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                add(&mut left, false, text);
                add(&mut right, false, text);
            }
            ChangeTag::Delete => add(&mut left, true, text),
            ChangeTag::Insert => add(&mut right, true, text),
        }
    }
    (joined(left), joined(right))
}

/// A space between two words that differ differs with them.
fn joined(pieces: Pieces) -> Pieces {
    let is_between = |place: usize| {
        let differs = |place: Option<usize>| place.and_then(|place| pieces.get(place)).is_some_and(|piece| piece.0);
        differs(place.checked_sub(1)) && differs(Some(place + 1)) && pieces[place].1.trim().is_empty()
    };
    let mut all = Pieces::new();
    for (place, (differs, text)) in pieces.iter().enumerate() {
        add(&mut all, *differs || is_between(place), text);
    }
    all
}

fn add(pieces: &mut Pieces, differs: bool, text: &str) {
    match pieces.last_mut() {
        Some((last, piece)) if *last == differs => piece.push_str(text),
        _ => pieces.push((differs, text.to_owned())),
    }
}

/// One row, on as many lines as its longer side needs.
fn row(left: &[(bool, String)], sign: char, right: &[(bool, String)], width: usize, look: Look) -> String {
    let (left, right) = (wrap(left, width, look), wrap(right, width, look));
    let empty = Vec::new();
    let lines = (0..left.len().max(right.len()).max(1)).map(|line| {
        let (left, right) = (left.get(line).unwrap_or(&empty), right.get(line).unwrap_or(&empty));
        let room = " ".repeat(width.saturating_sub(left.len()));
        let (left, right) = (painted(left, Tint::Bad, look), painted(right, Tint::Good, look));
        format!("{left}{room} {sign} {right}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A side's characters, each with whether it differs, in lines of at most `width`.
fn wrap(pieces: &[(bool, String)], width: usize, look: Look) -> Vec<Vec<(char, bool)>> {
    let mut all: Vec<(char, bool)> = Vec::new();
    for (differs, text) in pieces {
        let in_brackets = *differs && !look.colour;
        all.extend(in_brackets.then_some(('[', true)));
        all.extend(text.chars().map(|c| (c, *differs)));
        all.extend(in_brackets.then_some((']', true)));
    }
    let mut lines = Vec::new();
    let mut rest = &all[..];
    let mut indent = 0;
    while rest.len() + indent > width {
        let room = width - indent;
        // At a space, unless that would leave half of the line empty.
        let space = rest[..room].iter().rposition(|(c, _)| *c == ' ').filter(|at| *at > room / 2);
        let end = space.map_or(room, |at| at + 1);
        lines.push(line(indent, &rest[..end]));
        rest = &rest[end..];
        indent = INDENT.min(width / 2);
    }
    lines.push(line(indent, rest));
    lines
}

fn line(indent: usize, text: &[(char, bool)]) -> Vec<(char, bool)> {
    std::iter::repeat_n((' ', false), indent).chain(text.iter().copied()).collect()
}

fn painted(line: &[(char, bool)], tint: Tint, look: Look) -> String {
    let runs = line.chunk_by(|one, next| one.1 == next.1).map(|run| {
        let text: String = run.iter().map(|(c, _)| *c).collect();
        if run[0].1 { look.paint(tint, &text) } else { text }
    });
    runs.collect()
}

/// Nothing in a file moves the cursor.
fn plain(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str =
        "Title\npower/noon\n\n- K1 is closed within 2s\n    closed after 120ms\n- gone\n    open\n\nK1: open\n";
    const NEW: &str =
        "Title\npower/noon\n\n- K1 is closed within 1s\n    closed after 137ms\n\nK1: open, closed\ncriterion: A\n";

    fn shown(old: &str, new: &str, look: Look) -> String {
        beside((old, "approved"), (new, "now"), look)
    }

    #[test]
    fn words_that_differ_are_marked() {
        insta::assert_snapshot!(shown(OLD, NEW, Look::PLAIN));
    }

    #[test]
    fn with_colours_nothing_needs_brackets() {
        let text = shown("a 1 b\n", "a 2 b\n", Look { colour: true, ..Look::PLAIN });
        assert!(text.contains("a \u{1b}[1;31m1\u{1b}[0m b") && text.contains("a \u{1b}[32m2\u{1b}[0m b"), "{text}");
        assert!(!text.contains('['.to_string().repeat(2).as_str()), "{text}");
    }

    #[test]
    fn a_long_line_goes_on_below_inside_its_column() {
        let long = "word ".repeat(40);
        let text = shown(&long, &format!("{long}more"), Look { width: 60, ..Look::PLAIN });
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(shown("x", &"y".repeat(500), Look { width: 40, ..Look::PLAIN }).lines().count() > 20);
    }

    #[test]
    fn a_long_text_shows_its_changes_and_no_control_character() {
        let old: String = (0..1_000).map(|n| format!("line {n}\n")).collect();
        let text = shown(&old, &old.replace("line 500\n", "li\u{1b}[2Jne 500\n"), Look::PLAIN);
        assert!(text.lines().count() < 12 && !text.contains('\u{1b}'), "{text}");
        let other: String = (0..1_000).map(|n| format!("other {n}\n")).collect();
        assert!(shown(&old, &other, Look::PLAIN).ends_with("more rows\n"));
    }
}
