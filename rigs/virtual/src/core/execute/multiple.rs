//! Loads and stores of several registers, exclusive accesses, table branches.

use super::super::bus::{Bus, Width};
use super::super::cpu::Cpu;
use super::super::faults::Trap;
use super::super::op::{Indexing, Op, Slot};
use super::super::timing;

impl Cpu {
    /// LDM. Gives the cycles, and the branch target if PC was loaded. If a load fails, the base is as before.
    #[inline(always)]
    pub(super) fn load_multiple<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        now: impl Fn() -> (u32, u64),
    ) -> Result<(u64, Option<u32>), Trap> {
        let (n, mut list) = (slot.rn(), slot.imm & 0xFFFF);
        let count = list.count_ones();
        let base = self.r(n);
        let (start, end) = match slot.op {
            Op::LdmDb => (base.wrapping_sub(4 * count), base.wrapping_sub(4 * count)),
            _ => (base, base.wrapping_add(4 * count)),
        };
        aligned(start)?;
        let mut addr = start;
        let mut new_base = if slot.imm & 0x1_0000 != 0 { end } else { base };
        let mut target = None;
        while list != 0 {
            let register = list.trailing_zeros() as usize;
            list &= list - 1;
            let value = self.load(bus, addr, Width::Word, &now)?;
            addr = addr.wrapping_add(4);
            if register == n {
                new_base = value;
            } else if register == 15 {
                target = Some(value);
            } else {
                self.set(register, value);
            }
        }
        self.set(n, new_base);
        Ok((1 + u64::from(count), target))
    }

    /// STM. Gives the cycles.
    #[inline(always)]
    pub(super) fn store_multiple<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u64, Trap> {
        let (n, mut list) = (slot.rn(), slot.imm & 0xFFFF);
        let count = list.count_ones();
        let base = self.r(n);
        let (start, end) = match slot.op {
            Op::StmDb => (base.wrapping_sub(4 * count), base.wrapping_sub(4 * count)),
            _ => (base, base.wrapping_add(4 * count)),
        };
        aligned(start)?;
        let mut addr = start;
        while list != 0 {
            let register = list.trailing_zeros() as usize;
            list &= list - 1;
            self.store(bus, addr, self.r(register), Width::Word, &now)?;
            addr = addr.wrapping_add(4);
        }
        if slot.imm & 0x1_0000 != 0 {
            self.set(n, end);
        }
        Ok(1 + u64::from(count))
    }

    /// LDRD and STRD: the address, and what the base becomes.
    fn dual_address(&self, slot: &Slot, pc: u32) -> Result<(u32, u32), Trap> {
        let base = if slot.rn() == 15 { pc.wrapping_add(4) & !3 } else { self.r(slot.rn()) };
        let indexed = base.wrapping_add(slot.imm);
        let (addr, after) = match slot.rm() {
            m if m == Indexing::Offset as usize => (indexed, base),
            m if m == Indexing::Pre as usize => (indexed, indexed),
            _ => (base, indexed),
        };
        aligned(addr)?;
        Ok((addr, after))
    }

    pub(super) fn load_dual<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u64, Trap> {
        let (addr, after) = self.dual_address(slot, now().0)?;
        let first = self.load(bus, addr, Width::Word, &now)?;
        let second = self.load(bus, addr.wrapping_add(4), Width::Word, &now)?;
        if slot.rn() != 15 {
            self.set(slot.rn(), after);
        }
        self.set(slot.rd(), first);
        self.set(slot.ra(), second);
        Ok(1 + 2)
    }

    pub(super) fn store_dual<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u64, Trap> {
        let (addr, after) = self.dual_address(slot, now().0)?;
        self.store(bus, addr, self.r(slot.rd()), Width::Word, &now)?;
        self.store(bus, addr.wrapping_add(4), self.r(slot.ra()), Width::Word, &now)?;
        self.set(slot.rn(), after);
        Ok(1 + 2)
    }

    /// LDREX and its kin.
    pub(super) fn load_exclusive<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        width: Width,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u64, Trap> {
        let addr = self.r(slot.rn()).wrapping_add(slot.imm);
        aligned_to(addr, width)?;
        let value = self.load(bus, addr, width, &now)?;
        self.exclusive = true;
        self.set(slot.rd(), value);
        Ok(timing::SINGLE_TRANSFER)
    }

    /// STREX and its kin: the status register (a) becomes 0 if the store took place.
    pub(super) fn store_exclusive<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        width: Width,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u64, Trap> {
        let addr = self.r(slot.rn()).wrapping_add(slot.imm);
        aligned_to(addr, width)?;
        if self.exclusive {
            self.store(bus, addr, self.r(slot.rd()), width, &now)?;
        }
        self.set(slot.ra(), u32::from(!self.exclusive));
        self.exclusive = false;
        Ok(timing::SINGLE_TRANSFER)
    }

    /// TBB and TBH: where to.
    #[inline(always)]
    pub(super) fn table_branch<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        width: Width,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u32, Trap> {
        let after = now().0.wrapping_add(4);
        let base = if slot.rn() == 15 { after } else { self.r(slot.rn()) };
        let index = self.r(slot.rm()).wrapping_mul(width.bytes());
        let entry = self.load(bus, base.wrapping_add(index), width, &now)?;
        Ok(after.wrapping_add(2 * entry))
    }
}

fn aligned_to(addr: u32, width: Width) -> Result<(), Trap> {
    if addr & (width.bytes() - 1) == 0 { Ok(()) } else { Err(Trap::Unaligned) }
}

#[inline(always)]
fn aligned(addr: u32) -> Result<(), Trap> {
    aligned_to(addr, Width::Word)
}
