//! The calls of the C library that a Pi's files are opened and used by.
//!
//! What is not a Pi's goes to the kernel by its own call: nothing to look up, nothing that can fail, fit for a signal
//! handler. `open` and `ioctl` take a variable argument in C; on the machines that this runs on it comes where a third one
//! would.

// The names and forms are C's.
#![allow(unsafe_code)]

use crate::simulator::{
    fail, is_ours, kernel_epoll_wait, kernel_mmap, kernel_open, kernel_read, kernel_write, socket_path,
};
use crate::{gpio, i2c, open, port, trap, watch};
use libc::{c_char, c_int, c_long, c_void, mode_t, off_t, size_t, ssize_t};
use std::ffi::CStr;

/// # Safety
///
/// The path ends with a zero.
unsafe fn opened(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    if !path.is_null() {
        // Safety: the caller's word. Only whole paths are a Pi's, so that the directory does not matter.
        match open::of_a_pi(unsafe { CStr::from_ptr(path) }, flags) {
            Some(Ok(fd)) => return fd,
            Some(Err(errno)) => return fail(errno),
            None => {}
        }
    }
    let made = flags & (libc::O_CREAT | libc::O_TMPFILE) != 0;
    let fd = kernel_open(directory, path, flags, if made { mode } else { 0 });
    if fd >= 0
        // Safety: the caller's word; the kernel has read it.
        && let Some(port) = port::of(unsafe { CStr::from_ptr(path) }.to_bytes())
    {
        port::remember(port, fd);
    }
    fd
}

/// `open`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // Safety: the caller's word.
    unsafe { opened(libc::AT_FDCWD, path, flags, mode) }
}

/// `open64`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // Safety: the caller's word.
    unsafe { opened(libc::AT_FDCWD, path, flags | libc::O_LARGEFILE, mode) }
}

/// `openat`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // Safety: the caller's word.
    unsafe { opened(directory, path, flags, mode) }
}

/// `openat64`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // Safety: the caller's word.
    unsafe { opened(directory, path, flags | libc::O_LARGEFILE, mode) }
}

/// `ioctl`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ioctl(fd: c_int, request: libc::Ioctl, argument: *mut c_void) -> c_int {
    let number = request as u32;
    let kind = number >> 8 & 0xff;
    if (kind == gpio::TYPE || kind == i2c::TYPE) && is_ours(fd) {
        // Safety: the caller's word.
        return match kind {
            gpio::TYPE => unsafe { gpio::request(number, argument) },
            _ => unsafe { i2c::request(fd, number, argument) },
        };
    }
    // Safety: what the caller gave, as it was given.
    unsafe { libc::syscall(libc::SYS_ioctl, c_long::from(fd), request, argument) as c_int }
}

/// `mmap`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap(
    address: *mut c_void,
    length: size_t,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: off_t,
) -> *mut c_void {
    if flags & libc::MAP_SHARED != 0 && fd >= 0 && socket_path().is_some() && trap::is_registers(length, protection, fd)
    {
        return trap::map(fd);
    }
    kernel_mmap(address, length, protection, flags, fd, offset)
}

/// `mmap64`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap64(
    address: *mut c_void,
    length: size_t,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: off_t,
) -> *mut c_void {
    // Safety: the caller's word.
    unsafe { mmap(address, length, protection, flags, fd, offset) }
}

/// `read`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(fd: c_int, place: *mut c_void, length: size_t) -> ssize_t {
    // Safety: the caller's word.
    unsafe { i2c::read(fd, place, length).unwrap_or_else(|| kernel_read(fd, place, length)) }
}

/// `write`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    // Safety: the caller's word.
    unsafe {
        let told = i2c::write(fd, bytes, length).or_else(|| port::write(fd, bytes, length));
        told.unwrap_or_else(|| kernel_write(fd, bytes, length))
    }
}

/// `epoll_wait`, from C.
///
/// # Safety
///
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_wait(
    epoll: c_int,
    events: *mut libc::epoll_event,
    most: c_int,
    timeout: c_int,
) -> c_int {
    if timeout == 0 {
        watch::catch_up();
    }
    kernel_epoll_wait(epoll, events, most, timeout)
}
