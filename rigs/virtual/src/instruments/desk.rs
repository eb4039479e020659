//! The instruments of one rig on their bus, with what keeps them from being ideal.

use super::ads1115::Ads1115;
use super::conversion::LOOKS;
use super::ina219::Ina219;
use super::ina226::Ina226;
use super::mcp4728::Mcp4728;
use super::pcf8574::Pcf8574;
use super::wires::{ChipWires, InstrumentWires};
use super::{Device, Nack, Sees};
use crate::rng::Stream;
use brownout_trace::{Instant, Percent, Span, Volts};

/// The bus runs in fast mode (I2C specification, UM10204): 400 kbit/s.
const BIT: Span = Span::nanos(2_500);

/// Any of the chips.
#[derive(Debug, Clone)]
pub enum Chip {
    /// INA226.
    Ina226(Ina226),
    /// INA219.
    Ina219(Ina219),
    /// ADS1115.
    Ads1115(Ads1115),
    /// MCP4728.
    Mcp4728(Mcp4728),
    /// PCF8574.
    Pcf8574(Pcf8574),
}

impl Chip {
    fn device(&mut self) -> &mut dyn Device {
        match self {
            Self::Ina226(device) => device,
            Self::Ina219(device) => device,
            Self::Ads1115(device) => device,
            Self::Mcp4728(device) => device,
            Self::Pcf8574(device) => device,
        }
    }

    fn next_event(&self) -> Option<Instant> {
        match self {
            Self::Ina226(device) => device.next_event(),
            Self::Ina219(device) => device.next_event(),
            Self::Ads1115(device) => device.next_event(),
            Self::Mcp4728(device) => device.next_event(),
            Self::Pcf8574(device) => device.next_event(),
        }
    }
}

/// A chip at its address.
#[derive(Debug, Clone)]
struct Placed {
    address: u8,
    chip: Chip,
    gain: Percent,
    offset: Volts,
    noise: Volts,
    stream: Stream,
    /// Gone from the bus: it acknowledges nothing.
    absent: bool,
    /// Somebody has spoken to it. Before that what it converts by itself from power-on concerns nobody, and is not
    /// followed: days of bench time would be spent on it.
    addressed: bool,
}

impl Placed {
    fn next_event(&self) -> Option<Instant> {
        self.addressed.then(|| self.chip.next_event()).flatten()
    }
}

/// The instruments of one rig. Plain data.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    placed: Vec<Placed>,
}

impl Desk {
    /// The instruments after power-on. `seed` decides their noise.
    pub fn new(wires: &[InstrumentWires], seed: u64, at: Instant) -> Self {
        let place = |wires: &InstrumentWires| Placed {
            address: wires.address,
            chip: match wires.chip {
                ChipWires::Ina226 { shunt } => Chip::Ina226(Ina226::new(shunt, at)),
                ChipWires::Ina219 { shunt } => Chip::Ina219(Ina219::new(shunt, at)),
                ChipWires::Ads1115 { divider } => Chip::Ads1115(Ads1115::new(divider)),
                ChipWires::Mcp4728 {} => Chip::Mcp4728(Mcp4728::new()),
                ChipWires::Pcf8574 {} => Chip::Pcf8574(Pcf8574::new()),
            },
            gain: wires.gain,
            offset: wires.offset,
            noise: wires.noise,
            stream: Stream::new(seed, &format!("instrument {:#04x}", wires.address)),
            absent: false,
            addressed: false,
        };
        Self { placed: wires.iter().map(place).collect() }
    }

    /// The chip at an address.
    pub fn chip(&mut self, address: u8) -> Option<&mut Chip> {
        self.placed.iter_mut().find(|placed| placed.address == address).map(|placed| &mut placed.chip)
    }

    /// Takes a device off the bus, or puts it back.
    pub fn unplug(&mut self, address: u8, absent: bool) {
        for placed in self.placed.iter_mut().filter(|placed| placed.address == address) {
            placed.absent = absent;
        }
    }

    /// How long a transfer of so many bytes takes: start, address, each byte with its acknowledgement, stop.
    pub fn transfer(bytes: usize) -> Span {
        BIT.times(2 + 9 * (1 + bytes as i64))
    }

    /// Writes to a device; address 0 speaks to all.
    pub fn write(&mut self, at: Instant, address: u8, bytes: &[u8]) -> Result<(), Nack> {
        if address == 0 {
            let byte = bytes.first().copied().unwrap_or(0);
            self.placed.iter_mut().for_each(|placed| placed.chip.device().general_call(at, byte));
            return Ok(());
        }
        self.present(address)?.write(at, bytes)
    }

    /// Reads from a device.
    pub fn read(&mut self, at: Instant, address: u8, buffer: &mut [u8]) -> Result<(), Nack> {
        self.present(address)?.read(at, buffer)
    }

    fn present(&mut self, address: u8) -> Result<&mut dyn Device, Nack> {
        let placed = self.placed.iter_mut().find(|placed| placed.address == address && !placed.absent);
        let placed = placed.ok_or(Nack::Address)?;
        placed.addressed = true;
        Ok(placed.chip.device())
    }

    /// When a device next looks at the board.
    pub fn next_event(&self) -> Option<Instant> {
        self.placed.iter().filter_map(Placed::next_event).min()
    }

    /// Lets them look at the board, each with its errors.
    pub fn settle(&mut self, at: Instant, sees: Sees) {
        for placed in self.placed.iter_mut().filter(|placed| placed.next_event().is_some_and(|due| due <= at)) {
            // The mean of all looks shall have the noise of one conversion.
            let noise = normal(&mut placed.stream) * libm::sqrt(LOOKS as f64);
            let read = sees.terminals * (1.0 + placed.gain.0 / 100.0) + placed.offset + placed.noise * noise;
            placed.chip.device().settle(at, &Sees { terminals: read, ..sees });
        }
    }
}

/// Near enough to a normal distribution of mean 0 and deviation 1: twelve uniform ones less their mean.
fn normal(stream: &mut Stream) -> f64 {
    (0..12).map(|_| stream.share()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::{Amps, Ohms};

    fn wires(noise: f64) -> InstrumentWires {
        InstrumentWires {
            chip: ChipWires::Ina226 { shunt: Ohms(0.02) },
            address: 0x40,
            gain: Percent(2.0),
            offset: Volts(0.1),
            noise: Volts(noise),
        }
    }

    /// A desk whose meter has been spoken to: it converts continuously.
    fn awake(noise: f64, seed: u64) -> Desk {
        let mut desk = Desk::new(&[wires(noise)], seed, Instant::ZERO);
        assert_eq!(desk.next_event(), None, "nobody looks at what nobody asked for");
        desk.write(Instant::ZERO, 0x40, &[0]).unwrap();
        desk
    }

    fn read(desk: &mut Desk, until: Span) -> f64 {
        let sees = Sees { terminals: Volts(10.0), current: Amps::ZERO };
        while let Some(at) = desk.next_event().filter(|at| *at <= Instant::ZERO + until) {
            desk.settle(at, sees);
        }
        let mut bytes = [0; 2];
        desk.write(Instant::ZERO, 0x40, &[2]).unwrap();
        desk.read(Instant::ZERO, 0x40, &mut bytes).unwrap();
        f64::from(u16::from_be_bytes(bytes)) * 1.25e-3
    }

    #[test]
    fn an_instrument_reads_with_its_own_errors() {
        let mut desk = awake(0.0, 1);
        let volts = read(&mut desk, Span::millis(3));
        assert!((volts - 10.3).abs() < 1e-3, "{volts}");
    }

    #[test]
    fn noise_is_seeded() {
        let noisy = |seed| read(&mut awake(0.05, seed), Span::millis(3));
        assert!((noisy(1) - noisy(1)).abs() < f64::EPSILON);
        assert!((noisy(1) - noisy(2)).abs() > 1e-3);
    }

    #[test]
    fn nobody_answers_at_an_empty_address() {
        let mut desk = Desk::new(&[wires(0.0)], 1, Instant::ZERO);
        assert_eq!(desk.write(Instant::ZERO, 0x41, &[0]), Err(Nack::Address));
        desk.unplug(0x40, true);
        assert_eq!(desk.write(Instant::ZERO, 0x40, &[0]), Err(Nack::Address));
        desk.unplug(0x40, false);
        assert_eq!(desk.write(Instant::ZERO, 0x40, &[0]), Ok(()));
    }

    #[test]
    fn a_transfer_takes_its_bits() {
        assert_eq!(Desk::transfer(3), Span::micros(95));
    }
}
