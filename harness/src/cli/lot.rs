//! `brownout run --boards N`: a lot of boards instead of the nominal one.

use super::bench::{Lab, RigFiles};
use super::exit::Exit;
use super::libtest::Selection;
use super::output::Output;
use super::run::Options;
use super::setup::{self, Setup, Terms, count};
use crate::lot::table;
use crate::lot::tally::Tally;
use crate::lot::trying::Line;
use crate::plan::{Case, Plan};
use crate::runner::{End, pool};
use brownout_rigs::lot::Lot;
use brownout_trace::Span;
use std::time::Instant;

/// More boards than these are more than a figure of a lot is worth, and than memory should hold.
pub const MOST: i64 = 100_000;

/// What of the other options says nothing about a lot, and why.
pub fn refused(options: &Options, selection: &Selection) -> Option<String> {
    let part = "a part of a lot has another yield than the lot";
    let beside = "a lot has a table of its own, and no outcome that is kept";
    let given = [
        ("--shard", options.shard.is_some(), part),
        ("--fail-fast", options.fail_fast, part),
        ("--max-time", options.max_time.is_some(), part),
        ("--repeat", options.repeat.get() > 1, "every board of a lot is another one; ask for more boards"),
        ("--quarantine", options.quarantine.is_some(), "a known failure counts against the yield like any other"),
        ("--record", options.record.is_some(), beside),
        ("--junit", options.junit.is_some(), beside),
        ("libtest's own output (--list, --format and the like after `--`)", selection.is_libtest(), beside),
    ];
    let (option, _, why) = given.into_iter().find(|(_, is_given, _)| *is_given)?;
    Some(format!("{option}: not with --boards; {why}"))
}

/// The boards for a rig, before anything is energised.
///
/// # Errors
/// That they would all be the same one.
fn draw(files: &RigFiles, seed: u64, boards: u32) -> Result<Lot, String> {
    let hint = "write a tolerance, as in `capacitor = \"470uF ±20%\"`, or name a rig with some, as `virtual-12v-lot`";
    let nothing = || format!("nothing in `{}` spreads: {hint}", files.rig.name);
    Lot::draw(&files.rig, seed, boards).ok_or_else(nothing)
}

/// A lot on one rig, and all that is needed to run it.
pub struct Batch<'a> {
    /// What was asked for.
    pub options: &'a Options,
    /// Which cases.
    pub selection: &'a Selection,
    /// What makes the bench ready.
    pub lab: &'a dyn Lab,
    /// What cases are run under.
    pub terms: &'a Terms,
}

impl Batch<'_> {
    /// A lot on each rig; every lot is drawn before anything is energised.
    pub fn run_all(&self, planned: Vec<(RigFiles, Plan)>, boards: u32, output: &mut Output) -> Exit {
        let drawn = planned.into_iter().map(|(files, plan)| {
            let lot = draw(&files, self.terms.seed, boards)?;
            Ok((files, plan, lot))
        });
        match drawn.collect::<Result<Vec<_>, String>>() {
            Ok(drawn) => {
                let on = |(files, plan, lot): (RigFiles, Plan, Lot)| self.run(files, &lot, &plan.cases, output);
                drawn.into_iter().map(on).max().unwrap_or(Exit::Usage)
            }
            Err(why) => {
                output.error(&why);
                Exit::Usage
            }
        }
    }

    /// Flashes once, runs every selected case on every board and prints what became of the lot.
    fn run(&self, files: RigFiles, lot: &Lot, cases: &[Case], output: &mut Output) -> Exit {
        let mut selected = self.selection.of(cases);
        if selected.is_empty() {
            output.error(&format!("nothing to run: none of {} cases matches", cases.len()));
            return Exit::Usage;
        }
        let skipped = setup::skips(selected.iter().copied());
        selected.retain(|case| case.skip.is_none());
        skipped.iter().for_each(|line| output.talk(line));
        if selected.is_empty() {
            output.talk("every case is skipped on this rig: a lot of nothing has no yield");
            return Exit::Fine;
        }
        let started = Instant::now();
        let name = format!("{} on {}", files.profile.name, files.rig.name);
        let firmware = self.options.firmware.as_deref();
        let setup = match Setup::new(files, self.lab, firmware, None, self.terms.clone()) {
            Ok(setup) => setup,
            Err((exit, why)) => {
                output.error(&why);
                return exit;
            }
        };
        output.talk(&format!("{name}: {}; seed {}", setup.said(), self.terms.seed));
        let threads = self.selection.threads().or(self.options.test_threads).unwrap_or_else(pool::threads);
        let boards = usize::try_from(lot.boards()).unwrap_or(usize::MAX);
        let line = Line { bench: setup.station().bench, watch: &self.terms.watch, threads };
        let tried = line.run(lot, &selected, |done| {
            output.progress(&format!("{} of {} done", done / selected.len(), count(boards, "board")));
        });
        let figures = count(lot.figures().len(), "figure");
        let head = format!(
            "a lot of {} on {}, seed {}: {figures} of the parts spread, {} on each board",
            count(boards, "board"),
            setup.rig(),
            lot.seed(),
            count(selected.len(), "case")
        );
        output.data(&head);
        let tally = Tally::of(lot, &selected, &tried);
        output.data(&table::lines(&tally).join("\n"));
        let bench = tried.iter().fold(Span::ZERO, |sum, tried| sum + tried.virtual_time);
        let wall = started.elapsed();
        output.talk(&format!("{:.1}s of wall time, {bench} of bench time", wall.as_secs_f64()));
        let gravest: Option<End> = tried.iter().map(|tried| tried.end).max();
        gravest.map_or(Exit::Fine, Exit::from)
    }
}
