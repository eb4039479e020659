//! `brownout accept`: what is pending becomes what is approved.

use super::approving::{self, Approver};
use super::exit::Exit;
use super::output::Output;
use super::paths_or_shipped;
use crate::runner::log::with_causes;
use crate::snapshot::pending;
use std::path::PathBuf;

/// Which pending snapshots, and what their approval says.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Scenario files or folders; ./scenarios if there is none
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    approver: Approver,
}

/// Approves every pending snapshot; names each approved file.
pub fn accept(options: &Options, output: &mut Output) -> Exit {
    let approval = options.approver.approval();
    each(&paths_or_shipped(&options.paths), output, "accepted", |path| pending::accept(path, &approval))
}

/// Does one thing to every pending snapshot, and goes on after an error: the others are still wanted.
pub(super) fn each(
    paths: &[PathBuf],
    output: &mut Output,
    done: &str,
    act: impl FnMut(&PathBuf) -> Result<PathBuf, pending::PendingError>,
) -> Exit {
    if let Some(why) = approving::refused() {
        output.error(why);
        return Exit::Usage;
    }
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
    all(&found, output, done, act)
}

/// Does one thing to each of these files.
pub(super) fn all(
    files: &[PathBuf],
    output: &mut Output,
    done: &str,
    mut act: impl FnMut(&PathBuf) -> Result<PathBuf, pending::PendingError>,
) -> Exit {
    let mut exit = Exit::Fine;
    for path in files {
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
