//! The comparator across the supply terminals: when the supply went, and when it came back.

use super::clock::Mono;
use brownout_trace::Span;

/// An edge may come so much before the stroke that made it was noted.
const EARLY: Span = Span::micros(500);
/// A rise that comes later than this after its stroke belongs to nothing.
pub const SLACK: Span = Span::millis(250);

/// Edges of the sense line: when, and whether the supply was there after it.
#[derive(Debug, Clone, Default)]
pub struct Sensed(Vec<(Mono, bool)>);

/// What a comparator tells of a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When the supply went.
    pub fell: Mono,
    /// When it had come back to stay; `None` as long as it has not.
    pub rose: Option<Mono>,
}

impl Sensed {
    /// An edge.
    pub fn edge(&mut self, at: Mono, there: bool) {
        self.0.push((at, there));
    }

    /// The gap that begins with the stroke at `begin` and is over by the one at `end`. Nothing where the comparator saw
    /// none: the shot did not go below its threshold. `limit`: from there on edges belong to another shot.
    pub fn gap(&self, begin: Mono, end: Mono, limit: Mono) -> Option<Gap> {
        let limit = limit.min(end + SLACK);
        let mut inside = self.0.iter().filter(|(at, _)| *at >= begin - EARLY && *at < limit);
        let fell = inside.find(|(_, there)| !there)?.0;
        // Of a rise that bounces the last edge counts: from there on the board had its supply.
        let last = inside.next_back();
        Some(Gap { fell, rose: last.filter(|(_, there)| *there).map(|(at, _)| *at) })
    }

    /// What was before is used up.
    pub fn forget(&mut self, until: Mono) {
        self.0.retain(|(at, _)| *at >= until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> Mono {
        Mono(millis * 1_000_000)
    }

    fn sensed(edges: &[(i64, bool)]) -> Sensed {
        Sensed(edges.iter().map(|(micros, there)| (Mono(micros * 1_000), *there)).collect())
    }

    const FAR: Mono = Mono(i64::MAX);

    #[test]
    fn a_gap_is_from_the_first_fall_to_the_last_rise() {
        let sensed = sensed(&[(1_000, true), (100_020, false), (150_300, true)]);
        let gap = Gap { fell: Mono(100_020_000), rose: Some(Mono(150_300_000)) };
        assert_eq!(sensed.gap(ms(100), ms(150), FAR), Some(gap));
        assert_eq!(sensed.gap(ms(200), ms(250), FAR), None, "not below the threshold");
    }

    #[test]
    fn bounces_on_either_side_belong_to_it() {
        let edges = [(100_000, false), (100_050, true), (100_090, false), (150_000, true), (150_040, false)];
        let mut sensed = sensed(&edges);
        let open = Gap { fell: ms(100), rose: None };
        assert_eq!(sensed.gap(ms(100), ms(150), FAR), Some(open));
        sensed.edge(Mono(150_100_000), true);
        assert_eq!(sensed.gap(ms(100), ms(150), FAR).unwrap().rose, Some(Mono(150_100_000)));
    }

    #[test]
    fn a_supply_that_comes_back_early_is_measured_so() {
        let sensed = sensed(&[(100_000, false), (120_000, true)]);
        assert_eq!(sensed.gap(ms(100), ms(150), FAR).unwrap().rose, Some(ms(120)));
    }

    #[test]
    fn the_next_shot_is_another_one() {
        let sensed = sensed(&[(100_000, false), (110_000, true), (120_000, false), (130_000, true)]);
        assert_eq!(sensed.gap(ms(100), ms(110), ms(120)).unwrap().rose, Some(ms(110)));
        assert_eq!(sensed.gap(ms(120), ms(130), FAR).unwrap(), Gap { fell: ms(120), rose: Some(ms(130)) });
    }
}
