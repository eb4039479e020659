//! A run may be cut anywhere: the core stops at the first instruction boundary from each limit, and goes on as if it had not stopped.
//!
//! Random code, branches and exceptions among it, runs at one go, in random pieces, and instruction by instruction. All must agree in
//! every register, in memory, and to the cycle: what is executed as one operation is still two instructions.

use brownout_virtual::core::flat::FlatBus;
use brownout_virtual::core::{Bus, Core, Exit, Width};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::encodings::{self, Encoding};

const CODE: u32 = 0x1000;
const LENGTH: u32 = 0x200;
const CYCLES: u64 = 3_000;

/// Random code that tends to go on: half of its conditional branches follow a comparison, some of it are IT blocks.
fn machine(rng: &mut Pcg64Mcg, encodings: &[Encoding]) -> (Core, FlatBus) {
    let mut image = vec![0; 0x400];
    image[..4].copy_from_slice(&0x2000_4000_u32.to_le_bytes());
    for vector in image[4..0x140].chunks_exact_mut(4) {
        vector.copy_from_slice(&0x401_u32.to_le_bytes());
    }
    image[4..8].copy_from_slice(&(CODE | 1).to_le_bytes());
    // Every handler skips the instruction: ldr r0, [sp, #24]; adds r0, #2; str r0, [sp, #24]; bx lr
    image.extend([0x06, 0x98, 0x02, 0x30, 0x06, 0x90, 0x70, 0x47]);
    let mut bus = FlatBus::new(&image);
    let mut code = Vec::new();
    while code.len() < LENGTH as usize {
        let bits = rng.next_u32();
        let (first, second) = match bits % 8 {
            // cmp, and a branch some instructions ahead or behind.
            0 => (
                0x4280 | (bits >> 8 & 0x3F) as u16,
                (0xD000 | (bits >> 16 & 0xF00) | ((bits >> 3 & 31) + 0xF0) & 0xFF) as u16,
            ),
            1 => (
                0x3800 | (bits >> 8 & 0x7FF) as u16,
                (0xD000 | (bits >> 16 & 0x100) | ((bits >> 3 & 15) + 0xF8) & 0xFF) as u16,
            ),
            2 => (0xBF00 | (bits >> 8 & 0xFF) as u16, (bits >> 16 & 0x3FFF) as u16),
            _ => encodings[(rng.next_u32() % encodings.len() as u32) as usize].draw(bits),
        };
        code.extend(first.to_le_bytes());
        if first >= 0xE800 || bits % 8 < 3 {
            code.extend(second.to_le_bytes());
        }
    }
    bus.set_flash(CODE, &code);
    rng.fill_bytes(bus.ram_mut());
    let mut core = Core::new();
    core.reset(&mut bus);
    // SysTick interrupts now and then.
    for (addr, value) in [(0xE000_E014, 97 + (rng.next_u32() & 0xFF)), (0xE000_E018, 0), (0xE000_E010, 7)] {
        core.debug_write(&mut bus, addr, value, Width::Word).unwrap();
    }
    for register in 0..13 {
        let value = rng.next_u32();
        core.set_register(register, if value & 1 == 0 { 0x2000_0000 | value & 0x3FFC } else { value });
    }
    (core, bus)
}

/// Runs to `CYCLES` in pieces that `piece` gives.
fn run(core: &mut Core, bus: &mut FlatBus, mut piece: impl FnMut() -> u64) -> Exit {
    while core.cycles() < CYCLES {
        let limit = (core.cycles() + piece()).min(CYCLES);
        match core.run(bus, limit) {
            Exit::Limit | Exit::Attention => (),
            Exit::Sleep => {
                let wake = core.next_wake().unwrap_or(CYCLES).min(CYCLES);
                core.idle_until(wake.max(core.cycles() + 1));
            }
            exit => return exit,
        }
    }
    Exit::Limit
}

fn compare(seed: u64, programs: u32) {
    let encodings = encodings::all();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut finished = 0;
    for program in 0..programs {
        let (core, bus) = machine(&mut rng, &encodings);
        let mut ends = Vec::new();
        for way in ["at one go", "in pieces", "step by step"] {
            let (mut core, mut bus) = (core.clone(), bus.clone());
            let exit = run(&mut core, &mut bus, || match way {
                "at one go" => CYCLES,
                "in pieces" => 1 + u64::from(rng.next_u32() % 50),
                _ => 1,
            });
            let cfsr = core.debug_read(&mut bus, 0xE000_ED28, Width::Word);
            ends.push((way, exit, core.cycles(), core.registers(), core.psr(), cfsr, bus.ram().to_vec()));
        }
        finished += u32::from(ends[0].1 == Exit::Limit);
        for end in &ends[1..] {
            let first = &ends[0];
            let place = format!("program {program} of seed {seed}, {}", end.0);
            assert_eq!((end.1, end.2, end.3, end.4), (first.1, first.2, first.3, first.4), "{place}");
            assert_eq!(end.5, first.5, "{place}");
            assert!(end.6 == first.6, "{place}: RAM");
        }
    }
    assert!(finished > programs / 4, "only {finished} of {programs} programs ran on");
}

#[test]
fn stops_change_nothing() {
    compare(1, 300);
}

#[test]
#[ignore = "long: millions of instructions"]
fn stops_change_nothing_in_many_programs() {
    compare(2, 20_000);
}

/// Code that is written while it is known has to be decoded again, and only then.
#[test]
fn changed_flash_is_executed_as_it_is_now() {
    // adds r0, #1; b .-2
    let mut image = vec![0; 0x200];
    image[..8].copy_from_slice(&[0, 0x40, 0, 0x20, 1, 1, 0, 0]);
    let mut bus = FlatBus::new(&image);
    bus.set_flash(0x100, &[0x01, 0x30, 0xFD, 0xE7]);
    let mut core = Core::new();
    core.reset(&mut bus);
    core.run(&mut bus, 400);
    assert_eq!(core.registers()[0], 100);
    let copy = core.clone();
    // adds r0, #2
    bus.set_flash(0x100, &[0x02, 0x30]);
    core.invalidate_code(0x0800_0100, 2);
    core.run(&mut bus, 800);
    assert_eq!(core.registers()[0], 300);
    assert_eq!(copy.registers()[0], 100);
    assert_eq!(bus.read(0x100, Width::Half), Ok(0x3002));
}
