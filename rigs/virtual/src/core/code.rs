//! Decoded flash.
//!
//! What the program can reach by direct branches from where it is gets decoded at one go and stored in the order of execution, so that
//! the next instruction is the next place. Branches know the place they lead to, instructions of an IT block have their condition in
//! front of them, and offsets and IT states stand beside the instructions for the rare moments that ask for them. Nothing depends on
//! the address the flash is reached by, so that the alias at 0 shares it all.

use super::bus::{Bus, BusError};
use super::decode::decode;
use super::op::{Op, Slot};

const FLASH: u32 = 0x0800_0000;
const FLASH_SIZE: u32 = 0x1_0000;
const HALVES: usize = (FLASH_SIZE / 2) as usize;
/// No place.
const NONE: u16 = u16::MAX;
/// Decoding begins afresh from here on, so that a place fits into 16 bits. One translation adds fewer than what is left.
const FULL: usize = 0xE000;

/// Where each half-word of the flash is decoded, if an instruction outside IT blocks begins there.
type Places = [u16; HALVES];

/// Decoded code as it is executed.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub ops: &'a [Slot],
    offsets: &'a [u32],
    its: &'a [u8],
    places: Option<&'a Places>,
}

impl View<'_> {
    /// Where the instruction at a place lies, from the base.
    #[inline(always)]
    pub fn offset(&self, place: usize) -> u32 {
        self.offsets.get(place).copied().unwrap_or(0)
    }

    /// The IT state before a place.
    #[inline(always)]
    pub fn it(&self, place: usize) -> u8 {
        self.its.get(place).copied().unwrap_or(0)
    }

    /// The place of the instruction at an offset.
    #[inline(always)]
    pub fn find(&self, offset: u32) -> Option<usize> {
        let place = *self.places?.get(offset as usize / 2)?;
        (place != NONE).then_some(place.into())
    }
}

/// The decoded flash.
#[derive(Clone, Debug)]
pub(super) struct Code {
    ops: Vec<Slot>,
    offsets: Vec<u32>,
    its: Vec<u8>,
    places: Box<Places>,
    /// A bit for each half-word that something here was decoded from.
    sources: Box<[u64; HALVES / 64]>,
    /// Addresses where the debugger wants the core to stop.
    stops: Vec<u32>,
}

impl Code {
    pub fn new() -> Code {
        Code {
            ops: Vec::new(),
            offsets: Vec::new(),
            its: Vec::new(),
            places: Box::new([NONE; HALVES]),
            sources: Box::new([0; HALVES / 64]),
            stops: Vec::new(),
        }
    }

    /// Nothing decoded yet, and the program to stop at these addresses.
    pub fn stopping_at(stops: Vec<u32>) -> Code {
        Code { stops, ..Code::new() }
    }

    /// Where the program stops.
    pub fn stops(&self) -> &[u32] {
        &self.stops
    }

    /// What is decoded.
    #[inline]
    pub fn view(&self) -> View<'_> {
        View { ops: &self.ops, offsets: &self.offsets, its: &self.its, places: Some(&self.places) }
    }

    /// Decodes the instruction at `pc`, an address in flash, and all that direct branches lead to from there.
    pub fn translate<B: Bus>(&mut self, bus: &mut B, pc: u32) -> Result<(), BusError> {
        if self.ops.len() >= FULL {
            self.clear();
        }
        let first = self.ops.len();
        let (base, mut branches, mut starts) = (base(pc), Vec::new(), vec![pc - base(pc)]);
        while let Some(start) = starts.pop() {
            let known = branches.len();
            if self.view().find(start).is_none() && self.ops.len() < FULL {
                if let Err(error) = self.run(bus, base, start, &mut branches) {
                    self.clear();
                    return Err(error);
                }
                starts.extend(branches[known..].iter().map(|(_, target)| *target));
            }
        }
        for place in first..self.ops.len().saturating_sub(1) {
            if let Some(both) = self.ops[place].op.with_next(self.ops[place + 1].op) {
                self.ops[place].op = both;
            }
        }
        for (place, target) in branches {
            self.ops[place].imm = match self.view().find(target) {
                Some(there) => there as u32,
                None => self.push(Slot::new(Op::Leave), target, 0) as u32,
            };
        }
        Ok(())
    }

    /// Decodes from `offset` to where the program cannot run on, or gets to what is decoded. Branches and their targets are noted.
    fn run<B: Bus>(
        &mut self,
        bus: &mut B,
        base: u32,
        mut offset: u32,
        branches: &mut Vec<(usize, u32)>,
    ) -> Result<(), BusError> {
        let mut it = 0;
        loop {
            let known = self.view().find(offset).filter(|_| it == 0);
            if let Some(place) = known {
                self.push(Slot::new(Op::Follow).imm(place as u32), offset, it);
                return Ok(());
            }
            if offset >= FLASH_SIZE || self.ops.len() >= FULL {
                self.push(Slot::new(Op::Leave), offset, it);
                return Ok(());
            }
            let mut slot = fetch(bus, base + offset)?;
            for half in offset / 2..(offset + slot.length()) / 2 {
                if let Some(word) = self.sources.get_mut(half as usize / 64) {
                    *word |= 1 << (half % 64);
                }
            }
            if it == 0 {
                self.places[offset as usize / 2] = self.ops.len() as u16;
            }
            if self.stops.contains(&(base + offset)) {
                self.push(Slot::new(Op::Stop), offset, it);
                return Ok(());
            }
            let before = it;
            if before != 0 {
                slot = in_block(slot, before);
                // BKPT stops even where it would not execute.
                if let Some(&op) = CONDITIONS.get(usize::from(before >> 4))
                    && slot.op != Op::Bkpt
                {
                    self.push(Slot::new(op), offset, before);
                }
                it = advance(before);
            } else if slot.op == Op::It {
                it = slot.imm as u8;
            }
            let after = offset + slot.length();
            if is_direct(slot.op) {
                branches.push((self.ops.len(), (offset + 4).wrapping_add(slot.imm)));
            }
            self.push(resolved(slot, offset, 0), offset, before);
            offset = after;
            if before == 0 && ends(&slot) {
                return Ok(());
            }
        }
    }

    fn push(&mut self, slot: Slot, offset: u32, it: u8) -> usize {
        self.ops.push(slot);
        self.offsets.push(offset);
        self.its.push(it);
        self.ops.len() - 1
    }

    /// Whether something was decoded from the `len` bytes at `addr`, in flash or its alias.
    pub fn knows(&self, addr: u32, len: u32) -> bool {
        let first = addr & (FLASH_SIZE - 1);
        let end = first.saturating_add(len).min(FLASH_SIZE);
        is_flash(addr)
            && !self.ops.is_empty()
            && (first / 2..end.div_ceil(2)).any(|half| self.sources[half as usize / 64] >> (half % 64) & 1 != 0)
    }

    /// Forgets all that is decoded.
    pub fn clear(&mut self) {
        self.ops.clear();
        self.offsets.clear();
        self.its.clear();
        self.places.fill(NONE);
        self.sources.fill(0);
    }
}

/// One instruction, decoded to be executed once.
pub(super) struct Single {
    ops: [Slot; 3],
    offsets: [u32; 3],
    its: [u8; 3],
}

impl Single {
    /// The instruction at `pc`, which is also its base, with this IT state; `holds` says whether the condition of that does.
    pub fn new(slot: Slot, pc: u32, it: u8, holds: bool) -> Single {
        let mut slot = slot;
        let after = match it {
            0 if slot.op == Op::It => slot.imm as u8,
            0 => 0,
            _ => {
                slot = in_block(slot, it);
                if !holds && slot.op != Op::Bkpt {
                    slot.op = Op::Skip;
                }
                advance(it)
            }
        };
        let (length, target) = (slot.length(), slot.imm.wrapping_add(4));
        let slot = if is_direct(slot.op) { slot.imm(2) } else { resolved(slot, pc, pc) };
        let leave = Slot::new(Op::Leave);
        Single { ops: [slot, leave, leave], offsets: [0, length, target], its: [it, after, 0] }
    }

    pub fn view(&self) -> View<'_> {
        View { ops: &self.ops, offsets: &self.offsets, its: &self.its, places: None }
    }
}

/// By condition code.
const CONDITIONS: [Op; 14] = [
    Op::IfEq,
    Op::IfNe,
    Op::IfCs,
    Op::IfCc,
    Op::IfMi,
    Op::IfPl,
    Op::IfVs,
    Op::IfVc,
    Op::IfHi,
    Op::IfLs,
    Op::IfGe,
    Op::IfLt,
    Op::IfGt,
    Op::IfLe,
];

/// The IT state behind an instruction of a block (A7.3.3, ITAdvance).
fn advance(it: u8) -> u8 {
    if it & 7 == 0 { 0 } else { (it & 0xE0) | (it << 1 & 0x1F) }
}

/// An instruction as it executes in an IT block: 16-bit ones set no flags. What may not stand there is undefined.
fn in_block(mut slot: Slot, it: u8) -> Slot {
    let last = it & 7 == 0;
    let never = is_direct(slot.op) && !matches!(slot.op, Op::B | Op::Bl) || matches!(slot.op, Op::It | Op::Cps);
    let at_the_end = matches!(slot.op, Op::B | Op::Bl | Op::Blx) || ends(&slot);
    if never || (at_the_end && !last) {
        slot.op = Op::Undefined;
    } else if slot.meta & Slot::LOUD != 0 {
        slot.op = slot.op.quiet();
    }
    slot
}

/// Branches whose target is in the instruction.
fn is_direct(op: Op) -> bool {
    use Op::*;
    let conditional = matches!(op, Beq | Bne | Bcs | Bcc | Bmi | Bpl | Bvs | Bvc | Bhi | Bls | Bge | Blt | Bgt | Ble);
    conditional || matches!(op, B | Bl | Cbz | Cbnz)
}

/// Whether the program cannot run on behind this instruction.
fn ends(slot: &Slot) -> bool {
    match slot.op {
        Op::B | Op::Bx | Op::BranchTo | Op::Tbb | Op::Tbh | Op::Undefined | Op::Unfetchable => true,
        Op::LdmIa | Op::LdmDb => slot.imm & 0x8000 != 0,
        Op::Special | Op::AddPc => slot.rd() == 15,
        _ => false,
    }
}

/// What counts from the PC counts from `base` instead.
fn resolved(slot: Slot, pc: u32, base: u32) -> Slot {
    let pc = pc.wrapping_add(4);
    match slot.op {
        Op::Adr | Op::LdrLit => slot.imm((pc & !3).wrapping_add(slot.imm).wrapping_sub(base)),
        Op::MovePc => slot.imm(pc.wrapping_sub(base)),
        _ => slot,
    }
}

/// Whether decoded code is kept for this address.
#[inline]
pub(super) fn is_flash(addr: u32) -> bool {
    addr < FLASH_SIZE || addr.wrapping_sub(FLASH) < FLASH_SIZE
}

/// Where the flash begins that `pc` lies in.
#[inline]
pub(super) fn base(pc: u32) -> u32 {
    pc & !(FLASH_SIZE - 1)
}

/// Fetches and decodes one instruction.
pub(super) fn fetch<B: Bus>(bus: &mut B, pc: u32) -> Result<Slot, BusError> {
    let first = match bus.fetch(pc) {
        Ok(half) => half,
        Err(BusError::Fault) => return Ok(Slot::new(Op::Unfetchable)),
        Err(BusError::Stall) => return Err(BusError::Stall),
    };
    if first < 0xE800 {
        return Ok(decode(first, 0));
    }
    match bus.fetch(pc.wrapping_add(2)) {
        Ok(second) => Ok(decode(first, second)),
        Err(BusError::Fault) => Ok(Slot::new(Op::Unfetchable)),
        Err(BusError::Stall) => Err(BusError::Stall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::flat::FlatBus;

    fn flash(halves: &[u16]) -> FlatBus {
        FlatBus::new(&halves.iter().flat_map(|half| half.to_le_bytes()).collect::<Vec<_>>())
    }

    #[test]
    fn both_addresses_share_what_is_decoded() {
        let mut code = Code::new();
        code.translate(&mut flash(&[0xBF00, 0xE7FD]), FLASH).unwrap();
        let view = code.view();
        assert_eq!(view.ops[view.find(0).unwrap()].op, Op::Nop);
        assert_eq!(view.ops[view.find(2).unwrap()].imm, 0, "the place of the NOP");
        assert_eq!(view.find(4), None);
    }

    #[test]
    fn direct_branches_are_followed_and_data_is_not_decoded() {
        // beq 6; bx lr; (data); nop; b 6
        let mut code = Code::new();
        code.translate(&mut flash(&[0xD001, 0x4770, 0xFFFF, 0xBF00, 0xE7FD]), 0).unwrap();
        let view = code.view();
        assert_eq!(view.ops[view.find(0).unwrap()].imm as usize, view.find(6).unwrap());
        assert!(view.find(2).is_some() && view.find(4).is_none());
    }

    #[test]
    fn a_change_counts_where_something_was_decoded() {
        // bl 8 (32 bits); b 0; (data); bx lr
        let mut code = Code::new();
        code.translate(&mut flash(&[0xF000, 0xF802, 0xE7FC, 0xFFFF, 0x4770]), 0).unwrap();
        assert!(code.knows(2, 2), "the second half of an instruction");
        assert!(code.knows(FLASH + 8, 1));
        assert!(!code.knows(6, 2), "data");
        assert!(!code.knows(0x2000_0000, 16), "RAM");
        assert!(code.knows(0, u32::MAX));
        code.clear();
        assert!(!code.knows(0, u32::MAX));
    }

    #[test]
    fn instructions_of_a_block_have_their_condition_in_front() {
        // ite eq; moveq r0, #1; movne r0, #2; bx lr
        let mut code = Code::new();
        code.translate(&mut flash(&[0xBF0C, 0x2001, 0x2002, 0x4770]), 0).unwrap();
        let ops: Vec<Op> = code.ops.iter().map(|slot| slot.op).collect();
        assert_eq!(ops, [Op::ItEq, Op::IfEq, Op::MovImm, Op::IfNe, Op::MovImm, Op::Bx]);
        assert_eq!(code.its, [0, 0x0C, 0x0C, 0x18, 0x18, 0]);
        assert_eq!(code.view().find(2), None, "nobody branches into a block");
    }

    #[test]
    fn a_program_too_large_to_keep_is_decoded_again() {
        let mut code = Code::new();
        // 0xBFE8 is `it al`, and 32 Ki of them fill the store more than once, being translated from two places.
        let mut bus = flash(&[0xBF00; HALVES]);
        for pc in 0..HALVES as u32 {
            code.places.fill(NONE);
            code.translate(&mut bus, 2 * pc).unwrap();
            assert!(code.ops.len() < usize::from(NONE));
            if pc > 8 {
                break;
            }
        }
    }
}
