//! How things are shown: with colour or without, and how wide.

use crate::scenario::error::Fault;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

/// How to show things. Decided once at the start, so that no text depends on where it is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// With ANSI colours.
    pub colour: bool,
    /// With characters beyond ASCII where plain ones would do: in waveforms and progress bars.
    pub unicode: bool,
    /// Columns to fill.
    pub width: usize,
}

impl Look {
    /// No colours, 100 columns: for files, pipes and tests.
    pub const PLAIN: Self = Self { colour: false, unicode: true, width: 100 };

    /// `text` in a colour, if there are any.
    pub fn paint(self, tint: Tint, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", tint.code()) } else { text.to_owned() }
    }

    /// A fault at its place in its file; one of a whole file or folder without a picture of nothing.
    pub fn fault(self, fault: &Fault) -> String {
        let start = fault.source_code().and_then(|text| text.read_span(&(0, 0).into(), 0, 1).ok());
        let has_text = start.is_some_and(|start| !start.data().is_empty());
        if has_text {
            return self.diagnostic(fault);
        }
        let help = fault.advice().map(|advice| format!("  help: {advice}\n")).unwrap_or_default();
        format!("  {} {fault}\n{help}", self.paint(Tint::Bad, "×"))
    }

    fn diagnostic(self, fault: &Fault) -> String {
        let styles = if self.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(self.width);
        let mut text = String::new();
        match handler.render_report(&mut text, fault) {
            Ok(()) => text,
            // Rendering fails on a span outside the text; the message alone still helps.
            Err(_) => format!("  × {fault}\n"),
        }
    }
}

/// A colour, named for what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// As it should be.
    Good,
    /// A board failed.
    Bad,
    /// A rig is in trouble, or something wants attention.
    Warn,
    /// Of less weight than what stands beside it.
    Faint,
    /// A heading.
    Strong,
}

impl Tint {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Warn => "33",
            Self::Faint => "2",
            Self::Strong => "1",
        }
    }
}
