//! Arithmetic: additions with their flags, shifts, bit fields, saturation, long products, quotients.

use super::super::cpu::Cpu;
use super::super::decode::shift;
use super::super::faults::Trap;
use super::super::op::Slot;
use super::super::timing;

/// The value of a shift and its carry (A2.2.1, Shift_C), for an amount of at least 1; registers shift by up to 255.
#[inline(always)]
pub(super) fn shift_carry(value: u32, kind: u32, amount: u32, carry: bool) -> (u32, bool) {
    match kind {
        shift::LSL if amount < 32 => (value << amount, value >> (32 - amount) & 1 != 0),
        shift::LSL => (0, amount == 32 && value & 1 != 0),
        shift::LSR if amount < 32 => (value >> amount, value >> (amount - 1) & 1 != 0),
        shift::LSR => (0, amount == 32 && value >> 31 != 0),
        shift::ASR if amount < 32 => (((value as i32) >> amount) as u32, value >> (amount - 1) & 1 != 0),
        shift::ASR => (((value as i32) >> 31) as u32, value >> 31 != 0),
        shift::ROR => {
            let result = value.rotate_right(amount);
            (result, result >> 31 != 0)
        }
        _ => (value >> 1 | u32::from(carry) << 31, value & 1 != 0),
    }
}

impl Cpu {
    /// Register m shifted as the slot says.
    #[inline(always)]
    pub(super) fn shifted(&self, slot: &Slot) -> u32 {
        self.shifted_carry(slot).0
    }

    #[inline(always)]
    pub(super) fn shifted_carry(&self, slot: &Slot) -> (u32, bool) {
        shift_carry(self.r(slot.rm()), slot.imm >> 8, slot.imm & 0xFF, self.c)
    }

    /// n shifted by the low byte of m: the value, setting N, Z and C if asked.
    #[inline(always)]
    pub(super) fn shift_by_register(&mut self, slot: &Slot, kind: u32, flags: bool) {
        let (value, amount) = (self.r(slot.rn()), self.r(slot.rm()) & 0xFF);
        let (result, carry) = if amount == 0 { (value, self.c) } else { shift_carry(value, kind, amount, self.c) };
        self.set(slot.rd(), result);
        if flags {
            self.nz(result);
            self.c = carry;
        }
    }

    /// m shifted by an immediate, setting N, Z and C.
    #[inline(always)]
    pub(super) fn shift_flags(&mut self, slot: &Slot, kind: u32) {
        let (result, carry) = shift_carry(self.r(slot.rm()), kind, slot.imm & 0xFF, self.c);
        self.set(slot.rd(), result);
        self.nz(result);
        self.c = carry;
    }

    /// The C that a modified immediate leaves.
    #[inline(always)]
    pub(super) fn immediate_carry(&mut self, slot: &Slot) {
        if slot.ra() != 0 {
            self.c = slot.ra() == 2;
        }
    }

    /// a + b, setting the flags.
    #[inline(always)]
    pub(super) fn add(&mut self, a: u32, b: u32) -> u32 {
        let (sum, carry) = a.overflowing_add(b);
        self.c = carry;
        self.v = (a ^ sum) & (b ^ sum);
        self.nz(sum);
        sum
    }

    /// a - b, setting the flags.
    #[inline(always)]
    pub(super) fn sub(&mut self, a: u32, b: u32) -> u32 {
        let difference = a.wrapping_sub(b);
        self.c = a >= b;
        self.v = (a ^ b) & (a ^ difference);
        self.nz(difference);
        difference
    }

    /// a + b + C, setting the flags.
    #[inline(always)]
    pub(super) fn adc(&mut self, a: u32, b: u32) -> u32 {
        let (sum, carry) = a.carrying_add(b, self.c);
        self.c = carry;
        self.v = (a ^ sum) & (b ^ sum);
        self.nz(sum);
        sum
    }

    /// a + b + C. Subtraction with borrow is this with b inverted.
    #[inline(always)]
    pub(super) fn plus_carry(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b).wrapping_add(self.c.into())
    }

    /// The new stack pointer of `Op::WriteSp`.
    pub(super) fn new_sp(&self, slot: &Slot) -> u32 {
        let n = self.r(slot.rn());
        let sum = match (slot.rm(), slot.ra()) {
            (15, _) => n.wrapping_add(slot.imm),
            (_, 0) => n.wrapping_add(self.operand(slot)),
            _ => n.wrapping_sub(self.operand(slot)),
        };
        sum & !3
    }

    /// Like `shifted`, but for LSL #0 too.
    fn operand(&self, slot: &Slot) -> u32 {
        if slot.imm & 0xFF == 0 { self.r(slot.rm()) } else { self.shifted(slot) }
    }

    pub(super) fn extract(&self, slot: &Slot, signed: bool) -> u32 {
        let (low, width) = (slot.imm & 0xFF, slot.imm >> 8);
        let top = self.r(slot.rn()) << (32 - low - width);
        if signed { ((top as i32) >> (32 - width)) as u32 } else { top >> (32 - width) }
    }

    /// d with `width` bits of `bits` put at `low`.
    pub(super) fn insert(&self, slot: &Slot, bits: u32) -> u32 {
        let (low, width) = (slot.imm & 0xFF, slot.imm >> 8);
        let mask = (u32::MAX >> (32 - width)) << low;
        (self.r(slot.rd()) & !mask) | ((bits << low) & mask)
    }

    /// SSAT and USAT; Q remembers that something was cut off.
    pub(super) fn saturate(&mut self, slot: &Slot, signed: bool) -> u32 {
        let (kind, amount, to) = (slot.imm >> 8 & 0xFF, slot.imm & 0xFF, slot.imm >> 16);
        let value = self.r(slot.rn());
        let value = if amount == 0 { value } else { shift_carry(value, kind, amount, self.c).0 };
        let value = i64::from(value as i32);
        let (least, most) = if signed { (-1 << (to - 1), (1_i64 << (to - 1)) - 1) } else { (0, (1_i64 << to) - 1) };
        let result = value.clamp(least, most);
        self.q |= result != value;
        result as u32
    }

    /// The long products: a is the low half of the result, d the high half. Gives the cycles.
    #[inline(always)]
    pub(super) fn long_multiply(&mut self, slot: &Slot, signed: bool, accumulate: bool) -> u64 {
        let (n, m) = (self.r(slot.rn()), self.r(slot.rm()));
        let product =
            if signed { (i64::from(n as i32) * i64::from(m as i32)) as u64 } else { u64::from(n) * u64::from(m) };
        let before = if accumulate { u64::from(self.r(slot.rd())) << 32 | u64::from(self.r(slot.ra())) } else { 0 };
        let result = product.wrapping_add(before);
        self.set(slot.ra(), result as u32);
        self.set(slot.rd(), (result >> 32) as u32);
        let magnitude = |value: u32| if signed { (value as i32).unsigned_abs() } else { value };
        let wide = u32::from(magnitude(n) > 0xFFFF) + u32::from(magnitude(m) > 0xFFFF);
        timing::long_multiply(wide, accumulate)
    }

    /// n / m into d; gives the cycles.
    #[inline(always)]
    pub(super) fn divide(&mut self, slot: &Slot, signed: bool) -> Result<u64, Trap> {
        let (n, m) = (self.r(slot.rn()), self.r(slot.rm()));
        if m == 0 && self.scb.traps_division() {
            return Err(Trap::DivideByZero);
        }
        let quotient = match m {
            0 => 0,
            _ if signed => (n as i32).wrapping_div(m as i32) as u32,
            _ => n / m,
        };
        self.set(slot.rd(), quotient);
        Ok(if signed {
            timing::divide((n as i32).unsigned_abs(), (m as i32).unsigned_abs())
        } else {
            timing::divide(n, m)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::op::Op;

    #[test]
    fn shifts_at_their_limits() {
        assert_eq!(shift_carry(0x8000_0001, shift::LSL, 1, false), (2, true));
        assert_eq!(shift_carry(1, shift::LSL, 32, false), (0, true));
        assert_eq!(shift_carry(1, shift::LSL, 33, true), (0, false));
        assert_eq!(shift_carry(0x8000_0000, shift::LSR, 32, false), (0, true));
        assert_eq!(shift_carry(0x8000_0000, shift::ASR, 255, false), (u32::MAX, true));
        assert_eq!(shift_carry(0x7FFF_FFFF, shift::ASR, 32, true), (0, false));
        assert_eq!(shift_carry(0x8000_0000, shift::ASR, 31, true), (u32::MAX, false));
        assert_eq!(shift_carry(0x8000_0000, shift::LSR, 33, true), (0, false));
        assert_eq!(shift_carry(0x8000_0000, shift::ROR, 32, false), (0x8000_0000, true));
        assert_eq!(shift_carry(1, shift::RRX, 1, true), (0x8000_0000, true));
    }

    #[test]
    fn saturation_sets_q_only_when_it_cuts() {
        let mut cpu = Cpu::new();
        let slot = Slot::new(Op::Ssat).n(0).imm(8 << 16);
        cpu.regs[0] = 127;
        assert_eq!(cpu.saturate(&slot, true), 127);
        assert!(!cpu.q);
        cpu.regs[0] = -200_i32 as u32;
        assert_eq!(cpu.saturate(&slot, true), -128_i32 as u32);
        assert!(cpu.q);
        assert_eq!(cpu.saturate(&slot, false), 0);
    }

    #[test]
    fn the_smallest_number_divided_by_minus_one_stays() {
        let mut cpu = Cpu::new();
        (cpu.regs[0], cpu.regs[1]) = (0x8000_0000, u32::MAX);
        cpu.divide(&Slot::new(Op::Sdiv).d(2).n(0).m(1), true).unwrap();
        assert_eq!(cpu.regs[2], 0x8000_0000);
    }
}
