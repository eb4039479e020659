//! The two machines, and one comparison.

use std::cell::{Cell, RefCell};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use armagnac::core::{ArmVersion, Config, Emulator, Event, MonitorState, Processor, RunError};
use armagnac::decoder::Lut16AndGrouped32InstructionDecoder;
use armagnac::memory::RamMemory;
use armagnac::registers::{Mode, RegisterIndex};
use brownout_virtual::core::flat::FlatBus;
use brownout_virtual::core::{Core, Exit, FaultKind, operation};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::encodings::Encoding;
use super::exclusions::{OUTSIDE_RUNS, excluded};

const RAM: u32 = 0x2000_0000;
const RAM_SIZE: u32 = 0x5000;
/// Where the instruction lies. Code in RAM is not cached, so that it can be another one each time.
const CODE: u32 = RAM + 0x2000;

/// Where it lies half of the time: flash is decoded ahead, which is another way to the same end.
const FLASH_CODE: u32 = 0x0800_1000;
/// Instructions in a straight run.
const RUN: usize = 8;
/// How often each encoding has to be compared in the short run.
pub const AT_LEAST: u32 = 20;

thread_local! {
    /// armagnac panics on what it has not implemented; that is not to be printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What became of an instruction.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Undefined.
    Refused,
    /// A memory access went wrong.
    Fault,
    /// Not comparable.
    Skipped,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    registers: [u32; 16],
    psr: u32,
}

/// Both machines, with the same memory.
pub struct Pair {
    rng: Pcg64Mcg,
    core: Core,
    fresh: Core,
    bus: FlatBus,
    other: Processor,
    other_ram: Rc<RefCell<RamMemory>>,
    other_flash: Rc<RefCell<RamMemory>>,
}

/// An instruction that was compared.
pub struct Compared {
    pub name: &'static str,
    pub first: u16,
    pub second: u16,
}

impl Pair {
    pub fn new(seed: u64) -> Pair {
        let mut vectors = vec![0; 0x400];
        vectors[..4].copy_from_slice(&(RAM + RAM_SIZE).to_le_bytes());
        for vector in vectors[4..].chunks_exact_mut(4) {
            vector.copy_from_slice(&0x401_u32.to_le_bytes());
        }
        let mut bus = FlatBus::new(&vectors);
        let mut core = Core::new();
        core.reset(&mut bus);
        let mut other = Processor::new(Config::v7m());
        other.instruction_decoder = Box::new(Lut16AndGrouped32InstructionDecoder::new(ArmVersion::V7M));
        let other_ram = other.map_ram(RAM, RAM_SIZE).unwrap();
        let mut image = vectors.clone();
        image.resize(0x1_0000, 0xFF);
        let other_flash = Rc::new(RefCell::new(RamMemory::new_from_slice(&image).read_only()));
        for flash in [0, 0x0800_0000] {
            other.map_iface(flash, other_flash.clone()).unwrap();
        }
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        rng.fill_bytes(bus.ram_mut());
        other_ram.borrow_mut().data.copy_from_slice(bus.ram());
        Pair { rng, fresh: core.clone(), core, bus, other, other_ram, other_flash }
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.rng.next_u32() % limit
    }

    /// A register value: an address in RAM, a small number, one at an edge, or anything.
    fn value(&mut self) -> u32 {
        match self.below(8) {
            0..=2 => RAM + 0x800 + self.below(0x1000) * 4 / 4 * 4,
            3 => RAM + 0x800 + self.below(0x3000),
            4 => self.below(40),
            5 => [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF, 0x8000, 0xFFFF_FF80][self.below(8) as usize],
            _ => self.rng.next_u32(),
        }
    }

    fn state(&mut self) -> State {
        let mut registers: [u32; 16] = std::array::from_fn(|_| self.value());
        registers[13] = RAM + 0x1000 + self.below(0x800) * 4;
        let mut psr = 0x0100_0000 | (self.rng.next_u32() & 0xF800_0000);
        if self.below(4) == 0 {
            // The last instruction of an IT block.
            psr |= self.below(14) << 12 | 1 << 11;
        }
        State { registers, psr }
    }

    fn prepare_ours(&mut self, state: &State) {
        self.core = self.fresh.clone();
        self.core.invalidate_code(0, u32::MAX);
        for (i, value) in state.registers.iter().enumerate() {
            self.core.set_register(i, *value);
        }
        self.core.set_register(16, state.psr);
    }

    fn ours(&self) -> State {
        State { registers: self.core.registers(), psr: self.core.psr() & 0xFF00_FC00 }
    }

    fn run_ours(&mut self, state: &State) -> (Outcome, State) {
        self.prepare_ours(state);
        let exit = self.core.run(&mut self.bus, 1);
        let outcome = match (exit, self.core.fault()) {
            // A random address met the system registers.
            _ if self.core.take_complaint().is_some() => Outcome::Skipped,
            (Exit::Limit, Some(fault)) if fault.kind == FaultKind::Hard && fault.cfsr & 0x9_0000 != 0 => {
                Outcome::Refused
            }
            // armagnac goes on at the vector without stacking.
            (Exit::Limit, Some(fault)) if fault.cfsr & 1 << 24 != 0 => Outcome::Skipped,
            (Exit::Limit, Some(_)) => Outcome::Fault,
            (Exit::Limit, None) => Outcome::Done,
            _ => Outcome::Skipped,
        };
        (outcome, self.ours())
    }

    fn prepare_other(&mut self, state: &State) {
        self.other.registers.mode = Mode::Thread;
        for mask in [RegisterIndex::Primask, RegisterIndex::FaultMask, RegisterIndex::Control, RegisterIndex::Psp] {
            self.other.set(mask, 0);
        }
        for (i, value) in state.registers.iter().enumerate() {
            self.other.set(RegisterIndex::new_main(i as u32), *value);
        }
        self.other.registers.psr.set(state.psr);
        self.other.local_monitor.state = MonitorState::OpenAccess;
    }

    fn step_other(&mut self) -> (Outcome, State) {
        let other = &mut self.other;
        QUIET.set(true);
        let result = catch_unwind(AssertUnwindSafe(|| other.next_event()));
        QUIET.set(false);
        let outcome = match result {
            Ok(Ok(Event::Instruction { .. })) => Outcome::Done,
            Ok(Err(RunError::MemRead { address, .. } | RunError::MemWrite { address, .. })) => {
                // Bit-band aliases and devices, which only we have.
                if matches!(address >> 25, 0x11 | 0x20 | 0x21) { Outcome::Skipped } else { Outcome::Fault }
            }
            // It does not tell unpredictable instructions from unknown ones.
            Ok(_) | Err(_) => Outcome::Skipped,
        };
        let registers = std::array::from_fn(|i| self.other[RegisterIndex::new_main(i as u32)]);
        (outcome, State { registers, psr: self.other.registers.psr.get() & 0xFF00_FC00 })
    }

    /// Puts code at an address for both.
    fn place(&mut self, addr: u32, code: &[u8]) {
        if addr >= RAM {
            let at = (addr - RAM) as usize;
            self.bus.ram_mut()[at..at + code.len()].copy_from_slice(code);
            self.other_ram.borrow_mut().data[at..at + code.len()].copy_from_slice(code);
        } else {
            let at = (addr & 0xFFFF) as usize;
            self.bus.set_flash(addr, code);
            self.other_flash.borrow_mut().data[at..at + code.len()].copy_from_slice(code);
        }
    }

    /// Ours becomes what theirs is.
    fn copy_ram(&mut self) {
        self.bus.ram_mut().copy_from_slice(&self.other_ram.borrow().data);
    }

    /// Executes one instruction of an encoding on both. What could be compared, or how they differ.
    pub fn compare(&mut self, encoding: &Encoding) -> Result<Vec<Compared>, String> {
        let (first, second) = encoding.draw(self.rng.next_u32());
        let mut state = self.state();
        if encoding.name.starts_with("IT ") {
            state.psr &= !0x0600_FC00;
        }
        if excluded(first, second, state.psr & 0x0600_FC00 != 0) {
            return Ok(Vec::new());
        }
        state.registers[15] = if self.below(2) == 0 { CODE } else { FLASH_CODE };
        self.place(state.registers[15], &bytes(first, second));
        self.prepare_other(&state);
        let (theirs, their_state) = self.step_other();
        let (ours, our_state) =
            if theirs == Outcome::Skipped { (Outcome::Skipped, state.clone()) } else { self.run_ours(&state) };
        if ours == Outcome::Skipped {
            self.copy_ram();
            return Ok(Vec::new());
        }
        let ram_same = self.bus.ram() == self.other_ram.borrow().data;
        if ours != Outcome::Done || !ram_same {
            // Ours took an exception and stacked, or a transfer stopped half-way.
            self.copy_ram();
        }
        if ours == theirs && (ours != Outcome::Done || (our_state == their_state && ram_same)) {
            return Ok(vec![Compared { name: encoding.name, first, second }]);
        }
        let mut text = format!("{} ({first:04x} {second:04x}): ours {ours:?}, theirs {theirs:?}", encoding.name);
        describe(&mut text, &state, &our_state, &their_state, ram_same);
        Err(text)
    }

    /// Executes a straight run on both: ours at one go and then step by step, theirs step by step. A difference is told by the first
    /// instruction that makes one.
    pub fn compare_run(&mut self, encodings: &[Encoding]) -> Result<Vec<Compared>, String> {
        let mut run: Vec<Compared> = Vec::new();
        let mut in_it = 0;
        while run.len() < RUN {
            let begin = in_it == 0 && self.below(3) == 0;
            let encoding = &encodings[self.below(encodings.len() as u32) as usize];
            if begin {
                // AL has no else.
                let (condition, mask) = (self.below(14) as u16, 1 + self.below(15) as u16);
                in_it = 4 - mask.trailing_zeros();
                run.push(Compared { name: "IT T1", first: 0xBF00 | condition << 4 | mask, second: 0 });
                continue;
            }
            let (first, second) = encoding.draw(self.rng.next_u32());
            // Unpredictable in the run: branches, and IT in IT.
            let left_out = encoding.branches
                || encoding.name.starts_with("IT ")
                || OUTSIDE_RUNS.contains(&operation(first, second).as_str());
            if left_out || excluded(first, second, in_it != 0) {
                continue;
            }
            in_it = in_it.saturating_sub(1);
            run.push(Compared { name: encoding.name, first, second });
        }
        let mut state = self.state();
        state.psr &= !0x0600_FC00;
        state.registers[15] = FLASH_CODE;
        let ram = self.bus.ram().to_vec();

        // As far as theirs gets, ending outside an IT block.
        let mut states = self.theirs(&state, &run);
        while states.last().is_some_and(|state| state.psr & 0x0600_FC00 != 0) {
            states.pop();
        }
        run.truncate(states.len());
        self.other_ram.borrow_mut().data.copy_from_slice(&ram);
        if run.is_empty() {
            return Ok(run);
        }
        // Again, since the shorter run reads other code where it reads its own.
        let states = self.theirs(&state, &run);
        if states.len() < run.len() {
            self.copy_ram();
            return Ok(Vec::new());
        }
        let end = states[states.len() - 1].registers[15];

        self.prepare_ours(&state);
        let mut before = state.clone();
        for (instruction, theirs) in run.iter().zip(&states) {
            self.core.run(&mut self.bus, self.core.cycles() + 1);
            let ours = self.ours();
            let skip = self.core.take_complaint().is_some()
                || self.core.fault().is_some_and(|fault| fault.cfsr & 1 << 24 != 0);
            if skip {
                self.copy_ram();
                return Ok(Vec::new());
            }
            if ours != *theirs {
                let mut text =
                    format!("{} ({:04x} {:04x}), in a run", instruction.name, instruction.first, instruction.second);
                describe(&mut text, &before, &ours, theirs, true);
                self.copy_ram();
                return Err(text);
            }
            before = ours;
        }
        let ram_same = self.bus.ram() == self.other_ram.borrow().data;
        let (stepped, cycles) = (self.ours(), self.core.cycles());
        self.bus.ram_mut().copy_from_slice(&ram);
        self.prepare_ours(&state);
        self.core.run(&mut self.bus, cycles);
        let at_one_go = self.ours();
        let same = at_one_go == stepped && self.core.cycles() == cycles && stepped.registers[15] == end;
        let ram_same = ram_same && self.bus.ram() == self.other_ram.borrow().data;
        self.copy_ram();
        if same && ram_same {
            return Ok(run);
        }
        let code: Vec<String> =
            run.iter().map(|one| format!("{} ({:04x} {:04x})", one.name, one.first, one.second)).collect();
        let mut text = format!("step by step the same, at one go not: {}", code.join("; "));
        describe(&mut text, &state, &at_one_go, &stepped, ram_same);
        Err(text)
    }

    /// Executes a run on theirs; the state behind each instruction, as far as it gets.
    fn theirs(&mut self, state: &State, run: &[Compared]) -> Vec<State> {
        let mut code: Vec<u8> = Vec::new();
        for instruction in run {
            code.extend(
                &bytes(instruction.first, instruction.second)[..if instruction.first < 0xE800 { 2 } else { 4 }],
            );
        }
        // b .
        code.extend([0xFE, 0xE7]);
        self.place(FLASH_CODE, &code);
        self.prepare_other(state);
        let mut states = Vec::new();
        for _ in run {
            match self.step_other() {
                (Outcome::Done, state) => states.push(state),
                _ => break,
            }
        }
        states
    }
}

fn bytes(first: u16, second: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (first.to_le_bytes(), second.to_le_bytes());
    [a, b, c, d]
}

/// What differs, and what the registers were.
fn describe(text: &mut String, before: &State, ours: &State, theirs: &State, ram_same: bool) {
    for i in 0..16 {
        if ours.registers[i] != theirs.registers[i] {
            let _ = write!(text, "; r{i} ours {:#x}, theirs {:#x}", ours.registers[i], theirs.registers[i]);
        }
    }
    if ours.psr != theirs.psr {
        let _ = write!(text, "; psr ours {:#010x}, theirs {:#010x}", ours.psr, theirs.psr);
    }
    if !ram_same {
        text.push_str("; RAM differs");
    }
    let _ = write!(text, "\n    before: psr {:#010x}, r0 to r15 {:x?}", before.psr, before.registers);
}

/// Lets panics of armagnac go by in silence.
pub fn keep_quiet() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            print(info);
        }
    }));
}
