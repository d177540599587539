//! Reverse proxies: whose word is taken for where a call came from, and how they say it.
//!
//! A call that comes from anybody else comes from its own address, whatever its headers say.

use std::net::IpAddr;

use http::{HeaderMap, Request};

use crate::accept::Connection;
use crate::config::{Networks, Value as _};
use crate::peer::Peer;

/// Where a proxy says whom it speaks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ForwardedHeader {
    /// `X-Forwarded-For: 203.0.113.7, 10.0.0.2`.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=203.0.113.7;proto=https, for=10.0.0.2` (RFC 7239).
    Forwarded,
}

/// The proxies that are believed; nobody by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    trusted: Option<Networks>,
    header: ForwardedHeader,
}

impl ForwardedHeader {
    /// Returns its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    /// Returns the address that an element of a list names.
    fn address(self, element: &str) -> Option<Peer> {
        match self {
            Self::XForwardedFor => element.trim().parse().ok(),
            Self::Forwarded => {
                let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
                let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
                let (_, value) = named.next()?;
                value.trim().trim_matches('"').parse().ok()
            }
        }
    }
}

impl TrustedProxies {
    pub(crate) const fn new(trusted: Option<Networks>, header: ForwardedHeader) -> Self {
        Self { trusted, header }
    }

    /// Makes the setting for proxies in these networks that send `X-Forwarded-For`.
    ///
    /// # Errors
    ///
    /// What is wrong with the networks.
    pub fn at(networks: &str) -> Result<Self, String> {
        let trusted = Networks::read(networks)?;
        Ok(Self::new(Some(trusted), ForwardedHeader::default()))
    }

    /// Says whether an address is one of them.
    pub(crate) fn include(&self, address: IpAddr) -> bool {
        self.trusted
            .as_ref()
            .is_some_and(|trusted| trusted.contains(address))
    }

    /// Returns where a call came from: the last address in the list that is none of the proxies.
    ///
    /// What stands before it was written by whoever that is, and may be anything.
    fn client(&self, peer: Peer, headers: &HeaderMap) -> Peer {
        let lines = headers.get_all(self.header.name()).iter().rev();
        let elements = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
        let mut client = peer;
        for element in elements {
            if !self.include(client.ip()) {
                break;
            }
            match self.header.address(element) {
                Some(before) => client = before,
                // A name that is no address says no more than that there was somebody.
                None => break,
            }
        }
        client
    }

    /// Puts the address of the client in place of that of the proxy.
    pub(crate) fn name_client<B>(&self, mut request: Request<B>) -> Request<B> {
        let Some(connection) = request.extensions().get::<Connection>() else {
            return request;
        };
        let client = self.client(connection.peer, request.headers());
        if let Some(connection) = request.extensions_mut().get_mut::<Connection>() {
            connection.peer = client;
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: &str = "127.0.0.1:5000";

    fn client(proxies: &TrustedProxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(*name, line.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_listed_proxy_is_believed() {
        let line = [("x-forwarded-for", "203.0.113.7")];
        let proxies = TrustedProxies::at("127.0.0.1").unwrap();
        assert_eq!(client(&proxies, NEAR, &line), "203.0.113.7");
        assert_eq!(client(&proxies, "192.0.2.1:5000", &line), "192.0.2.1:5000");
        assert_eq!(client(&TrustedProxies::default(), NEAR, &line), NEAR);
    }

    #[test]
    fn what_a_client_wrote_before_the_proxy_is_not_believed() {
        let proxies = TrustedProxies::at("127.0.0.1, 10.0.0.0/8").unwrap();
        for (lines, expected) in [
            (vec!["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (vec!["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (vec!["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            // Somebody inside, behind proxies only.
            (vec!["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
            (vec!["203.0.113.7, unknown"], NEAR),
            (vec!["203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"),
            (vec![""], NEAR),
            (vec![], NEAR),
            (vec!["[2001:db8::1]:4711"], "[2001:db8::1]:4711"),
        ] {
            let named: Vec<_> = lines
                .iter()
                .map(|line| ("x-forwarded-for", *line))
                .collect();
            assert_eq!(client(&proxies, NEAR, &named), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_other_header_is_the_clients_own() {
        let lines = [
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=\"[2001:db8::1]:4711\";proto=https"),
        ];
        let trusted = Networks::read("127.0.0.1").unwrap();
        for (header, expected) in [
            (ForwardedHeader::XForwardedFor, "203.0.113.7"),
            (ForwardedHeader::Forwarded, "[2001:db8::1]:4711"),
        ] {
            let proxies = TrustedProxies::new(Some(trusted.clone()), header);
            assert_eq!(client(&proxies, NEAR, &lines), expected);
        }
    }

    #[test]
    fn the_standard_header_is_read_as_it_is_written() {
        let trusted = Some(Networks::read("127.0.0.1, 192.0.2.43").unwrap());
        let proxies = TrustedProxies::new(trusted, ForwardedHeader::Forwarded);
        for (line, expected) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                "[2001:db8:cafe::17]:4711",
            ),
            ("for=198.51.100.17, for=192.0.2.43", "198.51.100.17"),
            ("for=198.51.100.17, for=192.0.2.43, proto=https", NEAR),
            ("for=_hidden", NEAR),
        ] {
            assert_eq!(
                client(&proxies, NEAR, &[("forwarded", line)]),
                expected,
                "{line}"
            );
        }
    }
}
