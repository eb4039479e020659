//! The coverage table (`CHIP.md`), written from the tables that the chip itself goes by.

use super::map::{BLOCKS, Block, Gate};
use std::fmt::Write;

/// The whole page, as Markdown.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str(
        "| peripheral | RM0008 | registers | modelled in part | not modelled |\n| --- | --- | --- | --- | --- |\n",
    );
    for block in BLOCKS {
        let names = |wanted: fn(&super::register::Register) -> bool| {
            let names: Vec<&str> =
                block.registers.iter().filter(|register| wanted(register)).map(|register| register.name).collect();
            if names.is_empty() { "–".to_owned() } else { names.join(" ") }
        };
        let (partly, absent) = match block.unit {
            None => ("–".to_owned(), "all".to_owned()),
            Some(_) => (names(|r| r.loud != 0 && !r.is_absent()), names(|r| r.is_absent())),
        };
        let count = block.registers.len();
        let _ = writeln!(page, "| {} | {} | {count} | {partly} | {absent} |", block.name, block.section);
    }
    page.push_str(REGISTERS);
    let mut told: Vec<*const super::register::Register> = Vec::new();
    for block in BLOCKS.iter().filter(|block| block.unit.is_some()) {
        // Peripherals of one kind share a table.
        if told.contains(&block.registers.as_ptr()) {
            continue;
        }
        told.push(block.registers.as_ptr());
        describe(&mut page, block);
    }
    page
}

fn describe(page: &mut String, block: &Block) {
    let same = BLOCKS.iter().filter(|other| std::ptr::eq(other.registers, block.registers));
    let names: Vec<&str> = same.map(|other| other.name).collect();
    let _ = writeln!(page, "\n### {} (RM0008, section {})\n", names.join(", "), block.section);
    let clock = match block.gate {
        Gate::Always => "always clocked".to_owned(),
        Gate::Ahb(bit) => format!("RCC_AHBENR bit {bit}"),
        Gate::Apb1(bit) => format!("RCC_APB1ENR bit {bit}"),
        Gate::Apb2(bit) => format!("RCC_APB2ENR bit {bit}"),
    };
    let _ = writeln!(page, "{} at `{:#010x}`: {clock}.\n", block.name, block.base);
    page.push_str("| register | offset | reset | modelled | refused | |\n| --- | --- | --- | --- | --- | --- |\n");
    for register in block.registers {
        let bits = |bits: u32| if bits == 0 { "–".to_owned() } else { format!("`{bits:#x}`") };
        let refused = if register.is_absent() { "all".to_owned() } else { bits(register.loud) };
        let _ = writeln!(
            page,
            "| {} | `{:#04x}` | `{:#x}` | {} | {refused} | {} |",
            register.name,
            register.offset,
            register.reset,
            bits(register.modelled),
            register.note
        );
    }
}

const HEAD: &str = "\
# What of the STM32F103C8 is modelled

Written from the tables that the virtual chip itself goes by (`src/mcu`, a file per peripheral); a test keeps it in
step. To renew it: `BROWNOUT_WRITE_CHIP_MD=1 cargo test -p brownout-virtual chip_md`.

A register that is not listed, a bit that is refused written to other than its reset value, and any access to a
peripheral without a model are told as *not modelled*, with the register, the program counter and the function; so is a
combination of bits that a register's note says is told when it is written. Nothing but what a note says is passed over
in silence. The core's own registers (NVIC, SysTick, SCB, DWT, FPB) are in `src/core`.

## Peripherals

";

const REGISTERS: &str = "
## Registers

*Modelled*: bits that do what they do on the chip, or of which nothing on a board could see the effect. *Refused*: bits
that the chip has and the model lacks.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chip_md_is_in_step() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("CHIP.md");
        if std::env::var_os("BROWNOUT_WRITE_CHIP_MD").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page(), "CHIP.md is out of step; renew it with BROWNOUT_WRITE_CHIP_MD=1");
    }

    #[test]
    fn every_peripheral_with_a_model_has_its_registers() {
        for block in BLOCKS.iter().filter(|block| block.unit.is_some()) {
            assert!(!block.registers.is_empty(), "{}", block.name);
        }
    }
}
