//! What a board that cannot be asked shows of its programmes and its clock: the edges of its contacts.
//!
//! The oracle says which edges must come in the window. Where it expects none, or none that another list of programmes
//! would not have brought as well, the board shows nothing: *not observed*, which is no failure.

use super::schedule::{deviations_from, first_wrong, history, history_of};
use super::{Finding, View, Window};
use crate::oracle::history::{Action, History, OracleError};
use crate::oracle::{self, ExpectedEdge};
use brownout_rigs::profile::Profile;
use brownout_trace::{Instant, Ppm, Span};

/// Judges `programs = "kept"` by the edges of a window.
pub fn programs(view: &View<'_>, window: Window) -> Finding {
    let given = history(view, &view.ledger.outages);
    let held: Vec<usize> = view.ledger.held().map(|(number, _)| number).collect();
    let due = |history: &History| edges(view.profile, history, window);
    let shown = due(&given).and_then(|with| {
        let shows = |number: &usize| match without(view, *number) {
            Some(other) => due(&other).map(|without| without != with),
            None => Ok(false),
        };
        held.iter().map(|number| shows(number).map(|shows| (*number, shows))).collect::<Result<Vec<_>, _>>()
    });
    let shown = match shown {
        Ok(shown) => shown,
        Err(why) => return Finding::inconclusive(format!("no forecast: {why}"), window.to),
    };
    let those = |seen: bool| shown.iter().filter(|(_, shows)| *shows == seen).map(|(number, _)| *number).collect();
    let (seen, unseen): (Vec<usize>, Vec<usize>) = (those(true), those(false));
    if seen.is_empty() {
        let why = "no edge is due in the window that tells these programmes from others";
        return Finding::not_observed(why, window.to);
    }
    let rest = match unseen.is_empty() {
        true => String::new(),
        false => format!("; nothing to be seen of {}", numbered(&unseen)),
    };
    match wrong(view, view.profile, &given, window) {
        Err(why) => Finding::inconclusive(format!("no forecast: {why}"), window.to),
        Ok(None) => Finding::new(true, format!("{} acted as given{rest}", numbered(&seen)), window.to),
        Ok(Some(wrong)) => wrong,
    }
}

/// Judges `clock = { within = … }` by the edges of a window: each must come as if the clock was off by so much at most.
///
/// What the profile grants a programmed edge besides, its resolution and the relay's delay, it is granted here too.
pub fn clock(view: &View<'_>, within: Span, window: Window) -> Finding {
    let mut exact = view.profile.clone();
    (exact.clock.deviation, exact.clock.per_day) = (Some(Ppm::ZERO), None);
    exact.clock.set_phase = within;
    let history = history(view, &view.ledger.outages);
    let judged =
        edges(&exact, &history, window).and_then(|due| Ok((due.len(), wrong(view, &exact, &history, window)?)));
    match judged {
        Err(why) => Finding::inconclusive(format!("no forecast: {why}"), window.to),
        Ok((0, _)) => Finding::not_observed("no edge is due in the window", window.to),
        Ok((_, Some(wrong))) => wrong,
        Ok((1, None)) => Finding::new(true, "1 edge in its time", window.to),
        Ok((count, None)) => Finding::new(true, format!("{count} edges in their time"), window.to),
    }
}

/// The edges of all relays that must come whole inside the window, without their reasons.
fn edges(profile: &Profile, history: &History, window: Window) -> Result<Vec<(usize, ExpectedEdge)>, OracleError> {
    let mut found = Vec::new();
    for (number, relay) in profile.relays.iter().enumerate() {
        let forecast = oracle::forecast(profile, relay, history, window.to)?;
        let inside = |edge: &&ExpectedEdge| edge.from >= window.from && edge.to <= window.to;
        let why = oracle::Why::Before;
        found.extend(forecast.edges().iter().filter(inside).map(|edge| (number, ExpectedEdge { why, ..*edge })));
    }
    Ok(found)
}

/// What was done to the board, as if the programme of this number had not been among those it holds.
fn without(view: &View<'_>, number: usize) -> Option<History> {
    let mut deeds = view.ledger.deeds.clone();
    let last: &mut (Instant, Instant, Action) =
        deeds.iter_mut().rev().find(|(_, _, action)| matches!(action, Action::Programs(_)))?;
    let others = view.ledger.held().filter(|(other, _)| *other != number).map(|(_, programme)| programme.clone());
    last.2 = Action::Programs(others.collect());
    Some(history_of(view, &view.ledger.outages, &deeds))
}

/// Where the contacts were not what they had to be in the window, if anywhere.
fn wrong(
    view: &View<'_>,
    profile: &Profile,
    history: &History,
    window: Window,
) -> Result<Option<Finding>, OracleError> {
    let found = deviations_from(view, profile, history, window.to)?;
    Ok(first_wrong(&found, window.from))
}

/// `programme 1`, `programmes 1, 2 and 4`.
fn numbered(numbers: &[usize]) -> String {
    match numbers.split_last() {
        Some((last, [])) => format!("programme {last}"),
        Some((last, rest)) => {
            let rest: Vec<String> = rest.iter().map(usize::to_string).collect();
            format!("programmes {} and {last}", rest.join(", "))
        }
        None => "no programme".to_owned(),
    }
}
