//! `brownout run`: plan, flash, run every case, say what came of it.

use super::bench::{Lab, RigFiles};
use super::exit::Exit;
use super::front::Front;
use super::libtest::{self, Selection};
use super::output::Output;
use super::paths_or_shipped;
use super::setup::{Setup, plan};
use crate::plan::Case;
use crate::runner::{pool, seed};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What to run, on what, and how. The test target takes the same from the environment.
#[derive(clap::Args, Debug, Clone)]
pub struct Options {
    /// Scenario files or folders; ./scenarios if there is none
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A rig file or the name of a shipped rig, more than once for several; the virtual one if there is none
    #[arg(long = "rig", value_name = "FILE", env = "BROWNOUT_RIG", value_delimiter = ':')]
    pub rigs: Vec<PathBuf>,
    /// The firmware to flash; the shipped one if there is none
    #[arg(long, value_name = "ELF", env = "BROWNOUT_FIRMWARE")]
    pub firmware: Option<PathBuf>,
    /// Keep a record of every case in a new folder in here
    #[arg(long, value_name = "DIR", env = "BROWNOUT_RECORD")]
    pub record: Option<PathBuf>,
    /// Where all randomness comes from: one seed gives the same run
    #[arg(long, value_name = "N", env = "BROWNOUT_SEED", default_value_t = seed::USUAL)]
    pub seed: u64,
    /// How many cases run at once; one for each processor if not said
    #[arg(long, value_name = "N", env = "BROWNOUT_TEST_THREADS")]
    pub test_threads: Option<NonZeroUsize>,
    /// What `cargo test -- --help` knows: FILTER, --exact, --skip, --list, --format, …
    #[arg(last = true, value_name = "LIBTEST ARGS")]
    pub libtest: Vec<OsString>,
}

impl Options {
    /// The rigs that were asked for; one `None` stands for the shipped one.
    fn rigs(&self) -> Vec<Option<&Path>> {
        if self.rigs.is_empty() { vec![None] } else { self.rigs.iter().map(|rig| Some(rig.as_path())).collect() }
    }

    /// Where to record what runs on a rig: several rigs get a folder each.
    pub fn record_on(&self, rig: &str) -> Option<PathBuf> {
        let several = self.rigs.len() > 1;
        self.record.as_ref().map(|dir| if several { dir.join(folder_name(rig)) } else { dir.clone() })
    }
}

fn folder_name(rig: &str) -> String {
    brownout_reports::CaseName(rig.to_owned()).file_name()
}

/// Runs the command.
pub fn run(options: &Options, output: &mut Output, lab: &dyn Lab) -> Exit {
    let selection = match libtest::selection(&options.libtest) {
        Ok(selection) => selection,
        Err(error) => {
            output.error(&error);
            return Exit::Usage;
        }
    };
    // Every rig is planned before anything is energised.
    let mut planned = Vec::new();
    for path in options.rigs() {
        let files = match RigFiles::load(path) {
            Ok(files) => files,
            Err(error) => {
                output.error(&error);
                return Exit::Usage;
            }
        };
        let Some(plan) = plan(&paths_or_shipped(&options.paths), &files, output) else { return Exit::Usage };
        planned.push((files, plan));
    }
    let mut exit = Exit::Fine;
    for (files, plan) in planned {
        exit = exit.max(match selection.is_libtest() {
            true => libtest::run(options, &selection, files, plan, output, lab),
            false => on_rig(options, &selection, files, &plan.cases, output, lab),
        });
    }
    exit
}

fn on_rig(
    options: &Options,
    selection: &Selection,
    files: RigFiles,
    cases: &[Case],
    output: &mut Output,
    lab: &dyn Lab,
) -> Exit {
    let selected = selection.of(cases);
    if selected.is_empty() {
        output.error(&format!("nothing to run: none of {} cases matches", cases.len()));
        return Exit::Usage;
    }
    let record = options.record_on(&files.rig.name);
    let name = format!("{} on {}", files.profile.name, files.rig.name);
    let look = output.data_look;
    let setup = Setup::new(files, lab, options.firmware.as_deref(), record.as_deref(), options.seed, look);
    let setup = match setup {
        Ok(setup) => setup,
        Err((exit, why)) => {
            output.error(&why);
            return exit;
        }
    };
    output.talk(&format!("{name}: {}; seed {}", setup.said(), options.seed));
    let threads = selection.threads().or(options.test_threads).unwrap_or_else(pool::threads);
    let mut front = Front::new(output, &selected);
    pool::run(&setup.station(), &selected, threads, |news| front.hear(news));
    let exit = front.finish();
    if let Some(folder) = setup.folder() {
        output.talk(&format!("recorded in {}: a folder for each case", folder.display()));
    }
    exit
}
