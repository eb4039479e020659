//! Instructions with an effect beyond their registers: IT blocks, exclusive accesses, stacks, bit-banding, code in RAM.

use super::*;

#[test]
fn an_it_block_executes_each_half_and_sets_no_flags() {
    // cmp r0, #0; itte eq; moveq r1, #1; addeq r2, #2; movne r3, #3; b .
    let mut machine = Machine::new(&[0x2800, 0xBF06, 0x2101, 0x3202, 0x2303, END]);
    machine.finish();
    assert_eq!((machine.r(1), machine.r(2), machine.r(3)), (1, 2, 0));
    assert_eq!(machine.core.psr() >> 30, 0b01, "the flags are those of the comparison");
}

#[test]
fn an_it_block_survives_an_exception_in_it() {
    // cmp r0, #0; ittt eq; nop; moveq r1, #1; moveq r2, #2; b .
    let mut machine = Machine::new(&[0x2800, 0xBF02, NOP, 0x2101, 0x2202, END]);
    machine.handler(16, &[0x2801, 0x2307, BX_LR]); // cmp r0, #1; movs r3, #7; bx lr
    machine.interrupt(0, 0);
    machine.steps(3);
    machine.core.set_irq_line(0, true);
    machine.steps(3);
    assert_eq!((machine.handling(), machine.r(3), machine.r(1)), (16, 7, 0), "the handler is not in the block");
    machine.core.set_irq_line(0, false);
    machine.finish();
    assert_eq!((machine.r(1), machine.r(2)), (1, 2));
}

#[test]
fn a_fault_in_an_it_block_stacks_the_state_of_its_instruction() {
    // cmp r0, #0; itt eq; udfeq; moveq r1, #1; b .
    let mut machine = Machine::new(&[0x2800, 0xBF04, 0xDE00, 0x2101, END]);
    // Skip the instruction: ldr r0, [sp, #24]; adds r0, #2; str r0, [sp, #24]; and advance the state by hand: here, clear it.
    // mov.w r1, #0x01000000; str r1, [sp, #28]; bx lr
    machine.handler(3, &[0x9806, 0x3002, 0x9006, 0xF04F, 0x7180, 0x9107, BX_LR]);
    machine.steps(3);
    assert_eq!(machine.handling(), 3);
    let psr = machine.word(machine.core.sp() + 28);
    assert_eq!(((psr >> 25) & 3) | ((psr >> 8) & 0xFC), 0x04);
    machine.finish();
    assert_eq!(machine.r(1), 1, "without IT state the next instruction is unconditional");
}

#[test]
fn exclusive_stores_need_the_monitor() {
    // ldrex r1, [r0]; strex r2, r1, [r0]; strex r3, r1, [r0]; ldrex r1, [r0]; clrex; strex r4, r1, [r0]; b .
    let program = [0xE850, 0x1F00, 0xE840, 0x1200, 0xE840, 0x1300, 0xE850, 0x1F00, 0xF3BF, 0x8F2F, 0xE840, 0x1400, END];
    let mut machine = Machine::new(&program);
    machine.core.set_register(0, 0x2000_0000);
    machine.finish();
    assert_eq!((machine.r(2), machine.r(3), machine.r(4)), (0, 1, 1));
}

#[test]
fn an_exception_opens_the_monitor() {
    // ldrex r1, [r0]; strex r2, r1, [r0]; b .
    let mut machine = Machine::new(&[0xE850, 0x1F00, 0xE840, 0x1200, END]);
    machine.handler(16, &[0xE840, 0x1400, BX_LR]); // strex r4, r1, [r0]
    machine.core.set_register(0, 0x2000_0000);
    machine.interrupt(0, 0);
    machine.steps(1);
    machine.core.set_irq_line(0, true);
    machine.steps(1);
    machine.core.set_irq_line(0, false);
    machine.finish();
    assert_eq!((machine.r(4), machine.r(2)), (1, 1));
}

#[test]
fn the_process_stack_is_used_in_thread_mode_only() {
    // msr psp, r0; movs r1, #2; msr control, r1; isb; push {r1}; svc #0; b .
    let program = [0xF380, 0x8809, 0x2102, 0xF381, 0x8814, 0xF3BF, 0x8F6F, 0xB402, 0xDF00, END];
    let mut machine = Machine::new(&program);
    machine.handler(11, &[0xB401, 0xBC01, BX_LR]); // push {r0}; pop {r0}; bx lr
    machine.core.set_register(0, 0x2000_1000);
    machine.steps(8);
    assert_eq!(machine.handling(), 11);
    assert_eq!(machine.core.lr(), 0xFFFF_FFFD);
    assert_eq!(machine.core.sp(), 0x2000_4000 - 4, "the handler pushes on the main stack");
    machine.finish();
    assert_eq!(machine.core.sp(), 0x2000_1000 - 4);
    assert_eq!(machine.word(0x2000_0FFC), 2);
}

#[test]
fn masks_change_with_cps_and_are_read_with_mrs() {
    // cpsid i; mrs r0, primask; cpsid f; mrs r1, faultmask; cpsie f; cpsie i; mrs r2, primask; b .
    let program = [0xB672, 0xF3EF, 0x8010, 0xB671, 0xF3EF, 0x8113, 0xB661, 0xB662, 0xF3EF, 0x8210, END];
    let mut machine = Machine::new(&program);
    machine.finish();
    assert_eq!((machine.r(0), machine.r(1), machine.r(2)), (1, 1, 0));
}

#[test]
fn unprivileged_code_cannot_touch_masks_or_system_registers() {
    // movs r0, #1; msr control, r0; cpsid i; mrs r1, primask; ldr r3, [r2]; b .
    let mut machine = Machine::new(&[0x2001, 0xF380, 0x8814, 0xB672, 0xF3EF, 0x8110, 0x6813, END]);
    machine.core.set_register(2, ICSR);
    machine.steps(5);
    assert_eq!(machine.r(1), 0);
    assert_eq!(machine.handling(), 3, "a bus fault, not enabled");
    assert_eq!(machine.system(CFSR), 0x8200);
}

#[test]
fn bit_band_aliases_change_one_bit() {
    // str r1, [r0]; ldr r2, [r0]; b .
    for (alias, real) in
        [(0x2200_0000 + 0x10 * 32 + 5 * 4, 0x2000_0010), (0x4200_0000 + 0x10 * 32 + 5 * 4, 0x4000_0010)]
    {
        let mut machine = Machine::new(&[0x6001, 0x6802, END]);
        machine.bus.write(real, 0x8000_0000, Width::Word).unwrap();
        machine.core.set_register(0, alias);
        machine.core.set_register(1, 0xFFFF_FFFF);
        machine.finish();
        assert_eq!(machine.word(real), 0x8000_0020);
        assert_eq!(machine.r(2), 1);
    }
}

#[test]
fn code_in_ram_may_change_itself() {
    let mut machine = Machine::new(&[0x4780, END]); // blx r0
    // movs r1, #1; strh r2, [r3]; (becomes movs r1, #9); bx lr
    for (i, half) in [0x2101_u32, 0x801A, 0x2102, 0x4770].into_iter().enumerate() {
        machine.bus.write(0x2000_0000 + 2 * i as u32, half, Width::Half).unwrap();
    }
    machine.core.set_register(0, 0x2000_0001);
    machine.core.set_register(2, 0x2109);
    machine.core.set_register(3, 0x2000_0004);
    machine.finish();
    assert_eq!(machine.r(1), 9);
}

#[test]
fn a_wide_instruction_may_cross_a_page() {
    let mut machine = Machine::new(&[0xF000, 0xB8FD]); // b.w 0x3fe
    machine.code(0x3FE, &[0xF241, 0x2034, END]); // movw r0, #0x1234
    machine.finish();
    assert_eq!(machine.r(0), 0x1234);
    machine.code(0x400, &[0x2035]); // movw r0, #0x1235
    machine.core.set_register(15, 0x3FE);
    machine.finish();
    assert_eq!(machine.r(0), 0x1235);
}

#[test]
fn table_branches_count_half_words() {
    // tbb [pc, r0]; .byte 2, 4; b .; movs r1, #1; b .; movs r1, #2; b .
    let mut machine = Machine::new(&[0xE8DF, 0xF000, 0x0402, END, 0x2101, END, 0x2102, END]);
    machine.core.set_register(0, 1);
    machine.finish();
    assert_eq!(machine.r(1), 2);
    assert_eq!(machine.core.pc(), START + 4 + 8 + 2);
}

#[test]
fn a_clone_goes_on_alone_and_equally() {
    // adds r0, #1; b .-2
    let mut machine = Machine::new(&[0x3001, 0xE7FD]);
    machine.core.run(&mut machine.bus, 1000);
    let mut copy = Machine::with(machine.core.clone(), machine.bus.clone());
    machine.core.run(&mut machine.bus, 5000);
    copy.core.run(&mut copy.bus, 5000);
    assert_eq!(machine.core.registers(), copy.core.registers());
    assert_eq!(machine.core.cycles(), copy.core.cycles());
    copy.code(START, &[0x3002]);
    copy.core.run(&mut copy.bus, 6000);
    machine.core.run(&mut machine.bus, 6000);
    assert_ne!(machine.r(0), copy.r(0), "changed code is not shared");
}
