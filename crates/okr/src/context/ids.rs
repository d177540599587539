//! Ids of new things: UUIDv7, random unless a test gives a seed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;
use okr_replica::{Replica, ReplicaInfo};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use uuid::Uuid;

use crate::error::CliError;
use crate::failure;

/// Makes ids.
pub(super) struct Ids {
    seed: Option<u64>,
    random: Option<StdRng>,
    is_mixed: bool,
}

impl Ids {
    /// Makes random ids, or the same ones for the same seed and replica.
    pub(super) fn new(seed: Option<&str>) -> Self {
        let seed = seed.map(|seed| {
            let mut hasher = DefaultHasher::new();
            seed.hash(&mut hasher);
            hasher.finish()
        });
        Self {
            seed,
            random: seed.map(StdRng::seed_from_u64),
            is_mixed: false,
        }
    }

    /// Says whether the state of the replica must still be mixed in.
    pub(super) const fn wait_for_replica(&self) -> bool {
        self.seed.is_some() && !self.is_mixed
    }

    /// Makes the ids depend on what is in the replica, so that no command repeats those of another.
    pub(super) fn mix(&mut self, info: &ReplicaInfo) {
        let Some(seed) = self.seed else {
            return;
        };
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        info.me.to_bytes().hash(&mut hasher);
        info.head.get().hash(&mut hasher);
        (info.pending, info.conflicts).hash(&mut hasher);
        self.random = Some(StdRng::seed_from_u64(hasher.finish()));
        self.is_mixed = true;
    }

    /// Makes the next id.
    pub(super) fn next(&mut self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        match &mut self.random {
            Some(random) => random.fill_bytes(&mut bytes),
            None => rand::rng().fill_bytes(&mut bytes),
        }
        // A clock before 1970 has no place in a UUIDv7; its ids are as unique without it.
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
    }
}

/// Makes the id of an operation: random, or for a seed the same after the same operation.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn operation(
    seed: Option<&str>,
    replica: &Replica,
    now: Timestamp,
) -> Result<Uuid, CliError> {
    let mut ids = match seed {
        None => Ids::new(None),
        Some(seed) => {
            let before = replica.operations(None, 1).map_err(failure::replica)?;
            let before = before.first().map(|entry| entry.operation.id);
            Ids::new(Some(&format!("{seed} after operation {before:?}")))
        }
    };
    Ok(ids.next(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_ids_are_of_version_7() {
        let now = Timestamp::UNIX_EPOCH;
        let ids = |seed| {
            let mut ids = Ids::new(seed);
            [ids.next(now), ids.next(now)]
        };
        assert_eq!(ids(Some("1")), ids(Some("1")));
        assert_ne!(ids(Some("1")), ids(Some("2")));
        assert_ne!(ids(None), ids(None));
        let [first, second] = ids(Some("1"));
        assert_ne!(first, second);
        assert_eq!(first.get_version_num(), 7);
    }
}
