//! What runs along wires between peripherals, pins and the board.

use super::afio::Signal;
use super::chip::Chip;
use super::console::Arrival;
use super::gpio::{Drive, Levels, Pin};
use super::map::{self, Unit};
use super::usart::Frame;

impl Chip {
    /// Puts a level at a pin from outside.
    pub fn set_pin(&mut self, pin: Pin, drive: Drive) {
        self.units.gpio[usize::from(pin.port)].set_outside(pin.number, drive);
        self.route_pins();
    }

    /// What a pin drives; `None` while it floats.
    pub fn pin(&self, pin: Pin) -> Option<bool> {
        self.units.gpio[usize::from(pin.port)].driven(pin.number)
    }

    /// Whether a signal's pin is an alternate-function output, so that what the peripheral sends gets out.
    pub(super) fn is_out(&self, signal: Signal) -> Option<Pin> {
        let pin = self.units.afio.pin_of(signal)?;
        self.units.gpio[usize::from(pin.port)].is_alternate_output(pin.number).then_some(pin)
    }

    /// What the peripherals drive.
    fn alternates(&self) -> [Levels; 4] {
        let mut ports = [Levels::default(); 4];
        let mut drive = |signal, high| {
            if let Some(pin) = self.units.afio.pin_of(signal) {
                ports[usize::from(pin.port)].set(pin.number, high);
            }
        };
        for (n, usart) in self.units.usart.iter().enumerate() {
            if usart.transmits() {
                drive(Signal::Tx(n), true);
            }
        }
        for (n, spi) in self.units.spi.iter().enumerate() {
            if let Some((clock, select)) = spi.drives() {
                drive(Signal::Sck(n), clock);
                if let Some(select) = select {
                    drive(Signal::Nss(n), select);
                }
            }
        }
        for (n, timer) in self.units.tim.iter().enumerate() {
            for channel in 0..4 {
                if let Some(high) = timer.output(channel) {
                    drive(Signal::Channel(n, channel), high);
                }
            }
        }
        ports
    }

    /// Follows the levels from what drives them to what listens: peripherals, pins, links, edge detectors.
    pub(super) fn route_pins(&mut self) {
        self.advance_outputs();
        let [a, b] = self.units.afio.debug_pins();
        self.units.gpio[0].set_taken(a);
        self.units.gpio[1].set_taken(b);
        if self.units.gpio.iter().any(|port| port.has_alternates()) {
            let alternates = self.alternates();
            for (port, levels) in self.units.gpio.iter_mut().zip(alternates) {
                port.set_alternate(levels);
            }
        }
        for link in self.wiring.links.iter() {
            let drive = match self.units.gpio[usize::from(link.from.port)].driven(link.from.number) {
                Some(true) => Drive::High,
                Some(false) => Drive::Low,
                None => Drive::Floating,
            };
            self.units.gpio[usize::from(link.to.port)].set_outside(link.to.number, drive);
        }
        self.connect_devices();
        let inputs = [0, 1, 2, 3].map(|port| self.units.gpio[port].input());
        for line in 0..16u8 {
            if let Some(input) = inputs.get(self.units.afio.port_of(line)) {
                self.units.exti.set_level(line, input >> line & 1 == 1);
            }
        }
        self.feed_timers(inputs);
    }

    /// Lets the timers with outputs catch up, so that their levels are those of now.
    fn advance_outputs(&mut self) {
        for n in 0..self.units.tim.len() {
            if self.units.tim[n].has_outputs() {
                let now = self.moment(map::place(Unit::Tim(n)));
                self.units.tim[n].advance(&now);
            }
        }
    }

    /// Whether any pin's level changes with time alone.
    pub(super) fn has_moving_outputs(&self) -> bool {
        self.units.tim.iter().any(|timer| timer.has_outputs())
    }

    /// Which devices the I²C buses reach through their pins.
    fn connect_devices(&mut self) {
        for n in 0..self.units.i2c.len() {
            if self.units.i2c[n].has_devices() {
                let pins = (self.is_out(Signal::Scl(n)), self.is_out(Signal::Sda(n)));
                let wired = self.wiring.eeproms.iter().any(|wires| (Some(wires.scl), Some(wires.sda)) == pins);
                self.units.i2c[n].set_connected(wired);
            }
        }
    }

    /// Hands the levels of their pins to the timers that look at them.
    fn feed_timers(&mut self, inputs: [u16; 4]) {
        for n in 0..self.units.tim.len() {
            if !self.units.tim[n].has_inputs() {
                continue;
            }
            for channel in 0..4 {
                if let Some(pin) = self.units.afio.pin_of(Signal::Channel(n, channel)) {
                    let high = inputs[usize::from(pin.port)] >> pin.number & 1 == 1;
                    let now = self.moment(map::place(Unit::Tim(n)));
                    self.units.tim[n].set_input(channel, high, &now);
                }
            }
        }
    }

    /// Brings frames from the transmitters to whatever their pins are wired to; gives the byte that the console read.
    pub(super) fn carry_frames(&mut self) -> Option<u8> {
        let mut heard = None;
        for n in 0..self.units.usart.len() {
            let Some(frame) = self.units.usart[n].take_sent() else { continue };
            // What the transmitter sends goes nowhere while its pin is not its own.
            let Some(pin) = self.is_out(Signal::Tx(n)) else { continue };
            let baud = self.units.usart[n].baud(&self.moment(map::place(Unit::Usart(n))));
            if pin == self.console.wires().tx {
                heard = Some(self.console.read(frame, baud));
            }
            let wiring = self.wiring.clone();
            for link in wiring.links.iter().filter(|link| link.from == pin) {
                self.deliver(link.to, frame, baud);
            }
        }
        heard
    }

    /// A frame arrives at a pin.
    fn deliver(&mut self, pin: Pin, frame: Frame, baud: f64) {
        for n in 0..self.units.usart.len() {
            if self.units.afio.pin_of(Signal::Rx(n)) == Some(pin) {
                let now = self.moment(map::place(Unit::Usart(n)));
                self.units.usart[n].receive(frame, baud, &now);
            }
        }
    }

    /// Lets what the host sent arrive.
    pub(super) fn hear_console(&mut self) {
        let (rx, baud) = (self.console.wires().rx, self.console.baud());
        while let Some(arrival) = self.console.arrive(self.at) {
            match arrival {
                Arrival::Frame(frame) => self.deliver(rx, frame, baud),
                Arrival::Silence => {
                    for n in 0..self.units.usart.len() {
                        if self.units.afio.pin_of(Signal::Rx(n)) == Some(rx) {
                            self.units.usart[n].fall_idle();
                        }
                    }
                }
            }
        }
    }
}
