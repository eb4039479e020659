//! From raw edges to changes of a contact: a change is one that then holds.

use brownout_rigs::profile::Profile;
use brownout_trace::{Instant, Span};

/// How long a contact must be quiet to be settled: twice the longest bounce that the profile admits, so that an edge
/// at the very end of it still belongs to it. 20 ms unless the profile says otherwise.
pub fn quiet(profile: &Profile) -> Span {
    profile.relay.bounce.times(2).max(Span::millis(1))
}

/// Edges closer together than a contact needs to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    /// Its first edge.
    pub begin: Instant,
    /// Its last.
    pub end: Instant,
    /// How many.
    pub edges: usize,
    /// The contact before it.
    pub was: bool,
    /// The contact after it.
    pub closed: bool,
}

impl Burst {
    /// From its first edge to its last: how long the contact bounced.
    pub fn length(&self) -> Span {
        self.end - self.begin
    }
}

/// The bursts in raw edges, in order. The contact was the opposite of the first edge before it.
pub fn bursts(raw: &[(Instant, bool)], quiet: Span) -> Vec<Burst> {
    let mut bursts = Vec::new();
    let Some((_, first)) = raw.first() else { return bursts };
    let mut was = !first;
    let mut rest = raw;
    while let Some((begin, _)) = rest.first() {
        let more = rest.windows(2).take_while(|pair| pair[1].0 - pair[0].0 < quiet).count();
        let (end, closed) = rest[more];
        bursts.push(Burst { begin: *begin, end, edges: more + 1, was, closed });
        was = closed;
        rest = &rest[more + 1..];
    }
    bursts
}

/// The changes in raw edges, each at the first edge of its bounce.
///
/// Edges closer together than `quiet` are one burst. A burst that ends where it began is a glitch and no change;
/// but one that goes on for longer than `quiet` is a contact that chatters: it left its state and came back.
pub fn changes(raw: &[(Instant, bool)], quiet: Span) -> Vec<(Instant, bool)> {
    let mut changes = Vec::new();
    for burst in bursts(raw, quiet) {
        if burst.closed != burst.was {
            changes.push((burst.begin, burst.closed));
        } else if burst.length() > quiet {
            changes.extend([(burst.begin, !burst.was), (burst.end, burst.was)]);
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
