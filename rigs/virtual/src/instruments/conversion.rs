//! A conversion under way: the mean of its input from beginning to end.

use super::Sees;
use brownout_trace::{Amps, Instant, Span, Volts};

/// So many looks at the input make a mean. Between edges a supply is a slow exponential, where eight midpoints are far
/// better than any converter's own accuracy; across an edge the mean is off by a sixteenth of the step at most.
pub(super) const LOOKS: i64 = 8;

/// One conversion (or a row of them that the device averages).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    begun: Instant,
    takes: Span,
    looks: i64,
    terminals: f64,
    current: f64,
}

impl Conversion {
    /// Begins now.
    pub fn begin(at: Instant, takes: Span) -> Self {
        Self { begun: at, takes, looks: 0, terminals: 0.0, current: 0.0 }
    }

    /// When it is over.
    pub fn ends(&self) -> Instant {
        self.begun + self.takes
    }

    /// When it looks at its input next, or ends.
    pub fn next_event(&self) -> Instant {
        if self.looks < LOOKS {
            return self.begun + Span(self.takes.0 * (2 * self.looks + 1) / (2 * LOOKS));
        }
        self.ends()
    }

    /// What the conversion that is under way comes to, once it is over; there is none after that.
    pub fn ended(under_way: &mut Option<Self>, at: Instant, sees: &Sees) -> Option<Sees> {
        let mean = under_way.as_mut()?.settle(at, sees)?;
        *under_way = None;
        Some(mean)
    }

    /// Looks, if it is time to; gives the mean when it is over.
    fn settle(&mut self, at: Instant, sees: &Sees) -> Option<Sees> {
        while self.looks < LOOKS && self.next_event() <= at {
            self.terminals += sees.terminals.0;
            self.current += sees.current.0;
            self.looks += 1;
        }
        let mean = Sees { terminals: Volts(self.terminals / LOOKS as f64), current: Amps(self.current / LOOKS as f64) };
        (self.ends() <= at).then_some(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks through a conversion with an input that changes in time.
    fn mean(takes: Span, volts: impl Fn(Instant) -> f64) -> f64 {
        let mut conversion = Conversion::begin(Instant::ZERO, takes);
        loop {
            let at = conversion.next_event();
            let sees = Sees { terminals: Volts(volts(at)), current: Amps::ZERO };
            if let Some(mean) = conversion.settle(at, &sees) {
                return mean.terminals.0;
            }
        }
    }

    #[test]
    fn a_slope_reads_as_its_middle_and_an_edge_as_its_share() {
        let takes = Span::millis(1);
        assert!((mean(takes, |at| at.0 as f64 * 1e-6) - 0.5).abs() < 1e-6);
        let edge = mean(takes, |at| if at.0 < 250_000 { 12.0 } else { 0.0 });
        assert!((edge - 3.0).abs() < 12.0 / 16.0, "{edge}");
    }

    #[test]
    fn it_ends_when_the_data_sheet_says() {
        let conversion = Conversion::begin(Instant(7), Span::micros(140));
        assert_eq!(conversion.ends(), Instant(140_007));
    }
}
