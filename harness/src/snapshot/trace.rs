//! The trace snapshot: every event of the case, exact. On the virtual bench only, for the few scenarios that ask.

use crate::outcome::CaseOutcome;
use crate::plan::Case;
use crate::show::words::event;
use std::fmt::Write;

/// The trace in words.
pub fn text(case: &Case, outcome: &CaseOutcome) -> String {
    let mut text = format!("{}\n{}\n\n", case.about.title, case.id);
    for entry in &outcome.trace {
        // A `String` takes whatever is written to it.
        let _ = writeln!(text, "{}  {}", entry.at, event(&entry.what));
    }
    text
}
