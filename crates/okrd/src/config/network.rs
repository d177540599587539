//! Addresses and networks, as a setting names them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::kind::{Kind, Value};

/// A network: those addresses that begin as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    first: IpAddr,
    length: u32,
}

/// Several networks, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Networks(Vec<Network>);

impl Network {
    /// Reads an address, or one with the number of bits that count.
    fn read(text: &str) -> Result<Self, String> {
        let unusable = || format!("expected {}", Kind::Networks);
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| unusable())?;
        let bits = bits(address);
        let length = match length {
            Some(length) => length.parse().map_err(|_| unusable())?,
            None => bits,
        };
        if length > bits {
            return Err(format!("{text}: {bits} bits are all that there are"));
        }
        let first = begin(address, length);
        if first != address {
            return Err(format!(
                "{text} is an address in the middle of a network; write {first}/{length}, or {address} alone"
            ));
        }
        Ok(Self { first, length })
    }

    fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && begin(address, self.length) == self.first
    }
}

/// Returns how many bits an address has.
const fn bits(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => Ipv4Addr::BITS,
        IpAddr::V6(_) => Ipv6Addr::BITS,
    }
}

/// Returns the first address of the network that an address is in.
fn begin(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(Ipv4Addr::BITS - length).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(Ipv6Addr::BITS - length).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, length } = self;
        if *length == bits(*first) {
            return first.fmt(formatter);
        }
        write!(formatter, "{first}/{length}")
    }
}

impl Networks {
    /// Says whether an address is in one of them. An IPv4 address may come in the clothes of an IPv6 one.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Value for Networks {
    const KIND: Kind = Kind::Networks;

    fn read(text: &str) -> Result<Self, String> {
        let networks = text.split(',').map(|text| Network::read(text.trim()));
        networks.collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> String {
        let networks: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        networks.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_a_network_or_not() {
        let networks = Networks::read("192.0.2.7,10.0.0.0/8 , 2001:db8::/32, ::1").unwrap();
        assert_eq!(
            networks.write(),
            "192.0.2.7, 10.0.0.0/8, 2001:db8::/32, ::1"
        );
        for (address, inside) in [
            ("192.0.2.7", true),
            ("::ffff:192.0.2.7", true),
            ("192.0.2.8", false),
            ("10.255.0.1", true),
            ("11.0.0.0", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::1", true),
            ("::2", false),
        ] {
            assert_eq!(
                networks.contains(address.parse().unwrap()),
                inside,
                "{address}"
            );
        }
        let everybody = Networks::read("0.0.0.0/0").unwrap();
        assert!(everybody.contains([203, 0, 113, 9].into()));
        assert!(!everybody.contains(Ipv6Addr::LOCALHOST.into()));
    }

    #[test]
    fn what_is_no_network_is_refused_with_what_was_meant() {
        let expected = format!("expected {}", Kind::Networks);
        for (text, problem) in [
            ("", expected.as_str()),
            ("localhost", &expected),
            ("10.0.0.0/x", &expected),
            ("10.0.0.0/8,", &expected),
            ("10.0.0.0/33", "10.0.0.0/33: 32 bits are all that there are"),
            (
                "10.0.0.1/8",
                "10.0.0.1/8 is an address in the middle of a network; write 10.0.0.0/8, or 10.0.0.1 alone",
            ),
        ] {
            assert_eq!(Networks::read(text), Err(problem.to_owned()), "{text}");
        }
    }
}
