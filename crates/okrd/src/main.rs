//! Hands over to the library.

use std::process::ExitCode;

/// A push makes some hundred small things, and drops them on other threads than made them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    okrd::main()
}
