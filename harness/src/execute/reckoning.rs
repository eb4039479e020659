//! The end of an attempt: what was judged, what was not reached, and the verdict on the whole.

use super::halt::Halt;
use super::session::Session;
use crate::judge::{Finding, criterion, relay};
use crate::outcome::{CaseOutcome, Judgement, Stopped};
use crate::plan::Case;
use crate::scenario::step::Step;
use brownout_trace::event::What;
use brownout_trace::{Event, Instant, Verdict};

/// What became of an attempt.
pub enum Attempt {
    /// A shot was spoilt: nothing is judged.
    Spoilt,
    /// The case is over.
    Over(Box<CaseOutcome>),
}

/// Ends an attempt; a spoilt one is not over unless it was the `last`.
pub fn finish(mut session: Session<'_>, attempt: u32, last: bool, halt: Option<Halt>) -> Attempt {
    if let Some(Halt::Rig(text) | Halt::Spoilt(text)) = &halt {
        let told = matches!(session.log.events().last().map(|event| &event.what), Some(What::RigFault { .. }));
        if !told {
            session.note(What::RigFault { text: text.clone() });
        }
    }
    match halt {
        Some(Halt::Spoilt(_)) if !last => return Attempt::Spoilt,
        // The trace is sound up to here: windows that are over can be judged.
        None | Some(Halt::Board(_) | Halt::Scenario(_)) => {
            for window in std::mem::take(&mut session.settling) {
                session.judge_window(window);
            }
        }
        Some(Halt::Rig(_) | Halt::Spoilt(_)) => {}
    }
    let step = session.step;
    let now = session.now();
    let case = session.case;
    let judged: Vec<usize> = session.judgements.iter().map(|judgement| judgement.step).collect();
    let missing = not_reached(case, 0, now).into_iter().filter(|judgement| !judged.contains(&judgement.step));
    session.judgements.extend(missing);
    session.judgements.sort_by_key(|judgement| judgement.step);
    let stopped = halt.as_ref().map(|halt| Stopped {
        step,
        span: step.map(|index| case.steps[index].span.clone()),
        why: match halt {
            Halt::Spoilt(why) => format!("none of {attempt} attempts went as asked: {why}"),
            halt => halt.why().to_owned(),
        },
        verdict: halt.verdict(),
    });
    let verdict = overall(&session.judgements, halt.as_ref());
    let unseen = verdict == Verdict::Skipped && halt.is_none();
    let stopped = stopped.or_else(|| {
        let why = format!("not observable: `{}` shows nothing of what is expected", session.profile.name);
        unseen.then_some(Stopped { step: None, span: None, why, verdict })
    });
    let criterion = match halt {
        None => criterion::judge(&session.view(), case, &session.judgements),
        Some(_) => None,
    };
    let relays = relay::histories(&session.view());
    session.note(What::Ended { verdict, criterion });
    Attempt::Over(Box::new(CaseOutcome {
        id: case.id.clone(),
        verdict,
        criterion,
        judgements: session.judgements,
        measurements: session.measurements,
        relays,
        shots: session.ledger.shots,
        stopped,
        attempts: attempt,
        virtual_time: (now - Instant::ZERO).max(brownout_trace::Span::ZERO),
        trace: session.log.into_events(),
    }))
}

/// The gravest judgement; but what the rig spoilt judges no board, and what the board does not show judges nothing, unless
/// there is nothing else.
fn overall(judgements: &[Judgement], halt: Option<&Halt>) -> Verdict {
    match halt {
        Some(halt) if halt.verdict() == Verdict::Inconclusive => Verdict::Inconclusive,
        Some(_) => Verdict::Failed,
        None => {
            let seen = judgements.iter().map(|judgement| judgement.verdict).filter(|one| *one != Verdict::Skipped);
            seen.max().unwrap_or(if judgements.is_empty() { Verdict::Passed } else { Verdict::Skipped })
        }
    }
}

/// A judgement of the case's step `index`. A failure is told with the first fault that the core took.
pub fn judgement(case: &Case, index: usize, at: Instant, finding: Finding, events: &[Event]) -> Judgement {
    let mut judgement = blank(case, index, at);
    judgement.look_at = finding.look_at;
    judgement.verdict = finding.verdict;
    judgement.observed = finding.observed;
    judgement.figure = finding.figure;
    judgement.margin = finding.margin;
    judgement.detail = finding.detail;
    let fault = events.iter().find_map(|event| match &event.what {
        What::Fault { text, .. } => Some(format!("at {} {text}", event.at)),
        _ => None,
    });
    if judgement.verdict == Verdict::Failed
        && let Some(fault) = fault
    {
        judgement.detail = Some(judgement.detail.map_or(fault.clone(), |detail| format!("{detail}; {fault}")));
    }
    judgement
}

/// A judgement for each expectation from step `first` on, as if none had been reached.
pub fn not_reached(case: &Case, first: usize, at: Instant) -> Vec<Judgement> {
    let expects = |index: &usize| matches!(case.steps[*index].step, Step::Expect(_) | Step::Measure(_));
    (first..case.steps.len()).filter(expects).map(|index| blank(case, index, at)).collect()
}

fn blank(case: &Case, index: usize, at: Instant) -> Judgement {
    let step = &case.steps[index];
    let (expectation, span) = match &step.step {
        Step::Expect(expectation) => (expectation.value.to_string(), expectation.span.clone()),
        Step::Measure(measure) => (measure.value.to_string(), measure.span.clone()),
        _ => (step.text.clone(), step.span.clone()),
    };
    Judgement {
        step: index,
        span,
        expectation,
        at,
        look_at: at,
        verdict: Verdict::Skipped,
        observed: "not reached".to_owned(),
        figure: None,
        margin: None,
        detail: None,
    }
}
