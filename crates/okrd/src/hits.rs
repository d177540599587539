//! How often a limit was hit. Each limit has the name of its setting.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! limits {
    ($($(#[doc = $text:literal])+ $name:ident = $setting:literal;)+) => {
        /// A limit that somebody can hit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Limit {
            $( $(#[doc = $text])+ $name, )+
        }

        impl Limit {
            /// Every limit, in the order of its number.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the name of its setting in `[limits]`.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $setting,)+
                }
            }
        }
    };
}

limits! {
    /// A connection was closed: there were too many.
    Connections = "connections";
    /// A connection was closed: there were too many from its address.
    ConnectionsPerAddress = "connections_per_address";
    /// A connection was closed: it made no request in time.
    HandshakeTime = "handshake_time";
    /// A request was refused: it was too large.
    RequestSize = "request_size";
    /// A call was refused: its address called too often.
    CallsPerSecondPerAddress = "calls_per_second_per_address";
    /// A call was refused: its token called too often.
    CallsPerSecond = "calls_per_second";
    /// A login was refused: too many from its address had failed.
    FailedLoginsPerMinute = "failed_logins_per_minute";
    /// A pull was refused: its token had too many.
    StreamsPerToken = "streams_per_token";
    /// A call was given up: it took too long.
    CallTime = "call_time";
    /// A stream was ended: its client took nothing for too long.
    SlowReaderTime = "slow_reader_time";
    /// A push was refused: too much waited for the disk, by number or by size.
    WaitingPushes = "waiting_pushes";
}

/// The counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Hits([AtomicU64; Limit::ALL.len()]);

impl Hits {
    /// Counts a hit. The log gets a line whenever the count has doubled, so that nobody can flood it.
    pub(crate) fn note(&self, limit: Limit) {
        let count = self.0[limit as usize].fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            tracing::warn!(limit = limit.name(), count, "limit hit");
        }
    }

    /// Returns how often a limit was hit.
    pub(crate) fn count(&self, limit: Limit) -> u64 {
        self.0[limit as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Key;

    #[test]
    fn every_limit_is_named_as_its_setting_and_counted_on_its_own() {
        let hits = Hits::default();
        for (index, limit) in Limit::ALL.iter().enumerate() {
            assert_eq!(*limit as usize, index);
            let named =
                Key::all().filter(|key| key.section == "limits" && key.name == limit.name());
            assert_eq!(named.count(), 1, "{}", limit.name());
            for _ in 0..=index {
                hits.note(*limit);
            }
        }
        for (limit, expected) in Limit::ALL.iter().zip(1..) {
            assert_eq!(hits.count(*limit), expected);
        }
    }
}
