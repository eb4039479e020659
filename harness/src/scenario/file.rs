//! One scenario file: its text, its TOML, and its typed cases.

use super::board::{Arrangement, board};
use super::covers;
use super::error::{Fault, Faults, Source};
use super::matrix::{Matrix, value_text};
use super::mention::Mention;
use super::reader::{Node, Raw, Reader};
use super::shared::Shared;
use super::span::Spanned;
use super::step::Step;
use super::steps::{Lists, steps};
use super::subset;
use super::suggest::nearest;
use brownout_trace::Volts;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A scenario file, read. Nothing in it was checked against a board yet.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// `title`: one line.
    pub title: String,
    /// `why`: the complaint or the rule behind it.
    pub why: String,
    /// `covers`: complaints of DOMAIN.md and standards.
    pub covers: Vec<String>,
    /// `trace-snapshot`: whether every event is compared with what was approved, on a virtual bench.
    pub trace_snapshot: bool,
    /// `supply`: the nominal supplies that its figures are for; empty: any.
    pub supply: Vec<Volts>,
    /// Its cases, the first matrix key varying slowest.
    pub cases: Vec<Choice>,
    /// The files that it includes, directly and by way of others.
    pub included: Vec<Source>,
}

/// One choice from the matrix, read.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Key and value as they stand in the id, in file order.
    pub choice: Vec<(String, String)>,
    /// What is arranged; `None` without `[board]`.
    pub board: Option<Arrangement>,
    /// What `[board]` mentions.
    pub arranged: Vec<Spanned<Mention>>,
    /// The steps.
    pub steps: Vec<ReadStep>,
}

/// A step with what it mentions.
#[derive(Debug, Clone)]
pub struct ReadStep {
    /// The step; its place is its table, in `source`.
    pub step: Spanned<Step>,
    /// The file it stands in: the scenario's own, or one that it includes.
    pub source: Source,
    /// What only a board or the order of steps can confirm.
    pub mentions: Vec<Spanned<Mention>>,
}

/// The keys of a file, in the order they are written.
const KEYS: [&str; 8] = ["title", "why", "covers", "supply", "trace-snapshot", "steps", "board", "matrix"];

/// Those that nobody means below `[matrix]`. Its names are the author's own: `supply` may be one.
const NO_NAMES: [&str; 7] = ["title", "why", "covers", "trace-snapshot", "steps", "board", "matrix"];

/// The most text that one file may unfold to, over all its cases, in bytes.
const MOST_TEXT: usize = 16 << 20;

/// More faults than this help nobody.
pub(crate) const MOST_FAULTS: usize = 50;

/// The most steps of all cases of one file.
const MOST_STEPS: usize = 500_000;

/// Reads a scenario's text, and the files that it includes. Every fault is found that can be, in the order of their
/// places.
pub fn parse(source: &Source) -> Result<Scenario, Faults> {
    let faults = document_faults(source);
    if !faults.is_empty() {
        return Err(sorted(source, faults));
    }
    let (document, _) = DeTable::parse_recoverable(&source.text);
    let (shared, faults) = Shared::load(source, document.get_ref());
    if !faults.is_empty() {
        return Err(sorted(source, faults));
    }
    let documents: Vec<DeTable<'_>> =
        shared.sources.iter().map(|source| DeTable::parse_recoverable(&source.text).0.into_inner()).collect();
    let lists = Lists { shared: &shared, documents: &documents };
    let mut top = Top::new(source, document.get_ref(), &lists);
    let scenario = top.read();
    match top.reader.faults.is_empty() {
        true => scenario.ok_or_else(Faults::default),
        false => Err(sorted(source, top.reader.faults)),
    }
}

/// What keeps a text from being TOML 1.0.
pub(super) fn document_faults(source: &Source) -> Vec<Fault> {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    match errors.is_empty() {
        true => subset::faults(source, document.get_ref()),
        false => errors.iter().take(MOST_FAULTS).map(|error| malformed(source, error)).collect(),
    }
}

/// What the TOML parser says, in our shape.
fn malformed(source: &Source, error: &toml::de::Error) -> Fault {
    let end = source.text.len();
    let span = error.span().unwrap_or(end..end);
    let words = source.text.get(span.clone()).unwrap_or_default();
    let (message, label, help) = match error.message() {
        message if message.contains("must be quoted") => (
            format!("not TOML: `{words}` must stand in quotes"),
            "a text without quotes",
            "times, durations and voltages are texts too",
        ),
        message => (
            format!("not TOML: {message}"),
            "here",
            match message.contains("duplicate key") {
                true => "a key stands once in a table; keep one of them",
                false => "scenario files are TOML 1.0",
            },
        ),
    };
    Fault::new(source, span, message).label(label).help(help)
}

/// In file order, the scenario's own file first, each once, not more than anybody reads.
fn sorted(own: &Source, mut faults: Vec<Fault>) -> Faults {
    faults.sort_by_key(|fault| (fault.file() != &*own.name, fault.file().to_owned(), fault.span().start));
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(same(fault)));
    faults.truncate(MOST_FAULTS);
    Faults(faults)
}

/// What two faults have in common that need telling once.
pub(crate) fn same(fault: &Fault) -> (String, Range<usize>, String) {
    (fault.file().to_owned(), fault.span(), fault.message().to_owned())
}

/// The top of a file.
struct Top<'d> {
    table: &'d DeTable<'d>,
    reader: Reader<'d, Mention>,
    lists: &'d Lists<'d>,
}

impl<'d> Top<'d> {
    fn new(source: &'d Source, table: &'d DeTable<'d>, lists: &'d Lists<'d>) -> Self {
        Self { table, reader: Reader::new(source, &[]), lists }
    }

    fn get(&self, key: &str) -> Option<&'d Raw<'d>> {
        self.table.get(key)
    }

    fn read(&mut self) -> Option<Scenario> {
        let table = self.table;
        for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            self.reader.unknown_key(key.get_ref(), key.span(), "a scenario", &KEYS);
        }
        let title = self.prose("title", "\"A short outage inside the ON window\"");
        let why = self.prose("why", "\"what people complain of, or which rule it checks\"");
        let covers = self.covers();
        let supply = self.supply();
        let trace_snapshot = self.flag("trace-snapshot");
        let steps = self.steps();
        let matrix = match self.get("matrix") {
            Some(raw) => Matrix::read(&mut self.reader, raw, &NO_NAMES),
            None => Matrix::default(),
        };
        let cases = self.cases(&matrix, steps.unwrap_or_default());
        Some(Scenario {
            title: title?,
            why: why?,
            covers: covers?,
            supply,
            trace_snapshot,
            cases,
            included: self.lists.shared.sources.clone(),
        })
    }

    /// A key that must be there. One that stands below `[board]` or `[matrix]` is reported there, with the way out.
    fn required(&mut self, key: &str, example: &str) -> Option<Node<'d>> {
        let raw = self.get(key);
        let below = ["board", "matrix"].iter().any(|table| {
            let table = self.get(table).and_then(|raw| raw.get_ref().as_table());
            table.is_some_and(|table| table.contains_key(key))
        });
        let misspelt = self
            .table
            .keys()
            .any(|other| !KEYS.contains(&other.get_ref().as_ref()) && nearest(other.get_ref(), &[key]).is_some());
        if raw.is_none() && !below && !misspelt {
            let fault = Fault::new(self.reader.source, 0..0, format!("a scenario needs `{key}`"))
                .label(format!("no `{key}` in this file"))
                .help(format!("add `{key} = {example}` at the top"));
            self.reader.faults.push(fault);
        }
        raw.map(plain)
    }

    fn prose(&mut self, key: &str, example: &str) -> Option<String> {
        let node = self.required(key, example)?;
        let text = self.reader.text(&node, "a text")?.trim();
        if text.is_empty() || (key == "title" && text.contains('\n')) {
            self.reader.fault(&node, format!("`{key}` is empty or more than it should be"), |fault| {
                fault.label("one line of text").help(format!("write `{key} = {example}`"))
            });
            return None;
        }
        Some(text.to_owned())
    }

    /// A key that may be there; not there is `false`.
    fn flag(&mut self, key: &str) -> bool {
        let Some(node) = self.get(key).map(plain) else { return false };
        if let DeValue::Boolean(flag) = node.value {
            return *flag;
        }
        self.reader.wrong_kind(&node, "`true` or `false`");
        false
    }

    fn covers(&mut self) -> Option<Vec<String>> {
        let node = self.required("covers", "[\"power-outage\"]")?;
        let DeValue::Array(list) = node.value else {
            self.reader.wrong_kind(&node, "a list of texts");
            return None;
        };
        if list.is_empty() {
            self.reader.fault(&node, "`covers` is empty", |fault| {
                fault.label("what is this scenario for?").help(format!("name one or more of {}", covers::list()))
            });
        }
        let mut names = Vec::new();
        for raw in list.iter() {
            let node = plain(raw);
            let Some(name) = self.reader.text(&node, "a text") else { continue };
            if let Some(advice) = covers::advice(name) {
                self.reader.fault(&node, format!("`{name}` is neither a known complaint nor a standard"), |fault| {
                    fault.label("not known").help(advice)
                });
            }
            names.push(name.to_owned());
        }
        Some(names)
    }

    /// The supplies that it is for, one or several; no key, any.
    fn supply(&mut self) -> Vec<Volts> {
        let Some(node) = self.get("supply").map(plain) else { return Vec::new() };
        let nodes = match node.value {
            DeValue::Array(list) if list.is_empty() => {
                self.reader.fault(&node, "`supply` is empty", |fault| {
                    fault.label("no board has none").help("name supplies, such as `[\"5V\", \"12V\"]`, or take it out")
                });
                return Vec::new();
            }
            DeValue::Array(list) => list.iter().map(plain).collect(),
            _ => vec![node],
        };
        nodes.iter().filter_map(|node| self.reader.quantity(node, &["12V", "220Vac"])).collect()
    }

    fn steps(&mut self) -> Option<&'d [Raw<'d>]> {
        let node = self.required("steps", "[{ wait = \"1s\" }]")?;
        let DeValue::Array(list) = node.value else {
            self.reader.wrong_kind(&node, "a list of steps");
            return None;
        };
        let key = self.table.keys().find(|key| key.get_ref() == "steps")?;
        // Also where the word is misspelt: that is told at its place.
        let (message, label) = match list.iter().any(|raw| expects(raw.get_ref())) {
            true => return Some(list),
            false if list.is_empty() => ("`steps` is empty", "nothing would be done"),
            false => ("no step expects anything", "this scenario could not fail"),
        };
        let fault = Fault::new(self.reader.source, key.span(), message)
            .label(label)
            .help("end with `{ expect = \"schedule\" }`, for instance");
        self.reader.faults.push(fault);
        Some(list)
    }

    fn cases(&mut self, matrix: &Matrix<'d>, steps: &'d [Raw<'d>]) -> Vec<Choice> {
        let mut choices = matrix.choices();
        // Every case reads the whole file but the matrix.
        let text = self.reader.source.text.len().saturating_sub(matrix.bytes());
        if choices.len().saturating_mul(text) > MOST_TEXT {
            let message = format!("{} cases of {text} bytes each are too much for one file", choices.len());
            let fault = Fault::new(self.reader.source, 0..0, message).label("unfolds to more than 16 MiB");
            self.reader.faults.push(fault.help("split the scenario or shorten a list of its matrix"));
            choices.truncate(1);
        }
        let mut used = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut steps_in_all = 0;
        let mut cases = Vec::with_capacity(choices.len());
        for choice in &choices {
            if self.reader.faults.len() > MOST_FAULTS {
                // What the other cases might add nobody would read. Nor is it known which names they use.
                return cases;
            }
            let mut reader = Reader::new(self.reader.source, choice.as_slice());
            let case = case(&mut reader, self.get("board"), self.lists, steps);
            steps_in_all += case.steps.len();
            used.extend(reader.used.iter().map(|name| (*name).to_owned()));
            // The same fault shows in every case it is part of: keep it once.
            let new = reader.faults.into_iter().filter(|fault| seen.insert(same(fault)));
            self.reader.faults.extend(new);
            let choice = choice
                .iter()
                .filter_map(|(name, value)| Some(((*name).to_owned(), value_text(value.as_ref()?.get_ref()))));
            cases.push(Choice { choice: choice.collect(), ..case });
            if steps_in_all > MOST_STEPS {
                let message = format!("more than {MOST_STEPS} steps in all cases together");
                let fault = Fault::new(self.reader.source, 0..0, message).label("unfolds to too much");
                self.reader.faults.push(fault.help("repeat less often, or shorten a list of the matrix"));
                return cases;
            }
        }
        for (name, place) in matrix.names().filter(|(name, _)| !used.contains(*name)) {
            let fault = Fault::new(self.reader.source, place, format!("`{name}` is never used"))
                .label("no step and no arrangement has it")
                .help(format!("write `\"{{{name}}}\"` where its values belong, or take it out"));
            self.reader.faults.push(fault);
        }
        cases
    }
}

fn case<'d>(
    reader: &mut Reader<'d, Mention>,
    arranged: Option<&'d Raw<'d>>,
    lists: &Lists<'d>,
    raw: &'d [Raw<'d>],
) -> Choice {
    let board = arranged.and_then(|raw| board(reader, &plain(raw), &KEYS));
    let arranged = std::mem::take(&mut reader.mentions);
    Choice { choice: Vec::new(), board, arranged, steps: steps(reader, lists, raw) }
}

/// Whether a step expects something, or may by what it includes. Also where the word is misspelt: that is told at its
/// place.
fn expects(step: &DeValue<'_>) -> bool {
    match step {
        DeValue::Table(table) => table.iter().any(|(word, value)| {
            let reports = |value: &DeValue<'_>| value.as_table().is_some_and(|table| table.contains_key("report"));
            word.get_ref() == "include"
                || (word.get_ref() == "measure" && !reports(value.get_ref()))
                || nearest(word.get_ref(), &["expect"]).is_some()
                || expects(value.get_ref())
        }),
        DeValue::Array(list) => list.iter().any(|item| expects(item.get_ref())),
        _ => false,
    }
}

/// A node in which placeholders have no meaning.
fn plain<'d>(raw: &'d Raw<'d>) -> Node<'d> {
    Node { value: raw.get_ref(), span: raw.span(), via: None }
}
