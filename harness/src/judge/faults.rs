//! `faults = "none"`: the board did not crash, as far as the bench or the board itself tells.

use super::reset::{Seen, resets};
use super::{Finding, View, Window};
use brownout_trace::event::{Crash, What};
use brownout_trace::{Instant, ResetCause};

/// So many faults are told one by one.
const TOLD: usize = 3;

/// Judges a window that looks back: faults of the core, lockups, and resets that a crash leads to.
pub fn judge(view: &View<'_>, window: Window) -> Finding {
    let (resets, seen) = resets(view);
    if seen == Seen::Nothing {
        return Finding::inconclusive("the board tells nothing of its resets, and the rig sees none", view.now);
    }
    let mut crashes: Vec<(Instant, String, Option<String>)> =
        resets.into_iter().filter_map(|(at, cause)| Some((at, crash(cause?)?.to_owned(), None))).collect();
    let mut faults = Vec::new();
    for event in view.events {
        let What::Fault { crash, text } = &event.what else { continue };
        // A watchdog's bite and the reset that it is are one.
        let reset = crashes.iter_mut().find(|(at, ..)| *crash == Crash::WatchdogReset && *at == event.at);
        match reset {
            Some((.., told)) => *told = Some(text.clone()),
            None => faults.push((event.at, crash.to_string(), Some(text.clone()))),
        }
    }
    let mut found: Vec<(Instant, String, Option<String>)> =
        crashes.into_iter().chain(faults).filter(|(at, ..)| (window.since..=window.to).contains(at)).collect();
    found.sort_by_key(|(at, ..)| *at);
    let Some((first, word, _)) = found.first() else { return Finding::new(true, "none", view.now) };
    let more = match found.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let told: Vec<String> = found
        .iter()
        .take(TOLD)
        .map(|(at, word, text)| match text {
            Some(text) => format!("{word} at {at}: {text}"),
            None => format!("{word} at {at}"),
        })
        .collect();
    Finding::new(false, format!("{word}{more}"), *first).detail(told.join("; "))
}

/// The crash that a cause of a reset tells of.
fn crash(cause: ResetCause) -> Option<&'static str> {
    match cause {
        ResetCause::Watchdog => Some("reset by watchdog"),
        ResetCause::WindowWatchdog => Some("reset by window watchdog"),
        ResetCause::Fault => Some("reset after a fault"),
        ResetCause::PowerOn | ResetCause::Pin | ResetCause::Software | ResetCause::LowPower => None,
    }
}
