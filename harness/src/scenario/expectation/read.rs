//! Reading an expectation: exactly one subject, and for a relay exactly one predicate.

use super::{Contact, Expectation, Glob, RelayPredicate};
use crate::scenario::mention::Mention;
use crate::scenario::reader::Node;
use crate::scenario::step::read::{name, relay_name, width};
use crate::scenario::suggest::{did_you_mean, list};
use crate::scenario::table::Table;
use brownout_trace::ResetCause;
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

/// Every subject, in the order of the reference.
pub const SUBJECTS: [&str; 9] =
    ["relay", "console", "clock", "programs", "mode", "reset", "resets", "faults", "schedule"];
/// What can be expected of a relay.
pub const PREDICATES: [&str; 4] = ["is", "stays", "edges", "never"];
const CONTACTS: [(&str, Contact); 2] = [("closed", Contact::Closed), ("open", Contact::Open)];
const EXAMPLE: &str = "`\"schedule\"` or a table such as `{ relay = \"K1\", is = \"closed\" }`";

/// An expectation.
pub(in crate::scenario) fn expectation<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let keys: Vec<&str> = match node.value {
        DeValue::String(text) if text == "schedule" => {
            reader.mention(node, Mention::Schedule);
            return Some(Expectation::Schedule { since: None });
        }
        DeValue::String(text) => {
            reader.fault(node, format!("`{text}` is not an expectation"), |fault| {
                fault.label("unknown word").help(format!("write {EXAMPLE}"))
            });
            return None;
        }
        DeValue::Table(table) => table.keys().map(|key| key.get_ref().as_ref()).collect(),
        _ => {
            reader.wrong_kind(node, &format!("an expectation, {EXAMPLE},"));
            return None;
        }
    };
    let subjects: Vec<&str> = SUBJECTS.into_iter().filter(|subject| keys.contains(subject)).collect();
    match subjects.as_slice() {
        ["relay"] => relay(reader, node),
        ["console"] => console(reader, node),
        ["clock"] => clock(reader, node),
        ["programs"] => programs(reader, node),
        ["mode"] => mode(reader, node),
        ["reset"] => reset(reader, node),
        ["resets"] => resets(reader, node),
        ["faults"] => faults(reader, node),
        ["schedule"] => schedule(reader, node),
        [] => {
            no_subject(reader, node, &keys);
            None
        }
        several => {
            let several = list(several, "and");
            reader.fault(node, format!("an expectation has exactly one subject; here are {several}"), |fault| {
                fault.label("more than one subject").help("write one `expect` step for each")
            });
            None
        }
    }
}

fn no_subject<'d>(reader: &mut Reader<'d>, node: &Node<'d>, keys: &[&str]) {
    let near = keys.iter().find(|key| crate::scenario::suggest::nearest(key, &SUBJECTS).is_some());
    let help = match near {
        Some(key) => did_you_mean(key, &SUBJECTS),
        None if keys.iter().any(|key| PREDICATES.contains(key)) => "say which relay: `relay = \"K1\"`".to_owned(),
        None => format!("name one of {}", list(&SUBJECTS, "and")),
    };
    reader.fault(node, "this expectation has no subject", |fault| fault.label("of what?").help(help));
}

fn relay<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    const KNOWN: [&str; 8] = ["relay", "is", "stays", "edges", "never", "within", "for", "since"];
    let table = reader.table(node, "a relay's expectation", &KNOWN)?;
    let relay = table.get("relay").and_then(|node| relay_name(reader, node));
    let present = table.present(&PREDICATES);
    let predicate = match present.as_slice() {
        [(word, _)] => {
            misplaced(reader, &table, word);
            predicate(reader, &table, word)
        }
        [] if !table.unknown.is_empty() => None,
        [] => {
            reader.fault(node, "this expectation has no predicate", |fault| {
                fault.label("what of the relay?").help("add one of `is`, `stays`, `edges` and `never`")
            });
            None
        }
        several => {
            let words: Vec<&str> = several.iter().map(|(word, _)| *word).collect();
            let message = format!("an expectation has exactly one predicate; here are {}", list(&words, "and"));
            reader.fault(node, message, |fault| {
                fault.label("more than one predicate").help("write one `expect` step for each")
            });
            None
        }
    };
    Some(Expectation::Relay { relay: relay?, predicate: predicate? })
}

/// Faults a window or a mark that does not go with the predicate.
fn misplaced<'d>(reader: &mut Reader<'d>, table: &Table<'d>, word: &str) {
    let (takes, looks) = match word {
        "is" => ("within", "looks at now, or forward through `within`"),
        "stays" => ("for", "looks forward through `for`"),
        _ => ("since", "looks back, to step 0 or `since` a mark"),
    };
    for (key, span) in table.present(&["within", "for", "since"]) {
        if key != takes {
            let place = Node { span, ..table.node.clone() };
            reader.fault(&place, format!("`{key}` does not go with `{word}`"), |fault| {
                fault.label("does not belong here").help(format!("`{word}` {looks}"))
            });
        }
    }
}

fn predicate<'d>(reader: &mut Reader<'d>, table: &Table<'d>, word: &str) -> Option<RelayPredicate> {
    let value = table.get(word)?.clone();
    let contact = |reader: &mut Reader<'d>| reader.word(&value, "a state of a contact", &CONTACTS);
    match word {
        "is" => {
            let contact = contact(reader);
            let within = optional(table, "within", |node| width(reader, node))?;
            Some(RelayPredicate::Is { contact: contact?, within })
        }
        "stays" => {
            let contact = contact(reader);
            let window = reader.required(table, "for", "`stays`", "\"10s\"");
            let window = window.and_then(|node| width(reader, &node));
            Some(RelayPredicate::Stays { contact: contact?, window: window? })
        }
        "edges" => {
            let count = reader.count(&value, "a number of edges", 0);
            Some(RelayPredicate::Edges { since: since(reader, table)?, count: count? })
        }
        _ => {
            let contact = contact(reader);
            Some(RelayPredicate::Never { since: since(reader, table)?, contact: contact? })
        }
    }
}

/// `Some(None)` where the key is absent, `None` where its value is at fault.
fn optional<'d, T>(table: &Table<'d>, key: &str, read: impl FnOnce(&Node<'d>) -> Option<T>) -> Option<Option<T>> {
    match table.has(key) {
        true => read(table.get(key)?).map(Some),
        false => Some(None),
    }
}

fn since<'d>(reader: &mut Reader<'d>, table: &Table<'d>) -> Option<Option<String>> {
    optional(table, "since", |node| {
        let name = name(reader, node)?;
        reader.mention(node, Mention::Since(name.clone()));
        Some(name)
    })
}

fn console<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a console expectation", &["console", "within"])?;
    let line = table.get("console").cloned();
    let line = line.and_then(|node| reader.text(&node, "a line, where `*` stands for any text,"));
    let within = reader.required(&table, "within", "a console expectation", "\"500ms\"");
    let within = within.and_then(|node| width(reader, &node));
    reader.mention(node, Mention::Console);
    Some(Expectation::Console { line: Glob::new(line?), within: within? })
}

fn clock<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a clock expectation", &["clock"])?;
    let inner = reader.table(table.get("clock")?, "`clock`", &["within"])?;
    let within = reader.required(&inner, "within", "`clock`", "\"2s\"")?;
    let within = width(reader, &within)?;
    reader.mention(node, Mention::Clock);
    Some(Expectation::Clock { within })
}

fn programs<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a programs expectation", &["programs"])?;
    reader.word(table.get("programs")?, "a state of the programmes", &[("kept", ())])?;
    Some(Expectation::ProgramsKept)
}

fn mode<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a mode expectation", &["mode"])?;
    crate::scenario::step::read::mode(reader, table.get("mode")?).map(Expectation::Mode)
}

fn resets<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a resets expectation", &["resets", "since"])?;
    let count = table.get("resets").cloned().and_then(|node| reader.count(&node, "a number of resets", 0));
    let since = since(reader, &table)?;
    Some(Expectation::Resets { count: count?, since })
}

fn faults<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a faults expectation", &["faults", "since"])?;
    let none =
        table.get("faults").and_then(|node| reader.word(node, "what can be expected of faults", &[("none", ())]));
    let since = since(reader, &table)?;
    none.map(|()| Expectation::NoFaults { since })
}

fn reset<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a reset expectation", &["reset"])?;
    let causes = ResetCause::ALL.map(|(cause, name)| (name, cause));
    reader.word(table.get("reset")?, "a cause of a reset", &causes).map(Expectation::Reset)
}

fn schedule<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a schedule expectation", &["schedule"])?;
    let inner = reader.table(table.get("schedule")?, "`schedule`", &["since"])?;
    reader.mention(node, Mention::Schedule);
    Some(Expectation::Schedule { since: since(reader, &inner)? })
}
