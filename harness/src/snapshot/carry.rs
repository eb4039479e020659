//! Keeping approved figures: a new value inside the limit *the scenario states* is written as the approved one, so that
//! only what leaves a limit, or a limit that changes, is a difference. Never a band round the last approved value:
//! values would walk.

use super::text::{NOT_OBSERVED, Observed, Words};
use std::collections::{HashMap, VecDeque};

/// The words with approved figures carried over, and approved text where this rig observes nothing.
pub fn over(words: &Words, approved: &str) -> String {
    let mut approved = observations(approved);
    let mut words = words.clone();
    for observed in &mut words.expectations {
        // In order among equal expectations: a changed limit makes another expectation, which carries nothing over.
        let earlier = approved.get_mut(observed.expectation.as_str()).and_then(VecDeque::pop_front);
        if let Some(earlier) = earlier.filter(|earlier| keeps(observed, earlier)) {
            observed.observed = Some(earlier.to_owned());
        }
    }
    words.to_string()
}

/// What each expectation was approved with, in order.
fn observations(approved: &str) -> HashMap<&str, VecDeque<&str>> {
    let mut observations: HashMap<&str, VecDeque<&str>> = HashMap::new();
    let mut lines = approved.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(expectation) = line.strip_prefix("- ")
            && let Some(observed) = lines.peek().and_then(|next| next.strip_prefix("    "))
        {
            observations.entry(expectation).or_default().push_back(observed);
        }
    }
    observations
}

/// Whether the approved observation stands for the new one.
fn keeps(new: &Observed, approved: &str) -> bool {
    let Some(observed) = &new.observed else { return true };
    let Some(figure) = new.figure.as_ref().filter(|figure| figure.inside) else { return false };
    if approved == NOT_OBSERVED {
        return false;
    }
    // The same words round a figure; the last place, since words before it can hold digits of their own.
    let Some(at) = observed.rfind(&figure.text) else { return false };
    let (before, after) = (&observed[..at], &observed[at + figure.text.len()..]);
    approved.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).is_some_and(|middle| {
        middle.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)) && !middle.contains(' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Figure;

    fn words(limit: &str, observed: Option<&str>, figure: Option<(&str, bool)>) -> Words {
        Words {
            head: vec!["Title".into()],
            expectations: vec![Observed {
                expectation: format!("K1 is closed within {limit}"),
                observed: observed.map(str::to_owned),
                figure: figure.map(|(text, inside)| Figure { text: text.into(), inside }),
            }],
            tail: vec!["K1: open, closed".into()],
        }
    }

    fn closed(figure: &str, inside: bool) -> Words {
        words("2s", Some(&format!("closed after {figure}")), Some((figure, inside)))
    }

    #[test]
    fn a_figure_inside_its_limit_stays_as_approved() {
        let approved = closed("120ms", true).to_string();
        assert_eq!(over(&closed("137.5ms", true), &approved), approved);
    }

    #[test]
    fn a_figure_outside_its_limit_shows() {
        let approved = closed("120ms", true).to_string();
        let text = over(&closed("2.1s", false), &approved);
        assert!(text.contains("closed after 2.1s"), "{text}");
    }

    #[test]
    fn a_changed_limit_shows_and_takes_the_new_figure() {
        let approved = closed("120ms", true).to_string();
        let new = words("1s", Some("closed after 137ms"), Some(("137ms", true)));
        assert_eq!(over(&new, &approved), new.to_string());
    }

    #[test]
    fn other_words_round_the_figure_show() {
        let approved = words("2s", Some("closed after never"), None).to_string();
        let new = closed("137ms", true);
        assert_eq!(over(&new, &approved), new.to_string());
        let approved = words("2s", Some("closed already, 120ms"), None).to_string();
        assert_eq!(over(&new, &approved), new.to_string());
    }

    #[test]
    fn what_a_rig_cannot_observe_keeps_the_approved_words() {
        let approved = closed("120ms", true).to_string();
        assert_eq!(over(&words("2s", None, None), &approved), approved);
        let unseen = words("2s", None, None).to_string();
        assert!(unseen.contains(NOT_OBSERVED));
        // But a rig that can observe it says so.
        let seen = closed("120ms", true);
        assert_eq!(over(&seen, &unseen), seen.to_string());
    }

    #[test]
    fn equal_expectations_are_told_apart_by_their_order() {
        let two = |first: &str, second: &str| {
            let mut words = closed(first, true);
            words.expectations.extend(closed(second, true).expectations);
            words
        };
        let approved = two("100ms", "900ms").to_string();
        assert_eq!(over(&two("200ms", "300ms"), &approved), approved);
    }
}
