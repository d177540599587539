//! A crash in the middle of following a server leaves the replica as it was.

use okr_testkit::generate::history;
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::search::tests::{index, words, words_anew};

/// Copies the files as a power cut would leave them.
fn crash_image(home: &Path) -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(home).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), image.path().join(entry.file_name())).unwrap();
        }
    }
    image
}

/// A replica with 60 changes, and one of a server that has half of them.
fn restored() -> (TempDir, Replica, Rebuilt) {
    let log = FakeLog::of(&history(5, 60));
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    let directory = dir.path().join("rebuilding-test");
    let new = NewReplica {
        org: replica.info().unwrap().org,
        me: replica.info().unwrap().me,
        remote: Some(log.remote()),
    };
    let mut fresh = Replica::create(&directory, &new).unwrap();
    log.give(&mut fresh, 30).unwrap();
    let divergence = divergence::between(replica.db(), fresh.db()).unwrap();
    assert_eq!(divergence.lost.len(), 30);
    let rebuilt = Rebuilt {
        directory,
        fresh: Some(fresh),
        divergence,
    };
    (dir, replica, rebuilt)
}

#[test]
fn a_crash_before_the_end_leaves_the_old_history_and_one_after_it_the_new() {
    let (dir, mut replica, rebuilt) = restored();
    let before = replica.info().unwrap();
    // As much as possible is on the disk before the transaction ends.
    replica
        .db()
        .execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1")
        .unwrap();
    let path = rebuilt.directory.join(schema::FILE_NAME);
    replica
        .db()
        .execute("ATTACH DATABASE ?1 AS fresh", [path.to_string_lossy()])
        .unwrap();
    let mut image = None;
    let again = replica
        .write(|db| {
            let again = exchange(db, &rebuilt)?;
            image = Some(crash_image(dir.path()));
            Ok::<_, ReplicaError>(again)
        })
        .unwrap();
    let image = image.unwrap();
    let wal = fs::metadata(image.path().join("replica.db-wal")).unwrap();
    assert!(wal.len() > 100_000, "nothing was written: {}", wal.len());
    let survivor = Replica::open(image.path()).unwrap();
    assert_eq!(survivor.info().unwrap(), before);
    let check: String = survivor
        .db()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");

    let later = Replica::open(crash_image(dir.path()).path())
        .unwrap()
        .info()
        .unwrap();
    assert_eq!(later, replica.info().unwrap());
    assert_eq!((later.head.get(), later.pending), (30, again.len()));
}

#[test]
fn a_replica_that_moved_on_meanwhile_is_left_alone() {
    let (dir, mut replica, mut rebuilt) = restored();
    rebuilt.divergence.here = rebuilt.divergence.here.next();
    let before = replica.info().unwrap();
    let error = replica.take_over(rebuilt, Timestamp::UNIX_EPOCH);
    assert!(matches!(error, Err(ReplicaError::Busy)), "{error:?}");
    assert_eq!(replica.info().unwrap(), before);
    let copies = fs::read_dir(dir.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("before")
    });
    assert_eq!(copies.count(), 0);
    // Nothing stays attached.
    replica
        .db()
        .execute_batch("DETACH DATABASE fresh")
        .unwrap_err();
}

#[test]
fn the_words_of_what_is_gone_are_not_found() {
    let (_dir, mut replica, rebuilt) = restored();
    index(&mut replica);
    let before = words(&replica);
    let now = Timestamp::UNIX_EPOCH;
    replica.take_over(rebuilt, now).unwrap();
    assert_eq!(words(&replica), []);
    index(&mut replica);
    let after = words(&replica);
    assert!(!after.is_empty() && after.len() < before.len());
    assert_eq!(words_anew(&mut replica), after);
}

#[test]
fn what_another_history_has_is_new_again() {
    let (_dir, mut replica, rebuilt) = restored();
    let common = rebuilt.divergence.common;
    let head = replica.info().unwrap().head;
    assert!(common < head);
    replica.see_inbox(head).unwrap();
    let me = replica.info().unwrap().me;
    replica.follow(me.into()).unwrap();
    let now = Timestamp::from_second(1_795_000_000).unwrap();
    replica.take_over(rebuilt, now).unwrap();
    assert_eq!(replica.inbox_seen().unwrap(), Some(common));
    assert_eq!(replica.followed().unwrap()[0].since, common);
}
