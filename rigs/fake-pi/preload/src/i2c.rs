//! The requests to an I²C bus (linux/i2c-dev.h), and the plain reads and writes.

// Structures that the program and the kernel agree on lie behind bare addresses.
#![allow(unsafe_code)]

use crate::protocol::{LONGEST, Part, Transfer};
use crate::simulator::{fail, identity, monotonic, receive, send};
use libc::{c_int, c_ulong, c_void};
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::atomic::{AtomicI32, AtomicU16, AtomicU64, Ordering};

/// The kind of all requests to it, bits 8 to 15.
pub const TYPE: u32 = 0x07;
const RETRIES: u32 = 0x0701;
const TIMEOUT: u32 = 0x0702;
const SLAVE: u32 = 0x0706;
const FUNCS: u32 = 0x0705;
const RDWR: u32 = 0x0707;

/// I2C_FUNC_I2C: transfers, and neither ten-bit addresses nor SMBus's own words.
const ABLE: c_ulong = 1;
/// The most parts of a transfer (I2C_RDWR_IOCTL_MAX_MSGS).
const PARTS: u32 = 42;
/// I2C_M_RD.
const READS: u16 = 1;
/// The most bytes of a part, as in the kernel's own driver.
const BYTES: usize = 8192;

/// A bus that is open. Its file is known by its inode: numbers are given again.
struct Open {
    fd: AtomicI32,
    inode: AtomicU64,
    address: AtomicU16,
}

/// More than any program opens.
static OPEN: [Open; 16] =
    [const { Open { fd: AtomicI32::new(-1), inode: AtomicU64::new(0), address: AtomicU16::new(0) } }; 16];

#[repr(C)]
struct Message {
    address: u16,
    flags: u16,
    length: u16,
    bytes: *mut u8,
}

#[repr(C)]
struct Messages {
    first: *const Message,
    count: u32,
}

/// A bus was opened: plain reads and writes of this file are transfers from now on.
pub fn remember(fd: c_int) {
    let Some((_, inode)) = identity(fd) else { return };
    let free = |open: &&Open| {
        let held = open.fd.load(Ordering::SeqCst);
        held == -1 || held == fd || identity(held).is_none_or(|(_, now)| now != open.inode.load(Ordering::SeqCst))
    };
    if let Some(place) = OPEN.iter().find(free) {
        place.inode.store(inode, Ordering::SeqCst);
        place.address.store(0, Ordering::SeqCst);
        place.fd.store(fd, Ordering::SeqCst);
    }
}

fn find(fd: c_int) -> Option<&'static Open> {
    let open = OPEN.iter().find(|open| fd >= 0 && open.fd.load(Ordering::Relaxed) == fd)?;
    // Its number may have been given to another file since.
    let same = identity(fd).is_some_and(|(_, inode)| inode == open.inode.load(Ordering::SeqCst));
    same.then_some(open)
}

/// Answers a request.
///
/// # Safety
///
/// The argument is what linux/i2c-dev.h says of the request.
pub unsafe fn request(fd: c_int, request: u32, argument: *mut c_void) -> c_int {
    match request {
        FUNCS => {
            // Safety: the caller's word.
            unsafe { argument.cast::<c_ulong>().write(ABLE) };
            0
        }
        SLAVE => match (u16::try_from(argument as usize), find(fd)) {
            (Ok(address @ 0..=0x7f), Some(open)) => {
                open.address.store(address, Ordering::SeqCst);
                0
            }
            _ => fail(libc::EINVAL),
        },
        // As with the kernel's driver, nothing depends on them.
        RETRIES | TIMEOUT => 0,
        // Safety: the caller's word.
        RDWR => unsafe { combined(fd, &*argument.cast::<Messages>()) },
        _ => fail(libc::EINVAL),
    }
}

/// # Safety
///
/// The messages and their bytes are there.
unsafe fn combined(fd: c_int, messages: &Messages) -> c_int {
    if messages.count > PARTS {
        return fail(libc::EINVAL);
    }
    // Safety: the caller's word.
    let messages = unsafe { from_raw_parts(messages.first, messages.count as usize) };
    let part = |message: &Message| match message.flags & READS {
        READS => Part::Read(message.address, message.length),
        // Safety: the caller's word.
        _ => Part::Write(message.address, unsafe { from_raw_parts(message.bytes, message.length.into()) }.to_vec()),
    };
    let read = match carry_out(fd, messages.iter().map(part).collect()) {
        Ok(read) => read,
        Err(errno) => return fail(errno),
    };
    let mut read = &read[..];
    for message in messages.iter().filter(|message| message.flags & READS != 0) {
        // Safety: the caller's word.
        let place = unsafe { from_raw_parts_mut(message.bytes, message.length.into()) };
        let Some((bytes, rest)) = read.split_at_checked(place.len()) else { return fail(libc::EIO) };
        place.copy_from_slice(bytes);
        read = rest;
    }
    messages.len() as c_int
}

/// Carries out a transfer; all bytes read, or an `errno`.
fn carry_out(fd: c_int, parts: Vec<Part>) -> Result<Vec<u8>, c_int> {
    if !send(fd, &Transfer { at: monotonic(), parts }.message()) {
        return Err(libc::ENXIO);
    }
    let mut answer = vec![0; LONGEST];
    let length = receive(fd, &mut answer).ok_or(libc::ENXIO)?;
    answer.truncate(length);
    let (head, read) = answer.split_first_chunk().ok_or(libc::EIO)?;
    match i32::from_ne_bytes(*head) {
        0 => Ok(read.to_vec()),
        errno => Err(errno),
    }
}

/// A plain read of a bus; `None` if the file is none.
///
/// # Safety
///
/// The place takes so many bytes.
pub unsafe fn read(fd: c_int, place: *mut c_void, length: usize) -> Option<isize> {
    let open = find(fd)?;
    let length = length.min(BYTES);
    let part = Part::Read(open.address.load(Ordering::SeqCst), length as u16);
    Some(match carry_out(fd, vec![part]) {
        Ok(read) => {
            let length = read.len().min(length);
            // Safety: the caller's word.
            unsafe { from_raw_parts_mut(place.cast::<u8>(), length) }.copy_from_slice(&read[..length]);
            length as isize
        }
        Err(errno) => fail(errno) as isize,
    })
}

/// A plain write to a bus; `None` if the file is none.
///
/// # Safety
///
/// So many bytes stand there.
pub unsafe fn write(fd: c_int, bytes: *const c_void, length: usize) -> Option<isize> {
    let open = find(fd)?;
    let length = length.min(BYTES);
    // Safety: the caller's word.
    let bytes = unsafe { from_raw_parts(bytes.cast::<u8>(), length) }.to_vec();
    let part = Part::Write(open.address.load(Ordering::SeqCst), bytes);
    Some(match carry_out(fd, vec![part]) {
        Ok(_) => length as isize,
        Err(errno) => fail(errno) as isize,
    })
}
