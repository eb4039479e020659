//! What stands round the chip, as a rig file declares it: any STM32F103 firmware runs without touching Rust.

use crate::faults::Fault;
use crate::instruments::wires::InstrumentWires;
use crate::mcu::afio::{Signal, pins_of};
use crate::mcu::gpio::Pin;
use crate::relay::RelayParts;
use crate::spread::ageing::Law;
use crate::spread::{Age, Distribution, Figure, Visit};
use crate::supply::{FrontEnd, ReserveKind, ReserveParts, SupplyParts};
use brownout_trace::{Amps, Celsius, Hertz, Ohms, Ppm, RelayName, Span};
use serde::Deserialize;
use std::fmt;

/// The whole of a virtual board.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wiring {
    /// Crystals and oscillators.
    #[serde(default)]
    pub clocks: Clocks,
    /// From the supply terminals to VDD.
    pub supply: SupplyParts,
    /// What keeps the clock on VBAT.
    pub reserve: ReserveParts,
    /// What the chip draws.
    #[serde(default)]
    pub loads: Loads,
    /// The serial console.
    #[serde(default)]
    pub console: ConsoleWires,
    /// Relays, in the order of the profile.
    #[serde(default)]
    pub relays: Vec<RelayWires>,
    /// Buttons.
    #[serde(default)]
    pub buttons: Vec<ButtonWires>,
    /// What the rig measures with.
    #[serde(default)]
    pub instruments: Vec<InstrumentWires>,
    /// Of the air round the board: what its crystal feels.
    #[serde(default = "room")]
    pub temperature: Celsius,
    /// How old its parts are; absent: new.
    #[serde(default)]
    pub age: Option<Age>,
    /// Defects that it has from the start.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// Wires from one pin to another.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Dividers from a supply voltage to a pin with an ADC channel.
    #[serde(default)]
    pub senses: Vec<SenseWires>,
    /// Memories of type 24C02 on an I²C bus.
    #[serde(default)]
    pub eeproms: Vec<EepromWires>,
}

/// A crystal's turnover temperature: there it is at its nominal error.
const TURNOVER: Celsius = Celsius(25.0);
/// The parabola of a tuning-fork crystal, ppm per square kelvin (DOMAIN.md, "Crystal"; general knowledge).
const PARABOLA: f64 = -0.034;

fn room() -> Celsius {
    TURNOVER
}

/// Oscillators. An absent crystal never becomes ready.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Clocks {
    /// The internal RC oscillator, 8 MHz; ±1 % at 25 °C by the data sheet.
    pub hsi: Hertz,
    /// A crystal on OSC_IN.
    pub hse: Option<Hertz>,
    /// The internal low-speed oscillator: 30 to 60 kHz, 40 typical.
    pub lsi: Hertz,
    /// The 32.768 kHz crystal.
    pub lse: Lse,
}

impl Default for Clocks {
    fn default() -> Self {
        Self { hsi: Hertz(8e6), hse: None, lsi: Hertz(40e3), lse: Lse::default() }
    }
}

/// The watch crystal.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Lse {
    /// Its error at 25 °C.
    pub error: Ppm,
    /// How far another specimen's error may be from that, to either side; zero: all are the same.
    pub tolerance: Ppm,
    /// From switching it on to a stable signal: 2.5 s typical. Absent: there is no crystal.
    pub start: Option<Span>,
}

impl Default for Lse {
    fn default() -> Self {
        Self { error: Ppm(0.0), tolerance: Ppm(0.0), start: Some(Span::millis(2_500)) }
    }
}

impl Lse {
    /// Its error at a temperature: offset − 0.034·(T − 25)² ppm.
    pub fn error_at(&self, temperature: Celsius) -> Ppm {
        let away = (temperature - TURNOVER).0;
        self.error + Ppm(PARABOLA * away * away)
    }
}

/// Supply current of the chip by its state (DS5319, tables 13 to 17, typical at 3.3 V).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Loads {
    /// Running from flash, whatever the clock.
    pub run_base: Amps,
    /// And for each megahertz of HCLK: 5.5 mA at 8 MHz and 36 mA at 72 MHz give 0.477 mA.
    pub run_per_megahertz: Amps,
    /// Asleep, as a share of the running current: peripherals clocked, core stopped.
    pub sleep_share: f64,
    /// Held in reset.
    pub reset: Amps,
    /// In Stop mode (DS5319, table 16).
    pub stop: Amps,
    /// In Standby (DS5319, table 16).
    pub standby: Amps,
}

impl Default for Loads {
    fn default() -> Self {
        Self {
            run_base: Amps(1.69e-3),
            run_per_megahertz: Amps(0.4766e-3),
            sleep_share: 0.4,
            reset: Amps(0.5e-3),
            stop: Amps(24e-6),
            standby: Amps(3.4e-6),
        }
    }
}

/// The console: a host's serial port on two pins. Whichever USART has its TX and RX there speaks with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConsoleWires {
    /// Bits a second on the host's side.
    pub baud: u32,
    /// What the host expects beside eight data bits and one stop bit.
    pub parity: Parity,
    /// The pin that the board sends on: a TX of USART1 to 3, remapped or not.
    #[serde(deserialize_with = "pin")]
    pub tx: Pin,
    /// The pin that it listens on: the RX that goes with it.
    #[serde(deserialize_with = "pin")]
    pub rx: Pin,
}

impl Default for ConsoleWires {
    fn default() -> Self {
        let (tx, rx) = (Pin { port: 0, number: 9 }, Pin { port: 0, number: 10 });
        Self { baud: 115_200, parity: Parity::None, tx, rx }
    }
}

/// The parity bit of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parity {
    /// None: 8N1.
    #[default]
    None,
    /// An even number of ones.
    Even,
    /// An odd number of ones.
    Odd,
}

/// A wire from a pin that drives to a pin that listens: a loopback of a USART or of SPI, a timer's output to its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Link {
    /// The pin that drives.
    #[serde(deserialize_with = "pin")]
    pub from: Pin,
    /// The pin that listens. Nothing else may stand there.
    #[serde(deserialize_with = "pin")]
    pub to: Pin,
}

/// A voltage that a divider brings to a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensed {
    /// At the supply terminals.
    Terminals,
    /// Of the bulk capacitor.
    Bulk,
    /// Of the backup supply.
    Vbat,
}

/// A divider from a supply voltage to a pin that the ADC can measure.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SenseWires {
    /// The pin: PA0 to PA7, PB0 or PB1.
    #[serde(deserialize_with = "pin")]
    pub pin: Pin,
    /// What is measured.
    pub of: Sensed,
    /// From there to the pin.
    pub upper: Ohms,
    /// From the pin to ground.
    pub lower: Ohms,
}

/// A 24C02 on two pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EepromWires {
    /// The clock.
    #[serde(deserialize_with = "pin")]
    pub scl: Pin,
    /// The data.
    #[serde(deserialize_with = "pin")]
    pub sda: Pin,
    /// Seven bits: 80 (1010000) to 87, by its address pins.
    pub address: u8,
}

impl EepromWires {
    /// Which bus has its pins there: 0 for I2C1.
    pub fn bus(&self) -> Option<usize> {
        (0..2).find(|n| pins_of(Signal::Scl(*n)).zip(pins_of(Signal::Sda(*n))).any(|pair| pair == (self.scl, self.sda)))
    }
}

/// Which level means on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Active {
    /// A high level.
    High,
    /// A low level.
    Low,
}

/// A relay and the pin that drives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RelayWires {
    /// Its name in the profile.
    pub name: RelayName,
    /// The pin to the coil driver; the driver's base resistor holds it off while the pin floats.
    #[serde(deserialize_with = "pin")]
    pub pin: Pin,
    /// The level that energises the coil.
    pub active: Active,
    /// The relay itself.
    pub parts: RelayParts,
}

/// A button and the pin it pulls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ButtonWires {
    /// Its name in the profile.
    pub name: String,
    /// The pin it acts on.
    #[serde(deserialize_with = "pin")]
    pub pin: Pin,
    /// The level of a pressed button.
    pub active: Active,
    /// How long its contact may take to come to rest, pressed or released: at most 5 ms for a good key, a multiple of
    /// that for a worn one. Left out, it does not bounce.
    #[serde(default)]
    pub bounce: Span,
}

fn pin<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pin, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

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
        for (pin, user) in console.into_iter().chain(relays).chain(buttons).chain(rest) {
            if !is_bonded(pin) {
                return Err(WiringError::NotBonded { pin, user });
            }
            if let Some((_, first)) = users.iter().find(|(used, _)| *used == pin) {
                return Err(WiringError::PinTwice { pin, users: [first.clone(), user] });
            }
            users.push((pin, user));
        }
        self.check_figures()?;
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

    /// Visits every figure that can spread or age, with its path in the rig file.
    pub fn figures(&mut self, visit: &mut Visit<'_>) {
        let lse = &mut self.clocks.lse;
        let mut error = Figure::within(lse.error, lse.tolerance, Distribution::Truncated);
        if lse.tolerance == Ppm(0.0) {
            error = lse.error.into();
        }
        visit("clocks.lse.error", Law::Crystal, &mut error);
        if *error != lse.error {
            (lse.error, lse.tolerance) = (*error, Ppm(0.0));
        }
        let supply = &mut self.supply;
        match &mut supply.front_end {
            FrontEnd::Dc(_) => {}
            FrontEnd::Transformer(parts) => {
                visit("supply.front-end.transformer.resistance", Law::Lasting, &mut parts.resistance);
            }
            FrontEnd::Dropper(parts) => {
                visit("supply.front-end.dropper.capacitor", Law::Film, &mut parts.capacitor);
                visit("supply.front-end.dropper.bleeder", Law::Lasting, &mut parts.bleeder);
                visit("supply.front-end.dropper.surge", Law::Lasting, &mut parts.surge);
                visit("supply.front-end.dropper.zener", Law::Lasting, &mut parts.zener);
            }
            FrontEnd::Switching(parts) => {
                visit("supply.front-end.switching.bulk", Law::Electrolytic, &mut parts.bulk);
                visit("supply.front-end.switching.efficiency", Law::Lasting, &mut parts.efficiency);
                visit("supply.front-end.switching.output", Law::Lasting, &mut parts.output);
                visit("supply.front-end.switching.start", Law::Lasting, &mut parts.start);
                visit("supply.front-end.switching.stop", Law::Lasting, &mut parts.stop);
                visit("supply.front-end.switching.surge", Law::Lasting, &mut parts.surge);
            }
        }
        visit("supply.capacitor", Law::Electrolytic, &mut supply.capacitor);
        visit("supply.leakage", Law::Lasting, &mut supply.leakage);
        visit("supply.regulator.output", Law::Lasting, &mut supply.regulator.output);
        visit("supply.regulator.dropout", Law::Lasting, &mut supply.regulator.dropout);
        visit("supply.regulator.quiescent", Law::Lasting, &mut supply.regulator.quiescent);
        match &mut self.reserve.kind {
            ReserveKind::None => {}
            ReserveKind::CoinCell { capacity, self_discharge, resistance, .. } => {
                visit("reserve.capacity", Law::LithiumCell, capacity);
                visit("reserve.self-discharge", Law::Lasting, self_discharge);
                visit("reserve.resistance", Law::Lasting, resistance);
            }
            ReserveKind::Nickel { capacity, efficiency, monthly_loss, .. } => {
                visit("reserve.capacity", Law::NickelCell, capacity);
                visit("reserve.efficiency", Law::Lasting, efficiency);
                visit("reserve.monthly-loss", Law::Lasting, monthly_loss);
            }
            ReserveKind::Supercap { capacitance, leakage, leakage_resistance, settling, .. } => {
                visit("reserve.capacitance", Law::Supercap, capacitance);
                visit("reserve.leakage", Law::Lasting, leakage);
                if let Some(ohms) = leakage_resistance {
                    visit("reserve.leakage-resistance", Law::Lasting, ohms);
                }
                visit("reserve.settling", Law::Lasting, settling);
            }
        }
        for relay in &mut self.relays {
            let path = |figure: &str| format!("relays.{}.{figure}", relay.name);
            let (coil, operate, release, bounce) = (path("coil"), path("operate"), path("release"), path("bounce"));
            visit(&coil, Law::Lasting, &mut relay.parts.coil);
            visit(&operate, Law::Lasting, &mut relay.parts.operate);
            visit(&release, Law::Lasting, &mut relay.parts.release);
            visit(&bounce, Law::Bounce, &mut relay.parts.bounce);
        }
        if let Some(age) = &mut self.age {
            visit("age.service", Law::Lasting, &mut age.service);
            visit("age.temperature", Law::Lasting, &mut age.temperature);
        }
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
        hertz("clocks.hsi", clocks.hsi, 1e6, 16e6, "between 1MHz and 16MHz")?;
        hertz("clocks.hse", clocks.hse.unwrap_or(Hertz(8e6)), 1e6, 25e6, "between 1MHz and 25MHz")?;
        hertz("clocks.lsi", clocks.lsi, 10e3, 200e3, "between 10kHz and 200kHz")?;
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
pub(crate) mod tests_support {
    use super::*;

    /// A board of 12 V with nothing wired to it.
    pub fn wiring() -> Wiring {
        Wiring {
            clocks: Clocks::default(),
            supply: SupplyParts {
                nominal: brownout_trace::Volts(12.0),
                frequency: None,
                source_resistance: Ohms(0.5),
                front_end: crate::supply::Series::None.into(),
                capacitor: brownout_trace::Farads(470e-6).into(),
                leakage: Amps(0.0).into(),
                regulator: crate::supply::Regulator {
                    output: brownout_trace::Volts(3.3).into(),
                    dropout: brownout_trace::Volts(1.1).into(),
                    quiescent: Amps(5e-3).into(),
                },
            },
            reserve: ReserveParts::none(),
            loads: Loads::default(),
            console: ConsoleWires::default(),
            relays: Vec::new(),
            buttons: Vec::new(),
            instruments: Vec::new(),
            temperature: TURNOVER,
            age: None,
            faults: Vec::new(),
            links: Vec::new(),
            senses: Vec::new(),
            eeproms: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tests_support::wiring as sound;
    use super::*;

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
    fn a_crystal_is_slow_in_the_cold_and_in_the_heat() {
        let lse = Lse { error: Ppm(5.0), ..Lse::default() };
        assert_eq!(lse.error_at(Celsius(25.0)), Ppm(5.0));
        for celsius in [-5.0, 55.0] {
            assert!((lse.error_at(Celsius(celsius)).0 - (5.0 - 0.034 * 900.0)).abs() < 1e-9);
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
        let button = Fault::NoisyButton { button: "SET".to_owned(), bounce: Span::millis(5) };
        assert!(told(button).contains("wires no button of that name"));
    }

    #[test]
    fn impossible_figures_are_refused_with_their_limits() {
        type Change = fn(&mut Wiring);
        let changes: [(Change, &str); 9] = [
            (|w| w.clocks.lse.error = Ppm(-1e6), "`clocks.lse.error`"),
            (|w| w.clocks.lse.error = Ppm(f64::INFINITY), "`clocks.lse.error`"),
            (|w| w.clocks.hsi = Hertz(0.0), "`clocks.hsi` is 0Hz; it must be between 1MHz and 16MHz"),
            (|w| w.clocks.lsi = Hertz(f64::NAN), "`clocks.lsi`"),
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
