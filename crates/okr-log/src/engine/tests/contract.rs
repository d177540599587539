//! What every log promises, whether it was just written or has been reopened.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::support::*;
use crate::engine::{AppendOutcome, BatchError, Head, Log, OpenError};
use crate::id::{LogId, Position, RecordedAt};
use crate::record::{LimitExceeded, MAX_BODY_BYTES, Record, RecordText};

#[test]
fn a_new_log_is_empty() {
    for mut subject in Subject::both() {
        subject.settle();
        let log = subject.log();
        assert_eq!(log.organisations(), []);
        assert_eq!(log.head(ACME), Head::EMPTY);
        assert_eq!(log.position_of(ACME, change(1)).unwrap(), None);
        assert!(log.read(ACME, Position::ZERO, 1000).unwrap().is_empty());
    }
}

#[test]
fn gives_back_what_was_appended() {
    for mut subject in Subject::both() {
        let all = records(1..=300);
        for group in all.chunks(7) {
            let head = subject.appended(ACME, group.to_vec());
            let end = usize::try_from(head.position.get()).unwrap();
            assert_eq!(head, head_of(&all[..end]));
            assert_eq!(subject.log().head(ACME), head);
        }
        subject.settle();
        let log = subject.log();
        assert_eq!(log.organisations(), [(ACME, head_of(&all))]);
        for budget in [1, 500, 5000, usize::MAX] {
            assert_eq!(read_all(log, ACME, budget), all, "budget {budget}");
        }
        for record in &all {
            assert_eq!(
                log.position_of(ACME, record.change_id).unwrap(),
                Some(record.position)
            );
        }
        assert_eq!(log.position_of(ACME, change(301)).unwrap(), None);
        assert_eq!(log.position_of(UMBRELLA, change(1)).unwrap(), None);
    }
}

#[test]
fn reads_start_anywhere_and_respect_the_budget() {
    for mut subject in Subject::both() {
        let all = records(1..=40);
        for group in all.chunks(9) {
            subject.appended(ACME, group.to_vec());
        }
        subject.settle();
        let one = all[0].encode().unwrap().len();
        for after in 0..45_usize {
            let expected = all.get(after..).unwrap_or_default();
            for (budget, count) in [(0, 1), (one, 1), (one * 3 - 1, 2), (one * 100, 100)] {
                let after = Position::new(after as u64);
                let read = subject.log().read(ACME, after, budget).unwrap();
                let read: Vec<_> = read.iter().map(|it| Record::decode(it).unwrap()).collect();
                // Later records are a little longer, because their texts hold longer numbers.
                let atmost = &expected[..expected.len().min(count)];
                assert!(atmost.starts_with(&read), "after {after} with {budget}");
                assert_eq!(read.is_empty(), expected.is_empty());
            }
        }
    }
}

#[test]
fn what_was_appended_a_moment_ago_is_read_without_the_store() {
    let mut subject = Subject::new(true);
    let all = records(1..=40);
    for group in all.chunks(9) {
        subject.appended(ACME, group.to_vec());
    }
    let one = all[0].encode().unwrap().len();
    // Says whether the records are in memory; if so, they must be what the store has.
    let is_recent = |log: &Log, after: u64, budget| {
        let after = Position::new(after);
        let recent = log.read_recent(ACME, after, budget);
        let stored = log.read(ACME, after, budget).unwrap();
        assert!(recent.is_empty() || recent == stored, "after {after}");
        !recent.is_empty()
    };
    let log = subject.log();
    for budget in [0, one * 3, one * 100] {
        assert!((0..40).all(|after| is_recent(log, after, budget)));
        assert!((40..45).all(|after| !is_recent(log, after, budget)));
    }
    assert!(log.read_recent(UMBRELLA, Position::ZERO, one).is_empty());
    log.erase(ACME, Position::new(2), &BTreeSet::from([0]));
    assert!(is_recent(log, 0, one * 100), "without what is erased");
    subject.settle();
    let log = subject.log();
    assert!((0..45).all(|after| !is_recent(log, after, one)));
}

#[test]
fn refuses_a_batch_for_another_head() {
    for mut subject in Subject::both() {
        subject.appended(ACME, records(1..=3));
        subject.settle();
        for (expected_head, next) in [(0, 1), (2, 3), (4, 5)] {
            let outcomes = subject.append(&[batch(ACME, expected_head, records([next]))]);
            let [AppendOutcome::Conflict { head }] = outcomes.as_slice() else {
                panic!("expected a conflict, found {outcomes:?}");
            };
            assert_eq!(*head, Position::new(3));
        }
        assert_eq!(read_all(subject.log(), ACME, 1000), records(1..=3));
        subject.appended(ACME, records([4]));
    }
}

#[test]
fn answers_each_batch_of_a_call_on_its_own() {
    for mut subject in Subject::both() {
        let outcomes = subject.append(&[
            batch(ACME, 0, records(1..=2)),
            batch(UMBRELLA, 7, records([8])),
            batch(UMBRELLA, 0, records([1])),
            batch(ACME, 0, records([1])),
            batch(ACME, 2, records([3])),
            batch(UMBRELLA, 1, Vec::new()),
        ]);
        assert!(matches!(
            outcomes.as_slice(),
            [
                AppendOutcome::Appended { head: one },
                AppendOutcome::Conflict { head: Position::ZERO },
                AppendOutcome::Appended { head: other },
                AppendOutcome::Conflict { head: two },
                AppendOutcome::Appended { head: three },
                AppendOutcome::Invalid { error: BatchError::Empty },
            ] if *one == head_of(&records(1..=2))
                && *other == head_of(&records([1]))
                && two.get() == 2
                && *three == head_of(&records(1..=3))
        ));
        subject.settle();
        assert_eq!(read_all(subject.log(), ACME, 1000), records(1..=3));
        assert_eq!(read_all(subject.log(), UMBRELLA, 1000), records([1]));
        let heads = [
            (ACME, head_of(&records(1..=3))),
            (UMBRELLA, head_of(&records([1]))),
        ];
        assert_eq!(subject.log().organisations(), heads);
    }
}

#[test]
fn refuses_batches_that_break_the_contract() {
    for mut subject in Subject::both() {
        subject.appended(ACME, records(1..=3));
        subject.settle();
        let mut invalid =
            |records: Vec<Record>| match subject.append(&[batch(ACME, 3, records)]).as_slice() {
                [AppendOutcome::Invalid { error }] => *error,
                other => panic!("expected an invalid batch, found {other:?}"),
            };
        let at = Position::new;
        let error = BatchError::Position {
            found: at(5),
            expected: at(4),
        };
        assert_eq!(invalid(records([5])), error);
        let error = BatchError::Position {
            found: at(4),
            expected: at(5),
        };
        assert_eq!(invalid(records([4, 4])), error);

        let mut old = records([4, 5]);
        old[1].recorded_at = RecordedAt::from_micros(0);
        assert_eq!(invalid(old), BatchError::RecordedAt { position: at(5) });

        let mut again = records([4, 5]);
        again[1].change_id = change(2);
        let error = BatchError::Duplicate {
            position: at(5),
            change: change(2),
        };
        assert_eq!(invalid(again), error);
        let mut twice = records([4, 5]);
        twice[1].change_id = change(4);
        let error = BatchError::Duplicate {
            position: at(5),
            change: change(4),
        };
        assert_eq!(invalid(twice), error);

        let large = vec![record_of(4, MAX_BODY_BYTES + 1)];
        let limit = LimitExceeded::Body {
            bytes: MAX_BODY_BYTES + 1,
        };
        assert_eq!(
            invalid(large),
            BatchError::Limit {
                position: at(4),
                limit
            }
        );

        // Time may stand still, and nothing above left a trace.
        let mut same = record(4);
        same.recorded_at = record(3).recorded_at;
        subject.appended(ACME, vec![same]);
        assert_eq!(subject.log().head(ACME).position, at(4));
    }
}

#[test]
fn refuses_a_change_that_stands_twice_in_one_call() {
    for mut subject in Subject::both() {
        let mut later = records([2]);
        later[0].change_id = change(1);
        let outcomes = subject.append(&[batch(ACME, 0, records([1])), batch(ACME, 1, later)]);
        assert!(matches!(
            outcomes.as_slice(),
            [
                AppendOutcome::Appended { .. },
                AppendOutcome::Invalid {
                    error: BatchError::Duplicate { .. }
                },
            ]
        ));
        // In another organisation the same id is another change.
        subject.appended(UMBRELLA, records([1]));
        subject.settle();
        assert_eq!(
            subject.log().position_of(UMBRELLA, change(1)).unwrap(),
            Some(Position::new(1))
        );
    }
}

fn large_record(position: u64) -> Record {
    let mut record = record_of(position, MAX_BODY_BYTES - 1000);
    let text = "x".repeat(60_000);
    record.texts = vec![
        RecordText::Present {
            salt: [9; 16],
            text
        };
        12
    ];
    record
}

#[test]
fn takes_the_largest_records_and_batches() {
    for mut subject in Subject::both() {
        let all: Vec<Record> = (1..=40)
            .map(|position| match position % 4 {
                0 => large_record(position),
                1 => record_of(position, 70_000),
                _ => record(position),
            })
            .collect();
        let (first, rest) = all.split_at(30);
        subject.appended(ACME, first.to_vec());
        for record in rest {
            subject.appended(ACME, vec![record.clone()]);
        }
        subject.settle();
        assert_eq!(subject.log().head(ACME), head_of(&all));
        assert_eq!(read_all(subject.log(), ACME, 100_000), all);
        // sled never syncs what it moves to separate files, so there must be none.
        let blobs = subject.path().join("store/blobs");
        assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 0);
    }
}

#[test]
fn tells_observers_after_the_fact() {
    let mut subject = Subject::new(false);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, list) = (subject.log().clone(), Arc::clone(&seen));
    subject
        .log()
        .on_durable(Box::new(move |organisation, head| {
            assert_eq!(log.head(organisation), head);
            list.lock().unwrap().push((organisation, head));
        }));
    subject.append(&[
        batch(ACME, 0, records(1..=2)),
        batch(UMBRELLA, 0, records([1])),
        batch(ACME, 9, records([10])),
    ]);
    let expected = [
        (ACME, head_of(&records(1..=2))),
        (UMBRELLA, head_of(&records([1]))),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn shows_every_record_while_opening() {
    let mut subject = Subject::new(false);
    subject.appended(UMBRELLA, records(1..=5));
    subject.appended(ACME, records(1..=300));
    subject.close();
    let mut seen = Vec::new();
    let log = Log::open_with(&subject.path(), options(), &mut |organisation, record| {
        seen.push((organisation, record.to_record()));
        Ok(())
    });
    let expected = records(1..=300).into_iter().map(|record| (ACME, record));
    let expected = expected.chain(records(1..=5).into_iter().map(|record| (UMBRELLA, record)));
    assert_eq!(seen, expected.collect::<Vec<_>>());
    drop(log.unwrap());

    let refused = Log::open_with(&subject.path(), options(), &mut |_, record| {
        if record.position() == Position::new(200) {
            Err("unknown event".into())
        } else {
            Ok(())
        }
    });
    let Err(OpenError::Refused {
        organisation: ACME,
        position,
        source,
    }) = refused
    else {
        panic!("expected a refusal, found {refused:?}");
    };
    assert_eq!(
        (position.get(), source.to_string().as_str()),
        (200, "unknown event")
    );
    subject.reopen();
}

#[test]
fn has_one_appender_and_it_may_outlive_the_handle() {
    let subject = Subject::new(false);
    assert!(subject.log().appender().is_none());

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let log = Log::create(&path, options()).unwrap();
    let mut appender = log.appender().unwrap();
    log.close();
    let outcomes = appender.append(&[batch(ACME, 0, records([1]))]);
    assert!(matches!(
        outcomes.as_slice(),
        [AppendOutcome::Appended { .. }]
    ));
    assert!(matches!(
        Log::open(&path, options()),
        Err(OpenError::InUse { .. })
    ));
    drop(appender);
    let log = Log::open(&path, options()).unwrap();
    assert_eq!(log.head(ACME).position.get(), 1);
}

#[test]
fn moves_between_threads() {
    fn check<T: Send + 'static>(_: &T) {}
    fn check_shared<T: Sync>(_: &T) {}
    let subject = Subject::new(false);
    check(subject.log());
    check_shared(subject.log());
    let directory = tempfile::tempdir().unwrap();
    let log = Log::create(&directory.path().join("log"), options()).unwrap();
    check(&log.appender().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn holds_what_a_list_would_hold(
        groups in prop::collection::vec(
            prop::collection::vec((0_u8..3, 1_usize..6, 0_usize..9000), 1..5),
            1..12,
        ),
    ) {
        let mut subject = Subject::new(true);
        let mut model: [Vec<Record>; 3] = Default::default();
        for group in groups {
            let mut batches = Vec::new();
            for (organisation, count, body_bytes) in group {
                let list = &mut model[usize::from(organisation)];
                let head = list.len() as u64;
                let new: Vec<Record> = (head + 1..=head + count as u64)
                    .map(|position| record_of(position, body_bytes))
                    .collect();
                list.extend(new.clone());
                batches.push(batch(LogId([organisation; 16]), head, new));
            }
            for outcome in subject.append(&batches) {
                prop_assert!(matches!(outcome, AppendOutcome::Appended { .. }), "{outcome:?}");
            }
        }
        subject.settle();
        for (organisation, list) in (0_u8..).zip(&model) {
            let organisation = LogId([organisation; 16]);
            prop_assert_eq!(subject.log().head(organisation), head_of(list));
            prop_assert_eq!(&read_all(subject.log(), organisation, 20_000), list);
        }
    }
}
