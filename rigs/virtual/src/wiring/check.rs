//! Whether a wiring can be: each pin has one user and is brought out, each part is possible.

use super::{ConsoleWires, EepromWires, SenseWires, Wiring};
use crate::mcu::afio::{Signal, pins_of};
use crate::mcu::gpio::Pin;
use brownout_trace::{Hertz, Span, Volts};
use std::fmt;

/// Above it the chip is destroyed (DS5319, table 6).
const HIGHEST_VDD: Volts = Volts(4.0);

/// Why a wiring can't be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WiringError {
    /// Two parts on one pin.
    PinTwice {
        /// The pin.
        pin: Pin,
        /// Its two users.
        users: [String; 2],
    },
    /// The package has no such pin.
    NotBonded {
        /// The pin.
        pin: Pin,
        /// Its user.
        user: String,
    },
    /// A part's figure is impossible.
    Part(String),
}

impl fmt::Display for WiringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PinTwice { pin, users: [first, second] } => {
                write!(f, "{pin} is wired twice: to {first} and to {second}")
            }
            Self::NotBonded { pin, user } => {
                write!(f, "{user} is wired to {pin}, which the STM32F103C8's 48-pin package does not bring out")
            }
            Self::Part(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for WiringError {}

/// Whether the 48-pin package brings a pin out.
fn is_bonded(pin: Pin) -> bool {
    match pin.port {
        0 | 1 => true,
        2 => pin.number >= 13,
        _ => pin.number < 2,
    }
}

impl ConsoleWires {
    /// Both pins belong to one USART, in one mapping.
    fn check(&self) -> Result<(), WiringError> {
        let usarts = || (0..3).flat_map(|n| pins_of(Signal::Tx(n)).zip(pins_of(Signal::Rx(n))));
        if usarts().any(|pair| pair == (self.tx, self.rx)) {
            return Ok(());
        }
        let pairs: Vec<String> =
            usarts().filter(|(tx, _)| is_bonded(*tx)).map(|(tx, rx)| format!("{tx} and {rx}")).collect();
        let Self { tx, rx, .. } = self;
        Err(WiringError::Part(format!(
            "`console` is on {tx} and {rx}, which no USART has as TX and RX; write one of {}",
            pairs.join(", ")
        )))
    }
}

impl Wiring {
    /// The pins that a crystal takes, each with it.
    fn crystals(&self) -> impl Iterator<Item = (Pin, String)> {
        let pins = |port, numbers: [u8; 2]| numbers.map(|number| Pin { port, number });
        let lse = self.clocks.lse.start.map(|_| (pins(2, [14, 15]), "the 32 kHz crystal, `clocks.lse`,"));
        let hse = self.clocks.hse.map(|_| (pins(3, [0, 1]), "the crystal on OSC_IN, `clocks.hse`,"));
        lse.into_iter().chain(hse).flat_map(|(pins, what)| pins.map(|pin| (pin, what.to_owned())))
    }

    /// Checks that every pin exists, has one user, and every part is possible.
    pub fn check(&self) -> Result<(), WiringError> {
        self.console.check()?;
        let mut users: Vec<(Pin, String)> = Vec::new();
        let console = [self.console.tx, self.console.rx].map(|pin| (pin, "the console".to_owned()));
        let relays = self.relays.iter().map(|relay| (relay.pin, format!("relay {}", relay.name)));
        let buttons = self.buttons.iter().map(|button| (button.pin, format!("button {}", button.name)));
        let links = self.links.iter().map(|link| (link.to, format!("the link from {}", link.from)));
        if let Some(link) = self.links.iter().find(|link| !is_bonded(link.from)) {
            return Err(WiringError::NotBonded { pin: link.from, user: format!("the link to {}", link.to) });
        }
        let senses = self.senses.iter().map(|sense| (sense.pin, "the supply sense".to_owned()));
        let buses = self.buses();
        let rest = links.chain(senses).chain(buses);
        for (pin, user) in self.crystals().chain(console).chain(relays).chain(buttons).chain(rest) {
            if !is_bonded(pin) {
                return Err(WiringError::NotBonded { pin, user });
            }
            if let Some((_, first)) = users.iter().find(|(used, _)| *used == pin) {
                return Err(WiringError::PinTwice { pin, users: [first.clone(), user] });
            }
            users.push((pin, user));
        }
        self.check_figures()?;
        let vdd = *self.supply.regulator.output;
        if vdd > HIGHEST_VDD {
            let why =
                format!("`supply.regulator.output` is {vdd}; an STM32F103 does not survive more than {HIGHEST_VDD}");
            return Err(WiringError::Part(why));
        }
        self.check_instruments()?;
        for fault in &self.faults {
            fault.check(self)?;
        }
        self.check_devices()?;
        self.supply.check().map_err(|error| WiringError::Part(error.to_string()))?;
        self.reserve.check().map_err(|error| WiringError::Part(error.to_string()))?;
        for relay in &self.relays {
            relay.parts.check().map_err(|error| WiringError::Part(format!("relay {}: {error}", relay.name)))?;
        }
        Ok(())
    }

    fn check_instruments(&self) -> Result<(), WiringError> {
        for (n, instrument) in self.instruments.iter().enumerate() {
            let address = instrument.address;
            let why = match self.instruments[..n].iter().any(|other| other.address == address) {
                true => Err("another one has the same address".to_owned()),
                false => instrument.check(),
            };
            why.map_err(|why| WiringError::Part(format!("the instrument at {address:#04x}: {why}")))?;
        }
        Ok(())
    }

    /// The pins of the I²C buses that have devices, each once.
    fn buses(&self) -> Vec<(Pin, String)> {
        let mut pins: Vec<(Pin, String)> = Vec::new();
        for wires in &self.eeproms {
            for pin in [wires.scl, wires.sda] {
                if !pins.iter().any(|(known, _)| *known == pin) {
                    pins.push((pin, "the I2C bus".to_owned()));
                }
            }
        }
        pins
    }

    /// What hangs on the chip can be reached by it.
    fn check_devices(&self) -> Result<(), WiringError> {
        for sense in &self.senses {
            let SenseWires { pin, upper, lower, .. } = sense;
            if !(pin.port == 0 && pin.number < 8 || pin.port == 1 && pin.number < 2) {
                return Err(WiringError::Part(format!(
                    "`senses` has a divider at {pin}, which has no ADC channel; write PA0 to PA7, PB0 or PB1"
                )));
            }
            if !(upper.0 >= 0.0 && lower.0 > 0.0 && upper.0 + lower.0 < 1e9) {
                return Err(WiringError::Part(format!(
                    "the divider at {pin} is {upper} over {lower}; the lower resistor must be above 0 ohm, the upper not below"
                )));
            }
        }
        for (n, wires) in self.eeproms.iter().enumerate() {
            let EepromWires { scl, sda, address } = wires;
            if wires.bus().is_none() {
                return Err(WiringError::Part(format!(
                    "`eeproms` has one on {scl} and {sda}, which no I2C has as SCL and SDA; write PB6 and PB7, PB8 and PB9, or PB10 and PB11"
                )));
            }
            if !(0x50..=0x57).contains(address) {
                return Err(WiringError::Part(format!("the address of an EEPROM is {address}; it must be 80 to 87")));
            }
            let same = |other: &&EepromWires| other.bus() == wires.bus() && other.address == *address;
            if self.eeproms[..n].iter().any(|other| same(&other)) {
                return Err(WiringError::Part(format!("two EEPROMs on one bus have the address {address}")));
            }
        }
        Ok(())
    }

    /// Figures that no part has: beyond them the model's arithmetic would mean nothing.
    fn check_figures(&self) -> Result<(), WiringError> {
        let within = |key: &str, value: f64, low: f64, high: f64, written: String, limits: &str| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(WiringError::Part(format!("`{key}` is {written}; it must be {limits}")))
        };
        let (clocks, loads) = (&self.clocks, &self.loads);
        let hertz = |key, hertz: Hertz, low, high, limits| within(key, hertz.0, low, high, hertz.to_string(), limits);
        hertz("clocks.hsi", *clocks.hsi, 1e6, 16e6, "between 1MHz and 16MHz")?;
        hertz("clocks.hse", clocks.hse.unwrap_or(Hertz(8e6)), 1e6, 25e6, "between 1MHz and 25MHz")?;
        hertz("clocks.lsi", *clocks.lsi, 10e3, 200e3, "between 10kHz and 200kHz")?;
        let (down, delay) = (*self.chip.power_down, *self.chip.reset_delay);
        within("chip.power-down", down.0, 1.5, 1.95, down.to_string(), "between 1.5V and 1.95V")?;
        within("chip.reset-delay", delay.as_secs_f64(), 1e-4, 0.1, delay.to_string(), "between 100us and 100ms")?;
        let error = clocks.lse.error;
        within("clocks.lse.error", error.0, -1e4, 1e4, error.to_string(), "between -10000ppm and 10000ppm")?;
        let tolerance = clocks.lse.tolerance;
        within("clocks.lse.tolerance", tolerance.0, 0.0, 1e4, tolerance.to_string(), "between 0ppm and 10000ppm")?;
        let warm = self.temperature;
        within("temperature", warm.0, -40.0, 105.0, warm.to_string(), "between -40C and 105C: the chip's own range")?;
        if let Some(age) = &self.age {
            let (service, warm) = (*age.service, *age.temperature);
            within("age.service", service.as_secs_f64(), 0.0, 3.2e9, service.to_string(), "at most 100 years")?;
            within("age.temperature", warm.0, -40.0, 125.0, warm.to_string(), "between -40C and 125C")?;
        }
        let start = clocks.lse.start.unwrap_or(Span::ZERO);
        within("clocks.lse.start", start.as_secs_f64(), 0.0, 600.0, start.to_string(), "at most 10min")?;
        let share = loads.sleep_share;
        within("loads.sleep-share", share, 0.0, 1.0, share.to_string(), "between 0 and 1")?;
        for (key, amps) in [
            ("loads.run-base", loads.run_base),
            ("loads.run-per-megahertz", loads.run_per_megahertz),
            ("loads.reset", loads.reset),
            ("loads.stop", loads.stop),
            ("loads.standby", loads.standby),
        ] {
            within(key, amps.0, 0.0, 10.0, amps.to_string(), "between 0A and 10A")?;
        }
        for button in &self.buttons {
            let (bounce, key) = (button.bounce, format!("buttons.{}.bounce", button.name));
            within(&key, bounce.as_secs_f64(), 0.0, 1.0, bounce.to_string(), "between 0s and 1s")?;
        }
        let baud = self.console.baud;
        within("console.baud", f64::from(baud), 300.0, 4.5e6, baud.to_string(), "between 300 and 4500000 bits/s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Fault;
    use crate::wiring::tests_support::wiring as sound;
    use crate::wiring::{Active, ButtonWires, Link, Sensed};
    use brownout_trace::{Amps, Ohms, Ppm};

    fn button(pin: &str) -> ButtonWires {
        ButtonWires { name: pin.to_owned(), pin: pin.parse().unwrap(), active: Active::Low, bounce: Span::ZERO }
    }

    #[test]
    fn a_pin_has_one_user_and_has_to_exist() {
        assert_eq!(sound().check(), Ok(()));
        let twice = Wiring { buttons: vec![button("PA9")], ..sound() };
        assert_eq!(twice.check().unwrap_err().to_string(), "PA9 is wired twice: to the console and to button PA9");
        let absent = Wiring { buttons: vec![button("PC3")], ..sound() };
        assert!(absent.check().unwrap_err().to_string().contains("does not bring out"));
        let mut taken = Wiring { buttons: vec![button("PC14")], ..sound() };
        let told = taken.check().unwrap_err().to_string();
        assert_eq!(told, "PC14 is wired twice: to the 32 kHz crystal, `clocks.lse`, and to button PC14");
        taken.clocks.lse.start = None;
        assert_eq!(taken.check(), Ok(()));
        let mut taken = Wiring { buttons: vec![button("PD1")], ..sound() };
        assert_eq!(taken.check(), Ok(()));
        taken.clocks.hse = Some(Hertz(8e6));
        assert!(taken.check().unwrap_err().to_string().starts_with("PD1 is wired twice: to the crystal on OSC_IN"));
    }

    fn at(pin: &str) -> Pin {
        pin.parse().unwrap()
    }

    #[test]
    fn what_hangs_on_the_chip_has_to_be_within_its_reach() {
        let console = ConsoleWires { tx: at("PB6"), rx: at("PB7"), ..ConsoleWires::default() };
        assert_eq!(Wiring { console, ..sound() }.check(), Ok(()));
        let eeprom = |scl, sda, address| EepromWires { scl: at(scl), sda: at(sda), address };
        let sense = |pin, lower| SenseWires { pin: at(pin), of: Sensed::Bulk, upper: Ohms(1e5), lower: Ohms(lower) };
        let cases = [
            (Wiring { console: ConsoleWires { tx: at("PA8"), ..console }, ..sound() }, "`console` is on PA8 and PB7"),
            (Wiring { eeproms: vec![eeprom("PB6", "PB9", 80)], ..sound() }, "`eeproms` has one on PB6 and PB9"),
            (Wiring { eeproms: vec![eeprom("PB6", "PB7", 12)], ..sound() }, "the address of an EEPROM is 12"),
            (Wiring { eeproms: vec![eeprom("PB6", "PB7", 80); 2], ..sound() }, "two EEPROMs on one bus"),
            (Wiring { senses: vec![sense("PB5", 1e4)], ..sound() }, "`senses` has a divider at PB5"),
            (Wiring { senses: vec![sense("PA1", 0.0)], ..sound() }, "the divider at PA1"),
            (Wiring { links: vec![Link { from: at("PA2"), to: at("PA9") }], ..sound() }, "PA9 is wired twice"),
            (
                Wiring { links: vec![Link { from: at("PC2"), to: at("PA3") }], ..sound() },
                "the link to PA3 is wired to PC2",
            ),
        ];
        for (wiring, message) in cases {
            let told = wiring.check().unwrap_err().to_string();
            assert!(told.starts_with(message), "{told}");
        }
    }

    #[test]
    fn a_defect_names_a_part_that_is_there() {
        use crate::faults::Capacitor;
        use brownout_trace::Percent;
        let told = |fault: Fault| Wiring { faults: vec![fault], ..sound() }.check().unwrap_err().to_string();
        let loss = |of, loss| Fault::CapacitorLoss { of, loss: Percent(loss) };
        assert!(told(loss(Capacitor::Dropper, 50.0)).contains("this board has no capacitor `dropper`"));
        assert!(told(loss(Capacitor::Supply, 100.0)).contains("less than 100%"));
        let button = Fault::NoisyButton { button: "SET".to_owned(), bounce: Span::millis(5), spikes: None };
        assert!(told(button).contains("wires no button of that name"));
    }

    #[test]
    fn impossible_figures_are_refused_with_their_limits() {
        type Change = fn(&mut Wiring);
        let changes: [(Change, &str); 12] = [
            (|w| w.supply.regulator.output = Volts(5.0).into(), "`supply.regulator.output` is 5V; an STM32F103"),
            (|w| w.clocks.lse.error = Ppm(-1e6), "`clocks.lse.error`"),
            (|w| w.clocks.lse.error = Ppm(f64::INFINITY), "`clocks.lse.error`"),
            (|w| w.clocks.hsi = Hertz(0.0).into(), "`clocks.hsi` is 0Hz; it must be between 1MHz and 16MHz"),
            (|w| w.clocks.lsi = Hertz(f64::NAN).into(), "`clocks.lsi`"),
            (|w| w.chip.power_down = Volts(2.5).into(), "`chip.power-down` is 2.5V; it must be between 1.5V and 1.95V"),
            (|w| w.chip.reset_delay = Span::ZERO.into(), "`chip.reset-delay` is 0s"),
            (|w| w.loads.sleep_share = f64::NAN, "`loads.sleep-share`"),
            (|w| w.loads.sleep_share = -100.0, "`loads.sleep-share`"),
            (|w| w.loads.reset = Amps(1e30), "`loads.reset`"),
            (|w| w.console.baud = 0, "`console.baud` is 0"),
            (
                |w| w.buttons = vec![ButtonWires { bounce: Span::secs(2), ..button("PA0") }],
                "`buttons.PA0.bounce` is 2s",
            ),
        ];
        for (change, message) in changes {
            let mut wiring = sound();
            change(&mut wiring);
            let told = wiring.check().unwrap_err().to_string();
            assert!(told.starts_with(message), "{told}");
        }
    }
}
