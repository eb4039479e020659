//! `brownout rig check`: a rig looks at itself; what it finds is kept as its calibration.

use crate::cli::bench::{self, RigFiles};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::setup;
use crate::rigged::Rigged;
use crate::runner::log::with_causes;
use crate::runner::seed;
use crate::runner::watch::{Stop, Watch};
use crate::show::paint::Tint;
use brownout_rigs::bench::RigFault;
use brownout_rigs::bench::outside::Outside;
use brownout_rigs::bench::pi::{PiLook, PiRig};
use brownout_rigs::calibration::{Day, USUAL};
use brownout_rigs::parts::supply::{can_shot, shortest_shot};
use brownout_rigs::rig::Stand;
use brownout_rigs::rig::pi::{PiWires, PowerStage};
use brownout_rigs::self_check::lively::{About, SHOT};
use brownout_rigs::self_check::{Grade, Lively, Report, lively, quiet};
use brownout_trace::event::Level;
use brownout_trace::{Instant, Ohms, Span, Volts};
use clap::builder::FalseyValueParser;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to check, and how far to go.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// A rig file or the name of a shipped rig, more than once for several; the virtual one if there is none
    #[arg(long = "rig", value_name = "FILE", env = "BROWNOUT_RIG", value_delimiter = ':')]
    rigs: Vec<PathBuf>,
    /// Move no line that may energise; the calibration stays as it is
    #[arg(long, env = "BROWNOUT_QUIET_LINES", value_parser = FalseyValueParser::new())]
    quiet_lines: bool,
    /// What a better instrument reads at the supply terminals, such as 12.03V: the meter is compared with it
    #[arg(long, value_name = "VOLTS", env = "BROWNOUT_REFERENCE")]
    reference: Option<Volts>,
    /// A resistor at the supply terminals in the board's place, such as 24ohm: the current that the meter reads is compared
    /// with it. Console and probe are left alone
    #[arg(long, value_name = "OHMS", env = "BROWNOUT_LOAD")]
    load: Option<Ohms>,
    /// How long the calibration counts
    #[arg(long, value_name = "DUR", env = "BROWNOUT_VALID", default_value_t = USUAL)]
    valid: Span,
    /// How many shots are played and measured: about four in a second
    #[arg(long, value_name = "N", env = "BROWNOUT_SHOTS", default_value = "100")]
    shots: NonZeroU32,
    /// Let a mains rig switch mains; without it such a rig is checked with --quiet-lines
    #[arg(long, env = "BROWNOUT_ENERGISE", value_parser = FalseyValueParser::new())]
    energise: bool,
}

const DAY: Span = Span::secs(86_400);
/// Nobody promises more of a meter.
const LONGEST: Span = Span::secs(3_650 * 86_400);
/// What a supply can drive, and a meter still tell from nothing.
const LOADS: RangeInclusive<f64> = 0.1..=10_000.0;
/// Shots of a virtual rig: they are all alike.
const VIRTUAL_SHOTS: u32 = 1;

/// Checks each rig, and prints what was found; until `stop` says otherwise.
pub fn check(options: &Options, output: &mut Output, stop: &Stop) -> Exit {
    if let Some(load) = options.load.filter(|load| !LOADS.contains(&load.0)) {
        output.error(&format!(
            "a load of {load} tells nothing: from {} to {}",
            Ohms(*LOADS.start()),
            Ohms(*LOADS.end())
        ));
        return Exit::Usage;
    }
    if !(DAY..=LONGEST).contains(&options.valid) {
        output.error(&format!("a calibration cannot count for {}: from {DAY} to {LONGEST}", options.valid));
        return Exit::Usage;
    }
    let rigs: Vec<Option<&Path>> = match options.rigs.as_slice() {
        [] => vec![None],
        rigs => rigs.iter().map(|rig| Some(rig.as_path())).collect(),
    };
    let mut loaded = Vec::new();
    for rig in rigs {
        match RigFiles::load(rig) {
            Ok(files) => loaded.push(files),
            Err(error) => {
                output.error(&error);
                return Exit::Usage;
            }
        }
    }
    let ends: Vec<Exit> = loaded.iter().map(|files| checked(options, files, output, stop)).collect();
    ends.into_iter().max().unwrap_or(Exit::Fine)
}

fn checked(options: &Options, files: &RigFiles, output: &mut Output, stop: &Stop) -> Exit {
    let rig = &files.rig;
    let lock = match setup::lock(rig) {
        Ok(lock) => lock.map(Arc::new),
        Err(error) => {
            output.error(&with_causes(&error));
            return Exit::RigTrouble;
        }
    };
    let watch = Watch { stop: stop.clone(), lock, ..Watch::default() };
    let moves = !options.quiet_lines && (options.energise || !rig.stand.is_mains());
    let report = match &rig.stand {
        Stand::Virtual(_) => of_virtual(options, files),
        Stand::Pi(wires) => {
            let (report, warnings) = of_pi(options, files, wires, moves, &watch.outside());
            warnings.iter().for_each(|warning| output.talk(&format!("warning: {warning}")));
            report
        }
    };
    for finding in &report.findings {
        let tint = match finding.grade {
            Grade::Good => Tint::Good,
            Grade::Degraded => Tint::Warn,
            Grade::Bad => Tint::Bad,
        };
        let grade = output.data_look.paint(tint, &format!("{:<9}", finding.grade));
        output.data(&format!("{grade} {:<10} {}", finding.check, finding.said));
    }
    let grade = report.grade();
    output.data(&format!("{}: {grade}", rig.name));
    let kept = if moves { keep(options, files, &report, output) } else { Exit::Fine };
    if grade == Grade::Bad { Exit::RigTrouble } else { kept }
}

/// Keeps what was found, unless it was bad: what was found before stays then, and its day.
fn keep(options: &Options, files: &RigFiles, report: &Report, output: &mut Output) -> Exit {
    let Some(path) = files.rig.calibration_file().filter(|_| report.grade() != Grade::Bad) else { return Exit::Fine };
    let today = Day::today();
    let due = today.plus(options.valid.0 / DAY.0);
    match report.calibration(&files.rig.name, today, due).write(&path) {
        Ok(()) => {
            output.talk(&format!("kept in {}, due on {due}", path.display()));
            Exit::Fine
        }
        Err(error) => {
            output.error(&with_causes(&error));
            Exit::RigTrouble
        }
    }
}

fn bad(check: &'static str, fault: &RigFault) -> Report {
    let mut report = Report::default();
    report.find(check, Grade::Bad, fault.to_string());
    report
}

/// Its lines first; then, if nothing is wrong with them, with the board on its supply. With what may make the rig less good
/// than it could be.
fn of_pi(
    options: &Options,
    files: &RigFiles,
    wires: &PiWires,
    moves: bool,
    outside: &Outside,
) -> (Report, Vec<String>) {
    let mut report = match PiLook::open(&files.rig, &files.profile, outside) {
        Ok(mut look) => quiet(wires, &mut look, moves),
        Err(fault) => return (bad("rig", &fault), Vec::new()),
    };
    if !moves || report.grade() == Grade::Bad {
        return (report, Vec::new());
    }
    let bench = outside.asked().and_then(|()| {
        PiRig::new(&files.rig, &files.profile, None, outside.clone()).and_then(|rig| rig.bench(Instant::ZERO))
    });
    let short = Level::Volts(Volts::ZERO);
    let shot = if can_shot(&wires.supply, short, SHOT).is_ok() { short } else { Level::Open };
    let width = shortest_shot(&wires.supply, shot).map_or(SHOT, |shortest| shortest.max(SHOT));
    let (more, warnings) = match bench {
        Ok(mut bench) => (energised(options, files, (shot, width, options.shots.get()), &mut bench), bench.warnings()),
        Err(fault) => (bad("rig", &fault), Vec::new()),
    };
    report.add(more);
    (report, warnings)
}

/// Flashed by its probe, which is all of a virtual rig that can be wrong; and the rest for good measure.
fn of_virtual(options: &Options, files: &RigFiles) -> Report {
    let mut report = Report::default();
    if options.quiet_lines {
        report.find("rig", Grade::Good, "virtual: it has no lines");
        return report;
    }
    let fault = |what: String| RigFault { what, hint: String::new() };
    let flashed = bench::firmware(None).map_err(|trouble| fault(format!("{trouble:?}"))).and_then(|firmware| {
        let rigged = Rigged::flash(files.rig.clone(), files.profile.clone(), &firmware);
        rigged.map_err(|error| fault(with_causes(&error))).map(|rigged| (rigged, firmware.name().to_owned()))
    });
    let (rigged, firmware) = match flashed {
        Ok(flashed) => flashed,
        Err(fault) => return bad("flash", &fault),
    };
    if let Some(said) = files.rig.stand.inrush() {
        report.find("inrush", Grade::Good, said);
    }
    report.find("flash", Grade::Good, format!("{firmware} was written by probe-rs and verified"));
    let more = match rigged.bench(seed::USUAL, Instant::ZERO) {
        Ok(mut bench) => energised(options, files, (Level::Open, SHOT, VIRTUAL_SHOTS), &mut bench),
        Err(fault) => bad("rig", &fault),
    };
    report.add(more);
    report
}

/// What a bench supply is told to see how soon it is there: four fifths of nominal, which no board minds.
fn settles(wires: &PiWires) -> Option<(Volts, Span)> {
    match &wires.supply.stage {
        PowerStage::Scpi(supply) | PowerStage::Korad(supply) => {
            Some((Volts(wires.supply.nominal.0 * 0.8), supply.settling))
        }
        _ => None,
    }
}

fn energised(
    options: &Options,
    files: &RigFiles,
    (shot, width, shots): (Level, Span, u32),
    bench: &mut dyn Lively,
) -> Report {
    let about = About {
        nominal: files.rig.stand.nominal(),
        shot,
        shots,
        width,
        uncertainty: files.rig.uncertainty,
        settles: files.rig.stand.pi().and_then(|wires| settles(wires)),
        reference: options.reference,
        load: options.load,
        console: files.profile.console.as_ref(),
    };
    lively(&about, bench)
}
