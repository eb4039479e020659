//! A lot's tally as it is printed.

use super::statistics::Correlation;
use super::tally::{Broken, Decider, Figure, Tally};
use crate::show::words::printable;
use brownout_trace::{Amount, Kind, Unit};

/// More boards than these are not listed by number.
const LISTED: usize = 20;
/// More kinds of trouble than these are only counted.
const KINDS: usize = 10;
/// Two spaces between columns.
const GAP: &str = "  ";

/// The lines of a tally, without line ends.
pub fn lines(tally: &Tally) -> Vec<String> {
    let boards = usize::try_from(tally.boards).unwrap_or(usize::MAX);
    let share = 100.0 * tally.passed as f64 / boards.max(1) as f64;
    let mut lines = vec![format!("yield: {} of {}, {share:.1} %", tally.passed, of_boards(boards))];
    if !tally.failed.is_empty() {
        lines.push(format!("failed: {}", numbers(&tally.failed)));
        lines.extend(kinds(&tally.broken));
        lines.push(format!("  decided by {}", decider(tally.decider.as_ref(), "no single part")));
    }
    if !tally.unjudged.is_empty() {
        lines.push(format!("not judged: {}", numbers(&tally.unjudged)));
        lines.extend(kinds(&tally.trouble));
    }
    lines.push(String::new());
    if tally.figures.is_empty() {
        lines.push("nothing was measured: a step `measure` takes a figure".to_owned());
    } else {
        lines.extend(measurements(&tally.figures));
    }
    lines.push(String::new());
    let threshold = Correlation::threshold(boards).0;
    lines.push(if threshold > 1.0 {
        format!("which part decides cannot be told from {}: it takes ten at least", of_boards(boards))
    } else {
        let rule = "three times the sigma that it has for unrelated figures, 1/√(n − 1)";
        format!("a part decides from a rank correlation of ±{threshold:.2} on: {rule}")
    });
    lines
}

fn of_boards(number: usize) -> String {
    format!("{number} board{}", if number == 1 { "" } else { "s" })
}

fn numbers(boards: &[u32]) -> String {
    let some: Vec<String> = boards.iter().take(LISTED).map(u32::to_string).collect();
    let what = if boards.len() == 1 { "board" } else { "boards" };
    match boards.len().saturating_sub(LISTED) {
        0 => format!("{what} {}", some.join(", ")),
        more => format!("{what} {} and {more} more", some.join(", ")),
    }
}

fn kinds(kinds: &[Broken]) -> Vec<String> {
    let line = |kind: &Broken| format!("  {:>4} × {}, {}", kind.boards, kind.case, printable(&kind.what));
    let mut lines: Vec<String> = kinds.iter().take(KINDS).map(line).collect();
    if kinds.len() > KINDS {
        lines.push(format!("  and {} more kinds", kinds.len() - KINDS));
    }
    lines
}

fn decider(decider: Option<&Decider>, none: &str) -> String {
    decider.map_or_else(|| none.to_owned(), |it| format!("{} ({:+.2})", it.part, it.correlation.0))
}

/// A table with the cases between its rows.
fn measurements(figures: &[Figure]) -> Vec<String> {
    let head = ["", "n", "mean", "sigma", "min", "max", "limits", "Cpk", "decided by"].map(str::to_owned);
    let rows: Vec<[String; 9]> = figures.iter().map(row).collect();
    let mut widths = head.each_ref().map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut lines = Vec::new();
    let mut case = None;
    for (figure, row) in figures.iter().zip(&rows) {
        if case != Some(&figure.case) {
            lines.push(figure.case.to_string());
            if case.is_none() {
                lines.insert(0, aligned(&head, widths));
            }
            case = Some(&figure.case);
        }
        lines.push(aligned(row, widths));
    }
    lines
}

/// The name and the part stand to the left, numbers to the right.
fn aligned(row: &[String; 9], widths: [usize; 9]) -> String {
    let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
        0 | 8 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    let line = cells.collect::<Vec<String>>().join(GAP);
    format!("{GAP}{}", line.trim_end())
}

fn row(figure: &Figure) -> [String; 9] {
    let summary = figure.summary;
    let kind = figure.unit.kind();
    let told = |size: f64| rounded(kind, size, summary.sigma, figure.unit);
    let limit = |limit: Amount| limit.in_unit(figure.unit);
    let limits = match (figure.min, figure.max) {
        (Some(min), Some(max)) => format!("{} to {}", limit(min), limit(max)),
        (Some(min), None) => format!("at least {}", limit(min)),
        (None, Some(max)) => format!("at most {}", limit(max)),
        (None, None) => "-".to_owned(),
    };
    [
        figure.name.clone(),
        summary.count.to_string(),
        told(summary.mean),
        summary.sigma.map_or_else(|| "-".to_owned(), told),
        told(summary.least),
        told(summary.greatest),
        limits,
        figure.capability.map_or_else(|| "-".to_owned(), |cpk| format!("{:.2}", cpk.0)),
        decider(figure.decider.as_ref(), "-"),
    ]
}

/// As many digits as leave three of sigma; all, where nothing varies.
fn rounded(kind: Kind, size: f64, sigma: Option<f64>, unit: Unit) -> String {
    let step = sigma.filter(|sigma| *sigma > 0.0).and_then(|sigma| {
        // By its text, so that it is the same on every machine.
        let text = format!("{sigma:.2e}");
        let exponent: i32 = text.split_once('e')?.1.parse().ok()?;
        format!("1e{}", exponent - 2).parse::<f64>().ok()
    });
    Amount::of_size(kind, step.map_or(size, |step| (size / step).round() * step)).in_unit(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_their_spread_is_worth() {
        let told = |size, sigma| rounded(Kind::Time, size, sigma, Unit::MILLISECONDS);
        assert_eq!(told(14_213_456.0, Some(310_456.0)), "14.213ms");
        assert_eq!(told(310_456.0, Some(310_456.0)), "0.31ms");
        assert_eq!(told(14_213_456.0, Some(3.1e6)), "14.21ms");
        assert_eq!(told(14_213_456.0, Some(0.0)), "14.213456ms");
        assert_eq!(told(14_213_456.0, None), "14.213456ms");
    }

    #[test]
    fn many_boards_are_counted() {
        assert_eq!(numbers(&[7]), "board 7");
        assert_eq!(numbers(&[7, 9]), "boards 7, 9");
        let many: Vec<u32> = (1..=23).collect();
        assert!(numbers(&many).ends_with("19, 20 and 3 more"));
    }
}
