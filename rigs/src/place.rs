//! Where in a file something stands: what an error has to name.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Line and column, both from 1, of a byte.
pub(crate) fn line_column(text: &str, byte: usize) -> (usize, usize) {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The place of `schedule.power-up` or `macros.commands.reset.keys.0`, as far down as it exists.
pub(crate) fn of_key(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let mut parts = key.split('.');
    let mut value = table.get(parts.next()?)?;
    for part in parts {
        let inner = match value.get_ref() {
            DeValue::Table(table) => table.get(part),
            DeValue::Array(list) => part.parse().ok().and_then(|number: usize| list.get(number)),
            _ => None,
        };
        let Some(inner) = inner else { break };
        value = inner;
    }
    Some(value.span())
}

/// The first place where a key of this name stands, at whatever depth.
fn anywhere(table: &DeTable<'_>, name: &str) -> Option<Range<usize>> {
    table.iter().find_map(|(key, value)| {
        if key.get_ref() == name {
            return Some(value.span());
        }
        match value.get_ref() {
            DeValue::Table(inner) => anywhere(inner, name),
            DeValue::Array(list) => {
                list.iter().filter_map(|item| item.get_ref().as_table()).find_map(|t| anywhere(t, name))
            }
            _ => None,
        }
    })
}

/// Line and column of `pi.relays.0.input` in a file, as far down as it exists; of a key that is not there, those of its
/// table.
pub(crate) fn of_path(text: &str, key: &str) -> (usize, usize) {
    let table = DeTable::parse(text).ok();
    let span = table.as_ref().and_then(|table| of_key(table.get_ref(), key));
    line_column(text, span.map_or(0, |span| span.start))
}

/// The text behind a key, as it is written; empty where there is none.
pub(crate) fn text_at(text: &str, key: &str) -> String {
    let (above, last) = key.rsplit_once('.').unwrap_or(("", key));
    let table = DeTable::parse(text).ok();
    let value = table.as_ref().and_then(|table| {
        let mut inner = table.get_ref();
        for part in above.split('.').filter(|part| !part.is_empty()) {
            inner = inner.get(part)?.get_ref().as_table()?;
        }
        inner.get(last)?.get_ref().as_str()
    });
    value.unwrap_or_default().to_owned()
}

/// Where a check's words point to, in the table `under`: to the key that they quote first, to the last value that reads
/// like a word of theirs, else to the table itself. Of what is no table: to its value.
pub(crate) fn of_words(text: &str, under: &str, words: &str) -> (usize, usize) {
    let table = DeTable::parse(text).ok();
    let key = words.split('`').nth(1);
    let span = table.as_ref().and_then(|table| {
        let whole = table.get_ref().get(under)?;
        let Some(inner) = whole.get_ref().as_table() else { return Some(whole.span()) };
        let quoted = key.and_then(|key| match key.split_once('.') {
            Some(_) => of_key(inner, key),
            None => anywhere(inner, key),
        });
        let named =
            || words.split([' ', ',', ':']).find_map(|word| text.rfind(&format!("\"{word}\"")).map(|at| at..at));
        quoted.or_else(named).or_else(|| Some(whole.span()))
    });
    line_column(text, span.map_or(0, |span| span.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "a = 1\n[virtual.clocks]\nhsi = '0Hz'\n[virtual.supply]\ncapacitor = '0F'\n[[virtual.keys]]\npin = \"PA9\"\n";

    #[test]
    fn words_lead_to_what_they_are_about() {
        for (words, place) in [
            ("`clocks.hsi` is 0Hz", (3, 7)),
            ("`capacitor` must be more than zero", (5, 13)),
            ("PA9 is wired twice: to a and to b", (7, 7)),
            ("nothing of this", (2, 2)),
        ] {
            assert_eq!(of_words(TEXT, "virtual", words), place, "{words}");
        }
        assert_eq!(of_words(TEXT, "a", "`a` is 1"), (1, 5), "no table, but there");
        assert_eq!(of_words("\u{e9}", "virtual", "x"), (1, 1));
        assert_eq!(line_column("a\n\u{e9}b", 3), (2, 1), "inside a character is before it");
    }

    #[test]
    fn a_key_has_a_place_and_a_text() {
        assert_eq!(of_path(TEXT, "virtual.keys.0.pin"), (7, 7));
        assert_eq!(of_path(TEXT, "virtual.supply.stage.mains"), (4, 1), "as far as it goes");
        assert_eq!(of_path(TEXT, "nowhere"), (1, 1));
        assert_eq!(text_at(TEXT, "virtual.supply.capacitor"), "0F");
        assert_eq!((text_at(TEXT, "a"), text_at(TEXT, "virtual.no")), (String::new(), String::new()));
    }
}
