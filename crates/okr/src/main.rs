//! The program `okr`: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    okr::main()
}
