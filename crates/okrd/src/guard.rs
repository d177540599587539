//! What keeps one caller from taking everything: how often an address and a token may call, how many streams a token
//! may hold, how many codes may be tried. Every refusal is counted.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use okr_proto::{ApiError, Excess};
use uuid::Uuid;

use crate::accept::subscriber;
use crate::config::Limits;
use crate::hits::{Hits, Limit};
use crate::limits::LiveLimits;
use crate::rate::{Buckets, Rate};

/// The limits of each caller, and where they stand.
#[derive(Debug)]
pub(crate) struct Guard {
    limits: Arc<LiveLimits>,
    hits: Arc<Hits>,
    started: Instant,
    addresses: Buckets<IpAddr>,
    tokens: Buckets<Uuid>,
    failures: Buckets<Option<IpAddr>>,
    streams: Streams,
}

/// The streams of each token. Cloning shares it.
#[derive(Clone, Debug, Default)]
struct Streams(Arc<Mutex<HashMap<Uuid, usize>>>);

/// A stream that counts, until it is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    streams: Streams,
    token: Uuid,
}

impl Guard {
    pub(crate) fn new(limits: Arc<LiveLimits>, hits: Arc<Hits>) -> Self {
        Self {
            limits,
            hits,
            started: Instant::now(),
            addresses: Buckets::default(),
            tokens: Buckets::default(),
            failures: Buckets::default(),
            streams: Streams::default(),
        }
    }

    /// Returns the limits of this moment.
    pub(crate) fn limits(&self) -> Arc<Limits> {
        self.limits.get()
    }

    /// Counts a hit.
    pub(crate) fn note(&self, limit: Limit) {
        self.hits.note(limit);
    }

    /// Refuses a call of an address that calls too often, before anything is looked up for it.
    pub(crate) fn admit_address(&self, address: Option<IpAddr>) -> Result<(), ApiError> {
        let Some(address) = address else {
            return Ok(());
        };
        let rate = Rate::per_second(self.limits().calls_per_second_per_address.to_usize());
        let taken = self
            .addresses
            .take(subscriber(address), rate, self.started.elapsed());
        taken.map_err(|wait| {
            self.overloaded(
                Limit::CallsPerSecondPerAddress,
                (Excess::CallsFromAddress, wait),
            )
        })
    }

    /// Refuses a call of a token that calls too often.
    pub(crate) fn admit_token(&self, token: Uuid) -> Result<(), ApiError> {
        let rate = Rate::per_second(self.limits().calls_per_second.to_usize());
        let admitted = self.tokens.take(token, rate, self.started.elapsed());
        admitted
            .map_err(|wait| self.overloaded(Limit::CallsPerSecond, (Excess::CallsOfToken, wait)))
    }

    /// Refuses a login of an address from which too many have failed.
    pub(crate) fn admit_login(
        &self,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let checked = self
            .failures
            .check(&address.map(subscriber), self.logins(), since_1970(now));
        checked.map_err(|wait| {
            self.overloaded(Limit::FailedLoginsPerMinute, (Excess::FailedLogins, wait))
        })
    }

    /// Counts a failed login.
    pub(crate) fn login_failed(&self, address: Option<IpAddr>, now: Timestamp) {
        // Whoever tries more at once than there may fail is refused at the next one.
        self.failures
            .take(address.map(subscriber), self.logins(), since_1970(now))
            .ok();
    }

    fn logins(&self) -> Rate {
        Rate::per_minute(self.limits().failed_logins_per_minute.to_usize())
    }

    /// Counts a stream of a token, unless it is one too many.
    pub(crate) fn open_stream(&self, token: Uuid) -> Result<StreamPlace, ApiError> {
        let limit = self.limits().streams_per_token.to_usize();
        let mut open = self.streams.lock();
        let count = open.get(&token).copied().unwrap_or(0);
        if count >= limit {
            self.note(Limit::StreamsPerToken);
            return Err(ApiError::TooLarge {
                what: "streams of this token".to_owned(),
                limit: limit as u64,
                actual: count as u64 + 1,
            });
        }
        open.insert(token, count + 1);
        drop(open);
        let streams = self.streams.clone();
        Ok(StreamPlace { streams, token })
    }

    fn overloaded(&self, limit: Limit, (excess, wait): (Excess, Duration)) -> ApiError {
        self.note(limit);
        // Rounded up: a client that comes back to the millisecond must not be too early.
        let retry_after_ms = u64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
        ApiError::Overloaded {
            retry_after_ms,
            excess,
        }
    }
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        // Nothing in between can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        match open.get_mut(&self.token) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                open.remove(&self.token);
            }
        }
    }
}

/// Returns a time of day as a span, for buckets that outlive no restart.
fn since_1970(now: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(now.as_microsecond()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(limits: &[(&str, &str)]) -> Guard {
        let limits = Limits::new(limits).unwrap();
        Guard::new(Arc::new(LiveLimits::new(limits)), Arc::default())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn failed_logins_close_the_door_for_one_address_and_not_for_the_others() {
        let guard = guard(&[("failed_logins_per_minute", "10")]);
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|text| Some(text.parse().unwrap()));
        for _ in 0..10 {
            assert_eq!(guard.admit_login(one, at(0)), Ok(()));
            guard.login_failed(one, at(0));
        }
        let refused = guard.admit_login(one, at(1));
        assert_eq!(
            refused,
            Err(ApiError::Overloaded {
                retry_after_ms: 5_000,
                excess: Excess::FailedLogins,
            })
        );
        assert_eq!(guard.admit_login(other, at(1)), Ok(()));
        assert_eq!(
            guard.admit_login(one, at(6)),
            Ok(()),
            "one more in six seconds"
        );
        assert_eq!(guard.hits.count(Limit::FailedLoginsPerMinute), 1);
    }

    #[test]
    fn a_token_and_an_address_have_rates_of_their_own() {
        let guard = guard(&[
            ("calls_per_second", "1"),
            ("calls_per_second_per_address", "2"),
        ]);
        let (token, address) = (Uuid::nil(), Some(IpAddr::from([192, 0, 2, 1])));
        for _ in 0..2 {
            assert_eq!(guard.admit_token(token), Ok(()));
        }
        assert!(matches!(
            guard.admit_token(token),
            Err(ApiError::Overloaded {
                retry_after_ms: 1..=1_000,
                excess: Excess::CallsOfToken,
            })
        ));
        assert_eq!(guard.admit_token(Uuid::max()), Ok(()));
        for _ in 0..4 {
            assert_eq!(guard.admit_address(address), Ok(()));
        }
        assert!(guard.admit_address(address).is_err());
        assert_eq!(guard.hits.count(Limit::CallsPerSecond), 1);
        assert_eq!(guard.hits.count(Limit::CallsPerSecondPerAddress), 1);
    }

    #[test]
    fn a_stream_that_ends_makes_room_for_another() {
        let guard = guard(&[("streams_per_token", "2")]);
        let first = guard.open_stream(Uuid::nil()).unwrap();
        let _second = guard.open_stream(Uuid::nil()).unwrap();
        assert!(matches!(
            guard.open_stream(Uuid::nil()),
            Err(ApiError::TooLarge {
                limit: 2,
                actual: 3,
                ..
            })
        ));
        drop(guard.open_stream(Uuid::max()).unwrap());
        drop(first);
        let third = guard.open_stream(Uuid::nil()).unwrap();
        drop(third);
        assert_eq!(
            guard.streams.lock().len(),
            1,
            "nothing is kept of a token without streams"
        );
    }
}
