//! Before a program asks for edges without waiting, every edge up to now has come.
//!
//! The kernel queues an edge as it happens: a program that asks and finds nothing knows that there was none. A simulator in
//! another process is later than that, by as much as the machine is busy. So it is asked to catch up first. Who waits gets an
//! edge when it comes.

use crate::protocol::Kind;
use crate::simulator::{close, connect, monotonic, receive, send};
use libc::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Somebody has asked for lines.
static LISTENS: AtomicBool = AtomicBool::new(false);
/// The connection, once there is one.
static WATCH: Mutex<Option<c_int>> = Mutex::new(None);

/// Lines are listened to from now on.
pub fn begin() {
    LISTENS.store(true, Ordering::SeqCst);
}

/// Returns once every edge up to now was told; at once if nobody listens to lines.
pub fn catch_up() {
    if !LISTENS.load(Ordering::Relaxed) {
        return;
    }
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    let fd = match *watch {
        Some(fd) => fd,
        None => match connect(&Kind::Watch.begin()) {
            Ok(fd) => *watch.insert(fd),
            Err(_) => return,
        },
    };
    let told = send(fd, &monotonic().to_ne_bytes()) && receive(fd, &mut [0; 4]).is_some();
    if !told {
        // The simulator is gone: there will be no more edges.
        close(fd);
        *watch = None;
        LISTENS.store(false, Ordering::SeqCst);
    }
}
