//! AFIO: which port feeds an EXTI line, and which pins a peripheral uses (RM0008, section 9.3 and 9.4).

use super::gpio::Pin;
use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 9.5. EVENTOUT goes to a pin that nothing here listens to. MAPR's loud bits are those of peripherals that the
/// model lacks: CAN, TIM5, and the ADC's external triggers.
pub const REGISTERS: &[Register] = &[
    Register::new("EVCR", 0x00, 0xff),
    Register::new("MAPR", 0x04, 0x0700_9fff).loud(0x001f_6000).note("SWJ_CFG is write-only"),
    Register::new("EXTICR1", 0x08, 0xffff),
    Register::new("EXTICR2", 0x0c, 0xffff),
    Register::new("EXTICR3", 0x10, 0xffff),
    Register::new("EXTICR4", 0x14, 0xffff),
];

/// A signal that a peripheral has at a pin. Numbers count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the manual")]
pub enum Signal {
    Tx(usize),
    Rx(usize),
    Channel(usize, usize),
    Nss(usize),
    Sck(usize),
    Miso(usize),
    Mosi(usize),
    Scl(usize),
    Sda(usize),
}

const fn a(number: u8) -> Option<Pin> {
    Some(Pin { port: 0, number })
}
const fn b(number: u8) -> Option<Pin> {
    Some(Pin { port: 1, number })
}
const fn d(number: u8) -> Option<Pin> {
    Some(Pin { port: 3, number })
}
const fn c(number: u8) -> Option<Pin> {
    Some(Pin { port: 2, number })
}

/// A signal's pins by the value of its field in MAPR: where that begins, how many bits it has.
struct Mapping {
    signal: Signal,
    shift: u32,
    width: u32,
    pins: [Option<Pin>; 4],
}

const fn map(signal: Signal, shift: u32, width: u32, pins: [Option<Pin>; 4]) -> Mapping {
    Mapping { signal, shift, width, pins }
}

use Signal::{Channel, Miso, Mosi, Nss, Rx, Sck, Scl, Sda, Tx};

/// RM0008, tables 36 to 56: pins of ports A to D, whatever the package brings out.
const MAPPINGS: &[Mapping] = &[
    map(Tx(0), 2, 1, [a(9), b(6), None, None]),
    map(Rx(0), 2, 1, [a(10), b(7), None, None]),
    map(Tx(1), 3, 1, [a(2), d(5), None, None]),
    map(Rx(1), 3, 1, [a(3), d(6), None, None]),
    map(Tx(2), 4, 2, [b(10), c(10), None, d(8)]),
    map(Rx(2), 4, 2, [b(11), c(11), None, d(9)]),
    map(Channel(0, 0), 6, 2, [a(8), a(8), None, None]),
    map(Channel(0, 1), 6, 2, [a(9), a(9), None, None]),
    map(Channel(0, 2), 6, 2, [a(10), a(10), None, None]),
    map(Channel(0, 3), 6, 2, [a(11), a(11), None, None]),
    map(Channel(1, 0), 8, 2, [a(0), a(15), a(0), a(15)]),
    map(Channel(1, 1), 8, 2, [a(1), b(3), a(1), b(3)]),
    map(Channel(1, 2), 8, 2, [a(2), a(2), b(10), b(10)]),
    map(Channel(1, 3), 8, 2, [a(3), a(3), b(11), b(11)]),
    map(Channel(2, 0), 10, 2, [a(6), None, b(4), c(6)]),
    map(Channel(2, 1), 10, 2, [a(7), None, b(5), c(7)]),
    map(Channel(2, 2), 10, 2, [b(0), None, b(0), c(8)]),
    map(Channel(2, 3), 10, 2, [b(1), None, b(1), c(9)]),
    map(Channel(3, 0), 12, 1, [b(6), d(12), None, None]),
    map(Channel(3, 1), 12, 1, [b(7), d(13), None, None]),
    map(Channel(3, 2), 12, 1, [b(8), d(14), None, None]),
    map(Channel(3, 3), 12, 1, [b(9), d(15), None, None]),
    map(Nss(0), 0, 1, [a(4), a(15), None, None]),
    map(Sck(0), 0, 1, [a(5), b(3), None, None]),
    map(Miso(0), 0, 1, [a(6), b(4), None, None]),
    map(Mosi(0), 0, 1, [a(7), b(5), None, None]),
    map(Nss(1), 0, 0, [b(12), None, None, None]),
    map(Sck(1), 0, 0, [b(13), None, None, None]),
    map(Miso(1), 0, 0, [b(14), None, None, None]),
    map(Mosi(1), 0, 0, [b(15), None, None, None]),
    map(Scl(0), 1, 1, [b(6), b(8), None, None]),
    map(Sda(0), 1, 1, [b(7), b(9), None, None]),
    map(Scl(1), 0, 0, [b(10), None, None, None]),
    map(Sda(1), 0, 0, [b(11), None, None, None]),
];

/// Every pin that a signal can have.
pub fn pins_of(signal: Signal) -> impl Iterator<Item = Pin> {
    MAPPINGS.iter().filter(move |mapping| mapping.signal == signal).flat_map(|mapping| mapping.pins).flatten()
}

/// The registers.
#[derive(Debug, Clone, Default)]
pub struct Afio {
    event_control: u32,
    remap: u32,
    debug: u32,
    routes: [u32; 4],
}

impl Afio {
    /// Which port feeds EXTI line `line`, 0 to 15.
    pub fn port_of(&self, line: u8) -> usize {
        (self.routes[usize::from(line / 4)] >> (line % 4 * 4) & 15) as usize
    }

    /// The pin that a signal has now; `None` where the remap gives it none on ports A to D.
    pub fn pin_of(&self, signal: Signal) -> Option<Pin> {
        let mapping = MAPPINGS.iter().find(|mapping| mapping.signal == signal)?;
        let value = self.remap >> mapping.shift & ((1 << mapping.width) - 1);
        mapping.pins[value as usize]
    }

    /// The pins of port A and of port B that the debug port owns (RM0008, table 35).
    pub fn debug_pins(&self) -> [u16; 2] {
        match self.debug {
            // All of SWJ; without NJTRST; SW only; none.
            0 => [0xe000, 0x0018],
            1 => [0xe000, 0x0008],
            2 => [0x6000, 0],
            _ => [0, 0],
        }
    }
}

impl Peripheral for Afio {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => self.event_control,
            0x04 => self.remap,
            _ => self.routes[(offset as usize - 8) / 4],
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        match offset {
            0x00 => self.event_control = value & 0xff,
            0x04 => {
                self.remap = value & 0x001f_ffff;
                self.debug = value >> 24 & 7;
            }
            _ => self.routes[(offset as usize - 8) / 4] = value & 0xffff,
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaps_move_pins_and_free_those_of_the_debug_port() {
        let (mut afio, now) = (Afio::default(), Moment::zero());
        let pin = |afio: &Afio, signal| afio.pin_of(signal).map(|pin| pin.to_string());
        assert_eq!(pin(&afio, Tx(0)).as_deref(), Some("PA9"));
        assert_eq!(afio.debug_pins(), [0xe000, 0x18]);
        afio.write(0x04, 1 << 2 | 3 << 8 | 1 << 1 | 2 << 10 | 2 << 24, &now).unwrap();
        for (signal, there) in
            [(Tx(0), "PB6"), (Rx(0), "PB7"), (Channel(1, 1), "PB3"), (Scl(0), "PB8"), (Channel(2, 0), "PB4")]
        {
            assert_eq!(pin(&afio, signal).as_deref(), Some(there));
        }
        assert_eq!(afio.debug_pins(), [0x6000, 0]);
        assert_eq!(afio.read(0x04, &now) >> 24, 0, "SWJ_CFG reads as nothing");
        assert_eq!(pin(&afio, Channel(0, 0)).as_deref(), Some("PA8"));
    }

    #[test]
    fn a_line_listens_to_one_port() {
        let (mut afio, now) = (Afio::default(), Moment::zero());
        afio.write(0x14, 2 << 4, &now).unwrap();
        assert_eq!((afio.port_of(13), afio.port_of(12)), (2, 0));
    }
}
