//! Every scenario that is shipped, for the pages that list them all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders they are in.
pub const THEMES: [&str; 5] = ["buttons", "clock", "memory", "power", "schedule"];

/// The house.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Their names, as `power/short-outage`.
pub fn scenarios() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for theme in THEMES {
        for entry in fs::read_dir(root().join("scenarios").join(theme)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".toml").filter(|stem| !stem.ends_with(".steps"));
            all.extend(stem.map(|stem| format!("{theme}/{stem}")));
        }
    }
    all
}
