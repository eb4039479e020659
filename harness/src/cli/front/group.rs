//! One scenario's cases as they come in: how many, how grave, and for what reasons.

use crate::cli::setup::count;
use crate::runner::{End, Finished};
use crate::show::Look;
use crate::show::paint::Tint;
use brownout_trace::Span;

/// More reasons than these are counted.
const ROWS: usize = 6;
/// More cases with one reason than these are counted.
const NAMED: usize = 3;
/// Where the names begin.
const INDENT: &str = "              ";

/// The cases of one scenario so far.
#[derive(Default)]
pub struct Group {
    cases: usize,
    gravest: Option<(End, &'static str)>,
    time: Span,
    rows: Vec<Row>,
}

/// The cases that have one reason.
struct Row {
    word: &'static str,
    reason: String,
    choices: Vec<String>,
}

impl Group {
    /// Takes a case in. Whether it is the first with its reason: the others need not be shown in full.
    pub fn add(&mut self, finished: &Finished) -> bool {
        self.cases += 1;
        self.time = self.time + finished.virtual_time;
        if self.gravest.is_none_or(|(end, _)| end < finished.end) {
            self.gravest = Some((finished.end, finished.word));
        }
        if finished.end == End::Passed {
            return false;
        }
        let reason = finished.reason.clone().unwrap_or_default();
        let choice = choice(finished);
        let same = |row: &&mut Row| row.word == finished.word && row.reason == reason;
        if let Some(row) = self.rows.iter_mut().find(same) {
            row.choices.push(choice);
            return false;
        }
        self.rows.push(Row { word: finished.word, reason, choices: vec![choice] });
        true
    }

    /// The scenario's line, and one for each reason below it.
    pub fn lines(&self, name: &str, width: usize, look: Look) -> Vec<String> {
        let (end, word) = self.gravest.unwrap_or((End::Passed, "passed"));
        let bad: usize = self.rows.iter().map(|row| row.choices.len()).sum();
        let cases = match bad {
            bad if bad > 0 && bad < self.cases => format!("{bad} of {}", count(self.cases, "case")),
            _ => count(self.cases, "case"),
        };
        let lead = look.paint(tint(end), &format!("{word:<12}"));
        let mut lines = vec![format!("{lead}  {name:<width$}  {cases:>14}  {:>10}", self.time.in_words())];
        lines.extend(self.rows.iter().take(ROWS).map(|row| self.row(row, word)));
        if self.rows.len() > ROWS {
            let more = self.rows.iter().skip(ROWS).map(|row| row.choices.len()).sum();
            lines.push(format!("{INDENT}… and {}", count(more, "case")));
        }
        lines
    }

    /// Which cases, and why; the word only where it is not the scenario's own.
    fn row(&self, row: &Row, word: &str) -> String {
        let mut which = match row.choices.len() {
            1 if self.cases == 1 => String::new(),
            all if all == self.cases => "all: ".to_owned(),
            few if few <= NAMED => format!("{}: ", row.choices.join(", ")),
            many => format!("{} and {} more: ", row.choices[..NAMED].join(", "), many - NAMED),
        };
        if row.word != word {
            which.push_str(row.word);
            which.push_str(": ");
        }
        format!("{INDENT}{which}{}", row.reason)
    }
}

/// The colour of an end.
pub fn tint(end: End) -> Tint {
    match end {
        End::Passed => Tint::Good,
        End::Skipped => Tint::Faint,
        End::Quarantined | End::NotRun | End::Inconclusive => Tint::Warn,
        End::Failed | End::Bug => Tint::Bad,
    }
}

/// The choice from the matrix, as it stands in the id.
fn choice(finished: &Finished) -> String {
    let id = finished.id.to_string();
    id.get(finished.id.scenario.len()..).unwrap_or_default().to_owned()
}
