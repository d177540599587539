//! Why a call failed as a whole: [`ApiError`] <-> gRPC status, both directions.
//!
//! The status carries a `google.rpc.ErrorInfo` with a stable reason and facts. Programs act on the
//! reason, never on the text. What becomes of a single change of a push stands in `sync`.

use std::collections::HashMap;
use std::time::Duration;

use thiserror::Error;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The metadata key of the protocol's version; its value is [`crate::PROTOCOL_VERSION`].
pub const PROTOCOL_METADATA_KEY: &str = "okr-protocol";
/// The metadata key of the credential; its value is [`BEARER_PREFIX`] and the token.
pub const AUTHORIZATION_METADATA_KEY: &str = "authorization";
/// What stands before the token in the metadata [`AUTHORIZATION_METADATA_KEY`].
pub const BEARER_PREFIX: &str = "Bearer ";
/// The metadata key of a request's name, which the server's log has as well: at most 64 of `A-Za-z0-9-_.`.
pub const REQUEST_ID_METADATA_KEY: &str = "x-request-id";
/// The domain of every `google.rpc.ErrorInfo` of this protocol.
pub const ERROR_DOMAIN: &str = "okr.v1";

/// Why a call failed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApiError {
    /// The call carries no token, or one that is unknown, revoked or expired: one answer for all.
    #[error("the token is missing or not valid")]
    Unauthenticated,
    /// The one-time code is unknown, used or expired: one answer for all.
    #[error("the code is not valid")]
    CodeRefused,
    /// The credential does not allow the call.
    #[error("not permitted to {what}: {why}")]
    PermissionDenied {
        /// What is not allowed, to follow "to".
        what: String,
        /// Why not, as a fragment.
        why: String,
        /// The stable word for why not, in kebab-case.
        refusal: String,
    },
    /// The server does not speak the client's version of the protocol.
    #[error("protocol version {client} is not spoken, only {oldest} to {newest}")]
    ProtocolVersion {
        /// What the client sent; may be empty.
        client: String,
        /// The oldest version that the server speaks.
        oldest: u32,
        /// The newest version that the server speaks.
        newest: u32,
    },
    /// Something in the request is above its limit.
    #[error("{what} of {actual} is above the limit of {limit}")]
    TooLarge {
        /// What is too large, with its unit.
        what: String,
        /// The greatest allowed.
        limit: u64,
        /// What was sent.
        actual: u64,
    },
    /// A change of a push cannot be read.
    #[error("change {index} cannot be read: {problem}")]
    InvalidChange {
        /// Which change of the request, from 0.
        index: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A field of the request has a value that it cannot have.
    #[error("{field}: {problem}")]
    InvalidRequest {
        /// The field, as in the message's definition.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The client asks for what follows a position that the log has not reached.
    #[error("the position is ahead of the log, which ends at {head}")]
    PositionAhead {
        /// The newest durable position.
        head: u64,
    },
    /// The changes may or may not have been appended; pushing them again is safe.
    #[error("the outcome is unknown; sending the same again is safe")]
    OutcomeUnknown,
    /// A write to disk failed earlier; the server takes no more until somebody restarts it.
    #[error("the server's storage refuses writes")]
    StorageRefusesWrites,
    /// The server's disk is nearly full; it takes changes again when there is room.
    #[error("the server's disk is nearly full")]
    DiskReserve,
    /// The server is about to stop.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// The organisation is read-only.
    #[error("the organisation is frozen: it can be read, and takes no changes")]
    Frozen,
    /// The organisation holds all that it may.
    #[error("the organisation may have {limit} {what} and no more")]
    QuotaExceeded {
        /// What there would be too much of.
        what: String,
        /// The greatest amount.
        limit: u64,
    },
    /// There is too much of something; the same call may go well later.
    #[error("{excess}")]
    Overloaded {
        /// How long the client should wait, in milliseconds.
        retry_after_ms: u64,
        /// What there is too much of.
        excess: Excess,
    },
    /// The server failed; its log has the cause under this id.
    #[error("internal error {request_id}")]
    Internal {
        /// Names the request in the server's log.
        request_id: String,
    },
}

/// What there is too much of, when a client is told to come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Excess {
    /// More is asked of the server than it can do: by everybody together.
    #[error("the server is overloaded")]
    Work,
    /// Calls of this token.
    #[error("this token calls too often")]
    CallsOfToken,
    /// Calls from this address, whoever makes them.
    #[error("too many calls come from this address")]
    CallsFromAddress,
    /// Logins from this address that failed.
    #[error("too many logins from this address have failed")]
    FailedLogins,
    /// Tokens from this address that were not valid.
    #[error("too many tokens from this address were not valid")]
    WrongTokens,
}

impl Excess {
    const ALL: [Self; 5] = [
        Self::Work,
        Self::CallsOfToken,
        Self::CallsFromAddress,
        Self::FailedLogins,
        Self::WrongTokens,
    ];

    /// Returns the stable word for it, in kebab-case.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::CallsOfToken => "calls-of-token",
            Self::CallsFromAddress => "calls-from-address",
            Self::FailedLogins => "failed-logins",
            Self::WrongTokens => "wrong-tokens",
        }
    }

    /// Finds it by its word; what an older server does not say, or a newer one says, is work.
    fn named(word: Option<&str>) -> Self {
        let found = Self::ALL.into_iter().find(|it| Some(it.word()) == word);
        found.unwrap_or(Self::Work)
    }
}

impl ApiError {
    /// Returns the stable word for the reason, in kebab-case.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::CodeRefused => "code-refused",
            Self::PermissionDenied { .. } => "permission-denied",
            Self::ProtocolVersion { .. } => "protocol-version",
            Self::TooLarge { .. } => "too-large",
            Self::InvalidChange { .. } => "invalid-change",
            Self::InvalidRequest { .. } => "invalid-request",
            Self::PositionAhead { .. } => "position-ahead",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::StorageRefusesWrites => "storage-refuses-writes",
            Self::DiskReserve => "disk-reserve",
            Self::ShuttingDown => "shutting-down",
            Self::Frozen => "frozen",
            Self::QuotaExceeded { .. } => "quota-exceeded",
            Self::Overloaded { .. } => "overloaded",
            Self::Internal { .. } => "internal",
        }
    }

    /// Returns the gRPC code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Unauthenticated | Self::CodeRefused => Code::Unauthenticated,
            Self::PermissionDenied { .. } => Code::PermissionDenied,
            Self::ProtocolVersion { .. } | Self::Frozen => Code::FailedPrecondition,
            Self::TooLarge { .. } | Self::Overloaded { .. } | Self::QuotaExceeded { .. } => {
                Code::ResourceExhausted
            }
            Self::InvalidChange { .. } | Self::InvalidRequest { .. } => Code::InvalidArgument,
            Self::PositionAhead { .. } => Code::OutOfRange,
            Self::OutcomeUnknown
            | Self::StorageRefusesWrites
            | Self::DiskReserve
            | Self::ShuttingDown => Code::Unavailable,
            Self::Internal { .. } => Code::Internal,
        }
    }

    /// Reads the error from a status; none when the status is not from this protocol.
    ///
    /// A status without our details comes from elsewhere: a proxy, a time-out, a lost connection,
    /// or a server with a reason that this program does not know.
    pub fn from_status(status: &Status) -> Option<Self> {
        let info = status.get_details_error_info()?;
        if info.domain != ERROR_DOMAIN {
            return None;
        }
        Self::from_reason(&info.reason, &Facts(info.metadata))
    }

    fn from_reason(reason: &str, facts: &Facts) -> Option<Self> {
        Some(match reason {
            "unauthenticated" => Self::Unauthenticated,
            "code-refused" => Self::CodeRefused,
            "permission-denied" => Self::PermissionDenied {
                what: facts.text("what")?,
                why: facts.text("why")?,
                refusal: facts.text("refusal")?,
            },
            "protocol-version" => Self::ProtocolVersion {
                client: facts.text("client")?,
                oldest: facts.number("oldest")?,
                newest: facts.number("newest")?,
            },
            "too-large" => Self::TooLarge {
                what: facts.text("what")?,
                limit: facts.number("limit")?,
                actual: facts.number("actual")?,
            },
            "invalid-change" => Self::InvalidChange {
                index: facts.number("index")?,
                problem: facts.text("problem")?,
            },
            "invalid-request" => Self::InvalidRequest {
                field: facts.text("field")?,
                problem: facts.text("problem")?,
            },
            "position-ahead" => Self::PositionAhead {
                head: facts.number("head")?,
            },
            "outcome-unknown" => Self::OutcomeUnknown,
            "storage-refuses-writes" => Self::StorageRefusesWrites,
            "disk-reserve" => Self::DiskReserve,
            "shutting-down" => Self::ShuttingDown,
            "frozen" => Self::Frozen,
            "quota-exceeded" => Self::QuotaExceeded {
                what: facts.text("what")?,
                limit: facts.number("limit")?,
            },
            "overloaded" => Self::Overloaded {
                retry_after_ms: facts.number("retry_after_ms")?,
                excess: Excess::named(facts.text("excess").as_deref()),
            },
            "internal" => Self::Internal {
                request_id: facts.text("request_id")?,
            },
            _ => return None,
        })
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unauthenticated
            | Self::CodeRefused
            | Self::OutcomeUnknown
            | Self::StorageRefusesWrites
            | Self::DiskReserve
            | Self::ShuttingDown
            | Self::Frozen => Vec::new(),
            Self::QuotaExceeded { what, limit } => {
                vec![("what", what.clone()), ("limit", limit.to_string())]
            }
            Self::PermissionDenied { what, why, refusal } => vec![
                ("what", what.clone()),
                ("why", why.clone()),
                ("refusal", refusal.clone()),
            ],
            Self::ProtocolVersion {
                client,
                oldest,
                newest,
            } => vec![
                ("client", client.clone()),
                ("oldest", oldest.to_string()),
                ("newest", newest.to_string()),
            ],
            Self::TooLarge {
                what,
                limit,
                actual,
            } => vec![
                ("what", what.clone()),
                ("limit", limit.to_string()),
                ("actual", actual.to_string()),
            ],
            Self::InvalidChange { index, problem } => {
                vec![("index", index.to_string()), ("problem", problem.clone())]
            }
            Self::InvalidRequest { field, problem } => {
                vec![("field", field.clone()), ("problem", problem.clone())]
            }
            Self::PositionAhead { head } => vec![("head", head.to_string())],
            Self::Overloaded {
                retry_after_ms,
                excess,
            } => vec![
                ("retry_after_ms", retry_after_ms.to_string()),
                ("excess", excess.word().to_owned()),
            ],
            Self::Internal { request_id } => vec![("request_id", request_id.clone())],
        }
    }
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        let facts: HashMap<String, String> = error
            .facts()
            .into_iter()
            .map(|(name, fact)| (name.to_owned(), fact))
            .collect();
        let mut details = ErrorDetails::with_error_info(error.reason(), ERROR_DOMAIN, facts);
        if let ApiError::Overloaded { retry_after_ms, .. } = error {
            details.set_retry_info(Some(Duration::from_millis(retry_after_ms)));
        }
        Self::with_error_details(error.code(), error.to_string(), details)
    }
}

/// The metadata of an `ErrorInfo`, as it came.
struct Facts(HashMap<String, String>);

impl Facts {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests;
