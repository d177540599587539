//! Taking records in: what is stored, and what is refused without a trace.

mod put_off;

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::id::{PersonId, Position};
use okr_core::view::View as _;
use okr_log::Record;
use okr_testkit::generate::{TODAY, histories, history};
use okr_testkit::sample::ANA;
use proptest::prelude::*;
use rusqlite::types::Value;

use super::*;
use crate::fake_log::FakeLog;
use crate::moment::Moment;

/// What a load writes.
const TABLES: [&str; 6] = [
    "versions ORDER BY key",
    "records",
    "meta",
    "authors",
    "change_ends",
    "entity_ends",
];

/// Everything in a table, row by row.
fn dump(replica: &Replica, table: &str) -> Vec<Vec<Value>> {
    let db = replica.db();
    let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns).map(|column| row.get(column)).collect()
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Moves times of authoring about, so that they are not in the order of the log.
pub(crate) fn disorder(history: &mut [(PersonId, Change)], seed: u64) {
    let mut random = okr_testkit::Random::new(seed);
    for (_, change) in history {
        let hours = i64::try_from(random.below(24 * 40)).unwrap();
        let back = jiff::SignedDuration::from_hours(hours);
        change.authored_at = change.authored_at.checked_sub(back).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_part_and_then_the_rest_is_the_same_as_all_at_once(
        mut history in histories(120), cut in 0.0..1.0_f64, seed in any::<u64>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
            reason = "a fraction of a small number")]
        let cut = (cut * history.len() as f64) as usize;
        let (_a, mut at_once) = log.replica();
        let (_b, mut in_parts) = log.replica();
        log.give_all(&mut at_once);
        log.give(&mut in_parts, cut).unwrap();
        log.give_all(&mut in_parts);
        for table in TABLES {
            prop_assert_eq!(dump(&at_once, table), dump(&in_parts, table));
        }
    }
}

#[test]
fn records_and_head_become_visible_with_the_checkpoint_only() {
    let history = history(1, 40);
    let log = FakeLog::of(&history);
    let (dir, mut replica) = log.replica();
    log.give(&mut replica, 10).unwrap();
    let other = Replica::open(dir.path()).unwrap();
    let mut ingest = replica.ingest().unwrap();
    ingest.records(log.records[10..].to_vec()).unwrap();
    ingest.write(true).unwrap();
    assert_eq!(other.info().unwrap().head, Position::new(10));
    let done = ingest
        .checkpoint(&log.checkpoint_of(40), Timestamp::UNIX_EPOCH)
        .unwrap();
    assert_eq!((done.head, done.records), (log.head(), 30));
    drop(ingest);
    let info = other.info().unwrap();
    assert_eq!((info.head, info.root), (log.head(), done.root));
    assert_eq!(info.checkpoint, Some(log.checkpoint_of(40)));
}

#[test]
fn what_is_dropped_before_the_checkpoint_leaves_no_trace() {
    let log = FakeLog::of(&history(2, 30));
    let (_dir, mut replica) = log.replica();
    log.give(&mut replica, 12).unwrap();
    let before = dump(&replica, "versions");
    let mut ingest = replica.ingest().unwrap();
    ingest.records(log.records[12..].to_vec()).unwrap();
    ingest.write(true).unwrap();
    drop(ingest);
    assert_eq!(dump(&replica, "versions"), before);
    assert_eq!(replica.info().unwrap().head, Position::new(12));
    log.give_all(&mut replica);
    assert_eq!(replica.info().unwrap().head, log.head());
}

/// Gives records and a checkpoint, and expects that nothing of them stays.
fn refused(log: &FakeLog, records: Vec<Bytes>, note: &str) -> IntegrityError {
    let (_dir, mut replica) = log.replica();
    log.give(&mut replica, 5).unwrap();
    let before = replica.info().unwrap();
    let mut ingest = replica.ingest().unwrap();
    let done = ingest
        .records(records)
        .and_then(|()| ingest.checkpoint(note, Timestamp::UNIX_EPOCH));
    let again = ingest.checkpoint(note, Timestamp::UNIX_EPOCH);
    assert!(matches!(again, Err(IngestError::Failed)));
    drop(ingest);
    assert_eq!(replica.info().unwrap(), before);
    assert!(
        replica
            .reading(Moment::now(TODAY))
            .unwrap()
            .org()
            .unwrap()
            .is_some()
    );
    match done {
        Err(IngestError::Integrity(error)) => error,
        other => panic!("expected a violation, got {other:?}"),
    }
}

#[test]
fn a_missing_a_doubled_and_a_foreign_record_are_refused() {
    let log = FakeLog::of(&history(3, 20));
    let note = log.checkpoint_of(20);
    let rest = || log.records[5..].to_vec();
    let mut missing = rest();
    missing.remove(3);
    assert!(matches!(
        refused(&log, missing, &note),
        IntegrityError::Gap { .. }
    ));
    let mut doubled = rest();
    doubled.insert(3, log.records[7].clone());
    assert!(matches!(
        refused(&log, doubled, &note),
        IntegrityError::Gap { .. }
    ));
    let mut foreign = rest();
    foreign[2] = Bytes::from_static(b"no record");
    assert!(matches!(
        refused(&log, foreign, &note),
        IntegrityError::Record { .. }
    ));
    let cut = log.records[5..19].to_vec();
    assert!(matches!(
        refused(&log, cut, &note),
        IntegrityError::Size { .. }
    ));
}

#[test]
fn a_rewritten_history_is_refused() {
    let log = FakeLog::of(&history(4, 20));
    let mut other = FakeLog::new();
    for (index, bytes) in log.records.iter().enumerate() {
        let mut record = Record::decode(bytes).unwrap();
        record.token.0[0] ^= u8::from(index == 2);
        other.push(record.encode().unwrap());
    }
    // The altered record is one that the replica has, so only the root can tell.
    let rest = log.records[5..].to_vec();
    let error = refused(&log, rest, &other.checkpoint_of(20));
    assert!(matches!(error, IntegrityError::Root { .. }), "{error:?}");
    let error = refused(&log, Vec::new(), &other.checkpoint_of(5));
    assert!(
        matches!(error, IntegrityError::NotAnExtension { .. }),
        "{error:?}"
    );
    let error = refused(&log, Vec::new(), &log.checkpoint_of(4));
    assert!(matches!(error, IntegrityError::Size { .. }), "{error:?}");
}

#[test]
fn a_clock_that_runs_backwards_and_a_repeated_change_are_refused() {
    let history = history(5, 20);
    let mut log = FakeLog::of(&history);
    log.now -= 100 * crate::fake_log::STEP_US;
    log.append(ANA, &history[7].1);
    let backwards = log.records[5..].to_vec();
    let error = refused(&log, backwards, &log.checkpoint_of(21));
    assert!(
        matches!(error, IntegrityError::ClockBackwards { .. }),
        "{error:?}"
    );
    let mut log = FakeLog::of(&history);
    log.append(ANA, &history[7].1);
    let error = refused(&log, log.records[5..].to_vec(), &log.checkpoint_of(21));
    let IntegrityError::Repeated { first, second, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!((first.get(), second.get()), (8, 21));
}

#[test]
fn another_process_that_was_faster_is_noticed() {
    let log = FakeLog::of(&history(6, 20));
    let (dir, mut replica) = log.replica();
    let mut other = Replica::open(dir.path()).unwrap();
    let mut ingest = replica.ingest().unwrap();
    ingest.records(log.records.clone()).unwrap();
    log.give(&mut other, 8).unwrap();
    let done = ingest.checkpoint(&log.checkpoint_of(20), Timestamp::UNIX_EPOCH);
    assert!(matches!(done, Err(IngestError::Moved { head }) if head == Position::new(8)));
    drop(ingest);
    log.give_all(&mut replica);
    assert_eq!(replica.info().unwrap().head, log.head());
}

#[test]
fn a_first_load_in_bulk_is_the_same_as_a_slow_one() {
    let log = FakeLog::of(&history(7, 200));
    let (_a, mut slow) = log.replica();
    let (_b, mut bulk) = log.replica();
    log.give_all(&mut slow);
    let mut ingest = bulk.ingest().unwrap();
    for piece in log.records.chunks(30) {
        ingest.records(piece.to_vec()).unwrap();
        ingest.write(true).unwrap();
    }
    ingest
        .checkpoint(&log.checkpoint_of(200), Timestamp::UNIX_EPOCH)
        .unwrap();
    drop(ingest);
    for table in TABLES {
        assert_eq!(dump(&slow, table), dump(&bulk, table));
    }
}

#[test]
fn a_load_of_many_rounds_is_the_same_as_one_of_one() {
    let mut history = history(8, 200);
    disorder(&mut history, 3);
    let log = FakeLog::of(&history);
    let (_a, mut at_once) = log.replica();
    let (_b, mut in_rounds) = log.replica();
    log.give_all(&mut at_once);
    let mut ingest = in_rounds.ingest().unwrap();
    let mut size = 0;
    for piece in log.records.chunks(30) {
        ingest.records(piece.to_vec()).unwrap();
        ingest.write(true).unwrap();
        size += piece.len();
        let note = log.checkpoint_of(size);
        let done = ingest.checkpoint(&note, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(done.records, piece.len() as u64);
    }
    drop(ingest);
    for table in TABLES {
        assert_eq!(dump(&at_once, table), dump(&in_rounds, table), "{table}");
    }
}

#[test]
fn a_change_repeated_in_a_later_round_of_a_first_load_is_refused() {
    let history = history(9, 40);
    let mut log = FakeLog::of(&history);
    log.append(ANA, &history[7].1);
    let (_dir, mut replica) = log.replica();
    let mut ingest = replica.ingest().unwrap();
    ingest.records(log.records[..40].to_vec()).unwrap();
    ingest
        .checkpoint(&log.checkpoint_of(40), Timestamp::UNIX_EPOCH)
        .unwrap();
    let repeated = ingest
        .records(log.records[40..].to_vec())
        .and_then(|()| ingest.checkpoint(&log.checkpoint_of(41), Timestamp::UNIX_EPOCH));
    let Err(IngestError::Integrity(IntegrityError::Repeated { first, second, .. })) = repeated
    else {
        panic!("{repeated:?}");
    };
    assert_eq!((first.get(), second.get()), (8, 41));
    drop(ingest);
    assert_eq!(replica.info().unwrap().head, Position::new(40));
}
