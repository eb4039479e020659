//! `[matrix]`: each key a list; the cases are the cartesian product, the first key varying slowest.

use super::error::Fault;
use super::mention::Mention;
use super::reader::{Node, Raw, Reader, is_name, kind};
use std::collections::HashSet;
use std::ops::Range;
use toml::de::DeValue;

/// The most cases one file may make.
pub const MOST_CASES: usize = 20_000;

/// The most keys a matrix may have.
const MOST_KEYS: usize = 32;

/// The longest matrix value, in bytes of the file. It becomes part of an id, and may be read many times.
const LONGEST: usize = 4096;

/// The keys with their values, in file order.
#[derive(Default)]
pub(super) struct Matrix<'d> {
    keys: Vec<(&'d str, Range<usize>, Vec<&'d Raw<'d>>)>,
    bytes: usize,
}

impl<'d> Matrix<'d> {
    /// Reads `[matrix]`; what is at fault is left out.
    pub fn read(reader: &mut Reader<'d, Mention>, raw: &'d Raw<'d>, file_keys: &[&str]) -> Self {
        let node = Node { value: raw.get_ref(), span: raw.span(), via: None };
        let DeValue::Table(table) = raw.get_ref() else {
            reader.wrong_kind(&node, "`[matrix]`, a table,");
            return Self::default();
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut matrix = Self::default();
        for (key, list) in entries {
            let name: &'d str = key.get_ref();
            let place = Node { value: list.get_ref(), span: key.span(), via: None };
            if file_keys.contains(&name) {
                reader.fault(&place, format!("`{name}` stands below `[matrix]`"), |fault| {
                    fault
                        .label("TOML takes it for a key of `[matrix]`")
                        .help(format!("move `{name}` above the first `[…]` line"))
                });
            } else if !is_name(name) {
                reader.fault(&place, format!("`{name}` cannot be a name"), |fault| {
                    fault.label("a letter, then letters, digits, `-` and `_`")
                });
            } else {
                let values = values(reader, name, list);
                matrix.keys.push((name, key.span(), values));
                matrix.bytes += list.span().len();
            }
        }
        matrix.not_too_many(reader, &node);
        matrix
    }

    fn not_too_many(&mut self, reader: &mut Reader<'d, Mention>, node: &Node<'d>) {
        if self.keys.len() > MOST_KEYS {
            reader.fault(node, format!("this matrix has {} keys", self.keys.len()), |fault| {
                fault.label(format!("at most {MOST_KEYS}"))
            });
            self.keys.truncate(MOST_KEYS);
        }
        let cases = self.keys.iter().try_fold(1usize, |cases, (.., values)| cases.checked_mul(values.len().max(1)));
        if cases.is_none_or(|cases| cases > MOST_CASES) {
            let cases = cases.map_or("too many".to_owned(), |cases| cases.to_string());
            reader.fault(node, format!("this matrix makes {cases} cases"), |fault| {
                fault
                    .label(format!("at most {MOST_CASES}"))
                    .help("a matrix is the product of its lists; split the scenario or shorten a list")
            });
            for (.., values) in &mut self.keys {
                values.truncate(1);
            }
        }
    }

    /// How much of the file its lists are.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Every name with its place, in file order.
    pub fn names(&self) -> impl Iterator<Item = (&'d str, Range<usize>)> {
        self.keys.iter().map(|(name, place, _)| (*name, place.clone()))
    }

    /// Every choice, the first key varying slowest. One empty choice if there are no keys. A key whose list was at
    /// fault has no value.
    pub fn choices(&self) -> Vec<Vec<(&'d str, Option<&'d Raw<'d>>)>> {
        let mut choices = vec![Vec::new()];
        for (name, _, values) in &self.keys {
            let values: Vec<Option<&'d Raw<'d>>> = match values.as_slice() {
                [] => vec![None],
                values => values.iter().copied().map(Some).collect(),
            };
            choices = choices
                .iter()
                .flat_map(|choice: &Vec<_>| {
                    values.iter().map(move |value| {
                        let mut longer = choice.clone();
                        longer.push((*name, *value));
                        longer
                    })
                })
                .collect();
        }
        choices
    }
}

fn values<'d>(reader: &mut Reader<'d, Mention>, name: &str, list: &'d Raw<'d>) -> Vec<&'d Raw<'d>> {
    let node = Node { value: list.get_ref(), span: list.span(), via: None };
    let DeValue::Array(array) = list.get_ref() else {
        reader.wrong_kind(&node, &format!("a list of values for `{name}`"));
        return Vec::new();
    };
    if array.is_empty() {
        reader
            .fault(&node, format!("`{name}` has no values"), |fault| fault.label("an empty list makes no case at all"));
    }
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for value in array.iter() {
        let fault = match value.get_ref() {
            _ if value.span().len() > LONGEST => {
                Fault::new(reader.source, value.span(), format!("a value of `{name}` is longer than {LONGEST} bytes"))
                    .label("it becomes part of an id")
            }
            DeValue::String(_) | DeValue::Integer(_) | DeValue::Boolean(_) | DeValue::Table(_) => {
                let text = value_text(value.get_ref());
                let twice = format!("`{text}` stands twice in `{name}`");
                if seen.insert(text) {
                    values.push(value);
                    continue;
                }
                Fault::new(reader.source, value.span(), twice).label("would make two cases with one id")
            }
            other => {
                let message = format!("{} cannot be a matrix value", kind(other));
                Fault::new(reader.source, value.span(), message)
                    .label("not a text, a whole number, true, false or a table")
                    .help("numbers with a unit or a point are written in quotes")
            }
        };
        reader.faults.push(fault);
    }
    values
}

/// A matrix value as it stands in a case's id: a table as `key=value,key=value` in file order.
pub(super) fn value_text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(list) => {
            let items: Vec<String> = list.iter().map(|item| value_text(item.get_ref())).collect();
            format!("[{}]", items.join(","))
        }
        DeValue::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            let items: Vec<String> = entries
                .iter()
                .map(|(key, value)| match value.get_ref() {
                    nested @ DeValue::Table(_) => format!("{}=({})", key.get_ref(), value_text(nested)),
                    plain => format!("{}={}", key.get_ref(), value_text(plain)),
                })
                .collect();
            items.join(",")
        }
    }
}
