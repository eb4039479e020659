//! The command: one file per subcommand.
//!
//! Data goes to stdout, talk to stderr; [`output`] is the only place that writes to either. [`front`] is what
//! `brownout run` shows, [`libtest`] what stands behind `--` and behind `cargo test`.

pub mod accept;
pub mod approving;
pub mod bench;
pub mod check;
pub mod completions;
pub mod exit;
pub mod fit;
pub mod front;
pub mod libtest;
pub mod lot;
pub mod orphaned;
pub mod output;
pub mod reject;
pub mod review;
pub mod rig;
pub mod run;
pub mod schema;
pub mod serve;
pub mod setup;
pub mod shard;
pub mod signals;
pub mod terminal;

use crate::runner::panics;
use crate::runner::watch::Stop;
use crate::snapshot::store;
use bench::Lab;
use clap::{Parser, Subcommand};
use exit::Exit;
use output::{Color, Output};
use std::ffi::OsString;
use std::path::PathBuf;

/// Where scenarios are looked for when no path is given.
pub const SCENARIOS: &str = "scenarios";

const EXIT_HELP: &str = "\
Exit status, the gravest counts:
  0   every case passed
  75  rig trouble: a case is inconclusive, could not be recorded, or was not run (no time left,
      or stopped); running it again may help
  1   a board failed, or its outcome is not as approved
  2   usage, a file that does not parse or plan, or nothing to run
  70  a bug in brownout";

/// Hardware-in-the-loop tests for timer boards: power cuts, dips, schedules, verdicts.
#[derive(Parser, Debug)]
#[command(name = "brownout", version, after_help = EXIT_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours; NO_COLOR is honoured too
    #[arg(long, global = true, env = "BROWNOUT_COLOR", value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run scenarios and judge the board
    #[command(after_help = EXIT_HELP)]
    Run(Box<run::Options>),
    /// Parse and plan scenarios; energise nothing
    Check(check::Options),
    /// Show pending snapshots one by one beside what was approved, and accept or reject them
    Review(review::Options),
    /// Approve pending snapshots
    Accept(accept::Options),
    /// Throw pending snapshots away, or orphaned ones
    Reject(reject::Options),
    /// Let virtual boards live in wall-clock time, for a terminal and a debugger
    Serve(serve::Options),
    /// Check a rig, de-energise one, or show what is here
    Rig(rig::Options),
    /// Print the script that completes options in a shell
    Completions(completions::Options),
    /// Print the JSON Schema of scenario, rig or board files, for editors
    Schema(schema::Options),
}

/// The paths that were asked for, or the folder where scenarios are.
pub fn paths_or_shipped(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(SCENARIOS)] } else { paths.to_vec() }
}

/// The whole command. Call it first thing in `main`: it sets the environment of insta while there is one thread.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data, a mistake is talk; clap knows which. Nobody is left to hear of a closed pipe.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Fine };
        }
    };
    let mut output = Output::standard(cli.color);
    let here = std::env::current_dir().unwrap_or_default();
    if let Err(error) = store::prepare(&here) {
        output.error(&error.to_string());
        return Exit::Usage;
    }
    let stop = match signals::listen() {
        Ok(stop) => stop,
        Err(error) => {
            output.error(&format!("cannot listen to signals: {error}"));
            return Exit::RigTrouble;
        }
    };
    let ended = panics::caught(|| dispatch(&cli.command, &mut output, &bench::Rigs, &stop));
    let exit = ended.unwrap_or_else(|panic| {
        output.error(&format!("a bug in brownout: {} ({})", panic.message, panic.place));
        Exit::Bug
    });
    exit.max(output.finish())
}

fn dispatch(command: &Command, output: &mut Output, lab: &dyn Lab, stop: &Stop) -> Exit {
    match command {
        Command::Run(options) => run::run(options, output, lab, stop),
        Command::Check(options) => check::check(options, output),
        Command::Review(options) => review::review(options, output, stop),
        Command::Accept(options) => accept::accept(options, output),
        Command::Completions(options) => completions::completions(options, output),
        Command::Serve(options) => serve::serve(options, output, stop),
        Command::Reject(options) => reject::reject(options, output),
        Command::Rig(options) => rig::rig(options, output, stop),
        Command::Schema(options) => schema::schema(options, output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_is_in_the_environment_too() {
        for command in Cli::command().get_subcommands() {
            for option in command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| long != "help")) {
                let long = option.get_long().unwrap_or_default();
                let expected = format!("BROWNOUT_{}", long.replace('-', "_").to_uppercase());
                let name = option.get_env().map(|name| name.to_string_lossy().into_owned());
                assert_eq!(name, Some(expected), "{} --{long}", command.get_name());
            }
        }
    }
}
