//! What of an index is old, and which times the ids of the old have.
//!
//! Only what is old is moved to the file. New ids carry the time of now, so they are nearly never looked for there.

use std::collections::VecDeque;

use crate::engine::positions::windows::{Windows, time_of};
use crate::id::Position;

/// Of so many epochs the youngest is what was added last.
const EPOCHS: usize = 16;

#[derive(Debug)]
pub(super) struct Age {
    /// Entries of an epoch.
    epoch_entries: usize,
    /// What was added last, in order; the last one grows.
    epochs: VecDeque<Epoch>,
    /// The times of all before those.
    old: Windows,
    /// Everything before this position is old.
    old_before: Position,
}

/// Entries that were added one after another.
#[derive(Debug)]
struct Epoch {
    entries: usize,
    first: Position,
    windows: Windows,
}

impl Age {
    /// Lets at least so many of the newest entries not be old.
    pub(super) fn new(newest: usize) -> Self {
        Self {
            epoch_entries: newest.div_ceil(EPOCHS),
            epochs: VecDeque::new(),
            old: Windows::new(),
            old_before: Position::ZERO,
        }
    }

    /// Returns the position before which everything is old.
    pub(super) const fn old_before(&self) -> Position {
        self.old_before
    }

    /// Says whether an id is perhaps among the old; when it does not, it is not.
    pub(super) fn may_be_old(&self, id: [u8; 16]) -> bool {
        self.old.contains(time_of(id))
    }

    /// Notes that an entry was added.
    pub(super) fn note(&mut self, id: [u8; 16], position: Position) {
        if position < self.old_before {
            self.old.add(time_of(id));
        }
        let full = |epoch: &Epoch| epoch.entries >= self.epoch_entries;
        if self.epochs.back().is_none_or(full) {
            self.epochs.push_back(Epoch {
                entries: 0,
                first: position,
                windows: Windows::new(),
            });
            self.retire();
        }
        if let Some(epoch) = self.epochs.back_mut() {
            epoch.entries += 1;
            epoch.windows.add(time_of(id));
        }
    }

    /// Makes the oldest epoch old when there are enough younger ones.
    fn retire(&mut self) {
        // The last one has just begun, so it does not count.
        if self.epochs.len() > EPOCHS + 1
            && let Some(oldest) = self.epochs.pop_front()
        {
            self.old.add_all(&oldest.windows);
            // Where the next one starts may be where this one ends, so that position is not old yet.
            self.old_before = self.epochs.front().map_or(oldest.first, |next| next.first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(time: u8) -> [u8; 16] {
        let mut id = [0; 16];
        id[4] = time;
        id
    }

    #[test]
    fn the_newest_are_not_old_and_what_is_old_has_known_times() {
        let mut age = Age::new(32);
        for number in 1..=200_u8 {
            age.note(id(number), Position::new(number.into()));
            let old_before = age.old_before();
            assert!(old_before.get() <= u64::from(number.saturating_sub(31)));
            for earlier in 1..=number {
                if Position::new(earlier.into()) < old_before {
                    assert!(age.may_be_old(id(earlier)), "{earlier} of {number}");
                }
            }
            assert!(!age.may_be_old(id(number)), "{number}");
        }
        assert!(age.old_before() > Position::new(150));
    }

    #[test]
    fn what_comes_late_is_old_at_once() {
        let mut age = Age::new(16);
        for number in 100..200_u8 {
            age.note(id(number), Position::new(number.into()));
        }
        age.note(id(7), Position::new(7));
        assert!(age.may_be_old(id(7)));
    }

    #[test]
    fn a_position_that_two_epochs_share_is_not_old_before_both_are() {
        let mut age = Age::new(16);
        for number in 0..40_u8 {
            age.note(id(number), Position::new(1));
            assert_eq!(age.old_before(), age.old_before().min(Position::new(1)));
        }
    }
}
