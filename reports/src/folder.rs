//! Where a run records: a folder of its own below the one that was asked for, held by one live run at a time.

use crate::paths::{self, CaseName};
use crate::record::{Lines, RecordError, Started, Timing};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

const LOCK: &str = ".lock";

/// The folder of one run. While it lives, no other run records into the same place.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    timing: Mutex<Lines>,
    /// Held, never read: the kernel frees the lock when the file closes, be it by a kill.
    _lock: File,
}

impl RunFolder {
    /// Takes `dir`, making it if need be, and makes the next `run-0001`, `run-0002`, … in it: a run never writes into
    /// the folder of an earlier one.
    ///
    /// # Errors
    /// [`RecordError::InUse`] while another run holds `dir`; else what the disk said.
    pub fn create(dir: &Path) -> Result<Self, RecordError> {
        let failed = |action, path: &Path, error| RecordError::io(action, path, 0, error);
        fs::create_dir_all(dir).map_err(|error| failed("create", dir, error))?;
        let lock = lock(dir)?;
        let number = 1 + last_run(dir).map_err(|error| failed("list", dir, error))?;
        let path = dir.join(format!("run-{number:04}"));
        fs::create_dir(&path).map_err(|error| failed("create", &path, error))?;
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let timing = Lines::begin(path.join(paths::TIMING), &Started::at(since_1970))?;
        Ok(Self { path, timing: Mutex::new(timing), _lock: lock })
    }

    /// This run's own folder: `DIR/run-0001`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of one attempt at a case, there or not.
    pub fn case(&self, case: &CaseName, attempt: u32) -> PathBuf {
        self.path.join(case.folder(attempt))
    }

    /// Adds a case's line to `timing.jsonl`. From any thread; in the order in which cases end.
    ///
    /// # Errors
    /// What the disk said.
    pub fn timed(&self, timing: &Timing) -> Result<(), RecordError> {
        // A panic elsewhere leaves whole lines behind: `Lines` cannot be caught halfway.
        let mut lines = self.timing.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(timing)
    }
}

/// Takes the lock, and leaves this process's number in it for whoever is refused.
fn lock(dir: &Path) -> Result<File, RecordError> {
    let path = dir.join(LOCK);
    let failed = |action, error| RecordError::io(action, &path, 0, error);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| failed("create", error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let holder = file.read_to_string(&mut text).ok();
            return Err(RecordError::InUse {
                dir: dir.to_owned(),
                holder: holder.and_then(|_| text.trim().parse().ok()),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed("lock", error)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(|error| failed("write", error))?;
    Ok(file)
}

/// The highest number of a run in `dir`; 0 if there is none.
fn last_run(dir: &Path) -> io::Result<u32> {
    let mut last = 0;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("run-"));
        last = last.max(number.and_then(|digits| digits.parse().ok()).unwrap_or(0));
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_live_run_s_folder_is_refused_and_a_dead_one_s_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        let first = RunFolder::create(&place).unwrap();
        let record = sample::record(&first);
        let refused = RunFolder::create(&place).unwrap_err().to_string();
        let holder = format!("in use by another run (process {})", std::process::id());
        assert!(refused.contains(&holder), "{refused}");
        let kept = fs::read(&record).unwrap();
        drop(first);

        let second = RunFolder::create(&place).unwrap();
        assert_eq!(second.path(), place.join("run-0002"));
        assert_ne!(sample::record(&second), record);
        assert_eq!(fs::read(&record).unwrap(), kept);
    }

    #[test]
    fn numbers_go_on_after_the_last_one() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["run-0007", "run-x", "other"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let run = RunFolder::create(dir.path()).unwrap();
        assert_eq!(run.path(), dir.path().join("run-0008"));
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        fs::write(&place, "").unwrap();
        let error = RunFolder::create(&place).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot create {}", place.display())), "{error}");
    }
}
