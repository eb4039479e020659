//! Decoded flash.

use std::sync::Arc;

use super::bus::{Bus, BusError};
use super::decode::decode;
use super::op::{Op, Slot};

const FLASH: u32 = 0x0800_0000;
const FLASH_SIZE: u32 = 0x1_0000;
const PAGE_SIZE: u32 = 0x400;
const PAGES: usize = (FLASH_SIZE / PAGE_SIZE) as usize;
/// Instructions per page, if each were 16 bits: a slot for each place where one may begin.
const SLOTS: usize = (PAGE_SIZE / 2) as usize;

type Page = [Slot; SLOTS];

/// The decoded pages of the flash. Pages hold nothing that depends on the address they are reached by, so that the alias at 0
/// shares them.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pages: [Option<Arc<Page>>; PAGES],
}

impl Code {
    pub fn new() -> Code {
        Code { pages: [const { None }; PAGES] }
    }

    /// The decoded page that holds `pc` and the address where it begins.
    #[inline]
    pub fn page(&self, pc: u32) -> Option<(&[Slot], u32)> {
        if !is_flash(pc) {
            return None;
        }
        let page = self.pages[index(pc)].as_ref()?;
        Some((page.as_slice(), pc & !(PAGE_SIZE - 1)))
    }

    /// Decodes the page that holds `pc`, an address in flash.
    pub fn decode<B: Bus>(&mut self, bus: &mut B, pc: u32) -> Result<(), BusError> {
        let start = pc & !(PAGE_SIZE - 1);
        let mut page = [Slot::new(Op::Unfetchable); SLOTS];
        for (i, slot) in page.iter_mut().enumerate() {
            *slot = fetch(bus, start + 2 * i as u32)?;
        }
        self.pages[index(pc)] = Some(Arc::new(page));
        Ok(())
    }

    /// Whether something is decoded in `len` bytes from `addr`, given as in [`Code::forget`].
    pub fn knows(&self, addr: u32, len: u32) -> bool {
        touched(addr, len).any(|page| self.pages[page].is_some())
    }

    /// Drops what is decoded from `len` bytes at `addr`, in flash or its alias.
    pub fn forget(&mut self, addr: u32, len: u32) {
        for page in touched(addr, len) {
            self.pages[page] = None;
        }
    }
}

/// Whether decoded pages are kept for this address.
#[inline]
pub(super) fn is_flash(addr: u32) -> bool {
    addr < FLASH_SIZE || addr.wrapping_sub(FLASH) < FLASH_SIZE
}

#[inline]
fn index(pc: u32) -> usize {
    ((pc & (FLASH_SIZE - 1)) / PAGE_SIZE) as usize
}

/// The pages that `len` bytes at `addr` lie in. A 32-bit instruction may begin in the page before.
fn touched(addr: u32, len: u32) -> impl Iterator<Item = usize> {
    let first = (addr & (FLASH_SIZE - 1)).saturating_sub(2);
    let end = (addr & (FLASH_SIZE - 1)).saturating_add(len).min(FLASH_SIZE);
    let pages =
        if len == 0 || !is_flash(addr) { 0..0 } else { (first / PAGE_SIZE) as usize..end.div_ceil(PAGE_SIZE) as usize };
    pages.into_iter()
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

    #[test]
    fn both_addresses_share_a_page() {
        let mut code = Code::new();
        code.decode(&mut FlatBus::new(&[0x00, 0xBF]), 0).unwrap();
        assert_eq!(code.page(0x3FE).unwrap().1, 0);
        assert_eq!(code.page(0x0800_0000).unwrap().1, 0x0800_0000);
        assert_eq!(code.page(0x0800_0000).unwrap().0[0].op, Op::Nop);
        assert!(code.page(0x400).is_none());
    }

    #[test]
    fn a_change_at_a_page_start_reaches_the_page_before() {
        let mut code = Code::new();
        let mut bus = FlatBus::new(&[]);
        for page in 0..4 {
            code.decode(&mut bus, page * PAGE_SIZE).unwrap();
        }
        code.forget(FLASH + 2 * PAGE_SIZE, 2);
        let known: Vec<bool> = (0..4).map(|page| code.page(page * PAGE_SIZE).is_some()).collect();
        assert_eq!(known, [true, false, false, true]);
        assert!(!code.knows(2 * PAGE_SIZE + 2, 4));
    }
}
