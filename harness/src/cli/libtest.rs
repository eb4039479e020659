//! What `cargo test` expects of a test binary, by libtest-mimic: the arguments after `--`, and the whole of
//! `scenarios/runner.rs`.

use super::bench::{self, Lab, RigFiles};
use super::exit::Exit;
use super::output::{Color, Output};
use super::run::Options;
use super::setup::{self, Setup, Terms};
use super::signals;
use crate::plan::{Case, Plan};
use crate::runner::watch::Stop;
use crate::runner::{End, Finished, finish_case};
use crate::show::Look;
use crate::show::words::printable;
use crate::snapshot::store;
use brownout_reports::CaseName;
use clap::Parser;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::env;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Which cases, by libtest's arguments.
pub struct Selection(Arguments);

/// Reads libtest's arguments. A mistake in them, or `--help`, ends the process as libtest-mimic does it: status 2, or 0.
///
/// # Errors
/// No threads at all: libtest-mimic would wait for ever.
pub fn selection(arguments: &[OsString]) -> Result<Selection, String> {
    let name = OsString::from("brownout run --");
    let arguments = Arguments::from_iter(std::iter::once(name).chain(arguments.iter().cloned()));
    if arguments.test_threads == Some(0) {
        return Err("--test-threads=0: no thread would run anything; use 1 or more".to_owned());
    }
    Ok(Selection(arguments))
}

impl Selection {
    /// Whether the output is libtest's to make: lists and its formats.
    pub fn is_libtest(&self) -> bool {
        let Arguments { list, quiet, format, logfile, .. } = &self.0;
        *list || *quiet || format.is_some() || logfile.is_some()
    }

    /// Whether the cases are only listed.
    pub fn is_list(&self) -> bool {
        self.0.list
    }

    /// How many threads, if it says.
    pub fn threads(&self) -> Option<NonZeroUsize> {
        self.0.test_threads.and_then(NonZeroUsize::new)
    }

    /// The cases it selects.
    pub fn of<'c>(&self, cases: &'c [Case]) -> Vec<&'c Case> {
        let bare = |case: &Case| Trial::test(case.id.to_string(), || Ok(())).with_ignored_flag(case.skip.is_some());
        cases.iter().filter(|case| !self.0.is_filtered_out(&bare(case))).collect()
    }
}

/// A case that is skipped is an ignored test, and says why as its kind: libtest has no other place for it before a run.
///
/// With the rig before the case's id where there are several.
fn named(prefix: &str, case: &Case, run: impl FnOnce() -> Result<Completion, Failed> + Send + 'static) -> Trial {
    let trial = Trial::ignorable_test(format!("{prefix}{}", case.id), run);
    match &case.skip {
        Some(why) => trial.with_ignored_flag(true).with_kind(printable(why)),
        None => trial,
    }
}

/// Runs cases with libtest's output; the exit status is ours.
pub fn run(
    options: &Options,
    selection: &Selection,
    files: RigFiles,
    mut plan: Plan,
    output: &mut Output,
    lab: &dyn Lab,
    stop: &Stop,
) -> Exit {
    let arguments = selection.0.clone();
    let all = plan.cases.len();
    if selection.of(&plan.cases).is_empty() && !arguments.list {
        output.error(&format!("nothing to run: none of {all} cases matches"));
        return Exit::Usage;
    }
    options.keep_shard(&mut plan.cases);
    let selected = selection.of(&plan.cases);
    if arguments.list {
        // As libtest-mimic prints it; but that one panics when a reader closes the pipe.
        selected.iter().for_each(|case| output.data(&format!("{}: test", case.id)));
        setup::skips(selected.iter().copied()).iter().for_each(|line| output.talk(line));
        return Exit::Fine;
    }
    if selected.is_empty() {
        return Exit::Fine;
    }
    let record = options.record_on(&files.rig.name);
    let terms = match options.terms(output.talk_look, stop) {
        Ok(terms) => Terms { look: Look::PLAIN, ..terms },
        Err(why) => {
            output.error(&why);
            return Exit::Usage;
        }
    };
    let setup = Setup::new(files, lab, options.firmware.as_deref(), record.as_deref(), terms);
    let setup = match setup {
        Ok(setup) => setup,
        Err((exit, why)) => {
            output.error(&why);
            return exit;
        }
    };
    let ready = OnceLock::from(Ok(setup));
    let shared = Arc::new(Shared { ready, make: None, forced: false, worst: Mutex::new(Exit::Fine) });
    let arguments =
        Arguments { test_threads: arguments.test_threads.or(options.test_threads.map(Into::into)), ..arguments };
    // Whether a test failed is known already: by kind.
    let _ = libtest_mimic::run(&arguments, trials(plan, "", &shared));
    *shared.worst.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the trials of a process share. The board is flashed once, by the first that runs: a list needs no board.
struct Shared {
    ready: OnceLock<Result<Setup, String>>,
    make: Option<Box<dyn Fn() -> Result<Setup, String> + Send + Sync>>,
    forced: bool,
    worst: Mutex<Exit>,
}

fn trials(plan: Plan, prefix: &str, shared: &Arc<Shared>) -> Vec<Trial> {
    plan.cases
        .into_iter()
        .map(|case| {
            let shared = Arc::clone(shared);
            let known = case.clone();
            named(prefix, &known, move || shared.run(&case))
        })
        .collect()
}

impl Shared {
    fn run(&self, case: &Case) -> Result<Completion, Failed> {
        let setup = self.ready.get_or_init(|| match &self.make {
            Some(make) => make(),
            None => Err("no bench".to_owned()),
        });
        let finished = match setup {
            Ok(setup) => finish_case(&setup.station(), case, 1),
            Err(why) => {
                self.note(Exit::RigTrouble);
                return Err(format!("inconclusive (rig): {why}").into());
            }
        };
        self.note(finished.end.into());
        if self.forced && finished.is_pending {
            // `cargo insta test` counts the pending snapshot, and fails over it.
            return Ok(Completion::Completed);
        }
        match message(case, &finished) {
            Some(message) => Err(message.into()),
            None if finished.end == End::Skipped => {
                Ok(Completion::ignored_with(finished.reason.as_deref().unwrap_or_default()))
            }
            None => Ok(Completion::Completed),
        }
    }

    fn note(&self, exit: Exit) {
        let mut worst = self.worst.lock().unwrap_or_else(PoisonError::into_inner);
        *worst = exit.max(*worst);
    }
}

/// Why a trial fails; `None` if it does not.
fn message(case: &Case, finished: &Finished) -> Option<String> {
    let reason = finished.reason.as_deref().unwrap_or("no reason given");
    let first = match finished.end {
        End::Passed | End::Skipped | End::Quarantined => return None,
        End::NotRun | End::Inconclusive => format!("inconclusive (rig): {reason}"),
        End::Failed | End::Bug => format!("{}: {reason}", finished.word),
    };
    let backtrace = finished.backtrace.as_deref().unwrap_or_default();
    Some(format!("{first}\n\"{}\"\n\n{}{backtrace}", case.about.title, finished.text))
}

/// `scenarios/runner.rs`: every case below `scenarios` is a test, on each of the rigs and with the firmware that the
/// environment names as `BROWNOUT_…`, else the shipped ones. With several rigs a test's name begins with its rig's. Call it
/// first thing in `main`.
pub fn test_target(scenarios: &Path) -> u8 {
    match prepared(scenarios) {
        Ok((arguments, trials)) => {
            let conclusion = libtest_mimic::run(&arguments, trials);
            // As libtest itself: cargo and nextest know this number.
            if conclusion.has_failed() { 101 } else { 0 }
        }
        Err(exit) => exit.code(),
    }
}

#[derive(Parser)]
struct Environment {
    #[command(flatten)]
    options: Options,
    #[arg(long, env = "BROWNOUT_COLOR", value_enum, default_value = "auto")]
    color: Color,
}

fn prepared(scenarios: &Path) -> Result<(Arguments, Vec<Trial>), Exit> {
    let mut output = Output::standard(Color::Never);
    let usage = |output: &mut Output, why: &str| {
        output.error(why);
        Exit::Usage
    };
    let root = scenarios.parent().unwrap_or(scenarios);
    store::prepare(root).map_err(|error| usage(&mut output, &error.to_string()))?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let Selection(arguments) = selection(&arguments).map_err(|error| usage(&mut output, &error))?;
    let environment = Environment::try_parse_from(["scenarios"]);
    let Environment { options, color } = environment.map_err(|error| usage(&mut output, &error.to_string()))?;
    for option in options.front_only() {
        output.talk(&format!("{option} is of `brownout run` alone; it changes nothing here"));
    }
    let look = Output::standard(color).data_look;
    let stop = signals::listen().map_err(|error| usage(&mut output, &error.to_string()))?;
    let terms = options.terms(look, &stop).map_err(|why| usage(&mut output, &why))?;
    let mut all = Vec::new();
    for rig in options.rigs() {
        let files = RigFiles::load(rig).map_err(|error| usage(&mut output, &error))?;
        if !arguments.list {
            options.may_energise(&files.rig).map_err(|why| usage(&mut output, &why))?;
        }
        let mut plan = setup::plan(&[scenarios.to_owned()], &files, &mut output).ok_or(Exit::Usage)?;
        options.keep_shard(&mut plan.cases);
        let several = options.rigs.len() > 1;
        let prefix = if several { format!("{}/", files.rig.name) } else { String::new() };
        let record = options.record_on(&files.rig.name).map(|dir| record_folder(&dir, arguments.filter.as_deref()));
        let (rig, firmware, terms) = (rig.map(Path::to_owned), options.firmware.clone(), terms.clone());
        let make = move || {
            let files = RigFiles::load(rig.as_deref())?;
            let (firmware, record) = (firmware.as_deref(), record.as_deref());
            Setup::new(files, &bench::Rigs, firmware, record, terms.clone()).map_err(|(_, why)| why)
        };
        let shared = Shared {
            ready: OnceLock::new(),
            make: Some(Box::new(make)),
            forced: store::counted_by_cargo_insta(),
            worst: Mutex::new(Exit::Fine),
        };
        all.extend(trials(plan, &prefix, &Arc::new(shared)));
    }
    Ok((arguments, all))
}

/// nextest runs a process for each case, many at once; a record folder belongs to one process.
fn record_folder(dir: &Path, case: Option<&str>) -> PathBuf {
    match (env::var("NEXTEST_RUN_ID"), case) {
        (Ok(run), Some(case)) => dir.join(run).join(CaseName(case.to_owned()).file_name()),
        _ => dir.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::About;
    use crate::scenario::error::Source;
    use crate::scenario::id::CaseId;
    use brownout_reports::CaseSummary;
    use brownout_trace::{Span, Volts};

    fn case(skip: Option<&str>) -> Case {
        let about = About {
            path: "noon.toml".into(),
            root: ".".into(),
            title: "Noon".into(),
            why: "w".into(),
            covers: Vec::new(),
            trace_snapshot: false,
            source: Source::new("noon.toml", ""),
            included: Vec::new(),
        };
        Case {
            id: CaseId { scenario: "noon".into(), choice: Vec::new() },
            about: Arc::new(about),
            board: None,
            steps: Vec::new(),
            nominal: Volts(12.0),
            takes: Span::ZERO,
            arranging: None,
            uncertainty: brownout_rigs::uncertainty::Uncertainty::EXACT,
            skip: skip.map(str::to_owned),
        }
    }

    fn finished(end: End, word: &'static str) -> Finished {
        let told = CaseSummary::skipped(CaseName("noon".into()), String::new());
        Finished {
            reason: Some("the meter is silent".into()),
            text: "details\n".into(),
            ..Finished::bare(case(None).id, (end, word), told)
        }
    }

    #[test]
    fn a_trial_says_whose_fault_it_is_before_anything_else() {
        let message = |end, word| message(&case(None), &finished(end, word));
        let inconclusive = message(End::Inconclusive, "inconclusive").unwrap();
        assert_eq!(inconclusive, "inconclusive (rig): the meter is silent\n\"Noon\"\n\ndetails\n");
        assert!(message(End::Failed, "changed").unwrap().starts_with("changed: the meter is silent\n"));
        assert!(message(End::Bug, "bug").unwrap().starts_with("bug: "));
        assert_eq!(message(End::Passed, "passed"), None);
        assert_eq!(message(End::Skipped, "skipped"), None);
    }

    #[test]
    fn a_known_skip_is_an_ignored_trial() {
        let skipped = named("", &case(Some("no console")), || Ok(Completion::Completed));
        assert!(skipped.has_ignored_flag() && skipped.kind() == "no console");
        let run = named("", &case(None), || Ok(Completion::Completed));
        assert!(!run.has_ignored_flag() && run.kind().is_empty());
    }

    #[test]
    fn a_trial_carries_its_rig_where_there_are_several() {
        assert_eq!(named("", &case(None), || Ok(Completion::Completed)).name(), "noon");
        assert_eq!(named("virtual-12v/", &case(None), || Ok(Completion::Completed)).name(), "virtual-12v/noon");
    }

    #[test]
    fn no_threads_would_wait_for_ever() {
        let threads = |text: &str| selection(&[OsString::from(text)]);
        assert!(threads("--test-threads=0").is_err());
        assert_eq!(threads("--test-threads=3").map(|selection| selection.threads()), Ok(NonZeroUsize::new(3)));
    }
}
