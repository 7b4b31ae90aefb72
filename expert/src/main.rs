//! The program `deskside-expert`. All it does is in the library, so that tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskside_expert::run::main()
}
