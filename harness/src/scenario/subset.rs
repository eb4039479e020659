//! TOML 1.0, not 1.1: editors and linters of today must be able to read scenario files.
//!
//! The parser accepts 1.1. What is new there and could stand in a scenario: line ends and a last comma inside an
//! inline table, and the escapes `\e` and `\x`.

use super::error::{Fault, Source};
use super::file::MOST_FAULTS;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Everything in the values of a document that TOML 1.0 would refuse.
pub(super) fn faults(source: &Source, table: &DeTable<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for value in table.values() {
        walk(source, value, &mut faults);
    }
    faults
}

fn walk(source: &Source, value: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) {
    if faults.len() > MOST_FAULTS {
        return;
    }
    let text = source.text.get(value.span()).unwrap_or_default();
    match value.get_ref() {
        DeValue::String(_) if text.starts_with('"') => escapes(source, value.span(), faults),
        DeValue::Array(list) => list.iter().for_each(|item| walk(source, item, faults)),
        DeValue::Table(table) => {
            if text.starts_with('{') {
                inline(source, value, faults);
            }
            table.values().for_each(|value| walk(source, value, faults));
        }
        _ => {}
    }
}

fn escapes(source: &Source, span: Range<usize>, faults: &mut Vec<Fault>) {
    let mut chars = source.text[span.clone()].char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' || faults.len() > MOST_FAULTS {
            continue;
        }
        if let Some((_, escape @ ('e' | 'x'))) = chars.next() {
            let place = span.start + at..span.start + at + 2;
            faults.push(
                Fault::new(source, place, format!("the escape `\\{escape}` is TOML 1.1"))
                    .label("not in TOML 1.0")
                    .help("write `\\u00XX`"),
            );
        }
    }
}

/// Looks between the values of an inline table: there, 1.0 has keys, `=` and commas only.
fn inline(source: &Source, table: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) {
    let mut leaves = Vec::new();
    collect(source, table, &mut leaves);
    leaves.sort_by_key(|leaf| leaf.start);
    let close = table.span().end.saturating_sub(1);
    let mut from = table.span().start + 1;
    for leaf in leaves.iter().chain(std::iter::once(&(close..close))) {
        let gap = source.text.get(from..leaf.start).unwrap_or_default();
        let last = leaf.start == close;
        let (found, what) = match (gap.find('\n'), gap.find(',')) {
            (Some(at), _) => (at, "a line end inside an inline table"),
            (None, Some(at)) if last => (at, "a comma before `}`"),
            _ => {
                from = leaf.end;
                continue;
            }
        };
        let place = from + found;
        faults.push(
            Fault::new(source, place..place + 1, format!("{what} is TOML 1.1"))
                .label("not in TOML 1.0")
                .help("write the table `{ … }` on one line, without a comma at its end"),
        );
        return;
    }
}

/// The values of an inline table, through dotted keys.
fn collect(source: &Source, table: &Spanned<DeValue<'_>>, leaves: &mut Vec<Range<usize>>) {
    let Some(entries) = table.get_ref().as_table() else { return };
    for value in entries.values() {
        let braces = source.text.get(value.span()).is_some_and(|text| text.starts_with('{'));
        match value.get_ref() {
            DeValue::Table(_) if !braces => collect(source, value, leaves),
            _ => leaves.push(value.span()),
        }
    }
}
