//! How a contact of metal comes to rest.

use crate::rng::Stream;
use brownout_trace::{Instant, Span};

/// The most breaks in one movement.
const MOST_BREAKS: u64 = 5;

/// The edges after the first one at `moved`, the next one last: an even number of distinct instants within `length`.
pub fn bounces(random: &mut Stream, moved: Instant, length: Span) -> Vec<Instant> {
    if length <= Span::ZERO {
        return Vec::new();
    }
    let edges = 2 * random.between(1, MOST_BREAKS);
    let mut instants: Vec<Instant> = (0..edges).map(|_| moved + random.span_up_to(length)).collect();
    instants.sort_unstable_by(|a, b| b.cmp(a));
    instants.dedup();
    if instants.len() % 2 == 1 {
        instants.pop();
    }
    instants
}
