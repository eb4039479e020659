//! How times are spread.

use brownout_trace::Span;
use serde::Deserialize;
use std::fmt;

/// Median, 99th percentile and maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Half of them are at most this.
    pub p50: Span,
    /// 99 of 100 are at most this.
    pub p99: Span,
    /// All of them are.
    pub max: Span,
}

impl Quantiles {
    /// Of these, by nearest rank; `None` of none.
    pub fn of(mut spans: Vec<Span>) -> Option<Self> {
        spans.sort_unstable();
        let rank = |percent: usize| {
            let rank = (spans.len() * percent).div_ceil(100);
            spans.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { p50: rank(50)?, p99: rank(99)?, max: rank(100)? })
    }

    /// As an inline table.
    pub(super) fn toml(&self) -> String {
        let Self { p50, p99, max } = self;
        format!("{{ p50 = \"{p50}\", p99 = \"{p99}\", max = \"{max}\" }}")
    }
}

impl fmt::Display for Quantiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, max] = [self.p50, self.p99, self.max].map(Span::in_words);
        write!(f, "{p50}/{p99}/{max}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let of = |spans: std::ops::RangeInclusive<i64>| Quantiles::of(spans.rev().map(Span).collect());
        assert_eq!(Quantiles::of(Vec::new()), None);
        assert_eq!(of(7..=7), Some(Quantiles { p50: Span(7), p99: Span(7), max: Span(7) }));
        assert_eq!(of(1..=100), Some(Quantiles { p50: Span(50), p99: Span(99), max: Span(100) }));
        assert_eq!(of(1..=50), Some(Quantiles { p50: Span(25), p99: Span(50), max: Span(50) }));
    }
}
