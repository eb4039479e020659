//! Faults: status, escalation, lockup, reports.

use super::*;
use crate::core::{Complaint, FaultKind};

const MEMORY: u32 = 1 << 16;
const BUS: u32 = 1 << 17;
const USAGE: u32 = 1 << 18;
const ALL: u32 = MEMORY | BUS | USAGE;
const FORCED: u32 = 1 << 30;

/// Runs a program into its fault; gives the machine in the handler.
fn fault(program: &[u16], enabled: u32, prepare: impl FnOnce(&mut Machine)) -> Machine {
    let mut machine = Machine::new(program);
    for exception in 3..=6 {
        machine.handler(exception, &[END]);
    }
    machine.set_system(SHCSR, enabled);
    prepare(&mut machine);
    machine.finish();
    machine
}

#[test]
fn each_fault_has_its_handler_and_status() {
    let cases: [(&str, &[u16], u32, u32); 8] = [
        ("udf", &[0xDE00], 6, 1 << 16),
        ("bx r0 with bit 0 clear", &[0x4700], 6, 1 << 17),
        ("mrc p0", &[0xEE10, 0x0F10], 6, 1 << 19),
        ("ldrd from an odd address", &[0xE9D1, 0x2300], 6, 1 << 24),
        ("load from nowhere", &[0x6822], 5, 0x8200),
        ("store to flash", &[0x6003], 5, 0x8200),
        ("jump to a device", &[0x4728], 4, 1),
        ("jump to nowhere", &[0x4720], 5, 1 << 8),
    ];
    for (name, program, exception, status) in cases {
        let machine = |enabled| {
            fault(program, enabled, |machine| {
                machine.core.set_register(0, START + 0x100);
                machine.core.set_register(1, 0x2000_0001);
                machine.core.set_register(4, 0x6000_0001);
                machine.core.set_register(5, 0x4000_0001);
                if name == "load from nowhere" {
                    machine.core.set_register(4, 0x6000_0000);
                }
            })
        };
        let mut enabled = machine(ALL);
        assert_eq!((enabled.handling(), enabled.system(CFSR)), (exception, status), "{name}");
        assert_eq!(enabled.system(HFSR), 0, "{name}");
        let mut disabled = machine(0);
        assert_eq!((disabled.handling(), disabled.system(CFSR)), (3, status), "{name}");
        assert_eq!(disabled.system(HFSR), FORCED, "{name}");
    }
}

#[test]
fn the_report_says_what_happened() {
    // ldr r2, [r0]
    let mut machine = fault(&[NOP, 0x6802, END], 0, |machine| {
        machine.core.set_register(0, 0x6000_0000);
        machine.core.set_register(1, 0x11);
    });
    let report = machine.core.take_fault().unwrap();
    assert_eq!((report.kind, report.pc, report.address), (FaultKind::Hard, START + 2, Some(0x6000_0000)));
    assert_eq!(report.registers[..2], [0x6000_0000, 0x11]);
    assert_eq!(
        report.to_string(),
        "HardFault (FORCED, PRECISERR) at 0x00000202 accessing 0x60000000; r0 0x60000000 r1 0x11 r2 0x0 r3 0x0 r12 0x0 \
         lr 0xffffffff sp 0x20004000 psr 0x01000000"
    );
    assert_eq!(machine.core.take_fault(), None);
    assert_eq!(machine.system(0xE000_ED38), 0x6000_0000);
    assert_eq!(machine.word(machine.core.sp() + 24), START + 2);
}

#[test]
fn division_by_zero_is_zero_or_a_fault() {
    let program = [0xFB90, 0xF2F1, END]; // sdiv r2, r0, r1
    let machine = fault(&program, ALL, |machine| machine.core.set_register(2, 5));
    assert_eq!((machine.handling(), machine.r(2)), (0, 0));
    let mut machine = fault(&program, ALL, |machine| machine.set_system(CCR, 1 << 4));
    assert_eq!((machine.handling(), machine.system(CFSR)), (6, 1 << 25));
}

#[test]
fn unaligned_words_are_read_or_a_fault() {
    let program = [0x6802, END]; // ldr r2, [r0]
    let prepare = |machine: &mut Machine| {
        machine.bus.write(0x2000_0000, 0x4433_2211, Width::Word).unwrap();
        machine.bus.write(0x2000_0004, 0x8877_6655, Width::Word).unwrap();
        machine.core.set_register(0, 0x2000_0001);
    };
    assert_eq!(fault(&program, ALL, prepare).r(2), 0x5544_3322);
    let mut machine = fault(&program, ALL, |machine| {
        prepare(machine);
        machine.set_system(CCR, 1 << 3);
    });
    assert_eq!(machine.system(CFSR), 1 << 24);
    let mut machine = fault(&program, ALL, |machine| machine.core.set_register(0, 0x4000_0001));
    assert_eq!(machine.system(CFSR), 1 << 24, "devices take aligned accesses only");
}

#[test]
fn a_faulting_load_changes_no_register() {
    // ldmia r0!, {r2, r3}
    let machine = fault(&[0xC80C, END], ALL, |machine| {
        machine.core.set_register(0, 0x2000_4FFC);
        machine.core.set_register(3, 3);
    });
    assert_eq!((machine.handling(), machine.r(0), machine.r(3)), (5, 0x2000_4FFC, 3));
}

#[test]
fn a_fault_handler_may_skip_the_instruction() {
    let mut machine = Machine::new(&[0xDE00, 0x2101, END]); // udf; movs r1, #1
    // ldr r0, [sp, #24]; adds r0, #2; str r0, [sp, #24]; bx lr
    machine.handler(3, &[0x9806, 0x3002, 0x9006, BX_LR]);
    machine.finish();
    assert_eq!((machine.r(1), machine.handling()), (1, 0));
}

#[test]
fn svc_with_interrupts_masked_is_a_hard_fault() {
    let mut machine = fault(&[0xB672, 0xDF00, END], ALL, |_| ());
    assert_eq!((machine.handling(), machine.system(HFSR)), (3, FORCED));
}

#[test]
fn a_fault_in_a_hard_fault_locks_up() {
    let mut machine = Machine::new(&[0xDE00, END]);
    machine.handler(3, &[0xDE00]);
    assert_eq!(machine.finish(), Exit::Lockup);
    assert!(machine.core.is_locked_up());
    assert_eq!(machine.core.fault().unwrap().kind, FaultKind::Lockup);
    assert_eq!(machine.finish(), Exit::Lockup);
    machine.core.reset(&mut machine.bus);
    assert!(!machine.core.is_locked_up());
}

#[test]
fn empty_flash_locks_up_and_says_so() {
    let mut machine = Machine::with(Core::new(), FlatBus::new(&[]));
    machine.core.reset(&mut machine.bus);
    assert_eq!(machine.finish(), Exit::Lockup);
    assert_eq!(machine.system(0xE000_EDF0) & 1 << 19, 1 << 19);
}

#[test]
fn a_bad_stack_does_not_hide_the_fault() {
    let mut machine = fault(&[0xDE00, END], ALL, |machine| machine.core.set_register(13, 0x1000_0000));
    assert_eq!(machine.system(CFSR) & 1 << 12, 1 << 12, "stacking failed");
    assert!(matches!(machine.handling(), 3 | 5), "{}", machine.handling());
    assert!(!machine.core.is_locked_up());
}

#[test]
fn a_vector_table_in_nowhere_locks_up() {
    let mut machine = fault(&[0xDF00, END], 0, |machine| machine.set_system(0xE000_ED08, 0x1000_0000));
    assert!(machine.core.is_locked_up());
    assert_eq!(machine.system(HFSR), 1 << 1);
}

#[test]
fn unknown_system_registers_are_complained_about() {
    let mut machine = Machine::new(&[NOP, 0x6801, 0x6001, END]); // ldr r1, [r0]; str r1, [r0]
    machine.core.set_register(0, 0xE000_E800);
    machine.core.set_register(1, 5);
    machine.finish();
    assert_eq!(machine.r(1), 0);
    assert_eq!(machine.core.take_complaint(), Some(Complaint { addr: 0xE000_E800, pc: START + 2, write: false }));
    assert_eq!(machine.core.take_complaint(), None);
    machine.system(0xE000_E800);
    assert_eq!(machine.core.take_complaint(), None, "debuggers look everywhere");
}

#[test]
fn bus_faults_can_be_ignored_where_they_cannot_be_handled() {
    let mut machine = Machine::new(&[0xB671, 0x6802, END]); // cpsid f; ldr r2, [r0]
    machine.set_system(CCR, 1 << 8);
    machine.core.set_register(0, 0x6000_0000);
    machine.core.set_register(2, 7);
    assert_eq!(machine.finish(), Exit::Limit);
    assert_eq!((machine.handling(), machine.r(2)), (0, 0));
}
