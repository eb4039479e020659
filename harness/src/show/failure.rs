//! A case that did not pass, in full: each broken expectation where it stands in its file, what was observed, and
//! what the board did round the instant that decided it.

use super::excerpt::{Line, excerpt};
use super::paint::{Look, Tint};
use super::time::micros;
use super::waveform::{Focus, waveform};
use super::words::{event, printable};
use crate::outcome::{CaseOutcome, Judgement, Stopped};
use crate::plan::Case;
use crate::scenario::error::{Fault, Source};
use brownout_trace::{Event, Instant, Measurement, Verdict, What};
use std::fmt::Write;

/// More than these are listed with a line each.
const IN_FULL: usize = 3;
/// More lines than these are only counted.
const LISTED: usize = 10;
/// Troubles of the board or the rig that are listed by themselves.
const TROUBLES: usize = 4;

/// Everything a reader needs of a failed or inconclusive case. Ends with a line end; empty if nothing is wrong.
pub fn failure(case: &Case, outcome: &CaseOutcome, look: Look) -> String {
    let mut text = String::new();
    let broken: Vec<&Judgement> = outcome.judgements.iter().filter(|judgement| is_broken(judgement)).collect();
    for judgement in broken.iter().take(IN_FULL) {
        text.push_str(&look.fault(&fault(case, judgement)));
        let here = format!("{}: {}", judgement.expectation, printable(&judgement.observed));
        let focus = Focus {
            at: judgement.look_at,
            judged: judgement.at,
            step: judgement.step,
            expectation: &judgement.expectation,
            relays: &outcome.relays,
            nominal: case.nominal,
        };
        text.push_str(&waveform(&outcome.trace, focus, look));
        text.push_str(&events(&excerpt(&outcome.trace, judgement.look_at, Some(judgement.step), &here), look));
    }
    list(&mut text, case, &broken);
    if let Some(stopped) = &outcome.stopped {
        text.push_str(&stop(case, stopped, look));
        let last = outcome.trace.last().map_or(Instant::ZERO, |event| event.at);
        text.push_str(&events(&excerpt(&outcome.trace, last, None, &printable(&stopped.why)), look));
    }
    if !text.is_empty() {
        measured(&mut text, &outcome.measurements);
    }
    troubles(&mut text, &outcome.trace, look);
    text
}

/// The reasons against a case, one line each: what a summary says of it.
pub fn reasons(case: &Case, outcome: &CaseOutcome) -> Vec<String> {
    let mut reasons = Vec::new();
    for judgement in outcome.judgements.iter().filter(|judgement| is_broken(judgement)) {
        let line = line(case, Some(judgement.step), judgement.span.start);
        reasons.push(format!("{line}: {}; observed: {}", judgement.expectation, printable(&judgement.observed)));
    }
    if let Some(stopped) = &outcome.stopped {
        reasons.push(match &stopped.span {
            Some(span) => format!("{}: {}", line(case, stopped.step, span.start), printable(&stopped.why)),
            None => printable(&stopped.why),
        });
    }
    reasons
}

/// What broke first, in words that are the same for every board that breaks it: the expectation without what was observed.
pub fn first_broken(case: &Case, outcome: &CaseOutcome) -> Option<String> {
    let failed = outcome.judgements.iter().find(|judgement| judgement.verdict == Verdict::Failed);
    let broken = failed.map(|judgement| {
        let line = line(case, Some(judgement.step), judgement.span.start);
        format!("{line}: {}", judgement.expectation)
    });
    broken.or_else(|| reasons(case, outcome).into_iter().next())
}

/// The file that a step stands in: the scenario's own, or one that it includes.
fn source(case: &Case, step: Option<usize>) -> &Source {
    step.and_then(|step| case.steps.get(step)).map_or(&case.about.source, |step| &step.source)
}

/// `line 7`, or `line 7 of restart.steps.toml`.
fn line(case: &Case, step: Option<usize>, byte: usize) -> String {
    let source = source(case, step);
    let (line, _) = source.line_column(byte);
    match source.name == case.about.source.name {
        true => format!("line {line}"),
        false => format!("line {line} of {}", source.name),
    }
}

fn is_broken(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Verdict::Failed | Verdict::Inconclusive)
}

fn fault(case: &Case, judgement: &Judgement) -> Fault {
    let message = match judgement.verdict {
        Verdict::Inconclusive => format!("{}: could not be judged", judgement.expectation),
        _ => format!("{}: it was not so", judgement.expectation),
    };
    let shown = Fault::new(source(case, Some(judgement.step)), judgement.span.clone(), message)
        .label(printable(&judgement.observed));
    let detail = judgement.detail.clone().filter(|detail| *detail != judgement.observed);
    let told: Vec<String> = detail.into_iter().chain(judgement.margin.map(|margin| margin.to_string())).collect();
    if told.is_empty() { shown } else { shown.help(told.join("; ")) }
}

fn stop(case: &Case, stopped: &Stopped, look: Look) -> String {
    let whose = match stopped.verdict {
        Verdict::Failed => "the board",
        _ => "the rig",
    };
    let what = match stopped.step {
        Some(step) => format!("ended at step {step} by {whose}: {}", printable(&stopped.why)),
        // Of these it says itself that nobody in particular is to blame.
        None if stopped.verdict == Verdict::Skipped || stopped.why.starts_with("cannot be arranged:") => {
            printable(&stopped.why)
        }
        None => format!("not arranged, by {whose}: {}", printable(&stopped.why)),
    };
    match &stopped.span {
        Some(span) => look.fault(&Fault::new(source(case, stopped.step), span.clone(), what).label("here")),
        None => format!("  {} {what}\n", look.paint(Tint::Bad, "×")),
    }
}

fn events(lines: &[Line], look: Look) -> String {
    let width = lines.iter().map(|line| line.at.chars().count()).max().unwrap_or(0);
    let mut text = String::from("  what the board did (bench time from step 0):\n");
    for Line { at, text: what, here } in lines {
        // A `String` takes whatever is written to it.
        let _ = match here {
            true => writeln!(
                text,
                "  {} {}",
                look.paint(Tint::Bad, ">"),
                look.paint(Tint::Strong, &format!("{at:>width$}  {what}"))
            ),
            false => writeln!(text, "    {}  {what}", look.paint(Tint::Faint, &format!("{at:>width$}"))),
        };
    }
    text.push('\n');
    text
}

fn list(text: &mut String, case: &Case, broken: &[&Judgement]) {
    for judgement in broken.iter().skip(IN_FULL).take(LISTED) {
        let line = line(case, Some(judgement.step), judgement.span.start);
        let observed = printable(&judgement.observed);
        let _ = writeln!(text, "  also {line}: {}; observed: {observed}", judgement.expectation);
    }
    if broken.len() > IN_FULL + LISTED {
        let _ = writeln!(text, "  and {} more", broken.len() - IN_FULL - LISTED);
    }
}

/// Every figure that was measured, those that passed too: a failure is often the end of a way that they show.
fn measured(text: &mut String, measurements: &[Measurement]) {
    for (n, measurement) in measurements.iter().take(LISTED).enumerate() {
        let lead = if n == 0 { "measured:" } else { "" };
        let _ = writeln!(text, "  {lead:<9} {}", printable(&measurement.to_string()));
    }
    if measurements.len() > LISTED {
        let _ = writeln!(text, "  and {} more figures", measurements.len() - LISTED);
    }
}

/// Faults of the core, of the model and of the rig: whatever else is wrong, they come first to mind.
fn troubles(text: &mut String, trace: &[Event], look: Look) {
    let is_trouble = |event: &&Event| {
        matches!(event.what, What::Fault { .. } | What::Unmodelled { .. } | What::RigFault { .. } | What::Torn { .. })
    };
    let count = trace.iter().filter(is_trouble).count();
    for event in trace.iter().filter(is_trouble).take(TROUBLES) {
        let what = full(event);
        let _ = writeln!(text, "  {} {}  {what}", look.paint(Tint::Warn, "!"), micros(event.at));
    }
    if count > TROUBLES {
        let _ = writeln!(text, "  {} and {} more of these", look.paint(Tint::Warn, "!"), count - TROUBLES);
    }
}

/// A crash with all its registers; on as many lines as it came in.
fn full(trouble: &Event) -> String {
    match &trouble.what {
        What::Fault { crash, text } => {
            let lines: Vec<String> = text.lines().map(printable).collect();
            format!("{crash}: {}", lines.join("\n      "))
        }
        what => event(what),
    }
}
