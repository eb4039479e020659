//! What the board does with a core.

use std::sync::Arc;

use super::bitband;
use super::bus::{Bus, BusError, Width};
use super::code::Code;
use super::cpu::{Cpu, LR, SP, Sleep};
use super::faults::FaultReport;
use super::ppb::{self, Complaint};
use super::timing;

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The cycle counter reached the limit.
    Limit,
    /// A device wants attention; the instruction that touched it is complete. A fault does not end a run.
    Attention,
    /// WFI, WFE or sleep-on-exit, and nothing wakes the core.
    Sleep,
    /// Halted by the debugger, or by a breakpoint for it.
    Halted,
    /// A fault where none can be taken. Only a reset or a debugger helps.
    Lockup,
    /// AIRCR.SYSRESETREQ. Every run ends so until the core is reset.
    ResetRequested,
    /// The flash is busy. Nothing has happened; run again later.
    Stall,
}

/// An ARMv7-M core.
#[derive(Clone, Debug)]
pub struct Core {
    cpu: Cpu,
    code: Arc<Code>,
}

impl Default for Core {
    fn default() -> Core {
        Core::new()
    }
}

impl Core {
    /// A core without power: it reports [`Exit::Lockup`] until it is reset.
    pub fn new() -> Core {
        Core { cpu: Cpu::new(), code: Arc::new(Code::new()) }
    }

    /// System reset: loads SP and PC from the vector table at 0. Debug registers, breakpoints and the levels of the interrupt lines
    /// survive. If the debugger wants to catch the reset, the core is halted then, or as soon as it enables debug.
    pub fn reset<B: Bus>(&mut self, bus: &mut B) {
        let old = &self.cpu;
        let mut cpu = Cpu {
            cycles: old.cycles,
            flash_refill: old.flash_refill,
            flash_blocked: old.flash_blocked,
            debug: old.debug.clone(),
            fpb: old.fpb.clone(),
            dwt: old.dwt.clone(),
            complaint: old.complaint,
            ..Cpu::new()
        };
        cpu.nvic.lines = old.nvic.lines;
        cpu.nvic.sample_lines();
        cpu.regs[LR] = u32::MAX;
        self.cpu = cpu;
        self.cpu.arm_watchpoints();
        match (bus.read(0, Width::Word), bus.read(4, Width::Word)) {
            (Ok(sp), Ok(pc)) => {
                self.cpu.locked_up = false;
                self.cpu.set_msp(sp);
                self.cpu.pc = pc & !1;
                self.cpu.thumb = pc & 1 != 0;
            }
            _ => self.cpu.report(0, None),
        }
        self.cpu.reset_debug();
    }

    /// Power-on reset: forgets the debug state too, but for the cycle counter everything. [`Core::reset`] has to follow when the
    /// chip leaves reset.
    pub fn power_on_reset(&mut self) {
        self.cpu = Cpu { cycles: self.cpu.cycles, ..Cpu::new() };
    }

    /// Executes until [`Core::cycles`] is at least `limit`, at the first instruction boundary from there, or until another exit.
    pub fn run<B: Bus>(&mut self, bus: &mut B, limit: u64) -> Exit {
        self.cpu.run(&mut self.code, bus, limit)
    }

    /// HCLK cycles executed, slept or waited; never goes back, not even at a reset.
    pub fn cycles(&self) -> u64 {
        self.cpu.cycles
    }

    /// Lets time pass up to `cycles` without executing. SysTick goes on, unless the core is halted.
    pub fn idle_until(&mut self, cycles: u64) {
        let cpu = &mut self.cpu;
        let Some(passed) = cycles.checked_sub(cpu.cycles) else { return };
        cpu.cycles = cycles;
        if cpu.debug.halted {
            cpu.systick.delay(passed);
            cpu.dwt.delay(passed);
        } else {
            cpu.tick();
        }
    }

    /// The cycle of the next SysTick interrupt, if one is to come.
    pub fn next_wake(&self) -> Option<u64> {
        if self.cpu.debug.halted { None } else { self.cpu.systick.next_interrupt() }
    }

    /// The level of an interrupt input, 0 to 59.
    pub fn set_irq_line(&mut self, irq: usize, level: bool) {
        self.cpu.set_line(irq, level);
    }

    /// Whether the core sleeps. An interrupt that has come since wakes it with the next run.
    pub fn is_sleeping(&self) -> bool {
        self.cpu.sleep != Sleep::Awake
    }

    /// Whether the core sleeps and no interrupt can ever wake it: none is enabled, and SysTick gives none. WFE may have its event
    /// from elsewhere.
    pub fn sleeps_for_ever(&self) -> bool {
        let cpu = &self.cpu;
        cpu.sleep == Sleep::ForInterrupt && !cpu.nvic.any_external_enabled() && cpu.systick.next_interrupt().is_none()
    }

    /// Whether a debugger holds the core.
    pub fn is_halted(&self) -> bool {
        self.cpu.debug.halted
    }

    /// Whether the core gave up.
    pub fn is_locked_up(&self) -> bool {
        self.cpu.locked_up
    }

    /// Whether a reset was requested since this was last asked, or since the last reset. A debugger may ask for one while the core
    /// is halted; if nobody takes the request, the next run ends with it.
    pub fn take_reset_request(&mut self) -> bool {
        std::mem::take(&mut self.cpu.reset_requested)
    }

    /// SCR.SLEEPDEEP: sleep means Stop or Standby.
    pub fn deep_sleep_requested(&self) -> bool {
        self.cpu.scb.sleeps_deeply()
    }

    /// An event from outside, as from an EXTI line in event mode.
    pub fn wake_event(&mut self) {
        self.cpu.event = true;
    }

    /// The address of the next instruction.
    pub fn pc(&self) -> u32 {
        self.cpu.pc
    }

    /// The stack pointer in use.
    pub fn sp(&self) -> u32 {
        self.cpu.regs[SP]
    }

    /// The link register.
    pub fn lr(&self) -> u32 {
        self.cpu.regs[LR]
    }

    /// xPSR: flags, IT state, exception number.
    pub fn psr(&self) -> u32 {
        self.cpu.xpsr()
    }

    /// R0 to R15.
    pub fn registers(&self) -> [u32; 16] {
        let mut registers = self.cpu.regs;
        registers[15] = self.cpu.pc;
        registers
    }

    /// Sets R0 to R15; 16 sets the flags and the IT state.
    ///
    /// # Panics
    ///
    /// If there is no such register.
    pub fn set_register(&mut self, register: usize, value: u32) {
        match register {
            13 => self.cpu.regs[SP] = value & !3,
            0..=14 => self.cpu.regs[register] = value,
            15 => self.cpu.pc = value & !1,
            16 => self.cpu.set_xpsr(value),
            _ => panic!("no register {register}"),
        }
    }

    /// The flash at `addr` (or at its alias) was changed.
    pub fn invalidate_code(&mut self, addr: u32, len: u32) {
        if self.code.knows(addr, len) {
            // Others may share it; they have their own flash.
            self.code = Arc::new(Code::stopping_at(self.code.stops().to_vec()));
        }
    }

    /// FLASH_ACR.LATENCY.
    pub fn set_flash_wait_states(&mut self, wait_states: u8) {
        self.cpu.flash_refill = timing::REFILL + u64::from(wait_states);
    }

    /// While the flash is busy no code in it executes: a run gives [`Exit::Stall`].
    pub fn set_flash_blocked(&mut self, blocked: bool) {
        self.cpu.flash_blocked = blocked;
    }

    /// The last fault since the reset, if nobody took it.
    pub fn fault(&self) -> Option<FaultReport> {
        self.cpu.faults.last().copied()
    }

    /// Takes the first fault that nobody took yet, so that each is told once. Of a flood, the first few and the last are kept.
    pub fn take_fault(&mut self) -> Option<FaultReport> {
        (!self.cpu.faults.is_empty()).then(|| self.cpu.faults.remove(0))
    }

    /// The first access to a system register that is not there, since this was last asked.
    pub fn take_complaint(&mut self) -> Option<Complaint> {
        self.cpu.complaint.take()
    }

    /// A read by the debugger (MEM-AP). Registers that are not there read as zero, without a complaint.
    ///
    /// # Errors
    ///
    /// As the bus gives them.
    pub fn debug_read<B: Bus>(&mut self, bus: &mut B, addr: u32, width: Width) -> Result<u32, BusError> {
        if ppb::is_private(addr) {
            let word = self.cpu.read_register(addr & !3, true).unwrap_or(0);
            return Ok(word >> (8 * (addr & 3)) & width.mask());
        }
        bus.set_cycles(self.cpu.cycles);
        let value = match bitband::resolve(addr, width) {
            Some((real, bit)) => bus.read(real, width)? >> bit & 1,
            None => bus.read(addr, width)?,
        };
        self.cpu.ask_attention(bus, addr, false);
        Ok(value)
    }

    /// A write by the debugger (MEM-AP). A step asked for through DHCSR is complete when this returns, unless the flash is busy; then
    /// the next run completes it.
    ///
    /// # Errors
    ///
    /// As the bus gives them.
    pub fn debug_write<B: Bus>(&mut self, bus: &mut B, addr: u32, value: u32, width: Width) -> Result<(), BusError> {
        if ppb::is_private(addr) {
            let shift = 8 * (addr & 3);
            self.cpu.write_register(addr & !3, (value & width.mask()) << shift, width.mask() << shift, true);
            if self.cpu.debug.stepping {
                self.step(bus);
            }
            return Ok(());
        }
        bus.set_cycles(self.cpu.cycles);
        let result = match bitband::resolve(addr, width) {
            Some((real, bit)) => bus.read(real, width).and_then(|old| {
                let new = (old & !(1 << bit)) | ((value & 1) << bit);
                bus.write(real, new, width)
            }),
            None => bus.write(addr, value & width.mask(), width),
        };
        self.cpu.ask_attention(bus, addr, true);
        result
    }

    /// Runs the instruction of a step. Attention it attracts is left for the next run.
    fn step<B: Bus>(&mut self, bus: &mut B) {
        let mut attention = false;
        while self.run(bus, self.cycles()) == Exit::Attention {
            attention = true;
        }
        self.cpu.attention |= attention;
    }
}
