//! Tokens that are not valid, counted, so that nobody can try secrets one after the other.
//!
//! Whoever shares an address with an attacker is not shut out: a token that nobody tried wrong secrets for works on.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use okr_proto::{ApiError, Excess};
use uuid::Uuid;

use crate::limits;

/// What is counted: a token's id from an address, or what has no known id from it.
type Key = (Option<IpAddr>, Option<Uuid>);

/// The wrong tokens of the minute that is running.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Minute>);

#[derive(Debug)]
struct Minute {
    began: Timestamp,
    failures: HashMap<Key, usize>,
}

impl Default for Minute {
    fn default() -> Self {
        Self {
            began: Timestamp::MIN,
            failures: HashMap::new(),
        }
    }
}

impl Refusals {
    /// Refuses when there were too many wrong tokens of this kind in the minute, without a look at this one.
    ///
    /// `token` is the id that the token gives, if it gives one that the server knows.
    ///
    /// # Errors
    ///
    /// `Overloaded`, with the time until the minute is over.
    pub(crate) fn check(
        &self,
        address: Option<IpAddr>,
        token: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let minute = self.minute(now);
        let failures = minute.failures.get(&minute.key(address, token)).copied();
        if failures.unwrap_or(0) < limits::WRONG_TOKENS_PER_MINUTE {
            return Ok(());
        }
        let wait = SignedDuration::from_mins(1) - now.duration_since(minute.began);
        Err(ApiError::Overloaded {
            retry_after_ms: u64::try_from(wait.as_millis()).unwrap_or(0),
            excess: Excess::WrongTokens,
        })
    }

    /// Counts a wrong token.
    pub(crate) fn failed(&self, address: Option<IpAddr>, token: Option<Uuid>, now: Timestamp) {
        let mut minute = self.minute(now);
        let key = minute.key(address, token);
        *minute.failures.entry(key).or_default() += 1;
    }

    /// Locks the minute that is running; a clock that was set back begins one as well.
    fn minute(&self, now: Timestamp) -> MutexGuard<'_, Minute> {
        // Each use leaves the map whole.
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = SignedDuration::from_mins(1);
        if now < minute.began || now.duration_since(minute.began) >= length {
            minute.began = now;
            minute.failures.clear();
        }
        minute
    }
}

impl Minute {
    /// Returns where a token is counted: from too many addresses at once, all others are counted together.
    fn key(&self, address: Option<IpAddr>, token: Option<Uuid>) -> Key {
        let key = (address, token);
        if self.failures.len() < limits::WRONG_TOKEN_SOURCES || self.failures.contains_key(&key) {
            key
        } else {
            (None, token)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    const THERE: Option<IpAddr> = Some(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST));
    const KNOWN: Option<Uuid> = Some(Uuid::from_u128(1));
    const OTHER: Option<Uuid> = Some(Uuid::from_u128(2));

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn too_many_wrong_secrets_of_a_token_close_the_door_for_it_and_for_a_minute() {
        let refusals = Refusals::default();
        for _ in 0..limits::WRONG_TOKENS_PER_MINUTE {
            assert_eq!(refusals.check(HERE, KNOWN, at(0)), Ok(()));
            refusals.failed(HERE, KNOWN, at(0));
        }
        let refused = refusals.check(HERE, KNOWN, at(20));
        let overloaded = ApiError::Overloaded {
            retry_after_ms: 40_000,
            excess: Excess::WrongTokens,
        };
        assert_eq!(refused, Err(overloaded));
        for (address, token) in [(HERE, OTHER), (HERE, None), (THERE, KNOWN)] {
            assert_eq!(refusals.check(address, token, at(20)), Ok(()));
        }
        assert_eq!(refusals.check(HERE, KNOWN, at(60)), Ok(()));
    }

    #[test]
    fn a_flood_from_many_addresses_takes_no_more_memory() {
        let refusals = Refusals::default();
        for number in 0..u32::try_from(limits::WRONG_TOKEN_SOURCES).unwrap() * 2 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(number));
            refusals.failed(Some(address), None, at(0));
        }
        let counted = refusals.minute(at(0)).failures.len();
        assert_eq!(counted, limits::WRONG_TOKEN_SOURCES + 1);
        assert!(refusals.check(THERE, None, at(0)).is_err());
        assert_eq!(refusals.check(THERE, KNOWN, at(0)), Ok(()));
    }
}
