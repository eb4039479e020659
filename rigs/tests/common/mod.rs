//! What the tests of the virtual bench share: a flashed board on its bench, run and listened to.
#![allow(dead_code, reason = "each test file uses its own part")]

use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::{self, Flashed};
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Instant, Span, Volts};
use std::path::Path;

/// The chip of the reference board, as probe-rs names it.
pub const CHIP: &str = "STM32F103C8";

/// The reference firmware.
pub fn weekly() -> Firmware {
    let (name, bytes) = SHIPPED_FIRMWARE;
    Firmware::from_bytes(name, bytes.to_vec()).unwrap()
}

/// One of the firmwares that are wrong on purpose.
pub fn broken(name: &str) -> Firmware {
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("virtual/firmware/elf/broken-{name}.elf"));
    Firmware::load(&elf).unwrap()
}

/// The shipped rig with a firmware written and verified by probe-rs.
pub fn flashed(firmware: &Firmware) -> (Rig, Flashed) {
    let rig = Rig::shipped().unwrap();
    let flashed = flashing::flash_virtual(rig.stand.wiring().unwrap(), CHIP, firmware).unwrap();
    (rig, flashed)
}

/// A bench at instant 0, its board just powered with 12 V.
pub fn powered(firmware: &Firmware, seed: u64) -> VirtualBench {
    let (rig, flashed) = flashed(firmware);
    let mut bench = VirtualBench::new(&rig, &flashed, seed, Instant(0)).unwrap();
    bench.play(&[(Instant(0), Level::Volts(Volts(12.0)))]).unwrap();
    bench
}

/// Lets time pass; gives what happened.
pub fn run(bench: &mut VirtualBench, span: Span) -> Vec<Event> {
    let (until, mut events) = (bench.now() + span, Vec::new());
    while bench.now() < until {
        bench.advance(until, &mut events).unwrap();
    }
    events
}

/// Sends a line and gives what the board said within 200 ms.
pub fn ask(bench: &mut VirtualBench, line: &str) -> Vec<String> {
    bench.send(line).unwrap();
    received(&run(bench, Span::millis(200)))
}

/// The lines that came from the board, empty ones left out.
pub fn received(events: &[Event]) -> Vec<String> {
    let lines = events.iter().filter_map(|event| match &event.what {
        What::Received { line } if !line.is_empty() => Some(line.clone()),
        _ => None,
    });
    lines.collect()
}
