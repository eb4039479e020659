//! Statements of RM0008, section 15, about a timer, each checked.

use super::*;
use crate::mcu::peripheral::Peripheral;

const CR1: u32 = 0x00;
const CR2: u32 = 0x04;
const SMCR: u32 = 0x08;
const DIER: u32 = 0x0c;
const SR: u32 = 0x10;
const EGR: u32 = 0x14;
const CCMR1: u32 = 0x18;
const CCER: u32 = 0x20;
const CNT: u32 = 0x24;
const PSC: u32 = 0x28;
const ARR: u32 = 0x2c;
const CCR1: u32 = 0x34;

fn with(registers: &[(u32, u32)]) -> (Timer, Moment) {
    let (mut timer, now) = (Timer::new(false), Moment::zero());
    for (offset, value) in registers {
        timer.write(*offset, *value, &now).unwrap();
    }
    (timer, now)
}

/// Lets the timer's own events happen up to a cycle; the cycles at which it had any.
fn run(timer: &mut Timer, until: u64) -> Vec<u64> {
    let mut events = Vec::new();
    while let Some(cycle) = timer.next_cycle().filter(|cycle| *cycle <= until) {
        timer.settle(&Moment::zero().cycle(cycle));
        events.push(cycle);
        timer.write(SR, 0, &Moment::zero().cycle(cycle)).unwrap();
    }
    events
}

#[test]
fn a_period_is_prescaler_and_reload_each_plus_one() {
    let (mut timer, now) = with(&[(PSC, 9), (ARR, 99), (EGR, 1), (SR, 0), (DIER, UIF), (CR1, CEN)]);
    assert_eq!(run(&mut timer, 3_000), [1_000, 2_000, 3_000]);
    assert_eq!(timer.read(CNT, &now.cycle(3_057)), 5);
    assert_eq!(timer.read(SR, &now.cycle(4_000)) & UIF, UIF);
    assert_eq!(timer.lines(), LINE_UPDATE);
}

#[test]
fn the_prescaler_keeps_its_phase_over_register_writes() {
    let (mut timer, now) = with(&[(PSC, 9), (ARR, 99), (EGR, 1), (CR1, CEN)]);
    for (offset, value) in [(CNT, 50), (PSC, 4), (ARR, 200), (DIER, UIF), (CCR1, 3)] {
        timer.write(offset, value, &now.cycle(7)).unwrap();
    }
    assert_eq!(timer.read(CNT, &now.cycle(9)), 50);
    assert_eq!(timer.read(CNT, &now.cycle(10)), 51, "the tenth cycle, not the seventeenth");
    assert_eq!(timer.read(CNT, &now.cycle(20)), 52, "the new prescaler waits for the update");
}

#[test]
fn without_anybody_waiting_nothing_is_an_event_and_all_is_still_right() {
    let (mut timer, now) = with(&[(PSC, 7_199), (ARR, 9_999), (EGR, 1), (SR, 0), (CCR1, 5), (CR1, CEN)]);
    assert_eq!(timer.next_cycle(), None);
    // A week and 1234 steps of 0.9 ms at 8 MHz.
    let periods = 67_200;
    let cycle = periods * 7_200 * 10_000 + 1_234 * 7_200 + 3;
    assert_eq!(timer.read(CNT, &now.cycle(cycle)), 1_234);
    assert_eq!(timer.read(SR, &now.cycle(cycle)) & 3, 3);
}

#[test]
fn preloaded_values_wait_for_the_update_and_others_do_not() {
    let (mut timer, now) = with(&[(ARR, 99), (EGR, 1), (SR, 0), (DIER, UIF), (CR1, CEN | ARPE)]);
    timer.write(ARR, 49, &now.cycle(10)).unwrap();
    assert_eq!(run(&mut timer, 200), [100, 150, 200]);
    let (mut timer, now) = with(&[(ARR, 99), (EGR, 1), (SR, 0), (DIER, UIF), (CR1, CEN)]);
    timer.write(ARR, 49, &now.cycle(10)).unwrap();
    assert_eq!(run(&mut timer, 100), [50, 100]);
}

#[test]
fn a_counter_beyond_its_period_runs_through_its_sixteen_bits() {
    let (mut timer, now) = with(&[(ARR, 99), (CNT, 200), (CR1, CEN), (DIER, UIF)]);
    assert_eq!(timer.read(CNT, &now.cycle(100)), 300);
    assert_eq!(timer.read(SR, &now.cycle(65_336)) & UIF, 0, "wrapped without an update");
    assert_eq!(timer.read(CNT, &now.cycle(65_336)), 0);
    assert_eq!(timer.read(SR, &now.cycle(65_436)) & UIF, UIF);
}

#[test]
fn down_and_centre_aligned() {
    let (mut timer, now) = with(&[(ARR, 9), (CR1, DIR), (EGR, 1), (SR, 0), (CR1, DIR | CEN), (DIER, UIF)]);
    assert_eq!(timer.read(CNT, &now), 9);
    assert_eq!(timer.read(CNT, &now.cycle(9)), 0);
    assert_eq!(run(&mut timer, 20), [10, 20]);
    let (mut timer, now) = with(&[(ARR, 9), (EGR, 1), (SR, 0), (CR1, CEN | 3 << 5), (DIER, UIF)]);
    let counts: Vec<u32> = (0..20).map(|cycle| timer.read(CNT, &now.cycle(cycle))).collect();
    assert_eq!(counts, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1]);
    let (mut timer, _) = with(&[(ARR, 9), (EGR, 1), (SR, 0), (CR1, CEN | 3 << 5), (DIER, UIF)]);
    assert_eq!(run(&mut timer, 27), [9, 18, 27]);
}

#[test]
fn a_preloaded_period_of_zero_blocks_a_centre_aligned_counter() {
    let (mut timer, now) = with(&[(CR1, CEN | ARPE | 3 << 5), (ARR, 10), (EGR, 1), (ARR, 0)]);
    assert_eq!(timer.read(CNT, &now.cycle(9)), 9);
    assert_eq!(timer.read(CNT, &now.cycle(100)), 0, "in force since the overflow at 10");
    assert_eq!(timer.read(CNT, &now.cycle(1_000)), 0);
}

#[test]
fn pwm_is_high_below_the_compare_value_and_its_edges_are_events_only_if_watched() {
    // PWM mode 1 on channel 1 with preload, and mode 2 on channel 2.
    let (mut timer, now) =
        with(&[(ARR, 99), (CCR1, 30), (CCR1 + 4, 30), (CCMR1, 0x7868), (CCER, 0x11), (EGR, 1), (SR, 0), (CR1, CEN)]);
    assert_eq!(timer.next_cycle(), None);
    let mut at = |cycle| {
        timer.advance(&now.cycle(cycle));
        (timer.output(0), timer.output(1))
    };
    assert_eq!(at(0), (Some(true), Some(false)));
    assert_eq!(at(29), (Some(true), Some(false)));
    assert_eq!(at(30), (Some(false), Some(true)));
    assert_eq!(at(100), (Some(true), Some(false)));
    timer.set_listeners(0, 1);
    assert_eq!(run(&mut timer, 300), [130, 200, 230, 300]);
}

#[test]
fn tim1_drives_nothing_without_moe() {
    let mut timer = Timer::new(true);
    let now = Moment::zero();
    for (offset, value) in [(CCMR1, 0x50), (CCER, 1)] {
        timer.write(offset, value, &now).unwrap();
    }
    assert_eq!(timer.output(0), None);
    timer.write(0x44, MOE, &now).unwrap();
    assert_eq!(timer.output(0), Some(true));
}

#[test]
fn toggling_gives_half_the_frequency_even_unobserved() {
    let (mut timer, now) = with(&[(ARR, 9), (CCR1, 4), (CCMR1, 0x30), (CCER, 1), (EGR, 1), (CR1, CEN)]);
    for (cycle, high) in [(3, false), (4, true), (13, true), (14, false), (1_000_003, false), (1_000_004, true)] {
        timer.advance(&now.cycle(cycle));
        assert_eq!(timer.output(0), Some(high), "{cycle}");
    }
}

#[test]
fn compare_interrupts_come_at_their_count() {
    let (mut timer, _) = with(&[(ARR, 99), (CCR1, 40), (EGR, 1), (SR, 0), (DIER, 2), (CR1, CEN)]);
    assert_eq!(run(&mut timer, 250), [40, 100, 140, 200, 240], "and a look again after each overflow");
    assert_eq!(timer.lines(), 0);
}

#[test]
fn one_pulse_stops_at_its_update() {
    let (mut timer, now) = with(&[(ARR, 99), (EGR, 1), (SR, 0), (CR1, CEN | OPM)]);
    assert_eq!(timer.read(CR1, &now.cycle(99)) & CEN, CEN);
    assert_eq!(timer.read(CR1, &now.cycle(100)) & CEN, 0);
    assert_eq!((timer.read(CNT, &now.cycle(500)), timer.read(SR, &now.cycle(500)) & UIF), (0, UIF));
}

#[test]
fn an_update_by_software_is_silent_with_urs_and_nothing_with_udis() {
    let (mut timer, now) = with(&[(PSC, 3), (CR1, URS), (EGR, 1)]);
    assert_eq!(timer.read(SR, &now), 0);
    let (mut timer, _) = with(&[(EGR, 1)]);
    assert_eq!(timer.read(SR, &now), UIF);
    let (mut timer, _) = with(&[(ARR, 9), (CR1, UDIS | CEN)]);
    assert_eq!(timer.read(SR, &now.cycle(25)) & UIF, 0);
    assert_eq!(timer.read(CNT, &now.cycle(25)), 5);
}

#[test]
fn an_input_is_captured_with_prescaler_overrun_and_clearing_by_reading() {
    let (mut timer, now) = with(&[(CCMR1, 0x01), (CCER, 1), (DIER, 2), (CR1, CEN)]);
    timer.set_input(0, true, &now.cycle(123));
    assert_eq!((timer.lines(), timer.read(CCR1, &now.cycle(130))), (LINE_COMPARE, 123));
    assert_eq!(timer.lines(), 0);
    timer.set_input(0, false, &now.cycle(140));
    assert_eq!(timer.read(SR, &now.cycle(140)) & 2, 0, "falling edges are not asked for");
    timer.set_input(0, true, &now.cycle(150));
    timer.set_input(0, false, &now.cycle(160));
    timer.set_input(0, true, &now.cycle(170));
    assert_eq!(timer.read(SR, &now.cycle(170)) & 0x202, 0x202, "CC1IF and CC1OF");
}

#[test]
fn pwm_input_measures_period_and_pulse() {
    // TI1 to channel 1 rising and to channel 2 falling; reset by TI1FP1.
    let (mut timer, now) = with(&[(CCMR1, 0x0201), (CCER, 0x31), (SMCR, 0x54), (CR1, CEN)]);
    for (cycle, high) in [(1_000, true), (1_030, false), (1_100, true)] {
        timer.set_input(0, high, &now.cycle(cycle));
    }
    assert_eq!((timer.read(CCR1, &now.cycle(1_100)), timer.read(CCR1 + 4, &now.cycle(1_100))), (100, 30));
}

#[test]
fn a_slave_counts_its_masters_updates() {
    let (mut master, now) = with(&[(ARR, 99), (CR2, 0x20), (EGR, 1), (CR1, CEN)]);
    master.take_triggers();
    master.set_listeners(TRGO, 0);
    let (mut slave, _) = with(&[(SMCR, 0x07), (ARR, 4), (EGR, 1), (SR, 0), (CR1, CEN)]);
    assert_eq!(slave.internal_trigger(), Some(0));
    for _ in 0..7 {
        let cycle = master.next_cycle().unwrap();
        master.settle(&now.cycle(cycle));
        assert_eq!(master.take_triggers() & TRGO, TRGO);
        slave.trigger();
    }
    assert_eq!((slave.read(CNT, &now.cycle(10_000)), slave.read(SR, &now) & UIF), (2, UIF));
}

#[test]
fn the_clock_of_its_bus_changes_under_a_running_timer() {
    let (mut timer, now) = with(&[(ARR, 999), (EGR, 1), (CR1, CEN)]);
    timer.reclock(4, &now.cycle(100));
    let slow = Moment { divider: 4, ..now.cycle(140) };
    assert_eq!(timer.read(CNT, &slow), 110);
}

#[test]
fn dma_requests_stay_until_served() {
    let (mut timer, _) = with(&[(ARR, 9), (EGR, 1), (SR, 0), (DIER, UDE | 1 << 9), (CCR1, 5), (CR1, CEN)]);
    let cycle = timer.next_cycle().unwrap();
    timer.settle(&Moment::zero().cycle(cycle));
    assert_eq!((cycle, timer.requests()), (5, 2));
    timer.acknowledge(1, 0);
    timer.settle(&Moment::zero().cycle(10));
    assert_eq!(timer.requests(), 1);
}

#[test]
fn what_is_not_modelled_is_refused() {
    let (mut timer, now) = with(&[]);
    assert!(timer.write(SMCR, 3, &now).is_err());
    assert!(timer.write(CCMR1, 0x80, &now).is_err());
    assert!(timer.write(CCMR1, 0x03, &now).is_err());
}

#[test]
fn frozen_by_a_debugger_it_stands_still() {
    let (mut timer, now) = with(&[(CR1, CEN)]);
    timer.freeze(true, &now.cycle(50));
    assert_eq!(timer.read(CNT, &now.cycle(90)), 50);
    timer.freeze(false, &now.cycle(100));
    assert_eq!(timer.read(CNT, &now.cycle(110)), 60);
}
