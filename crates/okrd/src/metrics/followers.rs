//! Who follows, and how far each one is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use okr_core::id::OrgId;

/// The followers of a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Followers(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    next: u64,
    places: HashMap<u64, Place>,
}

#[derive(Debug)]
struct Place {
    org: OrgId,
    position: Arc<AtomicU64>,
}

/// The place of one follower, which is free again when this goes.
#[derive(Debug)]
pub(crate) struct FollowerMark {
    followers: Followers,
    number: u64,
    position: Arc<AtomicU64>,
}

impl Followers {
    /// Notes a new follower.
    pub(crate) fn join(&self, org: OrgId, position: u64) -> FollowerMark {
        let position = Arc::new(AtomicU64::new(position));
        let place = Place {
            org,
            position: Arc::clone(&position),
        };
        let mut table = self.lock();
        let number = table.next;
        table.next += 1;
        table.places.insert(number, place);
        FollowerMark {
            followers: self.clone(),
            number,
            position,
        }
    }

    /// Returns how many there are, and how much the slowest has yet to be sent, by the ends of the logs.
    pub(crate) fn look(&self, head: impl Fn(OrgId) -> u64) -> (u64, u64) {
        let table = self.lock();
        let lags = table.places.values().map(|place| {
            let position = place.position.load(Ordering::Relaxed);
            head(place.org).saturating_sub(position)
        });
        (table.places.len() as u64, lags.max().unwrap_or(0))
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        // Nothing is left half changed under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FollowerMark {
    /// Notes how far the follower was sent.
    pub(crate) fn reached(&self, position: u64) {
        self.position.store(position, Ordering::Relaxed);
    }
}

impl Drop for FollowerMark {
    fn drop(&mut self) {
        self.followers.lock().places.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_slowest_one_counts_and_who_leaves_does_not() {
        let (here, there) = (
            OrgId::new(Uuid::from_u128(1)),
            OrgId::new(Uuid::from_u128(2)),
        );
        let head = |org| if org == here { 100 } else { 10 };
        let followers = Followers::default();
        assert_eq!(followers.look(head), (0, 0));
        let near = followers.join(here, 99);
        let far = followers.join(there, 0);
        assert_eq!(followers.look(head), (2, 10));
        far.reached(10);
        assert_eq!(followers.look(head), (2, 1));
        near.reached(101);
        assert_eq!(followers.look(head), (2, 0));
        drop(far);
        assert_eq!(followers.look(head).0, 1);
    }
}
