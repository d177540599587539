//! The newest records of a log, kept in memory for those who follow it.
//!
//! A change goes to all followers at the same moment; without this each of them would look for it in the store.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::id::Position;

/// How much is kept of each log, in bytes of records.
const KEPT_BYTES: usize = 64 * 1024;

/// The newest records of one log, without gaps; perhaps none.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// The position of the newest one.
    last: Position,
    records: VecDeque<Bytes>,
    bytes: usize,
}

impl Recent {
    /// Adds records that have just become durable, the last of which is at `last`.
    pub(crate) fn extend(&mut self, last: Position, records: &[Bytes]) {
        self.last = last;
        for record in records {
            self.bytes += record.len();
            self.records.push_back(record.clone());
            while self.bytes > KEPT_BYTES
                && let Some(oldest) = self.records.pop_front()
            {
                self.bytes -= oldest.len();
            }
        }
    }

    /// Returns what follows a position until the sizes would exceed a budget, at least one record; nothing when the
    /// one that follows is not here.
    pub(crate) fn after(&self, after: Position, byte_budget: usize) -> Vec<Bytes> {
        let wanted = self.last.get().saturating_sub(after.get());
        let skipped = usize::try_from(wanted)
            .ok()
            .and_then(|wanted| self.records.len().checked_sub(wanted));
        let Some(skipped) = skipped else {
            return Vec::new();
        };
        let mut left = byte_budget;
        let mut records: Vec<Bytes> = Vec::new();
        for record in self.records.iter().skip(skipped) {
            if !records.is_empty() && record.len() > left {
                break;
            }
            left = left.saturating_sub(record.len());
            records.push(record.clone());
        }
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u8, bytes: usize) -> Bytes {
        Bytes::from(vec![number; bytes])
    }

    #[test]
    fn what_is_new_is_here_from_wherever_one_is() {
        let mut recent = Recent::default();
        assert_eq!(recent.after(Position::ZERO, 100), Vec::<Bytes>::new());
        let all: Vec<_> = (1..=5).map(|number| record(number, 10)).collect();
        // The first two were there before the program started.
        recent.extend(Position::new(3), &all[2..3]);
        recent.extend(Position::new(5), &all[3..]);
        for after in 2..=5 {
            let expected = &all[usize::try_from(after).unwrap()..];
            assert_eq!(recent.after(Position::new(after), 100), expected);
        }
        for after in [0, 1, 6, u64::MAX] {
            assert_eq!(
                recent.after(Position::new(after), 100),
                Vec::<Bytes>::new(),
                "{after}"
            );
        }
        assert_eq!(recent.after(Position::new(2), 20), all[2..4]);
        assert_eq!(recent.after(Position::new(2), 0), all[2..3]);
    }

    #[test]
    fn no_more_is_kept_than_is_allowed() {
        let mut recent = Recent::default();
        let large = record(1, KEPT_BYTES / 2);
        let one = std::slice::from_ref(&large);
        for last in 1..=10 {
            recent.extend(Position::new(last), one);
        }
        assert_eq!(recent.records.len(), 2);
        recent.extend(Position::new(11), &[record(2, KEPT_BYTES + 1)]);
        assert_eq!((recent.records.len(), recent.bytes), (0, 0));
        recent.extend(Position::new(12), one);
        assert_eq!(recent.after(Position::new(11), 1), one);
        assert_eq!(recent.after(Position::new(10), 1), Vec::<Bytes>::new());
    }
}
