//! Reading an expectation: exactly one subject, and for a relay exactly one predicate.

use super::{Contact, Expectation, Glob, RelayPredicate};
use crate::scenario::mention::Mention;
use crate::scenario::place::{Lookback, lookback};
use crate::scenario::reader::Node;
use crate::scenario::step::read::{relay_name, width};
use crate::scenario::suggest::{did_you_mean, list};
use crate::scenario::table::Table;
use brownout_trace::{Ppm, ResetCause};
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

/// Every subject, in the order of the reference.
pub const SUBJECTS: [&str; 9] =
    ["relay", "console", "clock", "programs", "mode", "reset", "resets", "faults", "schedule"];
/// What can be expected of a relay.
pub const PREDICATES: [&str; 9] = ["is", "stays", "edges", "never", "pulse", "bounce", "chatter", "operate", "release"];
pub(in crate::scenario) const CONTACTS: [(&str, Contact); 2] = [("closed", Contact::Closed), ("open", Contact::Open)];
const EXAMPLE: &str = "`\"schedule\"` or a table such as `{ relay = \"K1\", is = \"closed\" }`";

/// An expectation.
pub(in crate::scenario) fn expectation<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let keys: Vec<&str> = match node.value {
        DeValue::String(text) if text == "schedule" => {
            reader.mention(node, Mention::Schedule);
            return Some(Expectation::Schedule { back: Lookback::default(), error: None, drift: None });
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
    let known = [&["relay"], &PREDICATES[..], &WINDOWS].concat();
    let table = reader.table(node, "a relay's expectation", &known)?;
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
                fault.label("what of the relay?").help(format!("add one of {}", list(&PREDICATES, "and")))
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

/// The keys that say when or how far.
const WINDOWS: [&str; 5] = ["within", "for", "tolerance", "since", "before"];

/// Faults a window or a place that does not go with the predicate.
fn misplaced<'d>(reader: &mut Reader<'d>, table: &Table<'d>, word: &str) {
    let (takes, looks): (&[&str], _) = match word {
        "is" => (&["within"], "looks at now, or forward through `within`"),
        "stays" => (&["for"], "looks forward through `for`"),
        "pulse" => (&["tolerance", "since", "before"], "looks back, to step 0 or `since` a place, `before` another"),
        _ => (&["since", "before"], "looks back, to step 0 or `since` a place, `before` another"),
    };
    for (key, span) in table.present(&WINDOWS) {
        if !takes.contains(&key) {
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
            Some(RelayPredicate::Edges { back: lookback(reader, table)?, count: count? })
        }
        "never" => {
            let contact = contact(reader);
            Some(RelayPredicate::Never { back: lookback(reader, table)?, contact: contact? })
        }
        "pulse" => pulse(reader, table, &value),
        "bounce" => {
            let limit = width(reader, &value);
            Some(RelayPredicate::Bounce { back: lookback(reader, table)?, limit: limit? })
        }
        "chatter" => {
            let never = reader.word(&value, "how often", &[("never", ())]);
            let back = lookback(reader, table)?;
            never.map(|()| RelayPredicate::Steady { back })
        }
        _ => {
            let contact = if word == "operate" { Contact::Closed } else { Contact::Open };
            let limit = width(reader, &value);
            let back = lookback(reader, table)?;
            if back.since.is_none() {
                reader.mention(&value, Mention::Schedule);
            }
            Some(RelayPredicate::Delay { contact, limit: limit?, back })
        }
    }
}

fn pulse<'d>(reader: &mut Reader<'d>, table: &Table<'d>, value: &Node<'d>) -> Option<RelayPredicate> {
    let length = width(reader, value);
    let place = reader.required(table, "tolerance", "`pulse`", "\"20ms\"");
    let tolerance = place.as_ref().and_then(|node| width(reader, node));
    let back = lookback(reader, table)?;
    let (length, tolerance, place) = (length?, tolerance?, place?);
    if tolerance >= length {
        reader.fault(&place, format!("a pulse of {length} may be off by {tolerance}"), |fault| {
            fault.label("as long as the pulse itself").help("write a `tolerance` shorter than the pulse")
        });
        return None;
    }
    Some(RelayPredicate::Pulse { width: length, tolerance, back })
}

/// `Some(None)` where the key is absent, `None` where its value is at fault.
pub(in crate::scenario) fn optional<'d, T>(
    table: &Table<'d>,
    key: &str,
    read: impl FnOnce(&Node<'d>) -> Option<T>,
) -> Option<Option<T>> {
    match table.has(key) {
        true => read(table.get(key)?).map(Some),
        false => Some(None),
    }
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
    let inner = reader.table(table.get("clock")?, "`clock`", &["within", "over"])?;
    let within = reader.required(&inner, "within", "`clock`", "\"2s\"")?;
    let within = width(reader, &within)?;
    let over = optional(&inner, "over", |node| width(reader, node))?;
    reader.mention(node, Mention::Clock);
    Some(Expectation::Clock { within, over })
}

fn programs<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a programs expectation", &["programs", "over"])?;
    reader.word(table.get("programs")?, "a state of the programmes", &[("kept", ())])?;
    let over = optional(&table, "over", |node| width(reader, node))?;
    Some(Expectation::ProgramsKept { over })
}

fn mode<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a mode expectation", &["mode"])?;
    crate::scenario::step::read::mode(reader, table.get("mode")?).map(Expectation::Mode)
}

fn resets<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a resets expectation", &["resets", "since", "before"])?;
    let count = table.get("resets").cloned().and_then(|node| reader.count(&node, "a number of resets", 0));
    let back = lookback(reader, &table)?;
    Some(Expectation::Resets { count: count?, back })
}

fn faults<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a faults expectation", &["faults", "since", "before"])?;
    let none =
        table.get("faults").and_then(|node| reader.word(node, "what can be expected of faults", &[("none", ())]));
    let back = lookback(reader, &table)?;
    none.map(|()| Expectation::NoFaults { back })
}

fn reset<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a reset expectation", &["reset"])?;
    let causes = ResetCause::ALL.map(|(cause, name)| (name, cause));
    reader.word(table.get("reset")?, "a cause of a reset", &causes).map(Expectation::Reset)
}

fn schedule<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Expectation> {
    let table = reader.table(node, "a schedule expectation", &["schedule"])?;
    let inner = reader.table(table.get("schedule")?, "`schedule`", &["since", "before", "error", "drift"])?;
    reader.mention(node, Mention::Schedule);
    let error = optional(&inner, "error", |node| width(reader, node));
    let drift = optional(&inner, "drift", |node| {
        let drift: Ppm = reader.quantity(node, &["20ppm"])?;
        if drift.0 <= 0.0 {
            reader.fault(node, "no clock is exact", |fault| fault.label("must be more than zero"));
            return None;
        }
        Some(drift)
    });
    if let [_, (_, second)] = inner.present(&["error", "drift"]).as_slice() {
        let place = Node { span: second.clone(), ..inner.node.clone() };
        reader.fault(&place, "`schedule` has one limit at a time", |fault| {
            fault.label("`error` and `drift`").help("write one `expect` step for each")
        });
    }
    let back = lookback(reader, &inner);
    Some(Expectation::Schedule { back: back?, error: error?, drift: drift? })
}
