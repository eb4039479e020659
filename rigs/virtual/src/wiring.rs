//! What stands round the chip, as a rig file declares it: any STM32F103 firmware runs without touching Rust.

use crate::mcu::gpio::Pin;
use crate::relay::RelayParts;
use crate::supply::{ReserveParts, SupplyParts};
use brownout_trace::{Amps, Hertz, Ppm, RelayName, Span};
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
    /// Its error.
    pub error: Ppm,
    /// From switching it on to a stable signal: 2.5 s typical. Absent: there is no crystal.
    pub start: Option<Span>,
}

impl Default for Lse {
    fn default() -> Self {
        Self { error: Ppm(0.0), start: Some(Span::millis(2_500)) }
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
}

impl Default for Loads {
    fn default() -> Self {
        Self { run_base: Amps(1.69e-3), run_per_megahertz: Amps(0.4766e-3), sleep_share: 0.4, reset: Amps(0.5e-3) }
    }
}

/// The console as wired to USART1 on PA9 and PA10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConsoleWires {
    /// Bits a second on the host's side.
    pub baud: u32,
}

impl Default for ConsoleWires {
    fn default() -> Self {
        Self { baud: 115_200 }
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

impl Wiring {
    /// Checks that every pin exists, has one user, and every part is possible.
    pub fn check(&self) -> Result<(), WiringError> {
        let console = ["PA9", "PA10"].map(|pin| (pin.parse::<Pin>(), "the console".to_owned()));
        let mut users: Vec<(Pin, String)> =
            console.into_iter().filter_map(|(pin, user)| pin.ok().map(|pin| (pin, user))).collect();
        let relays = self.relays.iter().map(|relay| (relay.pin, format!("relay {}", relay.name)));
        let buttons = self.buttons.iter().map(|button| (button.pin, format!("button {}", button.name)));
        for (pin, user) in relays.chain(buttons) {
            let bonded = match pin.port {
                0 | 1 => true,
                2 => pin.number >= 13,
                _ => pin.number < 2,
            };
            if !bonded {
                return Err(WiringError::NotBonded { pin, user });
            }
            if let Some((_, first)) = users.iter().find(|(used, _)| *used == pin) {
                return Err(WiringError::PinTwice { pin, users: [first.clone(), user] });
            }
            users.push((pin, user));
        }
        self.supply.check().map_err(|error| WiringError::Part(error.to_string()))?;
        self.reserve.check().map_err(|error| WiringError::Part(error.to_string()))?;
        for relay in &self.relays {
            relay.parts.check().map_err(|error| WiringError::Part(format!("relay {}: {error}", relay.name)))?;
        }
        Ok(())
    }
}
