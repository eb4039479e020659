//! Comparing with the approved file, and leaving a pending one: insta does both, so that `cargo insta` works too.

use super::approval;
use super::place::Place;
use crate::plan::Case;
use crate::runner::panics;
use insta::Snapshot;
use std::env;
use std::fmt;
use std::path::Path;

/// How a text compares with what was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// It is the same; or `INSTA_UPDATE` had it approved unseen.
    Same,
    /// Nothing was approved yet.
    New {
        /// The text.
        text: String,
        /// What waits to be accepted.
        pending: Pending,
    },
    /// It differs.
    Changed {
        /// What was approved.
        approved: String,
        /// The text.
        text: String,
        /// What waits to be accepted.
        pending: Pending,
    },
    /// There is a file that is no snapshot: a merge gone wrong, for instance.
    Unreadable {
        /// Why.
        why: String,
        /// The text.
        text: String,
        /// What waits to be accepted.
        pending: Pending,
    },
}

/// What became of the pending snapshot. `Display` tells a person what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pending {
    /// Written, to be read and accepted.
    Written,
    /// Not written: as in continuous integration, or as `INSTA_UPDATE` asked.
    Withheld,
    /// It could not be written.
    Failed(String),
}

impl Pending {
    /// Whether there is something to accept.
    pub fn is_written(&self) -> bool {
        *self == Self::Written
    }
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written => {
                f.write_str("if this is right: `brownout accept`, `brownout review` or `cargo insta review`")
            }
            Self::Withheld => f.write_str(
                "no pending snapshot was written (CI, or INSTA_UPDATE=no); run it on your machine and accept it there",
            ),
            Self::Failed(why) => write!(f, "the pending snapshot could not be written: {why}"),
        }
    }
}

/// What stands in a snapshot's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The text that is compared.
    pub text: String,
    /// Its head's [`approval`], in words.
    pub description: Option<String>,
}

/// Reads a snapshot's file; `None` if there is none.
///
/// # Errors
/// Why the file that is there cannot be read.
pub fn read(path: &Path) -> Result<Option<Stored>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let snapshot = Snapshot::from_file(path).map_err(|error| error.to_string())?;
    let text = snapshot.as_text().ok_or_else(|| "not a text".to_owned())?.to_string();
    let description = snapshot.metadata().description().map(str::to_owned);
    Ok(Some(Stored { text, description }))
}

/// The approved text; `None` if there is none.
///
/// # Errors
/// Why the file that is there cannot be read.
pub fn approved(place: &Place) -> Result<Option<String>, String> {
    Ok(read(&place.approved())?.map(|stored| stored.text))
}

/// Compares, and leaves a pending snapshot where they differ. [`prepare`] must have been called.
pub fn compare(place: &Place, case: &Case, text: &str) -> Compared {
    let approved = read(&place.approved());
    if is_settled(place, &approved, text) {
        return Compared::Same;
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(&place.folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    if let Ok(path) = std::path::absolute(&case.about.path) {
        settings.set_input_file(path);
    }
    if let Ok(Some(Stored { description: Some(description), .. })) = &approved {
        settings.set_description(approval::earlier(description));
    }
    let name = place.name.as_str();
    let Err(said) = panics::caught(|| settings.bind(|| insta::assert_snapshot!(name, text))) else {
        return Compared::Same;
    };
    let (pending, text) = (left(place, text, &said.message), text.to_owned());
    match approved {
        Ok(Some(Stored { text: approved, .. })) => Compared::Changed { approved, text, pending },
        Ok(None) => Compared::New { text, pending },
        Err(why) => Compared::Unreadable { why, text, pending },
    }
}

/// Whether the text is as approved and nothing is left for insta to do. For each assertion it reads the whole folder, in
/// search of files to tidy up: with thousands of cases in one theme that would cost more than the cases.
fn is_settled(place: &Place, approved: &Result<Option<Stored>, String>, text: &str) -> bool {
    let same = matches!(approved, Ok(Some(approved)) if approved.text.trim_end() == text.trim_end());
    let asked =
        ["INSTA_SNAPSHOT_REFERENCES_FILE", "INSTA_REQUIRE_FULL_MATCH"].iter().any(|name| env::var_os(name).is_some());
    let forced = env::var("INSTA_UPDATE").is_ok_and(|update| update == "force");
    same && !asked && !forced && !place.pending().exists()
}

/// What insta left behind. It says that it failed only by a panic, in words for programmers: look, then ask the disk.
fn left(place: &Place, text: &str, said: &str) -> Pending {
    let path = place.pending();
    let written = Snapshot::from_file(&path).ok();
    let written = written.and_then(|snapshot| snapshot.as_text().map(ToString::to_string));
    if written.is_some_and(|written| written.trim_end() == text.trim_end()) {
        return Pending::Written;
    }
    if said.starts_with("snapshot assertion for") {
        return Pending::Withheld;
    }
    let tried = std::fs::create_dir_all(&place.folder)
        .and_then(|()| std::fs::OpenOptions::new().create(true).append(true).open(&path));
    match tried {
        Err(error) => Pending::Failed(format!("{}: {error}", place.folder.display())),
        Ok(_) => Pending::Failed(said.to_owned()),
    }
}

/// `INSTA_FORCE_PASS` was set: every snapshot would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("INSTA_FORCE_PASS is set: every snapshot would pass; unset it")]
pub struct ForcedPass;

/// Sets insta up for a whole process; call it before any thread is started. `root` is what paths in snapshots are
/// relative to, if the environment does not say.
///
/// # Errors
/// [`ForcedPass`], unless `cargo insta test` set it: that one counts the pending snapshots itself.
pub fn prepare(root: &Path) -> Result<(), ForcedPass> {
    let forced = env::var("INSTA_FORCE_PASS").is_ok_and(|value| !matches!(value.as_str(), "" | "0"));
    if forced && !counted_by_cargo_insta() {
        return Err(ForcedPass);
    }
    set("INSTA_FORCE_PASS", Path::new("0"));
    set("INSTA_OUTPUT", Path::new("none"));
    if env::var_os("INSTA_WORKSPACE_ROOT").is_none() {
        set("INSTA_WORKSPACE_ROOT", root);
    }
    Ok(())
}

/// Whether this is continuous integration, as insta sees it: nothing is written there.
pub fn is_ci() -> bool {
    let is_on = |value: String| !matches!(value.as_str(), "" | "0" | "false");
    env::var("CI").is_ok_and(is_on) || env::var_os("TF_BUILD").is_some()
}

/// Whether `cargo insta test` runs us: it collects pending snapshots itself, and takes a failed test for something
/// else.
pub fn counted_by_cargo_insta() -> bool {
    env::var("INSTA_CARGO_INSTA").is_ok_and(|value| value == "1")
}

/// insta is set up by the environment alone, and a parallel run has no other place to tell every thread.
#[allow(unsafe_code, reason = "insta reads nothing but the environment")]
fn set(name: &str, value: &Path) {
    // Safety: `prepare` is called first thing in `main`, while there is one thread.
    unsafe { env::set_var(name, value) };
}
