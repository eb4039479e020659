//! Which records there are: below a folder that runs recorded into, a run's own, or a case's.

use crate::paths::RECORD;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Several rigs and many processes record deeper than one run does, but never so deep.
const DEEPEST: usize = 8;

/// Every record below `folder`, or `folder` itself if it is one: by folder, runs in the order of their numbers, cases by
/// name. None is opened: [`RecordReader::open`](crate::record::RecordReader::open) says what each is worth.
///
/// # Errors
/// A folder that cannot be looked into.
pub fn records(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(folder)?.is_dir() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    walk(folder, 0, &mut found)?;
    found.sort_by_cached_key(|path| path.iter().map(|part| key(&part.to_string_lossy())).collect::<Vec<_>>());
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A link is not followed: it could lead round in a circle.
        if entry.file_type()?.is_dir() {
            if depth < DEEPEST {
                walk(&entry.path(), depth + 1, found)?;
            }
        } else if entry.file_name() == RECORD {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// `run-10000` comes after `run-9999`.
fn key(part: &str) -> (String, u64) {
    let number = part.strip_prefix("run-").and_then(|digits| digits.parse().ok());
    number.map_or_else(|| (part.to_owned(), 0), |number| ("run-".to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_by_number_cases_by_name_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let expected = ["run-0002/a/record.jsonl", "run-0002/b/record.jsonl", "run-9999/a/record.jsonl"];
        let expected = expected.into_iter().chain(["run-10000/a/record.jsonl", "virtual/run-0001/a/record.jsonl"]);
        let expected: Vec<PathBuf> = expected.map(|name| dir.path().join(name)).collect();
        for path in expected.iter().rev() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
            fs::write(path.with_file_name("trace.vcd"), "").unwrap();
        }
        std::os::unix::fs::symlink(dir.path(), dir.path().join("round")).unwrap();
        assert_eq!(records(dir.path()).unwrap(), expected);
        assert_eq!(records(&expected[0]).unwrap(), expected[..1]);
        assert!(records(&dir.path().join("none")).is_err());
    }
}
