//! `brownout reject`: what is pending is thrown away; what was approved stays.

use super::accept::each;
use super::exit::Exit;
use super::output::Output;
use crate::snapshot::pending;
use std::path::PathBuf;

/// Throws every pending snapshot of the scenarios under `paths` away; names each.
pub fn reject(paths: &[PathBuf], output: &mut Output) -> Exit {
    each(paths, output, "rejected", |path| pending::reject(path).map(|()| path.clone()))
}
