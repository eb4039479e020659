//! What the core sees of the rest of the chip.

/// The size of one access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    Byte,
    /// Two bytes.
    Half,
    /// Four bytes.
    Word,
}

impl Width {
    /// The size in bytes: 1, 2 or 4.
    #[inline(always)]
    pub const fn bytes(self) -> u32 {
        match self {
            Width::Byte => 1,
            Width::Half => 2,
            Width::Word => 4,
        }
    }

    /// The bits a value of this width can have.
    #[inline(always)]
    pub const fn mask(self) -> u32 {
        match self {
            Width::Byte => 0xFF,
            Width::Half => 0xFFFF,
            Width::Word => 0xFFFF_FFFF,
        }
    }
}

/// Why the bus did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// Nothing answers there, or the device refuses: the core takes a bus fault.
    Fault,
    /// The flash is busy: the same instruction is tried again later.
    Stall,
}

/// Memory and devices.
///
/// The private peripheral bus (`0xE000_0000..0xE010_0000`, but for the DBGMCU page at `0xE004_2000`) and the bit-band aliases are the
/// core's own and never reach the bus. Accesses to devices are aligned; accesses to RAM and flash may not be.
///
/// An implementation should mark the methods `#[inline]` and look for RAM first: they are the inner loop.
pub trait Bus {
    /// Reads from `addr`; the value is zero-extended.
    fn read(&mut self, addr: u32, width: Width) -> Result<u32, BusError>;

    /// Writes the low bits of `value` to `addr`; bits above the width are zero.
    fn write(&mut self, addr: u32, value: u32, width: Width) -> Result<(), BusError>;

    /// Reads one half-word of code; `addr` is even.
    fn fetch(&mut self, addr: u32) -> Result<u16, BusError>;

    /// The core's cycle counter stands at `cycles`: told before each access outside RAM and flash, and before each write to flash,
    /// so that devices know what time it is.
    fn set_cycles(&mut self, cycles: u64) {
        let _ = cycles;
    }

    /// Whether a device wants the board's attention before the next instruction; asking clears it.
    ///
    /// Asked after each access outside RAM and flash, and after each write to flash.
    fn take_attention(&mut self) -> bool;
}
