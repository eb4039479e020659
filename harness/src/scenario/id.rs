//! The name of a case: one for libtest, JUnit, records, replay and the seed.

use sha2::{Digest, Sha256};
use std::fmt;

/// A case's id: the scenario's path below its root without `.toml`, then `@key=value` for each matrix key in file order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// `power/short-outage`; the separator is `/` on every platform.
    pub scenario: String,
    /// The choice from the matrix, in file order, as `(key, value)`.
    pub choice: Vec<(String, String)>,
}

/// The longest file name made of an id, in bytes. File systems take 255; a profile's name and an ending follow.
const LONGEST: usize = 160;

impl CaseId {
    /// The scenario's folder below its root, `power`; empty at the root.
    pub fn folder(&self) -> &str {
        self.scenario.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last part as a file name without ending: letters, digits and `._-=+,@` stay, `%` becomes `pct`, anything
    /// else `_`. What is too long ends in a hash of the whole id. Two ids can meet here: the plan refuses them.
    pub fn file_stem(&self) -> String {
        let id = self.to_string();
        let last = &id[self.folder().len()..];
        // Only slashes of the path count: one inside a matrix value is escaped like any other character.
        let last = last.strip_prefix('/').unwrap_or(last);
        let name = file_name(last);
        if name.len() <= LONGEST {
            return name;
        }
        let hash = Sha256::digest(id.as_bytes());
        let tail: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{tail}", &name[..LONGEST - 13])
    }
}

/// Any text as a file name: letters, digits and `._-=+,@` stay, `%` becomes `pct`, anything else `_`.
pub fn file_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || "._-=+,@".contains(c) => name.push(c),
            '%' => name.push_str("pct"),
            _ => name.push('_'),
        }
    }
    // Neither hidden nor a way upwards.
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    name
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scenario)?;
        for (key, value) in &self.choice {
            write!(f, "@{key}=")?;
            // One line, whatever stands in the matrix.
            for c in value.chars() {
                match c {
                    c if c.is_control() => write!(f, "{}", c.escape_default())?,
                    c => write!(f, "{c}")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(scenario: &str, choice: &[(&str, &str)]) -> CaseId {
        CaseId {
            scenario: scenario.to_owned(),
            choice: choice.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        }
    }

    #[test]
    fn prints_and_escapes() {
        let plain = id("power/dips", &[("dip", "to=40%,for=10ms"), ("relay", "closed")]);
        assert_eq!(plain.to_string(), "power/dips@dip=to=40%,for=10ms@relay=closed");
        assert_eq!(plain.file_stem(), "dips@dip=to=40pct,for=10ms@relay=closed");
        assert_eq!(plain.folder(), "power");
        let odd = id("a", &[("x", "../..\n/é")]);
        assert_eq!(odd.to_string(), "a@x=../..\\n/é");
        assert_eq!(odd.file_stem(), "a@x=.._.._n__");
        assert_eq!(file_name("../x"), "_._x");
    }

    #[test]
    fn long_names_are_cut_but_stay_apart() {
        let one = id("t/a", &[("x", &"y".repeat(500))]);
        let two = id("t/a", &[("x", &"y".repeat(501))]);
        assert!(one.file_stem().len() <= LONGEST);
        assert_ne!(one.file_stem(), two.file_stem());
    }
}
