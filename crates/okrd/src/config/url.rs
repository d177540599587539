//! Where gRPC is spoken by somebody else.

use super::kind::{Address, Kind, Value};

/// Where gRPC is spoken: scheme, host and port, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url(String);

impl Url {
    /// Returns it as the transport takes it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Url {
    const KIND: Kind = Kind::Url;

    fn read(text: &str) -> Result<Self, String> {
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let authority = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        let uri = text.parse::<http::Uri>();
        // A user with a password would be a secret in a setting; a path means nothing to gRPC.
        match (authority, uri) {
            (Some(authority), Ok(_)) if !authority.contains(['/', '?', '#', '@']) => {
                Address::read(authority).map_err(|_| expected())?;
                Ok(Self(text.to_owned()))
            }
            _ => Err(expected()),
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

fn expected() -> String {
    format!("expected {}", Kind::Url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Result<String, String> {
        Url::read(text).map(|value| value.write())
    }

    #[test]
    fn a_url_has_a_scheme_a_host_and_a_port_and_nothing_else() {
        for good in [
            "http://127.0.0.1:4317",
            "https://[::1]:4317",
            "http://a.example:1/",
        ] {
            assert_eq!(again(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "127.0.0.1:4317",
            "grpc://127.0.0.1:4317",
            "http://127.0.0.1",
            "http://:4317",
            "http://ana:secret@127.0.0.1:4317",
            "http://127.0.0.1:4317/v1/traces",
            "http://127.0.0.1:4317?x",
            "http://not an address:4317",
        ] {
            assert!(again(bad).is_err(), "{bad}");
        }
    }
}
