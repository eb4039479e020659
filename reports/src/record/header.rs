//! The first line of a record: what was run, on what, by what.

use crate::paths::CaseName;
use brownout_trace::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The version of the format that is written, and the newest that is read.
pub const VERSION: u32 = 3;
/// What the first line calls itself.
pub(super) const FORMAT: &str = "brownout-record";

/// A SHA-256, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl FromStr for Sha256 {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "a SHA-256 has 64 lower-case hex digits";
        let digits = text.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() {
            return Err(EXPECTED);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = 16 * nibble(pair[0]).ok_or(EXPECTED)? + nibble(pair[1]).ok_or(EXPECTED)?;
        }
        Ok(Self(hash))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a record is of. Enough to run the case again, and to know what it was run with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Header {
    /// The case's id.
    pub case: CaseName,
    /// The scenario's title.
    pub title: String,
    /// Which recording of the case in its run this is, from 1: a repeat or a retest is the next one. A restart after a
    /// spoiled shot is not: it is an `attempt` event inside the record.
    pub attempt: u32,
    /// The run's seed, from which with the case's id all randomness comes.
    pub seed: u64,
    /// The version of Brownout that wrote it.
    pub tool: String,
    /// Hash of the firmware file, if one was flashed.
    pub firmware: Option<Sha256>,
    /// Hash of the scenario file; where it includes shared steps, of its bytes and theirs, one file after the other, the
    /// included ones in the order of their paths: `cat SCENARIO INCLUDED… | sha256sum`.
    pub scenario: Sha256,
    /// Hash of the rig file.
    pub rig_file: Sha256,
    /// Hash of the board's profile.
    pub board_file: Sha256,
    /// The rig's id.
    pub rig: String,
    /// The name of the board's profile.
    pub board: String,
    /// The board's serial number, where it is known.
    pub board_serial: Option<String>,
    /// The date of the rig's calibration as its file states it, where it states one.
    pub calibrated: Option<String>,
    /// Hash of that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration_file: Option<Sha256>,
    /// When arranging begins, zero or negative: the earliest instant of every attempt.
    pub origin: Instant,
}

/// The header's line as it is written.
#[derive(Serialize)]
pub(super) struct HeaderLine<'a> {
    format: &'static str,
    version: u32,
    header: &'a Header,
}

impl<'a> HeaderLine<'a> {
    pub fn new(header: &'a Header) -> Self {
        Self { format: FORMAT, version: VERSION, header }
    }
}

/// What every version's first line has: read first, so that a newer header is named and not called damaged.
#[derive(Deserialize)]
pub(super) struct Opening {
    pub format: String,
    pub version: u32,
}

/// What this version's first line has besides.
#[derive(Deserialize)]
pub(super) struct Rest {
    pub header: Header,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_its_hex_digits() {
        let text = "00ff102030405060708090a0b0c0d0e0f0123456789abcdef0123456789abcde";
        let hash: Sha256 = text.parse().unwrap();
        assert_eq!((hash.0[1], hash.to_string().as_str()), (0xff, text));
        for wrong in ["", "00", &text.to_uppercase(), &text.replace('1', "é")] {
            assert!(wrong.parse::<Sha256>().is_err(), "{wrong}");
        }
    }
}
