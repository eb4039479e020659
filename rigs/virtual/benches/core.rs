//! The core and the board: instructions per second, against armagnac and QEMU on the same program, times against real time, clones.
//!
//! Besides what criterion reports, this compares in one run, turn by turn, and fails below the gates; absolute figures depend on the
//! machine, ratios hardly. Our own times are the processor's, so that other work on the machine counts little; QEMU's are the processor's
//! too where it computes, and the wall's where it waits for its own clock.

#[path = "../tests/flashed/mod.rs"]
mod flashed;
#[path = "../tests/semihosting/mod.rs"]
#[allow(dead_code, reason = "shared with other targets, each of which uses a part of it")]
mod semihosting;

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
const GATE: f64 = 12.0;

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

/// The processor time of this thread so far.
fn busy() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// What `work` takes of this thread's processor time, the least of a few turns.
fn least(turns: usize, mut work: impl FnMut()) -> f64 {
    let mut times = Vec::new();
    for _ in 0..turns {
        let begin = busy();
        work();
        times.push(busy() - begin);
    }
    times.into_iter().fold(f64::INFINITY, f64::min)
}

fn elf_path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("firmware/qualification/elf/{name}.elf"))
}

/// Processor and wall time of QEMU on a program; `None` where it is not installed.
fn qemu(name: &str) -> Option<(f64, f64)> {
    // The shell's `times` tells what its children took.
    let script = "qemu-system-arm -M mps2-an385 -nographic -semihosting -monitor none -serial none -icount shift=0,sleep=off -kernel \
                  \"$0\" </dev/null >/dev/null && times";
    let start = Instant::now();
    let output = std::process::Command::new("sh").args(["-c", script]).arg(elf_path(name)).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let seconds = |text: &str| {
        let (minutes, seconds) = text.trim_end_matches('s').split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    };
    let user = seconds(text.lines().nth(1)?.split_whitespace().next()?)?;
    Some((user, start.elapsed().as_secs_f64()))
}

/// The same ELF on QEMU and on our core: equal instructions, both to the semihosting exit.
fn against_qemu() {
    let elf = std::fs::read(elf_path("workload")).expect("it is committed");
    let ours = || least(1, || assert_eq!(semihosting::run(&elf, u64::MAX).stuck, None));
    let Some(_) = qemu("workload") else {
        eprintln!("qemu-system-arm is not installed: not compared");
        return;
    };
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        fast.push(ours());
        slow.extend(qemu("workload").map(|(user, _)| user));
    }
    fast.sort_by(f64::total_cmp);
    slow.sort_by(f64::total_cmp);
    let ratio = slow[slow.len() / 2] / fast[fast.len() / 2];
    eprintln!("core: {ratio:.2} of the speed of QEMU -icount");
    assert!(ratio >= 0.2, "at least a fifth of QEMU's speed is demanded");
}

/// Programs that sleep: on the core with plain memory, and on the board with its supply.
fn asleep() {
    let span = |seconds: u32| brownout_trace::Span::secs(i64::from(seconds));
    // The program, its time on its 8 MHz clock, and what that is called.
    for (name, seconds, what) in [
        ("wakeups", 7 * 24 * 3600, "a week of 1 Hz wake-ups"),
        ("ticks", 600, "600 s of a 1 kHz tick, 40 instructions each"),
    ] {
        let elf = std::fs::read(elf_path(name)).expect("it is committed");
        let core = least(3, || assert_eq!(semihosting::run(&elf, u64::MAX).stuck, None));
        let board = flashed::board(&semihosting::image(&elf), &elf);
        let mut counted = 0;
        let on_board = least(3, || {
            let mut board = board.clone();
            black_box(flashed::advance(&mut board, span(seconds)));
            let variable = if name == "ticks" { "ticks" } else { "seconds" };
            let bytes = board.variable(variable).and_then(|bytes| bytes.first_chunk()).expect("it has this variable");
            counted = u32::from_le_bytes(*bytes);
        });
        let expected = if name == "ticks" { 1000 * seconds } else { seconds };
        assert!(counted.abs_diff(expected) <= 1, "{name} counted {counted}, not {expected}: it did not run");
        let times = |time: f64| f64::from(seconds) / time;
        eprintln!(
            "{what}: core {core:.3} s ({:.0} times real time), board {on_board:.3} s ({:.0} times real time)",
            times(core),
            times(on_board)
        );
        if name == "ticks" {
            assert!(times(on_board) >= 1000.0, "at least 1000 times real time is demanded");
        } else if let Some((user, wall)) = qemu(name) {
            let ratio = wall / on_board;
            eprintln!("{what}: QEMU {wall:.1} s ({user:.1} s of it computing), the board is {ratio:.0} times faster");
            assert!(ratio >= 30.0, "at least 30 times faster than QEMU is demanded");
        }
    }
}

/// The time of a clone of a board that runs.
fn clones() {
    let elf = std::fs::read(elf_path("ticks")).expect("it is committed");
    let mut board = flashed::board(&semihosting::image(&elf), &elf);
    flashed::advance(&mut board, brownout_trace::Span::secs(1));
    let count = 2_000;
    let time = least(5, || {
        for _ in 0..count {
            black_box(board.clone());
        }
    }) / f64::from(count);
    eprintln!("board clone: {:.1} µs", time * 1e6);
    assert!(time < 20e-6, "a clone in less than 20 µs is demanded");
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
        against_qemu();
        asleep();
        clones();
    }
}
