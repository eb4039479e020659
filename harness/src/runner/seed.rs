//! The seed of one case: from the run's seed and the case's id, so that it depends on neither order nor threads.

use crate::scenario::id::CaseId;
use sha2::{Digest, Sha256};

/// What is hashed first: a new way of seeding gets a new name, and old runs stay what they were.
const SCHEME: &[u8] = b"brownout case seed 1\0";

/// The seed of a run that names none: the one that traces are approved with.
pub const USUAL: u64 = 1;

/// The first eight bytes, big end first, of SHA-256 over [`SCHEME`], the run's seed (eight bytes, big end first) and
/// the id.
pub fn of_case(seed: u64, id: &CaseId) -> u64 {
    let mut hash = Sha256::new();
    hash.update(SCHEME);
    hash.update(seed.to_be_bytes());
    hash.update(id.to_string().as_bytes());
    hash.finalize().iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(scenario: &str) -> CaseId {
        CaseId { scenario: scenario.into(), choice: vec![("cut".into(), "10ms".into())] }
    }

    #[test]
    fn seeds_are_pinned() {
        // Computed apart: printf 'brownout case seed 1\0\0\0\0\0\0\0\0\1power/cut@cut=10ms' | sha256sum
        assert_eq!(of_case(1, &id("power/cut")), PINNED);
        assert_ne!(of_case(2, &id("power/cut")), PINNED);
        assert_ne!(of_case(1, &id("power/cuts")), PINNED);
    }

    const PINNED: u64 = 0xc433_b04b_996f_3e77;
}
