//! Writing: a file that knows how far it got, and lines of JSON on top of it.

use super::error::RecordError;
use serde::Serialize;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A longer line's buffer is given back after it, so that one long line does not cost the whole case.
const KEPT_BUFFER: usize = 4096;

/// A new file that is only added to, and counts what it was given.
#[derive(Debug)]
pub(crate) struct Sink<W = File> {
    out: W,
    path: PathBuf,
    written: u64,
}

impl Sink {
    /// Makes the file; one that is there already is an error, never overwritten.
    pub fn create(path: PathBuf) -> Result<Self, RecordError> {
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        match file {
            Ok(out) => Ok(Self::new(out, path)),
            Err(error) => Err(RecordError::io("create", &path, 0, error)),
        }
    }
}

impl<W> Sink<W> {
    fn new(out: W, path: PathBuf) -> Self {
        Self { out, path, written: 0 }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The error to report when writing failed with `source`.
    pub fn failed(&self, source: io::Error) -> RecordError {
        RecordError::io("write", &self.path, self.written, source)
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Lines of JSON, each handed to the kernel by one `write` call before [`Lines::push`] returns.
///
/// No buffer of our own lies between: what was pushed survives a kill of this process, and no caller can forget to
/// flush. A call costs about a microsecond, far less than what is recorded took to happen. There is no `fsync`: a
/// computer that loses its power may lose the last seconds, as it may of any log.
#[derive(Debug)]
pub(crate) struct Lines<W = File> {
    sink: Sink<W>,
    line: Vec<u8>,
    broken: Option<io::ErrorKind>,
}

impl Lines {
    /// Makes the file with its first line in it: under its name there is never a file without one, at whatever instant
    /// this process is killed. Its folder is the caller's own, so that no other file has that name.
    pub fn begin(path: PathBuf, first: &impl Serialize) -> Result<Self, RecordError> {
        let begun = path.with_extension("begun");
        let mut lines = Self::new(Sink::create(begun.clone())?);
        lines.push(first)?;
        fs::rename(&begun, &path).map_err(|error| RecordError::io("create", &path, 0, error))?;
        lines.sink.path = path;
        Ok(lines)
    }
}

impl<W: Write> Lines<W> {
    fn new(sink: Sink<W>) -> Self {
        Self { sink, line: Vec::new(), broken: None }
    }

    pub fn path(&self) -> &Path {
        self.sink.path()
    }

    /// Adds one line. After the first failure every further line fails the same way: the file may end in part of a
    /// line, and if room appeared again the next would be glued to it.
    pub fn push(&mut self, value: &impl Serialize) -> Result<(), RecordError> {
        if let Some(kind) = self.broken {
            return Err(self.sink.failed(kind.into()));
        }
        self.line.clear();
        self.line.shrink_to(KEPT_BUFFER);
        let pushed = serde_json::to_writer(&mut self.line, value).map_err(io::Error::from);
        self.line.push(b'\n');
        pushed.and_then(|()| self.sink.write_all(&self.line)).map_err(|error| {
            self.broken = Some(error.kind());
            self.sink.failed(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes and no more, as a disk does.
    struct Disk {
        room: usize,
        held: Vec<u8>,
        calls: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room - self.held.len());
            self.calls += 1;
            self.held.extend_from_slice(&bytes[..count]);
            match count {
                0 => Err(io::ErrorKind::StorageFull.into()),
                _ => Ok(count),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn on_disk(room: usize) -> Lines<Disk> {
        let disk = Disk { room, held: Vec::new(), calls: 0 };
        Lines::new(Sink::new(disk, "case/record.jsonl".into()))
    }

    #[test]
    fn a_line_is_one_call_and_is_there_when_push_returns() {
        let mut lines = on_disk(1000);
        lines.push(&"first").unwrap();
        assert_eq!(lines.sink.out.held, b"\"first\"\n");
        lines.push(&"x".repeat(2 * KEPT_BUFFER)).unwrap_err();
        let mut lines = on_disk(100_000);
        lines.push(&"x".repeat(2 * KEPT_BUFFER)).unwrap();
        lines.push(&"second").unwrap();
        assert_eq!(lines.sink.out.calls, 2);
        assert!(lines.line.capacity() <= KEPT_BUFFER);
    }

    #[test]
    fn a_full_disk_names_file_and_place_and_stays_full() {
        let mut lines = on_disk(12);
        lines.push(&"first").unwrap();
        for _ in 0..2 {
            let error = lines.push(&"second").unwrap_err();
            assert_eq!(
                error.to_string(),
                "the disk is full: case/record.jsonl ends after 12 bytes, which stay readable; \
                 make room or record into another folder, then run again"
            );
            lines.sink.out.room = 1000;
        }
        assert_eq!(lines.sink.out.held, b"\"first\"\n\"sec");
    }

    #[test]
    fn the_kernel_s_own_full_disk_is_one() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut lines = Lines::new(Sink::new(full, "/dev/full".into()));
        assert!(matches!(lines.push(&1), Err(RecordError::DiskFull { written: 0, .. })));
    }
}
