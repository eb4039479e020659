//! A board's debug port on a unix socket, in the protocol that probe-rs speaks to a Glasgow.
//!
//! One debugger at a time, as with one cable: another one waits until the first is gone.

use super::{ServeError, io_error};
use brownout_virtual::probe::SharedBoard;
use brownout_virtual::probe::glasgow::Glasgow;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// How often the thread looks whether it is to end.
const GLANCE: Duration = Duration::from_millis(50);

/// The socket and the thread behind it. Dropping it ends both.
#[derive(Debug)]
pub struct ProbeSocket {
    path: PathBuf,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ProbeSocket {
    /// Listens at `path`. A socket that nobody answers at any more is replaced.
    pub fn open(path: &Path, board: SharedBoard) -> Result<Self, ServeError> {
        clear(path)?;
        let listener = UnixListener::bind(path).map_err(io_error(format!("listen at `{}`", path.display())))?;
        listener.set_nonblocking(true).map_err(io_error("listen without waiting"))?;
        let over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&over);
        let thread = spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                match listener.accept() {
                    // What goes wrong on a connection ends it; the next one begins anew.
                    Ok((stream, _)) => drop(serve(stream, &board, &flag)),
                    Err(_) => sleep(GLANCE),
                }
            }
        });
        Ok(Self { path: path.to_owned(), over, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ProbeSocket {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes room for a socket where an earlier one was left behind.
fn clear(path: &Path) -> Result<(), ServeError> {
    let Ok(there) = fs::symlink_metadata(path) else { return Ok(()) };
    if !there.file_type().is_socket() {
        return Err(ServeError::InTheWay { path: path.to_owned(), what: "socket" });
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(ServeError::InUse { path: path.to_owned() }),
        Err(_) => fs::remove_file(path).map_err(io_error(format!("replace `{}`", path.display()))),
    }
}

fn serve(mut stream: UnixStream, board: &SharedBoard, over: &AtomicBool) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(GLANCE))?;
    let mut probe = Glasgow::default();
    let mut bytes = [0; 65_536];
    while !over.load(Ordering::Relaxed) {
        match stream.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                let answers = probe.take(&bytes[..length], &mut board.lock());
                stream.write_all(&answers)?;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
