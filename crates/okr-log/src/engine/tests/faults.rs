//! A device that fails: nothing is acknowledged that is not durable, and nothing acknowledged is lost.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::support::*;
use crate::engine::manifest::Manifest;
use crate::engine::witness::{Statement, Testimony, Witness};
use crate::engine::{AppendOutcome, Appender, FaultHook, Head, Log, LogOptions, Step};
use crate::id::Position;
use crate::record::Record;

/// The steps before an acknowledgement at which something is written.
const STEPS: [Step; 1] = [Step::WriteJournal];

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

/// Earlier programs wrote a group into the witness, as pending, before it was durable; a power cut then left this image.
#[test]
fn a_group_that_only_the_witness_has_heard_of_is_no_damage() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=2));
    let image = subject.image();
    drop(subject);
    let acknowledged = testimony(&records(1..=2));
    let ahead = [
        (ACME, acknowledged, testimony(&records(1..=5))),
        (UMBRELLA, Testimony::NOTHING, testimony(&records(1..=2))),
    ];
    let mut witness = witness_of(&image.path());
    for (organisation, acknowledged, pending) in ahead {
        let statement = Statement {
            acknowledged,
            pending,
        };
        witness.write(organisation, statement).unwrap();
    }
    drop(witness);

    // Other records take the place of those that were never acknowledged, more than once.
    for head in 2..5 {
        let log = image.open().unwrap();
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

fn testimony(records: &[Record]) -> Testimony {
    let Head { position, root, .. } = head_of(records);
    Testimony { position, root }
}

/// Reads what the witness in a data directory says.
fn witness_of(directory: &Path) -> Witness {
    let manifest = Manifest::parse(&std::fs::read(directory.join("MANIFEST")).unwrap()).unwrap();
    Witness::open(&directory.join("witness"), manifest.log).unwrap()
}

/// Waits for something that comes within a moment.
fn soon(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never comes");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_witness_says_soon_what_was_acknowledged() {
    let mut subject = Subject::new(false);
    for position in 1..=20 {
        subject.appended(ACME, records([position]));
        if position % 5 == 0 {
            subject.appended(UMBRELLA, records([position / 5]));
        }
    }
    soon(|| {
        let witness = witness_of(&subject.path());
        let says = |organisation| witness.get(organisation).map(|it| it.acknowledged);
        says(ACME) == Some(testimony(&records(1..=20)))
            && says(UMBRELLA) == Some(testimony(&records(1..=4)))
    });
}

#[test]
fn a_witness_that_cannot_be_written_stops_the_log() {
    for step in [Step::WriteWitness, Step::SyncWitness] {
        for nth in [1, 3] {
            let hook = fail_at(step, nth, io::ErrorKind::StorageFull);
            let (directory, log, mut appender) = create(options().faults(hook));
            for head in 0..nth as u64 {
                assert!(log.failure().is_none());
                let outcomes = appender.append(&[batch(ACME, head, records([head + 1]))]);
                assert!(
                    matches!(outcomes.as_slice(), [AppendOutcome::Appended { .. }]),
                    "{step}: {outcomes:?}"
                );
                let settled = appender.settle();
                assert_eq!(settled.is_err(), head + 1 == nth as u64, "{step}");
            }
            let failure = log.failure().unwrap();
            assert_eq!(failure.step, step);
            assert!(failure.source.is_storage_full());
            assert_eq!(appender.settle().unwrap_err().step, step);

            let head = nth as u64;
            let outcomes = appender.append(&[batch(ACME, head, records([head + 1]))]);
            assert!(
                matches!(outcomes.as_slice(), [AppendOutcome::Refused { .. }]),
                "{step}: {outcomes:?}"
            );
            assert_eq!(read_all(&log, ACME, 1000), records(1..=head));
            drop((log, appender));
            reopened_has_at_least(&directory, head);
        }
    }
}

/// A device that takes its time for the witness: what it lacks for long holds the next acknowledgement up.
#[test]
fn nothing_is_acknowledged_while_the_witness_is_far_behind() {
    let (arrived, arrivals) = channel();
    let (release, releases) = channel::<()>();
    let releases = Mutex::new(releases);
    let hook: FaultHook = Arc::new(move |step| {
        if step == Step::SyncWitness {
            arrived.send(()).ok();
            // Nobody is there to release it when the test has ended.
            releases.lock().unwrap().recv().ok();
        }
        Ok(())
    });
    let (directory, log, mut appender) = create(options().faults(hook));
    appender.append(&[batch(ACME, 0, records([1]))]);
    arrivals.recv().unwrap();
    thread::sleep(Duration::from_millis(40));
    thread::scope(|scope| {
        let second = scope.spawn(|| {
            let outcomes = appender.append(&[batch(ACME, 1, records([2]))]);
            (outcomes, appender)
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!second.is_finished());
        assert_eq!(log.head(ACME).position, Position::new(1));
        release.send(()).unwrap();
        let (outcomes, appender) = second.join().unwrap();
        assert!(matches!(
            outcomes.as_slice(),
            [AppendOutcome::Appended { .. }]
        ));
        drop(release);
        drop(appender);
    });
    let witness = witness_of(&directory.path().join("log"));
    let acknowledged = witness.get(ACME).unwrap().acknowledged;
    assert_eq!(acknowledged, testimony(&records(1..=2)));
}

/// The steps on the way from the journal into the store: nobody waits for them, so no append is unknown because of them.
const MOVING: [Step; 4] = [
    Step::WriteBlocks,
    Step::FlushStore,
    Step::SyncStore,
    Step::MarkJournal,
];

#[test]
fn a_store_that_takes_nothing_stops_the_log_and_loses_nothing() {
    for step in MOVING {
        let hook = fail_at(step, 1, io::ErrorKind::StorageFull);
        let (directory, log, mut appender) = create(options().faults(hook));
        let large = |position| record_of(position, 200_000);
        let mut head = 0;
        // Both halves of the journal hold some ten of them each.
        let (cause, unknown) = loop {
            let outcomes = appender.append(&[batch(ACME, head, vec![large(head + 1)])]);
            match outcomes.as_slice() {
                [AppendOutcome::Appended { .. }] => head += 1,
                [AppendOutcome::Refused { cause }] => break (cause.clone(), 0),
                // It became known while this one was on its way.
                [AppendOutcome::Unknown { cause }] => break (cause.clone(), 1),
                other => panic!("{step}: {other:?}"),
            }
            assert!(head < 50, "{step}");
        };
        assert!(head > 5, "{step}: {head}");
        assert_eq!(cause.step, step);
        assert!(cause.source.is_storage_full());
        let all: Vec<Record> = (1..=head).map(large).collect();
        assert_eq!(read_all(&log, ACME, 1), all, "{step}");
        assert_eq!(
            log.position_of(ACME, change(head)).unwrap(),
            Some(Position::new(head))
        );
        drop((log, appender));
        let log = Log::open(&directory.path().join("log"), options()).unwrap();
        let found = read_all(&log, ACME, 1);
        assert!(found.starts_with(&all), "{step}");
        assert!(found.len() <= all.len() + unknown, "{step}");
    }
}

/// A store that takes its time: appending goes on until the journal is full, and what is in it stays.
#[test]
fn what_is_not_in_the_store_is_never_written_over() {
    let (release, releases) = channel::<()>();
    let releases = Mutex::new(releases);
    let hook: FaultHook = Arc::new(move |step| {
        if step == Step::SyncStore {
            // Nobody is there to release it when the test has ended.
            releases.lock().unwrap().recv().ok();
        }
        Ok(())
    });
    let (directory, log, mut appender) = create(options().faults(hook));
    let large = |position| record_of(position, 200_000);
    let count = AtomicUsize::new(0);
    let all: Vec<Record> = (1..=30).map(large).collect();
    thread::scope(|scope| {
        let appending = scope.spawn(|| {
            for record in &all {
                let head = record.position.get() - 1;
                let outcomes = appender.append(&[batch(ACME, head, vec![record.clone()])]);
                assert!(
                    matches!(outcomes.as_slice(), [AppendOutcome::Appended { .. }]),
                    "{outcomes:?}"
                );
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mut before = 0;
        // It has come to a stand when nothing came in a while.
        soon(|| {
            thread::sleep(Duration::from_millis(100));
            let now = count.load(Ordering::SeqCst);
            let stands = now == before && now > 0;
            before = now;
            stands || appending.is_finished()
        });
        assert!(!appending.is_finished());
        assert!((15..25).contains(&before), "{before}");
        assert_eq!(read_all(&log, ACME, 1), all[..before]);
        let killed = tempfile::tempdir().unwrap();
        copy_tree(&directory.path().join("log"), &killed.path().join("log"));
        let reopened = Log::open(&killed.path().join("log"), options()).unwrap();
        assert_eq!(read_all(&reopened, ACME, 1), all[..before]);
        drop(release);
        appending.join().unwrap();
    });
    assert_eq!(read_all(&log, ACME, 1), all);
    drop((log, appender));
    let log = Log::open(&directory.path().join("log"), options()).unwrap();
    assert_eq!(read_all(&log, ACME, 1), all);
}
