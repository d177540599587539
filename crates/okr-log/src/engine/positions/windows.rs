//! A set of moments, to the window: which times an id may have been made at.
//!
//! It forgets detail rather than growing: when there are too many stretches of windows, windows become twice as long.

use std::collections::BTreeMap;

/// Most stretches that are told apart.
const MOST_STRETCHES: usize = 1024;
#[derive(Clone, Debug)]
pub(super) struct Windows {
    /// A window is 2^shift milliseconds.
    shift: u32,
    /// First and last window of each stretch; no two touch.
    stretches: BTreeMap<u64, u64>,
    /// The window that was added last, because it will be the next one, too.
    last: Option<u64>,
}

/// Returns when an id of UUID version 7 was made, in milliseconds since 1970 (RFC 9562, section 5.7).
///
/// Of another id it is just a number that stays the same.
pub(super) fn time_of(id: [u8; 16]) -> u64 {
    let first_six = u128::from_be_bytes(id) >> 80;
    u64::try_from(first_six).expect("six bytes fit into eight")
}

impl Windows {
    pub(super) const fn new() -> Self {
        Self {
            // What is known of a time is its millisecond.
            shift: 0,
            stretches: BTreeMap::new(),
            last: None,
        }
    }

    pub(super) fn contains(&self, time: u64) -> bool {
        let window = time >> self.shift;
        let before = self.stretches.range(..=window).next_back();
        before.is_some_and(|(_, last)| window <= *last)
    }

    /// Adds a moment, and perhaps others that are near to it.
    pub(super) fn add(&mut self, time: u64) {
        let window = time >> self.shift;
        if self.last == Some(window) {
            return;
        }
        self.last = Some(window);
        if !self.contains(time) {
            self.add_stretch(window, window);
        }
    }

    /// Adds all moments of another set.
    pub(super) fn add_all(&mut self, other: &Self) {
        while self.shift < other.shift {
            self.coarsen();
        }
        let finer = self.shift - other.shift;
        for (first, last) in &other.stretches {
            // Another one may have made these windows longer.
            let finer = finer.max(self.shift - other.shift);
            self.add_stretch(first >> finer, last >> finer);
        }
    }

    fn add_stretch(&mut self, mut first: u64, mut last: u64) {
        // Those that touch it become one with it.
        while let Some((start, end)) = self
            .stretches
            .range(..=last.saturating_add(1))
            .next_back()
            .map(|(start, end)| (*start, *end))
            .filter(|(_, end)| end.saturating_add(1) >= first)
        {
            self.stretches.remove(&start);
            first = first.min(start);
            last = last.max(end);
        }
        self.stretches.insert(first, last);
        while self.stretches.len() > MOST_STRETCHES {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.shift += 1;
        self.last = None;
        for (first, last) in std::mem::take(&mut self.stretches) {
            self.add_stretch(first >> 1, last >> 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_are_one_stretch_and_others_are_not_in_it() {
        let mut windows = Windows::new();
        for time in [10, 12, 9, 11, 500, 0, u64::MAX >> 16] {
            windows.add(time);
        }
        assert_eq!(windows.stretches.len(), 4);
        for (time, there) in [
            (0, true),
            (1, false),
            (8, false),
            (9, true),
            (12, true),
            (13, false),
            (500, true),
            (u64::MAX >> 16, true),
        ] {
            assert_eq!(windows.contains(time), there, "{time}");
        }
    }

    #[test]
    fn it_does_not_grow_and_a_time_apart_stays_apart() {
        let mut windows = Windows::new();
        let hour = 3_600_000;
        for minute in 0..100_000 {
            windows.add(minute * 60_000);
            assert!(windows.stretches.len() <= MOST_STRETCHES);
        }
        assert!(!windows.contains(100_000 * 60_000 + 24 * hour));
    }

    proptest! {
        /// To say that something is not there when it is would let a change be taken twice.
        #[test]
        fn what_was_added_is_there(
            sets in prop::collection::vec(prop::collection::vec(0u64..1 << 48, 0..2000), 1..4),
        ) {
            let mut whole = Windows::new();
            for times in &sets {
                let mut windows = Windows::new();
                for time in times {
                    windows.add(*time);
                    windows.add(time.saturating_add(100));
                }
                for time in times {
                    prop_assert!(windows.contains(*time));
                    prop_assert!(windows.contains(time.saturating_add(100)));
                }
                whole.add_all(&windows);
            }
            for time in sets.iter().flatten() {
                prop_assert!(whole.contains(*time));
            }
        }
    }
}
