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

/// A debugger that takes none of its answers for so long is gone.
const PATIENCE: Duration = Duration::from_secs(1);

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
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(io_error(format!("replace `{}`", path.display())))
        }
        // Somebody answers, or it cannot be told that nobody does.
        _ => Err(ServeError::InUse { path: path.to_owned() }),
    }
}

fn serve(mut stream: UnixStream, board: &SharedBoard, over: &AtomicBool) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(GLANCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;
    use brownout_trace::Instant;
    use brownout_virtual::board::Board;
    use brownout_virtual::mcu::chip::PAGES;
    use brownout_virtual::mcu::flash::Image;
    use std::os::unix::net::UnixDatagram;
    use std::sync::mpsc::channel;

    /// Far longer than anything here takes: only a failure waits for it.
    const FAR: Duration = Duration::from_secs(60);

    fn board() -> SharedBoard {
        let rig = Rig::shipped().unwrap();
        let wiring = rig.stand.wiring().unwrap();
        SharedBoard::new(Board::new(wiring.clone(), Arc::default(), Image::erased(PAGES), 1, Instant::ZERO).unwrap())
    }

    #[test]
    fn only_a_socket_that_refuses_is_a_stale_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.probe");
        drop(UnixListener::bind(&path).unwrap());
        drop(ProbeSocket::open(&path, board()).unwrap());
        // One of another kind does not refuse: it is somebody's.
        let _other = UnixDatagram::bind(&path).unwrap();
        assert!(matches!(ProbeSocket::open(&path, board()), Err(ServeError::InUse { .. })));
        assert!(path.exists());
    }

    #[test]
    fn a_debugger_that_takes_no_answers_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.probe");
        let socket = ProbeSocket::open(&path, board()).unwrap();
        let mut debugger = UnixStream::connect(&path).unwrap();
        debugger.set_write_timeout(Some(GLANCE)).unwrap();
        // What divides the clock, as one packet; asked until nothing more is taken, or the connection is given up.
        let asking = [0x01, 0x02, 0x11, 0x00].repeat(4_096);
        while debugger.write_all(&asking).is_ok() {}
        let (ended, end) = channel();
        spawn(move || {
            drop(socket);
            let _ = ended.send(());
        });
        end.recv_timeout(FAR).expect("the thread behind the socket waits for the debugger");
    }
}
