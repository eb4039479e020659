//! Which files are scenarios, and under which name.
//!
//! A scenario's name is its path below its *root*: the nearest folder named `scenarios` at or above what was asked
//! for, else the folder asked for itself. So `brownout run scenarios`, `… scenarios/power` and
//! `… scenarios/power/x.toml` all call one scenario the same.

use super::error::{Fault, Faults, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A scenario file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where, as asked for.
    pub path: PathBuf,
    /// Its name: the path below its root without `.toml`, with `/`.
    pub name: String,
    /// The root it is named from.
    pub root: PathBuf,
}

/// The end of a shared list's name: steps to be included, no scenario of their own.
pub const SHARED: &str = ".steps.toml";

/// Folders below this are not looked into.
const DEEPEST: usize = 16;

/// Every scenario under `paths`, each once, ordered by name. A folder without any is a fault.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, Faults> {
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    for path in paths {
        let mut files = Vec::new();
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                walk(path, 0, &mut files, &mut faults);
                if files.is_empty() && faults.is_empty() {
                    faults.push(
                        fault(path, format!("no scenarios in `{}`", path.display()))
                            .help("a scenario is a file `<theme>/<name>.toml`"),
                    );
                }
            }
            Ok(_) => files.push(path.clone()),
            Err(error) => faults.push(fault(path, format!("`{}` cannot be read: {error}", path.display()))),
        }
        let (absolute, root) = root(path);
        for file in files {
            let place = match file.strip_prefix(path) {
                Ok(below) if below.as_os_str().is_empty() => absolute.clone(),
                Ok(below) => absolute.join(below),
                Err(_) => file.clone(),
            };
            match name(&place, &root) {
                Some(name) => {
                    let key = place.clone();
                    found.entry(key).or_insert(Found { path: file, name, root: root.clone() });
                }
                None => faults.push(
                    fault(&file, format!("`{}` has a name that is not UTF-8", file.display()))
                        .help("rename it: names become ids"),
                ),
            }
        }
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let mut found: Vec<Found> = found.into_values().collect();
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(found)
}

fn fault(path: &Path, message: String) -> Fault {
    Fault::new(&Source::new(path.display().to_string(), ""), 0..0, message)
}

/// The absolute path without `.` and `..`, and the root of what is there.
fn root(path: &Path) -> (PathBuf, PathBuf) {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let absolute = match absolute.components().any(|part| part.as_os_str() == "..") {
        true => absolute.canonicalize().unwrap_or(absolute),
        false => absolute,
    };
    let named = absolute.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "scenarios"));
    let folder = match absolute.is_dir() {
        true => absolute.as_path(),
        false => absolute.parent().unwrap_or(&absolute),
    };
    let root = named.filter(|named| named.is_dir()).unwrap_or(folder).to_path_buf();
    (absolute, root)
}

fn name(file: &Path, root: &Path) -> Option<String> {
    let below = file.strip_prefix(root).ok()?.with_extension("");
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(fault(folder, format!("`{}` cannot be read: {error}", folder.display())));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        // Links to folders are not followed: they can go round.
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if folder && !hidden && name != "snapshots" && depth < DEEPEST {
            walk(&path, depth + 1, files, faults);
        } else if !hidden
            && !name.as_encoded_bytes().ends_with(SHARED.as_bytes())
            && path.extension().is_some_and(|end| end == "toml")
            && path.is_file()
        {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_scenario_has_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("scenarios");
        let power = root.join("power");
        std::fs::create_dir_all(power.join("snapshots")).unwrap();
        std::fs::write(power.join("a.toml"), "").unwrap();
        std::fs::write(power.join("b.txt"), "").unwrap();
        std::fs::write(power.join("snapshots/c.toml"), "").unwrap();
        std::fs::write(root.join(".hidden.toml"), "").unwrap();
        std::fs::write(power.join("shared.steps.toml"), "").unwrap();
        for paths in [
            vec![root.clone()],
            vec![power.clone()],
            vec![power.join("a.toml"), root.clone()],
            vec![power.join("../power")],
        ] {
            let found = find(&paths).unwrap();
            let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
            assert_eq!(names, ["power/a"], "{paths:?}");
        }
    }

    #[test]
    fn a_folder_without_scenarios_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let faults = find(&[folder.path().to_path_buf(), folder.path().join("nowhere")]).unwrap_err();
        assert!(faults.0[0].message().starts_with("no scenarios in"));
        assert!(faults.0[1].message().contains("cannot be read"));
    }
}
