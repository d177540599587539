//! How often a limit was hit. Each limit that can be set has the name of its setting.

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

            /// Returns its name in metrics: that of its setting in `[limits]`, if it has one.
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
    /// A request was refused: too much was on its way, in all or from its address.
    ReceivingSize = "receiving_size";
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
    /// A push was refused: too many waited for the disk.
    WaitingPushes = "waiting_pushes";
    /// A push was refused: too much waited for the disk.
    WaitingSize = "waiting_size";
    /// A push was refused: the disk has no more room than is kept in reserve.
    DiskReserve = "disk_reserve";
    /// A call was refused: its client did not wait although it had as many on its connection as it may.
    StreamsPerConnection = "streams_per_connection";
    /// A call was refused or its connection closed: its metadata was too large.
    HeaderSize = "header_size";
    /// A connection was closed: its client took back more calls than were looked at.
    PendingResets = "pending_resets";
    /// A connection was closed: its client answered no ping, or took nothing for as long.
    KeepaliveTime = "keepalive_time";
    /// Calls were cut off: the server stopped, and they did not end in time.
    DrainTime = "drain_time";
    /// A connection was closed: its client made work in another way that HTTP/2 allows. The transport fixes how much.
    Http2Flood = "http2_flood";
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

    /// Settings that turn nobody away, and why.
    const UNCOUNTED: [(&str, &str); 3] = [
        (
            "disk_reserve_percent",
            "counted as disk_reserve, of which it is the other form",
        ),
        (
            "heartbeat_interval",
            "says how often the server speaks, and refuses nothing",
        ),
        (
            "keepalive_interval",
            "says how often a client is asked; no answer is keepalive_time",
        ),
    ];

    #[test]
    fn every_setting_of_the_limits_is_counted_or_turns_nobody_away() {
        let settings = Key::all().filter(|key| key.section == "limits");
        let settings: Vec<&str> = settings.map(|key| key.name).collect();
        for name in &settings {
            let counted = Limit::ALL.iter().any(|limit| limit.name() == *name);
            let uncounted = UNCOUNTED.iter().any(|(uncounted, _)| uncounted == name);
            assert!(counted != uncounted, "{name}");
        }
        let fixed = Limit::ALL
            .iter()
            .filter(|limit| !settings.contains(&limit.name()));
        assert_eq!(fixed.collect::<Vec<_>>(), [&Limit::Http2Flood]);
    }

    #[test]
    fn every_limit_is_counted_on_its_own() {
        let hits = Hits::default();
        for (index, limit) in Limit::ALL.iter().enumerate() {
            assert_eq!(*limit as usize, index);
            for _ in 0..=index {
                hits.note(*limit);
            }
        }
        for (limit, expected) in Limit::ALL.iter().zip(1..) {
            assert_eq!(hits.count(*limit), expected);
        }
    }
}
