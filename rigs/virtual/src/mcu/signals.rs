//! What peripherals tell each other inside the chip: DMA requests, triggers, what the ADC samples, what SPI exchanges.

use super::adc::{REFERENCE, TEMPERATURE, code, sensor};
use super::afio::Signal;
use super::chip::{Chip, Complaint};
use super::gpio::{Drive, Pin};
use super::map::{self, BLOCKS, Unit};
use super::timer::TRGO;
use crate::core::bus::{Bus, BusError};
use crate::wiring::Sensed;
use brownout_trace::Volts;

/// The internal reference (DS5319, table 12, typical).
const VREFINT: Volts = Volts(1.2);

/// ITR0 to ITR3 of TIM1 to TIM4 (RM0008, tables 82 and 86): which timer's TRGO, from 0 for TIM1; `None`: one the chip lacks.
const INTERNAL_TRIGGERS: [[Option<usize>; 4]; 4] = [
    [None, Some(1), Some(2), Some(3)],
    [Some(0), None, Some(2), Some(3)],
    [Some(0), Some(1), None, Some(3)],
    [Some(0), Some(1), Some(2), None],
];
/// EXTSEL of the ADCs (RM0008, table 69): which timer, and which of its triggers.
const ADC_TRIGGERS: [(usize, u8); 6] = [(0, 2), (0, 4), (0, 8), (1, 4), (2, TRGO), (3, 16)];

/// The voltages that the chip can measure, as they are at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voltages {
    /// VDD, which is VDDA too.
    pub vdd: Volts,
    /// The bulk capacitor.
    pub bulk: Volts,
    /// The supply terminals.
    pub terminals: Volts,
    /// The backup supply.
    pub vbat: Volts,
}

impl Chip {
    /// Whether a conversion ends by `at`, so that the voltages of that instant are needed.
    pub fn samples_by(&self, at: brownout_trace::Instant) -> bool {
        let cycle = self.hclk.tick_at(at);
        self.units.adc.iter().any(|adc| adc.due(cycle).is_some())
    }

    /// Tells the voltages that conversions which are due sample.
    pub fn set_voltages(&mut self, voltages: Voltages) {
        self.voltages = voltages;
    }

    fn sample(&self, channel: u8, internal: bool, first: bool) -> Volts {
        let pin = match channel {
            0..=7 => Pin { port: 0, number: channel },
            8 | 9 => Pin { port: 1, number: channel - 8 },
            TEMPERATURE if internal && first => return sensor(self.wiring.temperature),
            REFERENCE if internal && first => return VREFINT,
            _ => return Volts(0.0),
        };
        let Voltages { vdd, bulk, terminals, vbat } = self.voltages;
        if let Some(sense) = self.wiring.senses.iter().find(|sense| sense.pin == pin) {
            let volts = match sense.of {
                Sensed::Terminals => terminals,
                Sensed::Bulk => bulk,
                Sensed::Vbat => vbat,
            };
            return Volts(volts.0 * sense.lower.0 / (sense.upper.0 + sense.lower.0));
        }
        let port = &self.units.gpio[usize::from(pin.port)];
        let high = port.driven(pin.number).unwrap_or(port.outside(pin.number) == Drive::High);
        if high { vdd } else { Volts(0.0) }
    }

    /// Ends the conversions that are due.
    pub(super) fn convert(&mut self) {
        for n in 0..self.units.adc.len() {
            while let Some(conversion) = self.units.adc[n].due(self.cycle) {
                let volts = self.sample(conversion.channel, conversion.internal, n == 0);
                let now = self.moment(map::place(Unit::Adc(n)));
                self.units.adc[n].finish(code(volts, self.voltages.vdd), &now);
            }
        }
    }

    /// Tells each timer which of its triggers are listened to, and which pins are watched.
    pub(super) fn update_listeners(&mut self) {
        let mut triggers = [0u8; 4];
        for (timer, sources) in self.units.tim.iter().zip(INTERNAL_TRIGGERS) {
            if let Some(master) = timer.internal_trigger().and_then(|source| sources[source]) {
                triggers[master] |= TRGO;
            }
        }
        for adc in &self.units.adc {
            if let Some((timer, trigger)) = adc.external_trigger().and_then(|n| ADC_TRIGGERS.get(n as usize)) {
                triggers[*timer] |= trigger;
            }
        }
        for (n, triggers) in triggers.into_iter().enumerate() {
            let channels = (0..4).filter(|channel| self.is_watched(Signal::Channel(n, *channel)));
            let channels = channels.fold(0, |channels, channel| channels | 1 << channel);
            self.units.tim[n].set_listeners(triggers, channels);
        }
    }

    /// Whether the level of a signal's pin matters to anything but the firmware's own reading.
    fn is_watched(&self, signal: Signal) -> bool {
        let Some(pin) = self.is_out(signal) else { return false };
        let line = self.units.exti.watched() >> pin.number & 1 == 1
            && self.units.afio.port_of(pin.number) == usize::from(pin.port);
        line || self.wiring.relays.iter().any(|relay| relay.pin == pin)
            || self.wiring.links.iter().any(|link| link.from == pin)
    }

    /// Hands triggers from the timers to whoever listens, until there are no more; whether there were any.
    pub(super) fn carry_triggers(&mut self) -> bool {
        let mut any = false;
        for _ in 0..self.units.tim.len() {
            let triggers = [0, 1, 2, 3].map(|n: usize| self.units.tim[n].take_triggers());
            if triggers == [0; 4] {
                break;
            }
            any = true;
            for (slave, sources) in INTERNAL_TRIGGERS.iter().enumerate() {
                let master = self.units.tim[slave].internal_trigger().and_then(|source| sources[source]);
                if master.is_some_and(|master| triggers[master] & TRGO != 0) {
                    let now = self.moment(map::place(Unit::Tim(slave)));
                    self.units.tim[slave].advance(&now);
                    self.units.tim[slave].trigger();
                }
            }
            for n in 0..self.units.adc.len() {
                let source = self.units.adc[n].external_trigger().and_then(|n| ADC_TRIGGERS.get(n as usize));
                if source.is_some_and(|(timer, trigger)| triggers[*timer] & trigger != 0) {
                    let place = map::place(Unit::Adc(n));
                    let now = self.moment(place);
                    if let Err(why) = self.units.adc[n].start(&now) {
                        let address = BLOCKS[place].base + 8;
                        self.complain(Complaint { address, write: true, bits: 0, why });
                    }
                }
            }
        }
        any
    }

    /// Lets SPI frames that have ended meet what hangs on the wires: MOSI linked to MISO, or the level at MISO.
    pub(super) fn carry_spi(&mut self) {
        for n in 0..self.units.spi.len() {
            let Some(exchange) = self.units.spi[n].take_finished() else { continue };
            let miso = self.units.afio.pin_of(Signal::Miso(n));
            let mosi = self.is_out(Signal::Mosi(n)).filter(|_| self.is_out(Signal::Sck(n)).is_some());
            let linked = self.wiring.links.iter().any(|link| Some(link.from) == mosi && Some(link.to) == miso);
            let high = miso.is_some_and(|pin| self.units.gpio[usize::from(pin.port)].input() >> pin.number & 1 == 1);
            self.units.spi[n].receive(match (linked, high) {
                (true, _) => exchange.out,
                (false, true) => u16::MAX >> (16 - exchange.bits),
                (false, false) => 0,
            });
        }
    }

    /// Lets DMA see who asks.
    pub(super) fn collect_requests(&mut self) {
        if !self.units.dma.is_enabled() {
            return;
        }
        let mut channels = 0u8;
        for (place, unit) in self.live.iter() {
            let mut requests = self.view(unit).requests();
            while requests != 0 {
                let channel = BLOCKS[place].requests.get(requests.trailing_zeros() as usize);
                if let Some(channel) = channel.filter(|channel| **channel > 0) {
                    channels |= 1 << (channel - 1);
                }
                requests &= requests - 1;
            }
        }
        self.units.dma.ask(channels, self.cycle);
    }

    /// Moves the datum that is due.
    pub(super) fn transfer(&mut self) {
        let Some(transfer) = self.units.dma.due(self.cycle) else { return };
        let (from, to) = (transfer.from, transfer.to);
        // Each side's address is aligned to its width, whatever was written (RM0008, 13.3.4).
        let align = |(address, width): (u32, crate::core::bus::Width)| address & !(width.bytes() - 1);
        let moved = self.read(align(from), from.1).and_then(|value| self.write(align(to), value & to.1.mask(), to.1));
        if moved == Err(BusError::Stall) {
            self.units.dma.postpone(transfer, self.cycle);
            return;
        }
        self.units.dma.moved(transfer, moved.is_ok());
        if transfer.requested && moved.is_ok() {
            self.acknowledge(transfer.channel, transfer.left);
        }
        self.collect_requests();
    }

    /// Tells whoever asked for a channel that it was served.
    fn acknowledge(&mut self, channel: usize, left: u32) {
        for (place, unit) in self.live.iter() {
            for (request, asks) in BLOCKS[place].requests.iter().enumerate() {
                if usize::from(*asks) == channel + 1 && self.view(unit).requests() >> request & 1 == 1 {
                    self.peripheral(unit).acknowledge(request as u8, left);
                }
            }
        }
    }
}
