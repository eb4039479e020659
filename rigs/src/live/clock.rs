//! Bench time that follows the wall's clock.

use brownout_trace::{Instant, Span};

/// A board further behind than this is not brought up to now: the machine slept, or cannot keep up.
const FURTHEST: Span = Span::secs(2);

/// The wall's clock, from the start of serving.
#[derive(Debug)]
pub struct Clock {
    begun: std::time::Instant,
    /// Time that was let go.
    forgiven: Span,
}

impl Clock {
    /// Starts at bench time zero.
    pub fn start() -> Self {
        Self { begun: std::time::Instant::now(), forgiven: Span::ZERO }
    }

    /// Where the board should be by now.
    pub fn due(&self) -> Instant {
        let elapsed = i64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(i64::MAX);
        Instant::ZERO + (Span(elapsed) - self.forgiven)
    }

    /// Lets go of what a board at `now` can no longer make up; gives how much that was.
    pub fn forgive(&mut self, now: Instant) -> Option<Span> {
        let behind = self.due() - now;
        (behind > FURTHEST).then(|| {
            self.forgiven = self.forgiven + behind;
            behind
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_up_is_let_go() {
        let mut clock = Clock::start();
        assert_eq!(clock.forgive(clock.due()), None);
        let behind = clock.forgive(Instant::ZERO - Span::secs(100)).unwrap();
        assert!(behind >= Span::secs(100));
        assert!(clock.due() < Instant::ZERO, "it begins anew where the board is");
    }
}
