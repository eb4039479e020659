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

/// The name of the operation that an encoding decodes to: for tests that count what they covered.
pub fn operation(first: u16, second: u16) -> String {
    format!("{:?}", decode(first, second).op)
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

    /// What the lockstep test cannot see: armagnac does not say why it refuses.
    #[test]
    fn what_a_cortex_m3_lacks_is_undefined() {
        let undefined = [
            ("udf", 0xDE00, 0),
            ("udf.w", 0xF7F0, 0xA000),
            ("blx to ARM code", 0xF000, 0xC000),
            ("qadd", 0xFA81, 0xF082),
            ("sadd16", 0xFA91, 0xF002),
            ("pkhbt", 0xEAC1, 0x0002),
            ("ssat16", 0xF321, 0x0003),
            ("sxtab", 0xFA41, 0xF082),
            ("smlabb", 0xFB11, 0x3002),
            ("umaal", 0xFBE1, 0x0062),
            ("push of nothing", 0xB400, 0),
            ("mul with pc", 0xFB0F, 0xF002),
            ("str to pc", 0xF8CF, 0x1000),
            ("sub-word sp", 0xF89D, 0xD000),
            ("bfi with msb below lsb", 0xF361, 0x10C0),
            ("erased flash", 0xFFFF, 0xFFFF),
        ];
        for (name, first, second) in undefined {
            assert_eq!(decode(first, second).op, Op::Undefined, "{name}");
        }
        for (name, first, second) in [("mcr", 0xEE00, 0x0F10), ("vadd", 0xEE30, 0x0A00), ("stc2", 0xFD80, 0x0000)] {
            assert_eq!(decode(first, second).op, Op::NoCoprocessor, "{name}");
        }
    }

    #[test]
    fn hints_are_harmless() {
        for (name, first, second) in [
            ("nop", 0xBF00, 0),
            ("yield", 0xBF10, 0),
            ("unassigned", 0xBF70, 0),
            ("nop.w", 0xF3AF, 0x8000),
            ("dbg", 0xF3AF, 0x80F0),
            ("dsb", 0xF3BF, 0x8F4F),
            ("pld", 0xF891, 0xF000),
            ("pld literal", 0xF81F, 0xF000),
            ("pli", 0xF991, 0xF000),
            ("pldw, a hint on this core", 0xF8B1, 0xF000),
        ] {
            assert_eq!(decode(first, second).op, Op::Nop, "{name}");
        }
    }

    #[test]
    fn sign_extension() {
        assert_eq!(signed(0x80, 8), 0xFFFF_FF80);
        assert_eq!(signed(0x7F, 8), 0x7F);
    }
}
