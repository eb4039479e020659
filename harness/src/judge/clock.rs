//! `clock within`: the board's own reading against the nominal clock.
//!
//! A reading of whole seconds says only that the clock stood somewhere in that second, and was taken somewhere
//! between question and answer. The board is given what the reading leaves open: it fails only if no instant of
//! both would be inside the limit.

use super::{Finding, View};
use crate::execute::Reply;
use brownout_trace::{Span, Verdict};

/// The unit of a board's reading.
const READING: Span = Span::secs(1);

/// What is observed of a board that says itself that its clock is not right.
pub const LOST: &str = "the clock is lost";

/// Judges the answer to a question for the clock.
pub fn judge(view: &View<'_>, reply: &Reply, within: Span) -> Finding {
    let (deviation, detail) = match deviation(view, reply) {
        Ok(told) => told,
        Err(finding) => return *finding,
    };
    let finding = Finding::bounded(deviation, within, "off by ", "", reply.got);
    if finding.verdict == Verdict::Failed { finding.detail(detail) } else { finding }
}

/// How far the clock is ahead, in the board's favour, and what was read; or why that cannot be told.
pub(super) fn deviation(view: &View<'_>, reply: &Reply) -> Result<(Span, String), Box<Finding>> {
    let answer = match &reply.answer {
        Ok(answer) => answer,
        Err(trouble) => return Err(Box::new(trouble.finding(reply.got))),
    };
    let Some(nominal) = view.ledger.clock else {
        return Err(Box::new(Finding::inconclusive("the clock was never set", reply.got)));
    };
    let Some(read) = answer.clock else {
        return Err(Box::new(Finding::inconclusive("the board's answer holds no clock", reply.got)));
    };
    let detail = format!("the board read {read} where {} was due, at {}", nominal.at(reply.got), reply.got);
    if answer.clock_valid == Some(false) {
        return Err(Box::new(Finding::new(false, LOST, reply.got).detail(detail)));
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
    Ok((deviation, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::fake::profile;
    use crate::execute::{Contacts, Ledger};
    use brownout_rigs::profile::Answer;
    use brownout_rigs::uncertainty::Uncertainty;
    use brownout_trace::Instant;
    use brownout_trace::calendar::NominalClock;

    /// The finding for a clock set to 12:00:00 at instant 0, asked over these milliseconds.
    fn finding(read: &str, asked: (i64, i64), valid: bool, within: Span) -> Finding {
        let (profile, contacts, mut ledger) = (profile(), Contacts::default(), Ledger::new(Instant::ZERO));
        ledger.clock = Some(NominalClock { set_at: Instant::ZERO, value: "Mon 12:00:00".parse().unwrap() });
        let [sent, got] = [asked.0, asked.1].map(|at| Instant::ZERO + Span::millis(at));
        let (uncertainty, nominal) = (&Uncertainty::EXACT, profile.supply);
        let view = View {
            events: &[],
            contacts: &contacts,
            ledger: &ledger,
            profile: &profile,
            uncertainty,
            nominal,
            now: got,
        };
        let answer = Answer { clock: Some(read.parse().unwrap()), clock_valid: Some(valid), ..Answer::default() };
        judge(&view, &Reply { began: sent, sent, got, answer: Ok(Box::new(answer)) }, within)
    }

    #[test]
    fn the_board_is_given_what_its_reading_and_the_line_leave_open() {
        let second = Span::secs(1);
        for (read, asked, observed) in [
            ("Mon 12:00:10", (10_000, 10_010), "off by 0s"),
            // Read 1 ms before the second was over, answered after it.
            ("Mon 12:00:09", (9_999, 10_010), "off by 0s"),
            ("Mon 12:00:09", (10_100, 10_110), "off by -100ms"),
            ("Mon 12:00:10", (9_500, 9_600), "off by 400ms"),
            ("Mon 12:00:10", (8_500, 9_600), "off by 400ms"),
        ] {
            let finding = finding(read, asked, true, second);
            assert_eq!((finding.verdict, &*finding.observed), (Verdict::Passed, observed), "{read} {asked:?}");
            assert!(finding.figure.unwrap().inside);
            assert!(finding.margin.unwrap().to_string().ends_with(" left of 1s"));
        }
        let behind = finding("Mon 12:00:07", (10_000, 10_005), true, second);
        assert_eq!((behind.verdict, &*behind.observed), (Verdict::Failed, "off by -2s"));
        assert!(behind.detail.unwrap().contains("the board read 2024-01-01 12:00:07 where 2024-01-01 12:00:10.005"));
        assert_eq!(finding("Mon 12:00:10", (10_000, 10_005), false, second).observed, LOST);
    }
}
