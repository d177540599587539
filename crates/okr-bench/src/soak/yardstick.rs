//! How fast the machine is at a moment: the same work again and again, beside which a server can be seen to be slow.
//!
//! A virtual machine has its memory and its processors from a host, which takes of them for others as it likes. What that
//! costs is time on the processor, for the system inside cannot tell it from work.

use std::time::Duration;

use crate::figures::Watch;

/// Words of memory among which is jumped: 64 MiB, more than caches hold.
const WORDS: usize = 8 << 20;
/// Jumps, each to where the last one says.
const JUMPS: usize = 20_000;
/// Multiplies in Knuth's generator of 64-bit numbers (MMIX).
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

/// Memory to jump about in.
pub(super) struct Yardstick {
    words: Vec<u64>,
    at: u64,
}

impl Yardstick {
    pub(super) fn new() -> Self {
        Self {
            words: vec![1; WORDS],
            at: 1,
        }
    }

    /// Jumps, and returns how long this thread was on a processor for it.
    pub(super) fn measure(&mut self) -> Duration {
        let mut watch = Watch::start();
        for _ in 0..JUMPS {
            // The upper half is the better one.
            let place = usize::try_from(self.at >> 32).unwrap_or(0) % self.words.len();
            self.words[place] = self.words[place].wrapping_add(1);
            self.at = self
                .at
                .wrapping_mul(MULTIPLIER)
                .wrapping_add(self.words[place]);
        }
        watch.stop();
        watch.cpu
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_goes_on_to_other_places() {
        let mut yardstick = Yardstick::new();
        yardstick.measure();
        let touched =
            |yardstick: &Yardstick| yardstick.words.iter().filter(|word| **word > 1).count();
        let first = touched(&yardstick);
        assert!(first > JUMPS * 9 / 10, "{first}");
        yardstick.measure();
        assert!(touched(&yardstick) > first + JUMPS * 9 / 10);
    }
}
