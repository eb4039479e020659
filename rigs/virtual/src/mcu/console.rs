//! The host's end of the serial console: bytes on their way to the board, and what the host makes of frames.

use super::usart::{Frame, rates_match};
use crate::wiring::{ConsoleWires, Parity};
use brownout_trace::{Instant, Span};
use std::collections::VecDeque;

/// What the host makes of a frame that it cannot read.
const NOISE: u8 = 0xff;

/// The wire to the board, and the one back.
#[derive(Debug, Clone)]
pub(super) struct Console {
    wires: ConsoleWires,
    incoming: VecDeque<(Instant, u8)>,
    line_free: Instant,
    idle_at: Option<Instant>,
}

/// What comes to the board's receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// A frame, its stop bit just over.
    Frame(Frame),
    /// The line was silent for a frame after one.
    Silence,
}

impl Console {
    pub fn new(wires: ConsoleWires) -> Self {
        Self { wires, incoming: VecDeque::new(), line_free: Instant(i64::MIN), idle_at: None }
    }

    pub fn wires(&self) -> &ConsoleWires {
        &self.wires
    }

    pub fn baud(&self) -> f64 {
        f64::from(self.wires.baud.max(1))
    }

    /// Start, eight data bits, parity if any, one stop bit.
    fn frame(&self) -> Span {
        let bits = 10 + i64::from(self.wires.parity != Parity::None);
        Span(bits * 1_000_000_000 / i64::from(self.wires.baud.max(1)))
    }

    fn length(&self) -> u8 {
        8 + u8::from(self.wires.parity != Parity::None)
    }

    fn parity_of(&self, byte: u8) -> u16 {
        u16::from((byte.count_ones() % 2 == 1) != (self.wires.parity == Parity::Odd))
    }

    /// Puts bytes on the wire to the board, one frame after the other, from `at` on.
    pub fn send(&mut self, at: Instant, bytes: &[u8]) {
        for byte in bytes {
            let end = at.max(self.line_free) + self.frame();
            self.line_free = end;
            self.incoming.push_back((end, *byte));
        }
    }

    /// When the next frame ends, or the line falls idle.
    pub fn next_instant(&self) -> Option<Instant> {
        let received = self.incoming.front().map(|(end, _)| *end);
        [received, self.idle_at].into_iter().flatten().min()
    }

    /// What has come to the board by `at`, if anything.
    pub fn arrive(&mut self, at: Instant) -> Option<Arrival> {
        if let Some((end, byte)) = self.incoming.pop_front_if(|(end, _)| *end <= at) {
            self.idle_at = self.incoming.is_empty().then_some(end + self.frame());
            let length = self.length();
            let parity = if length == 9 { self.parity_of(byte) << 8 } else { 0 };
            return Some(Arrival::Frame(Frame { bits: u16::from(byte) | parity, length, garbled: false }));
        }
        self.idle_at.take_if(|idle| *idle <= at).map(|_| Arrival::Silence)
    }

    /// The byte that the host reads from a frame.
    pub fn read(&self, frame: Frame, baud: f64) -> u8 {
        let (bits, stopped) = frame.seen_as(self.length());
        let byte = bits as u8;
        let sound = self.wires.parity == Parity::None || bits >> 8 == self.parity_of(byte);
        if rates_match(baud, self.baud()) && stopped && sound && !frame.garbled { byte } else { NOISE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_one_after_the_other_and_then_silence() {
        let mut console = Console::new(ConsoleWires::default());
        console.send(Instant(0), b"xy");
        assert_eq!(console.next_instant(), Some(Instant(86_805)));
        let frame = |byte: u8| Some(Arrival::Frame(Frame { bits: byte.into(), length: 8, garbled: false }));
        assert_eq!(console.arrive(Instant(86_804)), None);
        assert_eq!(console.arrive(Instant(86_805)), frame(b'x'));
        assert_eq!(console.arrive(Instant(173_610)), frame(b'y'));
        assert_eq!(console.next_instant(), Some(Instant(260_415)));
        assert_eq!(console.arrive(Instant(260_415)), Some(Arrival::Silence));
        assert_eq!(console.next_instant(), None);
    }

    #[test]
    fn parity_and_rate_have_to_fit() {
        let console = Console::new(ConsoleWires { parity: Parity::Even, ..ConsoleWires::default() });
        let read = |bits, length, baud| console.read(Frame { bits, length, garbled: false }, baud);
        assert_eq!(read(0x107, 9, 115_200.0), 7);
        assert_eq!(read(0x007, 9, 115_200.0), NOISE);
        assert_eq!(read(0x107, 9, 57_600.0), NOISE);
    }
}
