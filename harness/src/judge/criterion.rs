//! The performance criterion of IEC 61000-4 as DOMAIN.md reads it for timers (pre-compliance).
//!
//! The contact's expected state is what an undisturbed board would do: the oracle's forecast with every outage left
//! out.

use super::relay::Settled;
use super::schedule::{deviations, history};
use super::{View, clock};
use crate::execute::{Help, Outage, Trouble};
use crate::oracle::Mismatch;
use crate::outcome::Judgement;
use crate::plan::Case;
use crate::scenario::expectation::Expectation;
use crate::scenario::step::Step;
use brownout_trace::{Criterion, Instant, RelayName, Span, Verdict};

/// The criterion; `None` where no disturbance was applied, where the contact's expected state cannot be told (no clock
/// was arranged, an outage outlasted its reserve, a console line of the scenario's own did more than ask), or where the
/// case ended before the declared recovery.
///
/// * A: the contact never left its expected state and no question for the clock failed.
/// * B: it did, and was right again within the declared recovery of each outage's end.
/// * C: it was still wrong when an operator, whom the scenario declares (`operator = […]`), began to help, and was right
///   within the declared recovery of the end of that help.
/// * D: programmes are lost, or the clock inside its reserve; or the contact never came right, or only later than
///   declared although nobody helped.
///
/// What an operator does to the supply is no disturbance, and a contact that moves under his hands and is right again
/// in time no deviation.
pub fn judge(view: &View<'_>, case: &Case, judgements: &[Judgement]) -> Option<Criterion> {
    let help = &view.ledger.help;
    let by_hand = |outage: &&Outage| help.iter().any(|help| helping(help, outage.from));
    let outages: Vec<Outage> = view.ledger.outages.iter().filter(|outage| !by_hand(outage)).cloned().collect();
    let outages = &outages[..];
    let begin = outages.first()?.from;
    case.board.as_ref()?.clock?;
    let failed = |wanted: fn(&Expectation) -> bool| {
        judgements.iter().find(|judgement| {
            let expectation = match &case.steps[judgement.step].step {
                Step::Expect(expectation) => wanted(&expectation.value),
                _ => false,
            };
            expectation && judgement.verdict == Verdict::Failed && judgement.at >= begin
        })
    };
    let clock = failed(|expectation| matches!(expectation, Expectation::Clock { .. }));
    let clock_lost = clock.is_some_and(|judgement| judgement.observed == clock::LOST);
    let reserve = view.profile.clock.reserve.unwrap_or(Span::ZERO);
    let longest = outages.iter().map(|outage| outage.to.unwrap_or(view.now) - outage.from).max()?;
    // A board that does not answer has shown no loss.
    let unanswered = [Trouble::NO_ANSWER, Trouble::NO_VALID_ANSWER];
    let programmes_lost = failed(|expectation| matches!(expectation, Expectation::ProgramsKept { .. }))
        .is_some_and(|judgement| !unanswered.contains(&judgement.observed.as_str()));
    if programmes_lost || (clock_lost && longest <= reserve) {
        return Some(Criterion::D);
    }
    // Without its clock no board can be where an undisturbed one would; and after a line of the scenario's own making
    // nobody knows where that is.
    if longest > reserve || view.ledger.meddled {
        return None;
    }
    let found = deviations(view, &history(view, &[]), view.now).ok()?;
    let lasting = |one: &Mismatch| one.until.is_none_or(|until| until > begin);
    let allowance = view.profile.power.recovery;
    let handled = |one: &Mismatch| {
        help.iter().any(|help| helping(help, one.at) && one.until.is_some_and(|until| until <= helped(help, allowance)))
    };
    let found = found.into_iter().map(|(relay, one)| {
        let until = one.until.or_else(|| came_right(view, &relay, &one));
        (relay, Mismatch { until, ..one })
    });
    let found = found.collect();
    let found: Vec<Mismatch> = unbroken(found).into_iter().filter(lasting).filter(|one| !handled(one)).collect();
    if found.iter().any(|one| one.at < begin) {
        // Wrong before it was disturbed: no disturbance can be blamed.
        return None;
    }
    if found.is_empty() {
        return Some(if clock.is_none() { Criterion::A } else { Criterion::B });
    }
    let recovered = found.iter().map(|one| recovery(one, outages, help, view.now, allowance)).max()?;
    match recovered {
        Recovery::InTime => Some(Criterion::B),
        Recovery::Helped => Some(Criterion::C),
        Recovery::Pending => None,
        Recovery::Never => Some(Criterion::D),
    }
}

/// When a contact came right in a time in which the oracle leaves it free, such as a start: it sees no end there.
fn came_right(view: &View<'_>, relay: &RelayName, one: &Mismatch) -> Option<Instant> {
    let changes = Settled::of(view, relay).changes;
    changes.into_iter().find(|(at, closed)| *at > one.at && *closed == one.expected).map(|(at, _)| at)
}

/// Deviations of one relay that follow each other without a break are one: the oracle begins a new one at each event that
/// the contact should have obeyed.
fn unbroken(found: Vec<(RelayName, Mismatch)>) -> Vec<Mismatch> {
    let mut whole: Vec<(RelayName, Mismatch)> = Vec::new();
    for (relay, one) in found {
        match whole.iter_mut().find(|(other, last)| *other == relay && last.until == Some(one.at)) {
            Some((_, last)) => last.until = one.until,
            None => whole.push((relay, one)),
        }
    }
    whole.into_iter().map(|(_, one)| one).collect()
}

/// Whether an instant lies in the time of an operator's help.
fn helping(help: &Help, at: Instant) -> bool {
    at >= help.from && help.to.is_none_or(|to| at <= to)
}

/// By when an operator's help must have worked.
fn helped(help: &Help, allowance: Span) -> Instant {
    help.to.map_or(Instant::NEVER, |to| to + allowance)
}

/// How a deviation ended; the gravest decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Recovery {
    InTime,
    Helped,
    Pending,
    Never,
}

fn recovery(one: &Mismatch, outages: &[Outage], help: &[Help], now: Instant, allowance: Span) -> Recovery {
    // What the board had to recover from: the last outage that had begun by then.
    let by = one.until.unwrap_or(now);
    let ended = outages.iter().rev().find(|outage| outage.from <= by).and_then(|outage| outage.to);
    let due = ended.map(|ended| ended + allowance);
    if let Some(help) = help.iter().find(|help| one.at < help.from && help.from < by) {
        let worked = helped(help, allowance);
        return match one.until {
            // Helped before it had its time: what it would have done by itself nobody knows.
            _ if due.is_none_or(|due| help.from < due) => Recovery::Pending,
            Some(until) if until <= worked => Recovery::Helped,
            None if now < worked => Recovery::Pending,
            _ => Recovery::Never,
        };
    }
    match (one.until, due) {
        (Some(until), Some(due)) if until > due => Recovery::Never,
        (Some(_), _) => Recovery::InTime,
        (None, Some(due)) if due <= now => Recovery::Never,
        (None, _) => Recovery::Pending,
    }
}
