//! `brownout review`: pending snapshots one by one in the terminal, each beside what was approved.

mod session;

use super::approving::{self, Approver};
use super::bench::RigFiles;
use super::exit::Exit;
use super::orphaned;
use super::output::Output;
use super::paths_or_shipped;
use super::setup::count;
use super::terminal::Terminal;
use crate::plan::{Target, plan_paths};
use crate::runner::log::with_causes;
use crate::runner::watch::Stop;
use crate::snapshot::pending;
use session::Session;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// What to review, and what an approval says.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Scenario files or folders; ./scenarios if there is none
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A rig file or the name of a shipped rig: its board's profile is known when orphaned snapshots are looked for
    #[arg(long, value_name = "FILE", env = "BROWNOUT_RIG")]
    rig: Option<PathBuf>,
    #[command(flatten)]
    approver: Approver,
}

/// Shows each pending snapshot and does what the keys say.
pub fn review(options: &Options, output: &mut Output, stop: &Stop) -> Exit {
    if let Some(why) = approving::refused() {
        output.error(why);
        return Exit::Usage;
    }
    let paths = paths_or_shipped(&options.paths);
    let found = match pending::find(&paths) {
        Ok(found) => found,
        Err(error) => {
            output.error(&with_causes(&error));
            return Exit::Usage;
        }
    };
    tell_orphans(&paths, options.rig.as_deref(), output);
    if found.is_empty() {
        output.talk("no pending snapshots");
        return Exit::Fine;
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        found.iter().for_each(|path| output.data(&path.display().to_string()));
        let waiting = count(found.len(), "snapshot");
        output.error(&format!(
            "{waiting} pending, and no terminal to show them on: read the files above, then `brownout accept` or \
             `brownout reject`, each with the paths of scenarios if not all are meant"
        ));
        return Exit::Usage;
    }
    let mut keys = match Terminal::take(stop) {
        Ok(keys) => keys,
        Err(error) => {
            output.error(&format!("the terminal gives no keys: {error}; use `brownout accept` or `brownout reject`"));
            return Exit::Usage;
        }
    };
    Session::new(output, &mut keys, options.approver.approval()).run(&found)
}

/// Only where everything can be planned: else `brownout check` says what is wrong first.
fn tell_orphans(paths: &[PathBuf], rig: Option<&Path>, output: &mut Output) {
    let Ok(files) = RigFiles::load(rig) else { return };
    let target = Target { profile: &files.profile, highest: None, rig: Some(&files.rig) };
    let Ok(plan) = plan_paths(paths, target) else { return };
    let rigs: Vec<&Path> = rig.into_iter().collect();
    if let Ok(orphans) = orphaned::find(paths, &plan, &files, &rigs) {
        orphaned::tell(&orphans, output);
    }
}
