//! `reset`: why the board was reset last. Its own word counts before the bench's.

use super::{Finding, View, Window};
use crate::execute::Reply;
use brownout_trace::event::What;
use brownout_trace::{Instant, ResetCause};

/// Judges the status that the board was asked for; `None` if it cannot be asked, when its last boot line or what the
/// bench saw has to do.
pub fn judge(view: &View<'_>, reply: Option<&Reply>, expected: ResetCause) -> Finding {
    if let Some(reply) = reply {
        return match &reply.answer {
            Ok(answer) => told(answer.reset, expected, reply.got),
            Err(trouble) => trouble.finding(reply.got),
        };
    }
    let said = booted(view).into_iter().rev().find_map(|(at, cause)| Some((at, cause?)));
    let seen = view.events.iter().rev().find_map(|event| match &event.what {
        What::Reset { cause } => Some((event.at, *cause)),
        _ => None,
    });
    match said.or(seen) {
        Some((at, cause)) => told(Some(cause), expected, at),
        None => Finding::not_observed("the board tells nothing of its resets, and the rig sees none", view.now),
    }
}

/// Where resets are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// By the bench, each at its instant.
    Bench,
    /// On the console, when the board has started.
    Console,
    /// Nowhere.
    Nothing,
}

/// Every reset with its cause where one is told, and where they were seen: by the bench if it sees any, else by the
/// board's own lines. What a probe does to the chip while it flashes does not count; the start of what it flashed does.
pub fn resets(view: &View<'_>) -> (Vec<(Instant, Option<ResetCause>)>, Seen) {
    let lines = booted(view);
    let mut resets = Vec::new();
    let mut sees = false;
    let mut flashing = None;
    for event in view.events {
        match &event.what {
            What::Step { .. } => flashing = Some(resets.len()),
            What::Flashed { .. } => {
                // The probe asks for them by software, as a firmware would.
                let probed = resets.split_off(flashing.unwrap_or(0));
                resets.extend(probed.into_iter().filter(|(_, cause)| *cause != Some(ResetCause::Software)));
            }
            What::Reset { cause } => {
                sees = true;
                resets.push((event.at, Some(*cause)));
            }
            _ => {}
        }
    }
    if sees {
        // A handler that restarts the chip is known to the firmware alone.
        let own = lines.into_iter().filter(|(_, cause)| *cause == Some(ResetCause::Fault));
        for (at, cause) in own {
            if let Some(reset) = resets.iter_mut().rev().find(|(reset, _)| *reset <= at) {
                reset.1 = cause;
            }
        }
        return (resets, Seen::Bench);
    }
    let tells = view.profile.console.as_ref().is_some_and(|console| console.boot.is_some());
    (lines, if tells { Seen::Console } else { Seen::Nothing })
}

/// The board's own boot lines.
fn booted(view: &View<'_>) -> Vec<(Instant, Option<ResetCause>)> {
    let Some(console) = view.profile.console.as_ref() else { return Vec::new() };
    let report = |line: &str| Some(console.boot_report(line)?.ok().and_then(|report| report.reset));
    // A chip keeps the flag of a reset until its firmware has read it: the first one that starts after a flash reads that of
    // the probe, though the rig started it by its pin.
    let mut flashed = false;
    let mut lines = Vec::new();
    for event in view.events {
        match &event.what {
            What::Flashed { whole, .. } => flashed = *whole,
            What::Received { line } => {
                if let Some(cause) = report(line) {
                    let probed = std::mem::take(&mut flashed) && cause == Some(ResetCause::Software);
                    lines.push((event.at, if probed { Some(ResetCause::Pin) } else { cause }));
                }
            }
            _ => {}
        }
    }
    lines
}

/// Judges how often the board was reset in a window that looks back.
pub fn count(view: &View<'_>, expected: u32, window: Window) -> Finding {
    let (resets, seen) = resets(view);
    if seen == Seen::Nothing {
        return Finding::inconclusive("the board tells nothing of its resets, and the rig sees none", view.now);
    }
    let resets: Vec<_> = resets.into_iter().filter(|(at, _)| (window.since..=window.to).contains(at)).collect();
    let word = |cause: &Option<ResetCause>| cause.map_or("of unknown cause".to_owned(), |cause| cause.to_string());
    let causes: Vec<String> = resets.iter().take(TOLD).map(|(_, cause)| word(cause)).collect();
    let more = if resets.len() > TOLD { ", …" } else { "" };
    let observed = match resets.len() {
        0 => "no reset".to_owned(),
        1 => format!("1 reset: {}", causes.join(", ")),
        n => format!("{n} resets: {}{more}", causes.join(", ")),
    };
    let passed = resets.len() == expected as usize;
    let look_at = resets.get(expected as usize).map_or(view.now, |(at, _)| *at);
    let finding = Finding::new(passed, observed, look_at);
    if passed || resets.is_empty() {
        return finding;
    }
    let dated: Vec<String> = resets.iter().take(TOLD).map(|(at, cause)| format!("{} at {at}", word(cause))).collect();
    finding.detail(format!("{}{more}", dated.join(", ")))
}

/// So many resets are told one by one.
const TOLD: usize = 6;

fn told(cause: Option<ResetCause>, expected: ResetCause, at: Instant) -> Finding {
    match cause {
        Some(cause) => Finding::new(cause == expected, cause.to_string(), at),
        None => Finding::new(false, "a cause that is none of the profile's", at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::fake::profile;
    use crate::execute::{Contacts, Ledger};
    use brownout_rigs::uncertainty::Uncertainty;
    use brownout_trace::{Event, Span};

    /// What the board's own lines tell, of these events a second apart.
    fn lines(happened: &[What]) -> (Vec<Option<ResetCause>>, String) {
        let at = (1..).map(|second| Instant::ZERO + Span::secs(second));
        let events: Vec<Event> = at.zip(happened).map(|(at, what)| Event::new(at, what.clone())).collect();
        let profile = profile();
        let view = View {
            events: &events,
            contacts: &Contacts::default(),
            ledger: &Ledger::new(Instant::ZERO),
            profile: &profile,
            uncertainty: &Uncertainty::EXACT,
            nominal: profile.supply,
            now: Instant::ZERO + Span::secs(60),
        };
        let causes = resets(&view).0.into_iter().map(|(_, cause)| cause).collect();
        (causes, judge(&view, None, ResetCause::Pin).observed)
    }

    fn boot(reset: &str) -> What {
        What::Received { line: format!("# boot brownout-weekly 1.0.0 reset={reset} programs=0 clock=valid") }
    }

    fn flashed(whole: bool) -> What {
        What::Flashed { firmware: "weekly.elf".to_owned(), sha256: String::new(), whole }
    }

    #[test]
    fn the_first_boot_line_after_a_flash_counts_as_the_pin_s() {
        use ResetCause::{Pin, Software, Watchdog};
        let (causes, last) = lines(&[boot("software"), flashed(true), boot("software")]);
        assert_eq!((causes, last.as_str()), (vec![Some(Software), Some(Pin)], "pin"));
        let (causes, last) = lines(&[flashed(true), boot("software"), boot("software")]);
        assert_eq!((causes, last.as_str()), (vec![Some(Pin), Some(Software)], "software"), "the first alone");
        let (causes, last) = lines(&[flashed(true), boot("iwdg")]);
        assert_eq!((causes, last.as_str()), (vec![Some(Watchdog)], "watchdog"), "no probe does that");
        let (causes, _) = lines(&[flashed(false), boot("software")]);
        assert_eq!(causes, [Some(Software)], "part of a firmware was not started by the rig");
    }
}
