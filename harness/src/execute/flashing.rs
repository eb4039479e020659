//! `flash`: the one step during which time is the probe's.

use super::arranging::Waiting;
use super::halt::Halt;
use super::session::Session;
use super::speech::Trouble;
use crate::scenario::step::Flash;
use brownout_rigs::firmware::Firmware;
use brownout_trace::event::What;

impl<'a> Session<'a> {
    /// Flashes the board. What was waited for in the background comes after it.
    pub(super) fn flash(&mut self, flash: &Flash) -> Result<(), Halt> {
        // On its way down the supply may still last long enough.
        let falling = self.ledger.outages.last().is_some_and(|outage| self.now() < outage.down);
        if self.unpowered() && !falling {
            return Err(Halt::Scenario(format!("{}, nor flashed", Trouble::Unpowered.why())));
        }
        // A chip in reset answers no probe.
        self.drive(&mut Waiting(self.ledger.ready_at))?;
        let firmware = match flash {
            Flash::Again => None,
            Flash::File(path) => Some(Firmware::load(path).map_err(|error| Halt::Scenario(error.to_string()))?),
        };
        let from = self.now();
        let mut events = Vec::new();
        let flashing = self.bench.flash(firmware.as_ref(), &mut events);
        self.take(&mut events)?;
        let flashing = flashing?;
        self.ledger.flashed(from, self.bench.now(), flashing.whole, self.profile);
        let sha256 = flashing.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        self.note(What::Flashed { firmware: flashing.firmware, sha256, whole: flashing.whole });
        Ok(())
    }
}
