//! Strict tables: every key is known, every required key is there.

use super::error::Fault;
use super::reader::{Node, Reader};
use super::suggest::{did_you_mean, list, nearest};
use std::ops::Range;
use toml::de::DeValue;

/// A table being read; its keys are all known.
pub(super) struct Table<'d> {
    /// The table itself.
    pub node: Node<'d>,
    entries: Vec<(&'d str, Range<usize>, Option<Node<'d>>)>,
    /// The keys that are not known; that was said already.
    pub unknown: Vec<&'d str>,
}

impl<'d> Table<'d> {
    /// The value of a key, if it is there and its placeholder was defined.
    pub fn get(&self, key: &str) -> Option<&Node<'d>> {
        self.entries.iter().find(|(name, ..)| *name == key).and_then(|(.., node)| node.as_ref())
    }
    /// Whether the key is there, sound or not.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| *name == key)
    }
    /// Those of `keys` that are there, in file order, with the place of the key.
    pub fn present(&self, keys: &[&str]) -> Vec<(&'d str, Range<usize>)> {
        self.entries
            .iter()
            .filter(|(name, ..)| keys.contains(name))
            .map(|(name, span, _)| (*name, span.clone()))
            .collect()
    }
}

impl<'d, M> Reader<'d, M> {
    /// The entries of a table in file order, as (key, place of the key, value).
    pub fn entries(&mut self, node: &Node<'d>) -> Vec<(&'d str, Range<usize>, Option<Node<'d>>)> {
        let DeValue::Table(table) = node.value else {
            return Vec::new();
        };
        let mut raw: Vec<_> = table.iter().collect();
        raw.sort_by_key(|(key, _)| key.span().start);
        raw.into_iter()
            .map(|(key, value)| {
                let key_span = key.span();
                let value = self.node(value, Some(node));
                (key.get_ref().as_ref(), key_span, value)
            })
            .collect()
    }

    /// A strict table: unknown keys are faults. `what` names it in messages.
    pub fn table(&mut self, node: &Node<'d>, what: &str, known: &[&str]) -> Option<Table<'d>> {
        if !matches!(node.value, DeValue::Table(_)) {
            let keys = list(known, "and");
            self.wrong_kind(node, &format!("{what}, a table of {keys},"));
            return None;
        }
        let entries = self.entries(node);
        let mut unknown = Vec::new();
        for (key, span, _) in entries.iter().filter(|(key, ..)| !known.contains(key)) {
            self.unknown_key(key, span.clone(), what, known);
            unknown.push(*key);
        }
        Some(Table { node: node.clone(), entries, unknown })
    }

    /// Notes an unknown key.
    pub fn unknown_key(&mut self, key: &str, span: Range<usize>, what: &str, known: &[&str]) {
        let fault = Fault::new(self.source, span, format!("{what} has no key `{key}`"))
            .label("unknown key")
            .help(did_you_mean(key, known));
        self.faults.push(fault);
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, table: &Table<'d>, key: &str, what: &str, example: &str) -> Option<Node<'d>> {
        // A misspelt key was told already, with this one as the likely meaning.
        let misspelt = table.unknown.iter().any(|unknown| nearest(unknown, &[key]).is_some());
        if !table.has(key) && !misspelt {
            self.fault(&table.node, format!("{what} needs `{key}`"), |fault| {
                fault.label(format!("no `{key}` in here")).help(format!("add `{key} = {example}`"))
            });
        }
        table.get(key).cloned()
    }
}
