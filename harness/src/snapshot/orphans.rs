//! Snapshots that nothing compares with any more: their scenario, their case or their board's profile is gone.

use super::owner::{self, stem};
use super::pending::{PendingError, walk_all};
use super::place::{FOLDER, Place};
use crate::plan::Case;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// An orphan and what it lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// The file, approved or pending.
    pub path: PathBuf,
    /// In words.
    pub why: String,
}

/// Every orphan below `paths`. `cases` are all cases of the scenarios there, `profiles` the names of all boards that a
/// snapshot may be of. A scenario file stands for its own snapshots.
///
/// # Errors
/// A path that cannot be looked into.
pub fn find(paths: &[PathBuf], cases: &[Case], profiles: &[String]) -> Result<Vec<Orphan>, PendingError> {
    let mut wanted: HashSet<PathBuf> = HashSet::new();
    for case in cases {
        for profile in profiles {
            let trace = case.about.trace_snapshot.then(|| Place::trace(case, profile));
            for place in std::iter::once(Place::outcome(case, profile)).chain(trace) {
                wanted.extend([place.approved(), place.pending()]);
            }
        }
    }
    let mut orphans = Vec::new();
    for path in paths {
        for file in candidates(path)? {
            // As places are: insta joins anything else to its own idea of a workspace.
            let absolute = std::path::absolute(&file).unwrap_or_else(|_| file.clone());
            if !wanted.contains(&absolute) {
                let why = why(&file, profiles);
                orphans.push(Orphan { path: file, why });
            }
        }
    }
    orphans.sort();
    orphans.dedup();
    Ok(orphans)
}

/// The snapshots that a path answers for.
fn candidates(path: &Path) -> Result<Vec<PathBuf>, PendingError> {
    let is_snapshot =
        |file: &PathBuf| stem(file).is_some() && file.parent().is_some_and(|folder| folder.ends_with(FOLDER));
    if path.is_dir() {
        return Ok(walk_all(path)?.into_iter().filter(is_snapshot).collect());
    }
    owner::of_scenario(path)
}

fn why(file: &Path, profiles: &[String]) -> String {
    let stem = stem(file).unwrap_or_default();
    let (case, profile) = stem.rsplit_once('@').unwrap_or((&stem, ""));
    let profile = profile.strip_suffix(".trace").unwrap_or(profile);
    let folder = file.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    let scenarios = owner::scenarios(folder).unwrap_or_default();
    match owner::owner(file, &scenarios) {
        None => format!("no scenario `{}`", case.split('@').next().unwrap_or(case)),
        Some(_) if !profiles.iter().any(|known| crate::scenario::id::file_name(known) == profile) => {
            format!("no board profile `{profile}`")
        }
        Some(scenario) => format!("no such case of `{scenario}`, or its trace is not compared any more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Target, plan_paths};
    use brownout_rigs::profile::Profile;
    use std::fs;

    const TEXT: &str = "title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [{ wait = \"{t}\" }, \
        { expect = { relay = \"K1\", is = \"open\" } }]\n[matrix]\nt = [\"1s\", \"2s\"]\n";

    #[test]
    fn what_lost_its_scenario_its_case_or_its_board() {
        let dir = tempfile::tempdir().unwrap();
        let theme = dir.path().join("power");
        fs::create_dir_all(theme.join(FOLDER)).unwrap();
        fs::write(theme.join("cut.toml"), TEXT).unwrap();
        fs::write(theme.join("cut@t=3s.toml"), TEXT).unwrap();
        for name in [
            "cut@t=1s@weekly.snap",
            "cut@t=2s@weekly.snap.new",
            "cut@t=3s@weekly.snap",
            "cut@t=3s@t=1s@weekly.snap",
            "cut@t=1s@daily.snap",
            "cut@t=1s@weekly.trace.snap",
            "gone@weekly.snap.new",
            "README.md",
        ] {
            fs::write(theme.join(FOLDER).join(name), "").unwrap();
        }
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let found = |paths: &[PathBuf]| {
            let plan = plan_paths(paths, Target { profile: &profile, highest: None, rig: None }).unwrap();
            let orphans = find(paths, &plan.cases, &["weekly".to_owned()]).unwrap();
            let line =
                |orphan: &Orphan| format!("{}: {}", orphan.path.file_name().unwrap().to_string_lossy(), orphan.why);
            orphans.iter().map(line).collect::<Vec<_>>()
        };
        let all = [
            "cut@t=1s@daily.snap: no board profile `daily`",
            "cut@t=1s@weekly.trace.snap: no such case of `cut`, or its trace is not compared any more",
            "cut@t=3s@weekly.snap: no such case of `cut@t=3s`, or its trace is not compared any more",
            "gone@weekly.snap.new: no scenario `gone`",
        ];
        assert_eq!(found(&[dir.path().to_owned()]), all);
        assert_eq!(found(&[theme.join("cut.toml")]), all[..2]);
        assert_eq!(found(&[theme.join("cut@t=3s.toml")]), all[2..3]);
    }
}
