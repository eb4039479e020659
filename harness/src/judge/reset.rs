//! `reset`: why the board was reset last. Its own word counts before the bench's.

use super::{Finding, View};
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
    let console = view.profile.console.as_ref();
    let booted = view.events.iter().rev().find_map(|event| match &event.what {
        What::Received { line } => {
            let report = console?.boot_report(line)?.ok()?;
            Some((event.at, report.reset?))
        }
        _ => None,
    });
    let seen = view.events.iter().rev().find_map(|event| match &event.what {
        What::Reset { cause } => Some((event.at, *cause)),
        _ => None,
    });
    match booted.or(seen) {
        Some((at, cause)) => told(Some(cause), expected, at),
        None => Finding::not_observed("the board tells nothing of its resets, and the rig sees none", view.now),
    }
}

fn told(cause: Option<ResetCause>, expected: ResetCause, at: Instant) -> Finding {
    match cause {
        Some(cause) => Finding::new(cause == expected, cause.to_string(), at),
        None => Finding::new(false, "a cause that is none of the profile's", at),
    }
}
