//! The board's console: a serial port, read by a thread that stamps what it reads.
//!
//! A port that vanishes is the rig's fault; silence is the board's affair.

use super::clock::Mono;
use super::news::News;
use super::presence::denied;
use crate::bench::RigFault;
use brownout_trace::Span;
use serialport::{ClearBuffer, SerialPort};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// How often the thread looks whether it is to end.
const GLANCE: Duration = Duration::from_millis(20);
/// A port that nobody read for longer tells nothing of when a line came.
pub const ATTENTION: Span = Span::millis(120);
/// No line takes longer to be handed over.
const PATIENCE: Duration = Duration::from_secs(2);

/// The port and the thread that reads it.
#[derive(Debug)]
pub struct Console {
    path: String,
    port: Box<dyn SerialPort>,
    over: Arc<AtomicBool>,
    read: Arc<AtomicI64>,
    thread: Option<JoinHandle<()>>,
}

/// Opens a port at 8N1.
///
/// # Errors
/// It is not there, there is no permission, or somebody has it.
pub fn open(path: &Path, baud: u32, what: &str) -> Result<Box<dyn SerialPort>, RigFault> {
    open_unless_busy(path, baud, what)?
}

/// The same; the inner error is that somebody has it.
///
/// # Errors
/// It is not there, or there is no permission.
pub fn open_unless_busy(path: &Path, baud: u32, what: &str) -> Result<Result<Box<dyn SerialPort>, RigFault>, RigFault> {
    let name = path.to_string_lossy();
    match serialport::new(name.as_ref(), baud).timeout(PATIENCE).open() {
        Ok(port) => Ok(Ok(port)),
        Err(error) if is_busy(&error) => Ok(Err(no_port(&name, what, &error))),
        Err(error) => Err(no_port(&name, what, &error)),
    }
}

fn is_busy(error: &serialport::Error) -> bool {
    match error.kind() {
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => false,
        serialport::ErrorKind::Io(ErrorKind::ResourceBusy) => true,
        // The crate has no word of its own for an exclusive port.
        _ => error.description.to_lowercase().contains("busy") || error.description.contains("lock"),
    }
}

fn no_port(name: &str, what: &str, error: &serialport::Error) -> RigFault {
    match error.kind() {
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => denied(name, "dialout"),
        _ if is_busy(error) => RigFault {
            what: format!("{what}'s port {name} is busy"),
            hint: format!("end the program that has it: `fuser {name}` tells which"),
        },
        serialport::ErrorKind::NoDevice | serialport::ErrorKind::Io(ErrorKind::NotFound) => {
            let there = ports_by_id();
            let hint = match there.is_empty() {
                true => "no serial adapter is plugged in: /dev/serial/by-id is empty or missing".to_owned(),
                false => format!("there are: {}", there.join(", ")),
            };
            RigFault { what: format!("{what}'s port {name} is not there"), hint }
        }
        _ => RigFault { what: format!("{what}'s port {name} cannot be opened: {error}"), hint: String::new() },
    }
}

/// Every serial adapter by its lasting name.
fn ports_by_id() -> Vec<String> {
    let entries = fs::read_dir("/dev/serial/by-id").into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.path().display().to_string()).collect();
    names.sort();
    names
}

impl Console {
    /// Listens to the port from now on; what was said before is thrown away.
    pub fn start(path: &Path, baud: u32, news: Sender<News>) -> Result<Self, RigFault> {
        let port = open(path, baud, "the console")?;
        let name = path.to_string_lossy().into_owned();
        // What cannot be thrown away is read, and comes before the case.
        let _ = port.clear(ClearBuffer::Input);
        let mut reader = port.try_clone().map_err(|error| no_port(&name, "the console", &error))?;
        reader.set_timeout(GLANCE).map_err(|error| no_port(&name, "the console", &error))?;
        let over = Arc::new(AtomicBool::new(false));
        let read = Arc::new(AtomicI64::new(Mono::now().0));
        let mut listener = Listener { path: name.clone(), news, over: Arc::clone(&over), read: Arc::clone(&read) };
        let thread = spawn(move || listener.listen(&mut *reader));
        Ok(Self { path: name, port, over, read, thread: Some(thread) })
    }

    /// Everything that came up to here was told.
    pub fn read(&self) -> Mono {
        Mono(self.read.load(Ordering::Acquire))
    }

    /// Hands bytes over, now.
    ///
    /// # Errors
    /// The port is gone.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), RigFault> {
        self.port.write_all(bytes).and_then(|()| self.port.flush()).map_err(|error| gone(&self.path, &error))
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn gone(path: &str, error: &std::io::Error) -> RigFault {
    RigFault {
        what: format!("the console is gone: {path} ({error})"),
        hint: "was the adapter unplugged? `dmesg` tells".to_owned(),
    }
}

/// What the thread has.
struct Listener {
    path: String,
    news: Sender<News>,
    over: Arc<AtomicBool>,
    read: Arc<AtomicI64>,
}

impl Listener {
    fn listen(&mut self, port: &mut dyn SerialPort) {
        let mut bytes = [0; 4_096];
        while !self.over.load(Ordering::Relaxed) {
            let (before, got) = (Mono::now(), port.read(&mut bytes));
            let at = Mono::now();
            let told = match got {
                _ if at - before > ATTENTION => Some(News::Fault(unread(at - before))),
                // A terminal that was hung up ends like a file.
                Ok(0) => Some(News::Fault(gone(&self.path, &ErrorKind::UnexpectedEof.into()))),
                Ok(length) => Some(News::Heard { at, bytes: bytes[..length].to_vec() }),
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => None,
                Err(error) => Some(News::Fault(gone(&self.path, &error))),
            };
            let ends = matches!(told, Some(News::Fault(_)));
            if told.is_some_and(|told| self.news.send(told).is_err()) || ends {
                return;
            }
            self.read.store(before.0, Ordering::Release);
        }
    }
}

fn unread(gap: Span) -> RigFault {
    RigFault {
        what: format!("the console was not read for {}: nobody knows when a line came", gap.in_words()),
        hint: "the machine is too busy: end what else runs on it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serialport::TTYPort;
    use std::io::Read;
    use std::sync::mpsc::channel;

    #[test]
    fn what_the_board_says_is_heard_and_what_is_sent_arrives() {
        let (mut near, far) = TTYPort::pair().unwrap();
        let path = far.name().unwrap();
        drop(far);
        let (sender, news) = channel();
        let mut console = Console::start(Path::new(&path), 115_200, sender).unwrap();
        near.write_all(b"OK\n").unwrap();
        let Ok(News::Heard { bytes, .. }) = news.recv_timeout(PATIENCE) else { panic!("nothing heard") };
        assert!(b"OK\n".starts_with(&bytes), "{bytes:?}");
        console.send(b"STATUS\n").unwrap();
        let mut got = [0; 7];
        near.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"STATUS\n");
    }

    #[test]
    fn a_port_that_vanishes_is_the_rig_s_fault() {
        let (near, far) = TTYPort::pair().unwrap();
        let path = far.name().unwrap();
        drop(far);
        let (sender, news) = channel();
        let console = Console::start(Path::new(&path), 9_600, sender).unwrap();
        drop(near);
        let Ok(News::Fault(fault)) = news.recv_timeout(PATIENCE) else { panic!("no fault") };
        assert!(fault.what.starts_with(&format!("the console is gone: {path}")), "{fault}");
        drop(console);
    }

    #[test]
    fn a_user_who_may_not_is_told_the_group() {
        let error = serialport::Error::new(serialport::ErrorKind::Io(ErrorKind::PermissionDenied), "Permission denied");
        let fault = no_port("/dev/ttyUSB0", "the console", &error);
        assert!(
            fault.what == "no permission for /dev/ttyUSB0" && fault.hint.contains("the group `dialout`"),
            "{fault}"
        );
    }

    #[test]
    fn a_port_that_cannot_be_had_is_told_with_its_cause() {
        let fault = open(Path::new("/dev/serial/by-id/nobody"), 9_600, "the console").unwrap_err();
        assert_eq!(fault.what, "the console's port /dev/serial/by-id/nobody is not there");
        let (near, far) = TTYPort::pair().unwrap();
        let path = far.name().unwrap();
        drop(far);
        let first = open(Path::new(&path), 9_600, "the console").unwrap();
        let fault = open(Path::new(&path), 9_600, "the console").unwrap_err();
        assert!(fault.what.ends_with("is busy"), "{fault}");
        drop((near, first));
    }
}
