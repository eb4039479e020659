//! The arithmetic of a lot, on plain numbers: who calls it knows their unit.
//!
//! Only +, −, ×, ÷ and the square root, which IEEE 754 rounds correctly, so that a lot has the same figures on every
//! machine.

use brownout_trace::Amount;

/// What a lot's values of one figure come to, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// The standard deviation of the sample, with n − 1; of one value none is known.
    pub sigma: Option<f64>,
    /// The least.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
}

impl Summary {
    /// Of these values; `None` if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let first = *values.first()?;
        let count = values.len();
        // Counted from the first value, so that equal ones have exactly no sigma.
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self {
            count,
            mean,
            sigma: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
            least: values.iter().copied().fold(first, f64::min),
            greatest: values.iter().copied().fold(first, f64::max),
        })
    }
}

/// What a figure may be, in the unit of its values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// The least that passes.
    pub lower: Option<f64>,
    /// The most.
    pub upper: Option<f64>,
}

impl Limits {
    /// Of a measurement's limits, as [`Amount::size`] has them.
    pub fn of(min: Option<Amount>, max: Option<Amount>) -> Self {
        Self { lower: min.map(Amount::size), upper: max.map(Amount::size) }
    }
}

/// A capability index; 1.33 is what is commonly asked of a process.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Cpk(pub f64);

/// Cpk = min(upper − mean, mean − lower) / 3σ; the one of the two where there is one limit. `None` without limits,
/// without a sigma, or where it is zero.
///
/// Source: the usual definition, Kane, "Process capability indices", Journal of Quality Technology 18 (1986), 41–52°.
/// The sigma is the whole lot's; ISO 22514-2 would call the same figure a performance index, Ppk°. (°: general
/// knowledge.)
pub fn capability(summary: &Summary, limits: Limits) -> Option<Cpk> {
    let sigma = summary.sigma.filter(|sigma| *sigma > 0.0)?;
    let below = limits.upper.map(|upper| upper - summary.mean);
    let above = limits.lower.map(|lower| summary.mean - lower);
    let nearest = below.into_iter().chain(above).min_by(f64::total_cmp)?;
    Some(Cpk(nearest / (3.0 * sigma)))
}

/// How one figure goes along with another: from −1, always against it, to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Correlation(pub f64);

impl Correlation {
    /// From which size on a correlation of `count` pairs is more than chance: three times its standard deviation for
    /// figures that have nothing to do with each other, which is 1/√(n − 1) for any ranks (Kendall, "Rank correlation
    /// methods", 1948°). Fewer than ten pairs can show nothing. Of a dozen parts one gets so far by chance in some three
    /// measurements of a hundred.
    pub fn threshold(count: usize) -> Self {
        Self(3.0 / (count.saturating_sub(1) as f64).sqrt())
    }

    /// Whether it is at least so large, either way.
    pub fn reaches(self, threshold: Self) -> bool {
        self.0.abs() >= threshold.0
    }
}

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing theirs. `None` where one of the two does not
/// vary, or there are not as many of one as of the other.
///
/// Monotone is enough, straight need not be. With zeros and ones as the other figure it ranks parts as the rank-biserial
/// correlation does, under the same threshold.
pub fn rank_correlation(one: &[f64], other: &[f64]) -> Option<Correlation> {
    if one.len() != other.len() {
        return None;
    }
    let middle = (one.len() as f64 + 1.0) / 2.0;
    let centred = |values: &[f64]| -> Vec<f64> { ranks(values).iter().map(|rank| rank - middle).collect() };
    let (one, other) = (centred(one), centred(other));
    let sum = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
    let spread = (sum(&one, &one) * sum(&other, &other)).sqrt();
    (spread > 0.0).then(|| Correlation((sum(&one, &other) / spread).clamp(-1.0, 1.0)))
}

/// The place of each value among all, from 1; equal values have the mean of their places.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let value = values[order[first]];
        let end = first + order[first..].iter().take_while(|index| values[**index].total_cmp(&value).is_eq()).count();
        // The places first + 1 to end.
        let rank = (first + 1 + end) as f64 / 2.0;
        order[first..end].iter().for_each(|index| ranks[*index] = rank);
        first = end;
    }
    ranks
}

#[cfg(test)]
mod tests;
