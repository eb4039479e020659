//! A board's console on a pseudo-terminal, for any terminal program.
//!
//! The pair comes from `serialport`, which a real rig's console needs anyway. The far end stays open here, so that a
//! terminal program may come and go.

use super::{ServeError, io_error};
use rustix::io::{FdFlags, fcntl_setfd};
use serialport::{SerialPort, TTYPort};
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Nobody reads: what the board says is dropped, as on a wire that leads nowhere.
const PATIENCE: Duration = Duration::from_millis(1);

/// Both ends, and the link that names the far one.
#[derive(Debug)]
pub struct Console {
    near: TTYPort,
    _far: TTYPort,
    link: PathBuf,
}

impl Console {
    /// A new terminal, found by this link; a link that an earlier one left behind is replaced.
    pub fn open(link: &Path) -> Result<Self, ServeError> {
        let failed = |error: serialport::Error| io_error("make a pseudo-terminal")(error.into());
        let (mut near, far) = TTYPort::pair().map_err(failed)?;
        keep(&near).and_then(|()| keep(&far)).map_err(io_error("keep a pseudo-terminal to oneself"))?;
        near.set_timeout(PATIENCE).map_err(failed)?;
        let target = far.name().ok_or_else(|| failed(serialport::ErrorKind::NoDevice.into_error()))?;
        match fs::symlink_metadata(link) {
            Ok(there) if there.file_type().is_symlink() => {
                fs::remove_file(link).map_err(io_error(format!("replace `{}`", link.display())))?;
            }
            Ok(_) => return Err(ServeError::InTheWay { path: link.to_owned(), what: "link" }),
            Err(_) => {}
        }
        symlink(target, link).map_err(io_error(format!("make `{}`", link.display())))?;
        Ok(Self { near, _far: far, link: link.to_owned() })
    }

    /// The link.
    pub fn path(&self) -> &Path {
        &self.link
    }

    /// What was typed since the last call.
    pub fn typed(&mut self) -> Result<Vec<u8>, ServeError> {
        let waiting = self.near.bytes_to_read().unwrap_or(0);
        let mut bytes = vec![0; waiting.min(4_096) as usize];
        if bytes.is_empty() {
            return Ok(bytes);
        }
        match self.near.read(&mut bytes) {
            Ok(length) => bytes.truncate(length),
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => bytes.clear(),
            Err(error) => return Err(io_error("read from the console's terminal")(error)),
        }
        Ok(bytes)
    }

    /// What the board says.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), ServeError> {
        match self.near.write_all(bytes) {
            Ok(()) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => Ok(()),
            Err(error) => Err(io_error("write to the console's terminal")(error)),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // It may be gone already; nothing is lost then.
        let _ = fs::remove_file(&self.link);
    }
}

/// A program that is started meanwhile does not get it: it would keep the far end from being hung up.
#[allow(unsafe_code)] // The crate lends what is open only by its number.
fn keep(port: &TTYPort) -> io::Result<()> {
    // Safety: it is open as long as the port is.
    let fd = unsafe { BorrowedFd::borrow_raw(port.as_raw_fd()) };
    Ok(fcntl_setfd(fd, FdFlags::CLOEXEC)?)
}

/// A `serialport` error of one's own.
trait IntoError {
    fn into_error(self) -> serialport::Error;
}

impl IntoError for serialport::ErrorKind {
    fn into_error(self) -> serialport::Error {
        serialport::Error::new(self, "the pseudo-terminal has no name")
    }
}
