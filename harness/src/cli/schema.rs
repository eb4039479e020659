//! `brownout schema FILE`: what an editor needs to complete and check our files.

use super::exit::Exit;
use super::output::Output;
use crate::reference::schema::{self, File};

/// For which file.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// scenario, rig or board
    #[arg(value_name = "FILE")]
    file: File,
}

/// Prints the JSON Schema.
pub fn schema(options: &Options, output: &mut Output) -> Exit {
    output.data(schema::text(options.file).trim_end());
    Exit::Fine
}
