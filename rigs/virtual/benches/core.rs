//! The core: instructions per second, against armagnac on the same image, and the time of a clone.
//!
//! Besides what criterion reports, this compares the two in one run, turn by turn, and fails below ten times armagnac; absolute
//! figures depend on the machine, the ratio hardly.

use std::hint::black_box;
use std::time::{Duration, Instant};

use armagnac::core::{ArmVersion, Config, Emulator, Processor, RunOptions};
use armagnac::decoder::Lut16AndGrouped32InstructionDecoder;
use brownout_virtual::core::flat::FlatBus;
use brownout_virtual::core::{Core, Exit};
use criterion::{Criterion, Throughput};

/// Built from `core/workload.c`, which says how.
const IMAGE: &[u8] = include_bytes!("core/workload.bin");
const RAM: u32 = 0x2000_0000;
const RAM_SIZE: u32 = 0x5000;
/// How long one measured piece is, for us.
const CYCLES: u64 = 4_000_000;
/// armagnac gets this part of the instructions, so that a piece takes both about as long and a busy machine is fair to both.
const PART: usize = 12;
/// Fewer times as fast as armagnac is a failure.
const GATE: f64 = 10.0;

/// Our core, after reset.
fn ours() -> (Core, FlatBus) {
    let mut bus = FlatBus::new(IMAGE);
    let mut core = Core::new();
    core.reset(&mut bus);
    (core, bus)
}

/// armagnac at the same point, with its fastest decoder.
fn theirs() -> Processor {
    let mut processor = Processor::new(Config::v7m());
    processor.instruction_decoder = Box::new(Lut16AndGrouped32InstructionDecoder::new(ArmVersion::V7M));
    processor.map(0x0800_0000, IMAGE).expect("nothing else is mapped");
    processor.map_ram(RAM, RAM_SIZE).expect("nothing else is mapped");
    let (core, _) = ours();
    processor.set_pc(core.pc());
    processor.set_sp(core.sp());
    processor.set_lr(core.lr());
    processor.registers.psr.set_t(true);
    processor
}

/// The instructions in the first `CYCLES` cycles, and what they leave in RAM.
fn instructions() -> (usize, Vec<u8>) {
    let (mut core, mut bus) = ours();
    let mut count = 0;
    while core.cycles() < CYCLES {
        let next = core.cycles() + 1;
        assert_eq!(core.run(&mut bus, next), Exit::Limit);
        count += 1;
    }
    (count, bus.ram().to_vec())
}

fn time_ours() -> Duration {
    let (mut core, mut bus) = ours();
    let start = Instant::now();
    assert_eq!(core.run(&mut bus, CYCLES), Exit::Limit);
    let time = start.elapsed();
    black_box(bus.ram());
    time
}

/// The time all `count` instructions would take it.
fn time_theirs(count: usize) -> Duration {
    let mut processor = theirs();
    let start = Instant::now();
    processor.run(RunOptions::new().gas(count / PART)).expect("the workload runs");
    start.elapsed() * PART as u32
}

/// Both must have done the same before their times mean anything.
fn check(count: usize, ram: &[u8]) {
    let mut processor = theirs();
    processor.run(RunOptions::new().gas(count)).expect("the workload runs");
    let other = processor.read_bytes_iface(RAM, RAM_SIZE).expect("it is mapped");
    assert!(other == ram, "the two differ after {count} instructions");
    assert_ne!(ram[..4], [0; 4], "not one round was completed");
}

/// Measures both in turn and compares the medians.
fn gate(count: usize) {
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..25 {
        fast.push(time_ours());
        slow.push(time_theirs(count));
    }
    let (fast, slow) = (median(fast), median(slow));
    let rate = |time: f64| count as f64 / time / 1e6;
    let ratio = slow / fast;
    eprintln!("core: {:.0} million instructions/s, armagnac: {:.1}, ratio {ratio:.1}", rate(fast), rate(slow));
    assert!(ratio >= GATE, "only {ratio:.1} times armagnac; at least {GATE} is demanded");
}

fn main() {
    let (count, ram) = instructions();
    check(count, &ram);
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);

    let mut group = criterion.benchmark_group("core");
    group.throughput(Throughput::Elements(count as u64));
    let (core, bus) = ours();
    group.bench_function("workload", |bencher| {
        bencher.iter(|| {
            let (mut core, mut bus) = (core.clone(), bus.clone());
            core.run(&mut bus, CYCLES)
        });
    });
    group.throughput(Throughput::Elements(1));
    let (mut used, mut bus) = ours();
    used.run(&mut bus, CYCLES);
    group.bench_function("clone", |bencher| bencher.iter(|| black_box(used.clone())));
    group.finish();
    criterion.final_summary();

    // `cargo test --benches` only wants to know that it runs.
    if std::env::args().any(|argument| argument == "--bench") {
        gate(count);
    }
}
