//! The Pi's I2C bus as drivers know it.
//!
//! rppal's own implementation of `embedded-hal` ends every operation with a STOP: a register that is written and then read
//! would be read in two transactions, between which a chip may forget. The bench's goes through rppal's `write_read`.

use super::clock::{Clock, Mono};
use super::presence;
use super::realtime::sleep_until;
use crate::bench::RigFault;
use crate::bench::metering::Timed;
use crate::parts::dac;
use crate::rig::pi::Channel;
use brownout_trace::{Instant, Span};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::{Error, ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
use rppal::i2c::I2c as Port;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bus that the run loop and the player share.
#[derive(Debug, Clone)]
pub struct SharedBus(Arc<Mutex<Bus>>);

impl SharedBus {
    /// Opens bus `number`.
    ///
    /// # Errors
    /// There is none, or no permission.
    pub fn open(number: u8) -> Result<Self, RigFault> {
        let port = Port::with_bus(number).map_err(|error| no_bus(number, &error))?;
        Ok(Self(Arc::new(Mutex::new(Bus { port }))))
    }

    /// For a driver that knows the time. The bus is had for a transfer at a time: a stroke that goes to the DAC waits for no
    /// whole conversion.
    pub fn timed(&self, clock: Clock) -> TimedBus<'_> {
        TimedBus { bus: self, clock }
    }

    /// Writes a code to an output of the DAC.
    pub fn write_dac(&self, address: u8, channel: Channel, code: u16) -> Result<(), RigFault> {
        dac::write(&mut *self.lock(), address, channel, code)
    }

    /// The bus, alone.
    pub fn lock(&self) -> MutexGuard<'_, Bus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_bus(number: u8, error: &rppal::i2c::Error) -> RigFault {
    let path = format!("/dev/i2c-{number}");
    match error {
        rppal::i2c::Error::Io(why) if why.kind() == io::ErrorKind::PermissionDenied => presence::denied(&path, "i2c"),
        rppal::i2c::Error::Io(why) if why.kind() == io::ErrorKind::NotFound => RigFault {
            what: format!("there is no {path}"),
            hint: "enable the bus: `sudo raspi-config nonint do_i2c 0`, or name another with `i2c` in the rig file"
                .to_owned(),
        },
        other => RigFault { what: format!("{path} cannot be opened: {other}"), hint: String::new() },
    }
}

/// The bus.
#[derive(Debug)]
pub struct Bus {
    port: Port,
}

/// A transfer that failed.
#[derive(Debug)]
pub struct Failed(ErrorKind, String);

impl Error for Failed {
    fn kind(&self) -> ErrorKind {
        self.0
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

impl From<rppal::i2c::Error> for Failed {
    fn from(error: rppal::i2c::Error) -> Self {
        // The kernel's words for "nobody acknowledged": ENXIO, or EREMOTEIO from the BCM's driver.
        const NOBODY: [i32; 2] = [6, 121];
        let code = match &error {
            rppal::i2c::Error::Io(error) => error.raw_os_error(),
            _ => None,
        };
        let nobody = code.is_some_and(|code| NOBODY.contains(&code));
        let kind = if nobody { ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown) } else { ErrorKind::Other };
        Self(kind, error.to_string())
    }
}

fn whole(done: usize, asked: usize) -> Result<(), Failed> {
    match done == asked {
        true => Ok(()),
        false => Err(Failed(ErrorKind::Other, format!("{done} of {asked} bytes went over the bus"))),
    }
}

impl ErrorType for Bus {
    type Error = Failed;
}

impl I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Failed> {
        self.port.set_slave_address(u16::from(address))?;
        let mut rest = operations;
        loop {
            rest = match rest {
                [] => return Ok(()),
                [Operation::Write(bytes), Operation::Read(buffer), rest @ ..] => {
                    self.port.write_read(bytes, buffer)?;
                    rest
                }
                [Operation::Write(bytes), rest @ ..] => {
                    whole(self.port.write(bytes)?, bytes.len())?;
                    rest
                }
                [Operation::Read(buffer), rest @ ..] => {
                    whole(self.port.read(buffer)?, buffer.len())?;
                    rest
                }
            };
        }
    }
}

/// The bus, and bench time.
#[derive(Debug)]
pub struct TimedBus<'b> {
    bus: &'b SharedBus,
    clock: Clock,
}

impl ErrorType for TimedBus<'_> {
    type Error = Failed;
}

impl I2c for TimedBus<'_> {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Failed> {
        self.bus.lock().transaction(address, operations)
    }
}

impl DelayNs for TimedBus<'_> {
    fn delay_ns(&mut self, ns: u32) {
        sleep_until(Mono::now() + Span::nanos(ns.into()));
    }
}

impl Timed for TimedBus<'_> {
    fn time(&self) -> Instant {
        self.clock.bench(Mono::now())
    }
}
