//! Faults of scenario files: each names its place, says why, and helps.

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file's text with the name it is shown under; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as given.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Line and column of a byte, counted from 1, columns in characters. Past the end means the end.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &self.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }

    /// For showing a place of this file in a [`Diagnostic`].
    pub fn named(&self) -> NamedSource<Arc<str>> {
        NamedSource::new(&self.name, Arc::clone(&self.text))
    }
}

/// The longest message, in characters.
const LONGEST: usize = 400;

/// One thing wrong with a file: a lower-case message, a place, what to do instead.
///
/// `Display` is the message alone, as miette wants it; [`Fault::line`] is one line with the place.
#[derive(Debug, Clone)]
pub struct Fault {
    message: String,
    span: Range<usize>,
    label: Option<String>,
    also: Vec<(Range<usize>, String)>,
    help: Option<String>,
    is_note: bool,
    source: Source,
    shown: NamedSource<Arc<str>>,
}

impl Fault {
    /// A fault at a place of a file.
    pub fn new(source: &Source, span: Range<usize>, message: impl Into<String>) -> Self {
        let mut message = message.into();
        // A text of a megabyte in a file is no reason to print it.
        if let Some((cut, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(cut);
            message.push('…');
        }
        Self {
            message,
            span,
            label: None,
            also: Vec::new(),
            help: None,
            is_note: false,
            source: source.clone(),
            shown: source.named(),
        }
    }
    /// With words under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
    /// As a note: nothing is wrong with the file.
    #[must_use]
    pub fn note(mut self) -> Self {
        self.is_note = true;
        self
    }
    /// With a second place.
    #[must_use]
    pub fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }
    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    /// The message alone.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// The advice, if there is any.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
    /// The bytes it points at.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
    /// Line and column, counted from 1.
    pub fn place(&self) -> (usize, usize) {
        self.source.line_column(self.span.start)
    }
    /// The file's name.
    pub fn file(&self) -> &str {
        &self.source.name
    }
    /// One line: `file:line:column: message`.
    pub fn line(&self) -> String {
        let (line, column) = self.place();
        format!("{}:{line}:{column}: {}", self.source.name, self.message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn severity(&self) -> Option<Severity> {
        self.is_note.then_some(Severity::Advice)
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.shown)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let first = LabeledSpan::new_primary_with_span(self.label.clone(), self.span.clone());
        let rest = self.also.iter().map(|(span, label)| LabeledSpan::new_with_span(Some(label.clone()), span.clone()));
        Some(Box::new(std::iter::once(first).chain(rest)))
    }
}

/// Every fault found, in the order of files and places. Never empty where it is returned as an error.
#[derive(Debug, Clone, Default)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 fault in the scenario files"),
            n => write!(f, "{n} faults in the scenario files"),
        }
    }
}

impl std::error::Error for Faults {}

impl Diagnostic for Faults {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|fault| fault as &dyn Diagnostic)))
    }
}
