//! Names of folders and files: a case id has slashes and whatever a matrix value holds, a file name may not.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The record itself, inside a case's folder.
pub const RECORD: &str = "record.jsonl";
/// Its waveform, inside a case's folder.
pub const WAVEFORM: &str = "trace.vcd";
/// Wall-clock times of a run, beside its cases' folders.
pub const TIMING: &str = "timing.jsonl";

/// File systems take 255 bytes a name; the rest is for the hash of a long name and the attempt.
const LONGEST: usize = 200;

/// A case's id as one text, which is all that a record knows of it: the scenario's path below its root without `.toml`,
/// then `@key=value` in file order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseName(pub String);

impl CaseName {
    /// The id as one file name: `power/outage@cut=10ms` gives `power+outage@cut=10ms`.
    ///
    /// Letters, digits and `.`, `,`, `_`, `-`, `=`, `@` stay; `/` becomes `+`; any other byte becomes `%XX`, a leading
    /// point too. Different ids so give different names, except that a file system may not tell capitals from small
    /// letters. A name beyond 200 bytes is cut there and ends in `~` and a hash of the whole id.
    pub fn file_name(&self) -> String {
        let mut name = String::with_capacity(self.0.len());
        for (place, byte) in self.0.bytes().enumerate() {
            match byte {
                b'.' if place == 0 => name.push_str("%2E"),
                b'/' => name.push('+'),
                b'.' | b',' | b'_' | b'-' | b'=' | b'@' => name.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
                _ => name.push_str(&format!("%{byte:02X}")),
            }
        }
        if name.len() > LONGEST {
            name.truncate(LONGEST);
            name.push_str(&format!("~{:016x}", fnv1a(self.0.as_bytes())));
        }
        if name.is_empty() {
            name.push('%');
        }
        name
    }

    /// The folder of one attempt at the case: [`CaseName::file_name`], with `~2` and so on from the second attempt.
    pub fn folder(&self, attempt: u32) -> String {
        match attempt {
            0 | 1 => self.file_name(),
            later => format!("{}~{later}", self.file_name()),
        }
    }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 64-bit FNV-1a: names need to differ, nobody attacks them. Constants as published by its authors.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(id: &str) -> String {
        CaseName(id.into()).file_name()
    }

    #[test]
    fn stays_readable() {
        assert_eq!(name("power/short-outage@cut=10ms@impedance=high"), "power+short-outage@cut=10ms@impedance=high");
        assert_eq!(name("memory/half full@to=40%"), "memory+half%20full@to=40%25");
        assert_eq!(name("power/dips@dip=to=40%,for=10ms"), "power+dips@dip=to=40%25,for=10ms");
        assert_eq!(name("a+b"), "a%2Bb");
        assert_eq!(CaseName("a".into()).folder(1), "a");
        assert_eq!(CaseName("a".into()).folder(3), "a~3");
    }

    #[test]
    fn leaves_no_name_that_means_something_else() {
        assert_eq!(name(".."), "%2E.");
        assert_eq!(name("../../etc"), "%2E.+..+etc");
        assert_eq!(name(""), "%");
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    proptest! {
        #[test]
        fn is_one_short_name_and_tells_ids_apart(one in "[a-z/+%. ~@=é]{0,120}", other in "[a-z/+%. ~@=é]{0,120}") {
            let (first, second) = (name(&one), name(&other));
            prop_assert!(!first.contains('/') && !first.starts_with('.') && first.is_ascii());
            prop_assert!((1..=220).contains(&first.len()));
            prop_assert_eq!(one == other, first == second);
        }
    }
}
