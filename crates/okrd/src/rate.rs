//! How often somebody may call: a bucket for each, that fills again while they wait.
//!
//! Of each caller one number is kept, the moment at which its bucket is full again (the generic cell rate algorithm of
//! ITU-T I.371). Whoever has a full bucket is forgotten, so memory follows those who are calling now.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Callers that are remembered at one time; one more is refused. Each one needs about 50 bytes.
const MOST_CALLERS: usize = 200_000;
/// Callers among whom nobody is looked for to forget.
const FEW_CALLERS: usize = 1_024;
/// Time between two looks for callers to forget.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// How often something may happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// The time in which one more is allowed.
    pub(crate) each: Duration,
    /// How many may happen at once.
    pub(crate) burst: u32,
}

/// A bucket for each caller.
#[derive(Debug)]
pub(crate) struct Buckets<K>(Mutex<Full<K>>);

/// When the bucket of each caller is full again.
#[derive(Debug)]
struct Full<K> {
    at: HashMap<K, Duration>,
    /// How many there may be until those with a full bucket are forgotten.
    sweep_at: usize,
    /// When they are looked for next at the earliest: in a crowd of which nobody can be forgotten, each look is long.
    next_sweep: Duration,
}

impl Rate {
    /// Makes the rate of so many a second, and twice as many at once.
    pub(crate) fn per_second(number: usize) -> Self {
        let number = u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        Self {
            each: Duration::from_secs(1) / number,
            burst: number.saturating_mul(2),
        }
    }

    /// Makes the rate of so many a minute, and as many at once.
    pub(crate) fn per_minute(number: usize) -> Self {
        let number = u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        Self {
            each: Duration::from_mins(1) / number,
            burst: number,
        }
    }
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::new(Full {
            at: HashMap::new(),
            sweep_at: FEW_CALLERS,
            next_sweep: Duration::ZERO,
        }))
    }
}

impl<K: Eq + Hash> Buckets<K> {
    /// Takes one, or says how long to wait for it. `now` is measured from any fixed moment.
    pub(crate) fn take(&self, key: K, rate: Rate, now: Duration) -> Result<(), Duration> {
        let mut full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        full.forget(now);
        if full.at.len() >= MOST_CALLERS && !full.at.contains_key(&key) {
            return Err(rate.each);
        }
        let at = full.after_one(&key, rate, now)?;
        full.at.insert(key, at);
        Ok(())
    }

    /// Says how long to wait until one could be taken, without taking it.
    pub(crate) fn check(&self, key: &K, rate: Rate, now: Duration) -> Result<(), Duration> {
        let full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        full.after_one(key, rate, now).map(|_| ())
    }
}

impl<K: Eq + Hash> Full<K> {
    /// Returns when the bucket is full again after one more was taken.
    fn after_one(&self, key: &K, rate: Rate, now: Duration) -> Result<Duration, Duration> {
        let full = self.at.get(key).copied().unwrap_or(now).max(now);
        let after = full + rate.each;
        let most = now + rate.each * rate.burst;
        match after.checked_sub(most) {
            None | Some(Duration::ZERO) => Ok(after),
            Some(wait) => Err(wait),
        }
    }

    /// Forgets whoever has a full bucket, when there are many.
    fn forget(&mut self, now: Duration) {
        if self.at.len() < self.sweep_at || now < self.next_sweep {
            return;
        }
        self.next_sweep = now + SWEEP_INTERVAL;
        self.at.retain(|_, full| *full > now);
        // Twice as many must come before the next look, which makes it cheap for each of them.
        self.sweep_at = (2 * self.at.len()).clamp(FEW_CALLERS, MOST_CALLERS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_bucket_gives_a_burst_then_its_rate_and_fills_again() {
        let buckets = Buckets::default();
        let rate = Rate::per_second(10);
        let take = |now| buckets.take("ana", rate, now);
        for _ in 0..20 {
            assert_eq!(take(SECOND), Ok(()));
        }
        assert_eq!(take(SECOND), Err(SECOND / 10));
        assert_eq!(
            buckets.take("ben", rate, SECOND),
            Ok(()),
            "each has a bucket of their own"
        );
        assert_eq!(take(SECOND + SECOND / 10), Ok(()));
        assert_eq!(take(SECOND + SECOND / 10), Err(SECOND / 10));
        for _ in 0..20 {
            assert_eq!(take(4 * SECOND), Ok(()));
        }
        assert!(
            take(4 * SECOND).is_err(),
            "no more than a burst is saved up"
        );
    }

    #[test]
    fn looking_takes_nothing() {
        let buckets = Buckets::default();
        let rate = Rate::per_minute(2);
        for _ in 0..9 {
            assert_eq!(buckets.check(&1, rate, SECOND), Ok(()));
        }
        buckets.take(1, rate, SECOND).unwrap();
        buckets.take(1, rate, SECOND).unwrap();
        assert_eq!(buckets.check(&1, rate, SECOND), Err(30 * SECOND));
    }

    #[test]
    fn whoever_has_a_full_bucket_is_forgotten_and_others_are_bounded() {
        let buckets = Buckets::default();
        let rate = Rate::per_second(1);
        for key in 0..MOST_CALLERS {
            let now = SECOND * u32::try_from(key / 1_000).unwrap();
            buckets.take(key, rate, now).unwrap();
        }
        let known = buckets.0.lock().unwrap().at.len();
        assert!(known <= 4 * FEW_CALLERS, "{known}");
        let crowd = Buckets::default();
        for key in 0..MOST_CALLERS {
            crowd.take(key, rate, SECOND).unwrap();
        }
        assert_eq!(crowd.take(MOST_CALLERS, rate, SECOND), Err(SECOND));
        assert_eq!(
            crowd.take(0, rate, SECOND),
            Ok(()),
            "those who are known go on"
        );
        assert_eq!(crowd.take(MOST_CALLERS, rate, 9 * SECOND), Ok(()));
    }
}
