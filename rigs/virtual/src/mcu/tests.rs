//! The chip as a whole: clocks, complaints, requests and triggers between peripherals, and accesses of every kind.

use super::adc::code;
use super::chip::{Chip, PAGES};
use super::flash::Image;
use super::map::{BLOCKS, describe};
use super::signals::Voltages;
use crate::core::bus::{Bus, Width};
use crate::wiring::tests_support::wiring as bare_wiring;
use crate::wiring::{Clocks, EepromWires, Link, Wiring};
use brownout_trace::{Celsius, Hertz, Instant, Span, Volts};
use proptest::prelude::*;
use std::sync::Arc;

fn wiring() -> Wiring {
    let pin = |text: &str| text.parse().unwrap();
    Wiring {
        clocks: Clocks { hse: Some(Hertz(8e6)), ..Clocks::default() },
        links: vec![Link { from: pin("PA2"), to: pin("PA3") }],
        eeproms: vec![EepromWires { scl: pin("PB6"), sda: pin("PB7"), address: 0x50 }],
        ..bare_wiring()
    }
}

/// A chip that runs, with every clock switched on if so wished.
fn chip(clocked: bool) -> Chip {
    let mut chip = Chip::new(Arc::new(wiring()), Image::erased(PAGES), 1, Instant(0));
    if clocked {
        for address in [0x4002_1014, 0x4002_1018, 0x4002_101c] {
            write(&mut chip, address, u32::MAX);
        }
        write(&mut chip, 0x4000_7000, 1 << 8);
    }
    chip
}

fn write(chip: &mut Chip, address: u32, value: u32) {
    chip.write(address, value, Width::Word).unwrap();
}

fn read(chip: &mut Chip, address: u32) -> u32 {
    chip.read(address, Width::Word).unwrap()
}

/// Lets everything happen that is due until `until`; how much that was.
fn run(chip: &mut Chip, until: Instant) -> usize {
    let mut events = 0;
    while let Some(due) = chip.next_event().filter(|due| *due <= until) {
        let cycles = chip.hclk().tick_at(due);
        if let Some(cause) = chip.settle(due).bitten {
            chip.reset(cause, due, cycles);
        }
        chip.retune(cycles);
        events += 1;
        assert!(events < 100_000, "it does not come to an end");
    }
    chip.set_cycles(chip.hclk().tick_at(until));
    events
}

#[test]
fn a_register_without_its_clock_reads_zero_and_keeps_nothing() {
    let mut chip = chip(false);
    write(&mut chip, 0x4000_002c, 5);
    assert_eq!(read(&mut chip, 0x4000_002c), 0);
    write(&mut chip, 0x4002_101c, 1);
    assert_eq!(read(&mut chip, 0x4000_002c), 0xffff, "TIM2_ARR after reset");
    assert!(chip.take_complaints().is_empty());
}

/// A crystal that nobody watches must not stop without a word, whichever way the system clock came from it.
#[test]
fn a_crystal_that_stops_under_the_system_clock_is_told_once() {
    let stopped = |configuration: u32, further: u32| {
        let mut chip = chip(true);
        write(&mut chip, 0x4002_1000, 0x0001_0083 | further);
        run(&mut chip, Instant(0) + Span::millis(3));
        write(&mut chip, 0x4002_1004, configuration);
        write(&mut chip, 0x4002_1000, 0x0101_0083 | further);
        run(&mut chip, Instant(0) + Span::millis(4));
        assert!(chip.take_complaints().is_empty());
        let noticed =
            (chip.fail_crystal(Instant(0) + Span::millis(4)), chip.fail_crystal(Instant(0) + Span::millis(5)));
        assert!(!noticed.1);
        let told = chip.take_complaints();
        assert!(told.iter().all(|complaint| complaint.why.starts_with("the crystal on OSC_IN stopped")));
        (noticed.0, told.len())
    };
    assert_eq!(stopped(1, 0), (false, 1), "the crystal itself");
    assert_eq!(stopped(2 | 1 << 16, 0), (false, 1), "twice the crystal, by the PLL");
    assert_eq!(stopped(1, 1 << 19), (true, 0), "the clock security system saw it");
    assert_eq!(stopped(0, 0), (false, 0), "the HSI");
    assert_eq!(stopped(2, 0), (false, 0), "the HSI, by the PLL");
}

#[test]
fn what_the_model_lacks_is_told_with_its_register() {
    let mut chip = chip(true);
    for (address, value) in [(0x4000_0008, 3), (0x4000_004c, 1), (0x4001_300c, 0), (0x4000_6400, 1), (0x4001_3814, 8)] {
        write(&mut chip, address, value);
    }
    read(&mut chip, 0x4001_2438);
    let told: Vec<(String, u32, &str)> = chip
        .take_complaints()
        .iter()
        .map(|complaint| (describe(complaint.address), complaint.bits, complaint.why))
        .collect();
    let told: Vec<(&str, u32, &str)> = told.iter().map(|(name, bits, why)| (name.as_str(), *bits, *why)).collect();
    assert_eq!(
        told,
        [
            ("TIM2_SMCR (0x40000008)", 0, "encoder mode is not modelled"),
            ("TIM2_DMAR (0x4000004c)", 0, ""),
            ("CAN+0x00 (0x40006400)", 0, ""),
            ("USART1_CR3 (0x40013814)", 8, ""),
            ("ADC1_JSQR (0x40012438)", 0, ""),
        ]
    );
}

#[test]
fn too_fast_a_clock_for_the_flash_is_told_once() {
    let mut chip = chip(true);
    write(&mut chip, 0x4002_1004, 14 << 18);
    write(&mut chip, 0x4002_1000, 1 << 24 | 0x81);
    run(&mut chip, Instant(0) + Span::millis(1));
    write(&mut chip, 0x4002_1004, 14 << 18 | 2);
    let whys: Vec<&str> = chip.take_complaints().iter().map(|complaint| complaint.why).collect();
    assert_eq!(whys, ["PCLK1 is above 36 MHz"]);
    write(&mut chip, 0x4002_1004, 14 << 18 | 4 << 8 | 2);
    let whys: Vec<&str> = chip.take_complaints().iter().map(|complaint| complaint.why).collect();
    assert_eq!(whys, ["HCLK is above 48 MHz with fewer than two wait states in FLASH_ACR"]);
    write(&mut chip, 0x4002_2000, 2);
    assert!(chip.take_complaints().is_empty());
}

#[test]
fn dma_feeds_a_usart_as_fast_as_it_sends() {
    let mut chip = chip(true);
    for (n, byte) in b"brownout".iter().enumerate() {
        chip.write(0x2000_0000 + n as u32, u32::from(*byte), Width::Byte).unwrap();
    }
    // USART2 loops back by its wire; DMA channel 7 sends, channel 6 receives.
    write(&mut chip, 0x4001_0800, 0x4444_4b44);
    for (address, value) in [(0x4000_4408, 69), (0x4000_440c, 0x200c), (0x4000_4414, 0xc0)] {
        write(&mut chip, address, value);
    }
    for (base, memory, ccr) in [(0x4002_0080, 0x2000_0000, 0x91), (0x4002_006c, 0x2000_0100, 0x81)] {
        for (offset, value) in [(4, 8), (8, 0x4000_4404), (12, memory), (0, ccr)] {
            write(&mut chip, base + offset, value);
        }
    }
    run(&mut chip, Instant(0) + Span::micros(8 * 87));
    assert_eq!(chip.ram(0x2000_0100, 8), Some(&b"brownout"[..]));
    assert_eq!(read(&mut chip, 0x4002_0000) >> 20 & 0x22, 0x22, "both complete");
    assert!(chip.take_complaints().is_empty());
}

#[test]
fn the_temperature_sensor_feels_the_board() {
    for (celsius, volts) in [(25.0, 1.43), (-20.0, 1.6235), (65.0, 1.258)] {
        let wiring = Wiring { temperature: Celsius(celsius), ..wiring() };
        let mut chip = Chip::new(Arc::new(wiring), Image::erased(PAGES), 1, Instant(0));
        chip.set_voltages(Voltages { vdd: Volts(3.3), bulk: Volts(12.0), terminals: Volts(12.0), vbat: Volts(3.0) });
        write(&mut chip, 0x4002_1018, 1 << 9);
        write(&mut chip, 0x4001_2434, 16);
        for _ in 0..2 {
            write(&mut chip, 0x4001_2408, 1 << 23 | 1);
        }
        run(&mut chip, Instant(0) + Span::micros(50));
        assert_eq!(read(&mut chip, 0x4001_244c), code(Volts(volts), Volts(3.3)), "at {celsius} °C");
    }
}

#[test]
fn a_peripheral_reset_reaches_its_peripheral_and_no_other() {
    let mut chip = chip(true);
    write(&mut chip, 0x4000_002c, 5);
    write(&mut chip, 0x4000_042c, 6);
    write(&mut chip, 0x4002_1010, 1);
    assert_eq!((read(&mut chip, 0x4000_002c), read(&mut chip, 0x4000_042c)), (0xffff, 6));
}

#[test]
fn a_halted_core_freezes_what_dbgmcu_names() {
    let mut chip = chip(true);
    write(&mut chip, 0xe004_2004, 1 << 11);
    for base in [0x4000_0000, 0x4000_0400] {
        write(&mut chip, base, 1);
    }
    chip.set_halted(true, Instant(12_500), 100);
    chip.set_cycles(300);
    assert_eq!((read(&mut chip, 0x4000_0024), read(&mut chip, 0x4000_0424)), (100, 300));
    chip.set_halted(false, Instant(37_500), 300);
    chip.set_cycles(310);
    assert_eq!(read(&mut chip, 0x4000_0024), 110);
}

#[test]
fn a_read_protected_chip_hides_nothing_from_its_own_core() {
    let mut chip = chip(true);
    for key in [0x4567_0123, 0xcdef_89ab] {
        write(&mut chip, 0x4002_2004, key);
        write(&mut chip, 0x4002_2008, key);
    }
    write(&mut chip, 0x4002_2010, 0x220);
    write(&mut chip, 0x4002_2010, 0x260);
    run(&mut chip, Instant(0) + Span::millis(50));
    assert!(!chip.flash.options().is_read_protected(), "not before a reset");
    chip.reset(brownout_trace::ResetCause::Software, Instant(0) + Span::millis(51), 400_000);
    assert!(chip.flash.options().is_read_protected());
    assert_eq!(read(&mut chip, 0x0800_0000), u32::MAX);
}

/// What random firmware does next.
#[derive(Debug, Clone)]
enum Access {
    Write(usize, usize, u32),
    Read(usize, usize),
    Wait(i64),
}

fn accesses() -> impl Strategy<Value = Vec<Access>> {
    let place = 0..BLOCKS.len();
    // Small values and single bits are what reaches modes; any value what reaches corners.
    let value =
        prop_oneof![any::<u32>(), 0u32..16, (0u32..32).prop_map(|bit| 1 << bit), any::<u16>().prop_map(u32::from)];
    let access = prop_oneof![
        4 => (place.clone(), 0usize..40, value).prop_map(|(block, register, value)| Access::Write(block, register, value)),
        1 => (place, 0usize..40).prop_map(|(block, register)| Access::Read(block, register)),
        1 => (1i64..100_000).prop_map(Access::Wait),
    ];
    proptest::collection::vec(access, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is written where, the chip neither panics nor stands still, and a copy does the same.
    #[test]
    fn no_access_panics_and_every_wait_ends(accesses in accesses()) {
        let mut chip = chip(true);
        let mut now = Instant(0);
        let address = |block: usize, register: usize| {
            let block = &BLOCKS[block];
            let offset = block.registers.get(register).map_or(register as u32 * 4, |register| register.offset);
            block.base + offset
        };
        for access in accesses {
            match access {
                Access::Write(block, register, value) => {
                    let _ = chip.write(address(block, register), value, Width::Word);
                }
                Access::Read(block, register) => {
                    let _ = chip.read(address(block, register), Width::Word);
                }
                Access::Wait(nanos) => {
                    now += Span(nanos);
                    let mut copy = chip.clone();
                    let events = run(&mut chip, now);
                    prop_assert_eq!(run(&mut copy, now), events);
                    prop_assert_eq!(chip.irqs(), copy.irqs());
                }
            }
            chip.retune(chip.hclk().tick_at(now));
        }
    }
}
