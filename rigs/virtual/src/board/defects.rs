//! Defects that come to a board: from its wiring as it is made, and by a call.

use super::Board;
use crate::faults::Fault;
use crate::rng::Stream;
use crate::wiring::{Wiring, WiringError};
use brownout_trace::event::What;
use brownout_trace::{Instant, Span};
use std::collections::VecDeque;

/// The button edges still to come: bounces.
#[derive(Debug, Clone, Default)]
pub(super) struct Bouncing {
    /// Button (by its place in the wiring), and how long it bounces.
    noisy: Vec<(usize, Span)>,
    /// In order of time: when, which button, pressed or not.
    edges: VecDeque<(Instant, usize, bool)>,
    random: Option<Stream>,
}

impl Bouncing {
    pub fn next_edge(&self) -> Option<Instant> {
        self.edges.front().map(|(at, ..)| *at)
    }
}

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
            Fault::StoppedCrystal {} => board.clocks.lse.start = None,
            Fault::Contact { .. } | Fault::NoisyButton { .. } => {}
        }
    }
    board.clocks.lse.error = board.clocks.lse.error_at(board.temperature);
    board
}

impl Board {
    /// Puts a defect in, now.
    ///
    /// # Errors
    /// Where the board has no such part, and for a crystal: one that runs is stopped in the rig file only.
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
            Fault::StoppedCrystal {} => {
                let why = "a crystal stops from the start only; write `stopped-crystal` in the rig file";
                return Err(WiringError::Part(why.to_owned()));
            }
        }
        Ok(())
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
            Fault::NoisyButton { button, bounce } => {
                if let Some(index) = self.wiring.buttons.iter().position(|wires| wires.name == *button) {
                    self.bouncing.noisy.retain(|(noisy, _)| *noisy != index);
                    self.bouncing.noisy.push((index, *bounce));
                }
            }
            Fault::CapacitorLoss { .. } | Fault::DeadReserve {} | Fault::StoppedCrystal {} => {}
        }
    }

    /// Gives the bounces' stream; called once, with the board's seed.
    pub(super) fn seed_bounces(&mut self, seed: u64) {
        self.bouncing.random = Some(Stream::new(seed, "buttons"));
    }

    /// A button was pressed or let go: what its defect adds. The last edge leaves it as it is.
    pub(super) fn bounce_button(&mut self, index: usize, pressed: bool) {
        let at = self.now;
        self.bouncing.edges.retain(|(_, other, _)| *other != index);
        let noisy = self.bouncing.noisy.iter().find(|(noisy, _)| *noisy == index).map(|(_, bounce)| *bounce);
        if let (Some(bounce), Some(random)) = (noisy, &mut self.bouncing.random) {
            let edges = 2 * random.between(2, 6);
            let mut instants: Vec<Instant> = (0..edges).map(|_| at + random.span_up_to(bounce)).collect();
            instants.sort_unstable();
            let added = instants.into_iter().enumerate();
            self.bouncing.edges.extend(added.map(|(n, at)| (at, index, if n % 2 == 0 { !pressed } else { pressed })));
            self.bouncing.edges.make_contiguous().sort_by_key(|(at, ..)| *at);
        }
        self.electrical = None;
    }

    /// The next bounce happens.
    pub(super) fn take_bounce(&mut self) {
        if let Some((_, index, pressed)) = self.bouncing.edges.pop_front() {
            let (pin, active) = (self.wiring.buttons[index].pin, self.wiring.buttons[index].active);
            self.set_button_pin(pin, active, pressed);
            self.sync_irqs();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcu::flash::Image;
    use crate::wiring::{Active, ButtonWires, tests::sound};
    use brownout_trace::{Celsius, Ppm};
    use std::sync::Arc;

    fn board(faults: Vec<Fault>) -> Board {
        let button = ButtonWires { name: "SET".to_owned(), pin: "PA0".parse().unwrap(), active: Active::Low };
        let wiring = Wiring { buttons: vec![button], faults, ..sound() };
        Board::new(Arc::new(wiring), Arc::default(), Image::erased(64), 1, Instant::ZERO).unwrap()
    }

    #[test]
    fn a_noisy_button_bounces_and_comes_to_rest() {
        let noisy = Fault::NoisyButton { button: "SET".to_owned(), bounce: Span::millis(15) };
        let edges = |board: &mut Board| {
            board.press("SET", true);
            let waiting: Vec<_> = board.bouncing.edges.iter().copied().collect();
            let mut events = Vec::new();
            board.advance(Instant::ZERO + Span::millis(15), &mut events);
            assert_eq!(board.bouncing.next_edge(), None, "all over within its length");
            waiting
        };
        assert_eq!(edges(&mut board(Vec::new())), []);
        let bounces = edges(&mut board(vec![noisy.clone()]));
        assert!(bounces.len() >= 4 && bounces.last().is_some_and(|(.., pressed)| *pressed), "{bounces:?}");
        assert!(bounces.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].2 != pair[1].2));
        assert_eq!(edges(&mut board(vec![noisy])), bounces, "the same seed, the same bounce");
    }

    #[test]
    fn a_stopped_crystal_never_starts_and_a_cold_one_is_slow() {
        let stopped = board(vec![Fault::StoppedCrystal {}]);
        assert_eq!(stopped.wiring.clocks.lse.start, None);
        let cold = Wiring { temperature: Celsius(-5.0), ..sound() };
        assert!((with_defects(&cold).clocks.lse.error.0 + 0.034 * 900.0).abs() < 1e-9);
        assert_eq!(with_defects(&sound()).clocks.lse.error, Ppm(0.0));
    }
}
