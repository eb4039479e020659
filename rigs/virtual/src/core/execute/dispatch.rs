//! The inner loop.

use super::super::bus::{Bus, Width};
use super::super::code::View;
use super::super::cpu::{Cpu, LR};
use super::super::decode::shift;
use super::super::faults::Trap;
use super::super::op::Op;
use super::super::timing;

impl Cpu {
    /// Executes decoded code from place `at` of `view` until `cycles` reaches `stop_at`, the program goes where nothing is decoded, or
    /// an instruction cannot complete. The code lies at `base` plus the offsets of the view.
    ///
    /// The place and the cycle count live in local variables here; PC and IT state are derived from the place when something needs
    /// them. A trapped instruction has changed nothing, not even the cycle count.
    pub(in crate::core) fn execute<B: Bus>(
        &mut self,
        bus: &mut B,
        view: View<'_>,
        at: usize,
        base: u32,
    ) -> Result<(), Trap> {
        let mut at = at;
        let mut cycles = self.cycles;
        let near_refill = self.refill(base);

        let ended = loop {
            let Some(slot) = view.ops.get(at) else { break Ok(()) };
            let mut next = at + 1;
            let mut cost = 1;

            // The address of this instruction.
            macro_rules! pc {
                () => {
                    base.wrapping_add(view.offset(at))
                };
            }
            // The address of the instruction behind it.
            macro_rules! behind {
                () => {
                    base.wrapping_add(view.offset(at + 1))
                };
            }
            // An instruction that may trap.
            macro_rules! go {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(trap) => break Err(trap),
                    }
                };
            }
            // To an address that only the program knows.
            macro_rules! jump {
                ($target:expr) => {{
                    let target = $target;
                    cost += self.refill(target);
                    match view.find(target.wrapping_sub(base)) {
                        Some(place) => next = place,
                        None => {
                            (self.pc, self.it, self.cycles) = (target, 0, cycles + cost);
                            return Ok(());
                        }
                    }
                }};
            }
            macro_rules! branch_if {
                ($condition:expr) => {
                    if $condition {
                        // Without a store the compiler makes this a choice of values, which the host waits for instead of guessing.
                        self.it = 0;
                        next = slot.imm as usize;
                        cost += near_refill;
                    }
                };
            }
            // In front of an instruction of an IT block: that is skipped unless the condition holds.
            macro_rules! only_if {
                ($condition:expr) => {{
                    if $condition {
                        cost = 0;
                    } else {
                        next += 1;
                    }
                }};
            }
            // IT, and then `only_if`, unless the run ends between them.
            macro_rules! it_if {
                ($condition:expr) => {
                    if cycles + 1 < self.stop_at {
                        if $condition {
                            next = at + 2;
                        } else {
                            next = at + 3;
                            cost = 2;
                        }
                    }
                };
            }
            // What was just done, and then the branch in the next place, unless the run ends between them.
            macro_rules! then_branch_if {
                ($condition:expr) => {
                    if cycles + 1 < self.stop_at
                        && let Some(branch) = view.ops.get(next)
                    {
                        if $condition {
                            self.it = 0;
                            next = branch.imm as usize;
                            cost = 2 + near_refill;
                        } else {
                            next += 1;
                            cost = 2;
                        }
                    }
                };
            }
            macro_rules! load {
                // Giving a base: it is written back.
                ($addr:expr, $width:ident $(as $narrow:ty)?, $base:expr) => {{
                    let base = $base;
                    load!($addr, $width $(as $narrow)?);
                    self.set(slot.rn(), base);
                }};
                ($addr:expr, $width:ident $(as $narrow:ty)?) => {{
                    let value = go!(self.load(bus, $addr, Width::$width, || (pc!(), cycles)));
                    self.set(slot.rd(), value $(as $narrow as u32)?);
                    cost = timing::SINGLE_TRANSFER;
                }};
            }
            macro_rules! store {
                ($addr:expr, $width:ident, $base:expr) => {{
                    let base = $base;
                    store!($addr, $width);
                    self.set(slot.rn(), base);
                }};
                ($addr:expr, $width:ident) => {{
                    go!(self.store(bus, $addr, self.r(slot.rd()), Width::$width, || (pc!(), cycles)));
                    cost = timing::SINGLE_TRANSFER;
                }};
            }
            macro_rules! offset {
                () => {
                    self.r(slot.rn()).wrapping_add(slot.imm)
                };
            }
            macro_rules! indexed {
                () => {
                    self.r(slot.rn()).wrapping_add(self.r(slot.rm()) << (slot.imm & 3))
                };
            }
            // d from an expression of n and the second operand.
            macro_rules! imm {
                ($f:expr) => {
                    self.set(slot.rd(), $f(self.r(slot.rn()), slot.imm))
                };
            }
            macro_rules! reg {
                ($f:expr) => {
                    self.set(slot.rd(), $f(self.r(slot.rn()), self.r(slot.rm())))
                };
            }
            macro_rules! shifted {
                ($f:expr) => {
                    self.set(slot.rd(), $f(self.r(slot.rn()), self.shifted(slot)))
                };
            }
            // The result of a logical operation that sets the flags.
            macro_rules! imm_flags {
                ($f:expr) => {{
                    let result = $f(self.r(slot.rn()), slot.imm);
                    self.nz(result);
                    self.immediate_carry(slot);
                    result
                }};
            }
            macro_rules! reg_flags {
                ($f:expr) => {{
                    let result = $f(self.r(slot.rn()), self.r(slot.rm()));
                    self.nz(result);
                    result
                }};
            }
            macro_rules! shifted_flags {
                ($f:expr) => {{
                    let (operand, carry) = self.shifted_carry(slot);
                    let result = $f(self.r(slot.rn()), operand);
                    self.nz(result);
                    self.c = carry;
                    result
                }};
            }
            // d from an addition or subtraction that sets the flags.
            macro_rules! sum {
                ($method:ident, $a:expr, $b:expr) => {{
                    let result = self.$method($a, $b);
                    self.set(slot.rd(), result);
                }};
            }
            macro_rules! to_d {
                ($value:expr) => {{
                    let value = $value;
                    self.set(slot.rd(), value);
                }};
            }
            macro_rules! n {
                () => {
                    self.r(slot.rn())
                };
            }
            macro_rules! m {
                () => {
                    self.r(slot.rm())
                };
            }

            match slot.op {
                Op::AndImm => imm!(|n, x| n & x),
                Op::AndReg => reg!(|n, x| n & x),
                Op::AndShift => shifted!(|n, x| n & x),
                Op::AndImmS => to_d!(imm_flags!(|n, x| n & x)),
                Op::AndRegS => to_d!(reg_flags!(|n, x| n & x)),
                Op::AndShiftS => to_d!(shifted_flags!(|n, x| n & x)),
                Op::BicImm => imm!(|n, x: u32| n & !x),
                Op::BicReg => reg!(|n, x: u32| n & !x),
                Op::BicShift => shifted!(|n, x: u32| n & !x),
                Op::BicImmS => to_d!(imm_flags!(|n, x: u32| n & !x)),
                Op::BicRegS => to_d!(reg_flags!(|n, x: u32| n & !x)),
                Op::BicShiftS => to_d!(shifted_flags!(|n, x: u32| n & !x)),
                Op::OrrImm => imm!(|n, x| n | x),
                Op::OrrReg => reg!(|n, x| n | x),
                Op::OrrShift => shifted!(|n, x| n | x),
                Op::OrrImmS => to_d!(imm_flags!(|n, x| n | x)),
                Op::OrrRegS => to_d!(reg_flags!(|n, x| n | x)),
                Op::OrrShiftS => to_d!(shifted_flags!(|n, x| n | x)),
                Op::OrnImm => imm!(|n, x: u32| n | !x),
                Op::OrnReg => reg!(|n, x: u32| n | !x),
                Op::OrnShift => shifted!(|n, x: u32| n | !x),
                Op::OrnImmS => to_d!(imm_flags!(|n, x: u32| n | !x)),
                Op::OrnRegS => to_d!(reg_flags!(|n, x: u32| n | !x)),
                Op::OrnShiftS => to_d!(shifted_flags!(|n, x: u32| n | !x)),
                Op::EorImm => imm!(|n, x| n ^ x),
                Op::EorReg => reg!(|n, x| n ^ x),
                Op::EorShift => shifted!(|n, x| n ^ x),
                Op::EorImmS => to_d!(imm_flags!(|n, x| n ^ x)),
                Op::EorRegS => to_d!(reg_flags!(|n, x| n ^ x)),
                Op::EorShiftS => to_d!(shifted_flags!(|n, x| n ^ x)),
                Op::AddImm => imm!(u32::wrapping_add),
                Op::AddReg => reg!(u32::wrapping_add),
                Op::AddShift => shifted!(u32::wrapping_add),
                Op::AddImmS => sum!(add, n!(), slot.imm),
                Op::AddRegS => sum!(add, n!(), m!()),
                Op::AddShiftS => sum!(add, n!(), self.shifted(slot)),
                Op::AdcImm => imm!(|n, x| self.plus_carry(n, x)),
                Op::AdcReg => reg!(|n, x| self.plus_carry(n, x)),
                Op::AdcShift => shifted!(|n, x| self.plus_carry(n, x)),
                Op::AdcImmS => sum!(adc, n!(), slot.imm),
                Op::AdcRegS => sum!(adc, n!(), m!()),
                Op::AdcShiftS => sum!(adc, n!(), self.shifted(slot)),
                Op::SubImm => imm!(u32::wrapping_sub),
                Op::SubReg => reg!(u32::wrapping_sub),
                Op::SubShift => shifted!(u32::wrapping_sub),
                Op::SubImmS => sum!(sub, n!(), slot.imm),
                Op::SubRegS => sum!(sub, n!(), m!()),
                Op::SubShiftS => sum!(sub, n!(), self.shifted(slot)),
                Op::SbcImm => imm!(|n, x: u32| self.plus_carry(n, !x)),
                Op::SbcReg => reg!(|n, x: u32| self.plus_carry(n, !x)),
                Op::SbcShift => shifted!(|n, x: u32| self.plus_carry(n, !x)),
                Op::SbcImmS => sum!(adc, n!(), !slot.imm),
                Op::SbcRegS => sum!(adc, n!(), !m!()),
                Op::SbcShiftS => sum!(adc, n!(), !self.shifted(slot)),
                Op::RsbImm => imm!(|n, x: u32| x.wrapping_sub(n)),
                Op::RsbReg => reg!(|n, x: u32| x.wrapping_sub(n)),
                Op::RsbShift => shifted!(|n, x: u32| x.wrapping_sub(n)),
                Op::RsbImmS => sum!(sub, slot.imm, n!()),
                Op::RsbRegS => sum!(sub, m!(), n!()),
                Op::RsbShiftS => sum!(sub, self.shifted(slot), n!()),
                Op::MovImm => imm!(|_, x| x),
                Op::MovReg => reg!(|_, x| x),
                Op::MovShift => shifted!(|_, x| x),
                Op::MovImmS => to_d!(imm_flags!(|_, x| x)),
                Op::MovRegS => to_d!(reg_flags!(|_, x| x)),
                Op::MovShiftS => to_d!(shifted_flags!(|_, x| x)),
                Op::MvnImm => imm!(|_, x: u32| !x),
                Op::MvnReg => reg!(|_, x: u32| !x),
                Op::MvnShift => shifted!(|_, x: u32| !x),
                Op::MvnImmS => to_d!(imm_flags!(|_, x: u32| !x)),
                Op::MvnRegS => to_d!(reg_flags!(|_, x: u32| !x)),
                Op::MvnShiftS => to_d!(shifted_flags!(|_, x: u32| !x)),
                Op::TstImm => _ = imm_flags!(|n, x| n & x),
                Op::TstReg => _ = reg_flags!(|n, x| n & x),
                Op::TstShift => _ = shifted_flags!(|n, x| n & x),
                Op::TeqImm => _ = imm_flags!(|n, x| n ^ x),
                Op::TeqReg => _ = reg_flags!(|n, x| n ^ x),
                Op::TeqShift => _ = shifted_flags!(|n, x| n ^ x),
                Op::CmnImm => _ = self.add(n!(), slot.imm),
                Op::CmnReg => _ = self.add(n!(), m!()),
                Op::CmnShift => _ = self.add(n!(), self.shifted(slot)),
                Op::CmpImm => _ = self.sub(n!(), slot.imm),
                Op::CmpReg => _ = self.sub(n!(), m!()),
                Op::CmpShift => _ = self.sub(n!(), self.shifted(slot)),
                Op::Movt => to_d!((self.r(slot.rd()) & 0xFFFF) | slot.imm << 16),
                Op::Adr | Op::MovePc => to_d!(base.wrapping_add(slot.imm)),
                Op::WriteSp => to_d!(self.new_sp(slot)),
                Op::AddPc => {
                    let operand = |register| if register == 15 { pc!().wrapping_add(4) } else { self.r(register) };
                    let sum = operand(slot.rd()).wrapping_add(operand(slot.rm()));
                    if slot.rd() == 15 { jump!(sum & !1) } else { self.set(slot.rd(), sum) }
                }

                Op::LslReg => self.shift_by_register(slot, shift::LSL, false),
                Op::LslRegS => self.shift_by_register(slot, shift::LSL, true),
                Op::LsrReg => self.shift_by_register(slot, shift::LSR, false),
                Op::LsrRegS => self.shift_by_register(slot, shift::LSR, true),
                Op::AsrReg => self.shift_by_register(slot, shift::ASR, false),
                Op::AsrRegS => self.shift_by_register(slot, shift::ASR, true),
                Op::RorReg => self.shift_by_register(slot, shift::ROR, false),
                Op::RorRegS => self.shift_by_register(slot, shift::ROR, true),
                Op::LslImm => to_d!(m!() << (slot.imm & 31)),
                Op::LslImmS => self.shift_flags(slot, shift::LSL),
                Op::LsrImm => to_d!((u64::from(m!()) >> (slot.imm & 63)) as u32),
                Op::LsrImmS => self.shift_flags(slot, shift::LSR),
                Op::AsrImm => to_d!((i64::from(m!() as i32) >> (slot.imm & 63)) as u32),
                Op::AsrImmS => self.shift_flags(slot, shift::ASR),

                Op::Mul => reg!(u32::wrapping_mul),
                Op::MulS => to_d!(reg_flags!(u32::wrapping_mul)),
                Op::Mla => {
                    to_d!(self.r(slot.ra()).wrapping_add(n!().wrapping_mul(m!())));
                    cost = timing::MULTIPLY_ACCUMULATE;
                }
                Op::Mls => {
                    to_d!(self.r(slot.ra()).wrapping_sub(n!().wrapping_mul(m!())));
                    cost = timing::MULTIPLY_ACCUMULATE;
                }
                Op::Umull => cost = self.long_multiply(slot, false, false),
                Op::Smull => cost = self.long_multiply(slot, true, false),
                Op::Umlal => cost = self.long_multiply(slot, false, true),
                Op::Smlal => cost = self.long_multiply(slot, true, true),
                Op::Udiv => cost = go!(self.divide(slot, false)),
                Op::Sdiv => cost = go!(self.divide(slot, true)),

                Op::Sxtb => to_d!(m!().rotate_right(slot.imm) as i8 as u32),
                Op::Sxth => to_d!(m!().rotate_right(slot.imm) as i16 as u32),
                Op::Uxtb => to_d!(m!().rotate_right(slot.imm) & 0xFF),
                Op::Uxth => to_d!(m!().rotate_right(slot.imm) & 0xFFFF),
                Op::Clz => to_d!(m!().leading_zeros()),
                Op::Rbit => to_d!(m!().reverse_bits()),
                Op::Rev => to_d!(m!().swap_bytes()),
                Op::Rev16 => to_d!(m!().swap_bytes().rotate_right(16)),
                Op::Revsh => to_d!((m!() as u16).swap_bytes() as i16 as u32),
                Op::Bfi => to_d!(self.insert(slot, n!())),
                Op::Bfc => to_d!(self.insert(slot, 0)),
                Op::Sbfx => to_d!(self.extract(slot, true)),
                Op::Ubfx => to_d!(self.extract(slot, false)),
                Op::Ssat => to_d!(self.saturate(slot, true)),
                Op::Usat => to_d!(self.saturate(slot, false)),

                Op::LdrImm => load!(offset!(), Word),
                Op::LdrbImm => load!(offset!(), Byte),
                Op::LdrhImm => load!(offset!(), Half),
                Op::LdrsbImm => load!(offset!(), Byte as i8),
                Op::LdrshImm => load!(offset!(), Half as i16),
                Op::StrImm => store!(offset!(), Word),
                Op::StrbImm => store!(offset!(), Byte),
                Op::StrhImm => store!(offset!(), Half),
                Op::LdrReg => load!(indexed!(), Word),
                Op::LdrbReg => load!(indexed!(), Byte),
                Op::LdrhReg => load!(indexed!(), Half),
                Op::LdrsbReg => load!(indexed!(), Byte as i8),
                Op::LdrshReg => load!(indexed!(), Half as i16),
                Op::StrReg => store!(indexed!(), Word),
                Op::StrbReg => store!(indexed!(), Byte),
                Op::StrhReg => store!(indexed!(), Half),
                Op::LdrPre => load!(offset!(), Word, offset!()),
                Op::LdrbPre => load!(offset!(), Byte, offset!()),
                Op::LdrhPre => load!(offset!(), Half, offset!()),
                Op::LdrsbPre => load!(offset!(), Byte as i8, offset!()),
                Op::LdrshPre => load!(offset!(), Half as i16, offset!()),
                Op::StrPre => store!(offset!(), Word, offset!()),
                Op::StrbPre => store!(offset!(), Byte, offset!()),
                Op::StrhPre => store!(offset!(), Half, offset!()),
                Op::LdrPost => load!(n!(), Word, offset!()),
                Op::LdrbPost => load!(n!(), Byte, offset!()),
                Op::LdrhPost => load!(n!(), Half, offset!()),
                Op::LdrsbPost => load!(n!(), Byte as i8, offset!()),
                Op::LdrshPost => load!(n!(), Half as i16, offset!()),
                Op::StrPost => store!(n!(), Word, offset!()),
                Op::StrbPost => store!(n!(), Byte, offset!()),
                Op::StrhPost => store!(n!(), Half, offset!()),
                Op::LdrLit => load!(base.wrapping_add(slot.imm), Word),
                Op::Special => {
                    let target = go!(self.special(bus, slot, || (pc!(), cycles)));
                    cost = timing::SINGLE_TRANSFER;
                    if let Some(target) = target {
                        jump!(self.interwork(target));
                    }
                }
                Op::LdmIa | Op::LdmDb => {
                    let (time, target) = go!(self.load_multiple(bus, slot, || (pc!(), cycles)));
                    cost = time;
                    if let Some(target) = target {
                        jump!(self.interwork(target));
                    }
                }
                Op::StmIa | Op::StmDb => cost = go!(self.store_multiple(bus, slot, || (pc!(), cycles))),
                Op::Ldrd => cost = go!(self.load_dual(bus, slot, || (pc!(), cycles))),
                Op::Strd => cost = go!(self.store_dual(bus, slot, || (pc!(), cycles))),
                Op::Ldrex => cost = go!(self.load_exclusive(bus, slot, Width::Word, || (pc!(), cycles))),
                Op::Ldrexb => cost = go!(self.load_exclusive(bus, slot, Width::Byte, || (pc!(), cycles))),
                Op::Ldrexh => cost = go!(self.load_exclusive(bus, slot, Width::Half, || (pc!(), cycles))),
                Op::Strex => cost = go!(self.store_exclusive(bus, slot, Width::Word, || (pc!(), cycles))),
                Op::Strexb => cost = go!(self.store_exclusive(bus, slot, Width::Byte, || (pc!(), cycles))),
                Op::Strexh => cost = go!(self.store_exclusive(bus, slot, Width::Half, || (pc!(), cycles))),
                Op::Clrex => self.exclusive = false,

                Op::IfEq => only_if!(self.z == 0),
                Op::IfNe => only_if!(self.z != 0),
                Op::IfCs => only_if!(self.c),
                Op::IfCc => only_if!(!self.c),
                Op::IfMi => only_if!((self.n as i32) < 0),
                Op::IfPl => only_if!((self.n as i32) >= 0),
                Op::IfVs => only_if!((self.v as i32) < 0),
                Op::IfVc => only_if!((self.v as i32) >= 0),
                Op::IfHi => only_if!(self.c && self.z != 0),
                Op::IfLs => only_if!(!self.c || self.z == 0),
                Op::IfGe => only_if!(((self.n ^ self.v) as i32) >= 0),
                Op::IfLt => only_if!(((self.n ^ self.v) as i32) < 0),
                Op::IfGt => only_if!(self.z != 0 && ((self.n ^ self.v) as i32) >= 0),
                Op::IfLe => only_if!(self.z == 0 || ((self.n ^ self.v) as i32) < 0),
                Op::ItEq => it_if!(self.z == 0),
                Op::ItNe => it_if!(self.z != 0),
                Op::ItCs => it_if!(self.c),
                Op::ItCc => it_if!(!self.c),
                Op::ItMi => it_if!((self.n as i32) < 0),
                Op::ItPl => it_if!((self.n as i32) >= 0),
                Op::ItVs => it_if!((self.v as i32) < 0),
                Op::ItVc => it_if!((self.v as i32) >= 0),
                Op::ItHi => it_if!(self.c && self.z != 0),
                Op::ItLs => it_if!(!self.c || self.z == 0),
                Op::ItGe => it_if!(((self.n ^ self.v) as i32) >= 0),
                Op::ItLt => it_if!(((self.n ^ self.v) as i32) < 0),
                Op::ItGt => it_if!(self.z != 0 && ((self.n ^ self.v) as i32) >= 0),
                Op::ItLe => it_if!(self.z == 0 || ((self.n ^ self.v) as i32) < 0),
                Op::CmpImmBeq => {
                    let (n, x) = (n!(), slot.imm);
                    self.sub(n, x);
                    then_branch_if!(n == x);
                }
                Op::CmpImmBne => {
                    let (n, x) = (n!(), slot.imm);
                    self.sub(n, x);
                    then_branch_if!(n != x);
                }
                Op::CmpImmBhi => {
                    let (n, x) = (n!(), slot.imm);
                    self.sub(n, x);
                    then_branch_if!(n > x);
                }
                Op::CmpImmBls => {
                    let (n, x) = (n!(), slot.imm);
                    self.sub(n, x);
                    then_branch_if!(n <= x);
                }
                Op::CmpRegBeq => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n == x);
                }
                Op::CmpRegBne => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n != x);
                }
                Op::CmpRegBcs => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n >= x);
                }
                Op::CmpRegBcc => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n < x);
                }
                Op::CmpRegBhi => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n > x);
                }
                Op::CmpRegBls => {
                    let (n, x) = (n!(), m!());
                    self.sub(n, x);
                    then_branch_if!(n <= x);
                }
                Op::SubImmSBeq => {
                    let (n, x) = (n!(), slot.imm);
                    sum!(sub, n, x);
                    then_branch_if!(n == x);
                }
                Op::SubImmSBne => {
                    let (n, x) = (n!(), slot.imm);
                    sum!(sub, n, x);
                    then_branch_if!(n != x);
                }
                Op::Follow => {
                    next = slot.imm as usize;
                    cost = 0;
                }
                Op::Leave => {
                    let target = pc!();
                    match view.find(target.wrapping_sub(base)) {
                        Some(place) => next = place,
                        None => break Ok(()),
                    }
                    cost = 0;
                }
                Op::Stop => break Ok(()),
                Op::B => branch_if!(true),
                Op::Beq => branch_if!(self.z == 0),
                Op::Bne => branch_if!(self.z != 0),
                Op::Bcs => branch_if!(self.c),
                Op::Bcc => branch_if!(!self.c),
                Op::Bmi => branch_if!((self.n as i32) < 0),
                Op::Bpl => branch_if!((self.n as i32) >= 0),
                Op::Bvs => branch_if!((self.v as i32) < 0),
                Op::Bvc => branch_if!((self.v as i32) >= 0),
                Op::Bhi => branch_if!(self.c && self.z != 0),
                Op::Bls => branch_if!(!self.c || self.z == 0),
                Op::Bge => branch_if!(((self.n ^ self.v) as i32) >= 0),
                Op::Blt => branch_if!(((self.n ^ self.v) as i32) < 0),
                Op::Bgt => branch_if!(self.z != 0 && ((self.n ^ self.v) as i32) >= 0),
                Op::Ble => branch_if!(self.z == 0 || ((self.n ^ self.v) as i32) < 0),
                Op::Bl => {
                    self.set(LR, behind!() | 1);
                    branch_if!(true);
                }
                Op::Cbz => branch_if!(n!() == 0),
                Op::Cbnz => branch_if!(n!() != 0),
                Op::Bx => jump!(self.interwork(m!())),
                Op::Blx => {
                    let target = m!();
                    self.set(LR, behind!() | 1);
                    jump!(self.code_address(target));
                }
                Op::BranchTo => jump!(m!() & !1),
                Op::Tbb => {
                    let target = go!(self.table_branch(bus, slot, Width::Byte, || (pc!(), cycles)));
                    cost = timing::SINGLE_TRANSFER;
                    jump!(target);
                }
                Op::Tbh => {
                    let target = go!(self.table_branch(bus, slot, Width::Half, || (pc!(), cycles)));
                    cost = timing::SINGLE_TRANSFER;
                    jump!(target);
                }

                Op::It | Op::Nop | Op::Skip => (),
                Op::Wfi => self.wait_for_interrupt(),
                Op::Wfe => self.wait_for_event(),
                Op::Sev => self.event = true,
                Op::Isb => cost += timing::REFILL,
                Op::Svc => self.call_supervisor(behind!()),
                Op::Bkpt => go!(Err(Trap::Breakpoint)),
                Op::Mrs => to_d!(self.special_register(slot.imm)),
                Op::Msr => self.set_special_register(slot),
                Op::Cps => self.change_state(slot),
                Op::NoCoprocessor => go!(Err(Trap::NoCoprocessor)),
                Op::Undefined => go!(Err(Trap::Undefined)),
                Op::Unfetchable => go!(Err(Trap::Fetch)),
            }

            at = next;
            cycles += cost;
            if cycles >= self.stop_at {
                break Ok(());
            }
        };
        (self.pc, self.it, self.cycles) = (base.wrapping_add(view.offset(at)), view.it(at), cycles);
        ended
    }

    /// Whether a condition holds.
    pub(in crate::core) fn condition(&self, condition: u8) -> bool {
        let negative = ((self.n ^ self.v) as i32) < 0;
        let holds = match condition >> 1 {
            0 => self.z == 0,
            1 => self.c,
            2 => (self.n as i32) < 0,
            3 => (self.v as i32) < 0,
            4 => self.c && self.z != 0,
            5 => !negative,
            6 => self.z != 0 && !negative,
            _ => return true,
        };
        holds != (condition & 1 != 0)
    }

    /// Where a value goes that BX or a load puts into the PC: code, or out of an exception.
    #[inline(always)]
    fn interwork(&mut self, target: u32) -> u32 {
        if target >= 0xF000_0000 && self.exception != 0 {
            self.leaving = Some(target);
            self.look_up();
        }
        self.code_address(target)
    }

    /// An even target would mean ARM code: the next instruction faults.
    #[inline(always)]
    fn code_address(&mut self, target: u32) -> u32 {
        if target & 1 == 0 {
            self.thumb = false;
            self.look_up();
        }
        target & !1
    }
}
