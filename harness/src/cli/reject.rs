//! `brownout reject`: what is pending is thrown away; what was approved stays, unless nothing compares with it any more
//! and that is what was asked for.

use super::accept::{all, each};
use super::approving;
use super::bench::RigFiles;
use super::exit::Exit;
use super::orphaned;
use super::output::Output;
use super::paths_or_shipped;
use super::setup::plan;
use crate::runner::log::with_causes;
use crate::snapshot::pending;
use clap::builder::FalseyValueParser;
use std::path::{Path, PathBuf};

/// Which snapshots.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Scenario files or folders; ./scenarios if there is none
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Throw away the snapshots, approved ones too, whose scenario, case or board profile is gone; nothing else
    #[arg(long, env = "BROWNOUT_ORPHANS", value_parser = FalseyValueParser::new())]
    orphans: bool,
    /// With --orphans: the rigs in use, since only the profiles of their boards and the shipped ones are known
    #[arg(long = "rig", value_name = "FILE", env = "BROWNOUT_RIG", value_delimiter = ':')]
    rigs: Vec<PathBuf>,
}

/// Throws every pending snapshot away, or every orphan; names each.
pub fn reject(options: &Options, output: &mut Output) -> Exit {
    let paths = paths_or_shipped(&options.paths);
    let remove = |path: &PathBuf| pending::reject(path).map(|()| path.clone());
    if options.orphans { orphans(&paths, &options.rigs, output) } else { each(&paths, output, "rejected", remove) }
}

/// Only with a plan of everything: the cases of a scenario that cannot be read would all be missed.
fn orphans(paths: &[PathBuf], rigs: &[PathBuf], output: &mut Output) -> Exit {
    if let Some(why) = approving::refused() {
        output.error(why);
        return Exit::Usage;
    }
    let files = match RigFiles::load(rigs.first().map(PathBuf::as_path)) {
        Ok(files) => files,
        Err(error) => {
            output.error(&error);
            return Exit::Usage;
        }
    };
    let Some(plan) = plan(paths, &files, output) else { return Exit::Usage };
    let rigs: Vec<&Path> = rigs.iter().map(PathBuf::as_path).collect();
    let found = match orphaned::find(paths, &plan, &files, &rigs) {
        Ok(found) => found,
        Err(error) => {
            output.error(&with_causes(&error));
            return Exit::Usage;
        }
    };
    if found.is_empty() {
        output.talk("no orphaned snapshots");
    }
    for orphan in &found {
        output.talk(&format!("{}: {}", orphan.path.display(), orphan.why));
    }
    let files: Vec<PathBuf> = found.into_iter().map(|orphan| orphan.path).collect();
    all(&files, output, "removed", |path| pending::reject(path).map(|()| path.clone()))
}
