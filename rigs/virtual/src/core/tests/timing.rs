//! Cycle counts and exact stops.

use super::*;

fn cost(program: &[u16], prepare: impl FnOnce(&mut Machine)) -> u64 {
    let mut machine = Machine::new(program);
    machine.core.set_register(0, 0x2000_0000);
    prepare(&mut machine);
    machine.steps(1);
    machine.core.cycles()
}

#[test]
fn instructions_cost_what_the_manual_says() {
    let cases: [(&str, &[u16], u64); 14] = [
        ("adds", &[0x1840], 1),
        ("ldr", &[0x6801], 2),
        ("str", &[0x6001], 2),
        ("ldmia r0!, {r1-r3}", &[0xC80E], 4),
        ("push {r1-r3}", &[0xB40E], 4),
        ("mul", &[0x4341], 1),
        ("mla", &[0xFB01, 0x2303], 2),
        ("udiv by zero", &[0xFBB0, 0xF1F1], 2),
        ("b", &[0xE7FE], 3),
        ("bne", &[0xD1FE], 3),
        ("beq", &[0xD0FE], 1),
        ("bl", &[0xF000, 0xF800], 3),
        ("nop", &[NOP], 1),
        ("ldrd", &[0xE9D0, 0x1200], 3),
    ];
    for (name, program, cycles) in cases {
        assert_eq!(cost(program, |_| ()), cycles, "{name}");
    }
}

#[test]
fn wait_states_delay_taken_branches_into_flash() {
    assert_eq!(cost(&[END], |machine| machine.core.set_flash_wait_states(2)), 5);
    assert_eq!(cost(&[NOP], |machine| machine.core.set_flash_wait_states(2)), 1);
}

#[test]
fn entry_and_return_take_twelve_cycles_each() {
    let mut machine = Machine::new(&[END]);
    machine.interrupt(0, 0);
    machine.core.set_irq_line(0, true);
    machine.core.set_irq_line(0, false);
    machine.steps(2);
    // Entry, BX, return.
    assert_eq!(machine.core.cycles(), 12 + 3 + 12);
}

#[test]
fn a_run_stops_at_the_first_boundary_from_its_limit() {
    for limit in 1..50 {
        let mut whole = Machine::new(&[0x3001, 0x6012, 0xE7FC]); // adds r0, #1; str r2, [r2]; b .-4
        whole.core.set_register(2, 0x2000_0000);
        let mut split = Machine::with(whole.core.clone(), whole.bus.clone());
        assert_eq!(whole.core.run(&mut whole.bus, limit), Exit::Limit);
        assert!((limit..limit + 3).contains(&whole.core.cycles()));
        while split.core.cycles() < limit {
            split.step();
        }
        assert_eq!(split.core.cycles(), whole.core.cycles());
        assert_eq!(split.core.registers(), whole.core.registers());
    }
}

#[test]
fn the_cycle_counter_counts_when_enabled() {
    let mut machine = Machine::new(&[END]);
    machine.set_system(0xE000_EDFC, 1 << 24);
    machine.set_system(0xE000_1004, 0);
    machine.set_system(0xE000_1000, 1);
    machine.core.run(&mut machine.bus, 300);
    assert_eq!(u64::from(machine.system(0xE000_1004)), machine.core.cycles());
    machine.set_system(0xE000_EDFC, 0);
    machine.core.run(&mut machine.bus, 600);
    assert_eq!(machine.system(0xE000_1004), 300);
}
