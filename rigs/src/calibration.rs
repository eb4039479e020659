//! The calibration file of a physical rig: what `brownout rig check` found, when, and until when that counts.
//!
//! ```toml
//! rig   = "pi-12v"
//! date  = 2026-11-23
//! due   = 2027-11-23            # the last day
//! grade = "good"
//! lines = 11                    # read back at both levels
//!
//! [shots]                       # interruptions as they came out
//! count = 50
//! late  = { p50 = "21us", p99 = "60us", max = "80us" }     # the start, from the instant it was asked for
//! width = { p50 = "12us", p99 = "31us", max = "44us" }     # the error of the width, either way
//!
//! [meter]                       # what is left after the rig file's own `calibration`
//! reference = "12.03V"
//! gain   = "0.12%"
//! offset = "4mV"
//! current = { load = "24ohm", gain = "-0.2%" }             # against a known load, where there was one
//! ```
//! It is written whole or not at all, and never read by anything but [`Calibration::load`].

mod day;
mod error;
mod quantiles;

pub use day::Day;
pub use error::CalibrationError;
pub use quantiles::Quantiles;

use crate::self_check::Grade;
use brownout_trace::{Ohms, Percent, Span, Volts};
use serde::Deserialize;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where the files of a machine's rigs are, unless a rig file says otherwise.
pub const FOLDER: &str = "/var/lib/brownout";

/// So long a calibration counts, unless it is told otherwise: the usual year.
pub const USUAL: Span = Span::secs(365 * 86_400);

/// What was found, and when.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// The rig's name.
    pub rig: String,
    /// The day it was found on.
    pub date: Day,
    /// The last day on which it counts.
    pub due: Day,
    /// The rig as a whole.
    pub grade: Grade,
    /// How many lines were driven both ways and read back.
    pub lines: u32,
    /// How shots came out, where the rig measures that.
    pub shots: Option<ShotTimes>,
    /// How the meter reads, where the rig has one.
    pub meter: Option<MeterError>,
}

/// How shots came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShotTimes {
    /// How many.
    pub count: u32,
    /// How long after its instant each began.
    pub late: Quantiles,
    /// By how much the width of each was off, either way.
    pub width: Quantiles,
}

/// What a meter still reads wrong.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MeterError {
    /// What stood at the terminals by a better instrument, or by the supply's nominal value.
    pub reference: Volts,
    /// By how much it reads too high there; below zero: too low.
    #[serde(with = "signed")]
    pub gain: Percent,
    /// What it reads with nothing at the terminals; `None` if they did not come down.
    pub offset: Option<Volts>,
    /// How it reads a current; `None` where no known load was there.
    pub current: Option<CurrentError>,
}

/// What a meter reads wrong of a current.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CurrentError {
    /// What stood at the terminals in the board's place.
    pub load: Ohms,
    /// By how much it reads too high, of what the voltage drives through the load; below zero: too low.
    #[serde(with = "signed")]
    pub gain: Percent,
}

/// A percentage that may be negative; elsewhere none is.
mod signed {
    use brownout_trace::Percent;
    use serde::{Deserialize, Deserializer, de::Error};

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Percent, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (size, sign) = text.strip_prefix('-').map_or((text.as_str(), 1.0), |size| (size, -1.0));
        size.parse::<Percent>().map(|size| Percent(size.0 * sign)).map_err(D::Error::custom)
    }
}

/// The file of a rig that names none.
pub fn usual_place(rig: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' };
    Path::new(FOLDER).join(format!("{}.toml", rig.chars().map(plain).collect::<String>()))
}

impl Calibration {
    /// Reads the file of the rig `rig`, with its text for hashing.
    ///
    /// # Errors
    /// There is none, it cannot be read, or it is another rig's.
    pub fn load(path: &Path, rig: &str) -> Result<(Self, String), CalibrationError> {
        let path = path.to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(CalibrationError::Missing { path }),
            Err(source) => return Err(CalibrationError::Io { doing: "read", path, source }),
        };
        let read: Self = toml::from_str(&text).map_err(|error| {
            let (line, column) = crate::place::line_column(&text, error.span().map_or(0, |span| span.start));
            CalibrationError::Malformed { path: path.clone(), line, column, why: error.message().to_owned() }
        })?;
        match read.rig == rig {
            true => Ok((read, text)),
            false => Err(CalibrationError::OtherRig { path, of: read.rig }),
        }
    }

    /// Whether it counts no more.
    pub fn is_overdue(&self, today: Day) -> bool {
        today > self.due
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// What the system said.
    pub fn write(&self, path: &Path) -> Result<(), CalibrationError> {
        let failed = |doing, path: &Path| {
            let path = path.to_owned();
            move |source| CalibrationError::Io { doing, path, source }
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed("make", folder))?;
        }
        let new = path.with_extension(format!("new-{}", std::process::id()));
        let written = fs::write(&new, self.text()).and_then(|()| fs::rename(&new, path));
        written.inspect_err(|_| drop(fs::remove_file(&new))).map_err(failed("write", path))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# What `brownout rig check` found. The rig may be used until the day `due`.\n\
             rig   = {:?}\ndate  = {}\ndue   = {}\ngrade = \"{}\"\nlines = {}\n",
            self.rig, self.date, self.due, self.grade, self.lines
        );
        // Writing to a string cannot fail.
        if let Some(ShotTimes { count, late, width }) = &self.shots {
            let _ = write!(text, "\n[shots]\ncount = {count}\nlate  = {}\nwidth = {}\n", late.toml(), width.toml());
        }
        if let Some(MeterError { reference, gain, offset, current }) = &self.meter {
            let _ = write!(text, "\n[meter]\nreference = \"{reference}\"\ngain      = \"{gain}\"\n");
            if let Some(offset) = offset {
                let _ = writeln!(text, "offset    = \"{offset}\"");
            }
            if let Some(CurrentError { load, gain }) = current {
                let _ = writeln!(text, "current   = {{ load = \"{load}\", gain = \"{gain}\" }}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Calibration {
        let quantiles = |p50, p99, max| Quantiles { p50: Span::micros(p50), p99: Span::micros(p99), max: Span(max) };
        Calibration {
            rig: "pi-12v \"a\\b\"".to_owned(),
            date: Day::of(2026, 11, 23).unwrap(),
            due: Day::of(2027, 11, 23).unwrap(),
            grade: Grade::Degraded,
            lines: 11,
            shots: Some(ShotTimes { count: 50, late: quantiles(21, 60, 80_001), width: quantiles(0, 31, 44_000) }),
            meter: Some(MeterError {
                reference: Volts(12.03),
                gain: Percent(-0.12),
                offset: Some(Volts(-0.004)),
                current: Some(CurrentError { load: Ohms(24.0), gain: Percent(-0.2) }),
            }),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/in/pi.toml");
        let bare = Calibration { shots: None, meter: None, ..found() };
        let unloaded = found().meter.map(|meter| MeterError { current: None, offset: None, ..meter });
        for found in [found(), bare, Calibration { meter: unloaded, ..found() }] {
            found.write(&path).unwrap();
            let (read, text) = Calibration::load(&path, &found.rig).unwrap();
            assert_eq!((&read, text), (&found, found.text()));
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn the_day_it_is_due_is_the_last() {
        let found = found();
        let day = |day| Day::of(2027, 11, day).unwrap();
        assert!(!found.is_overdue(day(23)) && found.is_overdue(day(24)));
    }

    #[test]
    fn what_will_not_do_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pi.toml");
        let load = || Calibration::load(&path, "pi-12v").unwrap_err().to_string();
        assert!(load().contains("there is no calibration"), "{}", load());
        for (text, says) in [
            (
                "rig = \"pi-5v\"\ndate = 2026-01-01\ndue = 2027-01-01\ngrade = \"good\"\nlines = 1\n",
                "is of the rig `pi-5v`",
            ),
            ("rig = \"pi-12v\"\ndate = 12:00:00\n", ":2:8: a day is written as 2026-11-23"),
            ("rig = \"pi-12v\"\ndate = 2026-02-30\n", ":2:8:"),
            ("rig = \"pi-12v\"\ndote = 1\n", ":2:1: unknown field `dote`"),
            ("rig = 1", ":1:7: invalid type"),
        ] {
            fs::write(&path, text).unwrap();
            assert!(load().contains(says), "{}", load());
        }
        assert!(found().write(Path::new("/proc/nowhere/x.toml")).unwrap_err().to_string().starts_with("cannot make"));
    }

    #[test]
    fn a_rig_s_name_is_one_file_name() {
        assert_eq!(usual_place("pi/../12 V"), Path::new("/var/lib/brownout/pi_.._12_V.toml"));
    }
}
