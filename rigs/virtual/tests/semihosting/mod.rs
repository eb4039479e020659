//! Runs qualification firmware on the core alone, being the host that it talks to by semihosting (BKPT 0xAB).

use brownout_virtual::core::flat::FlatBus;
use brownout_virtual::core::{Core, Exit, Width};
use object::read::elf::{ElfFile32, ProgramHeader};

const DHCSR: u32 = 0xE000_EDF0;
const DEBUG_ON: u32 = 0xA05F_0001;
const SYS_WRITE0: u32 = 0x04;
const SYS_EXIT: u32 = 0x18;

/// What became of a program.
#[derive(Debug)]
pub struct Ran {
    /// What it printed.
    pub text: String,
    /// Why it ended; `None`: it said that it was done.
    pub stuck: Option<Exit>,
    /// The core as it ended.
    pub core: Core,
}

/// The bytes an ELF loads, from address 0 on.
pub fn image(elf: &[u8]) -> Vec<u8> {
    let file = ElfFile32::<object::Endianness>::parse(elf).expect("an ELF of 32 bits");
    let mut image = Vec::new();
    for segment in file.elf_program_headers() {
        let endian = file.endian();
        let data = segment.data(endian, elf).expect("a segment inside the file");
        let at = segment.p_paddr(endian) as usize;
        if !data.is_empty() && at < 0x1_0000 {
            image.resize(image.len().max(at + data.len()), 0xFF);
            image[at..at + data.len()].copy_from_slice(data);
        }
    }
    image
}

/// Runs an ELF linked at 0 until it is done or cannot go on, for `limit` cycles at most.
pub fn run(elf: &[u8], limit: u64) -> Ran {
    let mut bus = FlatBus::new(&image(elf));
    let mut core = Core::new();
    core.reset(&mut bus);
    let mut text = String::new();
    let stuck = loop {
        core.debug_write(&mut bus, DHCSR, DEBUG_ON, Width::Word).expect("the core's own register");
        match core.run(&mut bus, limit) {
            Exit::Attention => {}
            Exit::Sleep => match core.next_wake() {
                Some(wake) if wake < limit => core.idle_until(wake),
                _ => break Some(Exit::Sleep),
            },
            Exit::Halted => {
                let [operation, argument, ..] = core.registers();
                match operation {
                    SYS_WRITE0 => {
                        let mut byte = |at| core.debug_read(&mut bus, at, Width::Byte).expect("text in memory") as u8;
                        text.extend((argument..).map(&mut byte).take_while(|byte| *byte != 0).map(char::from));
                    }
                    SYS_EXIT => break None,
                    _ => break Some(Exit::Halted),
                }
                let pc = core.pc();
                core.set_register(15, pc + 2);
            }
            exit => break Some(exit),
        }
    };
    Ran { text, stuck, core }
}
