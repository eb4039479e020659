//! `programs = "kept"`: the board's own list against what it was given.

use super::{Finding, View};
use crate::execute::Reply;
use brownout_rigs::programme::Programme;

/// Judges the answer to a question for the programmes. Order and slots are the board's affair: only what is gone,
/// changed or too many counts.
pub fn judge(view: &View<'_>, reply: &Reply) -> Finding {
    let answer = match &reply.answer {
        Ok(answer) => answer,
        Err(trouble) => return trouble.finding(reply.got),
    };
    let held: Vec<(usize, &Programme)> = view.ledger.held().collect();
    let mut listed: Vec<&(Option<u32>, Programme)> = answer.programmes.iter().collect();
    let mut gone = Vec::new();
    for (number, programme) in &held {
        match listed.iter().position(|(_, other)| same(other, programme)) {
            Some(found) => drop(listed.remove(found)),
            None => gone.push((*number, *programme)),
        }
    }
    let mut words = Vec::new();
    for (number, programme) in gone {
        let slot = view.ledger.programmes[number - 1].slot;
        // What stands in its slot instead is what became of it.
        match listed.iter().position(|(other, _)| slot.is_some() && *other == slot) {
            Some(found) => {
                let (_, instead) = listed.remove(found);
                words.push(format!("programme {number} ({programme}) became {instead}"));
            }
            None => words.push(format!("programme {number} ({programme}) is lost")),
        }
    }
    words.extend(listed.iter().map(|(_, programme)| format!("programme {programme} was never given")));
    if words.is_empty() {
        let observed = match held.len() {
            0 => "none, as it should be".to_owned(),
            1 => "1 programme kept".to_owned(),
            n => format!("{n} programmes kept"),
        };
        return Finding::new(true, observed, reply.got);
    }
    let given: Vec<String> = held.iter().map(|(number, programme)| format!("{number}: {programme}")).collect();
    let has: Vec<String> = answer.programmes.iter().map(|(_, programme)| programme.to_string()).collect();
    let detail = format!("given: {}; listed: {}", list(&given), list(&has));
    Finding::new(false, words.join("; "), reply.got).detail(detail)
}

/// A board with one relay does not name it.
fn same(listed: &Programme, given: &Programme) -> bool {
    let relays = listed.relay.is_none() || given.relay.is_none() || listed.relay == given.relay;
    relays && (listed.days, listed.on, listed.off) == (given.days, given.on, given.off)
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
