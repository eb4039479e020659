//! Orphaned snapshots, as commands find and tell of them.

use super::bench::RigFiles;
use super::output::Output;
use super::setup::count;
use crate::plan::Plan;
use crate::snapshot::orphans::{self, Orphan};
use crate::snapshot::pending::PendingError;
use brownout_rigs::profile::Profile;
use brownout_rigs::profile::load::SHIPPED;
use std::fs;
use std::path::Path;

/// More of them are counted.
const LISTED: usize = 10;

/// Every orphan below `paths`. The boards that count: the one of `files`, the shipped ones, and those in `boards/` beside
/// each of the rig files.
///
/// # Errors
/// A path that cannot be looked into.
pub fn find(
    paths: &[std::path::PathBuf],
    plan: &Plan,
    files: &RigFiles,
    rigs: &[&Path],
) -> Result<Vec<Orphan>, PendingError> {
    let mut profiles: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    profiles.push(files.profile.name.clone());
    profiles.extend(rigs.iter().flat_map(|rig| beside(rig)));
    orphans::find(paths, &plan.cases, &profiles)
}

/// The names of the profiles beside a rig file; one that does not load may still be meant by its file's name.
fn beside(rig: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(rig.with_file_name("boards")) else { return Vec::new() };
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let named = |file: std::path::PathBuf| {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Profile::load(&file).map_or(stem, |profile| profile.name)
    };
    files.map(named).collect()
}

/// Says which they are, and what to do.
pub fn tell(orphans: &[Orphan], output: &mut Output) {
    if orphans.is_empty() {
        return;
    }
    output.talk(&format!("{} that nothing compares with any more:", count(orphans.len(), "snapshot")));
    for orphan in orphans.iter().take(LISTED) {
        output.talk(&format!("  {}: {}", orphan.path.display(), orphan.why));
    }
    if orphans.len() > LISTED {
        output.talk(&format!("  … and {} more", orphans.len() - LISTED));
    }
    output.talk("`brownout reject --orphans` removes them; a board of your own is known by its rig: --rig FILE");
}
