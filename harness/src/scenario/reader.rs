//! Typed reading of TOML values with their places: every reader below notes its faults and goes on, so that one
//! pass finds all of them.

use super::error::{Fault, Source};
use super::span::Spanned;
use super::suggest::{did_you_mean, one_of};
use brownout_trace::QuantityError;
use brownout_trace::calendar::CalendarError;
use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;
use toml::de::DeValue;

/// A value of the document as the TOML parser gives it.
pub(super) type Raw<'d> = toml::Spanned<DeValue<'d>>;

/// One choice from the matrix: name and value, in file order. No value: its list is at fault, which was said already.
pub(super) type Choice<'d> = [(&'d str, Option<&'d Raw<'d>>)];

/// A value to be read: placeholders already replaced.
#[derive(Clone)]
pub(super) struct Node<'d> {
    /// The value.
    pub value: &'d DeValue<'d>,
    /// Where it is written.
    pub span: Range<usize>,
    /// Where its placeholder stands, if it came through the matrix.
    pub via: Option<Range<usize>>,
}

/// Reads one choice of one file. `M` is what the plan wants to hear of later.
pub(super) struct Reader<'d, M> {
    /// The file being read: the scenario's own, or one that it includes.
    pub source: &'d Source,
    /// The scenario's own file, where its matrix stands.
    main: &'d Source,
    pub choice: &'d Choice<'d>,
    /// The matrix names that were used.
    pub used: BTreeSet<&'d str>,
    pub faults: Vec<Fault>,
    /// What was mentioned that only a board can confirm.
    pub mentions: Vec<Spanned<M>>,
}

impl<'d, M> Reader<'d, M> {
    pub fn new(source: &'d Source, choice: &'d Choice<'d>) -> Self {
        Self { source, main: source, choice, used: BTreeSet::new(), faults: Vec::new(), mentions: Vec::new() }
    }

    /// Notes a fault at a node; a second label shows where a matrix value is used.
    pub fn fault(&mut self, node: &Node<'d>, message: impl Into<String>, dress: impl FnOnce(Fault) -> Fault) {
        let mut fault = dress(Fault::new(self.source, node.span.clone(), message));
        if let Some(via) = &node.via {
            fault = fault.also(via.clone(), "used here");
        }
        self.faults.push(fault);
    }

    /// Notes what only a board can confirm.
    pub fn mention(&mut self, node: &Node<'d>, mention: M) {
        self.mentions.push(Spanned::new(mention, node.span.clone()));
    }

    /// The value is of another kind than `expected`, a noun with its article.
    pub fn wrong_kind(&mut self, node: &Node<'d>, expected: &str) {
        let found = kind(node.value);
        let is_time = matches!(node.value, DeValue::Datetime(_));
        let message = format!("{expected} belongs here, not {found}");
        self.fault(node, message, |fault| match is_time {
            true => fault.label("unquoted, TOML takes this for a time of its own").help("put it in quotes"),
            false => fault.label(found),
        });
    }

    /// A text.
    pub fn text(&mut self, node: &Node<'d>, expected: &str) -> Option<&'d str> {
        match node.value {
            DeValue::String(text) => Some(text),
            _ => {
                self.wrong_kind(node, expected);
                None
            }
        }
    }

    /// One of some words.
    pub fn word<T: Clone>(&mut self, node: &Node<'d>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let text = self.text(node, &format!("{what} ({})", one_of(&names)))?;
        let found = words.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            self.fault(node, format!("`{text}` is not {what}"), |fault| {
                fault.label(format!("not {what}")).help(did_you_mean(text, &names))
            });
        }
        found.map(|(_, value)| value.clone())
    }

    /// A number with a unit, written like one of `examples`.
    pub fn quantity<T>(&mut self, node: &Node<'d>, examples: &[&str]) -> Option<T>
    where
        T: FromStr<Err = QuantityError>,
    {
        let examples: Vec<String> = examples.iter().map(|text| format!("\"{text}\"")).collect();
        let like = one_of(&examples.iter().map(String::as_str).collect::<Vec<_>>());
        let (text, quoted) = match node.value {
            DeValue::String(text) => (text.to_string(), true),
            DeValue::Integer(number) => (number.to_string(), false),
            DeValue::Float(number) => (number.to_string(), false),
            _ => {
                self.wrong_kind(node, &format!("a number with its unit, such as {like},"));
                return None;
            }
        };
        let error = match text.parse() {
            Ok(value) if quoted => return Some(value),
            Ok(_) => return None,
            Err(error) => error,
        };
        let label = match &error {
            QuantityError::NoUnit { .. } => "no unit",
            QuantityError::WrongUnit { .. } => "wrong unit",
            QuantityError::Negative { .. } => "negative",
            QuantityError::TooLarge { .. } => "too large",
            QuantityError::NoNumber { .. } => "not a number with a unit",
        };
        let help = match quoted {
            true => format!("write it like {like}"),
            false => format!("write it in quotes with its unit, like {like}"),
        };
        self.fault(node, error.to_string(), |fault| fault.label(label).help(help));
        None
    }

    /// A day, a time or a date, `example` for instance.
    pub fn calendar<T>(&mut self, node: &Node<'d>, expected: &str) -> Option<T>
    where
        T: FromStr<Err = CalendarError>,
    {
        let text = self.text(node, expected)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(node, error.to_string(), |fault| fault.label("not understood"));
                None
            }
        }
    }

    /// A count: a whole number from `least` on.
    pub fn count(&mut self, node: &Node<'d>, what: &str, least: u32) -> Option<u32> {
        let DeValue::Integer(number) = node.value else {
            self.wrong_kind(node, &format!("{what}, a whole number,"));
            return None;
        };
        let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
        let count = value.and_then(|value| u32::try_from(value).ok()).filter(|count| *count >= least);
        if count.is_none() {
            let message = format!("`{number}` cannot be {what}");
            self.fault(node, message, |fault| fault.label(format!("a whole number from {least} on belongs here")));
        }
        count
    }

    /// The node of a raw value, its placeholder replaced. `parent` is the node it stands in.
    pub fn node(&mut self, raw: &'d Raw<'d>, parent: Option<&Node<'d>>) -> Option<Node<'d>> {
        let plain = Node { value: raw.get_ref(), span: raw.span(), via: parent.and_then(|parent| parent.via.clone()) };
        let DeValue::String(text) = raw.get_ref() else {
            return Some(plain);
        };
        let Some(name) = placeholder(text) else {
            return self.whole_only(&plain, text).then_some(plain);
        };
        if plain.via.is_some() {
            self.fault(&plain, "a matrix value cannot stand on another", |fault| {
                fault.label("a placeholder inside the matrix")
            });
            return None;
        }
        let names: Vec<&str> = self.choice.iter().map(|(name, _)| *name).collect();
        let Some((known, value)) = self.choice.iter().find(|(known, _)| *known == name) else {
            let help = match names.as_slice() {
                [] => format!("there is no `[matrix]`; add one with `{name} = [ … ]`"),
                names => did_you_mean(name, names),
            };
            self.fault(&plain, format!("the matrix has no `{name}`"), |fault| fault.label("undefined").help(help));
            return None;
        };
        self.used.insert(known);
        let value = (*value)?;
        if std::ptr::eq(self.source, self.main) {
            return Some(Node { value: value.get_ref(), span: value.span(), via: Some(raw.span()) });
        }
        // The matrix stands in another file: only this place can be shown.
        if matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_)) {
            self.fault(&plain, format!("`{name}` is a table, which cannot go into a shared list"), |fault| {
                fault.label("through the matrix of another file").help("give the list the single values it needs")
            });
            return None;
        }
        Some(Node { value: value.get_ref(), ..plain })
    }

    /// Faults a placeholder inside a longer text; only names of the matrix are meant, other braces are text.
    fn whole_only(&mut self, node: &Node<'d>, text: &str) -> bool {
        let choice = self.choice;
        if !text.contains('{') {
            return true;
        }
        let inner = choice.iter().find(|(name, _)| text.contains(&format!("{{{name}}}")));
        if let Some((name, _)) = inner {
            self.used.insert(name);
            self.fault(node, format!("`{{{name}}}` is replaced only where it is the whole value"), |fault| {
                fault.label("more than the placeholder").help("put the whole text into the matrix")
            });
        }
        inner.is_none()
    }
}

/// The name in `{name}`, if the text is exactly that.
fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|name| is_name(name))
}

/// Whether a text can name a mark or a matrix key: a letter, then letters, digits, `-`, `_`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// A TOML kind in words, with its article.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a bare number",
        DeValue::Boolean(_) => "a true/false value",
        DeValue::Datetime(_) => "a TOML date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
