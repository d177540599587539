//! Under fire: programs are killed and power is cut under load, and nothing acknowledged is lost or doubled.
//!
//! `cargo test` runs a few rounds. Any number runs with `OKR_TEST_ROUNDS`, and prints figures:
//! `OKR_TEST_ROUNDS=200 cargo test -p okr-e2e --test e2e fire -- --nocapture`.

mod crash;
mod disk;
mod history;
mod load;
mod power;

use std::io::Write as _;

/// Returns how often a campaign repeats what it does: a few times unless `OKR_TEST_ROUNDS` says otherwise.
fn rounds(few: usize) -> usize {
    std::env::var("OKR_TEST_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(few)
}

/// Prints a line of figures, which a test that passes shows with `--nocapture` only.
#[expect(
    clippy::print_stdout,
    reason = "the harness keeps it back unless figures are wanted"
)]
fn figure(line: &str) {
    println!("{line}");
}

/// Says that a test did not run, and why, even where what tests print is kept back.
fn skipped(why: &str) {
    let line = format!("skipped: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
