//! A place to run the command in, and what came of it.

use brownout_reports::Record;
use brownout_trace::{Event, What};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with scenarios of its own, thrown away at the end.
pub struct Place {
    dir: TempDir,
}

/// A run of the command, over.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Passes on the reference firmware: the relay is closed inside the ON window.
pub const PASSING: &str = r#"title  = "Closed at noon"
why    = "The simplest thing that a timer does."
covers = ["weekly-program"]
steps  = [
  { wait   = "1s" },
  { expect = { relay = "K1", is = "closed" } },
  { expect = "schedule" },
]

[board]
clock    = "Mon 12:00:00"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("scenarios/power")).unwrap();
        Self { dir }
    }

    /// With the scenario that passes.
    pub fn passing() -> Self {
        let place = Self::new();
        place.scenario("noon", PASSING);
        place
    }

    /// With the scenario that fails: it expects the contrary.
    pub fn failing() -> Self {
        let place = Self::new();
        place.scenario("noon", &PASSING.replace("is = \"closed\"", "is = \"open\""));
        place
    }

    /// With the scenario that passes, and its snapshot approved.
    pub fn approved() -> Self {
        let place = Self::passing();
        assert_eq!(place.run(&["run"]).status, 1);
        assert_eq!(place.run(&["accept"]).status, 0);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes `scenarios/power/<name>.toml`.
    pub fn scenario(&self, name: &str, text: &str) -> PathBuf {
        self.write(&format!("scenarios/power/{name}.toml"), text)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// How many records of a first run hold a torn flash operation.
    pub fn torn(&self, records: &str) -> usize {
        let records = brownout_reports::records(&self.path(records).join("run-0001")).unwrap();
        let is_torn = |event: &Event| matches!(event.what, What::Torn { .. });
        records.iter().filter(|path| Record::read(path).unwrap().events.iter().any(is_torn)).count()
    }

    /// The snapshots' folder.
    pub fn snapshots(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("scenarios/power/snapshots")) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The command, in this place, with nothing of the environment that it listens to.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
        command.args(args);
        self.at_home(&mut command);
        command
    }

    /// Any program in this place. A variable of its own can still be set.
    pub fn at_home(&self, command: &mut Command) {
        // Pictures are drawn by the locale, which is not the same everywhere.
        command.current_dir(self.dir.path()).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_ours = ["BROWNOUT_", "INSTA_"].iter().any(|start| text.starts_with(start));
            if is_ours || ["CI", "TF_BUILD", "NO_COLOR"].contains(&text.as_ref()) {
                command.env_remove(&name);
            }
        }
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// The shipped scenarios of some themes, copied here with what was approved.
    pub fn shipped(themes: &[&str]) -> Self {
        let place = Self::new();
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        for theme in themes {
            copy(&scenarios.join(theme), &place.path("scenarios").join(theme));
        }
        place
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Ended so, and said all of this on stderr.
    pub fn says(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, status, "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word), "no `{word}` in {}", self.stderr);
        }
    }

    /// Ended so, and printed all of this on stdout.
    pub fn prints(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, status, "{self:#?}");
        for word in words {
            assert!(self.stdout.contains(word), "no `{word}` in {}", self.stdout);
        }
    }

    /// What was printed, without what differs from run to run.
    pub fn steady(&self) -> String {
        steady(&self.stdout)
    }
}

/// Without the wall time of a summary.
pub fn steady(text: &str) -> String {
    let line = |line: &str| match line.split_once(" of wall time") {
        Some((_, rest)) => format!("[WALL] of wall time{rest}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
