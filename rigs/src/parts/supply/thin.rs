//! A slope in fewer stairs, where they come faster than a stage can follow.

use brownout_trace::event::Level;
use brownout_trace::{Instant, Span};

/// Leaves stairs out until none comes sooner than `tread` after the one before it. Only what lies between its neighbours is a
/// stair: a dip, however short, stays; so does the end of a slope.
pub fn thin(standing: Level, levels: &[(Instant, Level)], tread: Span) -> Vec<(Instant, Level)> {
    let Some((first, _)) = levels.first() else { return Vec::new() };
    let mut kept: Vec<(Instant, Level)> = Vec::with_capacity(levels.len());
    // The stairs of a slope are alike: the first one began as long before its end as the second.
    let first_stair = levels.get(1).map_or(Span::ZERO, |(second, _)| *second - *first);
    let (mut last, mut is_stair) = (*first - first_stair, false);
    for (index, (at, level)) in levels.iter().enumerate() {
        let before = kept.last().map_or(standing, |(_, level)| *level);
        let next = levels.get(index + 1).map(|(_, next)| *next);
        let is_soon = *at - last < tread;
        let may_go = next.is_some_and(|next| lies_between(*level, before, next));
        if may_go && is_soon {
            continue;
        }
        let ends_slope = is_soon && is_stair && {
            let from = kept.len().checked_sub(2).map_or(standing, |index| kept[index].1);
            lies_between(before, from, *level)
        };
        if ends_slope {
            kept.pop();
        }
        kept.push((*at, *level));
        (last, is_stair) = (*at, may_go);
    }
    kept
}

fn lies_between(level: Level, one: Level, other: Level) -> bool {
    match (level, one, other) {
        (Level::Volts(level), Level::Volts(one), Level::Volts(other)) => {
            (one.0 < level.0 && level.0 < other.0) || (other.0 < level.0 && level.0 < one.0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Volts;

    fn volts(levels: &[(i64, f64)], tread: i64) -> Vec<(i64, f64)> {
        let levels: Vec<_> = levels.iter().map(|(at, volts)| (Instant(*at), Level::Volts(Volts(*volts)))).collect();
        let kept = thin(Level::Volts(Volts(12.0)), &levels, Span(tread));
        let plain = |(at, level)| match level {
            Level::Volts(Volts(volts)) => (Instant::ZERO + (at - Instant::ZERO), volts),
            Level::Open => panic!("nobody opened it"),
        };
        kept.into_iter().map(plain).map(|(at, volts)| (at.0, volts)).collect()
    }

    #[test]
    fn a_slope_keeps_every_so_many_stairs_and_its_end() {
        let slope: Vec<_> = (1..=12).map(|n| (i64::from(n), 12.0 - f64::from(n))).collect();
        assert_eq!(volts(&slope, 1), slope);
        assert_eq!(volts(&slope, 5), [(5, 7.0), (12, 0.0)]);
    }

    #[test]
    fn a_dip_is_no_stair() {
        let dip = [(0, 4.8), (1, 12.0), (2, 4.8), (3, 12.0)];
        assert_eq!(volts(&dip, 100), dip);
    }
}
