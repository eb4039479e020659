//! The debug probe as outside tools reach it: the protocol of probe-rs's Glasgow applet, spoken over any stream of bytes.
//!
//! A stream carries packets, each encoded by COBS and ended by a zero. A packet's first byte names its endpoint, the rest
//! are bytes of that endpoint's stream: commands may begin in one packet and end in the next.
//!
//! | endpoint | command | then | answer |
//! | --- | --- | --- | --- |
//! | 0, root | 00 identify | | `probe-rs,v01` |
//! | | 10 reference clock | | 4 bytes |
//! | | 11 divisor, 12 set it | for 12: 2 bytes | for 11: 2 bytes |
//! | | 20, 21 pull and release the reset pin | | |
//! | 1, SWD | 00 transfer: bit 0 AP, bit 1 read, bits 2–3 address | for a write: 4 bytes | acknowledge, for a read 4 bytes |
//! | | 20 sequence: bits 0–4 its length | 4 bytes | |
//!
//! Reads of an access port are posted, as on the wire: each gives what the one before it read, and RDBUFF the last. After
//! an answer that is no OK the rest of the packet is dropped, since its sender counts on answers that never come.

use super::dap::{Dap, Fault};
use crate::board::Board;

const IDENTITY: &[u8] = b"probe-rs,v01";
/// What the divisor divides: a Glasgow's clock.
const REFERENCE: u32 = 48_000_000;
/// A packet longer than this is no packet: what came is dropped up to the next end.
const LONGEST: usize = 1 << 20;

const OK: u8 = 0b001;
const FAULT: u8 = 0b100;
const NO_DATA: u8 = 0x10;
/// Nobody drove the wire.
const ERROR: u8 = 0x20;

/// One connection.
#[derive(Debug, Clone, Default)]
pub struct Glasgow {
    dap: Dap,
    /// What the last read of an access port found.
    posted: u32,
    divisor: u16,
    packet: Vec<u8>,
    root: Vec<u8>,
    swd: Vec<u8>,
}

/// A command that is not there whole yet.
struct Unfinished;

impl Glasgow {
    /// Takes bytes as they come and gives the answers. Bytes that are no packet are dropped.
    pub fn take(&mut self, bytes: &[u8], board: &mut Board) -> Vec<u8> {
        let mut answers = Vec::new();
        for byte in bytes {
            if *byte != 0 {
                // One byte more tells that it was too long.
                if self.packet.len() <= LONGEST {
                    self.packet.push(*byte);
                }
                continue;
            }
            let mut packet = std::mem::take(&mut self.packet);
            if packet.len() > LONGEST {
                continue;
            }
            let Ok(length) = cobs::decode_in_place(&mut packet) else { continue };
            match packet[..length].split_first() {
                Some((0, commands)) => self.root(commands, board, &mut answers),
                Some((1, commands)) => self.swd(commands, board, &mut answers),
                _ => {}
            }
        }
        answers
    }

    fn root(&mut self, commands: &[u8], board: &mut Board, answers: &mut Vec<u8>) {
        self.root.extend(commands);
        let mut answer = Vec::new();
        while let Some(command) = self.root.first().copied() {
            let length = if command == 0x12 { 3 } else { 1 };
            if self.root.len() < length {
                break;
            }
            let command: Vec<u8> = self.root.drain(..length).collect();
            match command[..] {
                [0x00] => answer.extend(IDENTITY),
                [0x10] => answer.extend(REFERENCE.to_le_bytes()),
                [0x11] => answer.extend(self.divisor.to_le_bytes()),
                [0x12, low, high] => self.divisor = u16::from_le_bytes([low, high]),
                [0x20] => board.set_reset_pin(true),
                [0x21] => board.set_reset_pin(false),
                _ => {}
            }
        }
        send(0, &answer, answers);
    }

    fn swd(&mut self, commands: &[u8], board: &mut Board, answers: &mut Vec<u8>) {
        self.swd.extend(commands);
        let mut answer = Vec::new();
        while let Ok((command, data)) = next(&mut self.swd) {
            // A sequence switches the wire to SWD or wakes it: there is nothing else to switch to.
            if command & 0x20 != 0 {
                continue;
            }
            let acknowledged = if board.is_powered() { self.transfer(command, data, board) } else { Err(ERROR) };
            match acknowledged {
                Ok(Some(value)) => {
                    answer.push(OK);
                    answer.extend(value.to_le_bytes());
                }
                Ok(None) => answer.push(NO_DATA | OK),
                Err(refused) => {
                    answer.push(refused);
                    self.swd.clear();
                }
            }
        }
        send(1, &answer, answers);
    }

    /// One transfer: what was read, or how it was refused.
    fn transfer(&mut self, command: u8, data: u32, board: &mut Board) -> Result<Option<u32>, u8> {
        let (access, reads, address) = (command & 1 != 0, command & 2 != 0, command & 0xc);
        let refused = |Fault| NO_DATA | FAULT;
        match (access, reads) {
            (false, true) if address == 0xc => Ok(Some(self.posted)),
            (false, true) => self.dap.read_port(address).map(Some).map_err(refused),
            (false, false) => {
                self.dap.write_port(address, data);
                Ok(None)
            }
            (true, true) => {
                let value = self.dap.read_access(address, board, false).map_err(refused)?;
                Ok(Some(std::mem::replace(&mut self.posted, value)))
            }
            (true, false) => self.dap.write_access(address, data, board).map(|()| None).map_err(refused),
        }
    }
}

/// Takes the next SWD command with its data.
fn next(stream: &mut Vec<u8>) -> Result<(u8, u32), Unfinished> {
    let command = *stream.first().ok_or(Unfinished)?;
    let has_data = command & 0x20 != 0 || command & 2 == 0;
    let length = if has_data { 5 } else { 1 };
    if stream.len() < length {
        return Err(Unfinished);
    }
    let bytes: Vec<u8> = stream.drain(..length).collect();
    let data = match bytes[1..] {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    };
    Ok((command, data))
}

fn send(endpoint: u8, answer: &[u8], answers: &mut Vec<u8>) {
    if answer.is_empty() {
        return;
    }
    let mut packet = vec![endpoint];
    packet.extend(answer);
    answers.extend(cobs::encode_vec(&packet));
    answers.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcu::chip::PAGES;
    use crate::mcu::flash::Image;
    use crate::wiring::tests_support::wiring;
    use brownout_trace::event::Level;
    use brownout_trace::{Instant, Span, Volts};
    use std::sync::Arc;

    fn board(powered: bool) -> Board {
        let mut board = Board::new(Arc::new(wiring()), Arc::default(), Image::erased(PAGES), 1, Instant::ZERO).unwrap();
        if powered {
            board.play(&[(Instant::ZERO, Level::Volts(Volts(12.0)))]).unwrap();
        }
        let (until, mut events) = (Instant::ZERO + Span::secs(1), Vec::new());
        while board.now() < until {
            board.advance(until, &mut events);
        }
        board
    }

    fn packet(endpoint: u8, commands: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        send(endpoint, commands, &mut bytes);
        bytes
    }

    /// The answers to one packet, decoded.
    fn ask(probe: &mut Glasgow, board: &mut Board, endpoint: u8, commands: &[u8]) -> Vec<u8> {
        let mut answer = probe.take(&packet(endpoint, commands), board);
        if answer.is_empty() {
            return answer;
        }
        assert_eq!(answer.pop(), Some(0));
        let length = cobs::decode_in_place(&mut answer).unwrap();
        assert_eq!(answer[0], endpoint);
        answer[1..length].to_vec()
    }

    const READ_DPIDR: u8 = 0x02;
    const READ_RDBUFF: u8 = 0x0e;
    const WRITE_SELECT: u8 = 0x08;
    const READ_AP_C: u8 = 0x0f;

    #[test]
    fn it_says_who_it_is_in_as_many_packets_as_it_takes() {
        let (mut probe, mut board) = (Glasgow::default(), board(true));
        assert_eq!(ask(&mut probe, &mut board, 0, &[0]), IDENTITY);
        assert_eq!(ask(&mut probe, &mut board, 0, &[0x12, 0x2f]), []);
        assert_eq!(ask(&mut probe, &mut board, 0, &[0x00, 0x11]), [0x2f, 0x00]);
        assert_eq!(ask(&mut probe, &mut board, 0, &[0x10]), REFERENCE.to_le_bytes());
    }

    #[test]
    fn reads_of_an_access_port_are_posted() {
        let (mut probe, mut board) = (Glasgow::default(), board(true));
        assert_eq!(ask(&mut probe, &mut board, 1, &[READ_DPIDR]), [OK, 0x77, 0x14, 0xa0, 0x1b]);
        // Bank f, register fc: IDR.
        assert_eq!(ask(&mut probe, &mut board, 1, &[WRITE_SELECT, 0xf0, 0, 0, 0]), [NO_DATA | OK]);
        let answer = ask(&mut probe, &mut board, 1, &[READ_AP_C, READ_RDBUFF]);
        assert_eq!(answer[..5], [OK, 0, 0, 0, 0], "what came before");
        assert_eq!(answer[5..], [OK, 0x11, 0x00, 0x77, 0x14], "AP IDR");
    }

    #[test]
    fn after_an_error_the_rest_of_the_packet_is_dropped() {
        let (mut probe, mut board) = (Glasgow::default(), board(false));
        assert_eq!(ask(&mut probe, &mut board, 1, &[READ_DPIDR, READ_DPIDR, READ_DPIDR]), [ERROR]);
        assert_eq!(ask(&mut probe, &mut board, 0, &[0]), IDENTITY, "and the connection lives");
    }

    #[test]
    fn a_packet_that_is_too_long_is_dropped_whole() {
        let (mut probe, mut board) = (Glasgow::default(), board(false));
        let mut long = packet(1, &vec![READ_DPIDR; LONGEST]);
        // A block of COBS ends where it would be cut short: what is before that could be understood.
        long[LONGEST - 16] = 16;
        assert!(probe.take(&long, &mut board).is_empty());
        assert_eq!(ask(&mut probe, &mut board, 0, &[0]), IDENTITY);
    }

    #[test]
    fn noise_is_no_packet() {
        let (mut probe, mut board) = (Glasgow::default(), board(true));
        assert!(probe.take(&[0xff, 0x01, 0x00, 0x00, 0x05, 0x00], &mut board).is_empty());
        assert_eq!(ask(&mut probe, &mut board, 7, &[1, 2, 3]), []);
        assert_eq!(ask(&mut probe, &mut board, 0, &[0]), IDENTITY);
    }
}
