//! Serial ports of the rig: what the program writes to one is told to the simulator with its instant, so that the board hears
//! it when it was said, and not when somebody got to it. All else about a port is the pseudo-terminal's.

// The C interface of the system.
#![allow(unsafe_code)]

use crate::protocol::{Kind, Port, Typed};
use crate::simulator::{close, connect, device, errno, fail, monotonic, send, socket_path};
use libc::{c_int, c_void};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

/// A port that was opened: its terminal by the device's number, since the file is duplicated.
struct Open {
    device: AtomicU64,
    told: AtomicI32,
}

static OPEN: [Open; Port::ALL.len()] =
    [const { Open { device: AtomicU64::new(0), told: AtomicI32::new(-1) } }; Port::ALL.len()];

/// The most that is taken at once; who writes more writes again.
const MOST: usize = 4096;

/// Of a path: the port, if it is one beside the socket.
pub fn of(path: &[u8]) -> Option<Port> {
    // First what costs nothing.
    let (_, name) = Port::ALL.into_iter().find(|(_, name)| path.ends_with(name.as_bytes()))?;
    let socket = socket_path()?.to_bytes();
    let folder = &socket[..=socket.iter().rposition(|byte| *byte == b'/')?];
    let beside = path.strip_prefix(folder)? == name.as_bytes();
    Port::ALL.into_iter().find(|(_, known)| beside && *known == name).map(|(port, _)| port)
}

/// A port was opened.
pub fn remember(port: Port, fd: c_int) {
    let before = errno();
    let open = &OPEN[port as usize];
    let mut first = Kind::Port.begin();
    first.extend((port as u32).to_ne_bytes());
    if let (Some(device), Ok(told)) = (device(fd), connect(&first)) {
        // As a standard input or the like is never opened here, what was told on before is ours to close.
        let earlier = open.told.swap(told, Ordering::SeqCst);
        open.device.store(device, Ordering::SeqCst);
        if earlier >= 0 {
            close(earlier);
        }
    }
    fail(before);
}

/// A write to a port; `None` if the file is none, or hung up: then the system says so.
///
/// # Safety
///
/// So many bytes stand there.
pub unsafe fn write(fd: c_int, bytes: *const c_void, length: usize) -> Option<isize> {
    if OPEN.iter().all(|open| open.device.load(Ordering::Relaxed) == 0) {
        return None;
    }
    let at = monotonic();
    let before = errno();
    let device = device(fd);
    fail(before);
    let open = OPEN.iter().find(|open| device.is_some_and(|device| open.device.load(Ordering::SeqCst) == device))?;
    // Safety: one entry, as is said.
    let hung_up = unsafe {
        let mut polled = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
        libc::poll(&raw mut polled, 1, 0) < 0 || polled.revents & (libc::POLLHUP | libc::POLLERR) != 0
    };
    if hung_up {
        return None;
    }
    let length = length.min(MOST);
    // Safety: the caller's word.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) }.to_vec();
    let told = send(open.told.load(Ordering::SeqCst), &Typed { at, bytes }.message());
    told.then_some(length as isize)
}
