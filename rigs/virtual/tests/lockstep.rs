//! Random single instructions, executed by our core and by armagnac: registers, flags, IT state and RAM must agree, and so must the
//! refusal to execute. armagnac is independent of us, so an error has to be made twice to go unseen.
//!
//! Left out: what armagnac refuses to decode, without saying why (the unit tests of the decoder have a list of their own), what it
//! panics over (ASR by 32 and more), what it cannot do (exceptions, sleep, priorities), and the cases in `excluded`, each with its
//! reason.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use armagnac::core::{ArmVersion, Config, Emulator, Event, MonitorState, Processor, RunError};
use armagnac::decoder::Lut16AndGrouped32InstructionDecoder;
use armagnac::memory::RamMemory;
use armagnac::registers::{Mode, RegisterIndex};
use brownout_virtual::core::flat::FlatBus;
use brownout_virtual::core::{Core, Exit, FaultKind};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

const RAM: u32 = 0x2000_0000;
const RAM_SIZE: u32 = 0x5000;
/// Where the instruction lies. Code in RAM is not cached, so that it can be another one each time.
const CODE: u32 = RAM + 0x2000;

/// 32-bit encodings: the fixed bits of both half-words, and which bits are random. The more instructions a row stands for, the more
/// often it is repeated.
const WIDE: [(u16, u16, u16, u16); 24] = [
    // Data processing: modified immediate, plain immediate, shifted register.
    (0xF000, 0x05FF, 0x0000, 0x7FFF),
    (0xF000, 0x05FF, 0x0000, 0x7FFF),
    (0xF200, 0x05FF, 0x0000, 0x7FFF),
    (0xF200, 0x05FF, 0x0000, 0x7FFF),
    (0xEA00, 0x01FF, 0x0000, 0x7FFF),
    (0xEA00, 0x01FF, 0x0000, 0x7FFF),
    (0xEA4F, 0x0030, 0x0000, 0x7FFF),
    // Shifts by register, extensions, bit operations.
    (0xFA00, 0x007F, 0xF000, 0x0FFF),
    (0xFA0F, 0x0070, 0xF080, 0x0F3F),
    (0xFA90, 0x002F, 0xF080, 0x0F3F),
    // Multiplication and division.
    (0xFB00, 0x000F, 0x0000, 0xFF1F),
    (0xFB80, 0x007F, 0x0000, 0xFFFF),
    (0xFB90, 0x002F, 0xF0F0, 0x0F0F),
    // Single transfers: immediates, indexed, by register, the rest.
    (0xF880, 0x017F, 0x0000, 0xF00F),
    (0xF800, 0x017F, 0x0800, 0xF7FF),
    (0xF800, 0x017F, 0x0000, 0xF03F),
    (0xF800, 0x01FF, 0x0000, 0xFFFF),
    // Multiple, dual, exclusive.
    (0xE800, 0x01BF, 0x0000, 0xFFFF),
    (0xE840, 0x01BF, 0x0000, 0xFF0F),
    (0xE840, 0x001F, 0x0000, 0xFF07),
    (0xE8C0, 0x001F, 0x0F40, 0xF01F),
    // Branches and system.
    (0xF000, 0x07FF, 0x8000, 0x7FFF),
    (0xF3E0, 0x001F, 0x8000, 0x0FFF),
    // Anything.
    (0xE800, 0x1FFF, 0x0000, 0xFFFF),
];

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

struct Pair {
    rng: Pcg64Mcg,
    core: Core,
    fresh: Core,
    bus: FlatBus,
    other: Processor,
    other_ram: Rc<RefCell<RamMemory>>,
}

impl Pair {
    fn new(seed: u64) -> Pair {
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
        for flash in [0, 0x0800_0000] {
            let mut image = vectors.clone();
            image.resize(0x1_0000, 0xFF);
            let memory = RamMemory::new_from_slice(&image).read_only();
            other.map_iface(flash, Rc::new(RefCell::new(memory))).unwrap();
        }
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        rng.fill_bytes(bus.ram_mut());
        other_ram.borrow_mut().data.copy_from_slice(bus.ram());
        Pair { rng, fresh: core.clone(), core, bus, other, other_ram }
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

    fn instruction(&mut self) -> (u16, u16) {
        let bits = self.rng.next_u32();
        let (first, second) = (bits as u16, (bits >> 16) as u16);
        if self.below(3) == 0 {
            return (first % 0xE800, second);
        }
        let (fixed, random, fixed2, random2) = WIDE[self.below(WIDE.len() as u32) as usize];
        (fixed | (first & random), fixed2 | (second & random2))
    }

    fn state(&mut self) -> State {
        let mut registers: [u32; 16] = std::array::from_fn(|_| self.value());
        registers[13] = RAM + 0x1000 + self.below(0x800) * 4;
        registers[15] = CODE;
        let mut psr = 0x0100_0000 | (self.rng.next_u32() & 0xF800_0000);
        if self.below(4) == 0 {
            // The last instruction of an IT block.
            psr |= self.below(14) << 12 | 1 << 11;
        }
        State { registers, psr }
    }

    fn run_ours(&mut self, state: &State) -> (Outcome, State) {
        self.core = self.fresh.clone();
        for (i, value) in state.registers.iter().enumerate() {
            self.core.set_register(i, *value);
        }
        self.core.set_register(16, state.psr);
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
        (outcome, State { registers: self.core.registers(), psr: self.core.psr() & 0xFF00_FC00 })
    }

    fn run_other(&mut self, state: &State) -> (Outcome, State) {
        self.other.registers.mode = Mode::Thread;
        for mask in [RegisterIndex::Primask, RegisterIndex::FaultMask, RegisterIndex::Control, RegisterIndex::Psp] {
            self.other.set(mask, 0);
        }
        for (i, value) in state.registers.iter().enumerate() {
            self.other.set(RegisterIndex::new_main(i as u32), *value);
        }
        self.other.registers.psr.set(state.psr);
        self.other.local_monitor.state = MonitorState::OpenAccess;
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

    /// Executes one random instruction on both. Whether it could be compared, or how they differ.
    fn compare(&mut self) -> Result<bool, String> {
        let (first, second) = self.instruction();
        let state = self.state();
        if excluded(first, second, state.psr & 0xFC00 != 0) {
            return Ok(false);
        }
        let at = (CODE - RAM) as usize;
        let mut code = [0; 4];
        code[..2].copy_from_slice(&first.to_le_bytes());
        code[2..].copy_from_slice(&second.to_le_bytes());
        self.bus.ram_mut()[at..at + 4].copy_from_slice(&code);
        self.other_ram.borrow_mut().data[at..at + 4].copy_from_slice(&code);

        let (theirs, their_state) = self.run_other(&state);
        if theirs == Outcome::Skipped {
            self.bus.ram_mut().copy_from_slice(&self.other_ram.borrow().data);
            return Ok(false);
        }
        let (ours, our_state) = self.run_ours(&state);
        if ours == Outcome::Skipped {
            self.bus.ram_mut().copy_from_slice(&self.other_ram.borrow().data);
            return Ok(false);
        }
        let same = ours == theirs
            && (ours != Outcome::Done || (our_state == their_state && self.bus.ram() == self.other_ram.borrow().data));
        let ram_same = self.bus.ram() == self.other_ram.borrow().data;
        if ours != Outcome::Done || !same {
            // Ours took an exception and stacked, or a transfer stopped half-way.
            self.bus.ram_mut().copy_from_slice(&self.other_ram.borrow().data);
        }
        if same {
            return Ok(true);
        }
        Err(format!(
            "{first:04x} {second:04x}\n before {state:x?}\n ours   {our_state:x?} {ours:?}\n theirs {their_state:x?} {theirs:?}\n \
             RAM {}",
            if ram_same { "equal" } else { "differs" }
        ))
    }
}

/// What is not compared, and why.
fn excluded(first: u16, second: u16, in_it: bool) -> bool {
    // armagnac sleeps for ever, and has no exceptions to raise.
    let sleeps = matches!(first, 0xBF20 | 0xBF30) || first & 0xFFF0 == 0xF3A0;
    let raises = first & 0xFF00 == 0xDF00 || first & 0xFF00 == 0xBE00;
    // It has no coprocessors to refuse.
    let coprocessor = first & 0xEC00 == 0xEC00;
    // Unknown: a stored base that is written back and not the lowest in the list.
    let (base, list) = if first < 0xE800 { (first >> 8 & 7, first & 0xFF) } else { (first & 15, second) };
    let stores = first & 0xF800 == 0xC000 || (first & 0xFE50 == 0xE800);
    let unknown_base = stores && list & (1 << base) != 0;
    // Unpredictable, which it does not see.
    let conditional = first & 0xF000 == 0xD000 || (first & 0xF800 == 0xF000 && second & 0xD000 == 0x8000);
    // SP is word-aligned with us; with it, it is not.
    let transfer = first & 0xFE00 == 0xF800;
    let data = first >= 0xE800 && !transfer;
    let stack = (transfer && (second >> 12 == 13 || first & 15 == 13))
        || first & 0xFD87 == 0x4485
        || (data && second >> 8 & 15 == 13);
    // It takes a clear bit 15 of the second half-word for granted in ADD and SUB with SP.
    let stack_sum = first & 0xF94F == 0xF10D && second & 0x8000 != 0;
    // It allows CMP and CMN of PC, BX PC, ORN and MVN with SP and PC, and STRH to PC; it takes `mov pc` and `add pc` for interworking; and wide
    // shifts to the right by 32 (encoded as 0) it does not do.
    let orn = first & 0xFBE0 == 0xF060 && (matches!(second >> 8 & 15, 13 | 15) || first & 15 == 13);
    let compared_pc = first & 0xF95F == 0xF11F && second >> 8 & 15 == 15;
    let from_pc = first == 0x4778;
    let to_pc = first & 0xFD87 == 0x4487 || first & 0xFF9F == 0xF88F;
    let by_32 = first & 0xFFEF == 0xEA4F && second & 0x70C0 == 0 && matches!(second >> 4 & 3, 1 | 2);
    orn || compared_pc
        || from_pc
        || to_pc
        || by_32
        || sleeps
        || raises
        || coprocessor
        || unknown_base
        || (conditional && in_it)
        || stack
        || stack_sum
}

/// Compares `count` instructions; fails on any difference.
fn lockstep(seed: u64, count: u32) {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            print(info);
        }
    }));
    let mut pair = Pair::new(seed);
    let mut compared = 0;
    let mut differences = Vec::new();
    for _ in 0..count {
        match pair.compare() {
            Ok(yes) => compared += u32::from(yes),
            Err(difference) => differences.push(difference),
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count}:\n{}",
        differences.len(),
        differences[..differences.len().min(20)].join("\n")
    );
    assert!(compared > count / 3, "only {compared} of {count} could be compared");
}

#[test]
fn agrees_with_armagnac() {
    lockstep(0xB0A2D, 200_000);
}

#[test]
#[ignore = "long"]
fn agrees_with_armagnac_on_millions() {
    for seed in 1..=8 {
        lockstep(seed, 1_000_000);
    }
}
