//! Where a case's snapshot lies: `<scenario folder>/snapshots/<stem>@<matrix>@<profile>.snap`.

use crate::plan::Case;
use crate::scenario::id::file_name;
use std::path::{Path, PathBuf};

/// The folder beside the scenarios.
pub const FOLDER: &str = "snapshots";
/// The ending of an approved snapshot.
pub const APPROVED: &str = ".snap";
/// The ending of one that waits to be accepted.
pub const PENDING: &str = ".snap.new";

/// The place of one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `snapshot` or `trace snapshot`, for messages.
    pub kind: &'static str,
    /// The folder, absolute: insta joins anything else to its own idea of a workspace.
    pub folder: PathBuf,
    /// The file's name without its ending.
    pub name: String,
    shown: PathBuf,
}

impl Place {
    /// Of the case's outcome.
    pub fn outcome(case: &Case, profile: &str) -> Self {
        Self::new(case, "snapshot", format!("{}@{}", case.id.file_stem(), file_name(profile)))
    }

    /// Of the case's whole trace.
    pub fn trace(case: &Case, profile: &str) -> Self {
        Self::new(case, "trace snapshot", format!("{}@{}.trace", case.id.file_stem(), file_name(profile)))
    }

    fn new(case: &Case, kind: &'static str, name: String) -> Self {
        let shown = case.about.path.parent().unwrap_or(Path::new("")).join(FOLDER);
        // Fails only on an empty path, and `shown` ends in a name.
        let folder = std::path::absolute(&shown).unwrap_or_else(|_| shown.clone());
        Self { kind, folder, name, shown }
    }

    /// The approved file.
    pub fn approved(&self) -> PathBuf {
        self.folder.join(format!("{}{APPROVED}", self.name))
    }

    /// The pending file.
    pub fn pending(&self) -> PathBuf {
        self.folder.join(format!("{}{PENDING}", self.name))
    }

    /// The approved file as a person would write its path.
    pub fn shown(&self) -> String {
        self.shown.join(format!("{}{APPROVED}", self.name)).display().to_string()
    }

    /// Takes away what an earlier run left pending: the case fails now, and a failure cannot be accepted.
    pub fn discard_pending(&self) {
        // Mostly there is none; in a read-only folder it stays, and `accept` cannot write there either.
        let _ = std::fs::remove_file(self.pending());
    }
}
