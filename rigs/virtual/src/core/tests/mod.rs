//! Tests of the core as a whole, on little programs. Half-words are written out, with their assembly beside them.

mod debug;
mod exceptions;
mod faults;
mod instructions;
mod sleep;
mod timing;

use super::flat::FlatBus;
use super::{Bus, Core, Exit, Width};

/// Where programs begin.
pub(super) const START: u32 = 0x200;
/// The handlers of the exceptions, `HANDLER + 0x20 * number`, up to interrupt 15.
pub(super) const HANDLER: u32 = 0x1000;
/// `b .`: the end of a program.
pub(super) const END: u16 = 0xE7FE;
pub(super) const BX_LR: u16 = 0x4770;
pub(super) const NOP: u16 = 0xBF00;
pub(super) const WFI: u16 = 0xBF30;

pub(super) const ICSR: u32 = 0xE000_ED04;
pub(super) const SHCSR: u32 = 0xE000_ED24;
pub(super) const CFSR: u32 = 0xE000_ED28;
pub(super) const HFSR: u32 = 0xE000_ED2C;
pub(super) const CCR: u32 = 0xE000_ED14;

/// A core with its memory, after reset. All vectors point to handlers that only return.
pub(super) struct Machine {
    pub core: Core,
    pub bus: FlatBus,
}

impl Machine {
    pub fn new(program: &[u16]) -> Machine {
        let mut image = vec![0; 0x2000];
        put_word(&mut image, 0, 0x2000_4000);
        put_word(&mut image, 4, START | 1);
        for number in 2..32 {
            put_word(&mut image, 4 * number, (HANDLER + 0x20 * number) | 1);
            put_half(&mut image, HANDLER + 0x20 * number, BX_LR);
        }
        let mut machine = Machine::with(Core::new(), FlatBus::new(&image));
        machine.code(START, program);
        machine.core.reset(&mut machine.bus);
        machine
    }

    pub fn with(core: Core, bus: FlatBus) -> Machine {
        Machine { core, bus }
    }

    fn run(&mut self, limit: u64) -> Exit {
        self.core.run(&mut self.bus, limit)
    }

    /// Puts code at an address.
    pub fn code(&mut self, addr: u32, code: &[u16]) -> &mut Machine {
        let bytes: Vec<u8> = code.iter().flat_map(|half| half.to_le_bytes()).collect();
        self.bus.set_flash(addr, &bytes);
        self.core.invalidate_code(addr, bytes.len() as u32);
        self
    }

    /// Puts code where an exception is handled.
    pub fn handler(&mut self, exception: u32, code: &[u16]) -> &mut Machine {
        self.code(HANDLER + 0x20 * exception, code)
    }

    /// Executes one instruction, or enters one exception.
    pub fn step(&mut self) -> Exit {
        self.run(self.core.cycles() + 1)
    }

    pub fn steps(&mut self, count: usize) {
        for _ in 0..count {
            assert_eq!(self.step(), Exit::Limit, "at {:#x}", self.core.pc());
        }
    }

    /// Runs into the endless loop at the end, or another exit.
    pub fn finish(&mut self) -> Exit {
        self.run(self.core.cycles() + 10_000)
    }

    pub fn r(&self, register: usize) -> u32 {
        self.core.registers()[register]
    }

    /// A system register, as the debugger reads it.
    pub fn system(&mut self, addr: u32) -> u32 {
        self.core.debug_read(&mut self.bus, addr, Width::Word).unwrap()
    }

    pub fn set_system(&mut self, addr: u32, value: u32) {
        self.core.debug_write(&mut self.bus, addr, value, Width::Word).unwrap();
    }

    pub fn word(&mut self, addr: u32) -> u32 {
        self.bus.read(addr, Width::Word).unwrap()
    }

    /// Enables an interrupt and sets its priority.
    pub fn interrupt(&mut self, irq: u32, priority: u8) {
        self.set_system(0xE000_E100 + irq / 32 * 4, 1 << (irq % 32));
        self.core.debug_write(&mut self.bus, 0xE000_E400 + irq, priority.into(), Width::Byte).unwrap();
    }

    /// The exception being handled.
    pub fn handling(&self) -> u32 {
        self.core.psr() & 0x1FF
    }
}

fn put_half(image: &mut [u8], addr: u32, value: u16) {
    image[addr as usize..][..2].copy_from_slice(&value.to_le_bytes());
}

fn put_word(image: &mut [u8], addr: u32, value: u32) {
    image[addr as usize..][..4].copy_from_slice(&value.to_le_bytes());
}
