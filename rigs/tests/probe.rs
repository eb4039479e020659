//! probe-rs for real: attach, flash by the chip's own algorithm, verify, memory by symbol, and what goes wrong.

mod common;

use brownout_rigs::flashing::{self, Doing};
use brownout_rigs::rig::Rig;
use brownout_trace::event::What;
use brownout_trace::{Instant, Span};
use brownout_virtual::board::Board;
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::probe::{SharedBoard, VirtualProbe};
use common::{CHIP, ask, flashed, powered, received, run, weekly};
use probe_rs::config::{Registry, Target};
use probe_rs::probe::Probe;
use probe_rs::{MemoryInterface, Permissions};
use std::sync::Arc;

fn blank() -> SharedBoard {
    flashing::powered_board(Rig::shipped().unwrap().stand.wiring().unwrap(), Image::erased(64), Arc::default()).unwrap()
}

#[test]
fn the_flashed_firmware_boots_answers_and_switches() {
    let mut bench = powered(&weekly(), 1);
    let boot = run(&mut bench, Span::secs(4));
    assert_eq!(received(&boot), ["# boot brownout-weekly 1.0.0 reset=por programs=0 clock=lost"]);
    for (command, answer) in [
        ("CLOCK 2024-01-01 07:59:55", "OK"),
        ("CLOCK", "OK 2024-01-01 07:59:55 Mon valid"),
        ("PROG ADD 12345 08:00:00 18:00:00", "OK 0"),
    ] {
        assert_eq!(ask(&mut bench, command), [answer], "{command}");
    }
    let later = run(&mut bench, Span::secs(6));
    let contacts: Vec<(u32, bool)> = later
        .iter()
        .filter_map(|event| match event.what {
            What::Contact { closed, sequence, .. } => Some((sequence, closed)),
            _ => None,
        })
        .collect();
    assert_eq!(contacts.first(), Some(&(1, true)));
    assert_eq!(contacts.last().map(|last| last.1), Some(true), "closed once the bounce is over");
    assert!(contacts.iter().zip(1..).all(|((sequence, _), n)| *sequence == n), "no gap");
}

/// The shipped target with its flash algorithm changed in memory.
fn target_with(change: impl FnOnce(&mut Vec<u8>)) -> Target {
    let mut target = Registry::from_builtin_families().get_target_by_name(CHIP).unwrap();
    for algorithm in &mut target.flash_algorithms {
        if algorithm.default || algorithm.name.contains("128") {
            change(&mut algorithm.instructions);
            return target;
        }
    }
    panic!("no algorithm for the main flash");
}

#[test]
fn one_broken_opcode_of_the_algorithm_fails_the_flashing() {
    // STRH Rt, [Rn]: the store that programs a half-word; a NOP in its place programs nothing.
    let target = target_with(|code| {
        let store = (0..code.len()).step_by(2).find(|at| code[at + 1] & 0xf8 == 0x80).expect("a half-word store");
        code[store..store + 2].copy_from_slice(&[0x00, 0xbf]);
    });
    let error = flashing::flash(Probe::new(VirtualProbe::for_flashing(blank())), target, &weekly()).unwrap_err();
    assert_eq!(error.doing, Doing::Verifying, "{error}");
    let sound = target_with(|_| {});
    flashing::flash(Probe::new(VirtualProbe::for_flashing(blank())), sound, &weekly()).unwrap();
}

#[test]
fn a_board_without_supply_fails_at_once_and_says_so() {
    let rig = Rig::shipped().unwrap();
    let board =
        Board::new(rig.stand.wiring().unwrap().clone(), Arc::default(), Image::erased(64), 0, Instant(0)).unwrap();
    let probe = Probe::new(VirtualProbe::for_flashing(SharedBoard::new(board)));
    let error = flashing::flash(probe, CHIP, &weekly()).unwrap_err();
    assert_eq!(error.doing, Doing::Attaching);
    assert!(error.causes.len() > 1, "the whole chain of causes: {error}");
}

#[test]
fn a_variable_reads_the_same_through_the_probe_and_takes_no_time() {
    let (rig, flashed) = flashed(&weekly());
    let shared = flashing::powered_board(rig.stand.wiring().unwrap(), flashed.image, flashed.symbols.clone()).unwrap();
    let before = shared.lock().now();
    let mut session = Probe::new(VirtualProbe::new(shared.clone())).attach(CHIP, Permissions::new()).expect("attach");
    let symbol = flashed.symbols.variable("g_mode").unwrap();
    let mut mode = vec![0; symbol.size as usize];
    session.core(0).unwrap().read(u64::from(symbol.address), &mut mode).unwrap();
    assert_eq!(Some(mode.as_slice()), shared.lock().variable("g_mode"));
    assert_eq!(shared.lock().now(), before, "looking moves no time");
}
