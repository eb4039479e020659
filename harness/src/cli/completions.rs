//! `brownout completions SHELL`: what a shell needs to complete our options, from the options themselves.

use super::Cli;
use super::exit::Exit;
use super::output::Output;
use clap::CommandFactory;
use clap_complete::Shell;

/// For which shell.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub fn completions(options: &Options, output: &mut Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "brownout", &mut script);
    output.data(String::from_utf8_lossy(&script).trim_end());
    Exit::Fine
}
