//! What goes wrong with records: writing them is the rig's trouble, reading them the reader's.

use super::header::VERSION;
use super::reader::Record;
use crate::paths::CaseName;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing can be recorded, or no further. Always trouble of the rig (exit status 75), never of the board; what
/// was written before stays readable.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Another live run holds the folder.
    #[error(
        "the record folder {dir} is in use by another run{}; wait for it to end, or record into another folder",
        holder.map_or(String::new(), |process| format!(" (process {process})"))
    )]
    InUse {
        /// The folder as it was asked for.
        dir: PathBuf,
        /// The process that holds it, if it said so.
        holder: Option<u32>,
    },
    /// Two cases, or two attempts, under one name in one run.
    #[error(
        "{path} is there already: case {case} was recorded before in this run, or another id gives the same file name"
    )]
    AlreadyRecorded {
        /// The case that was to begin.
        case: CaseName,
        /// The folder it would have needed.
        path: PathBuf,
    },
    /// No room left on the disk, or in the quota.
    #[error(
        "the disk is full: {path} ends after {written} bytes, which stay readable; \
         make room or record into another folder, then run again"
    )]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
        /// How much of it was written.
        written: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder that could not be made, locked or written.
    #[error("cannot {action} {path} ({written} bytes written)")]
    Io {
        /// `create`, `lock`, `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// How much of the file was written.
        written: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The record was written but does not read back, so that nothing can be drawn from it.
    #[error("what was just recorded does not read back")]
    ReadBack(#[source] ReadError),
}

impl RecordError {
    /// The error for a failed action on `path` after `written` bytes: a full disk is told from the rest.
    pub(crate) fn io(action: &'static str, path: &Path, written: u64, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, written, source },
            _ => Self::Io { action, path, written, source },
        }
    }
}

/// A line that is not what a record may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Counted from 1, the header's.
    pub line: u64,
    /// What is wrong with it: a lower-case fragment.
    pub reason: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why a record cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Some other file.
    #[error("{path} is not a record: {reason}")]
    NotARecord {
        /// The file.
        path: PathBuf,
        /// What its first line lacks.
        reason: String,
    },
    /// The file ends before its header is whole: nothing of the case was recorded.
    #[error("{path} ends inside its header: nothing was recorded of this case")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer Brownout.
    #[error("{path} has record format {version}; this Brownout reads up to {}: use a newer one", VERSION)]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// A line in it is damaged.
    #[error("{path}, {damage}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line, and why.
        damage: Damage,
        /// Everything before that line; `None` if the header itself is damaged.
        before: Option<Box<Record>>,
    },
}
