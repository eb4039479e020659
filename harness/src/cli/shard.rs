//! `--shard I/N`: one part of the cases, the same on every machine.
//!
//! A case belongs to the shard that the hash of its id names: SHA-256 over `brownout shard 1`, a zero byte and the id,
//! the first eight bytes big end first, modulo N, plus one. So a new scenario moves no other case, and N machines run
//! every case once between them. Shards differ a little in size; a small one may be empty, which is no mistake.

use crate::scenario::id::CaseId;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Part `index` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    of: u64,
}

/// Why a text is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not two numbers.
    #[error("a shard is written I/N, `1/3` for the first of three")]
    Form,
    /// A part that there is not.
    #[error("there is no shard {index} of {of}: shards count from 1 to {of}")]
    None {
        /// The part.
        index: u64,
        /// Of so many.
        of: u64,
    },
    /// Nothing to divide by.
    #[error("no shard of 0: at least 1 has to run the cases")]
    OfZero,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| ShardError::Form);
        let (index, of) = text.split_once('/').ok_or(ShardError::Form)?;
        match (number(index)?, number(of)?) {
            (_, 0) => Err(ShardError::OfZero),
            (index, of) if index == 0 || index > of => Err(ShardError::None { index, of }),
            (index, of) => Ok(Self { index, of }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Shard {
    /// Whether a case is in it.
    pub fn has(self, id: &CaseId) -> bool {
        let mut hash = Sha256::new();
        hash.update(b"brownout shard 1\0");
        hash.update(id.to_string().as_bytes());
        let hash = hash.finalize().iter().take(8).fold(0_u64, |hash, byte| (hash << 8) | u64::from(*byte));
        hash % self.of + 1 == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> CaseId {
        CaseId { scenario: format!("power/case-{number}"), choice: Vec::new() }
    }

    #[test]
    fn every_case_is_in_one_shard_and_stays_there() {
        for of in 1..=7_u64 {
            let shards: Vec<Shard> = (1..=of).map(|index| format!("{index}/{of}").parse().unwrap()).collect();
            let sizes: Vec<usize> =
                shards.iter().map(|shard| (0..700).filter(|number| shard.has(&id(*number))).count()).collect();
            assert_eq!(sizes.iter().sum::<usize>(), 700, "{sizes:?}");
            assert!(sizes.iter().all(|size| size * of as usize > 350), "{sizes:?}");
        }
        // Computed apart: printf 'brownout shard 1\0power/case-1' | sha256sum gives 91f761…, modulo 3.
        let homes: Vec<usize> =
            (1..=3).filter(|index| format!("{index}/3").parse::<Shard>().unwrap().has(&id(1))).collect();
        assert_eq!(homes, [HOME]);
    }

    const HOME: usize = 2;

    #[test]
    fn what_is_no_shard_is_refused_with_words() {
        let why = |text: &str| text.parse::<Shard>().unwrap_err().to_string();
        assert_eq!(why("0/3"), "there is no shard 0 of 3: shards count from 1 to 3");
        assert_eq!(why("4/3"), "there is no shard 4 of 3: shards count from 1 to 3");
        assert_eq!(why("1/0"), "no shard of 0: at least 1 has to run the cases");
        for text in ["", "1", "1/", "/3", "-1/3", "1/3/3", "a/b", "99999999999999999999/3"] {
            assert_eq!(why(text), "a shard is written I/N, `1/3` for the first of three", "{text}");
        }
    }
}
