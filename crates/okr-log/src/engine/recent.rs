//! The newest records of a log, kept in memory: those that are not in the store yet, and some more for those who follow.
//!
//! A change goes to all followers at the same moment; without this each of them would look for it in the store.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::engine::read::Records;
use crate::id::Position;

/// How much is kept of each log although it is in the store, in bytes of records.
const KEPT_BYTES: usize = 64 * 1024;

/// The newest records of one log, without gaps; perhaps none.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// The position of the newest one.
    last: Position,
    /// Up to where the log is in the store.
    stored: Position,
    records: VecDeque<Bytes>,
    bytes: usize,
}

impl Recent {
    /// Begins after records that are all in the store, up to this one.
    pub(crate) fn after_all(stored: Position) -> Self {
        Self {
            last: stored,
            stored,
            ..Self::default()
        }
    }

    /// Adds records that have just become durable, the last of which is at `last`.
    pub(crate) fn extend(&mut self, last: Position, records: &[Bytes]) {
        self.last = last;
        for record in records {
            self.bytes += record.len();
            self.records.push_back(record.clone());
        }
        self.let_go();
    }

    /// Lets go of most of what is in the store, which is everything up to here.
    pub(crate) fn settle(&mut self, stored: Position) {
        self.stored = stored;
        self.let_go();
    }

    fn let_go(&mut self) {
        while self.bytes > KEPT_BYTES
            && self.first_before() < self.stored
            && let Some(oldest) = self.records.pop_front()
        {
            self.bytes -= oldest.len();
        }
        // What was a whole half of the journal goes at once, and may not come again for long.
        if self.records.capacity() > 4 * self.records.len() {
            self.records.shrink_to(2 * self.records.len());
        }
    }

    /// Returns the position before the oldest one that is here.
    pub(crate) fn first_before(&self) -> Position {
        Position::new(self.last.get().saturating_sub(self.records.len() as u64))
    }

    /// Gives what follows a position; `false`, and nothing, when the one that follows is not here.
    pub(crate) fn give(&self, after: Position, records: &mut Records) -> bool {
        let skipped = after.get().checked_sub(self.first_before().get());
        let skipped = skipped.and_then(|skipped| usize::try_from(skipped).ok());
        let Some(skipped) = skipped.filter(|skipped| *skipped < self.records.len()) else {
            return false;
        };
        let mut all = self.records.range(skipped..);
        // It ends when there is no room for more.
        all.all(|record| records.push(record.clone()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u8, bytes: usize) -> Bytes {
        Bytes::from(vec![number; bytes])
    }

    fn after(recent: &Recent, after: u64, bytes: usize) -> Vec<Bytes> {
        let mut records = Records::within(bytes);
        let is_here = recent.give(Position::new(after), &mut records);
        assert_eq!(is_here, records.len() > 0);
        records.into_vec()
    }

    fn stored(recent: &mut Recent, last: u64, records: &[Bytes]) {
        recent.extend(Position::new(last), records);
        recent.settle(Position::new(last));
    }

    #[test]
    fn what_is_new_is_here_from_wherever_one_is() {
        // The first two were there before the program started.
        let mut recent = Recent::after_all(Position::new(2));
        assert_eq!(after(&recent, 2, 100), Vec::<Bytes>::new());
        let all: Vec<_> = (1..=5).map(|number| record(number, 10)).collect();
        stored(&mut recent, 3, &all[2..3]);
        stored(&mut recent, 5, &all[3..]);
        for last in 2..=4 {
            let expected = &all[usize::try_from(last).unwrap()..];
            assert_eq!(after(&recent, last, 100), expected);
        }
        for last in [0, 1, 5, 6, u64::MAX] {
            assert_eq!(after(&recent, last, 100), Vec::<Bytes>::new(), "{last}");
        }
        assert_eq!(after(&recent, 2, 20), all[2..4]);
        assert_eq!(after(&recent, 2, 0), all[2..3]);
    }

    #[test]
    fn no_more_is_kept_than_is_allowed() {
        let mut recent = Recent::default();
        let large = record(1, KEPT_BYTES / 2);
        let one = std::slice::from_ref(&large);
        for last in 1..=10 {
            stored(&mut recent, last, one);
        }
        assert_eq!(recent.records.len(), 2);
        stored(&mut recent, 11, &[record(2, KEPT_BYTES + 1)]);
        assert_eq!((recent.records.len(), recent.bytes), (0, 0));
        stored(&mut recent, 12, one);
        assert_eq!(after(&recent, 11, 1), one);
        assert_eq!(after(&recent, 10, 1), Vec::<Bytes>::new());
    }

    #[test]
    fn what_is_not_in_the_store_is_kept_however_much_it_is() {
        let mut recent = Recent::after_all(Position::new(7));
        let large = record(1, KEPT_BYTES / 2);
        for last in 8..=20 {
            recent.extend(Position::new(last), std::slice::from_ref(&large));
        }
        assert_eq!(recent.records.len(), 13);
        recent.settle(Position::new(15));
        assert_eq!(recent.first_before(), Position::new(15));
        assert_eq!(after(&recent, 15, usize::MAX).len(), 5);
        recent.settle(Position::new(20));
        assert_eq!(
            (recent.first_before(), recent.records.len()),
            (Position::new(18), 2)
        );
    }
}
