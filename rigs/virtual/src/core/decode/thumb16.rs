//! The 16-bit instructions (A5.2).

use super::super::op::{Op, Slot};
use super::{CONDITIONAL, UNDEFINED, bit, field, shift, signed};

pub(super) fn decode(word: u16) -> Slot {
    let (low, middle) = (field(word, 0, 3), field(word, 3, 3));
    match word >> 10 {
        0b000000..=0b001111 => shift_add_move(word),
        0b010000 => data_processing(word),
        0b010001 => high_registers(word),
        0b010010 | 0b010011 => Slot::new(Op::LdrLit).d(field(word, 8, 3)).imm(u32::from(word & 0xFF) << 2),
        0b010100..=0b010111 => {
            const OPS: [Op; 8] = [
                Op::StrReg,
                Op::StrhReg,
                Op::StrbReg,
                Op::LdrsbReg,
                Op::LdrReg,
                Op::LdrhReg,
                Op::LdrbReg,
                Op::LdrshReg,
            ];
            Slot::new(OPS[field(word, 9, 3) as usize]).d(low).n(middle).m(field(word, 6, 3))
        }
        0b011000..=0b100011 => {
            let offset = u32::from(field(word, 6, 5));
            let (op, scale) = match word >> 11 {
                0b01100 => (Op::StrImm, 2),
                0b01101 => (Op::LdrImm, 2),
                0b01110 => (Op::StrbImm, 0),
                0b01111 => (Op::LdrbImm, 0),
                0b10000 => (Op::StrhImm, 1),
                _ => (Op::LdrhImm, 1),
            };
            Slot::new(op).d(low).n(middle).imm(offset << scale)
        }
        0b100100..=0b100111 => {
            let op = if bit(word, 11) { Op::LdrImm } else { Op::StrImm };
            Slot::new(op).d(field(word, 8, 3)).n(13).imm(u32::from(word & 0xFF) << 2)
        }
        0b101000 | 0b101001 => Slot::new(Op::Adr).d(field(word, 8, 3)).imm(u32::from(word & 0xFF) << 2),
        0b101010 | 0b101011 => Slot::new(Op::AddImm).d(field(word, 8, 3)).n(13).imm(u32::from(word & 0xFF) << 2),
        0b101100..=0b101111 => miscellaneous(word),
        0b110000..=0b110011 => multiple(word),
        0b110100..=0b110111 => match field(word, 8, 4) {
            14 => UNDEFINED,
            15 => Slot::new(Op::Svc),
            condition => Slot::new(CONDITIONAL[condition as usize]).imm(signed(u32::from(word & 0xFF) << 1, 9)),
        },
        _ => Slot::new(Op::B).imm(signed(u32::from(word & 0x7FF) << 1, 12)),
    }
}

/// Shift, add, subtract, move and compare (A5.2.1).
fn shift_add_move(word: u16) -> Slot {
    let (low, middle, high) = (field(word, 0, 3), field(word, 3, 3), field(word, 8, 3));
    let imm8 = u32::from(word & 0xFF);
    let slot = match word >> 11 {
        0b00000 if field(word, 6, 5) == 0 => Slot::new(Op::MovRegS).d(low).m(middle),
        0b00000 => Slot::new(Op::LslImmS).d(low).m(middle).imm(shift::decode(0, field(word, 6, 5))),
        0b00001 => Slot::new(Op::LsrImmS).d(low).m(middle).imm(shift::decode(1, field(word, 6, 5))),
        0b00010 => Slot::new(Op::AsrImmS).d(low).m(middle).imm(shift::decode(2, field(word, 6, 5))),
        0b00011 => {
            let operand = field(word, 6, 3);
            let op = [Op::AddRegS, Op::SubRegS, Op::AddImmS, Op::SubImmS][field(word, 9, 2) as usize];
            let slot = Slot::new(op).d(low).n(middle);
            if bit(word, 10) { slot.imm(operand.into()) } else { slot.m(operand) }
        }
        0b00100 => Slot::new(Op::MovImmS).d(high).imm(imm8),
        0b00101 => return Slot::new(Op::CmpImm).n(high).imm(imm8),
        0b00110 => Slot::new(Op::AddImmS).d(high).n(high).imm(imm8),
        _ => Slot::new(Op::SubImmS).d(high).n(high).imm(imm8),
    };
    slot.with(Slot::LOUD)
}

/// Data processing on two low registers (A5.2.2).
fn data_processing(word: u16) -> Slot {
    const OPS: [Op; 16] = [
        Op::AndRegS,
        Op::EorRegS,
        Op::LslRegS,
        Op::LsrRegS,
        Op::AsrRegS,
        Op::AdcRegS,
        Op::SbcRegS,
        Op::RorRegS,
        Op::TstReg,
        Op::RsbImmS,
        Op::CmpReg,
        Op::CmnReg,
        Op::OrrRegS,
        Op::MulS,
        Op::BicRegS,
        Op::MvnRegS,
    ];
    let (low, middle) = (field(word, 0, 3), field(word, 3, 3));
    let op = OPS[field(word, 6, 4) as usize];
    let slot = Slot::new(op).with(Slot::LOUD);
    match op {
        Op::RsbImmS => slot.d(low).n(middle),
        _ => slot.d(low).n(low).m(middle),
    }
}

/// ADD, CMP and MOV with any register, BX and BLX (A5.2.3).
fn high_registers(word: u16) -> Slot {
    let (dn, m) = (field(word, 0, 3) | (field(word, 7, 1) << 3), field(word, 3, 4));
    match field(word, 8, 2) {
        0 => match (dn, m) {
            (15, 15) => UNDEFINED,
            (15, _) | (_, 15) if dn != 13 => Slot::new(Op::AddPc).d(dn).m(m),
            (13, 15) => UNDEFINED,
            (13, _) => Slot::new(Op::WriteSp).d(13).n(13).m(m),
            _ => Slot::new(Op::AddReg).d(dn).n(dn).m(m),
        },
        1 if dn == 15 || m == 15 => UNDEFINED,
        1 => Slot::new(Op::CmpReg).n(dn).m(m),
        2 => match (dn, m) {
            (15, 15) | (13, 15) => UNDEFINED,
            (15, _) => Slot::new(Op::BranchTo).m(m),
            (13, _) => Slot::new(Op::WriteSp).d(13).n(m).m(15),
            (_, 15) => Slot::new(Op::MovePc).d(dn),
            _ => Slot::new(Op::MovReg).d(dn).m(m),
        },
        _ if m == 15 => UNDEFINED,
        _ if bit(word, 7) => Slot::new(Op::Blx).m(m),
        _ => Slot::new(Op::Bx).m(m),
    }
}

/// Stack adjustment, extension, CBZ, PUSH, POP, CPS, byte reversal, BKPT, IT and hints (A5.2.5).
fn miscellaneous(word: u16) -> Slot {
    let (low, middle) = (field(word, 0, 3), field(word, 3, 3));
    let imm7 = u32::from(word & 0x7F) << 2;
    match field(word, 8, 4) {
        0b0000 if bit(word, 7) => Slot::new(Op::SubImm).d(13).n(13).imm(imm7),
        0b0000 => Slot::new(Op::AddImm).d(13).n(13).imm(imm7),
        0b0010 => {
            let op = [Op::Sxth, Op::Sxtb, Op::Uxth, Op::Uxtb][field(word, 6, 2) as usize];
            Slot::new(op).d(low).m(middle)
        }
        0b0001 | 0b0011 | 0b1001 | 0b1011 => {
            let op = if bit(word, 11) { Op::Cbnz } else { Op::Cbz };
            let offset = (field(word, 3, 5) << 1) | (field(word, 9, 1) << 6);
            Slot::new(op).n(low).imm(offset.into())
        }
        0b0100 | 0b0101 => {
            let list = (word & 0xFF) | (field(word, 8, 1) << 14);
            if list == 0 {
                return UNDEFINED;
            }
            Slot::new(Op::StmDb).n(13).imm(u32::from(list) | 0x1_0000)
        }
        0b0110 if field(word, 5, 3) == 0b011 => Slot::new(Op::Cps).imm((word & 0x13).into()),
        0b1010 => match field(word, 6, 2) {
            0 => Slot::new(Op::Rev).d(low).m(middle),
            1 => Slot::new(Op::Rev16).d(low).m(middle),
            3 => Slot::new(Op::Revsh).d(low).m(middle),
            _ => UNDEFINED,
        },
        0b1100 | 0b1101 => {
            let list = (word & 0xFF) | (field(word, 8, 1) << 15);
            if list == 0 {
                return UNDEFINED;
            }
            Slot::new(Op::LdmIa).n(13).imm(u32::from(list) | 0x1_0000)
        }
        0b1110 => Slot::new(Op::Bkpt),
        0b1111 if word & 15 != 0 => Slot::new(Op::It).imm((word & 0xFF).into()),
        0b1111 => hint(field(word, 4, 4)),
        _ => UNDEFINED,
    }
}

/// Hints that are not assigned execute as NOP; YIELD is one.
pub(super) fn hint(number: u16) -> Slot {
    Slot::new(match number {
        2 => Op::Wfe,
        3 => Op::Wfi,
        4 => Op::Sev,
        _ => Op::Nop,
    })
}

/// STM and LDM of low registers.
fn multiple(word: u16) -> Slot {
    let (n, list) = (field(word, 8, 3), u32::from(word & 0xFF));
    if list == 0 {
        return UNDEFINED;
    }
    if !bit(word, 11) {
        return Slot::new(Op::StmIa).n(n).imm(list | 0x1_0000);
    }
    // A base in the list is loaded, not written back.
    let write_back = if list & (1 << n) == 0 { 0x1_0000 } else { 0 };
    Slot::new(Op::LdmIa).n(n).imm(list | write_back)
}
