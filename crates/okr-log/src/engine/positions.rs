//! Where a log speaks of things that have ids, in memory that does not grow with the log.
//!
//! ```text
//!   add --> a table in memory --> (old enough, a shard at a time) --> sorted runs in a file without a name
//!   ask --> the table, and the runs only when something of the same time as the id may be in it
//! ```
//!
//! Kept is a fingerprint of each id and not the id, so whoever asks looks into the log. Nothing of it has to survive: it
//! is made anew from the log at every opening, and the file is gone when the process ends, however it ends.

mod age;
mod pages;
mod run;
mod runs;
mod windows;
mod young;

use std::hash::BuildHasher as _;
use std::hint::black_box;
use std::io;
use std::path::Path;

use foldhash::quality::RandomState;

use self::age::Age;
use self::pages::Pages;
use self::runs::Runs;
use self::young::Young;
use crate::id::Position;

/// Shards of a large index; a small one has a single shard.
const SHARDS: usize = 256;
/// Entries from which the index has many shards.
const SHARDED_FROM: usize = 4096;
/// Entries in memory from which older ones are moved to the file: 5 to 7 MiB.
const MOST_IN_MEMORY: usize = 1 << 18;
/// After so many more entries it is tried again when the file could not be written.
const RETRY_AFTER: usize = 1 << 14;

/// Positions in a log by the ids of what is spoken of there.
///
/// An id may be added many times, at positions that never fall. For an id that was never added, nearly always only a table
/// in memory is asked: ids of UUID version 7 start with the time at which they were made, and the file is read only
/// when ids of the same time were moved there.
#[derive(Debug)]
pub struct PositionIndex {
    /// Seeded at random in each process, because members of the organisation choose the ids.
    hasher: RandomState,
    shards: Vec<Shard>,
    /// Entries of all shards that are in memory.
    in_memory: usize,
    /// Entries in memory from which a shard is moved.
    move_from: usize,
    most_in_memory: usize,
    /// Which shard is moved next.
    next: usize,
    age: Age,
    pages: Pages,
}

/// The positions of an id could not be read back from the file; opening the log again makes the file anew.
#[derive(Debug, thiserror::Error)]
#[error("the index of positions cannot be read back from its temporary file")]
pub struct IndexError(#[source] io::Error);

/// What is known of one added id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    fingerprint: u64,
    position: Position,
}

/// The entries whose fingerprints are in one part of the range.
#[derive(Debug, Default)]
struct Shard {
    young: Young,
    old: Runs,
}

impl Entry {
    /// Nothing stands at position 0, so it marks a place without an entry.
    fn is_empty(&self) -> bool {
        self.position == Position::ZERO
    }
}

impl PositionIndex {
    /// Makes an empty index that moves what is old to a file in a directory; the file is made when it is needed.
    ///
    /// Where it cannot be made or written (the disk is full, nobody may write there), everything stays in memory, and
    /// it is tried again later. Without a directory everything always does.
    pub fn new(directory: Option<&Path>) -> Self {
        Self::with_limit(directory, MOST_IN_MEMORY)
    }

    pub(crate) fn with_limit(directory: Option<&Path>, most_in_memory: usize) -> Self {
        Self {
            hasher: RandomState::default(),
            shards: vec![Shard::default()],
            in_memory: 0,
            move_from: most_in_memory,
            most_in_memory,
            next: 0,
            // The newest quarter always stays.
            age: Age::new(most_in_memory / 4),
            pages: Pages::new(directory),
        }
    }

    /// Returns where an id was added, in ascending order, each position once.
    ///
    /// One where only another id was added can be among them, about once in 2^64 questions for each entry.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or does not give back what was written.
    pub fn positions(&self, id: [u8; 16]) -> Result<Vec<Position>, IndexError> {
        let fingerprint = self.hasher.hash_one(id);
        let shard = &self.shards[shard_of(fingerprint, self.shards.len())];
        let mut found: Vec<Position> = shard.young.positions(fingerprint).collect();
        if !shard.old.is_empty() && self.age.may_be_old(id) {
            shard
                .old
                .find(fingerprint, &self.pages, &mut found)
                .map_err(IndexError)?;
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Reads where these ids would stand in memory, and does nothing else.
    ///
    /// Whoever asks for many ids one after the other waits for memory at each of them: an id may lie anywhere, and a
    /// table is larger than what is near to a processor. Asked for all at once, they come at the same time, and
    /// [`PositionIndex::positions`] and [`PositionIndex::insert`] find them near.
    pub fn prefetch(&self, ids: impl IntoIterator<Item = [u8; 16]>) {
        let read = ids.into_iter().fold(0, |read, id| {
            let fingerprint = self.hasher.hash_one(id);
            let shard = &self.shards[shard_of(fingerprint, self.shards.len())];
            read ^ shard.young.glance(fingerprint)
        });
        // What nobody uses would not be read.
        black_box(read);
    }

    /// Adds a position of an id, which is not before any that was added; there is nothing at position 0.
    pub fn insert(&mut self, id: [u8; 16], position: Position) {
        if position == Position::ZERO {
            return;
        }
        if self.in_memory == SHARDED_FROM && self.shards.len() == 1 {
            self.split();
        }
        let fingerprint = self.hasher.hash_one(id);
        let number = shard_of(fingerprint, self.shards.len());
        self.shards[number].young.insert(Entry {
            fingerprint,
            position,
        });
        self.in_memory += 1;
        self.age.note(id, position);
        if self.in_memory > self.move_from {
            self.move_one_shard();
        }
    }

    /// Moves what is old in the next shard to the file; where that fails, it stays in memory.
    fn move_one_shard(&mut self) {
        let number = self.next % self.shards.len();
        self.next = number + 1;
        let shard = &mut self.shards[number];
        let old = shard.young.take_before(self.age.old_before());
        if shard.old.add(&old, &mut self.pages).is_ok() {
            self.in_memory -= old.len();
            self.move_from = self.most_in_memory;
        } else {
            for entry in old {
                shard.young.insert(entry);
            }
            self.move_from = self.in_memory + RETRY_AFTER;
        }
    }

    /// Lets nothing be read from the file any more.
    #[cfg(test)]
    pub(crate) fn lose_file(&mut self) {
        self.pages.file = None;
    }

    /// Makes many shards of the single one, which has no old entries yet.
    fn split(&mut self) {
        let mut shards: Vec<Shard> = Vec::new();
        shards.resize_with(SHARDS, Shard::default);
        for entry in self.shards.iter().flat_map(|shard| shard.young.entries()) {
            shards[shard_of(entry.fingerprint, SHARDS)]
                .young
                .insert(*entry);
        }
        self.shards = shards;
    }
}

/// Chooses by the upper half; where an entry lies in its shard follows from the lower one.
fn shard_of(fingerprint: u64, shards: usize) -> usize {
    scale(fingerprint >> 32, shards)
}

/// Maps 32 random bits to `0..range` without a division.
fn scale(bits: u64, range: usize) -> usize {
    let scaled = (bits * range as u64) >> 32;
    usize::try_from(scaled).expect("the result is below the range, which is a usize")
}

#[cfg(test)]
mod tests;
