//! Priorities, masks, nesting, tail-chaining, returns.

use super::*;

const PENDSVSET: u32 = 1 << 28;

/// A machine in an endless loop, with interrupts 0 and 1 at these priorities.
fn looping(first: u8, second: u8) -> Machine {
    let mut machine = Machine::new(&[END]);
    machine.handler(16, &[END]);
    machine.handler(17, &[END]);
    machine.interrupt(0, first);
    machine.interrupt(1, second);
    machine.steps(1);
    machine
}

#[test]
fn an_interrupt_stacks_eight_words_and_returns() {
    let mut machine = Machine::new(&[0x2011, 0x2122, END]); // movs r0, #0x11; movs r1, #0x22
    machine.handler(16, &[0x2000, 0x2100, BX_LR]); // movs r0, #0; movs r1, #0
    machine.interrupt(0, 0x80);
    machine.core.set_register(12, 0xCC);
    machine.steps(2);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(0, false);
    machine.steps(1);
    assert_eq!(machine.core.lr(), 0xFFFF_FFF9);
    let sp = machine.core.sp();
    assert_eq!(sp, 0x2000_4000 - 32);
    let frame: Vec<u32> = (0..8).map(|i| machine.word(sp + 4 * i)).collect();
    assert_eq!(frame, [0x11, 0x22, 0, 0, 0xCC, 0xFFFF_FFFF, START + 4, 0x0100_0000]);
    machine.finish();
    assert_eq!((machine.r(0), machine.r(1), machine.core.sp()), (0x11, 0x22, 0x2000_4000));
    assert_eq!(machine.handling(), 0);
}

#[test]
fn the_stack_is_aligned_if_asked() {
    let mut machine = looping(0, 0);
    machine.set_system(CCR, 1 << 9);
    machine.handler(16, &[BX_LR]);
    machine.core.set_register(13, 0x2000_3FFC);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(0, false);
    let limit = machine.core.cycles() + 12;
    machine.core.run(&mut machine.bus, limit);
    assert_eq!(machine.core.sp(), 0x2000_3FF8 - 32);
    assert_eq!(machine.word(0x2000_3FF8 - 4) & 0x200, 0x200);
    machine.finish();
    assert_eq!(machine.core.sp(), 0x2000_3FFC);
}

#[test]
fn a_more_urgent_interrupt_preempts_and_a_less_urgent_one_waits() {
    let mut machine = looping(0x40, 0x20);
    machine.core.set_irq_line(0, true);
    // In, and one instruction: then it is no longer too late to be early.
    machine.steps(2);
    assert_eq!(machine.handling(), 16);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 17);
    assert_eq!(machine.core.lr(), 0xFFFF_FFF1);
    assert_eq!(machine.system(ICSR) & 0x9FF, 17, "not the base level");

    let mut machine = looping(0x20, 0x40);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 16);
    assert_eq!(machine.system(ICSR), 1 << 22 | 17 << 12 | 1 << 11 | 16);
}

#[test]
fn equal_priorities_go_by_number_and_do_not_nest() {
    let mut machine = looping(0x40, 0x40);
    machine.core.set_irq_line(1, true);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 16);
    machine.steps(3);
    assert_eq!(machine.handling(), 16);
}

#[test]
fn sub_priorities_choose_but_do_not_preempt() {
    let mut machine = looping(0x60, 0x40);
    machine.set_system(0xE000_ED0C, 0x05FA_0000 | 6 << 8);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 17);

    let mut machine = looping(0x60, 0x40);
    machine.set_system(0xE000_ED0C, 0x05FA_0000 | 6 << 8);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 16, "the same group");
}

#[test]
fn primask_holds_all_but_nmi_and_hard_fault() {
    let mut machine = Machine::new(&[0xB672, NOP, 0xB662, END]); // cpsid i; nop; cpsie i
    machine.interrupt(0, 0);
    machine.handler(16, &[END]);
    machine.handler(2, &[END]);
    machine.core.set_irq_line(0, true);
    let mut other = Machine::with(machine.core.clone(), machine.bus.clone());
    // The interrupt is there before the first instruction.
    other.steps(1);
    assert_eq!(other.handling(), 16);

    machine.core.set_irq_line(0, false);
    machine.set_system(0xE000_E280, 1);
    machine.steps(1);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 0);
    machine.steps(1);
    assert_eq!(machine.handling(), 0, "cpsie itself");
    machine.steps(1);
    assert_eq!(machine.handling(), 16);

    let mut machine = Machine::new(&[0xB672, END]);
    machine.handler(2, &[END]);
    machine.steps(1);
    machine.set_system(ICSR, 1 << 31);
    machine.steps(1);
    assert_eq!(machine.handling(), 2);
}

#[test]
fn basepri_holds_what_is_not_more_urgent() {
    // msr basepri, r0; b .
    let mut machine = Machine::new(&[0xF380, 0x8811, END]);
    for irq in [0, 1] {
        machine.handler(16 + irq, &[END]);
    }
    machine.interrupt(0, 0x40);
    machine.interrupt(1, 0x30);
    machine.core.set_register(0, 0x40);
    machine.steps(1);
    machine.core.set_irq_line(0, true);
    machine.steps(2);
    assert_eq!(machine.handling(), 0);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 17);
}

#[test]
fn basepri_max_only_raises() {
    // msr basepri_max, r0; msr basepri_max, r1; mrs r2, basepri; b .
    let mut machine = Machine::new(&[0xF380, 0x8812, 0xF381, 0x8812, 0xF3EF, 0x8211, END]);
    machine.core.set_register(0, 0x40);
    machine.core.set_register(1, 0x80);
    machine.finish();
    assert_eq!(machine.r(2), 0x40);
}

#[test]
fn faultmask_is_cleared_by_the_return() {
    let mut machine = Machine::new(&[0xDF00, 0xF3EF, 0x8013, END]); // svc; mrs r0, faultmask
    machine.handler(11, &[0xB671, BX_LR]); // cpsid f
    machine.core.set_register(0, 7);
    machine.finish();
    assert_eq!(machine.r(0), 0);
}

#[test]
fn a_disabled_interrupt_stays_pending() {
    let mut machine = looping(0, 0);
    machine.set_system(0xE000_E180, 1);
    machine.core.set_irq_line(0, true);
    machine.steps(2);
    assert_eq!(machine.handling(), 0);
    assert_eq!(machine.system(0xE000_E200), 1);
    machine.set_system(0xE000_E100, 1);
    machine.steps(1);
    assert_eq!(machine.handling(), 16);
    assert_eq!(machine.system(0xE000_E200), 0);
    assert_eq!(machine.system(0xE000_E300), 1, "active");
}

#[test]
fn a_line_that_stays_high_interrupts_again() {
    let mut machine = looping(0, 0);
    machine.handler(16, &[0x3401, BX_LR]); // adds r4, #1
    machine.core.set_irq_line(0, true);
    machine.steps(5);
    assert!(machine.r(4) >= 2);
    machine.core.set_irq_line(0, false);
    machine.finish();
    let count = machine.r(4);
    machine.finish();
    assert_eq!(machine.r(4), count);
}

#[test]
fn clearing_does_not_help_while_the_line_is_high() {
    let mut machine = looping(0, 0);
    machine.set_system(0xE000_E180, 1);
    machine.core.set_irq_line(0, true);
    machine.set_system(0xE000_E280, 1);
    assert_eq!(machine.system(0xE000_E200), 1);
    machine.core.set_irq_line(0, false);
    machine.set_system(0xE000_E280, 1);
    assert_eq!(machine.system(0xE000_E200), 0);
}

#[test]
fn interrupts_can_be_triggered_by_software() {
    for (addr, value) in [(0xE000_E200, 2), (0xE000_EF00, 1)] {
        let mut machine = looping(0, 0);
        machine.set_system(addr, value);
        machine.steps(1);
        assert_eq!(machine.handling(), 17);
    }
}

#[test]
fn svc_returns_behind_itself_and_pendsv_follows() {
    // svc #5; movs r1, #1; b .
    let mut machine = Machine::new(&[0xDF05, 0x2101, END]);
    // ldr r0, [sp, #24]; str r3, [r2]; bx lr
    machine.handler(11, &[0x9806, 0x6013, BX_LR]);
    machine.handler(14, &[0x2401, BX_LR]); // movs r4, #1
    machine.core.set_register(2, ICSR);
    machine.core.set_register(3, PENDSVSET);
    machine.core.debug_write(&mut machine.bus, 0xE000_ED22, 0xF0, Width::Byte).unwrap();
    machine.steps(3);
    assert_eq!((machine.handling(), machine.r(0)), (11, START + 2));
    machine.steps(1);
    assert_eq!(machine.handling(), 11, "less urgent");
    let before = machine.core.cycles();
    machine.steps(1); // bx lr, and straight on
    assert_eq!((machine.handling(), machine.core.lr()), (14, 0xFFFF_FFF9));
    assert_eq!(machine.core.sp(), 0x2000_4000 - 32, "the frame was left where it was");
    assert_eq!(machine.core.cycles() - before, 3 + 6);
    machine.finish();
    assert_eq!((machine.r(4), machine.r(1)), (1, 1));
}

#[test]
fn a_late_urgent_interrupt_is_taken_first() {
    let mut machine = looping(0x80, 0x10);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(1, true);
    machine.steps(1);
    assert_eq!(machine.handling(), 17);
    assert_eq!(machine.core.lr(), 0xFFFF_FFF9);
}

#[test]
fn one_that_comes_during_the_entry_takes_the_frame_and_the_other_tail_chains() {
    let mut machine = looping(0x80, 0x10);
    machine.handler(16, &[BX_LR]);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(0, false);
    let before = machine.core.cycles();
    machine.steps(1);
    assert_eq!((machine.handling(), machine.core.cycles() - before), (16, 12));
    let mut less_urgent = Machine::with(machine.core.clone(), machine.bus.clone());
    machine.core.set_irq_line(1, true);
    machine.core.set_irq_line(1, false);
    machine.steps(1);
    assert_eq!((machine.handling(), machine.core.lr()), (17, 0xFFFF_FFF9));
    assert_eq!(machine.core.sp(), 0x2000_4000 - 32, "one frame");
    assert_eq!((machine.system(0xE000_E300), machine.system(0xE000_E200)), (2, 1), "the first waits again");
    machine.handler(17, &[BX_LR]);
    machine.steps(1);
    assert_eq!((machine.handling(), machine.core.lr()), (16, 0xFFFF_FFF9), "and tail-chains");
    machine.finish();
    assert_eq!((machine.handling(), machine.core.sp()), (0, 0x2000_4000));

    less_urgent.set_system(0xE000_E400, 0x9080);
    less_urgent.handler(16, &[END]);
    less_urgent.core.set_irq_line(1, true);
    less_urgent.steps(1);
    assert_eq!(less_urgent.handling(), 16, "what is less urgent waits");
}

#[test]
fn a_debugger_that_halts_in_front_of_a_handler_finds_it_entered() {
    let mut machine = looping(0x80, 0x10);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    machine.set_system(0xE000_EDF0, 0xA05F_0003);
    machine.core.set_irq_line(1, true);
    machine.set_system(0xE000_EDF0, 0xA05F_0001);
    machine.steps(1);
    assert_eq!((machine.handling(), machine.core.lr()), (17, 0xFFFF_FFF1), "nested");
}

#[test]
fn systick_interrupts_periodically() {
    let mut machine = Machine::new(&[END]);
    machine.handler(15, &[0x3401, BX_LR]); // adds r4, #1
    machine.set_system(0xE000_E014, 999);
    machine.set_system(0xE000_E018, 0);
    machine.set_system(0xE000_E010, 7);
    let from = machine.core.cycles();
    assert_eq!(machine.core.next_wake(), Some(from + 1000));
    machine.core.run(&mut machine.bus, from + 10_500);
    assert_eq!(machine.r(4), 10);
}

#[test]
fn vtor_moves_the_vectors() {
    let mut machine = Machine::new(&[0xDF00, END]);
    machine.bus.write(0x2000_0000 + 4 * 11, 0x1800 | 1, Width::Word).unwrap();
    machine.code(0x1800, &[END]);
    machine.set_system(0xE000_ED08, 0x2000_0000);
    machine.steps(2);
    assert_eq!(machine.core.pc(), 0x1800);
}

#[test]
fn a_bad_return_is_a_usage_fault() {
    // In the handler: ldr lr, =0xfffffff5 as mvn lr, #10; bx lr
    let mut machine = Machine::new(&[0xDF00, END]);
    machine.handler(11, &[0xF06F, 0x0E0A, BX_LR]);
    machine.handler(6, &[END]);
    machine.set_system(SHCSR, 1 << 18);
    machine.steps(4);
    assert_eq!(machine.handling(), 6);
    assert_eq!(machine.system(CFSR), 1 << 18);
}

#[test]
fn a_system_reset_request_ends_the_run() {
    // str r1, [r0]; movs r2, #1
    let mut machine = Machine::new(&[0x6001, 0x2201, END]);
    machine.core.set_register(0, 0xE000_ED0C);
    machine.core.set_register(1, 0x05FA_0004);
    assert_eq!(machine.finish(), Exit::ResetRequested);
    assert_eq!(machine.r(2), 0, "it acts at once");
    machine.core.reset(&mut machine.bus);
    assert_eq!(machine.core.pc(), START);
}

#[test]
fn the_flash_holds_back_code_and_vectors() {
    let mut machine = looping(0, 0);
    machine.core.set_flash_blocked(true);
    machine.bus.flash_busy = true;
    let before = (machine.core.pc(), machine.core.cycles());
    assert_eq!(machine.finish(), Exit::Stall);
    machine.core.set_irq_line(0, true);
    assert_eq!(machine.finish(), Exit::Stall);
    assert_eq!((machine.core.pc(), machine.core.cycles()), before);
    assert_eq!(machine.handling(), 0);
    machine.core.set_flash_blocked(false);
    machine.bus.flash_busy = false;
    machine.steps(1);
    assert_eq!(machine.handling(), 16);
}

#[test]
fn a_device_ends_the_run_after_its_instruction() {
    // str r1, [r0]; movs r2, #1; b .
    let mut machine = Machine::new(&[0x6001, 0x2201, END]);
    machine.core.set_register(0, 0x4000_0000);
    assert_eq!(machine.finish(), Exit::Attention);
    assert_eq!((machine.core.pc(), machine.r(2)), (START + 2, 0));
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!(machine.bus.questions, 1);
}
