//! What the player plays, and when: strokes on the wall's clock, with a mark after those of each level.
//!
//! A list may begin at an instant that is over: its first level is for *now*, and time does not stand still while one
//! decides. Then the whole of it is moved, so that its widths stay what they are.

use super::clock::{Clock, Mono};
use crate::shot::Stroke;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span};

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// To a line, a DAC, a port.
    Stroke(Stroke),
    /// The strokes of this level are done: it is told.
    Level(usize),
}

/// A level that was handed over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// When it was asked for.
    pub asked: Instant,
    /// When it is played.
    pub due: Mono,
    /// To what.
    pub level: Level,
    /// When its last stroke was done, once it was.
    pub played: Option<Mono>,
}

/// Every level of a bench so far.
#[derive(Debug, Default)]
pub struct Score {
    planned: Vec<Planned>,
}

impl Score {
    /// Moves a list to where it can be played, not before `earliest` nor before what is to come already, and keeps its
    /// levels; gives what to do.
    pub fn add(
        &mut self,
        clock: &Clock,
        earliest: Mono,
        levels: &[(Instant, Level)],
        strokes: Vec<(Instant, Stroke)>,
    ) -> Vec<(Mono, Act)> {
        let Some((first, _)) = levels.first() else { return Vec::new() };
        let after = self.planned.last().map_or(earliest, |last| last.due.max(earliest));
        let late = (after - clock.mono(*first)).max(Span::ZERO);
        let due = |at: Instant| clock.mono(at) + late;
        let mut acts: Vec<(Mono, Act)> =
            strokes.into_iter().map(|(at, stroke)| (due(at), Act::Stroke(stroke))).collect();
        for (at, level) in levels {
            acts.push((due(*at), Act::Level(self.planned.len())));
            self.planned.push(Planned { asked: *at, due: due(*at), level: *level, played: None });
        }
        // Stable: at one instant the strokes come first, then the marks.
        acts.sort_by_key(|(due, _)| *due);
        acts
    }

    /// The strokes of a level were played; what it was.
    pub fn played(&mut self, level: usize, at: Mono) -> Option<Planned> {
        let planned = self.planned.get_mut(level)?;
        planned.played = Some(at);
        Some(*planned)
    }

    /// How many levels were handed over so far.
    pub fn len(&self) -> usize {
        self.planned.len()
    }

    /// The levels from this number on.
    pub fn since(&self, level: usize) -> &[Planned] {
        self.planned.get(level..).unwrap_or_default()
    }

    /// Whether a level should have been played by now, and nothing was heard of it yet.
    pub fn is_due(&self, now: Mono) -> bool {
        self.next().is_some_and(|next| next.due <= now)
    }

    /// The first level that was not played yet.
    pub fn next(&self) -> Option<&Planned> {
        self.planned.iter().find(|planned| planned.played.is_none())
    }

    /// The level that stands once everything is played.
    pub fn standing(&self) -> Level {
        self.planned.last().map_or(Level::Open, |last| last.level)
    }

    /// The last level that was played.
    pub fn stands(&self) -> Option<Planned> {
        self.planned.iter().rev().find(|planned| planned.played.is_some()).copied()
    }

    /// The levels that were asked for from one instant up to another, both included.
    pub fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = &Planned> {
        self.planned.iter().filter(move |planned| (from..=to).contains(&planned.asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Volts;

    const NOMINAL: Level = Level::Volts(Volts(12.0));

    fn at(micros: i64) -> Instant {
        Instant(micros * 1_000)
    }

    fn wait(span: i64) -> Stroke {
        Stroke::Send { bytes: span.to_string().into_bytes() }
    }

    #[test]
    fn a_list_for_now_is_moved_as_a_whole() {
        let clock = Clock::new(Instant::ZERO, Mono(1_000_000));
        let mut score = Score::default();
        let levels = [(at(0), Level::Open), (at(500), NOMINAL)];
        let strokes = vec![(at(0), wait(1)), (at(480), wait(2)), (at(500), wait(3))];
        let acts = score.add(&clock, Mono(1_003_000), &levels, strokes);
        let expected = [
            (Mono(1_003_000), Act::Stroke(wait(1))),
            (Mono(1_003_000), Act::Level(0)),
            (Mono(1_483_000), Act::Stroke(wait(2))),
            (Mono(1_503_000), Act::Stroke(wait(3))),
            (Mono(1_503_000), Act::Level(1)),
        ];
        assert_eq!(acts, expected);
        assert_eq!((score.standing(), score.stands()), (NOMINAL, None));
        score.played(0, Mono(1_003_100)).unwrap();
        assert_eq!(score.stands().unwrap().level, Level::Open);
        assert_eq!(score.next().unwrap().due, Mono(1_503_000));
        assert!(score.is_due(Mono(1_503_000)) && !score.is_due(Mono(1_502_999)));
        assert_eq!(score.between(at(1), at(500)).count(), 1);
    }

    #[test]
    fn a_list_that_is_early_enough_stays_and_none_overtakes_another() {
        let clock = Clock::new(Instant::ZERO, Mono(0));
        let mut score = Score::default();
        let acts = score.add(&clock, Mono(5_000), &[(at(100), NOMINAL)], vec![(at(100), wait(1))]);
        assert_eq!(acts[0].0, Mono(100_000));
        let acts = score.add(&clock, Mono(6_000), &[(at(50), Level::Open)], vec![(at(50), wait(2))]);
        assert_eq!(acts[0].0, Mono(100_000));
    }
}
