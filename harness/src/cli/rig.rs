//! `brownout rig`: what is done with a rig itself.

pub mod check;
pub mod list;
pub mod safe;

use super::exit::Exit;
use super::output::Output;
use crate::runner::watch::Stop;
use clap::Subcommand;

const EXIT_HELP: &str = "\
Exit status:
  0   good or degraded; de-energised
  75  bad, held by another run, or not to be reached; a scheduler may try again
  2   usage, or a rig file that does not parse";

/// What to do.
#[derive(clap::Args, Debug)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Let a rig look at itself, and keep what it found as its calibration
    #[command(after_help = EXIT_HELP)]
    Check(check::Options),
    /// De-energise a rig at once, whoever holds it
    #[command(after_help = EXIT_HELP)]
    Safe(safe::Options),
    /// Show the rigs, who holds them and when they are due, and what is plugged in here
    List,
}

/// Does it, until `stop` says otherwise.
pub fn rig(options: &Options, output: &mut Output, stop: &Stop) -> Exit {
    match &options.action {
        Action::Check(options) => check::check(options, output, stop),
        Action::Safe(options) => safe::safe(options, output),
        Action::List => list::list(output),
    }
}
