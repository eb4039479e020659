//! Which scenario a snapshot belongs to.

use super::pending::{PendingError, in_folder};
use super::place::{APPROVED, FOLDER, PENDING};
use std::path::{Path, PathBuf};

/// The snapshots of a scenario file, approved and pending, and none of another scenario's.
pub(super) fn of_scenario(scenario: &Path) -> Result<Vec<PathBuf>, PendingError> {
    let folder = scenario.parent().unwrap_or(Path::new(""));
    let (own, others) = (file_stem(scenario), scenarios(folder)?);
    let files = in_folder(&folder.join(FOLDER))?.into_iter();
    Ok(files.filter(|file| owner(file, &others) == Some(&own)).collect())
}

/// The names of the scenarios in a folder.
pub(super) fn scenarios(folder: &Path) -> Result<Vec<String>, PendingError> {
    let is_scenario = |file: &&PathBuf| file.to_string_lossy().ends_with(".toml");
    Ok(in_folder(folder)?.iter().filter(is_scenario).map(|file| file_stem(file)).collect())
}

/// The scenario of a snapshot, of these: an `@` can stand in a scenario's name too, so the longest.
pub(super) fn owner<'s>(file: &Path, scenarios: &'s [String]) -> Option<&'s String> {
    let stem = stem(file)?;
    let owns = |name: &&String| stem.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('@'));
    scenarios.iter().filter(owns).max_by_key(|name| name.len())
}

/// A snapshot's name without its ending; `None` of any other file.
pub(super) fn stem(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    [PENDING, APPROVED].iter().find_map(|ending| name.strip_suffix(ending)).map(str::to_owned)
}

fn file_stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
