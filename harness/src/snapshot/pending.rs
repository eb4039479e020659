//! Pending snapshots: finding, accepting and rejecting them, with or without cargo.

use super::approval::{self, Approval};
use super::owner;
use super::place::{APPROVED, PENDING};
use insta::Snapshot;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders below this are not looked into.
const DEEPEST: usize = 16;

/// A pending snapshot that could not be accepted or rejected.
#[derive(Debug, thiserror::Error)]
pub enum PendingError {
    /// A path that is not there, or cannot be looked into.
    #[error("cannot look into {path}")]
    Path {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not a snapshot.
    #[error("{path} is not a snapshot: {why}")]
    NoSnapshot {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file that could not be written or removed.
    #[error("cannot {action} {path}")]
    Write {
        /// `write` or `remove`.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Every pending snapshot of the scenarios under `paths`, in order. A scenario file stands for its own cases.
///
/// # Errors
/// A path that is not there.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, PendingError> {
    let mut found = Vec::new();
    for path in paths {
        let failed = |source| PendingError::Path { path: path.clone(), source };
        if fs::metadata(path).map_err(failed)?.is_dir() {
            found.extend(walk_all(path)?.into_iter().filter(|file| name(file).ends_with(PENDING)));
        } else if path.to_string_lossy().ends_with(PENDING) {
            found.push(path.clone());
        } else {
            found.extend(owner::of_scenario(path)?.into_iter().filter(|file| name(file).ends_with(PENDING)));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Every file below a folder, in no order.
pub(super) fn walk_all(folder: &Path) -> Result<Vec<PathBuf>, PendingError> {
    let mut found = Vec::new();
    let walked = walk(folder, 0, &mut found);
    walked.map(|()| found).map_err(|source| PendingError::Path { path: folder.to_owned(), source })
}

/// The files of one folder; none if it is not there.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, PendingError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found = Vec::new();
    let walked = if folder.is_dir() { walk(folder, DEEPEST, &mut found) } else { Ok(()) };
    walked.map(|()| found).map_err(|source| PendingError::Path { path: folder.to_owned(), source })
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link to a folder is not followed: it could lead round in a circle.
        if entry.file_type()?.is_dir() {
            if depth < DEEPEST {
                walk(&path, depth + 1, found)?;
            }
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The approved file that a pending one would become.
pub fn approved_file(pending: &Path) -> PathBuf {
    pending.with_file_name(format!("{}{APPROVED}", name(pending).strip_suffix(PENDING).unwrap_or("unnamed")))
}

/// Makes a pending snapshot the approved one, and writes the approval into it. The approved file is replaced in one step
/// or not at all.
///
/// # Errors
/// A file that is no snapshot, or what the disk said; then nothing has changed.
pub fn accept(pending: &Path, approval: &Approval) -> Result<PathBuf, PendingError> {
    let no_snapshot = |why: String| PendingError::NoSnapshot { path: pending.to_owned(), why };
    Snapshot::from_file(pending).map_err(|error| no_snapshot(error.to_string()))?;
    let text = fs::read_to_string(pending).map_err(|error| no_snapshot(error.to_string()))?;
    let approved = approved_file(pending);
    // Beside it, so that the rename stays on one disk.
    let half = pending.with_file_name(format!("{}.half", name(&approved)));
    let failed = |source| PendingError::Write { action: "write", path: approved.clone(), source };
    fs::write(&half, approval::approved(&text, approval)).and_then(|()| fs::rename(&half, &approved)).map_err(
        |error| {
            let _ = fs::remove_file(&half);
            failed(error)
        },
    )?;
    reject(pending)?;
    Ok(approved)
}

/// Takes a pending snapshot away, or an orphan.
///
/// # Errors
/// What the disk said.
pub fn reject(pending: &Path) -> Result<(), PendingError> {
    let failed = |source| PendingError::Write { action: "remove", path: pending.to_owned(), source };
    fs::remove_file(pending).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\nsource: a.rs\nassertion_line: 12\n---\nassertion_line: 3\n---\nb\n";

    fn ann() -> Approval {
        Approval { date: "2026-11-23".parse().unwrap(), who: Some("Ann".into()), why: None }
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let snapshots = dir.path().join("power/snapshots");
        fs::create_dir_all(&snapshots).unwrap();
        for stem in ["cut@a=1@weekly", "cut@weekly", "cuts@weekly"] {
            fs::write(snapshots.join(format!("{stem}.snap.new")), TEXT).unwrap();
        }
        fs::write(snapshots.join("cut@b=2@weekly.snap"), TEXT).unwrap();
        fs::write(dir.path().join("power/cut.toml"), "").unwrap();
        (dir, snapshots)
    }

    #[test]
    fn a_folder_has_all_and_a_scenario_its_own() {
        let (dir, snapshots) = folder();
        assert_eq!(find(&[dir.path().to_owned()]).unwrap().len(), 3);
        let own = find(&[dir.path().join("power/cut.toml")]).unwrap();
        assert_eq!(own, [snapshots.join("cut@a=1@weekly.snap.new"), snapshots.join("cut@weekly.snap.new")]);
        // Another scenario may be named as a case of this one is.
        fs::write(dir.path().join("power/cut@a=1.toml"), "").unwrap();
        assert_eq!(find(&[dir.path().join("power/cut.toml")]).unwrap(), own[1..]);
        assert_eq!(find(&[dir.path().join("power/cut@a=1.toml")]).unwrap(), own[..1]);
        assert!(find(&[dir.path().join("nowhere")]).unwrap_err().to_string().starts_with("cannot look into"));
    }

    #[test]
    fn accepting_leaves_what_insta_would_have_written() {
        let (_dir, snapshots) = folder();
        let approved = accept(&snapshots.join("cut@weekly.snap.new"), &ann()).unwrap();
        assert_eq!(approved, snapshots.join("cut@weekly.snap"));
        let head = "---\nsource: a.rs\ndescription: \"accepted 2026-11-23 by Ann\"\n---\n";
        assert_eq!(fs::read_to_string(approved).unwrap(), format!("{head}assertion_line: 3\n---\nb\n"));
        let names: Vec<String> = fs::read_dir(&snapshots).unwrap().map(|entry| name(&entry.unwrap().path())).collect();
        assert!(!names.contains(&"cut@weekly.snap.new".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.ends_with(".half")), "{names:?}");
    }

    #[test]
    fn what_is_no_snapshot_is_not_accepted() {
        let (_dir, snapshots) = folder();
        let bad = snapshots.join("bad@weekly.snap.new");
        fs::write(&bad, "---\n\t{ not yaml\n---\n").unwrap();
        assert!(matches!(accept(&bad, &ann()), Err(PendingError::NoSnapshot { .. })));
        assert!(bad.exists() && !snapshots.join("bad@weekly.snap").exists());
    }
}
