//! Everything with a voltage: shots, supply, thresholds, relays, the reserve. Computes the next instant at which any
//! of it changes, and makes the change.

use super::{Board, Draw, Power};
use crate::mcu::chip::FLASH_MINIMUM;
use crate::supply::Node;
use brownout_trace::event::{Crossing, Threshold, What};
use brownout_trace::{Amps, Instant, ResetCause, Volts};

/// The next electrical event; kept until something electrical changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next {
    pub at: Instant,
    pub cause: Cause,
}

/// What happens then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    /// Nothing, ever.
    Nothing,
    /// The level at the terminals changes by plan.
    Shot,
    /// VDD goes through a threshold.
    Vdd(Threshold, Crossing, Volts),
    /// The bulk voltage goes through a threshold that relay `usize` waits for.
    Coil(usize),
    /// A switching supply's converter starts or gives up.
    Converter,
    /// A relay's armature or contact moves.
    Relay(usize),
    /// A button's contact bounces.
    Button(usize),
    /// The clock's reserve is used up.
    Reserve,
    /// The 32 kHz crystal stops.
    Crystal,
    /// The reset delay is over.
    Released,
}

/// Interrupt lines of a medium-density chip (RM0008, table 63).
const IRQS: usize = 60;

impl Board {
    /// When the next electrical change comes.
    pub(super) fn electrical_next(&mut self) -> Next {
        if let Some(next) = self.electrical {
            return next;
        }
        let mut next = Next { at: Instant::NEVER, cause: Cause::Nothing };
        // Ties go to the cause offered first.
        let mut offer = |at: Option<Instant>, cause: Cause| {
            if let Some(at) = at.filter(|at| *at < next.at) {
                next = Next { at, cause };
            }
        };
        offer(self.levels.next_change(), Cause::Shot);
        offer(self.supply.next_switching(), Cause::Converter);
        let limits = self.wiring.chip;
        let mut watch = |threshold, crossing, volts| {
            offer(self.supply.next_crossing(Node::Vdd, volts, crossing), Cause::Vdd(threshold, crossing, volts));
        };
        match self.power {
            Power::Off => watch(Threshold::PowerOn, Crossing::Rising, limits.power_on()),
            Power::Rising(_) | Power::On => {
                watch(Threshold::PowerDown, Crossing::Falling, *limits.power_down);
                let crossing = if self.flash_starved { Crossing::Rising } else { Crossing::Falling };
                watch(Threshold::FlashWrite, crossing, FLASH_MINIMUM);
                if let Some((falling, rising)) = self.chip.pvd() {
                    if self.chip.pvd_output() {
                        watch(Threshold::Pvd, Crossing::Rising, rising);
                    } else {
                        watch(Threshold::Pvd, Crossing::Falling, falling);
                    }
                }
            }
        }
        if let Power::Rising(until) = self.power {
            offer(Some(until), Cause::Released);
        }
        for (index, channel) in self.relays.iter().enumerate() {
            if let Some((threshold, crossing)) = channel.relay.awaits() {
                offer(self.supply.next_crossing(Node::Bulk, threshold, crossing), Cause::Coil(index));
            }
            offer(channel.relay.next_event(), Cause::Relay(index));
        }
        for (index, button) in self.buttons.iter().enumerate() {
            offer(button.next_event(), Cause::Button(index));
        }
        if self.backup_alive {
            offer(self.reserve.next_exhausted(), Cause::Reserve);
        }
        offer(self.crystal_stops, Cause::Crystal);
        self.electrical = Some(next);
        next
    }

    /// Makes the electrical change that is due at `next.at`.
    pub(super) fn electrical_step(&mut self, next: Next) {
        let at = next.at;
        self.electrical = None;
        self.supply.advance(at);
        match next.cause {
            // Of a converter the supply knew when it was advanced.
            Cause::Nothing | Cause::Converter => {}
            Cause::Shot => {
                if let Some((_, level)) = self.levels.take_due(at) {
                    let before = self.supply.bulk(at);
                    self.supply.set_level(at, level);
                    self.emit(at, What::Supply { level });
                    if self.supply.bulk(at) > before {
                        self.jumped(at);
                    }
                }
            }
            Cause::Vdd(threshold, crossing, volts) => self.vdd_crossed(at, threshold, crossing, volts),
            Cause::Coil(index) => {
                let coil = self.supply.coil(at, index);
                self.relays[index].relay.set_coil_voltage(at, coil);
            }
            Cause::Relay(index) => {
                let name = self.wiring.relays[index].name.clone();
                let channel = &mut self.relays[index];
                if let Some(closed) = channel.relay.pop_event(at) {
                    channel.sequence += 1;
                    let sequence = channel.sequence;
                    self.emit(at, What::Contact { relay: name, closed, sequence });
                }
            }
            Cause::Button(index) => {
                self.buttons[index].settle(at);
                self.sync_button(index);
            }
            Cause::Reserve => self.lose_backup(at),
            Cause::Crystal => self.stop_crystal(at),
            Cause::Released => {
                self.power = Power::On;
                self.system_reset(at, ResetCause::PowerOn);
            }
        }
    }

    /// A series capacitor gave its charge to the bulk at once: what was jumped over is no crossing to come.
    fn jumped(&mut self, at: Instant) {
        let (vdd, power_on) = (self.supply.vdd(at), self.wiring.chip.power_on());
        if self.power == Power::Off && vdd >= power_on {
            self.vdd_crossed(at, Threshold::PowerOn, Crossing::Rising, power_on);
        }
        if self.power != Power::Off && self.flash_starved && vdd >= FLASH_MINIMUM {
            self.vdd_crossed(at, Threshold::FlashWrite, Crossing::Rising, FLASH_MINIMUM);
        }
        if let Some((_, rising)) = self.chip.pvd().filter(|(_, rising)| self.chip.pvd_output() && vdd >= *rising) {
            self.vdd_crossed(at, Threshold::Pvd, Crossing::Rising, rising);
        }
        for index in 0..self.relays.len() {
            let coil = self.supply.coil(at, index);
            self.relays[index].relay.set_coil_voltage(at, coil);
        }
    }

    fn vdd_crossed(&mut self, at: Instant, threshold: Threshold, crossing: Crossing, volts: Volts) {
        self.emit(at, What::Rail { threshold, crossing, volts });
        match threshold {
            Threshold::PowerOn => {
                self.power = Power::Rising(at + *self.wiring.chip.reset_delay);
                self.flash_starved = true;
                self.chip.set_starved(true);
                if !self.backup_alive {
                    self.backup_alive = true;
                    self.chip.lose_backup();
                }
                // VDD is on its way up: what charges the reserve from here on is the regulator's output.
                self.reserve.set_vdd_present(at, Some(*self.wiring.supply.regulator.output));
                self.set_draw(at, Draw::Reset);
            }
            Threshold::PowerDown => self.power_down(at),
            Threshold::FlashWrite => {
                self.flash_starved = crossing == Crossing::Falling;
                self.chip.set_starved(self.flash_starved);
            }
            Threshold::Pvd => {
                self.chip.set_pvd_low(crossing == Crossing::Falling);
                self.sync_irqs();
            }
            Threshold::Backup => {}
        }
    }

    /// VDD fell below the power-down threshold: the chip stops where it is.
    fn power_down(&mut self, at: Instant) {
        self.power = Power::Off;
        if let Some(line) = self.lines.cut() {
            self.emit(at, What::Received { line });
        }
        self.emit(at, What::PowerDown);
        let cycles = self.core.cycles();
        self.tear(at, ResetCause::PowerOn, cycles);
        self.core.power_on_reset();
        self.chip.lose_memory(&mut self.noise);
        self.reserve.set_vdd_present(at, None);
        if !self.reserve.feeds_clock(at) {
            self.lose_backup(at);
        }
        self.set_draw(at, Draw::Off);
        self.sync_coils(at);
    }

    /// The reserve feeds the clock no longer: clock and backup registers are forgotten.
    pub(super) fn lose_backup(&mut self, at: Instant) {
        self.backup_alive = false;
        self.chip.lose_backup();
        let volts = self.reserve.voltage(at);
        self.emit(at, What::Rail { threshold: Threshold::Backup, crossing: Crossing::Falling, volts });
    }

    /// Resets the chip's registers; a flash operation in flight is torn and told.
    fn tear(&mut self, at: Instant, cause: ResetCause, cycles: u64) {
        if let Some(operation) = self.chip.reset(cause, at, cycles) {
            let (address, operation) = (operation.address(), operation.name().to_owned());
            self.emit(at, What::Torn { address, operation });
        }
        (self.stalled, self.flash_told, self.deep) = (false, false, None);
        self.core.set_flash_blocked(false);
        self.core.invalidate_code(crate::mcu::flash::BASE, u32::MAX);
        self.irqs = 0;
        for line in 0..IRQS {
            self.core.set_irq_line(line, false);
        }
    }

    /// A reset of the running chip, or its start after power-on.
    pub(super) fn system_reset(&mut self, at: Instant, cause: ResetCause) {
        let cycles = self.core.cycles();
        self.tear(at, cause, cycles);
        self.chip.set_starved(self.flash_starved);
        self.core.set_flash_wait_states(0);
        self.core.reset(&mut self.chip);
        self.locked_up = false;
        self.asleep_for_good = false;
        if !self.reset_pin_held {
            self.emit(at, What::Reset { cause });
        }
        self.set_draw(at, if self.reset_pin_held { Draw::Reset } else { Draw::Running });
        self.sync_coils(at);
    }

    /// The chip's current changed.
    pub(super) fn set_draw(&mut self, at: Instant, draw: Draw) {
        self.draw = draw;
        let loads = &self.wiring.loads;
        let running = loads.run_base.0 + loads.run_per_megahertz.0 * self.chip.megahertz();
        let amps = match draw {
            Draw::Off => 0.0,
            Draw::Reset => loads.reset.0,
            Draw::Running => running,
            Draw::Asleep => running * loads.sleep_share,
            Draw::Stopped => loads.stop.0,
            Draw::Standby => loads.standby.0,
        };
        self.supply.set_load(at, Amps(amps));
        self.electrical = None;
    }

    /// Follows the pins that drive coils.
    pub(super) fn sync_coils(&mut self, at: Instant) {
        for index in 0..self.relays.len() {
            let wires = &self.wiring.relays[index];
            let high = self.chip.pin(wires.pin);
            let active = wires.active == crate::wiring::Active::High;
            let driven = self.power == Power::On && high.is_some_and(|high| high == active);
            if driven != self.relays[index].driven {
                let relay = wires.name.clone();
                self.relays[index].driven = driven;
                self.supply.set_coil(at, index, driven);
                let coil = self.supply.coil(at, index);
                self.relays[index].relay.set_coil_voltage(at, coil);
                self.electrical = None;
                self.emit(at, What::Coil { relay, on: driven });
            }
        }
    }
}
