//! A shared object that answers for a Raspberry Pi.
//!
//! Loaded into a program by `LD_PRELOAD`, with the simulator's socket named by [`protocol::SOCKET`] in the environment, it
//! stands between the program and the C library at a handful of calls. Of what the program opens it takes the few paths that a
//! Pi has and this machine has not; everything else goes to the kernel as it came, and without the variable all of it.
//!
//! * [`interpose`] has the calls and decides whose they are.
//! * [`open`] makes a Pi's files: its lines and buses are one socket to the simulator each.
//! * [`gpio`] and [`i2c`] answer the requests made to them.
//! * [`port`] says when the program wrote to a serial port.
//! * [`watch`] sees to it that who asks for edges finds all there are.
//! * [`trap`] carries out stores to the line registers: they stand on a page that the program can only read, the store
//!   faults, is [decoded](decode), done on the [shared page](registers) and told to the simulator with its instant.
//! * [`protocol`] and [`registers`] are shared, as source, with the simulator: linked, this library would answer for the
//!   simulator's own calls too.
//!
//! Nothing here allocates, locks or keeps a file before a Pi's path is opened: the C library calls in here before `main`,
//! and between `fork` and `exec`.

pub mod decode;
pub mod protocol;
pub mod registers;

#[cfg(target_os = "linux")]
mod gpio;
#[cfg(target_os = "linux")]
mod i2c;
#[cfg(target_os = "linux")]
mod interpose;
#[cfg(target_os = "linux")]
mod open;
#[cfg(target_os = "linux")]
mod port;
#[cfg(target_os = "linux")]
mod simulator;
#[cfg(target_os = "linux")]
mod trap;
#[cfg(target_os = "linux")]
mod watch;
