//! A Pi's files.

// The C interface of the system.
#![allow(unsafe_code)]

use crate::protocol::Kind;
use crate::simulator::{close, errno, kernel_open, open, registers_path, socket_path};
use crate::{i2c, simulator};
use libc::c_int;
use std::ffi::CStr;

/// A Pi 4 Model B with 4 GB (the revision codes of Raspberry Pi's documentation): what tells its model.
const REVISION: &[u8] = b"Revision\t: c03115\nModel\t\t: Raspberry Pi 4 Model B Rev 1.5\n";
const MODEL: &[u8] = b"Raspberry Pi 4 Model B Rev 1.5\0";

/// What a path of a Pi opens to: a file, or an `errno`. `None`: it is no path of a Pi.
pub fn of_a_pi(path: &CStr, flags: c_int) -> Option<Result<c_int, c_int>> {
    let path = path.to_bytes();
    // First what costs nothing: nearly every path that a program opens is none of these.
    let is_one = path.starts_with(b"/dev/gpio")
        || path.starts_with(b"/dev/i2c-")
        || path == b"/proc/cpuinfo"
        || path == b"/sys/firmware/devicetree/base/model";
    if !is_one || socket_path().is_none() {
        return None;
    }
    let opened = match path {
        b"/proc/cpuinfo" => text(c"/proc/cpuinfo", REVISION),
        b"/sys/firmware/devicetree/base/model" => text(c"", MODEL),
        b"/dev/gpiomem" => match registers_path() {
            Some(page) => kernel(&page, libc::O_RDWR | libc::O_CLOEXEC),
            None => Err(libc::ENXIO),
        },
        b"/dev/gpiochip0" => open(&Kind::Chip.begin()),
        _ => match path.strip_prefix(b"/dev/i2c-").and_then(number) {
            Some(bus) => {
                let mut first = Kind::Bus.begin();
                first.extend(bus.to_ne_bytes());
                open(&first).inspect(|fd| i2c::remember(*fd))
            }
            // A Pi 4 has one chip of lines; so has this one.
            None => Err(libc::ENOENT),
        },
    };
    if let Ok(fd) = opened
        && flags & libc::O_CLOEXEC == 0
    {
        // Safety: a file that was just opened.
        unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
    }
    Some(opened)
}

fn number(digits: &[u8]) -> Option<u32> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn kernel(path: &CStr, flags: c_int) -> Result<c_int, c_int> {
    let fd = kernel_open(libc::AT_FDCWD, path.as_ptr(), flags, 0);
    if fd < 0 { Err(errno()) } else { Ok(fd) }
}

/// A file in memory: what stands in `before`, if that can be read, and `more`.
fn text(before: &CStr, more: &[u8]) -> Result<c_int, c_int> {
    // Safety: the name ends with a zero; bytes are the slices' own.
    unsafe {
        let fd = libc::memfd_create(c"fake-pi".as_ptr(), libc::MFD_CLOEXEC);
        if fd < 0 {
            return Err(errno());
        }
        if let Ok(original) = kernel(before, libc::O_RDONLY | libc::O_CLOEXEC) {
            let mut bytes = [0_u8; 4096];
            loop {
                let length = simulator::kernel_read(original, bytes.as_mut_ptr().cast(), bytes.len());
                let Ok(length @ 1..) = usize::try_from(length) else { break };
                simulator::kernel_write(fd, bytes.as_ptr().cast(), length);
            }
            close(original);
        }
        simulator::kernel_write(fd, more.as_ptr().cast(), more.len());
        libc::lseek(fd, 0, libc::SEEK_SET);
        Ok(fd)
    }
}
