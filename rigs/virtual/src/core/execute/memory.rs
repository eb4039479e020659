//! Single loads and stores.

use super::super::bitband;
use super::super::bus::{Bus, BusError, Width};
use super::super::cpu::{Cpu, SP};
use super::super::faults::Trap;
use super::super::op::{Op, Slot};
use super::super::ppb;

/// What is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Kind {
    LoadWord,
    LoadByte,
    LoadHalf,
    LoadSignedByte,
    LoadSignedHalf,
    StoreWord,
    StoreByte,
    StoreHalf,
}

/// Where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Mode {
    Offset,
    Pre,
    Post,
    Register,
    Literal,
    Unprivileged,
}

const KINDS: [Kind; 8] = [
    Kind::LoadWord,
    Kind::LoadByte,
    Kind::LoadHalf,
    Kind::LoadSignedByte,
    Kind::LoadSignedHalf,
    Kind::StoreWord,
    Kind::StoreByte,
    Kind::StoreHalf,
];
const MODES: [Mode; 6] = [Mode::Offset, Mode::Pre, Mode::Post, Mode::Register, Mode::Literal, Mode::Unprivileged];

/// A transfer in one of its rarer forms: kind in nibble a, mode from bit 16 of imm, offset (or shift) below, signed.
pub(in crate::core) const fn special(kind: Kind, mode: Mode, t: u16, n: u16, m: u16, imm: u32) -> Slot {
    Slot::new(Op::Special).d(t).n(n).m(m).a(kind as u16).imm((imm & 0xFFFF) | ((mode as u32) << 16))
}

impl Cpu {
    /// Reads for an instruction; flash and RAM take the short way. `now` gives its address and the cycle count.
    #[inline(always)]
    pub(super) fn load<B: Bus>(
        &mut self,
        bus: &mut B,
        addr: u32,
        width: Width,
        now: impl Fn() -> (u32, u64),
    ) -> Result<u32, Trap> {
        if addr < self.short_reads && addr & (width.bytes() - 1) == 0 {
            return match bus.read(addr, width) {
                Ok(value) => Ok(value),
                Err(error) => self.refused(addr, error).map(|()| 0),
            };
        }
        (self.pc, self.cycles) = now();
        self.load_anywhere(bus, addr, width, self.privileged())
    }

    /// Writes for an instruction; RAM takes the short way. `now` as for reads.
    #[inline(always)]
    pub(super) fn store<B: Bus>(
        &mut self,
        bus: &mut B,
        addr: u32,
        value: u32,
        width: Width,
        now: impl Fn() -> (u32, u64),
    ) -> Result<(), Trap> {
        if addr.wrapping_sub(0x2000_0000) < self.short_writes && addr & (width.bytes() - 1) == 0 {
            return match bus.write(addr, value & width.mask(), width) {
                Ok(()) => Ok(()),
                Err(error) => self.refused(addr, error),
            };
        }
        (self.pc, self.cycles) = now();
        self.store_anywhere(bus, addr, value & width.mask(), width, self.privileged())
    }

    /// Reads from any address, as the current instruction.
    #[inline(never)]
    pub(super) fn load_anywhere<B: Bus>(
        &mut self,
        bus: &mut B,
        addr: u32,
        width: Width,
        privileged: bool,
    ) -> Result<u32, Trap> {
        self.check_alignment(addr, width)?;
        self.watch(addr, width, false);
        if ppb::is_private(addr) {
            return if privileged { Ok(self.ppb_read(addr, width)) } else { Err(Trap::Data(addr)) };
        }
        bus.set_cycles(self.cycles);
        let result = match bitband::resolve(addr, width) {
            Some((real, bit)) => bus.read(real, width).map(|value| value >> bit & 1),
            None => bus.read(addr, width),
        };
        self.ask_attention(bus, addr, false);
        match result {
            Ok(value) => Ok(value),
            Err(error) => self.refused(addr, error).map(|()| 0),
        }
    }

    /// Writes to any address, as the current instruction.
    #[inline(never)]
    pub(super) fn store_anywhere<B: Bus>(
        &mut self,
        bus: &mut B,
        addr: u32,
        value: u32,
        width: Width,
        privileged: bool,
    ) -> Result<(), Trap> {
        self.check_alignment(addr, width)?;
        self.watch(addr, width, true);
        if ppb::is_private(addr) {
            if !self.may_write_private(addr, privileged) {
                return Err(Trap::Data(addr));
            }
            self.ppb_write(addr, value, width);
            return Ok(());
        }
        bus.set_cycles(self.cycles);
        let result = match bitband::resolve(addr, width) {
            Some((real, bit)) => bus.read(real, width).and_then(|old| {
                let new = (old & !(1 << bit)) | ((value & 1) << bit);
                bus.write(real, new, width)
            }),
            None => bus.write(addr, value, width),
        };
        self.ask_attention(bus, addr, true);
        result.or_else(|error| self.refused(addr, error))
    }

    /// What becomes of an access that the bus did not carry out; `Ok` if it is to be ignored, a read giving 0. CCR.BFHFNMIGN lets
    /// handlers above the configurable priorities probe addresses.
    #[cold]
    fn refused(&self, addr: u32, error: BusError) -> Result<(), Trap> {
        match error {
            BusError::Stall => Err(Trap::Stall),
            BusError::Fault if self.scb.ignores_bus_faults() && self.execution_priority() < 0 => Ok(()),
            BusError::Fault => Err(Trap::Data(addr)),
        }
    }

    /// Memory takes unaligned accesses unless CCR.UNALIGN_TRP is set; on devices they are UNPREDICTABLE, here a fault.
    fn check_alignment(&self, addr: u32, width: Width) -> Result<(), Trap> {
        let aligned = addr & (width.bytes() - 1) == 0;
        let memory = addr < 0x2200_0000 || (0x6000_0000..0xA000_0000).contains(&addr);
        if aligned || (memory && !self.scb.traps_unaligned()) { Ok(()) } else { Err(Trap::Unaligned) }
    }

    /// Lets a device end the run after an access that may have had an effect.
    pub(in crate::core) fn ask_attention<B: Bus>(&mut self, bus: &mut B, addr: u32, write: bool) {
        let memory = (0x2000_0000..0x2400_0000).contains(&addr) || (addr < 0x2000_0000 && !write);
        if !memory && bus.take_attention() {
            self.attention = true;
            self.look_up();
        }
    }

    /// `Op::Special`. Gives the branch target if PC was loaded.
    pub(super) fn special<B: Bus>(
        &mut self,
        bus: &mut B,
        slot: &Slot,
        now: impl Fn() -> (u32, u64),
    ) -> Result<Option<u32>, Trap> {
        let (pc, cycles) = now();
        let (kind, mode) = (KINDS[slot.ra() & 7], MODES[(slot.imm >> 16) as usize % MODES.len()]);
        let (t, n) = (slot.rd(), slot.rn());
        let offset = slot.imm as i16 as u32;
        let base = if mode == Mode::Literal { pc.wrapping_add(4) & !3 } else { self.r(n) };
        let indexed = match mode {
            Mode::Register => base.wrapping_add(self.r(slot.rm()) << (slot.imm & 3)),
            _ => base.wrapping_add(offset),
        };
        let addr = if mode == Mode::Post { base } else { indexed };
        let privileged = mode != Mode::Unprivileged && self.privileged();
        (self.pc, self.cycles) = (pc, cycles);

        let loaded = match kind {
            Kind::LoadWord => Some(self.load_anywhere(bus, addr, Width::Word, privileged)?),
            Kind::LoadByte => Some(self.load_anywhere(bus, addr, Width::Byte, privileged)?),
            Kind::LoadHalf => Some(self.load_anywhere(bus, addr, Width::Half, privileged)?),
            Kind::LoadSignedByte => Some(self.load_anywhere(bus, addr, Width::Byte, privileged)? as i8 as u32),
            Kind::LoadSignedHalf => Some(self.load_anywhere(bus, addr, Width::Half, privileged)? as i16 as u32),
            Kind::StoreWord | Kind::StoreByte | Kind::StoreHalf => None,
        };
        if t == 15 && loaded.is_some() && addr & 3 != 0 {
            // UNPREDICTABLE; a wild jump would be harder to explain than a fault.
            return Err(Trap::Unaligned);
        }
        match kind {
            Kind::StoreWord => self.store_anywhere(bus, addr, self.r(t), Width::Word, privileged)?,
            Kind::StoreByte => self.store_anywhere(bus, addr, self.r(t) & 0xFF, Width::Byte, privileged)?,
            Kind::StoreHalf => self.store_anywhere(bus, addr, self.r(t) & 0xFFFF, Width::Half, privileged)?,
            _ => (),
        }
        if matches!(mode, Mode::Pre | Mode::Post) {
            self.set(n, if n == SP { indexed & !3 } else { indexed });
        }
        match loaded {
            Some(value) if t == 15 => return Ok(Some(value)),
            Some(value) => self.set(t, if t == SP { value & !3 } else { value }),
            None => (),
        }
        Ok(None)
    }
}
