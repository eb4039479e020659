//! The requests to a chip of lines, version 2 (linux/gpio.h): who it is, and lines to listen to.

// Structures that the program and the kernel agree on lie behind bare addresses.
#![allow(unsafe_code)]

use crate::protocol::LineRequest;
use crate::registers::LINES;
use crate::simulator::{fail, open};
use crate::watch;
use libc::{c_int, c_void};

/// The kind of all requests to it, bits 8 to 15.
pub const TYPE: u32 = 0xb4;
const GET_CHIPINFO: u32 = 0x8044_b401;
const V2_GET_LINE: u32 = 0xc250_b407;

const INPUT: u64 = 1 << 2;
const OUTPUT: u64 = 1 << 3;
const EDGE_RISING: u64 = 1 << 4;
const EDGE_FALLING: u64 = 1 << 5;

/// A Pi 4's: what rppal takes the chip of the header by.
const LABEL: &[u8] = b"pinctrl-bcm2711";
const CHIP_LINES: u32 = 58;

#[repr(C)]
struct ChipInfo {
    name: [u8; 32],
    label: [u8; 32],
    lines: u32,
}

#[repr(C)]
struct LineAttribute {
    id: u32,
    padding: u32,
    value: u64,
    mask: u64,
}

#[repr(C)]
struct RawLineRequest {
    offsets: [u32; 64],
    consumer: [u8; 32],
    flags: u64,
    attributes: u32,
    padding: [u32; 5],
    attribute: [LineAttribute; 10],
    lines: u32,
    buffer: u32,
    more_padding: [u32; 5],
    fd: i32,
}
const _: () = assert!(size_of::<RawLineRequest>() == V2_GET_LINE as usize >> 16 & 0x3fff);

/// Answers a request.
///
/// # Safety
///
/// The argument is what linux/gpio.h says of the request.
pub unsafe fn request(request: u32, argument: *mut c_void) -> c_int {
    match request {
        GET_CHIPINFO => {
            let mut info = ChipInfo { name: [0; 32], label: [0; 32], lines: CHIP_LINES };
            info.name[..9].copy_from_slice(b"gpiochip0");
            info.label[..LABEL.len()].copy_from_slice(LABEL);
            // Safety: the caller's word.
            unsafe { argument.cast::<ChipInfo>().write(info) };
            0
        }
        // Safety: the caller's word.
        V2_GET_LINE => unsafe { &mut *argument.cast::<RawLineRequest>() }.answer(),
        _ => fail(libc::EINVAL),
    }
}

impl RawLineRequest {
    fn answer(&mut self) -> c_int {
        let lines = self.offsets.get(..self.lines as usize).unwrap_or_default();
        let known = !lines.is_empty() && lines.iter().all(|line| *line < LINES);
        // Neither outputs nor debouncing: rppal drives lines by their registers, and the bench keeps edges raw.
        if !known || self.flags & OUTPUT != 0 || self.flags & INPUT == 0 || self.attributes != 0 {
            return fail(libc::EINVAL);
        }
        let wanted = LineRequest {
            rising: self.flags & EDGE_RISING != 0,
            falling: self.flags & EDGE_FALLING != 0,
            buffer: self.buffer,
            lines: lines.to_vec(),
        };
        match open(&wanted.message()) {
            Ok(fd) => {
                self.fd = fd;
                watch::begin();
                0
            }
            Err(errno) => fail(errno),
        }
    }
}
