//! How much a test does that could go on for ever: little with all tests, any amount when somebody says so.

use std::str::FromStr;
use std::time::Duration;

/// Returns how often a test repeats what it does: a few times unless `OKR_TEST_ROUNDS` says otherwise.
///
/// # Panics
/// When that is no number: a campaign that was mistyped shall not pass as one.
pub fn rounds(few: usize) -> usize {
    variable("OKR_TEST_ROUNDS").unwrap_or(few)
}

/// Returns how many rounds are asked for, by a number that may be far greater.
pub(crate) fn rounds_asked() -> Option<u64> {
    variable("OKR_TEST_ROUNDS")
}

/// Returns for how long a test shall go on, if `OKR_TEST_SECONDS` says so.
pub(crate) fn seconds() -> Option<Duration> {
    variable("OKR_TEST_SECONDS").map(Duration::from_secs)
}

/// Returns where random numbers begin: at the same ones each time unless `OKR_TEST_SEED` says otherwise.
pub(crate) fn seed() -> u64 {
    variable("OKR_TEST_SEED").unwrap_or(1)
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let number = text.parse().ok();
    assert!(number.is_some(), "{name} is {text:?}, which is no number");
    number
}
