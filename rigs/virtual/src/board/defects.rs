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
    use crate::core::Width;
    use crate::mcu::flash::Image;
    use crate::wiring::{Active, ButtonWires, Clocks, Lse, tests_support::wiring as sound};
    use brownout_trace::event::Level;
    use brownout_trace::{Celsius, Ppm, Span, Volts};
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

    /// Seconds that the running RTC of a board this warm loses in a day.
    fn lost_in_a_day(celsius: f64, error: f64) -> f64 {
        let clocks = Clocks { lse: Lse { error: Ppm(error), ..Lse::default() }, ..Clocks::default() };
        let wiring = Wiring { temperature: Celsius(celsius), clocks, ..sound() };
        let mut board = Board::new(Arc::new(wiring), Arc::default(), Image::erased(64), 1, Instant::ZERO).unwrap();
        board.play(&[(Instant::ZERO, Level::Volts(Volts(12.0)))]).unwrap();
        let advance = |board: &mut Board, span: Span| {
            let until = board.now() + span;
            while board.now() < until {
                board.advance(until, &mut Vec::new());
            }
        };
        let write = |board: &mut Board, registers: &[(u32, u32)]| {
            for (register, value) in registers {
                board.debug_write(*register, *value, Width::Word).unwrap();
            }
        };
        // To the hundred-thousandth: the counter, and what the prescaler has counted of the next second.
        let time = |board: &mut Board| {
            let mut half = |register: u32| f64::from(board.debug_read(0x4000_2800 + register, Width::Word).unwrap());
            half(0x18) * 65_536.0 + half(0x1c) + (32_767.0 - half(0x14)) / 32_768.0
        };
        advance(&mut board, Span::secs(1));
        // APB1ENR: PWR and BKP; PWR_CR: DBP; BDCR: LSEON, the RTC on it.
        write(&mut board, &[(0x4002_101c, 3 << 27), (0x4000_7000, 1 << 8), (0x4002_1020, 0x8101)]);
        advance(&mut board, Span::secs(3));
        // In configuration mode: 32768 edges are a second.
        write(&mut board, &[(0x4000_2804, 0x1f), (0x4000_2808, 0), (0x4000_280c, 0x7fff), (0x4000_2804, 0xf)]);
        let before = time(&mut board);
        advance(&mut board, Span::secs(86_400));
        86_400.0 - (time(&mut board) - before)
    }

    #[test]
    fn a_day_of_the_running_clock_is_as_long_as_its_temperature_makes_it() {
        for (celsius, error) in [(25.0, 0.0), (25.0, 20.0), (-5.0, 0.0), (55.0, 5.0), (-40.0, -20.0)] {
            let ppm = error - 0.034 * (celsius - 25.0_f64).powi(2);
            let (lost, expected) = (lost_in_a_day(celsius, error), -0.0864 * ppm);
            assert!((lost - expected).abs() < 1e-3, "{lost} s at {celsius} °C and {error} ppm, not {expected}");
        }
    }
}
