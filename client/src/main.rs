//! The program of the person who is helped.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskside_client::cli::main()
}
