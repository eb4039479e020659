//! From raw edges to changes of a contact: a change is one that then holds.

use brownout_rigs::profile::Profile;
use brownout_trace::{Instant, Span};

/// How long a contact must be quiet to be settled: twice the longest bounce that the profile admits, so that an edge
/// at the very end of it still belongs to it. 20 ms unless the profile says otherwise.
pub fn quiet(profile: &Profile) -> Span {
    profile.relay.bounce.times(2).max(Span::millis(1))
}

/// The changes in raw edges, each at the first edge of its bounce. The contact was the opposite of the first edge
/// before it.
///
/// Edges closer together than `quiet` are one burst. A burst that ends where it began is a glitch and no change;
/// but one that goes on for longer than `quiet` is a contact that chatters: it left its state and came back.
pub fn changes(raw: &[(Instant, bool)], quiet: Span) -> Vec<(Instant, bool)> {
    let mut changes = Vec::new();
    let Some((_, first)) = raw.first() else { return changes };
    let mut state = !first;
    let mut rest = raw;
    while let Some((begin, _)) = rest.first() {
        let more = rest.windows(2).take_while(|pair| pair[1].0 - pair[0].0 < quiet).count();
        let (end, to) = rest[more];
        rest = &rest[more + 1..];
        if to != state {
            changes.push((*begin, to));
            state = to;
        } else if end - *begin > quiet {
            changes.extend([(*begin, !state), (end, state)]);
        }
    }
    changes
}

/// The state at an instant, of changes as [`changes`] gives them; `initially` before the first.
pub fn state_at(changes: &[(Instant, bool)], initially: bool, at: Instant) -> bool {
    let before = changes.partition_point(|(change, _)| *change <= at);
    before.checked_sub(1).map_or(initially, |last| changes[last].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Span = Span::millis(20);

    fn edges(millis: &[i64]) -> Vec<(Instant, bool)> {
        millis.iter().enumerate().map(|(n, at)| (Instant::ZERO + Span::millis(*at), n % 2 == 0)).collect()
    }

    #[test]
    fn an_edge_is_a_change_that_holds() {
        for (raw, expected) in [
            (&[0][..], &[(0, true)][..]),
            (&[0, 1, 3], &[(0, true)]),
            (&[0, 5], &[]),
            (&[0, 1, 2, 1000, 1003, 1004], &[(0, true), (1000, false)]),
            (&[0, 19], &[]),
            (&[0, 20], &[(0, true), (20, false)]),
            // Closed from 500 on; what came before was a glitch.
            (&[0, 5, 500], &[(500, true)]),
            // Ten edges 10 ms apart that come to nothing: it chattered.
            (&[0, 10, 20, 30, 40, 50, 60, 70, 80, 90], &[(0, true), (90, false)]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(at, to)| (Instant::ZERO + Span::millis(*at), *to)).collect();
            assert_eq!(changes(&edges(raw), QUIET), expected, "{raw:?}");
        }
    }

    #[test]
    fn a_contact_closed_from_the_start_opens_first() {
        let raw = [(Instant(5), false)];
        let opened = changes(&raw, QUIET);
        assert_eq!(opened, [(Instant(5), false)]);
        assert!(state_at(&opened, true, Instant(4)));
        assert!(!state_at(&opened, true, Instant(5)));
    }
}
