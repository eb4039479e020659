//! `brownout run`: plan, flash, run every case, say what came of it.

use super::bench::{Lab, RigFiles};
use super::exit::Exit;
use super::front::{Front, Report};
use super::libtest::{self, Selection};
use super::lot::{self, Batch};
use super::output::Output;
use super::paths_or_shipped;
use super::setup::{self, Setup, Terms, count, plan};
use super::shard::Shard;
use crate::plan::Case;
use crate::runner::bounds::Bounds;
use crate::runner::log::with_causes;
use crate::runner::quarantine::{Quarantine, today};
use crate::runner::watch::{Stop, Watch};
use crate::runner::{pool, seed};
use crate::scenario::error::Source;
use crate::show::Look;
use brownout_reports::Junit;
use brownout_rigs::rig::Rig;
use brownout_trace::Span;
use clap::builder::FalseyValueParser;
use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

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
    /// Write a JUnit report: failed is a failure, inconclusive an error, skipped or not run is skipped
    #[arg(long, value_name = "FILE", env = "BROWNOUT_JUNIT")]
    pub junit: Option<PathBuf>,
    /// Run one part of N, by a hash of each case's id: 1/3, 2/3 and 3/3 together run every case once
    #[arg(long, value_name = "I/N", env = "BROWNOUT_SHARD")]
    pub shard: Option<Shard>,
    /// Begin no further case once a board has failed one
    #[arg(long, env = "BROWNOUT_FAIL_FAST", value_parser = FalseyValueParser::new())]
    pub fail_fast: bool,
    /// Begin no case that would not end within this wall time, by an estimate; such cases are told of as not run
    #[arg(long, value_name = "DUR", env = "BROWNOUT_MAX_TIME")]
    pub max_time: Option<Span>,
    /// End a case that takes longer than this wall time, as inconclusive; 10min on a virtual rig if not said
    #[arg(long, value_name = "DUR", env = "BROWNOUT_CASE_TIME")]
    pub case_time: Option<Span>,
    /// End a case that takes longer than this bench time, counted from the beginning of arranging, as inconclusive
    #[arg(long, value_name = "DUR", env = "BROWNOUT_CASE_BENCH_TIME")]
    pub case_bench_time: Option<Span>,
    /// Run every case so often, each time with the next seed, and say which are flaky
    #[arg(long, value_name = "N", env = "BROWNOUT_REPEAT", default_value = "1", value_parser = from_one::<NonZeroU32>)]
    pub repeat: NonZeroU32,
    /// Run a lot of so many boards, each with parts drawn within the tolerances of the rig file: yield, the statistics of
    /// each measurement, and the part that decides it
    #[arg(long, value_name = "N", env = "BROWNOUT_BOARDS", value_parser = clap::value_parser!(u32).range(1..=lot::MOST))]
    pub boards: Option<u32>,
    /// Known failures, told of apart: TOML entries with a pattern, a reason and a last day
    #[arg(long, value_name = "FILE", env = "BROWNOUT_QUARANTINE")]
    pub quarantine: Option<PathBuf>,
    /// How many cases run at once; one for each processor if not said
    #[arg(long, value_name = "N", env = "BROWNOUT_TEST_THREADS", value_parser = from_one::<NonZeroUsize>)]
    pub test_threads: Option<NonZeroUsize>,
    /// Let a mains rig switch mains. Without it such a rig is refused before anything of it is opened
    #[arg(long, env = "BROWNOUT_ENERGISE", value_parser = FalseyValueParser::new())]
    pub energise: bool,
    /// Use a rig whose calibration is overdue or missing; `brownout rig check` makes one
    #[arg(long, env = "BROWNOUT_UNCALIBRATED", value_parser = FalseyValueParser::new())]
    pub uncalibrated: bool,
    /// What `cargo test -- --help` knows: FILTER, --exact, --skip, --list, --format, …
    #[arg(last = true, value_name = "LIBTEST ARGS")]
    pub libtest: Vec<OsString>,
}

fn from_one<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "write a whole number from 1 on".to_owned())
}

impl Default for Options {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            rigs: Vec::new(),
            firmware: None,
            record: None,
            seed: seed::USUAL,
            junit: None,
            shard: None,
            fail_fast: false,
            max_time: None,
            repeat: NonZeroU32::MIN,
            boards: None,
            quarantine: None,
            case_time: None,
            case_bench_time: None,
            test_threads: None,
            energise: false,
            uncalibrated: false,
            libtest: Vec::new(),
        }
    }
}

impl Options {
    /// That this rig may be energised (DESIGN.md, rule 7).
    ///
    /// # Errors
    /// It switches mains, and nobody said that it may.
    pub fn may_energise(&self, rig: &Rig) -> Result<(), String> {
        if self.energise || !rig.stand.is_mains() {
            return Ok(());
        }
        Err(format!(
            "the rig `{}` switches mains: nothing of it was touched. With nobody near the board, the guard closed and the \
             stop released, say `--energise`; `brownout check` needs none",
            rig.name
        ))
    }

    /// The options that only the front end knows, of those that were given.
    pub fn front_only(&self) -> Vec<&'static str> {
        let given = [
            ("--junit", self.junit.is_some()),
            ("--fail-fast", self.fail_fast),
            ("--max-time", self.max_time.is_some()),
            ("--repeat", self.repeat.get() > 1),
            ("--boards", self.boards.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    /// What cases are run under.
    ///
    /// # Errors
    /// What is wrong with the file of known failures, rendered.
    pub fn terms(&self, look: Look, stop: &Stop) -> Result<Terms, String> {
        let quarantine = self.quarantine.as_deref().map(|path| {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
            Quarantine::parse(&Source::new(name, text), today())
                .map_err(|fault| format!("the quarantine cannot be used\n{}", look.fault(&fault).trim_end()))
        });
        let quarantine = quarantine.transpose()?.unwrap_or_default();
        let watch = Watch { stop: stop.clone(), wall: self.case_time, bench: self.case_bench_time, lock: None };
        Ok(Terms { seed: self.seed, look, watch, quarantine, uncalibrated: self.uncalibrated })
    }

    /// Leaves the cases of the shard that was asked for.
    pub fn keep_shard(&self, cases: &mut Vec<Case>) {
        if let Some(shard) = self.shard {
            cases.retain(|case| shard.has(&case.id));
        }
    }

    /// The rigs that were asked for; one `None` stands for the shipped one.
    pub fn rigs(&self) -> Vec<Option<&Path>> {
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

/// Runs the command, until `stop` says otherwise.
pub fn run(options: &Options, output: &mut Output, lab: &dyn Lab, stop: &Stop) -> Exit {
    let selection = match libtest::selection(&options.libtest) {
        Ok(selection) => selection,
        Err(error) => {
            output.error(&error);
            return Exit::Usage;
        }
    };
    if let Some(why) = options.boards.and_then(|_| lot::refused(options, &selection)) {
        output.error(&why);
        return Exit::Usage;
    }
    let front_only = options.front_only();
    if selection.is_libtest() && !front_only.is_empty() {
        let given = front_only.join(", ");
        output.error(&format!("{given}: not with libtest's own output (--list, --format and the like after `--`)"));
        return Exit::Usage;
    }
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
    if !selection.is_list() {
        let refused = planned.iter().find_map(|(files, _)| options.may_energise(&files.rig).err());
        if let Some(why) = refused {
            output.error(&why);
            return Exit::Usage;
        }
    }
    if selection.is_libtest() {
        let on = |(files, plan)| libtest::run(options, &selection, files, plan, output, lab, stop);
        return planned.into_iter().map(on).max().unwrap_or(Exit::Usage);
    }
    // Before anything is energised: an expired entry is a mistake in a file.
    let terms = match options.terms(output.talk_look, stop) {
        Ok(terms) => Terms { look: output.data_look, ..terms },
        Err(why) => {
            output.error(&why);
            return Exit::Usage;
        }
    };
    if let Some(boards) = options.boards {
        let batch = Batch { options, selection: &selection, lab, terms: &terms };
        return batch.run_all(planned, boards, output);
    }
    let started = Instant::now();
    let bounds = Bounds::new(options.fail_fast, options.repeat, options.max_time);
    let asked = Asked { options, selection, bounds, lab, terms };
    let mut junit = match options.junit.as_deref().map(Junit::create).transpose() {
        Ok(junit) => junit,
        Err(error) => {
            output.error(&with_causes(&error));
            return Exit::Usage;
        }
    };
    let mut exit = Exit::Fine;
    for (files, plan) in planned {
        exit = exit.max(asked.on_rig(files, &plan.cases, junit.as_mut(), output));
    }
    if let Some(Err(error)) = junit.map(|junit| junit.write(started.elapsed())) {
        output.error(&with_causes(&error));
        exit = exit.max(Exit::RigTrouble);
    }
    exit
}

/// What holds for all rigs of a run.
struct Asked<'a> {
    options: &'a Options,
    selection: Selection,
    bounds: Bounds,
    lab: &'a dyn Lab,
    terms: Terms,
}

impl Asked<'_> {
    fn on_rig(&self, files: RigFiles, cases: &[Case], junit: Option<&mut Junit>, output: &mut Output) -> Exit {
        let Self { options, selection, bounds, lab, terms } = self;
        let mut selected = selection.of(cases);
        if selected.is_empty() {
            output.error(&format!("nothing to run: none of {} cases matches", cases.len()));
            return Exit::Usage;
        }
        if let Some(shard) = options.shard {
            let all = selected.len();
            selected.retain(|case| shard.has(&case.id));
            output.talk(&format!("shard {shard}: {} of {all}", count(selected.len(), "case")));
        }
        if selected.is_empty() {
            return Exit::Fine;
        }
        let record = options.record_on(&files.rig.name);
        let name = format!("{} on {}", files.profile.name, files.rig.name);
        let skipped = setup::skips(selected.iter().copied());
        let doubtful = selected.iter().filter(|case| case.is_doubtful()).count();
        let selected: Vec<&Case> =
            selected.into_iter().flat_map(|case| std::iter::repeat_n(case, bounds.repeat())).collect();
        let setup = Setup::new(files, *lab, options.firmware.as_deref(), record.as_deref(), terms.clone());
        let setup = match setup {
            Ok(setup) => setup,
            Err((exit, why)) => {
                output.error(&why);
                return exit;
            }
        };
        output.talk(&format!("{name}: {}; seed {}", setup.said(), options.seed));
        skipped.iter().for_each(|line| output.talk(line));
        if doubtful > 0 {
            let cases = count(doubtful, "case");
            output.talk(&format!("{cases}: more is asked than this rig can tell; `brownout check` shows where"));
        }
        let threads = selection.threads().or(options.test_threads).unwrap_or_else(pool::threads);
        let threads = setup.station().bench.at_once().map_or(threads, |most| most.min(threads));
        let report = junit.map(|junit| Report {
            junit,
            prefix: if options.rigs.len() > 1 { format!("{}/", setup.rig()) } else { String::new() },
            properties: setup.properties(),
        });
        let mut front = Front::new(output, &selected, report, bounds, threads);
        pool::run(&setup.station(), &selected, threads, bounds, |news| front.hear(news));
        let exit = front.finish();
        if let Some(folder) = setup.folder() {
            output.talk(&format!("recorded in {}: a folder for each case", folder.display()));
        }
        exit
    }
}
