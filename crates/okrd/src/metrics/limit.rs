//! The limits that nobody sets and that turn somebody away, by the names under which that is counted.

use okr_proto::ApiError;

/// What somebody wanted too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Bytes of a request.
    RequestBytes,
    /// Changes in one push.
    ChangesPerPush,
    /// Entries in one update of the directory.
    EntriesPerUpdate,
    /// Pushes that wait for the disk, or their bytes.
    WaitingPushes,
    /// Failed logins in a minute.
    FailedLogins,
    /// Tokens that are not valid in a minute, of one kind from one address.
    WrongTokens,
    /// Time for a call, or for its client to take the next message.
    CallTime,
}

impl Limit {
    /// All of them, so that each has a number before it is hit.
    pub(crate) const ALL: [Self; 7] = [
        Self::RequestBytes,
        Self::ChangesPerPush,
        Self::EntriesPerUpdate,
        Self::WaitingPushes,
        Self::FailedLogins,
        Self::WrongTokens,
        Self::CallTime,
    ];

    /// Returns its name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::RequestBytes => "request_bytes",
            Self::ChangesPerPush => "changes_per_push",
            Self::EntriesPerUpdate => "entries_per_update",
            Self::WaitingPushes => "waiting_pushes",
            Self::FailedLogins => "failed_logins",
            Self::WrongTokens => "wrong_tokens",
            Self::CallTime => "call_time",
        }
    }

    /// Finds the limit behind a refusal of a call, if there is one.
    pub(super) fn of(error: &ApiError, method: &str) -> Option<Self> {
        match error {
            ApiError::TooLarge { what, .. } => Some(match what.as_str() {
                "changes" => Self::ChangesPerPush,
                "entries" => Self::EntriesPerUpdate,
                _ => Self::RequestBytes,
            }),
            ApiError::Overloaded { .. } if method == "Identity/Login" => Some(Self::FailedLogins),
            // A push is refused for its token before it could wait, and most are refused for what waits.
            ApiError::Overloaded { .. } if method == "Sync/Push" => Some(Self::WaitingPushes),
            ApiError::Overloaded { .. } => Some(Self::WrongTokens),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_limit_behind_it() {
        let large = |what: &str| ApiError::TooLarge {
            what: what.to_owned(),
            limit: 1,
            actual: 2,
        };
        let busy = ApiError::Overloaded { retry_after_ms: 1 };
        for (error, method, limit) in [
            (large("changes"), "Sync/Push", Some(Limit::ChangesPerPush)),
            (
                large("entries"),
                "Identity/UpdateDirectory",
                Some(Limit::EntriesPerUpdate),
            ),
            (
                large("request in bytes"),
                "Sync/Push",
                Some(Limit::RequestBytes),
            ),
            (busy.clone(), "Sync/Push", Some(Limit::WaitingPushes)),
            (busy, "Identity/Login", Some(Limit::FailedLogins)),
            (ApiError::ShuttingDown, "Sync/Push", None),
        ] {
            assert_eq!(Limit::of(&error, method), limit, "{error:?} {method}");
        }
    }
}
