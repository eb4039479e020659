//! The way to the simulator: raw system calls, since the C library's own names lead back here.

// The C interface of the system; nothing safer may be called from within it.
#![allow(unsafe_code)]

use crate::protocol::SOCKET;
use libc::{c_char, c_int, c_long, c_void};
use std::ffi::{CStr, CString};
use std::mem::{size_of, zeroed};

const NAME: &[u8] = b"BROWNOUT_FAKE_PI\0";
const _: () = assert!(NAME.len() == SOCKET.len() + 1);

/// Where the simulator listens; `None`: there is none, and nothing is answered here.
pub fn socket_path() -> Option<&'static CStr> {
    // Safety: the name ends with a zero. The value lives as long as nobody changes the environment, which no program that
    // has threads may do.
    unsafe {
        let value: *const c_char = libc::getenv(NAME.as_ptr().cast());
        if value.is_null() { None } else { Some(CStr::from_ptr(value)) }
    }
}

/// Sets `errno` and gives what a failed call gives.
pub fn fail(errno: c_int) -> c_int {
    // Safety: it is this thread's own.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// This thread's `errno`.
pub fn errno() -> c_int {
    // Safety: as above.
    unsafe { *libc::__errno_location() }
}

/// CLOCK_MONOTONIC in nanoseconds.
pub fn monotonic() -> u64 {
    // Safety: the structure is plain data, and the clock is always there.
    let now = unsafe {
        let mut now: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now);
        now
    };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn address(path: &CStr) -> Option<libc::sockaddr_un> {
    // Safety: plain data, for which zeros are valid.
    let mut address: libc::sockaddr_un = unsafe { zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    let bytes = path.to_bytes_with_nul();
    if bytes.len() > address.sun_path.len() {
        return None;
    }
    for (place, byte) in address.sun_path.iter_mut().zip(bytes) {
        *place = *byte as c_char;
    }
    Some(address)
}

/// A new connection with its first message sent; the `errno` if there is nobody.
pub fn connect(first: &[u8]) -> Result<c_int, c_int> {
    let address = socket_path().and_then(address).ok_or(libc::ENXIO)?;
    // Safety: the address is a whole `sockaddr_un`.
    unsafe {
        let fd = libc::socket(libc::AF_UNIX, libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC, 0);
        if fd < 0 {
            return Err(errno());
        }
        let length = size_of::<libc::sockaddr_un>() as libc::socklen_t;
        if libc::connect(fd, (&raw const address).cast(), length) < 0 || !send(fd, first) {
            close(fd);
            // Nobody answers: as if the device were gone.
            return Err(libc::ENXIO);
        }
        Ok(fd)
    }
}

/// A connection that is answered before it is used.
pub fn open(first: &[u8]) -> Result<c_int, c_int> {
    let fd = connect(first)?;
    let mut answer = [0; 4];
    let refused = match receive(fd, &mut answer) {
        Some(4) => i32::from_ne_bytes(answer),
        _ => libc::ENXIO,
    };
    if refused != 0 {
        close(fd);
        return Err(refused);
    }
    Ok(fd)
}

/// Sends one message; false if nobody is there any more.
pub fn send(fd: c_int, message: &[u8]) -> bool {
    loop {
        // Safety: the bytes are the slice's.
        let sent = unsafe { libc::send(fd, message.as_ptr().cast(), message.len(), libc::MSG_NOSIGNAL) };
        if sent >= 0 || errno() != libc::EINTR {
            return sent >= 0;
        }
    }
}

/// Waits for one message; its length, or `None` if nobody is there any more.
pub fn receive(fd: c_int, message: &mut [u8]) -> Option<usize> {
    loop {
        // Safety: the bytes are the slice's.
        let length = unsafe { libc::recv(fd, message.as_mut_ptr().cast(), message.len(), 0) };
        if length > 0 {
            return Some(length as usize);
        }
        if length == 0 || errno() != libc::EINTR {
            return None;
        }
    }
}

/// Closes a file of ours.
pub fn close(fd: c_int) {
    // Safety: the caller opened it.
    unsafe { libc::syscall(libc::SYS_close, c_long::from(fd)) };
}

/// Whether a file is a connection to the simulator.
pub fn is_ours(fd: c_int) -> bool {
    let Some(path) = socket_path() else { return false };
    let before = errno();
    // Safety: plain data of the length that is told.
    let ours = unsafe {
        let mut peer: libc::sockaddr_un = zeroed();
        let mut length = size_of::<libc::sockaddr_un>() as libc::socklen_t;
        let asked = libc::getpeername(fd, (&raw mut peer).cast(), &raw mut length);
        asked == 0
            && peer.sun_family == libc::AF_UNIX as libc::sa_family_t
            && peer.sun_path.contains(&0)
            && CStr::from_ptr(peer.sun_path.as_ptr()) == path
    };
    fail(before);
    ours
}

/// The path of the register page's file.
pub fn registers_path() -> Option<CString> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let socket = OsStr::from_bytes(socket_path()?.to_bytes());
    let path = crate::protocol::registers_beside(socket.as_ref());
    CString::new(path.into_os_string().into_vec()).ok()
}

/// Device and inode of an open file.
pub fn identity(fd: c_int) -> Option<(u64, u64)> {
    // Safety: plain data, written only if the call succeeds.
    unsafe {
        let mut status: libc::stat = zeroed();
        (libc::fstat(fd, &raw mut status) == 0).then_some((status.st_dev, status.st_ino))
    }
}

/// The device that an open file is; `None` if it is none.
pub fn device(fd: c_int) -> Option<u64> {
    // Safety: plain data, written only if the call succeeds.
    unsafe {
        let mut status: libc::stat = zeroed();
        let is_one = libc::fstat(fd, &raw mut status) == 0 && status.st_mode & libc::S_IFMT == libc::S_IFCHR;
        is_one.then_some(status.st_rdev)
    }
}

/// A file by the kernel's own call.
pub fn kernel_open(directory: c_int, path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // Safety: what the caller gave, as it was given; the kernel checks the address.
    unsafe {
        libc::syscall(libc::SYS_openat, c_long::from(directory), path, c_long::from(flags), c_long::from(mode)) as c_int
    }
}

/// Memory by the kernel's own call.
pub fn kernel_mmap(
    address: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: i64,
) -> *mut c_void {
    // Safety: what the caller gave, as it was given.
    unsafe {
        libc::syscall(
            libc::SYS_mmap,
            address,
            length,
            c_long::from(protection),
            c_long::from(flags),
            c_long::from(fd),
            offset,
        ) as *mut c_void
    }
}

/// Bytes by the kernel's own call.
///
/// # Safety
///
/// The place takes so many bytes.
pub unsafe fn kernel_read(fd: c_int, place: *mut c_void, length: usize) -> isize {
    // Safety: the caller's word.
    unsafe { libc::syscall(libc::SYS_read, c_long::from(fd), place, length) as isize }
}

/// Bytes by the kernel's own call.
///
/// # Safety
///
/// So many bytes stand there.
pub unsafe fn kernel_write(fd: c_int, bytes: *const c_void, length: usize) -> isize {
    // Safety: the caller's word.
    unsafe { libc::syscall(libc::SYS_write, c_long::from(fd), bytes, length) as isize }
}

/// `epoll_wait` by the kernel's own call.
pub fn kernel_epoll_wait(epoll: c_int, events: *mut libc::epoll_event, most: c_int, timeout: c_int) -> c_int {
    // Safety: what the caller gave, as it was given; without a mask of signals the call is `epoll_wait`.
    unsafe {
        libc::syscall(
            libc::SYS_epoll_pwait,
            c_long::from(epoll),
            events,
            c_long::from(most),
            c_long::from(timeout),
            std::ptr::null::<libc::sigset_t>(),
            8_usize,
        ) as c_int
    }
}
