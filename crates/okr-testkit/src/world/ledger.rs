//! What was written on a device, and what has become of it.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::id::ChangeId;

/// What has become of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It must be pending or a conflict.
    Open,
    /// It is in the confirmed history of the device.
    Confirmed,
    /// Everything was as it says.
    AlreadySo,
    /// Somebody decided its conflict.
    Decided,
}

/// An edit of a device.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) change: Change,
    pub(super) fate: Fate,
}

/// Everything that was written on a device, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    places: HashMap<ChangeId, usize>,
}

impl Ledger {
    /// Notes a new edit.
    pub(super) fn wrote(&mut self, change: Change) {
        self.places.insert(change.id, self.entries.len());
        self.entries.push(Entry {
            change,
            fate: Fate::Open,
        });
    }

    pub(super) fn get(&self, change: ChangeId) -> Option<&Entry> {
        self.entries.get(*self.places.get(&change)?)
    }

    /// Notes what has become of an edit.
    pub(super) fn close(&mut self, change: ChangeId, fate: Fate) {
        let place = self.places.get(&change).copied();
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.fate = fate;
        }
    }

    /// Returns the edits that must be somewhere, oldest first.
    pub(super) fn open(&self) -> impl Iterator<Item = &Change> + '_ {
        let open = self.entries.iter().filter(|entry| entry.fate == Fate::Open);
        open.map(|entry| &entry.change)
    }
}
