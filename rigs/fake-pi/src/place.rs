//! Where the preloaded library is: cargo puts it beside the test that depends on it.

use std::env::current_exe;
use std::path::PathBuf;

const NAME: &str = "libbrownout_fake_pi_preload.so";

/// The library; `None` if it was not built with this executable.
pub fn library() -> Option<PathBuf> {
    let executable = current_exe().ok()?;
    // `target/debug/deps/test-…`, `target/debug/deps/lib….so`; an example or a bench is one folder further down.
    let folders = executable.ancestors().skip(1).take(3);
    folders.flat_map(|folder| [folder.join(NAME), folder.join("deps").join(NAME)]).find(|path| path.is_file())
}
