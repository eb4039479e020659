//! Data processing in 32 bits (A5.3.1, A5.3.3, A5.3.11, A5.3.12, A5.3.16, A5.3.17).

use super::super::op::{Op, Slot};
use super::{UNDEFINED, bit, field, shift};

/// One data-processing operation in its forms: immediate, register, shifted register; then the same setting flags.
type Forms = [Op; 6];

const AND: Forms = [Op::AndImm, Op::AndReg, Op::AndShift, Op::AndImmS, Op::AndRegS, Op::AndShiftS];
const BIC: Forms = [Op::BicImm, Op::BicReg, Op::BicShift, Op::BicImmS, Op::BicRegS, Op::BicShiftS];
const ORR: Forms = [Op::OrrImm, Op::OrrReg, Op::OrrShift, Op::OrrImmS, Op::OrrRegS, Op::OrrShiftS];
const ORN: Forms = [Op::OrnImm, Op::OrnReg, Op::OrnShift, Op::OrnImmS, Op::OrnRegS, Op::OrnShiftS];
const EOR: Forms = [Op::EorImm, Op::EorReg, Op::EorShift, Op::EorImmS, Op::EorRegS, Op::EorShiftS];
const ADD: Forms = [Op::AddImm, Op::AddReg, Op::AddShift, Op::AddImmS, Op::AddRegS, Op::AddShiftS];
const ADC: Forms = [Op::AdcImm, Op::AdcReg, Op::AdcShift, Op::AdcImmS, Op::AdcRegS, Op::AdcShiftS];
const SUB: Forms = [Op::SubImm, Op::SubReg, Op::SubShift, Op::SubImmS, Op::SubRegS, Op::SubShiftS];
const SBC: Forms = [Op::SbcImm, Op::SbcReg, Op::SbcShift, Op::SbcImmS, Op::SbcRegS, Op::SbcShiftS];
const RSB: Forms = [Op::RsbImm, Op::RsbReg, Op::RsbShift, Op::RsbImmS, Op::RsbRegS, Op::RsbShiftS];
const MOV: Forms = [Op::MovImm, Op::MovReg, Op::MovShift, Op::MovImmS, Op::MovRegS, Op::MovShiftS];
const MVN: Forms = [Op::MvnImm, Op::MvnReg, Op::MvnShift, Op::MvnImmS, Op::MvnRegS, Op::MvnShiftS];
const TST: Forms = [Op::TstImm, Op::TstReg, Op::TstShift, Op::TstImm, Op::TstReg, Op::TstShift];
const TEQ: Forms = [Op::TeqImm, Op::TeqReg, Op::TeqShift, Op::TeqImm, Op::TeqReg, Op::TeqShift];
const CMN: Forms = [Op::CmnImm, Op::CmnReg, Op::CmnShift, Op::CmnImm, Op::CmnReg, Op::CmnShift];
const CMP: Forms = [Op::CmpImm, Op::CmpReg, Op::CmpShift, Op::CmpImm, Op::CmpReg, Op::CmpShift];

/// Which operation, and what its registers may be.
struct Choice {
    forms: Forms,
    /// Compares have no destination, moves no first operand; both write 15 there.
    compares: bool,
    moves: bool,
}

fn choose(opcode: u16, s: bool, d: u16, n: u16) -> Option<Choice> {
    let (forms, compares, moves) = match opcode {
        0b0000 if d == 15 && s => (TST, true, false),
        0b0000 => (AND, false, false),
        0b0001 => (BIC, false, false),
        0b0010 if n == 15 => (MOV, false, true),
        0b0010 => (ORR, false, false),
        0b0011 if n == 15 => (MVN, false, true),
        0b0011 => (ORN, false, false),
        0b0100 if d == 15 && s => (TEQ, true, false),
        0b0100 => (EOR, false, false),
        0b1000 if d == 15 && s => (CMN, true, false),
        0b1000 => (ADD, false, false),
        0b1010 => (ADC, false, false),
        0b1011 => (SBC, false, false),
        0b1101 if d == 15 && s => (CMP, true, false),
        0b1101 => (SUB, false, false),
        0b1110 => (RSB, false, false),
        _ => return None,
    };
    Some(Choice { forms, compares, moves })
}

impl Choice {
    /// Whether the registers are allowed. SP is, as the first operand of an addition or a comparison, and as a destination
    /// where the caller handles that before.
    fn allows(&self, d: u16, n: u16) -> bool {
        let sp_operand = [ADD[0], SUB[0], CMP[0], CMN[0]].contains(&self.forms[0]);
        let destination = self.compares || !matches!(d, 13 | 15);
        let operand = self.moves || if n == 13 { sp_operand } else { n != 15 };
        destination && operand
    }
}

/// With a modified immediate.
pub(super) fn modified_immediate(first: u16, second: u16) -> Slot {
    let (opcode, s, n, d) = (field(first, 5, 4), bit(first, 4), first & 15, field(second, 8, 4));
    let (imm, carry) = expand((field(first, 10, 1) << 11) | (field(second, 12, 3) << 8) | (second & 0xFF));
    let Some(choice) = choose(opcode, s, d, n) else { return UNDEFINED };
    if d == 13 && n == 13 && !s && [ADD[0], SUB[0]].contains(&choice.forms[0]) {
        let sum = if opcode == 0b1000 { imm } else { imm.wrapping_neg() };
        return Slot::new(Op::WriteSp).d(13).n(13).m(15).imm(sum);
    }
    if !choice.allows(d, n) {
        return UNDEFINED;
    }
    Slot::new(choice.forms[if s { 3 } else { 0 }]).d(d).n(n).a(carry).imm(imm)
}

/// ThumbExpandImm_C (A5.3.2): the value, and what becomes of the carry: 0 kept, 1 cleared, 2 set.
fn expand(imm12: u16) -> (u32, u16) {
    let byte = u32::from(imm12 & 0xFF);
    match field(imm12, 8, 4) {
        0 => (byte, 0),
        1 => (byte << 16 | byte, 0),
        2 => (byte << 24 | byte << 8, 0),
        3 => (byte << 24 | byte << 16 | byte << 8 | byte, 0),
        _ => {
            let value = (0x80 | u32::from(imm12 & 0x7F)).rotate_right(field(imm12, 7, 5).into());
            (value, 1 + (value >> 31) as u16)
        }
    }
}

/// With a shifted register.
pub(super) fn shifted_register(first: u16, second: u16) -> Slot {
    let (opcode, s, n) = (field(first, 5, 4), bit(first, 4), first & 15);
    let (d, m) = (field(second, 8, 4), second & 15);
    let shift = shift::decode(field(second, 4, 2), (field(second, 12, 3) << 2) | field(second, 6, 2));
    let Some(choice) = choose(opcode, s, d, n) else { return UNDEFINED };
    let plain = shift == 0;
    if plain && !s && choice.forms[0] == MOV[0] && (d == 13) != (m == 13) && d != 15 && m != 15 {
        // MOV.W may have SP on one side.
        return if d == 13 { Slot::new(Op::WriteSp).d(13).n(m).m(15) } else { Slot::new(Op::MovReg).d(d).m(13) };
    }
    if matches!(m, 13 | 15) {
        return UNDEFINED;
    }
    if d == 13 && n == 13 && !s && [ADD[0], SUB[0]].contains(&choice.forms[0]) {
        // Nibble a: 1 subtracts. Shifts other than LSL by 0 to 3 are UNPREDICTABLE here; they do what they say.
        return Slot::new(Op::WriteSp).d(13).n(13).m(m).a(u16::from(opcode == 0b1101)).imm(shift);
    }
    if !choice.allows(d, n) {
        return UNDEFINED;
    }
    let form = 1 + usize::from(!plain) + if s { 3 } else { 0 };
    let op = match (choice.forms[form], shift >> 8) {
        (Op::MovShift, shift::LSL) => Op::LslImm,
        (Op::MovShift, shift::LSR) => Op::LsrImm,
        (Op::MovShift, shift::ASR) => Op::AsrImm,
        (Op::MovShiftS, shift::LSL) => Op::LslImmS,
        (Op::MovShiftS, shift::LSR) => Op::LsrImmS,
        (Op::MovShiftS, shift::ASR) => Op::AsrImmS,
        (op, _) => op,
    };
    Slot::new(op).d(d).n(n).m(m).imm(shift)
}

/// With a plain immediate: ADDW, SUBW, MOVW, MOVT, saturation and bit fields.
pub(super) fn plain_immediate(first: u16, second: u16) -> Slot {
    let (n, d) = (first & 15, field(second, 8, 4));
    let imm12 = u32::from((field(first, 10, 1) << 11) | (field(second, 12, 3) << 8) | (second & 0xFF));
    let imm16 = (u32::from(n) << 12) | imm12;
    let low = (field(second, 12, 3) << 2) | field(second, 6, 2);
    let width = second & 31;
    if d == 15 {
        return UNDEFINED;
    }
    let add = |imm: u32| match (d, n) {
        (13, 13) => Slot::new(Op::WriteSp).d(13).n(13).m(15).imm(imm),
        (13, _) => UNDEFINED,
        (_, 15) => Slot::new(Op::Adr).d(d).imm(imm),
        _ => Slot::new(Op::AddImm).d(d).n(n).imm(imm),
    };
    match field(first, 4, 5) {
        0b00000 => return add(imm12),
        0b01010 => return add(imm12.wrapping_neg()),
        _ if d == 13 => return UNDEFINED,
        0b00100 => return Slot::new(Op::MovImm).d(d).imm(imm16),
        0b01100 => return Slot::new(Op::Movt).d(d).imm(imm16),
        _ => (),
    }
    if n == 13 || (n == 15 && field(first, 4, 5) != 0b10110) {
        return UNDEFINED;
    }
    let extract = |op| {
        if low + width > 31 {
            UNDEFINED
        } else {
            Slot::new(op).d(d).n(n).imm((u32::from(width + 1) << 8) | u32::from(low))
        }
    };
    let saturate = |op, to: u16| {
        let kind = if bit(first, 5) { shift::ASR as u16 } else { shift::LSL as u16 };
        Slot::new(op).d(d).n(n).imm(shift::decode(kind, low) | (u32::from(to) << 16))
    };
    match field(first, 4, 5) {
        // With a shift of ASR #0 these would be the SIMD forms of the DSP extension.
        0b10010 | 0b11010 if low == 0 => UNDEFINED,
        0b10000 | 0b10010 => saturate(Op::Ssat, width + 1),
        0b11000 | 0b11010 => saturate(Op::Usat, width),
        0b10100 => extract(Op::Sbfx),
        0b11100 => extract(Op::Ubfx),
        0b10110 if width < low => UNDEFINED,
        0b10110 => {
            let op = if n == 15 { Op::Bfc } else { Op::Bfi };
            Slot::new(op).d(d).n(n).imm((u32::from(width - low + 1) << 8) | u32::from(low))
        }
        _ => UNDEFINED,
    }
}

/// Shifts by a register, extensions and miscellaneous operations.
pub(super) fn register(first: u16, second: u16) -> Slot {
    let (n, d, m) = (first & 15, field(second, 8, 4), second & 15);
    let no_sp_pc = |registers: &[u16]| !registers.iter().any(|register| matches!(register, 13 | 15));
    if field(second, 12, 4) != 15 || !no_sp_pc(&[d, m]) {
        return UNDEFINED;
    }
    let slot = |op| Slot::new(op).d(d).n(n).m(m);
    match (field(first, 4, 4), field(second, 4, 4)) {
        (opcode @ 0b0000..=0b0111, 0) if no_sp_pc(&[n]) => slot(
            [Op::LslReg, Op::LslRegS, Op::LsrReg, Op::LsrRegS, Op::AsrReg, Op::AsrRegS, Op::RorReg, Op::RorRegS]
                [opcode as usize],
        ),
        (opcode, rotation @ 0b1000..=0b1011) if n == 15 => {
            let op = match opcode {
                0b0000 => Op::Sxth,
                0b0001 => Op::Uxth,
                0b0100 => Op::Sxtb,
                0b0101 => Op::Uxtb,
                _ => return UNDEFINED,
            };
            slot(op).imm(u32::from(rotation & 3) * 8)
        }
        // These have m twice.
        (0b1001, sub @ 0b1000..=0b1011) if n == m => {
            slot([Op::Rev, Op::Rev16, Op::Rbit, Op::Revsh][(sub & 3) as usize])
        }
        (0b1011, 0b1000) if n == m => slot(Op::Clz),
        _ => UNDEFINED,
    }
}

/// Multiplication and division.
pub(super) fn multiply(first: u16, second: u16) -> Slot {
    let (n, a, d, m) = (first & 15, field(second, 12, 4), field(second, 8, 4), second & 15);
    let slot = |op| Slot::new(op).d(d).n(n).m(m).a(a);
    if [n, d, m].iter().any(|register| matches!(register, 13 | 15)) {
        return UNDEFINED;
    }
    match (field(first, 4, 4), field(second, 4, 4)) {
        (0b0000, 0b0000) if a == 15 => slot(Op::Mul),
        (0b0000, 0b0000) if a != 13 => slot(Op::Mla),
        (0b0000, 0b0001) if !matches!(a, 13 | 15) => slot(Op::Mls),
        (0b1001, 0b1111) if a == 15 => slot(Op::Sdiv),
        (0b1011, 0b1111) if a == 15 => slot(Op::Udiv),
        // The long ones: a is the low half, d the high half; they must differ.
        _ if matches!(a, 13 | 15) || a == d => UNDEFINED,
        (0b1000, 0) => slot(Op::Smull),
        (0b1010, 0) => slot(Op::Umull),
        (0b1100, 0) => slot(Op::Smlal),
        (0b1110, 0) => slot(Op::Umlal),
        _ => UNDEFINED,
    }
}
