//! `brownout rig list`: the rigs that can be named, who holds them and when they are due, and what is plugged in here.

use crate::cli::exit::Exit;
use crate::cli::output::Output;
use brownout_rigs::bench::pi::model;
use brownout_rigs::calibration::{Calibration, Day};
use brownout_rigs::lock::{self, State};
use brownout_rigs::plugged;
use brownout_rigs::rig::{Rig, SHIPPED, Stand};
use std::fs;
use std::path::{Path, PathBuf};

/// Where rig files are looked for.
const FOLDER: &str = "rigs";

/// Lists them.
pub fn list(output: &mut Output) -> Exit {
    let machine = model().map_or("no Raspberry Pi".to_owned(), |model| format!("a {model}"));
    output.data(&format!("machine  {machine}"));
    one_or_none("probe", plugged::probes(), output);
    one_or_none("serial", plugged::serial_ports(), output);
    output.data("");
    let today = Day::today();
    let mut rows = vec![["rig", "bench", "board", "calibration", "lock"].map(str::to_owned).to_vec()];
    let mut exit = Exit::Fine;
    for (named, rig) in rigs() {
        match rig {
            Ok(rig) => rows.push(row(&named, &rig, today)),
            Err(error) => {
                output.error(&error);
                exit = Exit::Usage;
            }
        }
    }
    aligned(&rows).iter().for_each(|line| output.data(line));
    exit
}

fn one_or_none(what: &str, found: Vec<String>, output: &mut Output) {
    let found = if found.is_empty() { vec!["none".to_owned()] } else { found };
    found.iter().for_each(|one| output.data(&format!("{what:<8} {one}")));
}

/// The shipped rigs by name, then the files here that are not the same.
fn rigs() -> Vec<(String, Result<Rig, String>)> {
    let shipped = SHIPPED.iter().map(|(name, text)| {
        let rig = Rig::parse(text, Path::new(name)).map_err(|error| error.to_string());
        ((*name).to_owned(), rig)
    });
    let mut files: Vec<PathBuf> =
        fs::read_dir(FOLDER).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml") && is_rig(path));
    files.sort();
    let here = files.into_iter().map(|path| {
        let rig = Rig::load(&path).map_err(|error| error.to_string());
        (path.display().to_string(), rig)
    });
    shipped.chain(here).collect()
}

/// Not one of the shipped, and no other kind of file: a package's manifest may stand beside them.
fn is_rig(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    path.file_name().is_some_and(|name| name != "Cargo.toml") && !SHIPPED.iter().any(|(_, shipped)| *shipped == text)
}

fn row(named: &str, rig: &Rig, today: Day) -> Vec<String> {
    let bench = match rig.stand {
        Stand::Virtual(_) => "virtual",
        Stand::Pi(_) => "pi",
    };
    let lock = match rig.lock_file().map(|path| lock::look(&path)) {
        None => "none".to_owned(),
        Some(State::Free) => "free".to_owned(),
        Some(State::Held(None)) => "held".to_owned(),
        Some(State::Held(Some(holder))) => format!("held by {holder}"),
    };
    let calibration = match rig.calibration_file().map(|path| Calibration::load(&path, &rig.name)) {
        None => "none needed".to_owned(),
        Some(Err(error)) if error.is_missing() => "none".to_owned(),
        Some(Err(_)) => "not to be read".to_owned(),
        Some(Ok((found, _))) => {
            let late = if found.is_overdue(today) { ", overdue" } else { "" };
            format!("{} of {}, due {}{late}", found.grade, found.date, found.due)
        }
    };
    // The holder's words come last: they may be long.
    vec![named.to_owned(), bench.to_owned(), rig.board.clone(), calibration, lock]
}

fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
