//! Looking changes up when the index gives others as well, or cannot be read.

use std::path::Path;

use crate::engine::positions::PositionIndex;
use crate::engine::tests::support::{ACME, Subject, batch, change, read_all, records};
use crate::engine::{AppendOutcome, Log, ReadError, Step, write_lock};
use crate::id::Position;

/// Gives the open log another index of the changes of ACME.
fn replace_index(log: &Log, index: PositionIndex) {
    let known = log.shared.organisation(ACME).unwrap();
    write_lock(&known.state).changes = index;
}

/// An index from whose file nothing can be read any more: that of many changes, all of the same time.
fn broken(directory: &Path) -> PositionIndex {
    let mut index = PositionIndex::with_limit(Some(directory), 8192);
    for number in 1..=30_000 {
        index.insert(change(number).0, Position::new(number));
    }
    index.lose_file();
    index
}

#[test]
fn a_change_is_told_from_another_one_with_its_fingerprint() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=5));
    let mut index = PositionIndex::new(None);
    for number in 1..=5 {
        // Whatever is asked for, one position too many is named, before or after the right one.
        index.insert(change(number).0, Position::new(number.min(3)));
        index.insert(change(number).0, Position::new(number.max(3)));
        index.insert(change(number + 100).0, Position::new(number.max(3)));
    }
    replace_index(subject.log(), index);
    for number in 1..=5 {
        let found = subject.log().position_of(ACME, change(number)).unwrap();
        assert_eq!(found, Some(Position::new(number)));
        let other = subject.log().position_of(ACME, change(number + 100));
        assert_eq!(other.unwrap(), None);
    }
    let mut later = records([6]);
    later[0].change_id = change(101);
    subject.appended(ACME, later);
}

#[test]
fn while_the_index_cannot_be_read_nothing_is_appended_and_opening_makes_it_anew() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=5));
    let directory = tempfile::tempdir().unwrap();
    replace_index(subject.log(), broken(directory.path()));

    let error = subject.log().position_of(ACME, change(1)).unwrap_err();
    assert!(matches!(error, ReadError::Index { organisation, .. } if organisation == ACME));
    for _ in 0..2 {
        let outcomes = subject.append(&[batch(ACME, 5, records([6]))]);
        let [AppendOutcome::Refused { cause }] = outcomes.as_slice() else {
            panic!("expected a refusal, found {outcomes:?}");
        };
        assert_eq!(cause.step, Step::LookUpChanges);
        assert_eq!(
            cause.to_string(),
            "failed to look up changes in the index of the log"
        );
    }
    assert_eq!(read_all(subject.log(), ACME, 1000), records(1..=5));

    subject.reopen();
    subject.appended(ACME, records([6]));
    let found = subject.log().position_of(ACME, change(6)).unwrap();
    assert_eq!(found, Some(Position::new(6)));
}
