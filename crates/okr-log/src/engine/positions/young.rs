//! The newest entries of a shard: an open-addressed table of 16-byte entries that grows by a quarter.
//!
//! A table is 64 to 80 percent full: 20 to 25 bytes for each entry. A shard is small, so no insertion waits long.

use crate::engine::positions::{Entry, scale};
use crate::id::Position;

const SMALLEST: usize = 16;
/// Fills slots that hold nothing.
const EMPTY: Entry = Entry {
    fingerprint: 0,
    position: Position::ZERO,
};

#[derive(Debug, Default)]
pub(super) struct Young {
    slots: Vec<Entry>,
    used: usize,
}

impl Young {
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().filter(|entry| !entry.is_empty())
    }

    /// Returns the positions of a fingerprint, in no particular order.
    pub(super) fn positions(&self, fingerprint: u64) -> impl Iterator<Item = Position> {
        self.slots_from_home(fingerprint)
            .map(|slot| self.slots[slot])
            .take_while(|entry| !entry.is_empty())
            .filter(move |entry| entry.fingerprint == fingerprint)
            .map(|entry| entry.position)
    }

    /// Reads the slot where a fingerprint belongs; what is there means nothing.
    pub(super) fn glance(&self, fingerprint: u64) -> u64 {
        let home = scale(fingerprint & 0xffff_ffff, self.slots.len());
        self.slots.get(home).map_or(0, |slot| slot.fingerprint)
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        // A fifth of the slots stays empty, so that searches stay short.
        let capacity = self.slots.len();
        if (self.used + 1) * 5 > capacity * 4 {
            let entries: Vec<Entry> = self.entries().copied().collect();
            self.refill((capacity + capacity / 4).max(SMALLEST), &entries);
        }
        self.place(entry);
    }

    /// Takes out all entries before a position, in order.
    pub(super) fn take_before(&mut self, position: Position) -> Vec<Entry> {
        let (mut old, rest): (Vec<Entry>, Vec<Entry>) =
            self.entries().partition(|entry| entry.position < position);
        if !old.is_empty() {
            self.refill(self.slots.len(), &rest);
        }
        old.sort_unstable();
        old
    }

    fn refill(&mut self, capacity: usize, entries: &[Entry]) {
        if capacity == self.slots.len() {
            self.slots.fill(EMPTY);
        } else {
            self.slots = vec![EMPTY; capacity];
        }
        self.used = 0;
        for entry in entries {
            self.place(*entry);
        }
    }

    fn place(&mut self, entry: Entry) {
        let free = self
            .slots_from_home(entry.fingerprint)
            .find(|slot| self.slots[*slot].is_empty());
        let slot = free.expect("a fifth of the slots is empty");
        self.slots[slot] = entry;
        self.used += 1;
    }

    /// Returns all slots, from the one where a fingerprint belongs.
    fn slots_from_home(&self, fingerprint: u64) -> impl Iterator<Item = usize> + use<> {
        let capacity = self.slots.len();
        let home = scale(fingerprint & 0xffff_ffff, capacity);
        (home..capacity).chain(0..home)
    }

    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.slots.capacity()
    }
}
