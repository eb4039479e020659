//! A real firmware, really flashed: the reference firmware through probe-rs onto the virtual board, then its console.

use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::flashing::{self, Flashed};
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Instant, Span, Volts};

fn flashed() -> (Rig, Flashed) {
    let rig = Rig::shipped().unwrap();
    let (name, bytes) = SHIPPED_FIRMWARE;
    let firmware = Firmware::from_bytes(name, bytes.to_vec()).unwrap();
    let flashed = flashing::flash_virtual(&rig.wiring, "STM32F103C8", &firmware).unwrap();
    (rig, flashed)
}

fn run(bench: &mut VirtualBench, until: Instant) -> Vec<Event> {
    let mut events = Vec::new();
    while bench.now() < until {
        bench.advance(until, &mut events).unwrap();
    }
    events
}

#[test]
fn the_reference_firmware_boots_and_answers() {
    let (rig, flashed) = flashed();
    let mut bench = VirtualBench::new(&rig, &flashed, 1, Instant(0)).unwrap();
    bench.play(&[(Instant(0), Level::Volts(Volts(12.0)))]).unwrap();
    let mut trace = run(&mut bench, Instant(0) + Span::secs(4));
    for line in ["VERSION", "CLOCK 2024-01-01 07:59:55", "CLOCK", "PROG ADD 12345 08:00:00 18:00:00", "PROG LIST", "STATUS"] {
        bench.send(line).unwrap();
        let until = bench.now() + Span::millis(200);
        trace.extend(run(&mut bench, until));
    }
    let until = bench.now() + Span::secs(6);
    trace.extend(run(&mut bench, until));
    for event in &trace {
        println!("{} {:?}", event.at, event.what);
    }
    let received: Vec<&str> = trace
        .iter()
        .filter_map(|event| match &event.what {
            What::Received { line } => Some(line.as_str()),
            _ => None,
        })
        .collect();
    assert!(received.iter().any(|line| line.starts_with("# boot brownout-weekly")), "{received:?}");
    assert!(trace.iter().any(|event| matches!(event.what, What::Contact { closed: true, .. })));
}
