//! Every case of every scenario beside this file as a test of its own: for `cargo test`, `cargo nextest run` and
//! `cargo insta review`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    // At run time first: a test binary can be moved.
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = package.parent().unwrap_or(Path::new(".."));
    ExitCode::from(brownout::cli::libtest::test_target(&root.join("scenarios")))
}
