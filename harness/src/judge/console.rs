//! `console`: a line that matches came inside the window.

use super::{Finding, View};
use crate::scenario::expectation::Glob;
use brownout_trace::event::What;
use brownout_trace::{Instant, Span};

/// So many lines that do not match are told.
const TOLD: usize = 5;

/// Judges the lines from event `cursor` of the trace on, in a window that opened at `from` and is over.
pub fn judge(view: &View<'_>, pattern: &Glob, within: Span, from: Instant, cursor: usize) -> Finding {
    let lines = view.events[cursor..].iter().filter_map(|event| match &event.what {
        What::Received { line } if !line.is_empty() => Some((event.at, line)),
        _ => None,
    });
    let lines: Vec<(Instant, &String)> = lines.filter(|(at, _)| *at <= from + within).collect();
    if let Some((at, line)) = lines.iter().find(|(_, line)| pattern.matches(line)) {
        return Finding::bounded(*at - from, within, &format!("`{line}` after "), "", *at);
    }
    let end = from + within;
    match lines.len() {
        0 => Finding::new(false, "no line", end),
        n => {
            let told: Vec<String> = lines.iter().take(TOLD).map(|(_, line)| format!("`{line}`")).collect();
            let more = if n > TOLD { format!(" and {} more", n - TOLD) } else { String::new() };
            let look_at = lines[0].0;
            Finding::new(false, "no such line", look_at).detail(format!("came: {}{more}", told.join(", ")))
        }
    }
}
