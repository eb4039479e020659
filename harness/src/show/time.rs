//! Lengths of time as people say them.

use brownout_trace::{Instant, Span};

/// The two largest units, or three digits: `7d 2h`, `2min 30s`, `3.2s`, `840ms`, `12us`.
pub fn in_words(span: Span) -> String {
    let nanos = span.0.max(0);
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

/// An instant to the microsecond, rounded down: finer digits tell a reader nothing.
pub fn micros(at: Instant) -> String {
    Instant(at.0.div_euclid(1_000) * 1_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
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
            assert_eq!(in_words(span), text);
        }
        assert_eq!(micros(Instant(1_500)), "+0.000001s");
        assert_eq!(micros(Instant(-1_500)), "-0.000002s");
    }
}
