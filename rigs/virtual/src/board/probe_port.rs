//! What a debug probe can do to the board: the memory access port, the reset pin, and letting the core run while it
//! flashes.

use super::{Board, Draw, Power};
use crate::core::bus::{BusError, Width};
use crate::mcu::flash::BASE;
use brownout_trace::{Instant, ResetCause};

impl Board {
    /// Whether the chip answers a probe at all: it needs its supply, not its firmware.
    pub fn is_powered(&self) -> bool {
        self.power == Power::On
    }

    /// Whether the core is locked up: after a fault inside a fault, or with nothing to start from.
    pub fn is_locked_up(&self) -> bool {
        self.core.is_locked_up()
    }

    /// A read by the debug port's memory access port. No time passes. Of a read-protected chip the flash is closed to it
    /// (PM0075, 2.4.1).
    pub fn debug_read(&mut self, address: u32, width: Width) -> Result<u32, BusError> {
        if address.wrapping_sub(BASE) < 0x0002_0000 && self.chip.flash.options().is_read_protected() {
            return Err(BusError::Fault);
        }
        self.core.debug_read(&mut self.chip, address, width)
    }

    /// A write by the debug port's memory access port. No time passes, but for what the flash takes to be ready.
    pub fn debug_write(&mut self, address: u32, value: u32, width: Width) -> Result<(), BusError> {
        let written = self.core.debug_write(&mut self.chip, address, value, width);
        self.core.invalidate_code(address, 4);
        let at = self.now;
        if self.core.take_reset_request() {
            self.system_reset(at, ResetCause::Software);
        }
        self.attend(at);
        written
    }

    /// Pulls (true) or releases the reset pin. The chip resets when it is released.
    pub fn set_reset_pin(&mut self, held: bool) {
        if self.reset_pin_held == held {
            return;
        }
        self.reset_pin_held = held;
        let at = self.now;
        if self.power == Power::On {
            // The chip is in reset from the falling edge on: outputs let go at once.
            self.system_reset(at, ResetCause::Pin);
            if held {
                self.set_draw(at, Draw::Reset);
            }
        }
    }

    /// While a probe flashes: lets the core run until it halts, or for `cycles` at most.
    pub fn run_halting(&mut self, cycles: u64) {
        let end = self.core.cycles().saturating_add(cycles);
        while self.is_powered() && !self.core.is_halted() && !self.core.is_locked_up() && self.core.cycles() < end {
            let until = self.chip.hclk().instant(end).max(Instant(self.now.0 + 1));
            // The algorithm feeds no watchdog; the probe holds it, as DBG_IWDG_STOP would.
            self.chip.hold_watchdog(self.now);
            self.step(until);
        }
    }

    /// Whether the core is halted by the debugger.
    pub fn is_halted(&self) -> bool {
        self.core.is_halted()
    }
}
