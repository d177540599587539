//! A device that fails: nothing is acknowledged that is not durable, and nothing acknowledged is lost.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::*;
use crate::engine::{AppendOutcome, Appender, FaultHook, Log, LogOptions, Step};
use crate::id::Position;

const STEPS: [Step; 5] = [
    Step::WriteBlocks,
    Step::FlushStore,
    Step::SyncStore,
    Step::WriteWitness,
    Step::SyncWitness,
];

/// Fails the n-th time this step is reached, counting from 1.
fn fail_at(step: Step, nth: usize, kind: io::ErrorKind) -> FaultHook {
    let seen = AtomicUsize::new(0);
    Arc::new(move |reached| {
        if reached == step && seen.fetch_add(1, Ordering::Relaxed) + 1 == nth {
            return Err(io::Error::from(kind));
        }
        Ok(())
    })
}

fn create(options: LogOptions) -> (tempfile::TempDir, Log, Appender) {
    let directory = tempfile::tempdir().unwrap();
    let log = Log::create(&directory.path().join("log"), options).unwrap();
    let appender = log.appender().unwrap();
    (directory, log, appender)
}

#[test]
fn a_failed_step_is_never_acknowledged() {
    for step in STEPS {
        for (nth, kind) in [(1, io::ErrorKind::Other), (3, io::ErrorKind::StorageFull)] {
            let (directory, log, mut appender) = create(options().faults(fail_at(step, nth, kind)));
            let good = nth as u64 - 1;
            for head in 0..good {
                let outcomes = appender.append(&[batch(ACME, head, records([head + 1]))]);
                assert!(matches!(
                    outcomes.as_slice(),
                    [AppendOutcome::Appended { .. }]
                ));
            }
            let outcomes = appender.append(&[batch(ACME, good, records([good + 1]))]);
            let [AppendOutcome::Unknown { cause }] = outcomes.as_slice() else {
                panic!("expected an unknown outcome, found {outcomes:?}");
            };
            assert_eq!(cause.step, step);
            assert_eq!(
                cause.source.is_storage_full(),
                kind == io::ErrorKind::StorageFull
            );
            assert_eq!(log.failure().unwrap().step, step);

            // What is durable stays readable, nothing else is visible, and nothing more is written.
            let durable = records(1..=good);
            assert_eq!(log.head(ACME), head_of(&durable));
            assert_eq!(read_all(&log, ACME, 1000), durable);
            assert_eq!(log.position_of(ACME, change(good + 1)).unwrap(), None);
            let outcomes = appender.append(&[batch(ACME, good, records([good + 1]))]);
            assert!(matches!(
                outcomes.as_slice(),
                [AppendOutcome::Refused { .. }]
            ));

            drop((log, appender));
            reopened_has_at_least(&directory, good);
        }
    }
}

/// Opens the log again: all acknowledged records are there, perhaps the unknown one as well, and it takes new ones.
fn reopened_has_at_least(directory: &tempfile::TempDir, acknowledged: u64) {
    let log = Log::open(&directory.path().join("log"), options()).unwrap();
    let head = log.head(ACME).position.get();
    assert!(head == acknowledged || head == acknowledged + 1, "{head}");
    assert_eq!(read_all(&log, ACME, 1000), records(1..=head));
    let outcomes = log
        .appender()
        .unwrap()
        .append(&[batch(ACME, head, records([head + 1]))]);
    assert!(
        matches!(outcomes.as_slice(), [AppendOutcome::Appended { .. }]),
        "{outcomes:?}"
    );
}

#[test]
fn a_failure_between_groups_tells_batches_apart() {
    for step in STEPS {
        let hook = fail_at(step, 2, io::ErrorKind::Other);
        let (directory, log, mut appender) = create(options().faults(hook));
        let large = |positions: std::ops::RangeInclusive<u64>| {
            positions
                .map(|position| record_of(position, 200_000))
                .collect::<Vec<_>>()
        };
        let outcomes = appender.append(&[
            batch(ACME, 0, large(1..=5)),
            batch(UMBRELLA, 0, large(1..=5)),
            batch(ACME, 5, large(6..=10)),
            batch(ACME, 3, records([4])),
        ]);
        assert!(
            matches!(
                outcomes.as_slice(),
                [
                    AppendOutcome::Appended { .. },
                    AppendOutcome::Unknown { .. },
                    AppendOutcome::Refused { .. },
                    AppendOutcome::Conflict { .. },
                ]
            ),
            "{step}: {outcomes:?}"
        );
        assert_eq!(log.head(ACME), head_of(&large(1..=5)));
        assert_eq!(log.head(UMBRELLA).position, Position::ZERO);
        drop((log, appender));
        let log = Log::open(&directory.path().join("log"), options()).unwrap();
        assert_eq!(log.head(ACME), head_of(&large(1..=5)));
        let umbrella = log.head(UMBRELLA);
        assert!(umbrella.position == Position::ZERO || umbrella == head_of(&large(1..=5)));
    }
}

/// The witness may be ahead of the store by the group that was in flight; a power cut then leaves this image.
#[test]
fn a_group_that_only_the_witness_has_heard_of_is_no_damage() {
    let hook = fail_at(Step::FlushStore, 3, io::ErrorKind::Other);
    let (directory, log, mut appender) = create(options().faults(hook));
    for head in 0..2 {
        appender.append(&[batch(ACME, head, records([head + 1]))]);
    }
    let outcomes = appender.append(&[
        batch(ACME, 2, records(3..=5)),
        batch(UMBRELLA, 0, records(1..=2)),
    ]);
    assert!(matches!(
        outcomes.as_slice(),
        [AppendOutcome::Unknown { .. }, AppendOutcome::Unknown { .. }]
    ));
    let image = directory.path().join("image");
    copy_tree(&directory.path().join("log"), &image);
    drop((log, appender));

    // Other records take the place of those that were never acknowledged, more than once.
    for head in 2..5 {
        let log = Log::open(&image, options()).unwrap();
        assert_eq!(log.head(UMBRELLA).position, Position::ZERO);
        let mut expected = records(1..=2);
        expected.extend((3..=head).map(|position| record_of(position, 7)));
        assert_eq!(log.head(ACME), head_of(&expected));
        let next = vec![record_of(head + 1, 7)];
        let outcomes = log.appender().unwrap().append(&[batch(ACME, head, next)]);
        assert!(matches!(
            outcomes.as_slice(),
            [AppendOutcome::Appended { .. }]
        ));
    }
}

#[test]
fn a_witness_that_cannot_be_settled_stops_the_log() {
    let hook = fail_at(Step::SettleWitness, 1, io::ErrorKind::Other);
    let (directory, log, mut appender) = create(options().faults(hook));
    appender.append(&[batch(ACME, 0, records([1]))]);
    // Whether the clerk or we were first, the failure is known from now on.
    let failure = appender.settle().unwrap_err();
    assert_eq!(failure.step, Step::SettleWitness);
    let outcomes = appender.append(&[batch(ACME, 1, records([2]))]);
    assert!(matches!(
        outcomes.as_slice(),
        [AppendOutcome::Refused { .. }]
    ));
    assert_eq!(read_all(&log, ACME, 1000), records([1]));
    drop((log, appender));
    reopened_has_at_least(&directory, 1);
}
