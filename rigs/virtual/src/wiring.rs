//! What stands round the chip, as a rig file declares it: any STM32F103 firmware runs without touching Rust.

mod check;
mod figures;

pub use check::WiringError;

use crate::faults::Fault;
use crate::instruments::wires::InstrumentWires;
use crate::mcu::afio::{Signal, pins_of};
use crate::mcu::gpio::Pin;
use crate::relay::RelayParts;
use crate::spread::{Age, Figure};
use crate::supply::{ReserveParts, SupplyParts};
use brownout_trace::{Amps, Celsius, Hertz, Ohms, Ppm, RelayName, Span, Volts};
use serde::Deserialize;

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
    /// Where the chip resets itself, and for how long.
    #[serde(default)]
    pub chip: ChipLimits,
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
    pub hsi: Figure<Hertz>,
    /// A crystal on OSC_IN.
    pub hse: Option<Hertz>,
    /// The internal low-speed oscillator: 30 to 60 kHz, 40 typical.
    pub lsi: Figure<Hertz>,
    /// The 32.768 kHz crystal.
    pub lse: Lse,
}

impl Default for Clocks {
    fn default() -> Self {
        Self { hsi: Hertz(8e6).into(), hse: None, lsi: Hertz(40e3).into(), lse: Lse::default() }
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
    /// From switching it on to a stable signal: 2.5 s typical, and so if the file says nothing. `"never"`: there is no crystal.
    #[serde(deserialize_with = "start")]
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

/// The chip's own reset (DS5319, table 11).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ChipLimits {
    /// VDD falling through it stops the chip: 1.80, 1.88, 1.96 V (least, typical, most).
    pub power_down: Figure<Volts>,
    /// From there on the way up to the first instruction: 1.0, 2.5, 4.5 ms.
    pub reset_delay: Figure<Span>,
}

impl ChipLimits {
    /// How far above power-down the chip is let go again: 40 mV, typical.
    const HYSTERESIS: Volts = Volts(0.04);

    /// VDD rising through it lets the chip go: 1.84, 1.92, 2.00 V.
    pub fn power_on(&self) -> Volts {
        *self.power_down + Self::HYSTERESIS
    }
}

impl Default for ChipLimits {
    fn default() -> Self {
        Self { power_down: Volts(1.88).into(), reset_delay: Span::micros(2_500).into() }
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

fn start<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == "never" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn pin<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pin, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
pub(crate) mod tests_support {
    use super::*;

    /// A board of 12 V with nothing wired to it.
    pub fn wiring() -> Wiring {
        Wiring {
            clocks: Clocks::default(),
            supply: SupplyParts {
                nominal: Volts(12.0),
                frequency: None,
                source_resistance: Ohms(0.5),
                front_end: crate::supply::Series::None.into(),
                capacitor: brownout_trace::Farads(470e-6).into(),
                leakage: Amps(0.0).into(),
                regulator: crate::supply::Regulator {
                    output: Volts(3.3).into(),
                    dropout: Volts(1.1).into(),
                    quiescent: Amps(5e-3).into(),
                },
            },
            reserve: ReserveParts::none(),
            loads: Loads::default(),
            chip: ChipLimits::default(),
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
    use super::*;

    #[test]
    fn a_crystal_is_slow_in_the_cold_and_in_the_heat() {
        let lse = Lse { error: Ppm(5.0), ..Lse::default() };
        assert_eq!(lse.error_at(Celsius(25.0)), Ppm(5.0));
        for celsius in [-5.0, 55.0] {
            assert!((lse.error_at(Celsius(celsius)).0 - (5.0 - 0.034 * 900.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_board_may_have_no_watch_crystal() {
        let start = |text: &str| toml::from_str::<Lse>(text).map(|lse| lse.start).map_err(|error| error.to_string());
        assert_eq!(start("start = \"never\""), Ok(None));
        assert_eq!(start("start = \"3s\""), Ok(Some(Span::secs(3))));
        assert_eq!(start(""), Ok(Some(Span::millis(2_500))));
        assert!(start("start = \"soon\"").unwrap_err().contains("`soon` is not a number with a unit"));
    }
}
