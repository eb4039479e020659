//! What the preloaded library and the simulator say to each other.
//!
//! One `SOCK_SEQPACKET` connection for each thing that the program has open, so that closing it, or dying, is seen. The
//! first message says what it is: a [`Kind`], then what stands below. Numbers are in the machine's own order, since both
//! ends run on it. An *answer* is an `i32`: 0, or an `errno` of the kernel.
//!
//! | connection | first message | then |
//! | --- | --- | --- |
//! | `Chip` | | answer; nothing more: line requests are connections of their own |
//! | `Lines` | a [`LineRequest`] | answer; then one [`LINE_EVENT`]-byte event of the kernel's own layout a message, to the program |
//! | `Bus` | `u32`: which I²C bus | answer; then a [`Transfer`] from the program, and its answer with all bytes read |
//! | `Stores` | | no answer; a [`Store`] a message from the program |
//! | `Watch` | | no answer; then CLOCK_MONOTONIC as a `u64` from the program, and an answer once every edge up to then was told |
//! | `Port` | a [`Port`] as a `u32` | no answer; CLOCK_MONOTONIC as a `u64` and bytes from the program: what it writes to the port |
//!
//! Beside the socket lies the page of line registers ([`registers_beside`]), mapped by both.

use std::path::{Path, PathBuf};

/// The environment variable that names the simulator's socket.
pub const SOCKET: &str = "BROWNOUT_FAKE_PI";

/// Length of a `struct gpio_v2_line_event` (linux/gpio.h).
pub const LINE_EVENT: usize = 48;

/// The longest message: a transfer of 42 messages (I2C_RDWR_IOCTL_MAX_MSGS), or one of 8192 bytes.
pub const LONGEST: usize = 16_384;

/// The file of line registers that belongs to a socket.
pub fn registers_beside(socket: &Path) -> PathBuf {
    socket.with_extension("registers")
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// `/dev/gpiochip0`.
    Chip = 1,
    /// Lines requested from it.
    Lines = 2,
    /// `/dev/i2c-N`.
    Bus = 3,
    /// Stores to the line registers.
    Stores = 4,
    /// Somebody waits for edges.
    Watch = 5,
    /// A serial port that the program writes to.
    Port = 6,
}

/// A serial port by the name of its link beside the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Port {
    /// The board's console.
    Console = 0,
    /// The bench supply's.
    Supply = 1,
}

impl Port {
    /// Each with its name.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Console, "console"), (Self::Supply, "supply")];

    /// By its number.
    pub fn read(body: &[u8]) -> Option<Self> {
        let number = u32::from_ne_bytes(body.try_into().ok()?);
        Self::ALL.into_iter().map(|(port, _)| port).find(|port| *port as u32 == number)
    }
}

impl Kind {
    /// The kind at the head of a message, and what follows it.
    pub fn split(message: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = message.split_first_chunk::<4>()?;
        let kind = [Self::Chip, Self::Lines, Self::Bus, Self::Stores, Self::Watch, Self::Port];
        let kind = kind.into_iter().find(|kind| *kind as u32 == u32::from_ne_bytes(*head))?;
        Some((kind, rest))
    }

    /// Begins a message.
    pub fn begin(self) -> Vec<u8> {
        (self as u32).to_ne_bytes().to_vec()
    }
}

/// Takes numbers off the front of a message.
struct Reader<'m>(&'m [u8]);

impl Reader<'_> {
    fn u16(&mut self) -> Option<u16> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_ne_bytes(*head))
    }

    fn u32(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_ne_bytes(*head))
    }

    fn u64(&mut self) -> Option<u64> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_ne_bytes(*head))
    }
}

/// Input lines to listen to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRequest {
    /// Edges from low to high are told.
    pub rising: bool,
    /// Edges from high to low are told.
    pub falling: bool,
    /// How many events are kept for a program that does not read them.
    pub buffer: u32,
    /// By Broadcom's numbers.
    pub lines: Vec<u32>,
}

impl LineRequest {
    /// The whole first message.
    pub fn message(&self) -> Vec<u8> {
        let mut message = Kind::Lines.begin();
        let edges = u32::from(self.rising) | u32::from(self.falling) << 1;
        let head = [edges, self.buffer];
        message.extend(head.iter().chain(&self.lines).flat_map(|number| number.to_ne_bytes()));
        message
    }

    /// What follows the kind.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader(body);
        let (edges, buffer) = (reader.u32()?, reader.u32()?);
        let lines = std::iter::from_fn(|| reader.u32()).collect();
        Some(Self { rising: edges & 1 != 0, falling: edges & 2 != 0, buffer, lines })
    }
}

/// A store to a line register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Store {
    /// CLOCK_MONOTONIC in nanoseconds, read when it was made.
    pub at: u64,
    /// Of the register, in bytes.
    pub offset: u32,
    /// What was stored.
    pub value: u32,
}

impl Store {
    /// The message.
    pub fn message(self) -> [u8; 16] {
        let mut message = [0; 16];
        message[..8].copy_from_slice(&self.at.to_ne_bytes());
        message[8..12].copy_from_slice(&self.offset.to_ne_bytes());
        message[12..].copy_from_slice(&self.value.to_ne_bytes());
        message
    }

    /// Of a message.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader(message);
        Some(Self { at: reader.u64()?, offset: reader.u32()?, value: reader.u32()? })
    }
}

/// Bytes to a serial port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// CLOCK_MONOTONIC in nanoseconds, read when they were written.
    pub at: u64,
    /// What was written.
    pub bytes: Vec<u8>,
}

impl Typed {
    /// The message.
    pub fn message(&self) -> Vec<u8> {
        [&self.at.to_ne_bytes(), &self.bytes[..]].concat()
    }

    /// Of a message.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader(message);
        Some(Self { at: reader.u64()?, bytes: reader.0.to_vec() })
    }
}

/// One part of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Bytes to an address.
    Write(u16, Vec<u8>),
    /// So many bytes from an address.
    Read(u16, u16),
}

/// A transfer on an I²C bus, with one stop at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// CLOCK_MONOTONIC in nanoseconds, read when it was asked for.
    pub at: u64,
    /// In order.
    pub parts: Vec<Part>,
}

impl Transfer {
    /// The message.
    pub fn message(&self) -> Vec<u8> {
        let mut message = self.at.to_ne_bytes().to_vec();
        for part in &self.parts {
            let (address, reads, length) = match part {
                Part::Write(address, bytes) => (*address, 0_u16, bytes.len() as u16),
                Part::Read(address, length) => (*address, 1, *length),
            };
            message.extend([address, reads, length].iter().flat_map(|number| number.to_ne_bytes()));
            if let Part::Write(_, bytes) = part {
                message.extend(bytes);
            }
        }
        message
    }

    /// Of a message.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader(message);
        let at = reader.u64()?;
        let mut parts = Vec::new();
        while !reader.0.is_empty() {
            let (address, reads, length) = (reader.u16()?, reader.u16()?, reader.u16()?);
            parts.push(if reads != 0 {
                Part::Read(address, length)
            } else {
                let (bytes, rest) = reader.0.split_at_checked(length.into())?;
                reader.0 = rest;
                Part::Write(address, bytes.to_vec())
            });
        }
        Some(Self { at, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let request = LineRequest { rising: true, falling: false, buffer: 1024, lines: vec![27, 5] };
        let message = request.message();
        let (kind, body) = Kind::split(&message).unwrap();
        assert_eq!((kind, LineRequest::read(body)), (Kind::Lines, Some(request)));
        let store = Store { at: 1 << 40, offset: 0x1c, value: 1 << 17 };
        assert_eq!(Store::read(&store.message()), Some(store));
        let typed = Typed { at: 9, bytes: b"VERSION\n".to_vec() };
        assert_eq!(Typed::read(&typed.message()), Some(typed));
        assert_eq!(Port::read(&1_u32.to_ne_bytes()), Some(Port::Supply));
        let parts = vec![Part::Write(0x40, vec![2]), Part::Read(0x40, 2), Part::Write(0x60, Vec::new())];
        let transfer = Transfer { at: 7, parts };
        assert_eq!(Transfer::read(&transfer.message()), Some(transfer));
    }

    #[test]
    fn what_is_cut_short_is_no_message() {
        let transfer = Transfer { at: 7, parts: vec![Part::Write(0x40, vec![2, 3])] }.message();
        assert_eq!(Transfer::read(&transfer[..transfer.len() - 1]), None);
        assert_eq!(Store::read(&[0; 15]), None);
        assert_eq!(Kind::split(&[9, 0, 0, 0]), None);
        assert_eq!(Kind::split(&[1, 0]), None);
    }
}
