//! What the server tells its operator: one line for each call, and security events on target `audit`.
//!
//! Never a secret, never a text that a person wrote; ids only.

use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use tonic::metadata::MetadataMap;
use tonic::{Code, Request};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::accept::Connection;
use crate::credentials::Principal;

/// The metadata key that names a request in both logs.
pub(crate) const REQUEST_ID_KEY: &str = "x-request-id";
/// The longest name of a request that is taken from a client, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 64;
/// What is shown unless `OKRD_LOG` says otherwise.
const DEFAULT_FILTER: &str = "info";

/// The form of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A call, from its start to its line in the log.
#[derive(Debug)]
pub(crate) struct CallLine {
    method: &'static str,
    request_id: RequestId,
    peer: Option<SocketAddr>,
    principal: Option<(Principal, Uuid)>,
    started: Instant,
}

/// Names a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

/// Sends the lines to standard error; does nothing when somebody has done so already.
pub(crate) fn init(format: LogFormat) {
    let filter =
        EnvFilter::try_from_env("OKRD_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // The only failure is a subscriber that is there already.
    drop(match format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    });
}

impl RequestId {
    /// Takes the client's name for the request when it is harmless, else makes one.
    pub(crate) fn of(metadata: &MetadataMap) -> Self {
        let given = metadata
            .get(REQUEST_ID_KEY)
            .and_then(|value| value.to_str().ok())
            .filter(|id| !id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES)
            .filter(|id| {
                id.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            });
        match given {
            Some(id) => Self(id.to_owned()),
            None => Self(Uuid::now_v7().simple().to_string()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl CallLine {
    pub(crate) fn start<T>(method: &'static str, request: &Request<T>) -> Self {
        let connection = request.extensions().get::<Connection>();
        Self {
            method,
            request_id: RequestId::of(request.metadata()),
            peer: connection.map(|connection| connection.peer),
            principal: None,
            started: Instant::now(),
        }
    }

    pub(crate) fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// Adds who is calling.
    pub(crate) fn set_principal(&mut self, principal: Principal, token: Uuid) {
        self.principal = Some((principal, token));
    }

    /// Writes the line.
    pub(crate) fn finish(self, code: Code) {
        let Self {
            method,
            request_id,
            peer,
            principal,
            started,
        } = self;
        let peer = peer.map(tracing::field::display);
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some((principal, token)) = principal {
            let (org, person) = (principal.org, principal.person);
            tracing::info!(target: "rpc", method, ?code, ms, %request_id, peer, %org, %person, %token);
        } else {
            tracing::info!(target: "rpc", method, ?code, ms, %request_id, peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_of_the_client_is_taken_only_when_it_is_harmless() {
        let id = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert(REQUEST_ID_KEY, text.parse().unwrap());
            RequestId::of(&metadata)
        };
        assert_eq!(id("a-1_b.2").as_str(), "a-1_b.2");
        let long = "x".repeat(65);
        for bad in ["", "a b", "code=Ok", "{}", long.as_str()] {
            let made = id(bad);
            assert_ne!(made.as_str(), bad);
            assert_eq!(made.as_str().len(), 32);
        }
    }
}
