//! The two system calls of real-time threads that no safe crate in the house offers: a place in SCHED_FIFO, and a sleep
//! to an instant rather than for a while.

#![allow(unsafe_code)] // libc's declarations are the only way to these calls.

use super::clock::Mono;
use rustix::mm::{MlockAllFlags, mlockall};
use std::io;

/// Below the kernel's own interrupt threads (50): the one that stamps an edge comes before the one that makes it.
const PRIORITY: i32 = 40;

/// Makes the calling thread a real-time one, and keeps the process's memory from being paged out.
///
/// # Errors
/// What was refused, and what to do; the thread goes on as an ordinary one.
pub fn become_real_time() -> Result<(), String> {
    let mut parameters: libc::sched_param = zeroed();
    parameters.sched_priority = PRIORITY;
    // Safety: both arguments are valid for the calling thread, and the call keeps no pointer.
    let refused = unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_FIFO, &parameters) };
    if refused != 0 {
        let why = io::Error::from_raw_os_error(refused);
        return Err(format!("no real-time priority ({why}): give the user `rtprio 40` in /etc/security/limits.d"));
    }
    // What is there is brought in at once; what comes later is kept from its first use on.
    mlockall(MlockAllFlags::CURRENT).and_then(|()| mlockall(MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)).map_err(
        |why| format!("memory cannot be locked ({why}): give the user `memlock unlimited` in /etc/security/limits.d"),
    )
}

/// Sleeps until then. Woken early by a signal, it goes on sleeping.
pub fn sleep_until(at: Mono) {
    let mut request: libc::timespec = zeroed();
    // Both are narrower than 64 bits on some targets; further than they reach nobody sleeps.
    request.tv_sec = libc::time_t::try_from(at.0 / 1_000_000_000).unwrap_or(libc::time_t::MAX);
    request.tv_nsec = libc::c_long::try_from(at.0 % 1_000_000_000).unwrap_or(0);
    loop {
        // Safety: the request is valid, and with TIMER_ABSTIME nothing is written back.
        let ended = unsafe {
            libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &request, std::ptr::null_mut())
        };
        if ended != libc::EINTR {
            return;
        }
    }
}

/// Some targets have further, reserved fields.
fn zeroed<T: Copy + Plain>() -> T {
    // Safety: `Plain` types are integers through and through.
    unsafe { std::mem::zeroed() }
}

/// A structure of integers.
trait Plain {}
impl Plain for libc::sched_param {}
impl Plain for libc::timespec {}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::Span;

    #[test]
    fn it_sleeps_to_an_instant_and_not_at_all_to_a_past_one() {
        let until = Mono::now() + Span::millis(2);
        sleep_until(until);
        assert!(Mono::now() >= until);
        sleep_until(Mono(1));
    }
}
