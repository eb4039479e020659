//! `brownout accept`: what is pending becomes what is approved.

use super::exit::Exit;
use super::output::Output;
use crate::runner::log::with_causes;
use crate::snapshot::pending;
use std::path::PathBuf;

/// Approves every pending snapshot of the scenarios under `paths`; names each approved file.
pub fn accept(paths: &[PathBuf], output: &mut Output) -> Exit {
    each(paths, output, "accepted", |path| pending::accept(path))
}

/// Does one thing to every pending snapshot, and goes on after an error: the others are still wanted.
pub(super) fn each(
    paths: &[PathBuf],
    output: &mut Output,
    done: &str,
    mut act: impl FnMut(&PathBuf) -> Result<PathBuf, pending::PendingError>,
) -> Exit {
    let found = match pending::find(paths) {
        Ok(found) => found,
        Err(error) => {
            output.error(&with_causes(&error));
            return Exit::Usage;
        }
    };
    if found.is_empty() {
        output.talk("no pending snapshots");
    }
    let mut exit = Exit::Fine;
    for path in &found {
        match act(path) {
            Ok(file) => output.data(&format!("{done} {}", file.display())),
            Err(error) => {
                output.error(&with_causes(&error));
                exit = Exit::Usage;
            }
        }
    }
    exit
}
