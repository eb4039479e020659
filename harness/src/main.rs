//! The `brownout` command.

fn main() -> brownout::cli::exit::Exit {
    brownout::cli::main(std::env::args_os())
}
