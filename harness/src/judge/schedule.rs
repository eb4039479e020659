//! `"schedule"`: the oracle's forecast, from what was done to the board, against what its contacts did.

use super::late::{self, Came, Edge};
use super::relay::Settled;
use super::{Finding, View, Window};
use crate::execute::Outage;
use crate::oracle::history::{Action, History, OracleError};
use crate::oracle::{self, Mismatch};
use crate::outcome::Figure;
use brownout_rigs::profile::Profile;
use brownout_trace::event::What;
use brownout_trace::{Instant, Ppm, RelayName, Span};

/// So many deviations are told one by one.
const TOLD: usize = 3;

/// Judges the contacts from a mark (or step 0) to the window's end. The forecast follows the board from its first
/// arranging action on.
pub fn judge(view: &View<'_>, window: Window, error: Option<Span>, drift: Option<Ppm>) -> Finding {
    let Window { since, to, .. } = window;
    let found = match deviations(view, &history(view, &view.ledger.outages), to) {
        Ok(found) => found,
        Err(why) => return Finding::inconclusive(format!("no forecast: {why}"), to),
    };
    first_wrong(&found, since).unwrap_or_else(|| punctual(view, window, error, drift))
}

/// The first of these deviations that lasted beyond an instant, with those that follow it.
pub(super) fn first_wrong(found: &[(RelayName, Mismatch)], since: Instant) -> Option<Finding> {
    let found: Vec<_> = found.iter().filter(|(_, one)| one.until.is_none_or(|until| until > since)).collect();
    let (relay, first) = found.first()?;
    let word = |closed| if closed { "closed" } else { "open" };
    let observed = format!("{relay} {} where {} was due", word(first.observed), word(first.expected));
    let mut told: Vec<String> = found.iter().take(TOLD).map(|(relay, one)| format!("{relay}: {one}")).collect();
    if found.len() > TOLD {
        told.push(format!("{} more", found.len() - TOLD));
    }
    Some(Finding::new(false, observed, first.at.max(since)).detail(told.join("; ")))
}

/// The schedule was kept: how far its edges were from their nominal instants, and whether that is inside a limit.
fn punctual(view: &View<'_>, window: Window, error: Option<Span>, drift: Option<Ppm>) -> Finding {
    let mut edges = Vec::new();
    for relay in &view.profile.relays {
        // That there is a forecast is known by now.
        edges.extend(late::edges(view, relay, window).unwrap_or_default());
    }
    let came: Vec<Came> = edges.iter().filter_map(Edge::came).collect();
    let Some(worst) = came.iter().max_by_key(|came| came.late().abs()) else {
        return match error.is_some() || drift.is_some() {
            true => Finding::inconclusive("no programmed edge came whose error could be told", window.to),
            false => Finding::new(true, "as programmed", window.to),
        };
    };
    let long: Vec<&Came> = came.iter().filter(|came| came.ran() >= late::TELLING).collect();
    let fastest = long.iter().max_by(|one, other| one.ppm().0.abs().total_cmp(&other.ppm().0.abs()));
    let mut detail = format!("schedule error at most {:.3}ms, {worst}", worst.late().as_secs_f64() * 1e3);
    if let Some(fastest) = fastest {
        detail.push_str(&format!("; clock off by at most {:.1}ppm, {fastest}", fastest.ppm().0));
    }
    if let Some(limit) = error {
        let finding = Finding::bounded(worst.late(), limit, "as programmed, edges off by at most ", "", worst.at);
        return finding.detail(detail);
    }
    let Some(limit) = drift else { return Finding::new(true, "as programmed", window.to).detail(detail) };
    let Some(fastest) = fastest else {
        let why = format!("no edge came {} or more after the clock was set: its drift cannot be told", late::TELLING);
        return Finding::inconclusive(why, window.to);
    };
    let inside = fastest.ppm().0.abs() <= limit.0;
    let text = format!("{:.1}ppm", fastest.ppm().0);
    let finding = Finding::new(inside, format!("as programmed, clock off by {text}"), fastest.at);
    // A margin is one of time: what the drift left of what it may come to by then.
    let allowed = Span::from_secs_f64(fastest.ran().as_secs_f64() * limit.0 * 1e-6);
    let figure = Some(Figure { text, inside });
    Finding { figure, ..finding }.left(allowed - fastest.late().abs(), allowed).detail(detail)
}

/// Where the contacts of any relay were not what they had to be up to `until`, in order of time.
pub(super) fn deviations(
    view: &View<'_>,
    history: &History,
    until: Instant,
) -> Result<Vec<(RelayName, Mismatch)>, OracleError> {
    deviations_from(view, view.profile, history, until)
}

/// The same for a board that promises something else.
pub(super) fn deviations_from(
    view: &View<'_>,
    profile: &Profile,
    history: &History,
    until: Instant,
) -> Result<Vec<(RelayName, Mismatch)>, OracleError> {
    let mut found = Vec::new();
    for relay in &view.profile.relays {
        let settled = Settled::of(view, relay);
        let forecast = oracle::forecast(profile, relay, history, until)?;
        let wrong = forecast.check(&settled.changes, settled.initially);
        found.extend(wrong.into_iter().map(|one| (relay.clone(), one)));
    }
    found.sort_by_key(|(_, one)| one.at);
    Ok(found)
}

/// What was done to the board, as the oracle reads it, with its outages or without.
pub(super) fn history(view: &View<'_>, outages: &[Outage]) -> History {
    history_of(view, outages, &view.ledger.deeds)
}

/// The same with other deeds than were done.
pub(super) fn history_of(view: &View<'_>, outages: &[Outage], deeds: &[(Instant, Instant, Action)]) -> History {
    let mut history = History::new();
    if let Some(at) = view.ledger.first_powered {
        history.push(at, Action::PowerRestored);
    }
    // From one level to another without a time of full supply between them is one outage to the board.
    let mut spans: Vec<Outage> = Vec::new();
    for (_, outage) in outages.iter().enumerate().filter(|(n, _)| stops_the_board(view, &outages[*n..])) {
        match spans.last_mut() {
            Some(last) if last.to == Some(outage.from) => {
                // What was left of the supply may have been enough until the next fall was over.
                let down = if last.is_total() { last.down } else { outage.down };
                *last = Outage { from: last.from, down, ..outage.clone() };
            }
            _ => spans.push(outage.clone()),
        }
    }
    for outage in spans {
        history.push_between(outage.from, outage.down, Action::PowerLost);
        if let (Some(up), Some(to)) = (outage.up, outage.to) {
            history.push_between(up, to, Action::PowerRestored);
        }
    }
    for (from, to, action) in deeds {
        history.push_between(*from, *to, action.clone());
    }
    history
}

/// Whether the first of these outages may stop the board. One that leaves nothing of the supply may; what a board does
/// at a residual voltage no profile declares, so the board has to start again after it, or be one whose starts nobody
/// can see.
fn stops_the_board(view: &View<'_>, outages: &[Outage]) -> bool {
    let Some((outage, later)) = outages.split_first() else { return false };
    if outage.is_total() {
        return true;
    }
    let boot = view.profile.power.boot;
    let by = |outage: &Outage| outage.to.unwrap_or(view.now) + boot;
    // Outages that follow before it could start put its start off.
    let last = later.iter().fold(by(outage), |last, next| if next.from <= last { last.max(by(next)) } else { last });
    let mut starts = view.events.iter().filter(|event| is_start(view, &event.what)).peekable();
    let invisible = starts.peek().is_none();
    invisible || starts.any(|event| (outage.from..=last).contains(&event.at))
}

fn is_start(view: &View<'_>, what: &What) -> bool {
    match what {
        What::Reset { .. } => true,
        What::Received { line } => {
            view.profile.console.as_ref().is_some_and(|console| console.boot_report(line).is_some())
        }
        _ => false,
    }
}
