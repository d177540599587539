//! What a first load puts off is made, however the load ends, and nobody sees it missing.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};
use tempfile::TempDir;

use super::*;
use crate::schema;

/// Everything that a load writes, and the indexes.
fn everything(replica: &Replica) -> Vec<Vec<Vec<Value>>> {
    let indexes = "(SELECT name, sql FROM sqlite_schema WHERE type = 'index') ORDER BY name";
    let tables = TABLES.iter().copied().chain([indexes]);
    tables.map(|table| dump(replica, table)).collect()
}

/// What is there after so many records without putting anything off.
fn at_once(log: &FakeLog, size: usize) -> Vec<Vec<Vec<Value>>> {
    let (_dir, mut replica) = log.replica();
    log.give(&mut replica, size).unwrap();
    everything(&replica)
}

/// Gives a round as a large first load does.
fn round(log: &FakeLog, ingest: &mut Ingest<'_>, size: usize) -> Result<Ingested, IngestError> {
    let after = usize::try_from(ingest.position().get()).unwrap();
    ingest.records(log.records[after..size].to_vec())?;
    ingest.write(true)?;
    ingest.checkpoint(&log.checkpoint_of(size), Timestamp::UNIX_EPOCH)
}

fn indexes(db: &Connection) -> i64 {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name IN
         ('records_author', 'records_authored', 'versions_parent')";
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Copies the files as they are at the moment, as a process that is killed leaves them.
fn kill(dir: &Path) -> TempDir {
    let killed = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, killed.path().join(path.file_name().unwrap())).unwrap();
    }
    killed
}

#[test]
fn a_load_that_ends_makes_what_it_put_off() {
    let mut history = history(8, 200);
    disorder(&mut history, 3);
    let log = FakeLog::of(&history);
    let (_dir, mut replica) = log.replica();
    let mut ingest = replica.ingest().unwrap();
    round(&log, &mut ingest, 90).unwrap();
    assert_eq!(indexes(ingest.db), 0);
    round(&log, &mut ingest, 200).unwrap();
    ingest.end().unwrap();
    assert_eq!(everything(&replica), at_once(&log, 200));
    assert_eq!(indexes(replica.db()), 3);
}

#[test]
fn whoever_opens_what_a_killed_load_left_makes_up_for_it() {
    let mut history = history(9, 200);
    disorder(&mut history, 4);
    let log = FakeLog::of(&history);
    let (dir, mut replica) = log.replica();
    let mut ingest = replica.ingest().unwrap();
    round(&log, &mut ingest, 120).unwrap();
    ingest.records(log.records[120..].to_vec()).unwrap();
    ingest.write(true).unwrap();
    let killed = kill(dir.path());
    drop(ingest);
    let db = Connection::open(killed.path().join(schema::FILE_NAME)).unwrap();
    assert_eq!(indexes(&db), 0);
    drop(db);
    let mut after = Replica::open(killed.path()).unwrap();
    assert_eq!(after.info().unwrap().head, Position::new(120));
    assert_eq!(everything(&after), at_once(&log, 120));
    // Opened once more, there is nothing left to make, and it goes on as ever.
    drop(Replica::open(killed.path()).unwrap());
    log.give_all(&mut after);
    assert_eq!(everything(&after), at_once(&log, 200));
}

#[test]
fn a_load_that_breaks_off_makes_what_the_complete_rounds_need() {
    let history = history(9, 40);
    let mut log = FakeLog::of(&history);
    log.append(ANA, &history[7].1);
    let (_dir, mut replica) = log.replica();
    let mut ingest = replica.ingest().unwrap();
    round(&log, &mut ingest, 40).unwrap();
    let repeated = round(&log, &mut ingest, 41);
    let Err(IngestError::Integrity(IntegrityError::Repeated { first, second, .. })) = repeated
    else {
        panic!("{repeated:?}");
    };
    assert_eq!((first.get(), second.get()), (8, 41));
    drop(ingest);
    assert_eq!(everything(&replica), at_once(&log, 40));
}

#[test]
fn nobody_else_reads_what_is_not_complete() {
    let log = FakeLog::of(&history(7, 200));
    let (dir, mut replica) = log.replica();
    let mut ingest = replica.ingest().unwrap();
    round(&log, &mut ingest, 120).unwrap();
    let other = Connection::open(dir.path().join(schema::FILE_NAME)).unwrap();
    other.busy_timeout(std::time::Duration::ZERO).unwrap();
    let head = |db: &Connection| {
        db.query_row("SELECT value FROM meta WHERE name = 'head'", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    let refused = head(&other).unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    ingest.end().unwrap();
    assert_eq!(head(&other).unwrap(), 120);
    assert_eq!(indexes(&other), 3);
}
