//! What this machine lets a shot be, with nothing on the lines: the player as it is, whose strokes are only stamped.

use super::clock::Mono;
use super::player::{Perform, Player};
use super::score::Act;
use crate::bench::RigFault;
use crate::calibration::Quantiles;
use crate::rig::pi::Line;
use crate::shot::Stroke;
use brownout_trace::Span;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;

/// The first stroke comes so long after the player has begun.
const BEFORE: Span = Span::millis(20);
/// So long between two shots: the player sleeps in it, as it does on a bench.
const BETWEEN: Span = Span::millis(2);

/// How far the shots of one width were from what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// How late they began.
    pub late: Quantiles,
    /// How far their widths were off, either way.
    pub width: Quantiles,
    /// What made them worse than they need be: no real-time priority.
    pub warning: Option<String>,
}

/// Plays so many shots of this width, one after the other; takes as long as they do. `None` if there were none.
pub fn rehearse(width: Span, times: u32) -> Option<Rehearsed> {
    let (sender, _news) = channel();
    let (last, done) = channel();
    let mut player = Player::start(Stamps { seen: Vec::new(), left: times.saturating_mul(2), last }, sender);
    let shots: Vec<(Mono, Mono)> = (0..times)
        .scan(Mono::now() + BEFORE, |next, _| {
            let begins = *next;
            *next = begins + width + BETWEEN;
            Some((begins, begins + width))
        })
        .collect();
    let line: Line = "GPIO17".parse().ok()?;
    let stroke = |at, high| (at, Act::Stroke(Stroke::Set { line, high }));
    player.play(shots.iter().flat_map(|(begins, ends)| [stroke(*begins, true), stroke(*ends, false)]).collect());
    if times > 0 {
        // Tells that the last stroke was played, or that nobody is left to play it.
        let _ = done.recv();
    }
    let warning = player.warning().map(str::to_owned);
    let seen = player.stop()?.seen;
    let pairs = || seen.chunks_exact(2).zip(&shots);
    let late = pairs().map(|(seen, (begins, _))| seen[0] - *begins).collect();
    let off = pairs().map(|(seen, _)| Span((seen[1] - seen[0] - width).0.abs())).collect();
    Some(Rehearsed { late: Quantiles::of(late)?, width: Quantiles::of(off)?, warning })
}

/// Hands without a rig.
struct Stamps {
    seen: Vec<Mono>,
    left: u32,
    last: std::sync::mpsc::Sender<()>,
}

impl Perform for Stamps {
    fn perform(&mut self, _: &Stroke, _: &AtomicBool) -> Result<(), RigFault> {
        self.seen.push(Mono::now());
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            // Whoever waits no longer needs no word.
            let _ = self.last.send(());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shot_is_stamped_and_none_comes_early() {
        let rehearsed = rehearse(Span::micros(500), 20).unwrap();
        assert!(rehearsed.late.p50 >= Span::ZERO, "{rehearsed:?}");
        assert!(rehearsed.late.p50 <= rehearsed.late.p99 && rehearsed.late.p99 <= rehearsed.late.max);
        assert_eq!(rehearse(Span::micros(500), 0), None);
    }
}
