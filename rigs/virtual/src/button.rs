//! A button: a contact that bounces when it is pressed and when it is released, and that may close by itself.

use crate::bounce::bounces;
use crate::rng::Stream;
use brownout_trace::{Instant, Span};

/// A button at an instant. Plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    bounce: Span,
    random: Stream,
    made: bool,
    /// Instants at which it changes while bouncing, the next one last.
    bounces: Vec<Instant>,
    /// How often a spike comes, on average, and the next one.
    spikes: Option<(Span, Instant)>,
}

impl Button {
    /// A free button whose contact comes to rest within `bounce`; the stream is for that alone.
    pub fn new(bounce: Span, random: Stream) -> Self {
        Self { bounce, random, made: false, bounces: Vec::new(), spikes: None }
    }

    /// Worn: from now on it bounces for so long.
    pub fn set_bounce(&mut self, bounce: Span) {
        self.bounce = bounce;
    }

    /// Noisy: from now on it closes by itself so often, on average, for as long as it bounces at most.
    pub fn set_spikes(&mut self, at: Instant, every: Option<Span>) {
        self.spikes = every.map(|every| (every, at + self.random.span_up_to(Span(2 * every.0))));
    }

    /// Whether the contact is closed.
    pub fn contact(&self) -> bool {
        self.made
    }

    /// Presses or releases it. Pressing what is pressed does nothing.
    pub fn press(&mut self, at: Instant, pressed: bool) {
        // What bounces still ends where it was to end.
        let settles = self.made ^ (self.bounces.len() % 2 == 1);
        if settles == pressed {
            return;
        }
        self.made = pressed;
        self.bounces = bounces(&mut self.random, at, self.bounce);
    }

    /// When it bounces or spikes next.
    pub fn next_event(&self) -> Option<Instant> {
        let spike = self.spikes.map(|(_, spike)| spike);
        [self.bounces.last().copied(), spike].into_iter().flatten().min()
    }

    /// Takes the bounces and the spike that are due by `at`.
    pub fn settle(&mut self, at: Instant) {
        self.settle_bounces(at);
        let Some((every, spike)) = self.spikes.filter(|(_, spike)| *spike <= at) else { return };
        self.spikes = Some((every, spike + self.random.span_up_to(Span(2 * every.0))));
        // On a pressed key, or one that still bounces, nobody would see it.
        if !self.made && self.bounces.is_empty() {
            self.made = true;
            self.bounces = vec![spike + self.random.span_up_to(self.bounce)];
            self.settle_bounces(at);
        }
    }

    fn settle_bounces(&mut self, at: Instant) {
        while self.bounces.last().is_some_and(|due| *due <= at) {
            self.bounces.pop();
            self.made = !self.made;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_it_bounces_within_its_length_and_ends_as_the_finger_says() {
        let mut button = Button::new(Span::millis(5), Stream::new(1, "button"));
        for (at, pressed) in [(Instant(0), true), (Instant(100_000_000), false), (Instant(200_000_000), true)] {
            button.press(at, pressed);
            assert_eq!(button.contact(), pressed);
            let mut edges = 0;
            while let Some(due) = button.next_event() {
                assert!(due > at && due <= at + Span::millis(5));
                button.settle(due);
                edges += 1;
            }
            assert!(edges >= 2 && button.contact() == pressed);
        }
    }

    #[test]
    fn a_finger_that_leaves_while_it_bounces_leaves_it_open() {
        let mut button = Button::new(Span::millis(5), Stream::new(1, "button"));
        button.press(Instant(0), true);
        button.settle(Instant(1_000_000));
        button.press(Instant(1_000_000), false);
        button.press(Instant(1_000_000), false);
        button.settle(Instant(10_000_000));
        assert!(!button.contact() && button.next_event().is_none());
    }

    #[test]
    fn a_noisy_one_closes_by_itself_and_opens_again() {
        let (bounce, every) = (Span::millis(15), Span::secs(20));
        let mut button = Button::new(bounce, Stream::new(1, "button"));
        button.set_spikes(Instant::ZERO, Some(every));
        let (mut spikes, mut closed) = (0, None);
        while let Some(due) = button.next_event().filter(|due| *due < Instant::ZERO + Span(1000 * every.0)) {
            button.settle(due);
            match (button.contact(), closed) {
                (true, None) => (spikes, closed) = (spikes + 1, Some(due)),
                (false, Some(since)) => {
                    assert!(due - since <= bounce);
                    closed = None;
                }
                other => panic!("{other:?} at {due}"),
            }
        }
        assert!((900..1100).contains(&spikes), "{spikes}");
        button.press(Instant::ZERO + Span(1000 * every.0), true);
        let still = |button: &Button| button.bounces.len() % 2 == 1;
        assert!(button.contact() ^ still(&button), "a finger counts for more");
    }

    #[test]
    fn one_without_bounce_is_an_ideal_switch() {
        let mut button = Button::new(Span::ZERO, Stream::new(1, "button"));
        button.press(Instant(0), true);
        assert!(button.contact() && button.next_event().is_none());
    }
}
