//! What the server tells its operator: one line for each call, and security events on target `audit`.
//!
//! Never a secret, never a text that a person wrote; ids only.

mod call;
mod fields;
mod filter;
mod layer;
mod lines;
mod method;

use std::fmt;

use okr_proto::REQUEST_ID_METADATA_KEY;
use tonic::metadata::MetadataMap;

pub(crate) use self::call::CallNotes;
pub(crate) use self::filter::{FilterHandle, LogFilter};
pub(crate) use self::layer::ObserveLayer;
pub(crate) use self::method::{Method, Methods, code_name};

use self::fields::PlainFields;
use self::lines::OneLineEach;

/// The longest name of a request that is taken from a client, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// The form of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Names a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

/// Sends the lines to standard error, and returns what changes which; does nothing when somebody has done so already.
pub(crate) fn init(format: LogFormat, filter: &LogFilter) -> FilterHandle {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter.to_filter())
        .with_writer(|| OneLineEach(std::io::stderr()));
    let (begun, handle) = match format {
        LogFormat::Text => {
            let lines = lines.with_ansi(false).fmt_fields(PlainFields);
            let lines = lines.with_filter_reloading();
            let handle = FilterHandle::new(lines.reload_handle());
            (lines.try_init(), handle)
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_filter_reloading();
            let handle = FilterHandle::new(lines.reload_handle());
            (lines.try_init(), handle)
        }
    };
    match begun {
        Ok(()) => handle,
        // The only failure is a subscriber that is there already.
        Err(_) => FilterHandle::none(),
    }
}

impl RequestId {
    /// Takes the client's name for the request when it is harmless, else makes one.
    pub(crate) fn of(metadata: &MetadataMap) -> Self {
        let given = metadata
            .get(REQUEST_ID_METADATA_KEY)
            .and_then(|value| value.to_str().ok());
        Self::taken(given)
    }

    /// Takes a name when it is harmless, else makes one.
    fn taken(given: Option<&str>) -> Self {
        let harmless = given
            .filter(|id| !id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES)
            .filter(|id| {
                id.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            });
        match harmless {
            Some(id) => Self(id.to_owned()),
            None => Self::made(),
        }
    }

    /// Makes a name that is short enough to be read aloud.
    fn made() -> Self {
        Self(format!("{:016x}", rand::random::<u64>()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_of_the_client_is_taken_only_when_it_is_harmless() {
        let id = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert(REQUEST_ID_METADATA_KEY, text.parse().unwrap());
            RequestId::of(&metadata)
        };
        assert_eq!(id("a-1_b.2").as_str(), "a-1_b.2");
        let long = "x".repeat(65);
        for bad in ["", "a b", "code=Ok", "{}", long.as_str()] {
            let made = id(bad);
            assert_ne!(made.as_str(), bad);
            assert_eq!(made.as_str().len(), 16);
        }
        assert_ne!(RequestId::made(), RequestId::made());
    }
}
