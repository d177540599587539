//! How much a test does that could go on for ever: little with all tests, any amount when somebody says so.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// Returns how often a test repeats what it does: a few times unless `OKR_TEST_ROUNDS` says otherwise.
///
/// # Panics
/// When that is no number: a campaign that was mistyped shall not pass as one.
pub fn rounds(few: usize) -> usize {
    variable("OKR_TEST_ROUNDS").unwrap_or(few)
}

/// Returns the numbers of the rounds of a campaign: a few of them, or as many as `OKR_TEST_ROUNDS` says and `OKR_TEST_SECONDS`
/// allow, so that one that has to end has an end.
///
/// # Panics
/// When either is no number.
pub fn each_round(few: usize) -> impl Iterator<Item = usize> {
    let time = variable("OKR_TEST_SECONDS").map(Duration::from_secs);
    let most = if time.is_some() { usize::MAX } else { few };
    let begun = Instant::now();
    let is_left = move |_: &usize| time.is_none_or(|time| begun.elapsed() < time);
    (0..rounds(most)).take_while(is_left)
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
