//! The debug port and its one memory access port, register by register (ARM IHI 0031, ADIv5; values of an
//! STM32F103's SW-DP).
//!
//! Addresses and banks are the caller's; what stands here is what the wires would carry.

use crate::board::Board;
use crate::core::bus::Width;

/// SW-DP of a Cortex-M3 r1p1.
const DPIDR: u32 = 0x1ba0_1477;
/// AHB-AP, revision 1.
const AP_IDR: u32 = 0x1477_0011;
/// The core's ROM table, present bits set.
const AP_BASE: u32 = 0xe00f_f003;

/// Power-up and reset requests; each acknowledge bit stands one above its request.
const REQUESTS: u32 = 0x5400_0000;
const STICKY_ERROR: u32 = 1 << 5;
const STICKY: u32 = 0xb2;

/// The target refused: the sticky error flag is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault;

/// Registers of the debug port and of access port 0.
#[derive(Debug, Clone, Default)]
pub struct Dap {
    control: u32,
    sticky: u32,
    select: u32,
    read_buffer: u32,
    csw: u32,
    tar: u32,
    /// The probe has reset the chip: from then on it is no firmware that it lets go.
    reset: bool,
    /// The probe let the halted core go: what runs is the flash algorithm, until it halts.
    resumed: bool,
}

/// DHCSR, which probe-rs polls to see the core halt.
const DHCSR: u32 = 0xe000_edf0;
/// AIRCR, by which it resets the chip.
const AIRCR: u32 = 0xe000_ed0c;
const SYSRESETREQ: u32 = 1 << 2;
const C_DEBUGEN: u32 = 1;
const C_HALT: u32 = 1 << 1;
/// How far the core may run inside one poll while flashing: probe-rs sleeps a wall-clock millisecond after each
/// poll that finds it running.
const CYCLES_A_POLL: u64 = 2_000_000;

impl Dap {
    /// Reads a register of the debug port; `address` is 0, 4, 8 or 12.
    pub fn read_port(&mut self, address: u8) -> Result<u32, Fault> {
        Ok(match address & 0xc {
            0x0 => DPIDR,
            0x4 => match self.select & 0xf {
                0 => self.control | (self.control & REQUESTS) << 1 | self.sticky,
                // DLCR: turnaround of one.
                1 => 0x40,
                _ => 0,
            },
            _ => self.read_buffer,
        })
    }

    /// Writes a register of the debug port.
    pub fn write_port(&mut self, address: u8, value: u32) {
        match address & 0xc {
            // ABORT: each CLR bit clears its flag; STKERRCLR is bit 2.
            0x0 if value & 1 << 2 != 0 => self.sticky &= !STICKY_ERROR,
            0x4 if self.select & 0xf == 0 => self.control = value & !(STICKY | REQUESTS << 1),
            0x8 => self.select = value,
            _ => {}
        }
    }

    /// Reads a register of the selected access port; `address` is the low byte, bank included.
    pub fn read_access(&mut self, address: u8, board: &mut Board, flashing: bool) -> Result<u32, Fault> {
        self.check_sticky()?;
        if self.select >> 24 != 0 {
            // No other access port: its IDR reads zero.
            return Ok(0);
        }
        let value = match self.bank(address) {
            0x00 => self.csw | 0x40,
            0x04 => self.tar,
            0x0c => self.transfer(board, self.tar, None, flashing)?,
            at @ 0x10..=0x1c => self.transfer(board, self.tar & !0xf | u32::from(at & 0xc), None, flashing)?,
            0xf8 => AP_BASE,
            0xfc => AP_IDR,
            _ => 0,
        };
        self.read_buffer = value;
        Ok(value)
    }

    /// Writes a register of the selected access port.
    pub fn write_access(&mut self, address: u8, value: u32, board: &mut Board) -> Result<(), Fault> {
        self.check_sticky()?;
        if self.select >> 24 != 0 {
            return Ok(());
        }
        match self.bank(address) {
            0x00 => self.csw = value,
            0x04 => self.tar = value,
            0x0c => {
                self.transfer(board, self.tar, Some(value), false)?;
            }
            at @ 0x10..=0x1c => {
                self.transfer(board, self.tar & !0xf | u32::from(at & 0xc), Some(value), false)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn bank(&self, address: u8) -> u8 {
        (self.select & 0xf0) as u8 | address & 0x0f
    }

    fn check_sticky(&self) -> Result<(), Fault> {
        if self.sticky & STICKY_ERROR == 0 { Ok(()) } else { Err(Fault) }
    }

    /// One transfer through DRW or a banked data register: reads, or writes `value`. The size is CSW's; lanes are
    /// those of the address; DRW increments TAR where CSW says so.
    fn transfer(&mut self, board: &mut Board, address: u32, value: Option<u32>, flashing: bool) -> Result<u32, Fault> {
        let width = match self.csw & 7 {
            0 => Width::Byte,
            1 => Width::Half,
            _ => Width::Word,
        };
        match value {
            None if flashing && address == DHCSR => {
                // What the firmware does while it is being attached to is not waited for.
                board.run_halting(if self.resumed { CYCLES_A_POLL } else { 1 });
                self.resumed &= !board.is_halted();
            }
            Some(value) if address == DHCSR => {
                let goes_on = value & C_HALT == 0 && value & C_DEBUGEN != 0;
                self.resumed = goes_on && self.reset && (self.resumed || board.is_halted());
            }
            Some(value) if address == AIRCR => self.reset |= value & SYSRESETREQ != 0,
            _ => {}
        }
        let shift = 8 * (address & 3);
        let result = match value {
            Some(value) => board.debug_write(address, value >> shift & width.mask(), width).map(|()| 0),
            None => board.debug_read(address, width).map(|value| value << shift),
        };
        if self.csw >> 4 & 3 == 1 && address == self.tar {
            // Auto-increment wraps within 1 KiB (IHI 0031, C2.2.2).
            self.tar = self.tar & !0x3ff | self.tar.wrapping_add(width.bytes()) & 0x3ff;
        }
        result.map_err(|_| {
            self.sticky |= STICKY_ERROR;
            Fault
        })
    }
}
