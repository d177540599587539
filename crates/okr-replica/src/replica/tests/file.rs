//! The replica as a file: made, opened, brought up to date, written by many, full, read-only, cut short.

use okr_core::id::OrgId;
use okr_testkit::generate::history;

use super::*;
use crate::ingest::IngestError;
use crate::meta::Meta;

#[test]
fn a_replica_is_made_once() {
    let (dir, replica) = workspace();
    let new = NewReplica {
        org: OrgId::from_bytes([1; 16]),
        me: BEN,
        remote: None,
    };
    let again = Replica::create(dir.path(), &new);
    assert!(matches!(again, Err(ReplicaError::Exists { .. })));
    assert_eq!(replica.info().unwrap().org, ORG);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Replica::open(dir.path()).map(|_| ());
    assert!(matches!(open(), Err(ReplicaError::Missing { .. })));
    let file = dir.path().join(schema::FILE_NAME);
    // A crash while it was made leaves an empty file.
    std::fs::write(&file, b"").unwrap();
    assert!(matches!(open(), Err(ReplicaError::Missing { .. })));
    std::fs::write(&file, vec![b'x'; 5000]).unwrap();
    assert!(matches!(open(), Err(ReplicaError::Damaged { .. })));
    std::fs::remove_file(&file).unwrap();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE other (x)").unwrap();
    drop(other);
    assert!(matches!(open(), Err(ReplicaError::Damaged { .. })));
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (dir, replica) = workspace();
    let newer = schema::SCHEMA_VERSION + 1;
    replica
        .db
        .pragma_update(None, "user_version", newer)
        .unwrap();
    drop(replica);
    let open = Replica::open(dir.path());
    assert!(
        matches!(&open, Err(ReplicaError::Newer { found, known })
            if (*found, *known) == (newer, schema::SCHEMA_VERSION)),
        "{open:?}"
    );
    let db = Connection::open(dir.path().join(schema::FILE_NAME)).unwrap();
    assert_eq!(version(&db), newer);
}

fn version(db: &Connection) -> i64 {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

/// The schema in which there were no initiatives, health metrics, inboxes and erasures.
#[test]
fn the_schema_before_this_one_is_brought_up_to_date() {
    let (dir, replica) = workspace();
    replica
        .db
        .execute_batch(
            "DROP INDEX versions_recorded; DROP INDEX versions_authored; DROP INDEX versions_owner;
             CREATE INDEX versions_recorded ON versions (recorded_from) WHERE kind < 7 OR flags > 1;
             CREATE INDEX versions_authored ON versions (authored_from) WHERE kind < 7 OR flags > 1;
             DROP TABLE follows; DROP TABLE erased_people; DROP TABLE erased_texts;
             DROP VIEW initiatives; DROP VIEW metrics; DROP VIEW metric_values;
             PRAGMA user_version = 6",
        )
        .unwrap();
    drop(replica);
    let replica = Replica::open(dir.path()).unwrap();
    assert_eq!(version(&replica.db), schema::SCHEMA_VERSION);
    let made = "SELECT count(*) FROM sqlite_schema
        WHERE name IN ('follows', 'versions_owner', 'initiatives', 'metrics', 'metric_values',
                       'erased_people', 'erased_texts')";
    let made: i64 = replica.db.query_row(made, [], |row| row.get(0)).unwrap();
    assert_eq!(made, 7);
    assert!(replica.inbox_seen().unwrap().is_some());
}

#[test]
fn an_older_schema_is_brought_up_to_date_and_nothing_is_lost() {
    let (dir, mut replica) = workspace();
    let change = proposal(change_id(2), vec![check_in(check_in_id(1), "40")]);
    replica.propose(change, TODAY).unwrap();
    let before = replica.info().unwrap();
    replica
        .db
        .execute_batch(
            "DROP TABLE dropped; DROP TABLE undone; DROP TABLE search; DROP TABLE operations; DROP TABLE operation_changes; ALTER TABLE pending DROP COLUMN offered;
             DROP INDEX versions_recorded; DROP INDEX versions_authored; DROP INDEX versions_blocker;
             DROP INDEX versions_later_kinds; DROP INDEX versions_owner; DROP TABLE follows;
             DROP TABLE erased_people; DROP TABLE erased_texts;
             DROP VIEW check_ins; CREATE VIEW check_ins AS SELECT id FROM current WHERE kind = 7;
             DROP INDEX versions_few; DROP INDEX versions_objectives;
             CREATE INDEX versions_kind ON versions (kind) WHERE kind < 6;
             DROP VIEW initiatives; DROP VIEW metrics; DROP VIEW metric_values;
             PRAGMA user_version = 1",
        )
        .unwrap();
    drop(replica);
    for _ in 0..2 {
        let replica = Replica::open(dir.path()).unwrap();
        assert_eq!(version(&replica.db), schema::SCHEMA_VERSION);
        assert_eq!(replica.info().unwrap(), before);
        let dropped: i64 = replica
            .db
            .query_row("SELECT count(*) FROM dropped", [], |row| row.get(0))
            .unwrap();
        assert_eq!(dropped, 0);
        // What came before there was an inbox is no news.
        assert_eq!(replica.inbox_seen().unwrap(), Some(before.head));
        let views = "SELECT id, blocker, unblocked FROM check_ins";
        assert!(replica.db.prepare(views).is_ok());
    }
}

#[test]
fn a_look_changes_nothing_and_waits_for_nobody() {
    let (dir, mut replica) = workspace();
    let path = dir.path().join("replica.db");
    let looking = Replica::open_to_read(dir.path()).unwrap();
    assert!(
        looking
            .reading(Moment::now(TODAY))
            .unwrap()
            .org()
            .unwrap()
            .is_some()
    );
    // While another process writes, it looks at what was there before.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(
        Replica::open_to_read(dir.path())
            .unwrap()
            .pending()
            .unwrap()
            .len(),
        replica.pending().unwrap().len()
    );
    other.execute_batch("ROLLBACK").unwrap();
    let add = vec![check_in(check_in_id(1), "1")];
    let mut looking = looking;
    assert!(matches!(
        looking.propose(proposal(change_id(9), add.clone()), TODAY),
        Err(ReplicaError::ReadOnly)
    ));
    assert!(matches!(
        replica.propose(proposal(change_id(9), add), TODAY),
        Ok(Proposed::Written(_))
    ));
    other.pragma_update(None, "user_version", 1).unwrap();
    assert!(matches!(
        Replica::open_to_read(dir.path()),
        Err(ReplicaError::Older { found: 1, .. })
    ));
    assert_eq!(version(&other), 1);
    other
        .pragma_update(None, "user_version", schema::SCHEMA_VERSION)
        .unwrap();
    let vocabulary = i64::from(okr_proto::VOCABULARY);
    Meta::Vocabulary.set(&other, vocabulary + 1).unwrap();
    assert!(matches!(
        Replica::open_to_read(dir.path()),
        Err(ReplicaError::NewerVocabulary { .. })
    ));
    Meta::Vocabulary.set(&other, vocabulary).unwrap();
    Meta::PutOff.set(&other, 1_i64).unwrap();
    assert!(matches!(
        Replica::open_to_read(dir.path()),
        Err(ReplicaError::Unfinished)
    ));
}

#[test]
fn what_is_read_without_locks_is_given_up_when_somebody_writes_it() {
    let (dir, replica) = workspace();
    drop(replica);
    let unwritable = Unwritable::of(dir.path()).unwrap();
    let db = unwritable.connect().unwrap();
    let mut looking = Replica {
        unwritable: Some(unwritable),
        ..Replica::finished(db).unwrap()
    };
    let add = vec![check_in(check_in_id(1), "1")];
    assert!(matches!(
        looking.propose(proposal(change_id(9), add.clone()), TODAY),
        Err(ReplicaError::ReadOnly)
    ));
    assert!(looking.reading(Moment::now(TODAY)).is_ok());
    let mut writing = Replica::open(dir.path()).unwrap();
    assert!(writing.unwritable().is_none());
    writing.propose(proposal(change_id(9), add), TODAY).unwrap();
    drop(writing);
    assert!(matches!(
        looking.reading(Moment::now(TODAY)),
        Err(ReplicaError::Busy)
    ));
}

#[test]
fn a_full_disk_and_a_read_only_file_leave_everything_as_it_was() {
    let log = FakeLog::of(&history(1, 300));
    let (_dir, mut replica) = log.replica();
    log.give(&mut replica, 20).unwrap();
    let before = replica.info().unwrap();
    let entry = || DirectoryEntry {
        person: ANA,
        handle: "a".repeat(100_000),
        name: String::new(),
        email: String::new(),
    };
    let pages: i64 = replica
        .db
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    replica
        .db
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let full = log.give(&mut replica, 300);
    assert!(
        matches!(full, Err(IngestError::Replica(ReplicaError::Full))),
        "{full:?}"
    );
    let full = replica.set_directory_entry(&entry());
    assert!(matches!(full, Err(ReplicaError::Full)), "{full:?}");
    assert_eq!(replica.info().unwrap(), before);
    replica
        .db
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();

    replica.db.pragma_update(None, "query_only", true).unwrap();
    let refused = log.give(&mut replica, 300);
    assert!(
        matches!(refused, Err(IngestError::Replica(ReplicaError::ReadOnly))),
        "{refused:?}"
    );
    let refused = replica.set_directory_entry(&entry());
    assert!(
        matches!(refused, Err(ReplicaError::ReadOnly)),
        "{refused:?}"
    );
    assert_eq!(replica.info().unwrap(), before);
    replica.db.pragma_update(None, "query_only", false).unwrap();

    log.give_all(&mut replica);
    assert_eq!(replica.info().unwrap().head, log.head());
}

/// Copies the files as a crash would leave them.
fn crash(dir: &Path) -> TempDir {
    let crashed = tempfile::tempdir().unwrap();
    let mut copied = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        // The index of the write-ahead log lives in memory and dies with the processes.
        if !entry.file_name().to_str().unwrap().ends_with("-shm") {
            copied += std::fs::copy(entry.path(), crashed.path().join(entry.file_name())).unwrap();
        }
    }
    assert!(
        copied > 200_000,
        "nothing of the load is in the {copied} bytes on disk"
    );
    crashed
}

fn journal_mode(replica: &Replica) -> String {
    replica
        .db
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap()
}

#[test]
fn a_crash_while_records_come_in_leaves_the_old_head() {
    let log = FakeLog::of(&history(2, 300));
    for (already, mode) in [(0, "delete"), (20, "wal")] {
        let (dir, mut replica) = log.replica();
        if already > 0 {
            log.give(&mut replica, already).unwrap();
        }
        let before = replica.info().unwrap();
        // With next to no memory, unfinished pages go to the file.
        replica.db.pragma_update(None, "cache_size", 5).unwrap();
        let mut ingest = replica.ingest().unwrap();
        ingest.records(log.records[already..].to_vec()).unwrap();
        ingest.write(true).unwrap();
        let crashed = crash(dir.path());
        drop(ingest);
        assert_eq!(
            (replica.info().unwrap(), journal_mode(&replica).as_str()),
            (before.clone(), "wal")
        );

        let db = Connection::open(crashed.path().join(schema::FILE_NAME)).unwrap();
        let found: String = db
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(found, mode);
        drop(db);
        let mut after = Replica::open(crashed.path()).unwrap();
        assert_eq!(
            (after.info().unwrap(), journal_mode(&after).as_str()),
            (before, "wal")
        );
        log.give_all(&mut after);
        assert_eq!(after.info().unwrap().head, log.head());
    }
}

#[test]
fn a_first_load_beside_another_process_goes_through_the_write_ahead_log() {
    let log = FakeLog::of(&history(2, 300));
    let (dir, mut replica) = log.replica();
    let other = Replica::open(dir.path()).unwrap();
    assert_eq!(other.info().unwrap().head, Position::ZERO);
    let mut ingest = replica.ingest().unwrap();
    ingest.records(log.records.clone()).unwrap();
    ingest.write(true).unwrap();
    assert_eq!(journal_mode(&other), "wal");
    assert_eq!(other.info().unwrap().head, Position::ZERO);
    ingest
        .checkpoint(&log.checkpoint_of(300), Timestamp::UNIX_EPOCH)
        .unwrap();
    drop(ingest);
    assert_eq!(other.info().unwrap().head, log.head());
}

#[test]
fn many_write_at_once_and_nothing_is_lost() {
    const WRITERS: u32 = 4;
    const EACH: u32 = 15;
    let (dir, replica) = workspace();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = dir.path();
            scope.spawn(move || {
                let mut replica = Replica::open(path).unwrap();
                for number in 0..EACH {
                    let id = 100 + writer * EACH + number;
                    let commands = vec![check_in(check_in_id(id), "5")];
                    let done = replica
                        .propose(proposal(change_id(id), commands), TODAY)
                        .unwrap();
                    assert!(matches!(done, Proposed::Written(_)));
                }
            });
        }
    });
    let wanted = usize::try_from(WRITERS * EACH).unwrap();
    assert_eq!(replica.info().unwrap().pending, 1 + wanted);
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    assert_eq!(
        reading.check_ins(key_result_id(1), None).unwrap().len(),
        wanted
    );
}

#[test]
fn a_reading_does_not_change_while_others_write() {
    let (dir, replica) = workspace();
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let mut other = Replica::open(dir.path()).unwrap();
    let commands = vec![check_in(check_in_id(1), "5")];
    other
        .propose(proposal(change_id(2), commands), TODAY)
        .unwrap();
    // A second reading of the same replica shares the snapshot of the first.
    let second = replica.reading(Moment::now(TODAY)).unwrap();
    for reading in [&reading, &second] {
        assert!(reading.latest_check_in(key_result_id(1)).unwrap().is_none());
    }
    drop((reading, second));
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    assert!(reading.latest_check_in(key_result_id(1)).unwrap().is_some());
}
