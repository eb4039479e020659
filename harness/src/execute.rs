//! Execution: one case on one bench, from the first arranging action to the verdict.
//!
//! * **One owner of time.** [`session`] has the only loop, over one primitive: advance the bench to a deadline or its
//!   next event. What is under way is a polled state machine; at one instant come events first, then what runs in
//!   the background (a reset pin to release, windows that are over), then the step.
//! * **Who failed?** Whatever ends a case early is a [`halt::Halt`] that carries whose doing it was.
//! * **A spoilt shot judges nobody.** The whole case restarts from its arranged state, up to [`ATTEMPTS`] times.
//! * **Judging looks on the trace only** ([`crate::judge`]); execution says when a window is over.

mod arranging;
mod asking;
#[cfg(test)]
mod blackbox_tests;
#[cfg(test)]
mod board_tests;
mod contacts;
#[cfg(test)]
pub(crate) mod fake;
mod flashing;
mod halt;
mod keying;
mod lane;
mod ledger;
mod log;
mod pressing;
mod reckoning;
mod session;
mod shooting;
mod speech;
mod stairs;
mod stepping;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing_tests;
#[cfg(test)]
mod word_tests;

pub(crate) use contacts::Contacts;
pub(crate) use ledger::{Help, Ledger, Outage, Seen};
pub(crate) use speech::{Reply, Trouble};
pub(crate) use stairs::tread;

use crate::arrange;
use crate::outcome::{CaseOutcome, Stopped};
use crate::plan::Case;
use brownout_rigs::bench::{Bench, RigFault};
use brownout_rigs::profile::Profile;
use brownout_trace::event::What;
use brownout_trace::{Event, Instant, Span, Verdict};
use reckoning::Attempt;
use session::Session;

/// How often a case is tried whose shots are spoilt.
pub const ATTEMPTS: u32 = 3;

/// Runs one case and judges it.
///
/// `rig` makes a fresh bench for each attempt (counted from 1): unpowered, its clock at or before
/// [`arrange::start_instant`]. `sink` gets every event as it happens, those of spoilt attempts included.
pub fn run_case<B: Bench>(
    rig: &mut dyn FnMut(u32) -> Result<B, RigFault>,
    case: &Case,
    profile: &Profile,
    sink: &mut dyn FnMut(&Event),
) -> CaseOutcome {
    let obstacle = case.skip.clone().or_else(|| arrange::obstacle(case, profile));
    if let Some(why) = obstacle {
        return nothing(case, why, Verdict::Skipped, 0, sink);
    }
    let mut attempt = 1;
    loop {
        let mut bench = match rig(attempt) {
            Ok(bench) => bench,
            Err(fault) => return nothing(case, fault.to_string(), Verdict::Inconclusive, attempt, sink),
        };
        match Session::new(&mut bench, case, profile, sink).run(attempt, attempt == ATTEMPTS) {
            Attempt::Spoilt => attempt += 1,
            Attempt::Over(outcome) => return *outcome,
        }
    }
}

/// The outcome of a case of which nothing can be told but why.
fn nothing(case: &Case, why: String, verdict: Verdict, attempts: u32, sink: &mut dyn FnMut(&Event)) -> CaseOutcome {
    let ended = Event::new(Instant::ZERO, What::Ended { verdict, criterion: None });
    sink(&ended);
    CaseOutcome {
        id: case.id.clone(),
        verdict,
        criterion: None,
        judgements: reckoning::not_reached(case, 0, Instant::ZERO),
        measurements: Vec::new(),
        relays: Vec::new(),
        shots: Vec::new(),
        stopped: Some(Stopped { step: None, span: None, why, verdict }),
        attempts,
        virtual_time: Span::ZERO,
        trace: vec![ended],
    }
}
