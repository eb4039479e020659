//! `timing.jsonl`: how long the cases of a run took on the wall's clock.

use super::error::{Damage, ReadError};
use super::reader::{LineError, Torn, parse, read_line, too_long};
use crate::paths::CaseName;
use brownout_trace::{Span, Verdict};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

const FORMAT: &str = "brownout-timing";
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Started {
    format: String,
    version: u32,
    /// Milliseconds since 1970-01-01 UTC.
    started_unix_ms: u64,
}

impl Started {
    /// The line of a run that began so long after 1970-01-01 UTC.
    pub fn at(since_1970: Duration) -> Self {
        let started_unix_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Self { format: FORMAT.to_owned(), version: VERSION, started_unix_ms }
    }
}

/// One case's line: everything that differs from one run to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timing {
    /// The case.
    pub case: CaseName,
    /// Which recording of it, as in the header.
    pub attempt: u32,
    /// How it ended.
    pub verdict: Verdict,
    /// Bench time that went by, in nanoseconds.
    pub bench_ns: i64,
    /// Wall-clock time that went by, in nanoseconds.
    pub wall_ns: u64,
}

impl Timing {
    /// A line of the file.
    pub fn new(case: CaseName, attempt: u32, verdict: Verdict, bench: Span, wall: Duration) -> Self {
        Self { case, attempt, verdict, bench_ns: bench.0, wall_ns: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX) }
    }
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// When the run began, in milliseconds since 1970-01-01 UTC.
    pub started_unix_ms: u64,
    /// The cases that ended, in the order in which they did.
    pub cases: Vec<Timing>,
    /// The last line, if a kill or a full disk tore it.
    pub torn: Option<Torn>,
}

impl Times {
    /// Reads the file. One that was cut short after its first line is `Ok`.
    ///
    /// # Errors
    /// See [`ReadError`]; a damaged line carries no record with it.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let path = path.to_owned();
        let mut input = match File::open(&path) {
            Ok(file) => BufReader::new(file),
            Err(source) => return Err(ReadError::Io { path, source }),
        };
        let mut times: Option<Self> = None;
        let mut buffer = Vec::new();
        for line in 1.. {
            let whole = match read_line(&mut input, &mut buffer) {
                Ok(whole) => whole,
                Err(LineError::Io(source)) => return Err(ReadError::Io { path, source }),
                Err(LineError::TooLong) => {
                    let damage = Damage { line, reason: too_long() };
                    return Err(ReadError::Damaged { path, damage, before: None });
                }
            };
            if buffer.is_empty() && !whole {
                break;
            }
            let Some(times) = &mut times else {
                match parse::<Started>(&buffer) {
                    Ok(first) if first.format == FORMAT && first.version <= VERSION => {
                        let started_unix_ms = first.started_unix_ms;
                        times = Some(Self { started_unix_ms, cases: Vec::new(), torn: None });
                    }
                    Ok(first) if first.format == FORMAT => {
                        let version = first.version;
                        return Err(ReadError::Newer { path, version });
                    }
                    Ok(first) => {
                        let reason = format!("its format is `{}`, not `{FORMAT}`", first.format);
                        return Err(ReadError::NotARecord { path, reason });
                    }
                    Err(reason) => return Err(ReadError::NotARecord { path, reason }),
                }
                continue;
            };
            match parse(&buffer) {
                Ok(timing) => times.cases.push(timing),
                Err(_) if !whole => times.torn = Some(Torn { line, bytes: buffer.len() }),
                Err(reason) => {
                    let damage = Damage { line, reason };
                    return Err(ReadError::Damaged { path, damage, before: None });
                }
            }
        }
        times.ok_or(ReadError::NoHeader { path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunFolder;
    use crate::paths::TIMING;
    use std::fs;

    fn timing(case: &str) -> Timing {
        let (bench, wall) = (Span::secs(5), Duration::from_millis(3));
        Timing::new(CaseName(case.into()), 1, Verdict::Passed, bench, wall)
    }

    #[test]
    fn what_was_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::create(dir.path()).unwrap();
        run.timed(&timing("a")).unwrap();
        run.timed(&timing("b")).unwrap();
        let path = run.path().join(TIMING);
        let times = Times::read(&path).unwrap();
        assert_eq!((times.cases, times.torn), (vec![timing("a"), timing("b")], None));
        assert!(times.started_unix_ms > 0);
        // Cut short anywhere after the first line it still reads, and knows that it was torn.
        let text = fs::read(&path).unwrap();
        let first = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for end in first..text.len() {
            fs::write(&path, &text[..end]).unwrap();
            let times = Times::read(&path).unwrap();
            let ended = text[..end].iter().filter(|byte| **byte == b'\n').count() - 1;
            // A line that lacks nothing but its end counts.
            assert!((ended..=ended + 1).contains(&times.cases.len()), "{end}");
            assert!(times.torn.is_none() || (!text[..end].ends_with(b"\n") && times.cases.len() == ended), "{end}");
        }
    }

    #[test]
    fn another_file_is_named_and_a_damaged_line_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(TIMING);
        let first = "{\"format\":\"brownout-timing\",\"version\":1,\"started-unix-ms\":1}\n";
        for (text, says) in [
            (String::new(), "nothing was recorded"),
            ("{}\n".to_owned(), "is not a record: missing field `format`"),
            (first.replace("timing", "record"), "its format is `brownout-record`, not `brownout-timing`"),
            (first.replace(":1,", ":9,"), "has record format 9"),
            (format!("{first}{{\"case\":1}}\n"), "line 2: invalid type"),
        ] {
            fs::write(&path, text).unwrap();
            let error = Times::read(&path).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(matches!(Times::read(&dir.path().join("none")), Err(ReadError::Io { .. })));
    }
}
