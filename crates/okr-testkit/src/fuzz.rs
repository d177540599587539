//! A mutating fuzzer for what reads bytes or text that anybody may have written.
//!
//! It knows nothing of coverage: it starts at inputs that are right, which go deep, and changes them a little, many times over.
//! Each test runs a few thousand inputs; any number runs with `OKR_TEST_ROUNDS`, or as many as `OKR_TEST_SECONDS` allow, and
//! figures are printed with `--nocapture`. The same seed gives the same inputs; one that a reader panics at is printed, and becomes a seed.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use crate::Random;
use crate::rounds::{each_round, seed};

/// How many inputs a test tries, unless it is told otherwise.
const ROUNDS: usize = 2_000;
/// Inputs stay below this, so that their number counts and not their size.
const MAX_BYTES: usize = 16 * 1024;
/// Bytes at which programs tend to go wrong.
const BYTES: [u8; 14] = [
    0, 1, 0x7f, 0x80, 0xff, b'\n', b'\r', b'\t', b'"', b':', b'-', b'#', b' ', 0x1b,
];
/// Texts at which they do.
const WORDS: [&str; 18] = [
    "9223372036854775808",
    "-1",
    "0",
    "1e400",
    "79228162514264337593543950335",
    "0.0000000001",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "2026-W53",
    "\u{feff}",
    "\u{202e}",
    "é",
    "🦀",
    "\r\n",
    "\\u0000",
    "%",
    ",,",
];

/// A reader under test: its name, inputs to begin with, and words of its grammar.
#[derive(Clone, Debug)]
pub struct Fuzz<'a> {
    name: &'a str,
    seeds: Vec<Vec<u8>>,
    words: Vec<&'a str>,
    rounds: usize,
}

impl<'a> Fuzz<'a> {
    /// Begins with inputs, best those that are right.
    ///
    /// # Panics
    /// When there is none.
    pub fn new(name: &'a str, seeds: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let seeds: Vec<Vec<u8>> = seeds.into_iter().map(Into::into).collect();
        assert!(!seeds.is_empty(), "{name} has seeds");
        Self {
            name,
            seeds,
            words: WORDS.to_vec(),
            rounds: ROUNDS,
        }
    }

    /// Adds words that are put into inputs.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.extend(words);
        self
    }

    /// Says how many inputs of a slow reader are enough where nobody asks for a number.
    #[must_use]
    pub fn few(self, rounds: usize) -> Self {
        Self { rounds, ..self }
    }

    /// Gives the reader inputs; each seed first, as it is.
    ///
    /// # Panics
    /// As the reader does, after the input was printed.
    pub fn bytes(&self, mut read: impl FnMut(&[u8])) {
        self.run(|input| read(input));
    }

    /// As [`Fuzz::bytes`], for a reader of text.
    ///
    /// # Panics
    /// As the reader does, after the input was printed.
    pub fn text(&self, mut read: impl FnMut(&str)) {
        self.run(|input| read(&String::from_utf8_lossy(input)));
    }

    #[expect(
        clippy::print_stdout,
        reason = "the harness keeps figures back unless they are wanted"
    )]
    fn run(&self, mut read: impl FnMut(&[u8])) {
        let mut random = Random::new(seed());
        let mut tally = Tally::start();
        for input in &self.seeds {
            self.check(&mut tally, input, &mut read);
        }
        let mut input = Vec::new();
        for _ in each_round(self.rounds) {
            self.mutate(&mut random, &mut input);
            self.check(&mut tally, &input, &mut read);
        }
        println!("{}: {tally}", self.name);
    }

    fn check(&self, tally: &mut Tally, input: &[u8], read: &mut impl FnMut(&[u8])) {
        let begun = Instant::now();
        let caught = catch_unwind(AssertUnwindSafe(|| read(input)));
        caught.unwrap_or_else(|panic| self.fail(input, panic));
        tally.count(begun.elapsed());
    }

    #[expect(
        clippy::print_stdout,
        reason = "an input that fails is kept as a seed by whoever reads this"
    )]
    fn fail(&self, input: &[u8], panic: Box<dyn Any + Send>) -> ! {
        println!("{} fails at b\"{}\"", self.name, input.escape_ascii());
        resume_unwind(panic)
    }

    /// Makes an input of a seed: one change, or a few.
    fn mutate(&self, random: &mut Random, input: &mut Vec<u8>) {
        input.clear();
        input.extend(&self.seeds[random.below(self.seeds.len())]);
        for _ in 0..=random.below(4) {
            self.change(random, input);
        }
        input.truncate(MAX_BYTES);
    }

    fn change(&self, random: &mut Random, input: &mut Vec<u8>) {
        let at = random.below(input.len() + 1);
        let range = at..(at + 1 + random.below(32)).min(input.len());
        match random.below(9) {
            0 => change_byte(input, at, |byte| byte ^ (1 << random.below(8))),
            1 => change_byte(input, at, |_| BYTES[random.below(BYTES.len())]),
            2 => {
                input.drain(range);
            }
            3 => {
                let copy = input[range].to_vec();
                let to = random.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            4 => {
                let other = &self.seeds[random.below(self.seeds.len())];
                let from = random.below(other.len() + 1);
                input.truncate(at);
                input.extend(&other[from..]);
            }
            5 => input.truncate(at),
            6 => {
                let word = self.words[random.below(self.words.len())];
                input.splice(at..at, word.bytes());
            }
            7 => {
                let word = self.words[random.below(self.words.len())];
                input.splice(range, word.bytes());
            }
            _ => {
                let byte = BYTES[random.below(BYTES.len())];
                input.splice(at..at, vec![byte; 1 + random.below(40)]);
            }
        }
    }
}

fn change_byte(input: &mut [u8], at: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = input.get_mut(at) {
        *byte = change(*byte);
    }
}

/// Returns how long this thread was on a processor, where the system says so: others may use the machine.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// What a test has done.
struct Tally {
    begun: Instant,
    /// How long this thread had been on a processor before.
    worked: Duration,
    inputs: u64,
    /// How long the reader took at most for one input.
    slowest: Duration,
}

impl Tally {
    fn start() -> Self {
        Self {
            begun: Instant::now(),
            worked: on_processor(),
            inputs: 0,
            slowest: Duration::ZERO,
        }
    }

    fn count(&mut self, took: Duration) {
        self.inputs += 1;
        self.slowest = self.slowest.max(took);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { begun, inputs, .. } = self;
        let (took, worked) = (begun.elapsed(), on_processor().saturating_sub(self.worked));
        let rate = u128::from(*inputs) * 1_000_000 / worked.as_micros().max(1);
        let (seconds, slowest) = (took.as_secs_f64(), self.slowest.as_secs_f64() * 1e3);
        write!(
            formatter,
            "{inputs} inputs in {seconds:.1} s, {rate} in a second of processor time, the slowest in {slowest:.1} ms"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn inputs_are_near_the_seeds_and_all_different() {
        let seed = "objective: ship it";
        let mut inputs = HashSet::new();
        let mut near = 0;
        Fuzz::new("words", [seed]).text(|text| {
            near += usize::from(text.contains("objective") || text.contains("ship"));
            inputs.insert(text.to_owned());
        });
        assert!(inputs.contains(seed));
        assert!(inputs.len() > 1_000, "{}", inputs.len());
        assert!(near > 1_000, "{near}");
    }

    #[test]
    fn a_reader_that_panics_is_found() {
        let read = |text: &str| assert!(!text.contains("tt"), "twice");
        let found = catch_unwind(|| Fuzz::new("planted", ["a t b"]).text(read));
        assert!(found.is_err());
    }
}
