//! SIGINT and SIGTERM: the first ends the run cleanly, a second ends the process at once.
//!
//! By `signal-hook`: it tells the two apart, which `ctrlc` does not, chains with what was installed before, and is
//! maintained beside the handlers of most async runtimes (MIT or Apache-2.0).

use crate::runner::watch::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Listens from now on.
///
/// # Errors
/// What the system said.
pub fn listen() -> io::Result<Stop> {
    let stop = Stop::default();
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag unset.
        flag::register_conditional_default(signal, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
        flag::register_usize(signal, Arc::clone(&stop.0), usize::try_from(signal).unwrap_or(1))?;
    }
    Ok(stop)
}
