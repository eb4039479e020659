//! `mode`: the mode that the board names when asked.

use super::Finding;
use crate::execute::Reply;
use crate::scenario::step::Mode;

/// Judges the answer to a question for the mode.
pub fn judge(reply: &Reply, expected: Mode) -> Finding {
    let answer = match &reply.answer {
        Ok(answer) => answer,
        Err(trouble) => return trouble.finding(reply.got),
    };
    match answer.mode {
        Some(mode) => Finding::new(mode == expected, mode.to_string(), reply.got),
        None => Finding::inconclusive("the board's answer holds no mode", reply.got),
    }
}
