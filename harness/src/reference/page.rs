//! The language reference: what of `scenarios/README.md` is written from the tables.

use super::kind::{Key, Kind, Table};
use super::scenario::{BOARD, COMPLAINTS, FILE, PREDICATES, STEPS, Word};
use std::fmt::Write;

/// What stands round every example.
pub const FRAME: [&str; 2] = [
    "title  = \"An example\"\nwhy    = \"The reference shows it.\"\ncovers = [\"weekly-program\"]\nsteps  = [\n",
    "]\n\n[board]\nclock    = \"Mon 12:00:00\"\n\
     programs = [{ days = \"Mon-Fri\", on = \"08:00:00\", off = \"18:00:00\" }]\n",
];

/// The shared list that the example of `include` names, beside it as `restart.steps.toml`.
pub const SHARED: &str = "steps = [{ cut = \"1s\" }, { wait = \"2s\" }]\n";

/// An example as a whole file.
pub fn example(word: &Word) -> String {
    let [above, below] = FRAME;
    format!("{above}{}{below}", indented(word.example))
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

/// Everything below the line that says that the rest is written from here.
pub fn text() -> String {
    let mut page = String::new();
    // A string takes all that is written to it.
    let _ = written(&mut page);
    page
}

fn written(page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n## The file\n")?;
    keys(page, &FILE)?;
    writeln!(page, "\n`[board]`:\n")?;
    keys(page, &BOARD)?;
    let [above, below] = FRAME;
    writeln!(page, "\nEvery example below stands in this file, which passes on the virtual rig:\n")?;
    writeln!(page, "```toml\n{above}  # the example\n{below}```")?;
    writeln!(page, "\n`restart.steps.toml` beside it is `{}`; `next.elf` is a copy of the firmware.", SHARED.trim())?;
    writeln!(page, "\n## Steps")?;
    words(page, STEPS)?;
    writeln!(page, "\n## Predicates\n\nOne of these stands behind `expect`.")?;
    words(page, PREDICATES)?;
    complaints(page)
}

fn words(page: &mut String, words: &[Word]) -> std::fmt::Result {
    for word in words {
        writeln!(page, "\n### `{}`\n\n{}\n\n**In time.** {}\n", word.word, word.says, word.time)?;
        writeln!(page, "Takes {}.\n", kind(&word.kind))?;
        for (n, table) in tables(&word.kind).into_iter().enumerate() {
            if n > 0 {
                writeln!(page, "Its `{}`:\n", table.name)?;
            }
            keys(page, table)?;
            writeln!(page)?;
        }
        writeln!(page, "```toml\n{}```", indented(word.example))?;
    }
    Ok(())
}

fn complaints(page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n## Which words show what people complain of\n\n| `covers` | words |\n| --- | --- |")?;
    for (id, words) in COMPLAINTS {
        let words = if words.is_empty() { "needs a board with a network" } else { words };
        writeln!(page, "| {id} | {words} |")?;
    }
    Ok(())
}

fn keys(page: &mut String, table: &Table) -> std::fmt::Result {
    writeln!(page, "| key | takes | |\n| --- | --- | --- |")?;
    for Key { name, needed, kind: value, says } in table.keys {
        let optional = if *needed { "" } else { " (optional)" };
        writeln!(page, "| `{name}`{optional} | {} | {says} |", kind(value))?;
    }
    Ok(())
}

/// The tables that need a list of their keys below a word's section; those in them after them, each once.
fn tables(kind: &Kind) -> Vec<&'static Table> {
    let mut found: Vec<&'static Table> = Vec::new();
    collect(kind, &mut found);
    found
}

fn collect(kind: &Kind, found: &mut Vec<&'static Table>) {
    match kind {
        Kind::Table(table) if !found.iter().any(|known| known.name == table.name) => {
            found.push(table);
            table.keys.iter().for_each(|key| collect(&key.kind, found));
        }
        Kind::List(item, _) => collect(item, found),
        Kind::Either(kinds) => kinds.iter().for_each(|kind| collect(kind, found)),
        _ => {}
    }
}

/// A kind in words.
fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Form(form) => format!("a {}, `\"{}\"`", form.name, form.example),
        Kind::Words(words) if words.len() > 12 => "one of the list at the end".to_owned(),
        Kind::Words(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        Kind::Count(..) => "a whole number".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::List(item, _) => format!("a list: {}", self::kind(item)),
        Kind::Table(table) => {
            let keys: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
            format!("`{{ {} }}`", keys.join(", "))
        }
        Kind::Any(kind) => format!("a table of names, each with {}", self::kind(kind)),
        Kind::Steps => "a list of steps".to_owned(),
        Kind::Expectation => "a predicate".to_owned(),
        Kind::Figure(form) => {
            format!("a {0}, `\"{1}\"`, alone or with a tolerance, `\"{1} ±20%\"`", form.name, form.example)
        }
        Kind::Either(kinds) => kinds.iter().map(self::kind).collect::<Vec<_>>().join(" or "),
        Kind::Choice([]) => "values".to_owned(),
        Kind::Choice(choices) => {
            let choices = choices.iter().map(|(word, kind)| match kind {
                Some(kind) => format!("`{{ {word} }}` with {}", self::kind(kind)),
                None => format!("`\"{word}\"`"),
            });
            choices.collect::<Vec<_>>().join(" or ")
        }
    }
}
