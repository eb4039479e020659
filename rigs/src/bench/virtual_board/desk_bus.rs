//! The virtual I2C bus as drivers know it. A transfer takes the time of its bits and a delay its own: the board lives on
//! meanwhile, and what happens to it is kept.

use crate::bench::metering::Timed;
use brownout_trace::event::{Event, Figure, What};
use brownout_trace::{Instant, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::instruments::desk::Desk;
use brownout_virtual::instruments::{Nack, Sees};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::{Error, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

/// The bus while something is done on it.
pub struct DeskBus<'b> {
    pub board: &'b mut Board,
    pub desk: &'b mut Desk,
    pub events: &'b mut Vec<Event>,
    pub levels: &'b mut Vec<(Instant, Figure<Volts>)>,
}

impl DeskBus<'_> {
    /// Bench time.
    pub fn now(&self) -> Instant {
        self.board.now()
    }

    /// Advances the board to `until` or its next event, the instruments looking on.
    pub fn advance(&mut self, until: Instant) {
        let first = self.events.len();
        loop {
            let look = self.desk.next_event().filter(|look| *look < until);
            self.board.advance(look.unwrap_or(until), self.events);
            for event in &self.events[first..] {
                if let What::Supply { .. } = event.what {
                    self.levels.push((event.at, Figure::Measured(self.board.terminals())));
                }
            }
            let now = self.board.now();
            if self.desk.next_event().is_some_and(|look| look <= now) {
                let sees = Sees { terminals: self.board.terminals(), current: self.board.supply_current() };
                self.desk.settle(now, sees);
            }
            if self.events.len() > first || now >= until {
                return;
            }
        }
    }

    fn pass(&mut self, span: Span) {
        let until = self.now() + span;
        while self.now() < until {
            self.advance(until);
        }
    }
}

/// Nobody acknowledged.
#[derive(Debug, Clone, Copy)]
pub struct NotAcknowledged(Nack);

impl Error for NotAcknowledged {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NoAcknowledge(match self.0 {
            Nack::Address => NoAcknowledgeSource::Address,
            Nack::Data => NoAcknowledgeSource::Data,
        })
    }
}

impl ErrorType for DeskBus<'_> {
    type Error = NotAcknowledged;
}

impl I2c for DeskBus<'_> {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), NotAcknowledged> {
        for operation in operations {
            // What a device does with a transfer it does at the end of it.
            let bytes = match operation {
                Operation::Read(buffer) => buffer.len(),
                Operation::Write(bytes) => bytes.len(),
            };
            self.pass(Desk::transfer(bytes));
            let now = self.now();
            let done = match operation {
                Operation::Read(buffer) => self.desk.read(now, address, buffer),
                Operation::Write(bytes) => self.desk.write(now, address, bytes),
            };
            done.map_err(NotAcknowledged)?;
        }
        Ok(())
    }
}

impl DelayNs for DeskBus<'_> {
    fn delay_ns(&mut self, ns: u32) {
        self.pass(Span::nanos(ns.into()));
    }
}

impl Timed for DeskBus<'_> {
    fn time(&self) -> Instant {
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::meter::{Calibration, MeterChip, MeterParts};
    use brownout_trace::{Ohms, Percent, Volts};
    use brownout_virtual::instruments::desk::Chip;
    use brownout_virtual::instruments::wires::{ChipWires, InstrumentWires};
    use mcp4728::{ChannelState, GainMode, MCP4728, OutputEnableMode, VoltageReferenceMode};
    use std::sync::Arc;

    fn instrument(chip: ChipWires, address: u8) -> InstrumentWires {
        InstrumentWires { chip, address, gain: Percent(0.0), offset: Volts::ZERO, noise: Volts::ZERO }
    }

    /// Does something on a bus with a DAC and an expander; gives the instruments and the time it took.
    fn with_bus(work: impl FnOnce(&mut DeskBus<'_>)) -> (Desk, Span) {
        let rig = crate::rig::Rig::shipped().unwrap();
        let image = brownout_virtual::mcu::flash::Image::erased(brownout_virtual::mcu::chip::PAGES);
        let mut board =
            Board::new(Arc::clone(rig.stand.wiring().unwrap()), Arc::default(), image, 1, Instant::ZERO).unwrap();
        let wires = [instrument(ChipWires::Mcp4728 {}, 0x60), instrument(ChipWires::Pcf8574 {}, 0x20)];
        let mut desk = Desk::new(&wires, 1, Instant::ZERO);
        let (mut events, mut levels) = (Vec::new(), Vec::new());
        let mut bus = DeskBus { board: &mut board, desk: &mut desk, events: &mut events, levels: &mut levels };
        work(&mut bus);
        let took = bus.now() - Instant::ZERO;
        (desk, took)
    }

    #[test]
    fn the_dac_s_driver_sets_its_outputs_in_bus_time() {
        let (mut desk, took) = with_bus(|bus| {
            let mut driver = MCP4728::new(bus, 0x60);
            let state = ChannelState::new()
                .voltage_reference_mode(VoltageReferenceMode::Internal)
                .gain_mode(GainMode::TimesTwo)
                .value(2_048);
            driver.single_write(mcp4728::Channel::C, OutputEnableMode::Update, &state).unwrap();
            assert!(driver.fast_write(1, 2, 3, 4).is_err(), "its EEPROM is being written");
            let mut bus = driver.release();
            bus.delay_ms(25);
            let mut driver = MCP4728::new(&mut bus, 0x60);
            driver.fast_write(1_024, 0, 2_048, 0).unwrap();
            let registers = driver.read().unwrap();
            assert_eq!(registers.channel_a_input.channel_state.value, 1_024);
            assert_eq!(registers.channel_c_eeprom.channel_state.value, 2_048);
        });
        let Some(Chip::Mcp4728(dac)) = desk.chip(0x60) else { panic!("no DAC") };
        let output = |channel| dac.output(channel, Volts(5.0)).unwrap().0;
        assert!((output(0) - 0.512).abs() < 1e-9);
        assert!((output(2) - 2.048).abs() < 1e-9);
        // 25 ms, and five transfers of up to 24 bytes.
        assert!((25_500..26_500).contains(&(took.0 / 1_000)), "{took}");
    }

    #[test]
    fn the_rig_s_dac_takes_a_code_at_once() {
        let (mut desk, took) = with_bus(|bus| {
            crate::parts::dac::write(bus, 0x60, crate::rig::pi::Channel::B, 1_310).unwrap();
            assert!(crate::parts::dac::write(bus, 0x61, crate::rig::pi::Channel::B, 0).is_err(), "there is none");
        });
        let Some(Chip::Mcp4728(dac)) = desk.chip(0x60) else { panic!("no DAC") };
        let volts = dac.output(1, Volts(3.3)).unwrap().0;
        assert!((volts - 2.048 * 1_310.0 / 4_096.0).abs() < 1e-9, "{volts}");
        assert!(took < Span::micros(500), "{took}");
    }

    #[test]
    fn the_expander_s_driver_sets_and_reads_its_pins() {
        let (mut desk, _) = with_bus(|bus| {
            let Some(Chip::Pcf8574(chip)) = bus.desk.chip(0x20) else { panic!("no expander") };
            chip.pull(1, true);
            let mut driver = port_expander::Pcf8574::new(bus, false, false, false);
            let mut pins = driver.split();
            assert!(pins.p1.is_low().unwrap());
            assert!(pins.p2.is_high().unwrap());
            pins.p3.set_low().unwrap();
        });
        let Some(Chip::Pcf8574(chip)) = desk.chip(0x20) else { panic!("no expander") };
        assert_eq!(chip.pins(), 0b1111_0101);
    }

    #[test]
    fn a_meter_keeps_to_the_time_it_asks_for() {
        let meter = |chip, address| MeterParts { chip, address, calibration: Calibration::default() };
        for (wires, meter) in [
            (ChipWires::Ina226 { shunt: Ohms(0.1) }, meter(MeterChip::Ina226 { shunt: Ohms(0.1) }, 0x40)),
            (ChipWires::Ina219 { shunt: Ohms(0.1) }, meter(MeterChip::Ina219 { shunt: Ohms(0.1) }, 0x40)),
            (ChipWires::Ads1115 { divider: Percent(9.0) }, meter(MeterChip::Ads1115 { divider: Percent(9.0) }, 0x48)),
        ] {
            let (_, took) = with_bus(|bus| {
                *bus.desk = Desk::new(&[instrument(wires, meter.address)], 1, Instant::ZERO);
                let reading = meter.sample(bus).unwrap();
                assert!(reading.0.abs() < 1e-3, "the board is off");
            });
            assert!(took <= meter.takes(), "{wires:?} took {took}, {} at most", meter.takes());
        }
    }

    #[test]
    fn nobody_at_an_address_is_said_as_the_bus_says_it() {
        with_bus(|bus| {
            let error = bus.write(0x41, &[0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
        });
    }
}
