//! Firmware that is none, and firmware that does nobody good.

use crate::support::Place;
use object::{Object, ObjectSegment, ObjectSymbol};
use std::fs;
use std::path::Path;

/// The shipped firmware.
fn shipped() -> Vec<u8> {
    fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../rigs/virtual/firmware/elf/weekly.elf")).unwrap()
}

/// The shipped firmware with other code where a function begins.
fn patched(function: &str, code: &[u8]) -> Vec<u8> {
    let mut elf = shipped();
    let file = object::File::parse(&*elf).unwrap();
    let symbol = file.symbols().find(|symbol| symbol.name() == Ok(function)).unwrap();
    // Bit 0 says Thumb.
    let address = symbol.address() & !1;
    let segment = file.segments().find(|segment| {
        segment.file_range().1 > 0 && (segment.address()..segment.address() + segment.size()).contains(&address)
    });
    let segment = segment.unwrap();
    let at = usize::try_from(segment.file_range().0 + address - segment.address()).unwrap();
    elf[at..at + code.len()].copy_from_slice(code);
    elf
}

fn with(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    change(&mut bytes);
    bytes
}

#[test]
fn what_is_no_firmware_is_refused_before_anything_is_flashed() {
    let sound = shipped();
    // Offsets of an ELF32: machine at 18, first program header at 52, in it the physical address at 12, size at 16.
    let files: [(&str, Vec<u8>, &[&str]); 6] = [
        ("text", b"not an ELF at all".to_vec(), &["is not an ELF file", "name the ELF that the linker wrote"]),
        ("empty", Vec::new(), &["is not an ELF file"]),
        ("half", sound[..sound.len() / 2].to_vec(), &["damaged", "build or copy it again"]),
        ("riscv", with(&sound, |elf| elf[18..20].copy_from_slice(&[243, 0])), &["another machine", "STM32F103C8"]),
        (
            "elsewhere",
            with(&sound, |elf| elf[64..68].copy_from_slice(&0x1000_0000_u32.to_le_bytes())),
            &["another chip", "0x10000000"],
        ),
        (
            "large",
            with(&sound, |elf| {
                elf[68..72].copy_from_slice(&66_000_u32.to_le_bytes());
                elf.extend([0; 70_000]);
            }),
            &["too large", "65 KiB", "64"],
        ),
    ];
    let here = Place::passing();
    for (name, bytes, words) in files {
        let file = format!("{name}.elf");
        here.write(&file, bytes);
        let ran = here.run(&["run", "--firmware", &file, "--record", "records"]);
        ran.says(2, words);
        ran.says(2, &[&file]);
        assert_eq!(ran.stdout, "", "{name}");
    }
    here.run(&["run", "--firmware", "nowhere.elf"]).says(2, &["nowhere.elf", "cannot be read"]);
    assert!(!here.path("records").exists());
}

#[test]
fn a_firmware_that_never_boots_fails_the_board() {
    let here = Place::passing();
    // b .
    here.write("dead.elf", patched("reset_handler", &[0xfe, 0xe7]));
    let ran = here.run(&["run", "--firmware", "dead.elf"]);
    ran.prints(
        1,
        &["failed        power/noon", "never answered after power-up", "by the board", "out of reset: power-on"],
    );
}

#[test]
fn a_firmware_that_crashes_is_told_with_its_registers() {
    let here = Place::passing();
    // movs r0, #0; ldr r0, [r0, #-4] would be legal: load from where nothing is. mov.w r1, #0x60000000; ldr r2, [r1]
    here.write("crash.elf", patched("program", &[0x4f, 0xf0, 0xc0, 0x41, 0x0a, 0x68]));
    let ran = here.run(&["run", "--firmware", "crash.elf"]);
    ran.prints(
        1,
        &[
            "failed        power/noon",
            "core fault: in program+0x",
            "HardFault",
            "at 0x0800",
            "accessing 0x60000000",
            "r1 0x60000000",
        ],
    );
}

/// Writes `x` and a line end to the console without end. Assembled:
/// ```text
///     ldr r0, =0x40021018 ; RCC_APB2ENR        movw r1, #0x4004     str r1, [r0]
///     ldr r0, =0x40010804 ; GPIOA_CRH          ldr r1, =0x444444b4  str r1, [r0]
///     ldr r0, =0x40013800 ; USART1             movs r1, #0x45       str r1, [r0, #8]
///     movw r1, #0x2008                         str r1, [r0, #12]    movs r2, #'x'
/// 1:  ldr r3, [r0]    lsls r3, r3, #24    bpl 1b    str r2, [r0, #4]    movs r3, #0x72    eors r2, r3    b 1b
/// ```
const FLOOD: &[u8] = &[
    0x0a, 0x48, 0x44, 0xf2, 0x04, 0x01, 0x01, 0x60, 0x09, 0x48, 0x0a, 0x49, 0x01, 0x60, 0x0a, 0x48, 0x45, 0x21, 0x81,
    0x60, 0x42, 0xf2, 0x08, 0x01, 0xc1, 0x60, 0x78, 0x22, 0x03, 0x68, 0x1b, 0x06, 0xfc, 0xd5, 0x42, 0x60, 0x72, 0x23,
    0x5a, 0x40, 0xf8, 0xe7, 0x00, 0xbf, 0x18, 0x10, 0x02, 0x40, 0x04, 0x08, 0x01, 0x40, 0xb4, 0x44, 0x44, 0x44, 0x00,
    0x38, 0x01, 0x40,
];

/// The same firmware, its store written in place without a second copy.
#[test]
fn a_store_written_in_place_is_caught_and_the_lost_programme_named() {
    let here = Place::shipped(&["memory"]);
    let elf = concat!(env!("CARGO_MANIFEST_DIR"), "/../rigs/virtual/firmware/elf/weekly-inplace.elf");
    for scenario in ["power-lost-inside-save", "reset-inside-save"] {
        let path = format!("scenarios/memory/{scenario}.toml");
        let records = format!("records-{scenario}");
        let sound = here.run(&["run", &path, "--record", &records]);
        sound.prints(0, &[&format!("passed        memory/{scenario}")]);
        // A scenario that tears nothing would pass on any firmware.
        assert!(here.torn(&records) >= 8, "{} of its cases tear a flash operation", here.torn(&records));
        let words = [
            format!("failed        memory/{scenario}"),
            "programs kept: it was not so".to_owned(),
            "programme 1 (Mon-Fri 08:00:00 to 18:00:00) is lost".to_owned(),
            "flash: torn".to_owned(),
        ];
        here.run(&["run", &path, "--firmware", elf]).prints(1, &words.each_ref().map(String::as_str));
    }
}

#[test]
fn a_firmware_that_floods_the_console_is_stopped() {
    let here = Place::passing();
    here.write("flood.elf", patched("reset_handler", FLOOD));
    let ran = here.run(&["run", "--firmware", "flood.elf"]);
    ran.prints(1, &["failed        power/noon", "floods its console", "more lines received"]);
    assert!(ran.stdout.len() < 10_000, "{}", ran.stdout.len());
}

#[test]
fn a_board_that_a_person_had_to_help_gets_criterion_c() {
    let here = Place::shipped(&["power"]);
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/elf/weekly-power-up.elf");
    let path = "scenarios/power/operator-helps.toml";
    let ran = here.run(&["run", path, "--firmware", &elf.display().to_string()]);
    ran.prints(1, &["failed        power/operator-helps", "criterion C", "K1 is closed within 2s; observed: open"]);
}

/// An ELF that links at 0, where the chip shows its flash too, loaded into the flash itself.
fn into_flash(elf: &[u8]) -> Vec<u8> {
    let half = |at: usize| usize::from(u16::from_le_bytes([elf[at], elf[at + 1]]));
    let word = |at: usize| u32::from_le_bytes([elf[at], elf[at + 1], elf[at + 2], elf[at + 3]]);
    // Offsets of an ELF32: program headers at 28, their number at 44; in each of 32 bytes the physical address at 12.
    let places = (0..half(44)).map(|n| word(28) as usize + 32 * n + 12);
    let low: Vec<usize> = places.filter(|place| word(*place) < 0x1_0000).collect();
    with(elf, |elf| low.into_iter().for_each(|place| elf[place + 3] = 0x08))
}

/// What the summary of a run says of firmware that does one bad thing: the function, what happened, where, a register.
const MISBEHAVING: [(&str, &[&str]); 10] = [
    ("beyond-ram", &["in write_outside_memory+", "accessing 0x20005000", "at 0x00000042", "; r0 0x20005000"]),
    ("write-flash", &["in write_outside_memory+", "accessing 0x08000100", "; r0 0x8000100"]),
    ("jump-nowhere", &["called from call+", "IBUSERR", "at 0x60000000", "; r0 0x60000001"]),
    ("jump-device", &["called from call+", "IACCVIOL", "at 0x40010800", "lr 0x"]),
    ("jump-null", &["called from call+", "INVSTATE", "at 0x00000000", "lr 0x"]),
    ("erased-flash", &["called from call+", "UNDEFINSTR", "at 0x08008000", "lr 0x"]),
    ("stack-overflow", &["in recurse+", "accessing 0x1fff", "sp 0x1fff"]),
    ("lockup", &["in write_outside_memory+", "accessing 0xa0000000", "the core locked up at 0x"]),
    (
        "sleep-for-ever",
        &[
            "observed: core asleep",
            "core asleep: in sleep_for_ever+",
            "the core sleeps for ever: no interrupt is enabled",
            "(r0 0x",
        ],
    ),
    (
        "watchdog",
        &[
            "observed: reset by watchdog",
            "watchdog reset: in never_feed_the_watchdog+",
            "the independent watchdog was not fed in time",
            "(r0 0x",
        ],
    ),
];

#[test]
fn a_firmware_that_misbehaves_is_told_where_and_with_its_registers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/qualification/elf");
    let here = Place::new();
    here.scenario(
        "cut",
        "title = \"t\"\nwhy = \"w\"\ncovers = [\"error-500\"]\n\
         steps = [{ cut = \"1s\" }, { wait = \"2s\" }, { expect = { faults = \"none\" } }]\n",
    );
    let bad = |name: &str| {
        let elf = fs::read(folder.join(format!("bad-{name}.elf"))).unwrap();
        here.write("bad.elf", into_flash(&elf));
        here.run(&["run", "--firmware", "bad.elf"])
    };
    for (name, words) in MISBEHAVING {
        let ran = bad(name);
        assert_eq!(ran.status, 1, "{name}: {ran:#?}");
        // Long lines are broken where they are shown.
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(said.contains(word), "{name}: no `{word}` in {}", ran.stdout);
        }
    }
    let ran = bad("unknown-register");
    ran.prints(75, &["read of CAN+0x04 (0x40006404)", "in touch_an_unknown_register+", "not modelled"]);
}
