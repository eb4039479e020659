//! Loads, stores and table branches in 32 bits (A5.3.5 to A5.3.10).

use super::super::execute::memory::{Kind, Mode, special};
use super::super::op::{Indexing, Op, Slot};
use super::{UNDEFINED, bit, field};

/// LDM and STM.
pub(super) fn multiple(first: u16, second: u16) -> Slot {
    let (n, load, write_back) = (first & 15, bit(first, 4), bit(first, 5));
    let op = match (field(first, 7, 2), load) {
        (0b01, false) => Op::StmIa,
        (0b01, true) => Op::LdmIa,
        (0b10, false) => Op::StmDb,
        (0b10, true) => Op::LdmDb,
        _ => return UNDEFINED,
    };
    let allowed = n != 15
        && second.count_ones() >= 2
        && !bit(second, 13)
        && (load || !bit(second, 15))
        && !(bit(second, 15) && bit(second, 14))
        && !(write_back && bit(second, n.into()));
    if allowed { Slot::new(op).n(n).imm(u32::from(second) | (u32::from(write_back) << 16)) } else { UNDEFINED }
}

/// LDRD, STRD, exclusive accesses, TBB and TBH.
pub(super) fn dual_exclusive_table(first: u16, second: u16) -> Slot {
    let (n, t, t2) = (first & 15, field(second, 12, 4), field(second, 8, 4));
    let (p, u, w, load) = (bit(first, 8), bit(first, 7), bit(first, 5), bit(first, 4));
    let offset = u32::from(second & 0xFF) << 2;
    let bad = |register: u16| matches!(register, 13 | 15);
    if p || w {
        let indexing = match (p, w) {
            (true, false) => Indexing::Offset,
            (true, true) => Indexing::Pre,
            _ => Indexing::Post,
        };
        let signed = if u { offset } else { offset.wrapping_neg() };
        let write_back = indexing != Indexing::Offset;
        if bad(t)
            || bad(t2)
            || (load && t == t2)
            || (write_back && (n == t || n == t2 || n == 15))
            || (n == 15 && !load)
        {
            return UNDEFINED;
        }
        return Slot::new(if load { Op::Ldrd } else { Op::Strd }).d(t).a(t2).n(n).m(indexing as u16).imm(signed);
    }
    if !u {
        return match load {
            _ if bad(t) || n == 15 => UNDEFINED,
            true => Slot::new(Op::Ldrex).d(t).n(n).imm(offset),
            false if bad(t2) || t2 == n || t2 == t => UNDEFINED,
            false => Slot::new(Op::Strex).d(t).a(t2).n(n).imm(offset),
        };
    }
    let status = second & 15;
    match (load, field(second, 4, 4)) {
        (true, 0b0000) if !bad(status) && n != 13 => Slot::new(Op::Tbb).n(n).m(status),
        (true, 0b0001) if !bad(status) && n != 13 => Slot::new(Op::Tbh).n(n).m(status),
        _ if bad(t) || n == 15 => UNDEFINED,
        (true, 0b0100) => Slot::new(Op::Ldrexb).d(t).n(n),
        (true, 0b0101) => Slot::new(Op::Ldrexh).d(t).n(n),
        _ if bad(status) || status == n || status == t => UNDEFINED,
        (false, 0b0100) => Slot::new(Op::Strexb).d(t).a(status).n(n),
        (false, 0b0101) => Slot::new(Op::Strexh).d(t).a(status).n(n),
        _ => UNDEFINED,
    }
}

/// Loads and stores of one register, and memory hints.
pub(super) fn single(first: u16, second: u16) -> Slot {
    let (n, t, m) = (first & 15, field(second, 12, 4), second & 15);
    let (signed, long, load) = (bit(first, 8), bit(first, 7), bit(first, 4));
    let kind = match (load, signed, field(first, 5, 2)) {
        (true, false, 0) => Kind::LoadByte,
        (true, false, 1) => Kind::LoadHalf,
        (true, false, 2) => Kind::LoadWord,
        (true, true, 0) => Kind::LoadSignedByte,
        (true, true, 1) => Kind::LoadSignedHalf,
        (false, false, 0) => Kind::StoreByte,
        (false, false, 1) => Kind::StoreHalf,
        (false, false, 2) => Kind::StoreWord,
        _ => return UNDEFINED,
    };
    if n == 15 {
        // Bit 7 is the sign here.
        let offset = u32::from(second & 0xFFF);
        let offset = if long { offset } else { offset.wrapping_neg() };
        return match kind {
            Kind::StoreByte | Kind::StoreHalf | Kind::StoreWord => UNDEFINED,
            Kind::LoadWord if !matches!(t, 13 | 15) => Slot::new(Op::LdrLit).d(t).imm(offset),
            Kind::LoadWord => special(kind, Mode::Literal, t, n, m, offset),
            _ if t == 15 => Slot::new(Op::Nop),
            _ if t == 13 => UNDEFINED,
            _ => special(kind, Mode::Literal, t, n, m, offset),
        };
    }
    let word = matches!(kind, Kind::LoadWord);
    if long {
        return access(kind, Mode::Offset, t, n, m, (second & 0xFFF).into());
    }
    let offset = u32::from(second & 0xFF);
    let (p, u, w) = (bit(second, 10), bit(second, 9), bit(second, 8));
    let offset = if u { offset } else { offset.wrapping_neg() };
    match (bit(second, 11), p, w) {
        (false, ..) if field(second, 6, 6) == 0 && !matches!(m, 13 | 15) => {
            access(kind, Mode::Register, t, n, m, field(second, 4, 2).into())
        }
        (false, ..) | (true, false, false) => UNDEFINED,
        (true, true, false) if !u => access(kind, Mode::Offset, t, n, m, offset),
        (true, true, false) if matches!(t, 13 | 15) => UNDEFINED,
        (true, true, false) => special(kind, Mode::Unprivileged, t, n, m, offset),
        (true, ..) if n == t || (!word && matches!(t, 13 | 15)) => UNDEFINED,
        (true, true, true) => access(kind, Mode::Pre, t, n, m, offset),
        (true, false, true) => access(kind, Mode::Post, t, n, m, offset),
    }
}

/// The common forms, unless the register is one that needs care.
fn access(kind: Kind, mode: Mode, t: u16, n: u16, m: u16, imm: u32) -> Slot {
    let load = !matches!(kind, Kind::StoreByte | Kind::StoreHalf | Kind::StoreWord);
    match t {
        13 | 15 if kind == Kind::LoadWord => return special(kind, mode, t, n, m, imm),
        // The stack pointer stays word-aligned.
        _ if n == 13 && mode != Mode::Offset && mode != Mode::Register && imm & 3 != 0 => {
            return special(kind, mode, t, n, m, imm);
        }
        13 if kind == Kind::StoreWord => (),
        // PLD, PLI and unallocated memory hints.
        15 if load => return Slot::new(Op::Nop),
        13 | 15 => return UNDEFINED,
        _ => (),
    }
    let forms = match kind {
        Kind::LoadWord => [Op::LdrImm, Op::LdrReg, Op::LdrPre, Op::LdrPost],
        Kind::LoadByte => [Op::LdrbImm, Op::LdrbReg, Op::LdrbPre, Op::LdrbPost],
        Kind::LoadHalf => [Op::LdrhImm, Op::LdrhReg, Op::LdrhPre, Op::LdrhPost],
        Kind::LoadSignedByte => [Op::LdrsbImm, Op::LdrsbReg, Op::LdrsbPre, Op::LdrsbPost],
        Kind::LoadSignedHalf => [Op::LdrshImm, Op::LdrshReg, Op::LdrshPre, Op::LdrshPost],
        Kind::StoreWord => [Op::StrImm, Op::StrReg, Op::StrPre, Op::StrPost],
        Kind::StoreByte => [Op::StrbImm, Op::StrbReg, Op::StrbPre, Op::StrbPost],
        Kind::StoreHalf => [Op::StrhImm, Op::StrhReg, Op::StrhPre, Op::StrhPost],
    };
    let op = match mode {
        Mode::Register => forms[1],
        Mode::Pre => forms[2],
        Mode::Post => forms[3],
        _ => forms[0],
    };
    Slot::new(op).d(t).n(n).m(m).imm(imm)
}
