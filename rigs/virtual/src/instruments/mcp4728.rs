//! MCP4728, four 12-bit outputs with an EEPROM (Microchip DS22187).
//!
//! | command | what |
//! | --- | --- |
//! | 00x | fast write: values from channel A on |
//! | 010 00 | multi-write: any channels |
//! | 010 10, 010 11 | sequential and single write, the EEPROM too |
//! | 100, 101, 110 | references, power-down, gains of all channels |
//!
//! LDAC is tied low: an output follows its register. Settling (6 µs) is not modelled.

use super::{Device, Nack, Sees};
use brownout_trace::{Instant, Span, Volts};

/// Writing the EEPROM (DS22187, table 1-1, typical). Other commands are not taken meanwhile.
const EEPROM: Span = Span::millis(25);
/// The internal reference.
const REFERENCE: Volts = Volts(2.048);

/// One channel's register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Channel {
    internal: bool,
    power_down: u8,
    double: bool,
    code: u16,
}

impl Channel {
    fn from_bytes(high: u8, low: u8) -> Self {
        Self {
            internal: high & 0x80 != 0,
            power_down: high >> 5 & 3,
            double: high & 0x10 != 0,
            code: u16::from(high & 0xf) << 8 | u16::from(low),
        }
    }

    fn bytes(self) -> [u8; 2] {
        let [top, low] = self.code.to_be_bytes();
        [u8::from(self.internal) << 7 | self.power_down << 5 | u8::from(self.double) << 4 | top, low]
    }
}

/// The device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mcp4728 {
    channels: [Channel; 4],
    eeprom: [Channel; 4],
    busy: Option<Instant>,
}

impl Mcp4728 {
    /// As it comes from the factory: the internal reference, outputs at 0 V.
    pub fn new() -> Self {
        let factory = [Channel { internal: true, ..Channel::default() }; 4];
        Self { channels: factory, eeprom: factory, busy: None }
    }

    /// What an output gives on a supply of `vdd` (DS22187, equation 4-1); `None` while it is powered down.
    pub fn output(&self, channel: usize, vdd: Volts) -> Option<Volts> {
        let channel = self.channels.get(channel).filter(|channel| channel.power_down == 0)?;
        let full = match (channel.internal, channel.double) {
            (true, double) => REFERENCE * if double { 2.0 } else { 1.0 },
            (false, _) => vdd,
        };
        let volts = full * (f64::from(channel.code) / 4_096.0);
        Some(if volts < vdd { volts } else { vdd })
    }

    /// The code that an output follows; `None` while it is powered down.
    pub fn code(&self, channel: usize) -> Option<u16> {
        let channel = self.channels.get(channel).filter(|channel| channel.power_down == 0)?;
        Some(channel.code)
    }

    /// A row of channels from `first` on, two bytes each, into the EEPROM too.
    fn lasting(&mut self, first: usize, bytes: &[u8], at: Instant) -> Result<(), Nack> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(2) || first + bytes.len() / 2 > 4 {
            return Err(Nack::Data);
        }
        for (channel, pair) in bytes.chunks_exact(2).enumerate() {
            self.channels[first + channel] = Channel::from_bytes(pair[0], pair[1]);
            self.eeprom[first + channel] = self.channels[first + channel];
        }
        self.busy = Some(at + EEPROM);
        Ok(())
    }

    fn fast(&mut self, bytes: &[u8]) -> Result<(), Nack> {
        if !bytes.len().is_multiple_of(2) || bytes.len() > 8 {
            return Err(Nack::Data);
        }
        for (channel, pair) in self.channels.iter_mut().zip(bytes.chunks_exact(2)) {
            channel.power_down = pair[0] >> 4 & 3;
            channel.code = u16::from(pair[0] & 0xf) << 8 | u16::from(pair[1]);
        }
        Ok(())
    }

    fn multi(&mut self, bytes: &[u8]) -> Result<(), Nack> {
        let whole = bytes.len().is_multiple_of(3) && bytes.chunks_exact(3).all(|one| one[0] >> 3 == 0b01000);
        if !whole {
            return Err(Nack::Data);
        }
        for one in bytes.chunks_exact(3) {
            self.channels[usize::from(one[0] >> 1 & 3)] = Channel::from_bytes(one[1], one[2]);
        }
        Ok(())
    }

    /// One bit of each channel, A in bit 3.
    fn each(&mut self, bits: u8, set: fn(&mut Channel, bool)) {
        for (n, channel) in self.channels.iter_mut().enumerate() {
            set(channel, bits >> (3 - n) & 1 == 1);
        }
    }
}

impl Default for Mcp4728 {
    fn default() -> Self {
        Self::new()
    }
}

impl Device for Mcp4728 {
    fn write(&mut self, at: Instant, bytes: &[u8]) -> Result<(), Nack> {
        if self.busy.is_some_and(|until| at < until) {
            return Err(Nack::Data);
        }
        self.busy = None;
        let Some(&first) = bytes.first() else { return Ok(()) };
        match first >> 5 {
            0 | 1 => self.fast(bytes),
            0b010 => match first >> 3 & 3 {
                0b00 => self.multi(bytes),
                0b10 => self.lasting(usize::from(first >> 1 & 3), &bytes[1..], at),
                0b11 if bytes.len() == 3 => self.lasting(usize::from(first >> 1 & 3), &bytes[1..], at),
                _ => Err(Nack::Data),
            },
            0b100 => {
                self.each(first, |channel, bit| channel.internal = bit);
                Ok(())
            }
            0b110 => {
                self.each(first, |channel, bit| channel.double = bit);
                Ok(())
            }
            0b101 => {
                let &[high, low] = bytes else { return Err(Nack::Data) };
                let modes = [high >> 2, high, low >> 6, low >> 4];
                for (channel, mode) in self.channels.iter_mut().zip(modes) {
                    channel.power_down = mode & 3;
                }
                Ok(())
            }
            // Moving its address needs LDAC, which is tied.
            _ => Err(Nack::Data),
        }
    }

    fn read(&mut self, at: Instant, buffer: &mut [u8]) -> Result<(), Nack> {
        // Ready and powered on.
        let ready = if self.busy.is_some_and(|until| at < until) { 0x40 } else { 0xc0 };
        let pairs = self.channels.iter().zip(&self.eeprom).enumerate();
        let bytes = pairs.flat_map(|(n, (register, kept))| {
            let head = ready | (n as u8) << 4;
            [register, kept].into_iter().flat_map(move |one| {
                let [high, low] = one.bytes();
                [head, high, low]
            })
        });
        buffer.fill(0xff);
        for (place, byte) in buffer.iter_mut().zip(bytes) {
            *place = byte;
        }
        Ok(())
    }

    fn general_call(&mut self, _at: Instant, byte: u8) {
        match byte {
            0x06 => self.channels = self.eeprom,
            0x09 => self.channels.iter_mut().for_each(|channel| channel.power_down = 0),
            _ => {}
        }
    }

    fn next_event(&self) -> Option<Instant> {
        self.busy
    }

    fn settle(&mut self, at: Instant, _sees: &Sees) {
        self.busy = self.busy.filter(|until| at < *until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VDD: Volts = Volts(5.0);

    fn volts(device: &Mcp4728, channel: usize) -> f64 {
        device.output(channel, VDD).unwrap().0
    }

    #[test]
    fn outputs_follow_code_reference_and_gain() {
        let mut device = Mcp4728::new();
        assert_eq!(device.output(0, VDD), Some(Volts::ZERO));
        device.write(Instant::ZERO, &[0x08, 0x00, 0x04, 0x00]).unwrap();
        assert!((volts(&device, 0) - 1.024).abs() < 1e-9);
        assert!((volts(&device, 1) - 0.512).abs() < 1e-9);
        device.write(Instant::ZERO, &[0b1100_1000]).unwrap();
        assert!((volts(&device, 0) - 2.048).abs() < 1e-9);
        device.write(Instant::ZERO, &[0b1000_0111]).unwrap();
        assert!((volts(&device, 0) - 2.5).abs() < 1e-9, "half of VDD");
        assert_eq!(device.output(4, VDD), None);
    }

    #[test]
    fn power_down_takes_an_output_away() {
        let mut device = Mcp4728::new();
        device.write(Instant::ZERO, &[0b1010_0001, 0b0000_0000]).unwrap();
        assert!(device.output(0, VDD).is_some());
        assert_eq!(device.output(1, VDD), None);
        device.general_call(Instant::ZERO, 0x09);
        assert!(device.output(1, VDD).is_some());
    }

    #[test]
    fn the_eeprom_outlives_a_reset_and_takes_its_time() {
        let mut device = Mcp4728::new();
        device.write(Instant::ZERO, &[0b0101_1100, 0x92, 0x34]).unwrap();
        assert_eq!(device.write(Instant::ZERO, &[0, 0]), Err(Nack::Data), "busy");
        let mut bytes = [0; 24];
        device.read(Instant::ZERO, &mut bytes).unwrap();
        assert_eq!(bytes[12..18], [0x60, 0x92, 0x34, 0x60, 0x92, 0x34]);
        let later = Instant::ZERO + EEPROM;
        assert_eq!(device.write(later, &[0x0f, 0xff, 0x0f, 0xff, 0x0f, 0xff, 0x0f, 0xff]), Ok(()));
        device.general_call(later, 0x06);
        assert!((volts(&device, 2) - 2.0 * 2.048 * f64::from(0x234) / 4_096.0).abs() < 1e-9);
        assert!(volts(&device, 0).abs() < 1e-9);
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        let mut device = Mcp4728::new();
        for bytes in [&[0x60][..], &[0b0100_0000, 1], &[0b0101_0110, 0, 0, 0, 0], &[0b1010_0000], &[1]] {
            assert_eq!(device.write(Instant::ZERO, bytes), Err(Nack::Data), "{bytes:x?}");
        }
    }
}
