//! Which change lies where: the memory behind "this change is in the log already".
//!
//! An open-addressed table of 24-byte entries in shards that grow by a quarter. A growing shard is small, so no append
//! waits long, and a table is 64 to 80 percent full: 30 to 38 bytes for each change.

use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

use crate::id::{ChangeId, Position};

/// Shards of a large index; a small one has a single shard.
const SHARDS: usize = 256;
/// Entries from which the index has many shards.
const SHARDED_FROM: usize = 4096;
const SMALLEST_SHARD: usize = 16;

/// The positions of all durable changes of one organisation.
#[derive(Debug)]
pub(crate) struct ChangeIndex {
    /// Seeded at random in each process, because members of the organisation choose the ids.
    hasher: RandomState,
    shards: Vec<Shard>,
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<Entry>,
    used: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    change: ChangeId,
    /// Position 0 marks an empty slot.
    position: Position,
}

const EMPTY: Entry = Entry {
    change: ChangeId([0; 16]),
    position: Position::ZERO,
};

impl ChangeIndex {
    /// Makes an index with room for about this many changes.
    pub(crate) fn with_capacity(changes: usize) -> Self {
        let count = if changes < SHARDED_FROM { 1 } else { SHARDS };
        let capacity = if changes < SHARDED_FROM {
            0
        } else {
            changes / SHARDS * 4 / 3
        };
        let shard = Shard {
            slots: vec![EMPTY; capacity],
            used: 0,
        };
        Self {
            hasher: RandomState::default(),
            shards: vec![shard; count],
            len: 0,
        }
    }

    pub(crate) fn get(&self, change: ChangeId) -> Option<Position> {
        let hash = self.hasher.hash_one(change);
        let shard = &self.shards[shard_of(hash, self.shards.len())];
        let slot = shard.find(change, hash)?;
        let position = shard.slots[slot].position;
        (position != Position::ZERO).then_some(position)
    }

    /// Adds a change, or returns where it is already.
    pub(crate) fn insert(&mut self, change: ChangeId, position: Position) -> Result<(), Position> {
        if self.len == SHARDED_FROM && self.shards.len() == 1 {
            self.split();
        }
        let hash = self.hasher.hash_one(change);
        let count = self.shards.len();
        let shard = &mut self.shards[shard_of(hash, count)];
        shard.make_room(&self.hasher);
        let slot = shard
            .find(change, hash)
            .expect("there is room in the shard");
        let entry = &mut shard.slots[slot];
        if entry.position != Position::ZERO {
            return Err(entry.position);
        }
        *entry = Entry { change, position };
        shard.used += 1;
        self.len += 1;
        Ok(())
    }

    fn split(&mut self) {
        let mut shards = vec![Shard::default(); SHARDS];
        for entry in self.shards.iter().flat_map(Shard::entries) {
            let hash = self.hasher.hash_one(entry.change);
            let shard = &mut shards[shard_of(hash, SHARDS)];
            shard.make_room(&self.hasher);
            shard.place(*entry, hash);
        }
        self.shards = shards;
    }
}

impl Shard {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots
            .iter()
            .filter(|entry| entry.position != Position::ZERO)
    }

    /// Returns the slot of the change, or the empty one where it belongs; `None` in a shard without slots.
    fn find(&self, change: ChangeId, hash: u64) -> Option<usize> {
        let capacity = self.slots.len();
        let start = home_of(hash, capacity);
        let slots = (start..capacity).chain(0..start);
        slots.into_iter().find(|slot| {
            let entry = &self.slots[*slot];
            entry.position == Position::ZERO || entry.change == change
        })
    }

    fn place(&mut self, entry: Entry, hash: u64) {
        let slot = self
            .find(entry.change, hash)
            .expect("there is room in the shard");
        self.slots[slot] = entry;
        self.used += 1;
    }

    /// Keeps a fifth of the slots empty, so that searches stay short.
    fn make_room(&mut self, hasher: &RandomState) {
        let capacity = self.slots.len();
        if (self.used + 1) * 5 <= capacity * 4 {
            return;
        }
        let grown = (capacity + capacity / 4).max(SMALLEST_SHARD);
        let old = std::mem::replace(
            self,
            Self {
                slots: vec![EMPTY; grown],
                used: 0,
            },
        );
        for entry in old.entries() {
            self.place(*entry, hasher.hash_one(entry.change));
        }
    }
}

fn shard_of(hash: u64, shards: usize) -> usize {
    scale(hash >> 32, shards)
}

fn home_of(hash: u64, capacity: usize) -> usize {
    scale(hash & 0xffff_ffff, capacity)
}

/// Maps 32 random bits to `0..range` without a division.
fn scale(bits: u64, range: usize) -> usize {
    let scaled = (bits * range as u64) >> 32;
    usize::try_from(scaled).expect("the result is below the range, which is a usize")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: u64) -> ChangeId {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        ChangeId(bytes)
    }

    fn filled(mut index: ChangeIndex, count: u64) -> ChangeIndex {
        for number in 1..=count {
            assert_eq!(index.insert(change(number), Position::new(number)), Ok(()));
        }
        index
    }

    #[test]
    fn finds_what_was_added_and_nothing_else() {
        for count in [0, 1, 12, 13, 4095, 4096, 4097, 50_000] {
            for capacity in [0, 5000] {
                let mut index = filled(ChangeIndex::with_capacity(capacity), count);
                for number in 1..=count {
                    assert_eq!(index.get(change(number)), Some(Position::new(number)));
                }
                assert_eq!(index.get(change(0)), None);
                assert_eq!(index.get(change(count + 1)), None);
                if count > 0 {
                    let again = index.insert(change(count), Position::new(count + 1));
                    assert_eq!(again, Err(Position::new(count)));
                }
            }
        }
    }

    #[test]
    fn takes_at_most_forty_bytes_for_each_change() {
        let index = filled(ChangeIndex::with_capacity(0), 100_000);
        let slots: usize = index
            .shards
            .iter()
            .map(|shard| shard.slots.capacity())
            .sum();
        assert!(slots * size_of::<Entry>() <= 40 * 100_000, "{slots} slots");
    }
}
