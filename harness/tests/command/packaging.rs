//! What the Debian package names is there, and every file that lands in `/etc` is configuration: an upgrade keeps it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn texts(list: &toml::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The files of one folder that a pattern of one star in the name means.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let path = here().join(pattern);
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let Some((start, end)) = name.split_once('*') else { return vec![path] };
    let entries = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let meant = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(start) && name.ends_with(end)
    };
    entries.filter(meant).collect()
}

#[test]
fn the_package_names_what_is_there() {
    let manifest = fs::read_to_string(here().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let mut in_etc = BTreeSet::new();
    for asset in deb["assets"].as_array().unwrap() {
        let [from, to, _] = texts(asset)[..] else { panic!("{asset:?}") };
        if from.starts_with("target/") || from.contains("**") {
            continue;
        }
        let files = matching(from);
        assert!(!files.is_empty() && files.iter().all(|file| file.is_file()), "{from}");
        if to.starts_with("etc/") {
            let name = |file: &PathBuf| format!("/{to}{}", file.file_name().unwrap().to_str().unwrap());
            in_etc.extend(files.iter().map(name));
        }
    }
    let kept: BTreeSet<String> = texts(&deb["conf-files"]).into_iter().map(str::to_owned).collect();
    assert_eq!(in_etc, kept);
    let unit = deb["systemd-units"]["unit-name"].as_str().unwrap();
    let unit = Path::new(deb["maintainer-scripts"].as_str().unwrap()).join(format!("{unit}.service"));
    assert!(here().join(unit).is_file());
}
