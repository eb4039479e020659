//! Defects that come to a board: from its wiring as it is made, and by a call.

use super::Board;
use crate::faults::Fault;
use crate::wiring::{Wiring, WiringError};
use brownout_trace::Instant;
use brownout_trace::event::What;

/// The wiring with those of its defects that are other figures of the parts.
pub(super) fn with_defects(wiring: &Wiring) -> Wiring {
    let mut board = crate::spread::aged(wiring);
    for fault in &wiring.faults {
        match fault {
            Fault::CapacitorLoss { of, loss } => board.figures(&mut |path, _, figure| {
                if path == of.path() {
                    figure.put(figure.number() * (1.0 - loss.0 / 100.0));
                }
            }),
            Fault::DeadReserve {} => board.reserve.kind = crate::supply::ReserveKind::None,
            Fault::StoppedCrystal { at: None } => board.clocks.lse.start = None,
            Fault::StoppedCrystal { .. } | Fault::Contact { .. } | Fault::NoisyButton { .. } => {}
        }
    }
    board.clocks.lse.error = board.clocks.lse.error_at(board.temperature);
    board
}

impl Board {
    /// Puts a defect in, now.
    ///
    /// # Errors
    /// Where the board has no such part.
    pub fn inject(&mut self, fault: &Fault) -> Result<(), WiringError> {
        fault.check(&self.wiring)?;
        let at = self.now;
        self.electrical = None;
        match fault {
            Fault::CapacitorLoss { of: crate::faults::Capacitor::Reserve, .. } => {
                let why = "a supercap loses capacitance from the start only; write the fault in the rig file";
                return Err(WiringError::Part(why.to_owned()));
            }
            Fault::CapacitorLoss { of, loss } => self.supply.lose_capacitance(at, *of, *loss),
            Fault::DeadReserve {} => {
                self.reserve.die(at);
                if self.backup_alive && !self.reserve.feeds_clock(at) {
                    self.lose_backup(at);
                }
            }
            Fault::Contact { .. } | Fault::NoisyButton { .. } => self.install(fault, at),
            Fault::StoppedCrystal { at: Some(due) } => self.crystal_stops = Some(Instant::ZERO + *due),
            Fault::StoppedCrystal { at: None } => self.stop_crystal(at),
        }
        Ok(())
    }

    pub(super) fn stop_crystal(&mut self, at: Instant) {
        self.crystal_stops = None;
        self.chip.fail_watch_crystal(at);
        self.sync_irqs();
    }

    /// Defects of contacts and buttons: state of the board, not figures of its parts.
    pub(super) fn install(&mut self, fault: &Fault, at: Instant) {
        match fault {
            Fault::Contact { relay, defect, closing } => {
                let Some(channel) = self
                    .wiring
                    .relays
                    .iter()
                    .position(|wires| wires.name == *relay)
                    .map(|index| &mut self.relays[index])
                else {
                    return;
                };
                match closing {
                    Some(closing) => channel.relay.doom(*closing, *defect),
                    None => {
                        if let Some(closed) = channel.relay.set_fault(*defect) {
                            channel.sequence += 1;
                            let sequence = channel.sequence;
                            self.emit(at, What::Contact { relay: relay.clone(), closed, sequence });
                        }
                    }
                }
            }
            Fault::NoisyButton { button, bounce, spikes } => {
                if let Some(index) = self.wiring.buttons.iter().position(|wires| wires.name == *button) {
                    self.buttons[index].set_bounce(*bounce);
                    self.buttons[index].set_spikes(at, *spikes);
                }
            }
            Fault::StoppedCrystal { at: due } => self.crystal_stops = due.map(|due| Instant::ZERO + due),
            Fault::CapacitorLoss { .. } | Fault::DeadReserve {} => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcu::flash::Image;
    use crate::wiring::{Active, ButtonWires, tests_support::wiring as sound};
    use brownout_trace::{Celsius, Ppm, Span};
    use std::sync::Arc;

    fn board(faults: Vec<Fault>) -> Board {
        let button = ButtonWires {
            name: "SET".to_owned(),
            pin: "PA0".parse().unwrap(),
            active: Active::Low,
            bounce: Span::ZERO,
        };
        let wiring = Wiring { buttons: vec![button], faults, ..sound() };
        Board::new(Arc::new(wiring), Arc::default(), Image::erased(64), 1, Instant::ZERO).unwrap()
    }

    #[test]
    fn a_noisy_button_bounces_for_longer_than_its_part() {
        let noisy = Fault::NoisyButton { button: "SET".to_owned(), bounce: Span::millis(15), spikes: None };
        let bounces = |faults: Vec<Fault>| {
            let mut board = board(faults);
            board.press("SET", true);
            std::iter::from_fn(|| {
                let due = board.buttons[0].next_event()?;
                board.buttons[0].settle(due);
                Some(due)
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(bounces(Vec::new()), []);
        let noise = bounces(vec![noisy.clone()]);
        assert!(noise.last().is_some_and(|last| *last <= Instant::ZERO + Span::millis(15)), "{noise:?}");
        assert_eq!(bounces(vec![noisy]), noise, "the same seed, the same bounce");
    }

    #[test]
    fn a_stopped_crystal_never_starts_and_a_cold_one_is_slow() {
        let stopped = board(vec![Fault::StoppedCrystal { at: None }]);
        assert_eq!(stopped.wiring.clocks.lse.start, None);
        let cold = Wiring { temperature: Celsius(-5.0), ..sound() };
        assert!((with_defects(&cold).clocks.lse.error.0 + 0.034 * 900.0).abs() < 1e-9);
        assert_eq!(with_defects(&sound()).clocks.lse.error, Ppm(0.0));
    }
}
