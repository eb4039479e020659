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
    hashed(SCHEME, seed, id.to_string().as_bytes())
}

/// Likewise for the boards of a lot.
const BOARDS: &[u8] = b"brownout board seed 1\0";

/// What the cases of board `number` of the lot `seed` take for their run's seed: the same way, over [`BOARDS`], the lot's
/// seed and the number (four bytes, big end first).
pub fn of_board(seed: u64, number: u32) -> u64 {
    hashed(BOARDS, seed, &number.to_be_bytes())
}

fn hashed(scheme: &[u8], seed: u64, what: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(scheme);
    hash.update(seed.to_be_bytes());
    hash.update(what);
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

    #[test]
    fn seeds_of_boards_are_pinned() {
        // Computed apart: printf 'brownout board seed 1\0\0\0\0\0\0\0\0\1\0\0\0\14' | sha256sum
        assert_eq!(of_board(1, 12), 0x41f4_e536_f29e_9313);
        assert_ne!(of_board(1, 13), of_board(1, 12));
    }

    const PINNED: u64 = 0xc433_b04b_996f_3e77;
}
