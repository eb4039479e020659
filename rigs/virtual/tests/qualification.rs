//! The qualification firmware: whole programs whose output QEMU gave, and exceptions that check themselves.
//!
//! `firmware/qualification/expected` was made by `qemu-system-arm` 7.2 with the options below; the test that asks it again runs where
//! it is installed. The ELFs are committed, so that the comparison itself runs everywhere.

mod semihosting;

use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAMS: [&str; 7] = ["sorting", "checksums", "division", "recursion", "strings", "floats", "bits"];
const QEMU: [&str; 12] = [
    "-M",
    "mps2-an385",
    "-nographic",
    "-semihosting",
    "-monitor",
    "none",
    "-serial",
    "none",
    "-icount",
    "shift=0,sleep=off",
    "-no-reboot",
    "-kernel",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware/qualification")
}

fn elf(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("elf/{name}.elf"))).unwrap()
}

fn programs() -> impl Iterator<Item = String> {
    PROGRAMS.iter().flat_map(|name| ["small", "fast"].map(|kind| format!("{name}-{kind}")))
}

fn qemu(name: &str) -> String {
    let output = Command::new("qemu-system-arm")
        .args(QEMU)
        .arg(folder().join(format!("elf/{name}.elf")))
        .output()
        .expect("qemu-system-arm");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn programs_print_what_they_print_on_qemu() {
    for name in programs() {
        let ran = semihosting::run(&elf(&name), 100_000_000);
        assert_eq!(ran.stuck, None, "{name}: {:?}", ran.core.fault());
        let expected = std::fs::read_to_string(folder().join(format!("expected/{name}.txt"))).unwrap();
        assert!(ran.text == expected, "{name} printed\n{}on QEMU it was\n{expected}", ran.text);
    }
}

#[test]
#[ignore = "needs qemu-system-arm"]
fn qemu_still_prints_what_is_committed() {
    for name in programs() {
        let expected = std::fs::read_to_string(folder().join(format!("expected/{name}.txt"))).unwrap();
        assert_eq!(qemu(&name), expected, "{name}");
    }
}

#[test]
fn exceptions_do_what_the_manual_says() {
    let ran = semihosting::run(&elf("exceptions"), 100_000_000);
    assert_eq!(ran.stuck, None, "{}\n{:?} at {:#x}", ran.text, ran.core.fault(), ran.core.pc());
    let wrong: Vec<&str> = ran.text.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\nall it said:\n{}", ran.text);
    assert!(ran.text.lines().count() > 60, "too little was checked:\n{}", ran.text);
    // The last thing it does is to fault where no fault can be taken.
    let ran = semihosting::run(&elf("lockup"), 1_000_000);
    assert_eq!(ran.stuck, Some(brownout_virtual::core::Exit::Lockup), "{}", ran.text);
    assert_eq!(ran.text, "ok in the HardFault handler\n");
}

/// Where QEMU 7.2 and the manual part, the manual is followed: the line, and why.
const QEMU_DIFFERS: &[(&str, &str)] = &[
    ("four bits of priority", "its mps2-an385 implements eight; the STM32F103 four (PM0056, 4.3.7)"),
    ("qemu: fatal: Lockup", "it does not know CCR.BFHFNMIGN (B3.2.8), and ends where the last check begins"),
];

#[test]
#[ignore = "needs qemu-system-arm"]
fn exceptions_do_on_qemu_what_they_do_here() {
    let theirs = qemu("exceptions");
    let wrong: Vec<&str> = theirs
        .lines()
        // Behind its last word come registers, and lines that belong to a check told before.
        .take_while(|line| !line.starts_with("R00="))
        .filter(|line| !line.is_empty() && !line.starts_with("ok ") && !line.starts_with("    expected"))
        .filter(|line| !QEMU_DIFFERS.iter().any(|(known, _)| line.contains(known)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (line, reason) in QEMU_DIFFERS {
        assert!(
            theirs.lines().any(|said| said.contains(line) && !said.starts_with("ok ")),
            "QEMU now agrees: {line} ({reason})"
        );
    }
}

#[test]
#[ignore = "needs arm-none-eabi-gcc"]
fn the_committed_elfs_are_what_the_source_gives() {
    let stamp = std::fs::read_to_string(folder().join("elf/compiler.stamp")).unwrap();
    let version = Command::new("arm-none-eabi-gcc").arg("-dumpfullversion").output().expect("arm-none-eabi-gcc");
    let version = String::from_utf8(version.stdout).unwrap();
    if version != stamp {
        let said =
            format!("the ELFs were built by {}, this compiler is {}: not compared", stamp.trim(), version.trim());
        assert!(std::env::var_os("CI").is_none(), "{said}");
        eprintln!("{said}");
        return;
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("qualification");
    assert!(Command::new("sh").arg(folder().join("build.sh")).arg(&out).status().unwrap().success());
    let mut compared = 0;
    for entry in std::fs::read_dir(folder().join("elf")).unwrap() {
        let committed = entry.unwrap().path();
        let name = committed.file_name().unwrap();
        let same = std::fs::read(&committed).unwrap() == std::fs::read(out.join(name)).unwrap_or_default();
        assert!(same, "{} is not what the source gives: run build.sh and commit", name.display());
        compared += 1;
    }
    assert!(compared > 15, "only {compared} compared");
}
