//! Halting debug, as probe-rs uses it.

use super::*;

const DHCSR: u32 = 0xE000_EDF0;
const DCRSR: u32 = 0xE000_EDF4;
const DCRDR: u32 = 0xE000_EDF8;
const DEMCR: u32 = 0xE000_EDFC;
const DFSR: u32 = 0xE000_ED30;
const KEY: u32 = 0xA05F_0000;
const ENABLE: u32 = KEY | 1;
const HALT: u32 = KEY | 3;
const STEP: u32 = KEY | 5;
const S_HALT: u32 = 1 << 17;
const S_LOCKUP: u32 = 1 << 19;
const S_RESET_ST: u32 = 1 << 25;

impl Machine {
    fn core_register(&mut self, number: u32) -> u32 {
        self.set_system(DCRSR, number);
        assert_ne!(self.system(DHCSR) & 1 << 16, 0);
        self.system(DCRDR)
    }

    fn set_core_register(&mut self, number: u32, value: u32) {
        self.set_system(DCRDR, value);
        self.set_system(DCRSR, number | 1 << 16);
    }
}

/// adds r0, #1; b .-2
fn counting() -> Machine {
    let mut machine = Machine::new(&[0x3001, 0xE7FD]);
    machine.system(DHCSR);
    machine
}

#[test]
fn halt_and_go() {
    let mut machine = counting();
    machine.finish();
    machine.set_system(DHCSR, HALT);
    assert!(machine.core.is_halted());
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.system(DHCSR) & 0xF_0003, 1 << 16 | S_HALT | 3);
    assert_eq!(machine.system(DFSR), 1);
    let count = machine.r(0);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Limit);
    assert!(machine.r(0) > count);
}

#[test]
fn the_key_is_needed() {
    let mut machine = counting();
    machine.set_system(DHCSR, 3);
    assert!(!machine.core.is_halted());
}

#[test]
fn a_step_is_complete_at_once() {
    let mut machine = counting();
    machine.set_system(DHCSR, HALT);
    machine.set_system(DHCSR, STEP);
    assert_eq!((machine.r(0), machine.core.pc()), (1, START + 2));
    assert_eq!(machine.system(DHCSR) & S_HALT, S_HALT);
    machine.set_system(DHCSR, STEP);
    assert_eq!((machine.r(0), machine.core.pc()), (1, START));
}

#[test]
fn a_step_takes_a_pending_interrupt_unless_masked() {
    for (control, handling) in [(STEP, 16), (STEP | 8, 0)] {
        let mut machine = counting();
        machine.interrupt(0, 0);
        machine.set_system(DHCSR, HALT | control & 8);
        machine.core.set_irq_line(0, true);
        machine.set_system(DHCSR, control);
        assert_eq!(machine.handling(), handling);
        assert!(machine.core.is_halted());
    }
}

#[test]
fn a_step_out_of_a_handler_ends_in_the_program() {
    let mut machine = Machine::new(&[0xDF00, END]);
    machine.set_system(DHCSR, HALT);
    let stops: Vec<u32> = (0..4)
        .map(|_| {
            machine.set_system(DHCSR, STEP);
            machine.core.pc()
        })
        .collect();
    assert_eq!(stops, [START + 2, HANDLER + 0x20 * 11, START + 2, START + 2]);
}

#[test]
fn registers_are_read_and_written() {
    let mut machine = counting();
    machine.set_system(DHCSR, HALT);
    for (number, value) in [(0, 5), (13, 0x2000_1000), (14, 0x77), (15, 0x300), (18, 0x2000_2000), (20, 0x0100_4001)] {
        machine.set_core_register(number, value);
        assert_eq!(machine.core_register(number), value, "register {number}");
    }
    assert_eq!(machine.core_register(17), 0x2000_1000);
    machine.set_core_register(16, 0xF100_0000);
    assert_eq!(machine.core_register(16), 0xF100_0000);
}

#[test]
fn breakpoints_halt_before_their_instruction_and_are_stepped_over() {
    let mut machine = counting();
    machine.set_system(DHCSR, ENABLE);
    machine.set_system(0xE000_2000, 3);
    machine.set_system(0xE000_2008, 0x8000_0001 | START);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!((machine.core.pc(), machine.r(0)), (START + 2, 1));
    assert_eq!(machine.system(DFSR), 2);
    machine.set_system(DHCSR, STEP);
    assert_eq!(machine.core.pc(), START);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.r(0), 2);
    machine.set_system(0xE000_2008, 0);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Limit);
}

#[test]
fn bkpt_halts_with_a_debugger_and_faults_without() {
    let mut machine = Machine::new(&[0xBE00, END]);
    machine.handler(3, &[END]);
    let mut alone = Machine::with(machine.core.clone(), machine.bus.clone());
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.core.pc(), START);
    alone.finish();
    assert_eq!((alone.handling(), alone.system(HFSR)), (3, 1 << 31));
}

#[test]
fn a_reset_is_caught_now_or_when_debug_is_enabled() {
    let mut machine = counting();
    machine.set_system(DHCSR, ENABLE);
    machine.set_system(DEMCR, 1);
    machine.core.reset(&mut machine.bus);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.core.pc(), START);
    let status = machine.system(DHCSR);
    assert_eq!(status & (S_HALT | S_RESET_ST), S_HALT | S_RESET_ST);
    assert_eq!(machine.system(DHCSR) & S_RESET_ST, 0, "read once");

    let mut machine = counting();
    machine.set_system(DEMCR, 1);
    machine.core.reset(&mut machine.bus);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.core.pc(), START);
    assert_eq!(machine.system(DFSR), 8);
}

#[test]
fn a_debugger_can_halt_and_use_a_locked_up_core() {
    let mut machine = Machine::with(Core::new(), FlatBus::new(&[]));
    machine.core.reset(&mut machine.bus);
    machine.set_system(DHCSR, ENABLE);
    machine.finish();
    assert_eq!(machine.system(DHCSR) & (S_LOCKUP | S_HALT), S_LOCKUP);
    machine.set_system(DHCSR, HALT);
    assert_eq!(machine.system(DHCSR) & (S_LOCKUP | S_HALT), S_HALT);
    // movs r0, #7; bkpt, in RAM.
    machine.core.debug_write(&mut machine.bus, 0x2000_0000, 0xBE00_2007, Width::Word).unwrap();
    machine.set_core_register(15, 0x2000_0000);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.r(0), 7);
}

#[test]
fn vector_catch_halts_at_the_handler() {
    let mut machine = Machine::new(&[0xDE00, END]);
    machine.set_system(DHCSR, ENABLE);
    machine.set_system(DEMCR, 1 << 10);
    assert_eq!(machine.finish(), Exit::Halted);
    assert_eq!(machine.core.pc(), HANDLER + 0x20 * 3);
}

#[test]
fn systick_stands_while_halted() {
    let mut machine = counting();
    machine.set_system(0xE000_E014, 999);
    machine.set_system(0xE000_E010, 7);
    machine.core.run(&mut machine.bus, 400);
    machine.set_system(DHCSR, HALT);
    let now = machine.core.cycles();
    machine.core.idle_until(now + 100_000);
    assert_eq!(machine.system(ICSR), 0);
    machine.set_system(DHCSR, ENABLE);
    assert_eq!(machine.core.next_wake(), Some(100_000 + 1000));
}

#[test]
fn a_step_that_attracts_attention_tells_the_next_run() {
    let mut machine = Machine::new(&[0x6001, END]); // str r1, [r0]
    machine.core.set_register(0, 0x4000_0000);
    machine.set_system(DHCSR, HALT);
    machine.set_system(DHCSR, STEP);
    assert_eq!(machine.finish(), Exit::Attention);
    assert_eq!(machine.finish(), Exit::Halted);
}

#[test]
fn a_reset_can_be_requested_while_halted() {
    let mut machine = counting();
    machine.set_system(DHCSR, HALT);
    machine.set_system(0xE000_ED0C, 0x05FA_0004);
    assert!(machine.core.take_reset_request());
    assert!(!machine.core.take_reset_request());
}

#[test]
fn identification() {
    let mut machine = counting();
    for (addr, value) in [(0xE000_ED00, 0x411F_C231), (0xE000_2000, 0x260), (0xE000_EF40, 0), (0xE000_ED90, 0)] {
        assert_eq!(machine.system(addr), value, "{addr:#x}");
    }
}

#[test]
fn watchpoints_halt_behind_the_access() {
    // str r1, [r0]; ldr r2, [r0]; strb r1, [r0, #6]; movs r3, #1; b .
    let program = [0x6001, 0x6802, 0x7181, 0x2301, END];
    // DWT_FUNCTION, the address, the bits that do not count, and where the core halts.
    let cases = [
        (6, 0x2000_0000, 0, Some(2)),
        (5, 0x2000_0000, 0, Some(4)),
        (7, 0x2000_0003, 0, Some(2)),
        (6, 0x2000_0006, 0, Some(6)),
        (6, 0x2000_0004, 2, Some(6)),
        (5, 0x2000_0006, 0, None),
        (6, 0x2000_0010, 3, None),
        (4, START + 6, 0, Some(6)),
    ];
    for (function, address, ignored, halts) in cases {
        let mut machine = Machine::new(&program);
        machine.core.set_register(0, 0x2000_0000);
        machine.set_system(0xE000_EDF0, 0xA05F_0001);
        machine.set_system(0xE000_EDFC, 1 << 24);
        machine.set_system(0xE000_1020, address);
        machine.set_system(0xE000_1024, ignored);
        machine.set_system(0xE000_1028, function);
        let place = format!("function {function} at {address:#x}");
        let Some(offset) = halts else {
            assert_eq!(machine.finish(), Exit::Limit, "{place}");
            continue;
        };
        assert_eq!(machine.finish(), Exit::Halted, "{place}");
        assert_eq!(machine.core.pc(), START + offset, "{place}");
        assert_eq!(machine.system(0xE000_ED30) & 4, 4, "{place}: DFSR.DWTTRAP");
        if function != 4 {
            assert_eq!(machine.system(0xE000_1028), function | 1 << 24, "{place}: MATCHED");
            assert_eq!(machine.system(0xE000_1028), function, "{place}: cleared by reading");
        }
        machine.set_system(0xE000_1028, 0);
        machine.set_system(0xE000_EDF0, 0xA05F_0001);
        assert_eq!(machine.finish(), Exit::Limit, "{place}: no longer");
        assert_eq!(machine.r(3), 1, "{place}");
    }
}

#[test]
fn watchpoints_need_a_debugger() {
    let mut machine = Machine::new(&[0x6001, END]); // str r1, [r0]
    machine.core.set_register(0, 0x2000_0000);
    machine.set_system(0xE000_EDFC, 1 << 24);
    machine.set_system(0xE000_1020, 0x2000_0000);
    machine.set_system(0xE000_1028, 6);
    assert_eq!(machine.finish(), Exit::Limit);
    assert!(!machine.core.is_halted());
}

#[test]
fn breakpoints_stop_code_that_is_decoded_already() {
    // adds r1, #1; cmp r1, #200; bne .-4; b .: the comparison and its branch are one operation without breakpoints.
    let mut machine = Machine::new(&[0x3101, 0x29C8, 0xD1FC, END]);
    machine.run(100);
    let before = machine.r(1);
    machine.set_system(0xE000_EDF0, 0xA05F_0001);
    machine.set_system(0xE000_2000, 3);
    machine.set_system(0xE000_2008, 0x4000_0000 | (START + 4) | 1);
    for round in 1..4 {
        assert_eq!(machine.finish(), Exit::Halted);
        assert_eq!((machine.core.pc(), machine.r(1)), (START + 4, before + round));
        machine.set_system(0xE000_EDF0, 0xA05F_0001);
    }
    machine.set_system(0xE000_2008, 0);
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!(machine.r(1), 200);
}
