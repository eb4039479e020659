//! From half-words to slots. Encodings: ARM DDI 0403, chapter A5.

mod data;
mod memory;
mod thumb16;
mod thumb32;

use super::op::{Op, Slot};

/// Decodes one instruction; `second` counts only if `first` says that the instruction has 32 bits.
pub(super) fn decode(first: u16, second: u16) -> Slot {
    if first < 0xE800 { thumb16::decode(first) } else { thumb32::decode(first, second).wide() }
}

const UNDEFINED: Slot = Slot::new(Op::Undefined);

/// Bits `low..low + count` of an encoding.
const fn field(word: u16, low: u32, count: u32) -> u16 {
    (word >> low) & ((1 << count) - 1)
}

const fn bit(word: u16, at: u32) -> bool {
    field(word, at, 1) == 1
}

/// The low `bits` bits of `value`, sign-extended.
const fn signed(value: u32, bits: u32) -> u32 {
    (((value << (32 - bits)) as i32) >> (32 - bits)) as u32
}

/// The branches by condition code; 14 and 15 are not conditions.
const CONDITIONAL: [Op; 14] = [
    Op::Beq,
    Op::Bne,
    Op::Bcs,
    Op::Bcc,
    Op::Bmi,
    Op::Bpl,
    Op::Bvs,
    Op::Bvc,
    Op::Bhi,
    Op::Bls,
    Op::Bge,
    Op::Blt,
    Op::Bgt,
    Op::Ble,
];

/// A shift as `Op::*Shift` has it in its `imm`: the amount, and the kind from bit 8.
pub(super) mod shift {
    pub const LSL: u32 = 0;
    pub const LSR: u32 = 1;
    pub const ASR: u32 = 2;
    pub const ROR: u32 = 3;
    pub const RRX: u32 = 4;

    /// From the two fields of an encoding, where an amount of 0 means 32, or RRX.
    pub const fn decode(kind: u16, amount: u16) -> u32 {
        let (kind, amount) = (kind as u32, amount as u32);
        match (kind, amount) {
            (LSR | ASR, 0) => (kind << 8) | 32,
            (ROR, 0) => (RRX << 8) | 1,
            _ => (kind << 8) | amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_half_word_decodes() {
        for first in 0..=u16::MAX {
            for second in [0, 0x8000, 0xF000, 0xFFFF, 0x0F00] {
                let slot = decode(first, second);
                assert_eq!(slot.length() == 4, first >= 0xE800, "{first:04x}");
            }
        }
    }

    #[test]
    fn sign_extension() {
        assert_eq!(signed(0x80, 8), 0xFFFF_FF80);
        assert_eq!(signed(0x7F, 8), 0x7F);
    }
}
