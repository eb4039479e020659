//! Shared step lists: the files that `include` names, loaded before anything is read.
//!
//! A shared list is a TOML file with one key, `steps`. Its path is counted from the file that includes it. A name that
//! ends in `.steps.toml` keeps it from being taken for a scenario.

use super::error::{Fault, Source};
use super::file::{MOST_FAULTS, document_faults};
use super::load::load;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// The most files that one scenario may include, directly and by way of others.
const MOST_FILES: usize = 64;

/// The texts of the files that a scenario includes, directly and by way of others.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Their texts.
    pub sources: Vec<Source>,
    /// Where each path led: to one of them, or to why it could not be had.
    places: HashMap<PathBuf, Result<usize, String>>,
}

impl Shared {
    /// Loads everything that `source` includes. The faults are those of the files themselves.
    pub fn load(source: &Source, document: &DeTable<'_>) -> (Self, Vec<Fault>) {
        let mut shared = Self::default();
        let mut faults = Vec::new();
        let mut waiting: Vec<PathBuf> = includes(document).iter().map(|name| path(source, name)).collect();
        while let Some(path) = waiting.pop() {
            if shared.places.contains_key(&path) {
                continue;
            }
            if shared.sources.len() >= MOST_FILES {
                let why = format!("a scenario includes at most {MOST_FILES} files");
                shared.places.insert(path, Err(why));
                continue;
            }
            let loaded = match load(&path) {
                Ok(loaded) => loaded,
                Err(faults) => {
                    let why = faults.0.first().map_or_else(String::new, |fault| fault.message().to_owned());
                    shared.places.insert(path, Err(why));
                    continue;
                }
            };
            let (document, _) = DeTable::parse_recoverable(&loaded.text);
            faults.extend(document_faults(&loaded));
            waiting.extend(includes(document.get_ref()).iter().map(|name| self::path(&loaded, name)));
            shared.places.insert(path, Ok(shared.sources.len()));
            shared.sources.push(loaded);
        }
        faults.truncate(MOST_FAULTS);
        (shared, faults)
    }

    /// Which of the files `name` means in `source`, or why there is none.
    pub fn find(&self, source: &Source, name: &str) -> Result<usize, String> {
        self.places.get(&path(source, name)).cloned().unwrap_or_else(|| Err(format!("`{name}` was not loaded")))
    }
}

/// Where a name in a file leads: counted from the file's folder, without `.` and `..` where they can be taken out.
pub(super) fn path(source: &Source, name: &str) -> PathBuf {
    let folder = Path::new(source.name.as_ref()).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(path.components().next_back(), Some(Component::Normal(_))) => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

/// Every name that stands after `include` in a document's steps, however deep.
fn includes(document: &DeTable<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(steps) = document.get("steps") {
        collect(steps.get_ref(), &mut names);
    }
    names
}

fn collect(value: &DeValue<'_>, names: &mut Vec<String>) {
    match value {
        DeValue::Array(list) => list.iter().for_each(|item| collect(item.get_ref(), names)),
        DeValue::Table(table) => {
            for (key, value) in table {
                match value.get_ref() {
                    DeValue::String(name) if key.get_ref() == "include" => names.push(name.to_string()),
                    value => collect(value, names),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_counted_from_its_file() {
        let from = |file: &str, name: &str| path(&Source::new(file, ""), name).display().to_string();
        assert_eq!(from("scenarios/power/x.toml", "../shared/a.steps.toml"), "scenarios/shared/a.steps.toml");
        assert_eq!(from("x.toml", "./a.steps.toml"), "a.steps.toml");
        assert_eq!(from("x.toml", "../a.steps.toml"), "../a.steps.toml");
        assert_eq!(from("/s/x.toml", "/a.steps.toml"), "/a.steps.toml");
    }
}
