//! Under fire: programs are killed, the power is cut, and the machine fails under load, and nothing acknowledged is lost or
//! doubled; clients that mean harm do none.
//!
//! `cargo test` runs a few rounds. Any number runs with `OKR_TEST_ROUNDS`, and prints figures:
//! `OKR_TEST_ROUNDS=200 cargo test -p okr-e2e --test e2e fire -- --nocapture`. Kills and power cuts end after
//! `OKR_TEST_SECONDS`, and are judged then; programs that were built before are named by `OKR_TEST_PROGRAMS`, a directory.

mod crash;
mod disk;
mod faults;
mod faulty;
mod history;
mod hostile;
mod load;
mod power;
mod readers;
mod rude;
mod site;
mod writer;

use std::io::Write as _;
use std::time::Duration;

use okr_testkit::{Random, rounds};

/// Returns a little time, so that what is cut short is cut at any moment.
fn moment(random: &mut Random, microseconds: usize) -> Duration {
    Duration::from_micros(random.below(microseconds) as u64)
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
