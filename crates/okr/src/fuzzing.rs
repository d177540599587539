//! Everything that people type or write into files, mutated: nothing makes a reader panic, whatever it says.
//!
//! Any number of inputs: `OKR_TEST_ROUNDS=1000000 cargo test -p okr --lib fuzzing -- --nocapture`.

mod files;
mod typed;
