//! `brownout check`: parse and plan, energise nothing.

use super::bench::RigFiles;
use super::exit::Exit;
use super::orphaned;
use super::output::Output;
use super::paths_or_shipped;
use super::setup::{count, plan, skips};
use crate::plan::Plan;
use crate::runner::estimate;
use crate::runner::log::with_causes;
use brownout_trace::Span;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What to check.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Scenario files or folders; ./scenarios if there is none
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A rig file or the name of a shipped rig; the virtual one if there is none
    #[arg(long, value_name = "FILE", env = "BROWNOUT_RIG")]
    rig: Option<PathBuf>,
}

/// Checks the scenarios: every fault goes to stderr, the count of cases to stdout.
pub fn check(options: &Options, output: &mut Output) -> Exit {
    let files = match RigFiles::load(options.rig.as_deref()) {
        Ok(files) => files,
        Err(error) => {
            output.error(&error);
            return Exit::Usage;
        }
    };
    let paths = paths_or_shipped(&options.paths);
    let Some(plan) = plan(&paths, &files, output) else { return Exit::Usage };
    report(&plan, &files, output);
    let rigs: Vec<&Path> = options.rig.as_deref().into_iter().collect();
    match orphaned::find(&paths, &plan, &files, &rigs) {
        Ok(orphans) => orphaned::tell(&orphans, output),
        Err(error) => output.talk(&with_causes(&error)),
    }
    Exit::Fine
}

fn report(plan: &Plan, files: &RigFiles, output: &mut Output) {
    let notes = plan.notes();
    for note in notes.iter().chain(&plan.unable()) {
        let text = output.talk_look.fault(note);
        output.talk(&format!("{}\n", text.trim_end_matches('\n')));
    }
    let scenarios: HashSet<&str> = plan.cases.iter().map(|case| case.id.scenario.as_str()).collect();
    let takes = plan.cases.iter().fold(Span::ZERO, |sum, case| sum + case.takes);
    let wall = plan.cases.iter().map(estimate::beforehand).sum();
    output.data(&format!(
        "{} with {} for {} on {}: no faults; at least {} of bench time, about {} of wall time on one core",
        count(scenarios.len(), "scenario"),
        count(plan.cases.len(), "case"),
        files.profile.name,
        files.rig.name,
        takes.in_words(),
        estimate::as_span(wall).in_words()
    ));
    if !notes.is_empty() {
        let places = count(notes.len(), "place");
        output.data(&format!("{places} where this rig cannot tell: these cases will be inconclusive"));
    }
    skips(plan.cases.iter()).iter().for_each(|line| output.data(line));
}
