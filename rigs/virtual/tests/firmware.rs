//! The committed ELFs are what the source gives, byte for byte, and the parts that need no board pass their own tests.

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware")
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
        // Where CI runs, a skipped comparison must not pass for one.
        assert!(std::env::var_os("CI").is_none(), "{said}");
        eprintln!("{said}");
        return;
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware");
    let built = Command::new("sh").arg(folder().join("build.sh")).arg(&out).status().unwrap();
    assert!(built.success(), "the firmware does not build");
    let mut compared = 0;
    for entry in std::fs::read_dir(folder().join("elf")).unwrap() {
        let committed = entry.unwrap().path();
        let name = committed.file_name().unwrap();
        let same = std::fs::read(&committed).unwrap() == std::fs::read(out.join(name)).unwrap_or_default();
        assert!(same, "{} is not what the source gives: run build.sh and commit", name.display());
        compared += 1;
    }
    assert!(compared > 2, "nothing compared");
}

#[test]
#[ignore = "needs gcc and make"]
fn the_parts_that_need_no_board_pass_their_own_tests() {
    let checked = Command::new("make").arg("-C").arg(folder()).arg("check").output().expect("make");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
