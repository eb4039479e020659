//! The simplest bus: flash, RAM and a page of device words. For tests and measurements of the core alone.

use super::bus::{Bus, BusError, Width};

const FLASH: u32 = 0x0800_0000;
const RAM: u32 = 0x2000_0000;
const DEVICE: u32 = 0x4000_0000;

/// Flash at `0x0800_0000` with its alias at 0, RAM at `0x2000_0000`, 1 KiB of plain words at `0x4000_0000`; everything else faults.
#[derive(Clone, Debug)]
pub struct FlatBus {
    flash: Vec<u8>,
    ram: Vec<u8>,
    device: Vec<u8>,
    /// Whether reads of flash data stall, as while an erase is going on.
    pub flash_busy: bool,
    /// Answered, once, by [`Bus::take_attention`]; set by a write to the first device word.
    pub attention: bool,
    /// How often attention was asked for.
    pub questions: u32,
}

impl FlatBus {
    /// 64 KiB of flash that begins with `image`, the rest erased, and 20 KiB of RAM, zero.
    pub fn new(image: &[u8]) -> FlatBus {
        let mut flash = image.to_vec();
        flash.resize(0x1_0000, 0xFF);
        FlatBus {
            flash,
            ram: vec![0; 0x5000],
            device: vec![0; 0x400],
            flash_busy: false,
            attention: false,
            questions: 0,
        }
    }

    /// The contents of RAM.
    pub fn ram(&self) -> &[u8] {
        &self.ram
    }

    /// The contents of RAM, to change them.
    pub fn ram_mut(&mut self) -> &mut [u8] {
        &mut self.ram
    }

    /// Replaces `data.len()` bytes of flash from `addr`; the core has to be told.
    pub fn set_flash(&mut self, addr: u32, data: &[u8]) {
        let at = (addr & 0xFFFF) as usize;
        self.flash[at..at + data.len()].copy_from_slice(data);
    }

    #[inline]
    fn memory(&mut self, addr: u32) -> Result<(&mut [u8], u32), BusError> {
        match addr >> 24 {
            0x20 => Ok((&mut self.ram, addr - RAM)),
            0x08 | 0x00 if self.flash_busy => Err(BusError::Stall),
            0x08 => Ok((&mut self.flash, addr - FLASH)),
            0x00 => Ok((&mut self.flash, addr)),
            0x40 => Ok((&mut self.device, addr - DEVICE)),
            _ => Err(BusError::Fault),
        }
    }
}

#[inline]
fn get(memory: &[u8], at: u32, width: Width) -> Option<u32> {
    let tail = memory.get(at as usize..)?;
    Some(match width {
        Width::Byte => u32::from(*tail.first()?),
        Width::Half => u32::from(u16::from_le_bytes(*tail.first_chunk()?)),
        Width::Word => u32::from_le_bytes(*tail.first_chunk()?),
    })
}

#[inline]
fn put(memory: &mut [u8], at: u32, value: u32, width: Width) -> Option<()> {
    let tail = memory.get_mut(at as usize..)?;
    match width {
        Width::Byte => *tail.first_mut()? = value as u8,
        Width::Half => *tail.first_chunk_mut()? = (value as u16).to_le_bytes(),
        Width::Word => *tail.first_chunk_mut()? = value.to_le_bytes(),
    }
    Some(())
}

impl Bus for FlatBus {
    #[inline]
    fn read(&mut self, addr: u32, width: Width) -> Result<u32, BusError> {
        if addr >> 24 == 0x20 {
            return get(&self.ram, addr - RAM, width).ok_or(BusError::Fault);
        }
        let (memory, at) = self.memory(addr)?;
        get(memory, at, width).ok_or(BusError::Fault)
    }

    #[inline]
    fn write(&mut self, addr: u32, value: u32, width: Width) -> Result<(), BusError> {
        if addr >> 24 == 0x20 {
            return put(&mut self.ram, addr - RAM, value, width).ok_or(BusError::Fault);
        }
        if addr < RAM {
            return Err(BusError::Fault);
        }
        self.attention |= addr == DEVICE;
        let (memory, at) = self.memory(addr)?;
        put(memory, at, value, width).ok_or(BusError::Fault)
    }

    fn fetch(&mut self, addr: u32) -> Result<u16, BusError> {
        self.read(addr, Width::Half).map(|half| half as u16)
    }

    fn take_attention(&mut self) -> bool {
        self.questions += 1;
        std::mem::take(&mut self.attention)
    }
}
