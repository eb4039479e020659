//! The bench over the virtual board: time moves only when it is advanced.

use super::{Bench, RigFault};
use crate::flashing::Flashed;
use crate::rig::Rig;
use brownout_trace::event::{Event, Figure, Level, ShotReport, What};
use brownout_trace::{Instant, Span, Volts};
use brownout_virtual::board::Board;

/// A virtual board on its bench.
#[derive(Debug, Clone)]
pub struct VirtualBench {
    board: Board,
    /// Level changes as they happened, with the voltage at the terminals right after: what shots are measured from.
    levels: Vec<(Instant, Volts)>,
}

impl VirtualBench {
    /// A board without power at `start`, its flash as probe-rs left it. `seed` decides what chance decides.
    pub fn new(rig: &Rig, flashed: &Flashed, seed: u64, start: Instant) -> Result<Self, RigFault> {
        let board = Board::new(rig.wiring.clone(), flashed.symbols.clone(), flashed.image.clone(), seed, start)
            .map_err(|e| RigFault { what: e.to_string(), hint: format!("correct the rig file of `{}`", rig.name) })?;
        Ok(Self { board, levels: Vec::new() })
    }

    /// The board, to look at its voltages and variables.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// Presses or releases a button, now; a rig fault if the rig wires none of that name.
    pub fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault> {
        if self.board.press(button, pressed) {
            return Ok(());
        }
        let hint = "name it in the rig file, under `[[virtual.buttons]]`".to_owned();
        Err(RigFault { what: format!("the rig has no button `{button}`"), hint })
    }
}

impl Bench for VirtualBench {
    fn now(&self) -> Instant {
        self.board.now()
    }

    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        let first = events.len();
        self.board.advance(until, events);
        for event in &events[first..] {
            if let What::Supply { .. } = event.what {
                self.levels.push((event.at, self.board.terminals()));
            }
        }
        Ok(())
    }

    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        self.board.play(levels).map_err(|late| RigFault { what: late.to_string(), hint: String::new() })
    }

    /// The edges are the instants at which the supply model changed its level, the depth what stood at the terminals.
    fn measure_shot(&mut self, level: Level, start: Instant, width: Span) -> Result<ShotReport, RigFault> {
        let begun = self.levels.iter().position(|(at, _)| *at >= start);
        let (start, measured_width, depth) = match begun.map(|index| (self.levels[index], self.levels.get(index + 1))) {
            Some(((at, volts), Some((end, _)))) => {
                (Figure::Measured(at), Figure::Measured(*end - at), Figure::Measured(volts))
            }
            Some(((at, volts), None)) => (Figure::Measured(at), Figure::Unmeasured, Figure::Measured(volts)),
            None => (Figure::Unmeasured, Figure::Unmeasured, Figure::Unmeasured),
        };
        // Earlier changes belong to shots already measured.
        self.levels.drain(..begun.unwrap_or(self.levels.len()));
        Ok(ShotReport { level, width, start, measured_width, depth })
    }

    fn send(&mut self, line: &str) -> Result<(), RigFault> {
        self.board.send(line);
        Ok(())
    }

    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault> {
        self.board.set_reset_pin(asserted);
        Ok(())
    }
}
