//! The 32-bit instructions (A5.3): the first fork, branches and system instructions.

use super::super::op::{Op, Slot};
use super::{CONDITIONAL, UNDEFINED, bit, data, field, memory, signed, thumb16};

pub(super) fn decode(first: u16, second: u16) -> Slot {
    match field(first, 9, 4) {
        0b0100 if bit(first, 6) => memory::dual_exclusive_table(first, second),
        0b0100 => memory::multiple(first, second),
        0b0101 => data::shifted_register(first, second),
        // Erased flash reads so; no coprocessor has it (table A5-28).
        0b0111 | 0b1111 if bit(first, 8) => UNDEFINED,
        0b0110 | 0b0111 | 0b1110 | 0b1111 => Slot::new(Op::NoCoprocessor),
        0b1000..=0b1011 if bit(second, 15) => branch_or_system(first, second),
        0b1000 | 0b1010 => data::modified_immediate(first, second),
        0b1001 | 0b1011 => data::plain_immediate(first, second),
        0b1100 => memory::single(first, second),
        0b1101 if bit(first, 8) => data::multiply(first, second),
        0b1101 => data::register(first, second),
        _ => UNDEFINED,
    }
}

/// Branches and miscellaneous control (A5.3.4).
fn branch_or_system(first: u16, second: u16) -> Slot {
    if bit(second, 12) || bit(second, 14) {
        // B T4 and BL; with bit 12 clear and 14 set it would be BLX to ARM code.
        let op = if bit(second, 14) { Op::Bl } else { Op::B };
        return if bit(second, 12) { Slot::new(op).imm(far_offset(first, second)) } else { UNDEFINED };
    }
    let condition = field(first, 6, 4);
    if let Some(&op) = CONDITIONAL.get(condition as usize) {
        let offset = (u32::from(field(first, 10, 1)) << 20)
            | (u32::from(field(second, 11, 1)) << 19)
            | (u32::from(field(second, 13, 1)) << 18)
            | (u32::from(field(first, 0, 6)) << 12)
            | (u32::from(field(second, 0, 11)) << 1);
        return Slot::new(op).imm(signed(offset, 21));
    }
    match field(first, 4, 7) {
        // Without the DSP extension only the flags can be written.
        0b0111000 | 0b0111001 if !matches!(first & 15, 13 | 15) => {
            Slot::new(Op::Msr).n(first & 15).imm((second & 0xFF).into()).a(field(second, 10, 2))
        }
        0b0111010 => match field(second, 8, 3) {
            0 => thumb16::hint(if second & 0xFF < 16 { second & 15 } else { 0 }),
            _ => UNDEFINED,
        },
        0b0111011 => match field(second, 4, 4) {
            2 => Slot::new(Op::Clrex),
            4 | 5 => Slot::new(Op::Nop),
            6 => Slot::new(Op::Isb),
            _ => UNDEFINED,
        },
        0b0111110 | 0b0111111 if !matches!(field(second, 8, 4), 13 | 15) => {
            Slot::new(Op::Mrs).d(field(second, 8, 4)).imm((second & 0xFF).into())
        }
        _ => UNDEFINED,
    }
}

/// The offset of B T4 and BL: S:I1:I2:imm10:imm11:0, where I = not (J xor S).
fn far_offset(first: u16, second: u16) -> u32 {
    let s = field(first, 10, 1);
    let i1 = 1 ^ field(second, 13, 1) ^ s;
    let i2 = 1 ^ field(second, 11, 1) ^ s;
    let offset = (u32::from(s) << 24)
        | (u32::from(i1) << 23)
        | (u32::from(i2) << 22)
        | (u32::from(field(first, 0, 10)) << 12)
        | (u32::from(field(second, 0, 11)) << 1);
    signed(offset, 25)
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    #[test]
    fn branch_offsets() {
        // As assembled: `bl .+0`, `b.w .-100`, `beq.w .+1000`.
        assert_eq!(decode(0xF7FF, 0xFFFE).imm, (-4_i32) as u32);
        assert_eq!(decode(0xF7FF, 0xFFFE).op, Op::Bl);
        assert_eq!(decode(0xF7FF, 0xBFCC).imm, (-104_i32) as u32);
        assert_eq!(decode(0xF000, 0x81F2).op, Op::Beq);
        assert_eq!(decode(0xF000, 0x81F2).imm, 996);
    }
}
