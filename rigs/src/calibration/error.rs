//! Why there is no calibration to go by: the rig's trouble.

use std::io;
use std::path::PathBuf;

impl CalibrationError {
    /// Whether there just is no file.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// There is no file.
    #[error("there is no calibration: {} is missing; `brownout rig check` makes it", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// `read`, `make` or `write`.
        doing: &'static str,
        /// What.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// It is no such file.
    #[error("the calibration cannot be used: {}:{line}:{column}: {why}; `brownout rig check` makes a new one", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// In words.
        why: String,
    },
    /// It was made on another rig.
    #[error("the calibration {} is of the rig `{of}`: name another file with `calibration` under `[pi]`", path.display())]
    OtherRig {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        of: String,
    },
}
