//! An erase holds back whatever executes from flash, interrupt handlers included; code in RAM goes on.

mod flashed;
#[path = "semihosting/mod.rs"]
#[allow(dead_code, reason = "shared with other targets, each of which uses a part of it")]
mod semihosting;

use std::path::Path;

use brownout_trace::Span;

#[test]
fn an_erase_holds_back_interrupts_in_flash_and_not_in_ram() {
    let elf =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware/qualification/elf/erase.elf")).unwrap();
    let mut board = flashed::board(&semihosting::image(&elf), &elf);
    let events = flashed::advance(&mut board, Span::secs(1));
    let variable = |name: &str| {
        let bytes = board.variable(name).unwrap_or_else(|| panic!("{name} in RAM"));
        u32::from_le_bytes(bytes.try_into().unwrap())
    };
    assert_eq!(variable("g_done"), 1, "{events:?}");
    // 20 to 40 ms (DS5319, table 27) of an 8 MHz clock, and some instructions.
    for name in ["g_cycles_from_flash", "g_cycles_from_ram"] {
        let cycles = variable(name);
        assert!((160_000..=321_000).contains(&cycles), "{name}: {cycles}");
    }
    // The ticks of the whole erase are one pending exception.
    assert_eq!(variable("g_ticks_from_flash"), 1);
    let (ticks, cycles) = (variable("g_ticks_from_ram"), variable("g_cycles_from_ram"));
    assert!(ticks.abs_diff(cycles / 8000) <= 1, "{ticks} ticks in {cycles} cycles");
}
