//! What a case costs, beside what its simulation costs: `cargo bench -p brownout --bench case`.
//!
//! Goals, reported and not gated (absolute times depend on the machine): a virtual week of the reference firmware with
//! its schedule under 3 s on one core, a trivial case under 1 ms beyond its simulation, a clone of the whole board
//! under 50 µs.

use brownout::plan::{Case, Target, plan_paths};
use brownout::rigged::Rigged;
use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::{Flashed, flash_virtual};
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::event::{Event, Level};
use brownout_trace::{Instant, Span, Volts};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;

const TRIVIAL: &str = "title = 'trivial'\nwhy = 'a bench'\ncovers = ['weekly-program']\nsteps = [{ wait = '1s' }, { expect = { relay = 'K1', is = 'open' } }]\n[board]\nclock = 'Mon 12:00:00'\n";

fn firmware() -> Firmware {
    let (name, bytes) = SHIPPED_FIRMWARE;
    Firmware::from_bytes(name, bytes.to_vec()).expect("the shipped firmware is sound")
}

fn cases(profile: &Profile, path: &Path) -> Vec<Case> {
    plan_paths(&[path.to_owned()], Target { profile, highest: None, rig: None }).expect("the scenario is sound").cases
}

fn advance(bench: &mut VirtualBench, span: Span) -> Vec<Event> {
    let (until, mut events) = (bench.now() + span, Vec::new());
    while bench.now() < until {
        bench.advance(until, &mut events).expect("the virtual bench has no faults");
    }
    events
}

fn powered(rig: &Rig, flashed: &Flashed) -> VirtualBench {
    let mut bench = VirtualBench::new(rig, flashed, 1, Instant(0)).expect("the shipped rig is sound");
    bench.play(&[(Instant(0), Level::Volts(Volts(12.0)))]).expect("nothing planned yet");
    bench
}

/// A sink that does nothing, but is not optimised away.
fn keep(event: &Event) {
    black_box(event);
}

fn case(c: &mut Criterion) {
    let rig = Rig::shipped().expect("the shipped rig is sound");
    let profile = Profile::shipped(&rig.board).expect("shipped").expect("the shipped profile is sound");
    let flashed = flash_virtual(rig.stand.wiring().expect("the shipped rig is virtual"), "STM32F103C8", &firmware())
        .expect("the virtual board can be flashed");
    let rigged = Rigged::flash(rig.clone(), profile.clone(), &firmware()).expect("the virtual board can be flashed");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let trivial = folder.path().join("trivial.toml");
    std::fs::write(&trivial, TRIVIAL).expect("a scenario");
    let trivial = cases(&profile, &trivial);
    let start = brownout::arrange::start_instant(&trivial[0], &profile);
    c.bench_function("trivial case, whole", |b| b.iter(|| rigged.run(&trivial[0], 1, &mut keep)));
    c.bench_function("trivial case, its simulation", |b| {
        b.iter(|| {
            let mut bench = powered(&rig, &flashed);
            advance(&mut bench, Instant(0) - start + Span::secs(1))
        });
    });

    let mut bench = powered(&rig, &flashed);
    advance(&mut bench, Span::secs(5));
    c.bench_function("clone of the whole board", |b| b.iter(|| black_box(bench.clone())));

    let week = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/schedule/whole-week.toml");
    let week = cases(&profile, &week);
    let mut slow = c.benchmark_group("slow");
    slow.sample_size(10);
    slow.bench_function("a virtual week with its schedule", |b| {
        b.iter(|| rigged.run(&week[0], 1, &mut keep));
    });
    slow.finish();
}

criterion_group!(benches, case);
criterion_main!(benches);
