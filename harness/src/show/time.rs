//! Instants as people read them.

use brownout_trace::Instant;

/// An instant to the microsecond, rounded down: finer digits tell a reader nothing.
pub fn micros(at: Instant) -> String {
    Instant(at.0.div_euclid(1_000).saturating_mul(1_000)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finer_than_a_microsecond_is_dropped() {
        assert_eq!(micros(Instant(1_500)), "+0.000001s");
        assert_eq!(micros(Instant(-1_500)), "-0.000002s");
    }
}
