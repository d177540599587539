//! How many connections there are, in all and from each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hits::Limit;

/// The bits of an IPv6 address that belong to one subscriber; the rest they choose themselves.
const SUBSCRIBER_BITS: u32 = 64;

/// Counts connections. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Room(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    from: HashMap<IpAddr, usize>,
}

/// A counted connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Room,
    from: IpAddr,
}

impl Room {
    /// Counts a connection, unless it is one too many.
    ///
    /// # Errors
    ///
    /// The limit that it would exceed.
    pub(super) fn enter(&self, from: IpAddr, all: usize, each: usize) -> Result<Place, Limit> {
        let from = subscriber(from);
        let mut counts = self.lock();
        if counts.all >= all {
            return Err(Limit::Connections);
        }
        let of_address = counts.from.get(&from).copied().unwrap_or(0);
        if of_address >= each {
            return Err(Limit::ConnectionsPerAddress);
        }
        counts.all += 1;
        counts.from.insert(from, of_address + 1);
        let room = self.clone();
        Ok(Place { room, from })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Nothing in between can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.room.lock();
        counts.all -= 1;
        // An address without connections is forgotten, so that the table is no larger than what it counts.
        match counts.from.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                counts.from.remove(&self.from);
            }
        }
    }
}

/// Returns what stands for everybody behind one address.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> SUBSCRIBER_BITS << SUBSCRIBER_BITS;
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn there_is_room_in_all_and_for_each_address() {
        let room = Room::default();
        let enter = |from: &str| room.enter(address(from), 3, 2);
        let first = enter("192.0.2.1").unwrap();
        let _second = enter("192.0.2.1").unwrap();
        assert_eq!(
            enter("192.0.2.1").unwrap_err(),
            Limit::ConnectionsPerAddress
        );
        let third = enter("192.0.2.2").unwrap();
        assert_eq!(enter("192.0.2.3").unwrap_err(), Limit::Connections);
        drop(third);
        drop(first);
        assert!(enter("192.0.2.1").is_ok());
    }

    #[test]
    fn nothing_is_kept_of_an_address_that_has_left() {
        let room = Room::default();
        for last in 0..=255 {
            drop(room.enter(IpAddr::from([192, 0, 2, last]), 1, 1).unwrap());
        }
        assert!(room.lock().from.is_empty());
        assert_eq!(room.lock().all, 0);
    }

    #[test]
    fn addresses_of_one_subscriber_are_one() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            let equal = subscriber(address(one)) == subscriber(address(other));
            assert_eq!(equal, same, "{one} {other}");
        }
    }
}
