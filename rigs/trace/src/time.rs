//! Bench time: integer nanoseconds, an [`Instant`] to point with and a [`Span`] to measure with.

use crate::quantity::{QuantityError, split};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

/// A point in bench time, in nanoseconds from step 0 of the case. Arranging happens at negative instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// A length of time in nanoseconds; negative only as the difference of two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Instant {
    /// Step 0 of the case.
    pub const ZERO: Self = Self(0);
    /// Later than anything a bench can reach.
    pub const NEVER: Self = Self(i64::MAX);
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The units that a text can have.
    pub const UNITS: &'static [&'static str] = &["ns", "us", "ms", "s", "min", "h", "d"];

    /// `n` nanoseconds.
    pub const fn nanos(n: i64) -> Self {
        Self(n)
    }
    /// `n` microseconds, saturating.
    pub const fn micros(n: i64) -> Self {
        Self(n.saturating_mul(1_000))
    }
    /// `n` milliseconds, saturating.
    pub const fn millis(n: i64) -> Self {
        Self(n.saturating_mul(1_000_000))
    }
    /// `n` seconds, saturating.
    pub const fn secs(n: i64) -> Self {
        Self(n.saturating_mul(1_000_000_000))
    }
    /// The span in seconds, for formulas; never for keeping time.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 * 1e-9
    }
    /// The nearest span to `seconds`; saturates, and no number becomes [`Span::ZERO`].
    pub fn from_secs_f64(seconds: f64) -> Self {
        // `as` saturates at the ends of i64 and maps NaN to 0.
        Self((seconds * 1e9).round() as i64)
    }
    /// This span `n` times, saturating.
    pub fn times(self, n: i64) -> Self {
        Self(self.0.saturating_mul(n))
    }
    /// The two largest units, or three digits: `7d 2h`, `2min 30s`, `3.2s`, `840ms`, `12us`.
    pub fn in_words(self) -> String {
        let nanos = self.0.max(0);
        let seconds = nanos / 1_000_000_000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        let pair = |large: i64, unit: &str, small: i64, next: &str| match small {
            0 => format!("{large}{unit}"),
            _ => format!("{large}{unit} {small}{next}"),
        };
        match (days, hours, minutes, seconds) {
            (1.., ..) => pair(days, "d", hours, "h"),
            (_, 1.., ..) => pair(hours, "h", minutes, "min"),
            (_, _, 1.., _) => pair(minutes, "min", seconds % 60, "s"),
            (_, _, _, 1..) => match nanos / 100_000_000 % 10 {
                0 => format!("{seconds}s"),
                tenths => format!("{seconds}.{tenths}s"),
            },
            _ if nanos == 0 => "0s".to_owned(),
            _ if nanos >= 1_000_000 => format!("{}ms", nanos / 1_000_000),
            _ => format!("{}us", nanos / 1_000),
        }
    }

    /// The length without its sign.
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }
}

impl Add<Span> for Instant {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Instant {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Instant {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Instant {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Span {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

const LONG_UNITS: [(&str, i64); 3] = [("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000)];
const SHORT_UNITS: [(&str, i64); 4] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// One canonical form: a whole number of the largest of d, h, min where it comes out even, else a decimal of s, ms, us, ns.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, nanos) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        if nanos == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in LONG_UNITS {
            let size = size.unsigned_abs();
            if nanos % size == 0 {
                return write!(f, "{sign}{}{unit}", nanos / size);
            }
        }
        let (unit, size) = SHORT_UNITS.into_iter().find(|(_, size)| nanos >= size.unsigned_abs()).unwrap_or(("ns", 1));
        write!(f, "{sign}{}{unit}", decimal(nanos, size.unsigned_abs()))
    }
}

/// Signed seconds from step 0, to the nanosecond, without trailing zeros: `+5.002s`, `-2.5s`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{}s", decimal(self.0.unsigned_abs(), 1_000_000_000))
    }
}

fn decimal(nanos: u64, unit: u64) -> String {
    let (whole, rest) = (nanos / unit, nanos % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    format!("{whole}.{rest:0width$}").trim_end_matches('0').to_owned()
}

impl FromStr for Span {
    type Err = QuantityError;

    /// Reads `500ms`, `1.5s`, `10min`, `3d`; one unit, never negative.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let parts = split(text, Self::UNITS, "500ms")?;
        let size = LONG_UNITS
            .into_iter()
            .chain(SHORT_UNITS)
            .find(|(unit, _)| *unit == if parts.unit == "µs" { "us" } else { parts.unit })
            .map(|(_, size)| i128::from(size))
            .ok_or_else(|| QuantityError::WrongUnit { unit: parts.unit.to_owned(), units: Self::UNITS })?;
        if parts.negative {
            return Err(QuantityError::Negative { text: text.to_owned() });
        }
        let too_large = || QuantityError::TooLarge { text: text.to_owned(), limit: "`100000d`" };
        let whole: i128 = parts.whole.parse().map_err(|_| too_large())?;
        let mut nanos = whole.checked_mul(size).ok_or_else(too_large)?;
        // Digit by digit, so that no float ever rounds a time; what is finer than a nanosecond is dropped.
        let mut place = size;
        for digit in parts.fraction.bytes().take(18) {
            place /= 10;
            nanos += i128::from(digit - b'0') * place;
        }
        if nanos > 100_000 * 86_400_000_000_000 {
            return Err(too_large());
        }
        i64::try_from(nanos).map(Self).map_err(|_| too_large())
    }
}

crate::as_text!(Span);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!("500ms".parse(), Ok(Span::millis(500)));
        assert_eq!("1.5s".parse(), Ok(Span::millis(1500)));
        assert_eq!("3d".parse(), Ok(Span::secs(3 * 86_400)));
        assert_eq!("0.1ms".parse(), Ok(Span::micros(100)));
        assert!(matches!("-2s".parse::<Span>(), Err(QuantityError::Negative { .. })));
        assert!(matches!("2".parse::<Span>(), Err(QuantityError::NoUnit { .. })));
        assert!(matches!("2V".parse::<Span>(), Err(QuantityError::WrongUnit { .. })));
        assert!(matches!("99999999999d".parse::<Span>(), Err(QuantityError::TooLarge { .. })));
    }

    #[test]
    fn prints_one_canonical_form() {
        let cases =
            [(1_500_000_000, "1.5s"), (600_000_000_000, "10min"), (90_000_000_000, "90s"), (1_000, "1us"), (0, "0s")];
        for (nanos, text) in cases {
            assert_eq!(Span(nanos).to_string(), text);
        }
        assert_eq!(Instant(5_002_000_000).to_string(), "+5.002s");
        assert_eq!(Instant(-2_500_000_000).to_string(), "-2.5s");
    }

    #[test]
    fn lengths_read_as_people_say_them() {
        for (span, text) in [
            (Span::secs(7 * 86_400 + 7_200), "7d 2h"),
            (Span::secs(86_400), "1d"),
            (Span::secs(3_661), "1h 1min"),
            (Span::secs(150), "2min 30s"),
            (Span::millis(3_290), "3.2s"),
            (Span::micros(840_999), "840ms"),
            (Span::micros(12), "12us"),
            (Span::ZERO, "0s"),
        ] {
            assert_eq!(span.in_words(), text);
        }
    }

    proptest! {
        #[test]
        fn spans_survive_print_and_read(nanos in 0i64..8_000_000_000_000_000_000) {
            prop_assert_eq!(Span(nanos).to_string().parse(), Ok(Span(nanos)));
        }
    }
}
