//! What the rig puts on the terminals: levels, handed in beforehand.

use crate::rng::Stream;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span};
use std::collections::VecDeque;
use thiserror::Error;

/// A change was handed in for an instant before one that is already waiting or has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a level change for {asked} was handed in after one for {latest}")]
pub struct OutOfOrder {
    /// The instant asked for.
    pub asked: Instant,
    /// The latest instant known.
    pub latest: Instant,
}

/// The level changes still to come, in order of time. They happen whoever advances the board.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LevelSchedule {
    waiting: VecDeque<(Instant, Level)>,
    latest: Option<Instant>,
}

impl LevelSchedule {
    /// Hands in changes, in order of time; several at one instant happen in the order given. All or none is taken.
    pub fn hand_in(&mut self, changes: &[(Instant, Level)]) -> Result<(), OutOfOrder> {
        let mut latest = self.latest;
        for &(asked, _) in changes {
            if let Some(latest) = latest.filter(|latest| asked < *latest) {
                return Err(OutOfOrder { asked, latest });
            }
            latest = Some(asked);
        }
        self.waiting.extend(changes);
        self.latest = latest;
        Ok(())
    }

    /// When the next change is due.
    pub fn next_change(&self) -> Option<Instant> {
        self.waiting.front().map(|(at, _)| *at)
    }

    /// Takes the next change if it is due at `now`.
    pub fn take_due(&mut self, now: Instant) -> Option<(Instant, Level)> {
        self.waiting.pop_front_if(|(at, _)| *at <= now)
    }

    /// Forgets every change still to come: the safe state is coming instead.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.latest = None;
    }
}

/// A switch that bounces as it closes: `level` at `at`, then one to five breaks of seeded widths, closed for good
/// within `length`. To be handed in; a bounce known beforehand is written as its list.
pub fn bouncing(at: Instant, level: Level, length: Span, random: &mut Stream) -> Vec<(Instant, Level)> {
    let mut changes = vec![(at, level)];
    if length > Span::ZERO {
        let mut edges: Vec<Instant> = (0..2 * random.between(1, 5)).map(|_| at + random.span_up_to(length)).collect();
        edges.sort_unstable();
        changes.extend(edges.chunks_exact(2).flat_map(|pair| [(pair[0], Level::Open), (pair[1], level)]));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Volts;

    #[test]
    fn a_bouncing_switch_ends_closed_within_its_length() {
        let level = Level::Volts(Volts(12.0));
        let drawn = |seed| bouncing(Instant(1000), level, Span::millis(5), &mut Stream::new(seed, "switch"));
        let changes = drawn(1);
        assert_eq!(changes, drawn(1));
        assert!(changes.len() >= 3 && changes.len() % 2 == 1);
        assert_eq!((changes[0], changes.last().unwrap().1), ((Instant(1000), level), level));
        assert!(changes.last().unwrap().0 <= Instant(1000) + Span::millis(5));
        assert_eq!(LevelSchedule::default().hand_in(&changes), Ok(()));
    }

    #[test]
    fn changes_come_in_order_and_only_when_due() {
        let twelve = Level::Volts(Volts(12.0));
        let mut schedule = LevelSchedule::default();
        let dip = [(Instant(10), Level::Open), (Instant(20), twelve)];
        assert_eq!(schedule.hand_in(&dip), Ok(()));
        assert_eq!(schedule.next_change(), Some(Instant(10)));
        assert_eq!(schedule.take_due(Instant(9)), None);
        assert_eq!(schedule.take_due(Instant(10)), Some(dip[0]));
        assert_eq!(
            schedule.hand_in(&[(Instant(30), twelve), (Instant(15), twelve)]),
            Err(OutOfOrder { asked: Instant(15), latest: Instant(30) })
        );
        assert_eq!(schedule.take_due(Instant(99)), Some(dip[1]));
        assert_eq!(schedule.take_due(Instant(99)), None);
    }
}
