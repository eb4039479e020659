//! WFI, WFE, sleep on exit, and time that passes meanwhile.

use super::*;

#[test]
fn wfi_sleeps_until_an_interrupt() {
    let mut machine = Machine::new(&[WFI, 0x2101, END]); // movs r1, #1
    machine.handler(16, &[0x2401, BX_LR]); // movs r4, #1
    machine.interrupt(0, 0);
    assert_eq!(machine.finish(), Exit::Sleep);
    assert!(machine.core.is_sleeping());
    let slept = machine.core.cycles();
    assert_eq!(machine.finish(), Exit::Sleep);
    assert_eq!(machine.core.cycles(), slept);
    machine.core.idle_until(slept + 1000);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(0, false);
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!((machine.r(1), machine.r(4)), (1, 1));
    assert!(!machine.core.is_sleeping());
}

#[test]
fn wfi_wakes_without_a_handler_while_primask_is_set() {
    let mut machine = Machine::new(&[0xB672, WFI, 0x2101, END]); // cpsid i; wfi; movs r1, #1
    machine.handler(16, &[0x2401, BX_LR]);
    machine.interrupt(0, 0);
    assert_eq!(machine.finish(), Exit::Sleep);
    machine.core.set_irq_line(0, true);
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!((machine.r(1), machine.r(4)), (1, 0));
}

#[test]
fn wfi_does_not_wake_for_a_disabled_or_masked_interrupt() {
    // msr basepri, r0; wfi
    let mut machine = Machine::new(&[0xF380, 0x8811, WFI, END]);
    machine.core.set_register(0, 0x40);
    machine.interrupt(1, 0x80);
    assert_eq!(machine.finish(), Exit::Sleep);
    machine.core.set_irq_line(0, true);
    assert_eq!(machine.finish(), Exit::Sleep);
    machine.core.set_irq_line(1, true);
    assert_eq!(machine.finish(), Exit::Sleep);
}

#[test]
fn wfe_takes_an_event_that_came_before() {
    let mut machine = Machine::new(&[0xBF40, 0xBF20, 0x2101, 0xBF20, 0x2201, END]); // sev; wfe; movs r1, #1; wfe
    assert_eq!(machine.finish(), Exit::Sleep);
    assert_eq!((machine.r(1), machine.r(2)), (1, 0));
    machine.core.wake_event();
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!(machine.r(2), 1);
}

#[test]
fn wfe_wakes_for_a_pending_interrupt_only_if_asked() {
    for asked in [false, true] {
        let mut machine = Machine::new(&[0xB672, 0xBF20, 0x2101, END]); // cpsid i; wfe
        machine.set_system(0xE000_ED10, if asked { 1 << 4 } else { 0 });
        machine.finish();
        machine.core.set_irq_line(3, true);
        assert_eq!(machine.finish() == Exit::Limit, asked);
    }
}

#[test]
fn sleep_on_exit_sleeps_in_thread_mode() {
    let mut machine = Machine::new(&[0x2101, END]);
    machine.set_system(0xE000_ED10, 2);
    machine.interrupt(0, 0);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    machine.core.set_irq_line(0, false);
    assert_eq!(machine.finish(), Exit::Sleep);
    assert_eq!((machine.handling(), machine.r(1)), (0, 0));
}

#[test]
fn systick_wakes_a_sleeper_exactly() {
    let mut machine = Machine::new(&[WFI, 0xE7FD]); // wfi; b .-2
    machine.handler(15, &[0x3401, BX_LR]); // adds r4, #1
    machine.set_system(0xE000_E014, 8_999);
    machine.set_system(0xE000_E010, 3);
    for _ in 0..3 {
        assert_eq!(machine.finish(), Exit::Sleep);
        let wake = machine.core.next_wake().unwrap();
        machine.core.idle_until(wake - 1);
        assert_eq!(machine.finish(), Exit::Sleep);
        machine.core.idle_until(wake);
        assert_eq!(machine.finish(), Exit::Sleep);
    }
    assert_eq!(machine.r(4), 3);
}

#[test]
fn deep_sleep_is_for_the_board_to_see() {
    let mut machine = Machine::new(&[WFI, END]);
    assert!(!machine.core.deep_sleep_requested());
    machine.set_system(0xE000_ED10, 4);
    assert_eq!(machine.finish(), Exit::Sleep);
    assert!(machine.core.deep_sleep_requested());
}
