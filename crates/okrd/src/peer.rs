//! The other end of a connection, as far as it is known.

use std::fmt;
use std::net::{AddrParseError, IpAddr, SocketAddr};
use std::str::FromStr;

/// An address with its port. A proxy that names its client often leaves the port out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    address: IpAddr,
    port: Option<u16>,
}

impl Peer {
    /// Returns the address.
    pub(crate) const fn ip(self) -> IpAddr {
        self.address
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self {
            address: address.ip(),
            port: Some(address.port()),
        }
    }
}

impl From<IpAddr> for Peer {
    fn from(address: IpAddr) -> Self {
        Self {
            address,
            port: None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.address, port).fmt(formatter),
            None => self.address.fmt(formatter),
        }
    }
}

impl FromStr for Peer {
    type Err = AddrParseError;

    /// Reads an address, which may stand in brackets, with or without a port.
    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        bare.unwrap_or(text).parse::<IpAddr>().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_written_as_it_is_read() {
        for (text, written) in [
            ("192.0.2.1:4711", "192.0.2.1:4711"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:db8::1]:4711", "[2001:db8::1]:4711"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(text.parse::<Peer>().unwrap().to_string(), written);
        }
        for bad in [
            "",
            "unknown",
            "_hidden",
            "192.0.2",
            "[192.0.2.1",
            "192.0.2.1:x",
        ] {
            assert!(bad.parse::<Peer>().is_err(), "{bad}");
        }
    }
}
