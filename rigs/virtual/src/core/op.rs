//! The decoded form of an instruction.

/// What an instruction does. `S` at the end of a name: it sets the flags.
///
/// `Imm` has its second operand in [`Slot::imm`], `Reg` in register m, `Shift` in register m shifted as `imm` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(super) enum Op {
    // Data processing. In the `ImmS` forms of the logical operations nibble a says how C is set: 0 kept, 1 cleared, 2 set.
    AndImm, AndReg, AndShift, AndImmS, AndRegS, AndShiftS,
    BicImm, BicReg, BicShift, BicImmS, BicRegS, BicShiftS,
    OrrImm, OrrReg, OrrShift, OrrImmS, OrrRegS, OrrShiftS,
    OrnImm, OrnReg, OrnShift, OrnImmS, OrnRegS, OrnShiftS,
    EorImm, EorReg, EorShift, EorImmS, EorRegS, EorShiftS,
    AddImm, AddReg, AddShift, AddImmS, AddRegS, AddShiftS,
    AdcImm, AdcReg, AdcShift, AdcImmS, AdcRegS, AdcShiftS,
    SubImm, SubReg, SubShift, SubImmS, SubRegS, SubShiftS,
    SbcImm, SbcReg, SbcShift, SbcImmS, SbcRegS, SbcShiftS,
    RsbImm, RsbReg, RsbShift, RsbImmS, RsbRegS, RsbShiftS,
    MovImm, MovReg, MovShift, MovImmS, MovRegS, MovShiftS,
    MvnImm, MvnReg, MvnShift, MvnImmS, MvnRegS, MvnShiftS,
    TstImm, TstReg, TstShift,
    TeqImm, TeqReg, TeqShift,
    CmnImm, CmnReg, CmnShift,
    CmpImm, CmpReg, CmpShift,
    /// d = d with its upper half replaced by imm.
    Movt,
    /// d = PC aligned to a word, plus imm; once resolved, d = the base of the decoded code plus imm.
    Adr,
    /// d = PC, as `MOV Rd, PC`; resolved as `Adr`.
    MovePc,
    /// ADD, SUB and MOV that write SP: n + imm if m is 15, else n plus (nibble a 1: minus) m shifted as imm says; kept word-aligned.
    WriteSp,
    /// ADD with PC as a destination or a source.
    AddPc,

    // Shifts by a register (n by m); the immediate forms are MovShift.
    LslReg, LslRegS, LsrReg, LsrRegS, AsrReg, AsrRegS, RorReg, RorRegS,
    // The commonest immediate shifts.
    LslImm, LslImmS, LsrImm, LsrImmS, AsrImm, AsrImmS,

    Mul, MulS, Mla, Mls, Umull, Smull, Umlal, Smlal, Udiv, Sdiv,
    Sxtb, Sxth, Uxtb, Uxth, Clz, Rbit, Rev, Rev16, Revsh,
    /// imm: lsb, and width from bit 8.
    Bfi, Bfc, Sbfx, Ubfx,
    /// imm: shift as in `Shift`, and the bit to saturate to from bit 16.
    Ssat, Usat,

    // Memory: register d at n + imm, or n + (m << imm).
    LdrImm, LdrbImm, LdrhImm, LdrsbImm, LdrshImm, StrImm, StrbImm, StrhImm,
    LdrReg, LdrbReg, LdrhReg, LdrsbReg, LdrshReg, StrReg, StrbReg, StrhReg,
    // At n + imm, or at n; either way n + imm becomes n.
    LdrPre, LdrbPre, LdrhPre, LdrsbPre, LdrshPre, StrPre, StrbPre, StrhPre,
    LdrPost, LdrbPost, LdrhPost, LdrsbPost, LdrshPost, StrPost, StrbPost, StrhPost,
    /// d from PC aligned to a word, plus imm; resolved as `Adr`.
    LdrLit,
    /// Any single transfer in its rarer forms, see `execute::memory::special`.
    Special,
    /// imm: register list, and write-back in bit 16.
    LdmIa, LdmDb, StmIa, StmDb,
    /// d and a at n; imm is the offset, m the [`Indexing`].
    Ldrd, Strd,
    /// d from n + imm. Exclusive stores have the status register in a.
    Ldrex, Ldrexb, Ldrexh, Strex, Strexb, Strexh, Clrex,

    // Branches: to PC + 4 + imm; once resolved, to the place imm of the decoded code.
    B, Beq, Bne, Bcs, Bcc, Bmi, Bpl, Bvs, Bvc, Bhi, Bls, Bge, Blt, Bgt, Ble,
    Bl, Cbz, Cbnz,
    /// To m.
    Bx, Blx,
    /// MOV PC, m.
    BranchTo,
    Tbb, Tbh,

    /// imm: the IT state.
    It,
    Nop, Wfi, Wfe, Sev, Isb,
    Svc, Bkpt,
    /// imm: the special register number; d and n as usual.
    Mrs, Msr,
    /// imm: bit 0 FAULTMASK, bit 1 PRIMASK, bit 4 the value.
    Cps,

    /// Inside an IT block, not executed.
    Skip,
    NoCoprocessor,
    Undefined,
    /// The bus refused to deliver this instruction.
    Unfetchable,

    // Not instructions, and without a cycle of their own.
    /// The next place is executed if the condition holds, and else skipped: an instruction of an IT block, which its own place follows.
    IfEq, IfNe, IfCs, IfCc, IfMi, IfPl, IfVs, IfVc, IfHi, IfLs, IfGe, IfLt, IfGt, IfLe,
    /// IT and the condition behind it.
    ItEq, ItNe, ItCs, ItCc, ItMi, ItPl, ItVs, ItVc, ItHi, ItLs, ItGe, ItLt, ItGt, ItLe,
    /// A comparison and the conditional branch behind it.
    CmpImmBeq, CmpImmBne, CmpImmBhi, CmpImmBls,
    CmpRegBeq, CmpRegBne, CmpRegBcs, CmpRegBcc, CmpRegBhi, CmpRegBls,
    SubImmSBeq, SubImmSBne,
    /// Go on at the place imm.
    Follow,
    /// Nothing more is decoded here.
    Leave,
    /// A breakpoint of the debugger lies here.
    Stop,
}

/// How a load or store uses its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indexing {
    /// At base + offset; the base stays.
    Offset = 0,
    /// At base + offset, which becomes the base.
    Pre = 1,
    /// At base; base + offset becomes the base.
    Post = 2,
}

/// One decoded instruction, 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Slot {
    /// The immediate operand, or what the operation says.
    pub imm: u32,
    /// The operation.
    pub op: Op,
    /// Bits: see the constants.
    pub meta: u8,
    /// Registers d (low nibble) and n.
    d_n: u8,
    /// Registers m (low nibble) and a.
    m_a: u8,
}

impl Slot {
    /// A 16-bit instruction that sets the flags only outside an IT block.
    pub const LOUD: u8 = 1;
    /// Of these two bits one is set: they are the length.
    const NARROW: u8 = 2;
    const WIDE: u8 = 4;

    /// A 16-bit instruction without operands.
    pub const fn new(op: Op) -> Slot {
        Slot { imm: 0, op, meta: Slot::NARROW, d_n: 0, m_a: 0 }
    }

    /// The same in 32 bits.
    pub const fn wide(mut self) -> Slot {
        self.meta = (self.meta & !Slot::NARROW) | Slot::WIDE;
        self
    }

    pub const fn imm(mut self, imm: u32) -> Slot {
        self.imm = imm;
        self
    }

    pub const fn d(mut self, register: u16) -> Slot {
        self.d_n = (self.d_n & 0xF0) | (register & 15) as u8;
        self
    }

    pub const fn n(mut self, register: u16) -> Slot {
        self.d_n = (self.d_n & 0x0F) | ((register & 15) << 4) as u8;
        self
    }

    pub const fn m(mut self, register: u16) -> Slot {
        self.m_a = (self.m_a & 0xF0) | (register & 15) as u8;
        self
    }

    pub const fn a(mut self, register: u16) -> Slot {
        self.m_a = (self.m_a & 0x0F) | ((register & 15) << 4) as u8;
        self
    }

    pub const fn with(mut self, meta: u8) -> Slot {
        self.meta |= meta;
        self
    }

    #[inline(always)]
    pub const fn rd(&self) -> usize {
        (self.d_n & 15) as usize
    }

    #[inline(always)]
    pub const fn rn(&self) -> usize {
        (self.d_n >> 4) as usize
    }

    #[inline(always)]
    pub const fn rm(&self) -> usize {
        (self.m_a & 15) as usize
    }

    #[inline(always)]
    pub const fn ra(&self) -> usize {
        (self.m_a >> 4) as usize
    }

    /// The length in bytes: 2 or 4.
    #[inline(always)]
    pub const fn length(&self) -> u32 {
        (self.meta & (Slot::NARROW | Slot::WIDE)) as u32
    }
}

impl Op {
    /// One operation for this one and the one in the next place, where there is one for both. The next place stays what it is.
    pub fn with_next(self, next: Op) -> Option<Op> {
        Some(match (self, next) {
            (Op::It, Op::IfEq) => Op::ItEq,
            (Op::It, Op::IfNe) => Op::ItNe,
            (Op::It, Op::IfCs) => Op::ItCs,
            (Op::It, Op::IfCc) => Op::ItCc,
            (Op::It, Op::IfMi) => Op::ItMi,
            (Op::It, Op::IfPl) => Op::ItPl,
            (Op::It, Op::IfVs) => Op::ItVs,
            (Op::It, Op::IfVc) => Op::ItVc,
            (Op::It, Op::IfHi) => Op::ItHi,
            (Op::It, Op::IfLs) => Op::ItLs,
            (Op::It, Op::IfGe) => Op::ItGe,
            (Op::It, Op::IfLt) => Op::ItLt,
            (Op::It, Op::IfGt) => Op::ItGt,
            (Op::It, Op::IfLe) => Op::ItLe,
            (Op::CmpImm, Op::Beq) => Op::CmpImmBeq,
            (Op::CmpImm, Op::Bne) => Op::CmpImmBne,
            (Op::CmpImm, Op::Bhi) => Op::CmpImmBhi,
            (Op::CmpImm, Op::Bls) => Op::CmpImmBls,
            (Op::CmpReg, Op::Beq) => Op::CmpRegBeq,
            (Op::CmpReg, Op::Bne) => Op::CmpRegBne,
            (Op::CmpReg, Op::Bcs) => Op::CmpRegBcs,
            (Op::CmpReg, Op::Bcc) => Op::CmpRegBcc,
            (Op::CmpReg, Op::Bhi) => Op::CmpRegBhi,
            (Op::CmpReg, Op::Bls) => Op::CmpRegBls,
            (Op::SubImmS, Op::Beq) => Op::SubImmSBeq,
            (Op::SubImmS, Op::Bne) => Op::SubImmSBne,
            _ => return None,
        })
    }

    /// The same operation without setting flags, for 16-bit instructions in an IT block.
    pub fn quiet(self) -> Op {
        match self {
            Op::AndRegS => Op::AndReg,
            Op::EorRegS => Op::EorReg,
            Op::AdcRegS => Op::AdcReg,
            Op::SbcRegS => Op::SbcReg,
            Op::OrrRegS => Op::OrrReg,
            Op::BicRegS => Op::BicReg,
            Op::MvnRegS => Op::MvnReg,
            Op::MovRegS => Op::MovReg,
            Op::MovImmS => Op::MovImm,
            Op::AddRegS => Op::AddReg,
            Op::AddImmS => Op::AddImm,
            Op::SubRegS => Op::SubReg,
            Op::SubImmS => Op::SubImm,
            Op::RsbImmS => Op::RsbImm,
            Op::LslRegS => Op::LslReg,
            Op::LsrRegS => Op::LsrReg,
            Op::AsrRegS => Op::AsrReg,
            Op::RorRegS => Op::RorReg,
            Op::LslImmS => Op::LslImm,
            Op::LsrImmS => Op::LsrImm,
            Op::AsrImmS => Op::AsrImm,
            Op::MulS => Op::Mul,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_eight_bytes() {
        assert_eq!(size_of::<Slot>(), 8);
    }

    #[test]
    fn a_slot_keeps_its_registers_apart() {
        let slot = Slot::new(Op::Mla).d(1).n(15).m(7).a(12);
        assert_eq!((slot.rd(), slot.rn(), slot.rm(), slot.ra()), (1, 15, 7, 12));
    }
}
