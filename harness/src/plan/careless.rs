//! Careless edits of a text, for trying what is said of it.

use proptest::prelude::*;

/// One careless edit of a text.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Delete(usize, usize),
    Insert(usize, String),
    Swap(usize, usize),
    Double(usize, usize),
}

/// Any of them, anywhere.
pub(super) fn edit() -> impl Strategy<Value = Edit> {
    let pieces = prop::sample::select(vec![
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        "=",
        "\n",
        "-",
        "{x}",
        "0",
        "99999999999999999999",
        "\u{e9}",
        "\u{0}",
        "1e400V",
        ".",
        "[a]\n",
        "[[steps]]\n",
        "{ cut = ",
        "#",
        "\\",
        "\"\"\"",
        "'",
        "true",
        "08:00:00",
        "\u{feff}",
        "%",
        "ms",
        " ",
    ]);
    let (at, length) = (any::<usize>(), 1usize..40);
    prop_oneof![
        (at, length.clone()).prop_map(|(at, length)| Edit::Delete(at, length)),
        (at, pieces).prop_map(|(at, piece)| Edit::Insert(at, piece.to_owned())),
        (at, at).prop_map(|(one, other)| Edit::Swap(one, other)),
        (at, length).prop_map(|(at, length)| Edit::Double(at, length)),
    ]
}

/// The text after it.
pub(super) fn apply(text: &str, edit: &Edit) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let size = chars.len().max(1);
    match edit {
        Edit::Delete(at, length) => {
            let at = at % size;
            chars.drain(at.min(chars.len())..(at + length).min(chars.len()));
        }
        Edit::Insert(at, piece) => {
            let at = (at % size).min(chars.len());
            chars.splice(at..at, piece.chars());
        }
        Edit::Swap(one, other) if !chars.is_empty() => chars.swap(one % size, other % size),
        Edit::Swap(..) => {}
        Edit::Double(at, length) => {
            let at = (at % size).min(chars.len());
            let copy: Vec<char> = chars[at..(at + length).min(chars.len())].to_vec();
            chars.splice(at..at, copy);
        }
    }
    chars.into_iter().collect()
}
