//! SIGINT and SIGTERM: the first ends the run cleanly; a second ends the process at once, after what drives a rig was made
//! safe.
//!
//! By `signal-hook`: it tells the two apart, which `ctrlc` does not, chains with what was installed before, and is
//! maintained beside the handlers of most async runtimes (MIT or Apache-2.0).

use crate::runner::watch::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Builder;

/// Listens from now on.
///
/// # Errors
/// What the system said.
pub fn listen() -> io::Result<Stop> {
    let stop = Stop::default();
    let (mut came, tells) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        // In this order: whoever hears that one came finds which.
        flag::register_usize(signal, Arc::clone(&stop.signal), usize::try_from(signal).unwrap_or(1))?;
        // A byte for each: two that come at once are still two.
        low_level::pipe::register(signal, tells.try_clone()?)?;
    }
    let theirs = stop.clone();
    // A thread of its own: the run may be what hangs.
    Builder::new().name("signals".to_owned()).spawn(move || {
        let mut two = [0; 2];
        if came.read_exact(&mut two).is_ok() {
            end(&theirs);
        }
    })?;
    Ok(stop)
}

fn end(stop: &Stop) {
    stop.driven.seal();
    let signal = i32::try_from(stop.signal.load(Ordering::Relaxed)).unwrap_or(SIGTERM);
    // As the system would have done.
    if low_level::emulate_default_handler(signal).is_err() {
        low_level::abort();
    }
}
