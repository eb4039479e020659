//! `clock within`: the board's own reading against the nominal clock.
//!
//! A reading of whole seconds says only that the clock stood somewhere in that second, and was taken somewhere
//! between question and answer. The board is given what the reading leaves open: it fails only if no instant of
//! both would be inside the limit.

use super::{Finding, View, rounded};
use crate::execute::Reply;
use crate::outcome::Figure;
use brownout_trace::{Span, Verdict};

/// The unit of a board's reading.
const READING: Span = Span::secs(1);

/// What is observed of a board that says itself that its clock is not right.
pub const LOST: &str = "the clock is lost";

/// Judges the answer to a question for the clock.
pub fn judge(view: &View<'_>, reply: &Reply, within: Span) -> Finding {
    let answer = match &reply.answer {
        Ok(answer) => answer,
        Err(trouble) => return trouble.finding(reply.got),
    };
    let Some(nominal) = view.ledger.clock else {
        return Finding::inconclusive("the clock was never set", reply.got);
    };
    let Some(read) = answer.clock else {
        return Finding::inconclusive("the board's answer holds no clock", reply.got);
    };
    let detail = format!("the board read {read} where {} was due, at {}", nominal.at(reply.got), reply.got);
    if answer.clock_valid == Some(false) {
        return Finding::new(false, LOST, reply.got).detail(detail);
    }
    let least = read - nominal.at(reply.got);
    let most = read + READING - nominal.at(reply.sent);
    let deviation = if least > Span::ZERO {
        least
    } else if most < Span::ZERO {
        most
    } else {
        Span::ZERO
    };
    let inside = deviation.abs() <= within;
    let text = rounded(deviation, within).to_string();
    let finding = Finding::new(inside, format!("off by {text}"), reply.got);
    let finding = Finding { figure: Some(Figure { text, inside }), ..finding };
    if finding.verdict == Verdict::Failed { finding.detail(detail) } else { finding }
}
