//! What a log that takes one change after another allows: the judge of each campaign.
//!
//! Every answer names a position, so the order is known and nothing has to be searched: a history is
//! linearizable when no operation shows less than what had been answered before it began, and none
//! shows what nobody had begun to append (Herlihy and Wing 1990, for a log instead of a register).

use std::collections::BTreeMap;
use std::time::Instant;

use okr_core::id::{ChangeId, Position};

/// Something that a client did, and when, by one clock for all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) begun: Instant,
    pub(super) ended: Instant,
    pub(super) what: What,
}

/// What a client did.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// A change was acknowledged at a position.
    Appended(ChangeId, Position),
    /// The log was read up to its head.
    Read(Position),
}

/// Everything that the clients of one log did.
#[derive(Debug, Default)]
pub(super) struct History {
    operations: Vec<Operation>,
}

impl Extend<Operation> for History {
    fn extend<T: IntoIterator<Item = Operation>>(&mut self, operations: T) {
        self.operations.extend(operations);
    }
}

impl History {
    /// Returns how many changes were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.appended().count()
    }

    /// Returns how often the head was read.
    pub(super) fn reads(&self) -> usize {
        self.operations.len() - self.acknowledged()
    }

    fn appended(&self) -> impl Iterator<Item = (ChangeId, Position)> {
        self.operations.iter().filter_map(|one| match one.what {
            What::Appended(id, position) => Some((id, position)),
            What::Read(_) => None,
        })
    }

    /// Returns what contradicts the log as it is in the end, which began with `first` positions of others.
    pub(super) fn flaws(&self, log: &BTreeMap<ChangeId, Position>, first: Position) -> Vec<String> {
        let mut flaws = self.lost_or_moved(log);
        flaws.extend(self.out_of_order());
        flaws.extend(self.foreseen(first));
        flaws
    }

    /// Every acknowledged change is where its answer said.
    fn lost_or_moved(&self, log: &BTreeMap<ChangeId, Position>) -> Vec<String> {
        self.appended()
            .filter(|(id, position)| log.get(id) != Some(position))
            .map(|(id, position)| {
                let found = log.get(&id);
                format!("{id} was acknowledged at {position}, and is at {found:?}")
            })
            .collect()
    }

    /// What was answered before an operation began is below it.
    fn out_of_order(&self) -> Vec<String> {
        let mut by_begin = self.operations.clone();
        by_begin.sort_by_key(|one| one.begun);
        let mut by_end = self.operations.clone();
        by_end.sort_by_key(|one| one.ended);
        let mut ended = by_end.iter().peekable();
        let mut floor = Position::ZERO;
        let mut flaws = Vec::new();
        for one in by_begin {
            while let Some(earlier) = ended.next_if(|earlier| earlier.ended < one.begun) {
                floor = floor.max(earlier.what.position());
            }
            match one.what {
                What::Appended(id, position) if position <= floor => flaws.push(format!(
                    "{id} went to {position} although {floor} had been answered before"
                )),
                What::Read(head) if head < floor => flaws.push(format!(
                    "the log was read up to {head} although {floor} had been answered before"
                )),
                What::Appended(..) | What::Read(_) => {}
            }
        }
        flaws
    }

    /// A reader sees no more than was begun.
    fn foreseen(&self, first: Position) -> Vec<String> {
        let mut begun: Vec<Instant> = self
            .operations
            .iter()
            .filter(|one| matches!(one.what, What::Appended(..)))
            .map(|one| one.begun)
            .collect();
        begun.sort();
        let flaw = |one: &Operation| {
            let What::Read(head) = one.what else {
                return None;
            };
            let possible = begun.partition_point(|begun| *begun < one.ended) as u64 + first.get();
            (head.get() > possible)
                .then(|| format!("{head} was read when no more than {possible} could be there"))
        };
        self.operations.iter().filter_map(flaw).collect()
    }
}

impl What {
    /// Returns up to where the log was there when this was answered.
    const fn position(self) -> Position {
        match self {
            Self::Appended(_, position) => position,
            Self::Read(head) => head,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    /// A log of four changes, appended and read as it should be.
    struct Sound {
        start: Instant,
        history: History,
        log: BTreeMap<ChangeId, Position>,
    }

    fn id(number: u64) -> ChangeId {
        ChangeId::new(Uuid::from_u64_pair(7, number))
    }

    impl Sound {
        fn new() -> Self {
            let mut sound = Self {
                start: Instant::now(),
                history: History::default(),
                log: BTreeMap::new(),
            };
            for (begun, ended, position) in [(0, 4, 2), (1, 3, 1), (5, 9, 3), (10, 12, 4)] {
                sound.append(begun, ended, position);
                sound.log.insert(id(position), Position::new(position));
            }
            sound.read(4, 6, 2);
            sound.read(7, 8, 3);
            sound
        }

        fn add(&mut self, begun: u64, ended: u64, what: What) {
            self.history.extend([Operation {
                begun: self.start + Duration::from_millis(begun),
                ended: self.start + Duration::from_millis(ended),
                what,
            }]);
        }

        fn append(&mut self, begun: u64, ended: u64, position: u64) {
            let what = What::Appended(id(position), Position::new(position));
            self.add(begun, ended, what);
        }

        fn read(&mut self, begun: u64, ended: u64, head: u64) {
            self.add(begun, ended, What::Read(Position::new(head)));
        }

        fn flaws(&self) -> Vec<String> {
            self.history.flaws(&self.log, Position::ZERO)
        }
    }

    #[test]
    fn a_sound_history_has_no_flaw() {
        assert_eq!(Sound::new().flaws(), Vec::<String>::new());
    }

    #[test]
    fn a_lost_change_is_seen() {
        let mut sound = Sound::new();
        sound.log.remove(&id(3));
        assert_eq!(sound.flaws().len(), 1, "{:?}", sound.flaws());
    }

    #[test]
    fn a_change_at_another_position_is_seen() {
        let mut sound = Sound::new();
        sound.log.insert(id(3), Position::new(4));
        sound.log.insert(id(4), Position::new(3));
        assert_eq!(sound.flaws().len(), 2, "{:?}", sound.flaws());
    }

    #[test]
    fn a_change_below_what_was_answered_before_is_seen() {
        let mut sound = Sound::new();
        sound.log.insert(id(9), Position::new(4));
        sound.add(20, 21, What::Appended(id(9), Position::new(4)));
        assert_eq!(sound.flaws().len(), 1, "{:?}", sound.flaws());
    }

    #[test]
    fn a_reader_that_goes_back_is_seen() {
        let mut sound = Sound::new();
        sound.read(13, 14, 3);
        assert_eq!(sound.flaws().len(), 1, "{:?}", sound.flaws());
    }

    #[test]
    fn a_reader_that_sees_what_nobody_wrote_is_seen() {
        let mut sound = Sound::new();
        sound.read(5, 6, 4);
        // It is ahead of the writer, and another reader and the writer come after it.
        assert_eq!(sound.flaws().len(), 3, "{:?}", sound.flaws());
    }
}
