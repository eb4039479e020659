//! What a board that is lived with needs besides: its console byte by byte, as a terminal wants it, and a look at its pins.

use super::Board;
use brownout_trace::Instant;
use brownout_trace::event::Level;

impl Board {
    /// Hands over levels in place of those still to come; those before now happen now.
    pub fn replace_levels(&mut self, levels: &[(Instant, Level)]) {
        self.levels.clear();
        let levels: Vec<_> = levels.iter().map(|(at, level)| ((*at).max(self.now), *level)).collect();
        self.electrical = None;
        // In order, or the later ones are dropped with the rest.
        let _ = self.levels.hand_in(&levels);
    }

    /// Puts bytes on the wire to the board's console; nothing is noted in the trace.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.chip.send(self.now, bytes);
    }

    /// From now on keeps what the board sends, for [`Board::take_tapped`].
    pub fn tap(&mut self) {
        self.tapped.get_or_insert_default();
    }

    /// The bytes that the board sent since the last call.
    pub fn take_tapped(&mut self) -> Vec<u8> {
        self.tapped.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether the contact of a button is closed; `None` if the wiring has none of that name.
    pub fn pressed(&self, button: &str) -> Option<bool> {
        let index = self.wiring.buttons.iter().position(|wires| wires.name == button)?;
        Some(self.buttons[index].contact())
    }

    /// Whether somebody pulls the reset pin.
    pub fn is_held_in_reset(&self) -> bool {
        self.reset_pin_held
    }
}
