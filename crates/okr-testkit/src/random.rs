//! A small generator of pseudo-random numbers: the same seed gives the same numbers for ever.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014), chosen because it is ten lines and has no dependencies.
//! For tests only.

use uuid::{Builder, Uuid};

/// A source of numbers that depend on the seed alone.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Begins with a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Returns the next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to below `limit`; 0 when the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("a length fits into 64 bits");
        let number = self.bits().checked_rem(limit).unwrap_or(0);
        usize::try_from(number).expect("a number below a length is a length")
    }

    /// Returns true once in `times`, on average.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Returns one of the choices, none when there are none.
    pub fn choose<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).cloned()
    }

    /// Returns a UUID of version 7 that names a moment in milliseconds since 1970.
    pub fn uuid(&mut self, millis: u64) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.bits().to_be_bytes());
        bytes[8..].copy_from_slice(&self.bits().to_be_bytes()[..2]);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut random = Random::new(1_234_567);
        // From the reference implementation.
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_uuid_carries_its_moment() {
        let uuid = Random::new(1).uuid(1_700_000_000_000);
        assert_eq!(uuid.get_version_num(), 7);
        let timestamp = uuid.get_timestamp().map(|timestamp| timestamp.to_unix());
        assert_eq!(timestamp, Some((1_700_000_000, 0)));
    }
}
