//! One session of reviewing: what is shown, and what each key does.

use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::terminal::{Key, Keys};
use crate::runner::log::with_causes;
use crate::show::Look;
use crate::show::beside::beside;
use crate::show::paint::Tint;
use crate::show::words::printable;
use crate::snapshot::approval::Approval;
use crate::snapshot::pending::{self, PendingError};
use crate::snapshot::{diff, store};
use std::path::{Path, PathBuf};

/// Two texts side by side need so many columns.
const SIDE_BY_SIDE: usize = 100;
/// The narrowest terminal that anything is laid out for.
const NARROWEST: usize = 40;
/// A line of why is no longer.
const LONGEST_WHY: usize = 200;
const KEYS: &str = "a accept  r reject  s skip  A accept all left  R reject all left  w why  q quit";

/// A session.
pub struct Session<'s> {
    output: &'s mut Output,
    keys: &'s mut dyn Keys,
    look: Look,
    approval: Approval,
    /// Whether a why was given or asked for: once is enough, since one sitting mostly has one reason.
    asked: bool,
    accepted: usize,
    rejected: usize,
    failed: bool,
}

/// What a key decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    Skip,
    AcceptAll,
    RejectAll,
    Quit,
}

impl<'s> Session<'s> {
    /// With an approval that a why may be asked for.
    pub fn new(output: &'s mut Output, keys: &'s mut dyn Keys, approval: Approval) -> Self {
        let look = output.data_look;
        let asked = approval.why.is_some();
        Self { output, keys, look, approval, asked, accepted: 0, rejected: 0, failed: false }
    }

    /// Goes through these pending snapshots, to the end or until it is quit.
    pub fn run(mut self, found: &[PathBuf]) -> Exit {
        for (number, path) in found.iter().enumerate() {
            self.show(path, number + 1, found.len());
            match self.decide() {
                Decision::Accept => self.accept(path),
                Decision::Reject => self.reject(path),
                Decision::Skip => {}
                Decision::AcceptAll => {
                    found[number..].iter().for_each(|path| self.accept(path));
                    break;
                }
                Decision::RejectAll => {
                    found[number..].iter().for_each(|path| self.reject(path));
                    break;
                }
                Decision::Quit => break,
            }
        }
        let left = found.len().saturating_sub(self.accepted + self.rejected);
        self.output.talk(&format!("{} accepted, {} rejected, {left} still pending", self.accepted, self.rejected));
        if self.failed { Exit::Usage } else { Exit::Fine }
    }

    fn show(&mut self, path: &Path, number: usize, of: usize) {
        self.look.width = self.keys.columns().unwrap_or(self.look.width).max(NARROWEST);
        let look = self.look;
        let stored = store::read(path);
        let text = stored.as_ref().ok().and_then(Option::as_ref).map_or("", |stored| stored.text.as_str());
        let mut head = text.lines();
        let (title, id) = (head.next().unwrap_or("no title"), head.next().unwrap_or("no id"));
        let head = format!("──── {number} of {of}: {} ", printable(id));
        let rule = "─".repeat(look.width.saturating_sub(head.chars().count()));
        self.output.data("");
        self.output.data(&look.paint(Tint::Strong, &format!("{head}{rule}")));
        self.output.data(&format!("\"{}\"", printable(title)));
        self.output.data(&path.display().to_string());
        let approved = store::read(&pending::approved_file(path));
        let shown = match (&stored, &approved) {
            (Err(why), _) => format!("this is no snapshot, and cannot be accepted: {why}\n"),
            (Ok(_), Err(why)) => {
                format!("changed; the approved snapshot cannot be read: {why}\n\n{}", diff::new(text, look))
            }
            (Ok(_), Ok(None)) => format!("new: nothing was approved yet\n\n{}", diff::new(text, look)),
            (Ok(_), Ok(Some(before))) => {
                let by = before.description.as_deref().map_or("nobody said who accepted it".to_owned(), printable);
                let difference = match look.width >= SIDE_BY_SIDE {
                    true => beside((&before.text, "approved"), (text, "now"), look),
                    false => diff::changed(&before.text, text, look),
                };
                format!("changed; approved before: {by}\n\n{difference}")
            }
        };
        self.output.data(&shown);
    }

    fn decide(&mut self) -> Decision {
        self.output.data(&self.look.paint(Tint::Faint, KEYS));
        loop {
            let decision = match self.keys.key() {
                Key::Char('a') => Decision::Accept,
                Key::Char('r') => Decision::Reject,
                Key::Char('s') => Decision::Skip,
                Key::Char('A') => Decision::AcceptAll,
                Key::Char('R') => Decision::RejectAll,
                Key::Char('w') => {
                    self.ask();
                    continue;
                }
                Key::Char('q') | Key::Quit => Decision::Quit,
                _ => continue,
            };
            let accepts = matches!(decision, Decision::Accept | Decision::AcceptAll);
            // Who takes the question back has not accepted.
            if accepts && !self.asked && !self.ask() {
                continue;
            }
            return decision;
        }
    }

    /// Asks for a line of why, for this snapshot and those after it; whether it was answered, be it by nothing.
    fn ask(&mut self) -> bool {
        self.output.echo("why is it right? (one line for what you accept from here on; Enter alone for none) ");
        let mut line = String::new();
        loop {
            match self.keys.key() {
                Key::Char(c) if line.chars().count() < LONGEST_WHY => {
                    line.push(c);
                    self.output.echo(&c.to_string());
                }
                Key::Backspace if line.pop().is_some() => self.output.echo("\u{8} \u{8}"),
                Key::Enter => break,
                Key::Quit => {
                    self.output.echo("\n");
                    return false;
                }
                _ => {}
            }
        }
        self.output.echo("\n");
        self.approval.why = Some(line).filter(|line| !line.trim().is_empty());
        self.asked = true;
        true
    }

    fn accept(&mut self, path: &Path) {
        let done = pending::accept(path, &self.approval);
        self.accepted += usize::from(done.is_ok());
        self.told(done, "accepted");
    }

    fn reject(&mut self, path: &Path) {
        let done = pending::reject(path).map(|()| path.to_owned());
        self.rejected += usize::from(done.is_ok());
        self.told(done, "rejected");
    }

    fn told(&mut self, done: Result<PathBuf, PendingError>, word: &str) {
        match done {
            Ok(file) => self.output.data(&format!("{word} {}", file.display())),
            Err(error) => {
                self.output.error(&with_causes(&error));
                self.failed = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::fs;

    struct Typed(VecDeque<Key>);

    impl Keys for Typed {
        fn key(&mut self) -> Key {
            self.0.pop_front().unwrap_or(Key::Quit)
        }

        fn columns(&self) -> Option<usize> {
            None
        }
    }

    fn typed(text: &str) -> Typed {
        let key = |c| match c {
            '\n' => Key::Enter,
            '<' => Key::Backspace,
            '^' => Key::Quit,
            '?' => Key::Other,
            c => Key::Char(c),
        };
        Typed(text.chars().map(key).collect())
    }

    /// Three pending snapshots, `a` with an approved one; what the keys leave: names, and who said what.
    fn after(keys: &str, why: Option<&str>) -> (Exit, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let head = "---\nsource: x.rs\n---\n";
        for name in ["a", "b", "c"] {
            fs::write(dir.path().join(format!("{name}.snap.new")), format!("{head}Title\n{name}\n\nnew\n")).unwrap();
        }
        fs::write(dir.path().join("a.snap"), format!("{head}Title\na\n\nold\n")).unwrap();
        let found: Vec<PathBuf> = ["a", "b", "c"].map(|name| dir.path().join(format!("{name}.snap.new"))).into();
        let mut output = Output::plain(Box::new(std::io::sink()), Box::new(std::io::sink()));
        let mut keys = typed(keys);
        let approval = Approval { date: "2026-11-23".parse().unwrap(), who: None, why: why.map(str::to_owned) };
        let exit = Session::new(&mut output, &mut keys, approval).run(&found);
        let mut left: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let stored = store::read(&path).unwrap().unwrap();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let word = stored.text.lines().last().unwrap_or_default().to_owned();
                let said = stored.description.map(|said| said.replace("accepted 2026-11-23", "!")).unwrap_or_default();
                format!("{name} {word} {said}").trim_end().to_owned()
            })
            .collect();
        left.sort();
        (exit, left)
    }

    #[test]
    fn each_key_does_what_it_says() {
        for (keys, why, expected) in [
            ("a\nrs", None, &["a.snap new !", "c.snap.new new"][..]),
            ("q", None, &["a.snap old", "a.snap.new new", "b.snap.new new", "c.snap.new new"]),
            ("^", None, &["a.snap old", "a.snap.new new", "b.snap.new new", "c.snap.new new"]),
            ("sR", None, &["a.snap old", "a.snap.new new"]),
            ("rA\n", None, &["a.snap old", "b.snap new !", "c.snap new !"]),
            // Asked once, unless it is said anew; what was typed can be mended.
            ("afasty<er\naq", None, &["a.snap new !: faster", "b.snap new !: faster", "c.snap.new new"]),
            ("aone\nwtwo\naq", None, &["a.snap new !: one", "b.snap new !: two", "c.snap.new new"]),
            ("aaq", Some("given"), &["a.snap new !: given", "b.snap new !: given", "c.snap.new new"]),
            // Taken back at the question, then skipped; and keys that mean nothing.
            ("ax^s?zq", None, &["a.snap old", "a.snap.new new", "b.snap.new new", "c.snap.new new"]),
        ] {
            let (exit, left) = after(keys, why);
            assert_eq!(
                (exit, &left[..]),
                (Exit::Fine, expected.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice()),
                "{keys}"
            );
        }
    }
}
