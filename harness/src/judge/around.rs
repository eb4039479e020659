//! The few events that matter around an instant, for showing a failure.

use brownout_trace::event::What;
use brownout_trace::{Event, Instant};

/// So many events before the instant, and so many after it.
const BEFORE: usize = 6;
/// A few are enough to see what followed.
const AFTER: usize = 4;

/// The events next to `at` that tell what the board did: not its bounce, nor what the harness says of itself.
pub fn around(trace: &[Event], at: Instant) -> Vec<&Event> {
    let telling: Vec<&Event> =
        trace.iter().enumerate().filter(|(n, _)| tells(trace, *n)).map(|(_, event)| event).collect();
    let split = telling.partition_point(|event| event.at <= at);
    let first = split.saturating_sub(BEFORE);
    let last = (split + AFTER).min(telling.len());
    telling[first..last].to_vec()
}

fn tells(trace: &[Event], n: usize) -> bool {
    match &trace[n].what {
        What::Attempt { .. } | What::Judged { .. } | What::Measured(_) | What::Ended { .. } | What::Erase { .. } => {
            false
        }
        What::Received { line } => !line.is_empty(),
        // Of a burst of bounce only the first edge.
        What::Contact { relay, .. } => !trace[..n].iter().rev().take(16).any(|before| {
            trace[n].at - before.at < brownout_trace::Span::millis(10)
                && matches!(&before.what, What::Contact { relay: other, .. } if other == relay)
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::{RelayName, Span};

    #[test]
    fn shows_what_happened_and_not_its_bounce() {
        let mut trace = Vec::new();
        for second in 0..20i64 {
            for (sequence, micros) in [(1, 0), (2, 500), (3, 900)] {
                let contact = What::Contact { relay: RelayName("K1".into()), closed: sequence != 2, sequence };
                trace.push(Event::new(Instant::ZERO + Span::secs(second) + Span::micros(micros), contact));
            }
            trace.push(Event::new(Instant::ZERO + Span::secs(second), What::Attempt { number: 1 }));
        }
        let shown = around(&trace, Instant::ZERO + Span::secs(10));
        let seconds: Vec<i64> = shown.iter().map(|event| event.at.0 / 1_000_000_000).collect();
        assert_eq!(seconds, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
        assert!(around(&[], Instant::ZERO).is_empty());
    }
}
