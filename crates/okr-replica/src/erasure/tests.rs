//! What was erased is in no byte of the files, whoever was in the way.

use std::path::Path;

use okr_core::Timestamp;
use okr_testkit::sample::{ANA, BEN, CAI, ORG};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::directory::{Directory, DirectoryEntry};
use crate::meta::NewReplica;
use crate::operation::Operation;

fn entry(person: PersonId, handle: &str) -> DirectoryEntry {
    DirectoryEntry {
        person,
        handle: handle.to_owned(),
        name: format!("{handle} the great"),
        email: format!("{handle}@example.org"),
    }
}

fn directory(version: u64, entries: &[DirectoryEntry], erased: &[PersonId]) -> Directory {
    Directory {
        version,
        entries: entries
            .iter()
            .map(|entry| (entry.person, entry.clone()))
            .collect(),
        erased: erased.iter().copied().collect(),
    }
}

fn operation(number: u128, command: &str) -> Operation {
    Operation {
        id: Uuid::from_u128(number),
        begun_at: Timestamp::from_second(1_795_000_000).unwrap(),
        command: command.to_owned(),
        program: "okr 0".to_owned(),
        process: 1,
    }
}

fn replica() -> (TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let new = NewReplica {
        org: ORG,
        me: ANA,
        remote: None,
    };
    let replica = Replica::create(dir.path(), &new).unwrap();
    (dir, replica)
}

/// The files of a directory that hold a text.
fn holding(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

fn commands(replica: &Replica) -> Vec<String> {
    let operations = replica.operations(None, 100).unwrap();
    operations
        .into_iter()
        .map(|entry| entry.operation.command)
        .collect()
}

/// A replica in which Ben was called three things, and where commands named him.
fn knowing_ben() -> (TempDir, Replica) {
    let (dir, mut replica) = replica();
    replica
        .replace_directory(&directory(
            1,
            &[entry(ANA, "ana"), entry(BEN, "bencoulter")],
            &[],
        ))
        .unwrap();
    replica
        .replace_directory(&directory(
            2,
            &[entry(ANA, "ana"), entry(BEN, "benjaminc")],
            &[],
        ))
        .unwrap();
    replica
        .set_directory_entry(&entry(BEN, "bcoulter"))
        .unwrap();
    for (number, command) in [
        "okr member add bencoulter",
        "okr kr set x --owner @benjaminc",
        "okr kr set benjamincs-goal --weight 2",
        "okr checkin x 3",
    ]
    .into_iter()
    .enumerate()
    {
        replica.begin_operation(operation(number as u128 + 1, command));
        replica
            .note_exchange((1, 0), Some("@bcoulter failed").filter(|_| number == 3))
            .unwrap();
    }
    (dir, replica)
}

const NAMES: [&str; 3] = ["bencoulter", "benjaminc@", "bcoulter"];

#[test]
fn an_erased_person_is_in_no_byte_of_the_files() {
    let (dir, mut replica) = knowing_ben();
    for name in NAMES {
        assert!(!holding(dir.path(), name).is_empty(), "{name}");
    }
    replica
        .replace_directory(&directory(3, &[entry(ANA, "ana")], &[BEN]))
        .unwrap();
    assert!(replica.clean().unwrap());
    for name in NAMES {
        assert_eq!(holding(dir.path(), name), Vec::<String>::new(), "{name}");
    }
    let known = replica.directory().unwrap();
    assert_eq!(known.entries.keys().collect::<Vec<_>>(), [&ANA]);
    assert!(known.erased.contains(&BEN));
    assert_eq!(replica.directory_to_push().unwrap(), []);
    let mut commands = commands(&replica);
    commands.sort();
    assert_eq!(
        commands,
        [
            ERASED_COMMAND,
            ERASED_COMMAND,
            ERASED_COMMAND,
            "okr kr set benjamincs-goal --weight 2",
        ]
    );
}

#[test]
fn a_reader_in_the_way_leaves_the_cleaning_to_another_time() {
    let (dir, mut replica) = knowing_ben();
    replica
        .replace_directory(&directory(3, &[entry(ANA, "ana")], &[BEN]))
        .unwrap();
    let reader = Replica::open_to_read(dir.path()).unwrap();
    let snapshot = reader.snapshot().unwrap();
    reader.directory().unwrap();
    replica
        .db()
        .busy_timeout(std::time::Duration::ZERO)
        .unwrap();
    assert!(!matches!(replica.clean(), Ok(true)));
    drop(snapshot);
    drop(replica);
    // Another process goes on with it.
    let mut replica = Replica::open(dir.path()).unwrap();
    assert!(replica.clean().unwrap());
    for name in NAMES {
        assert_eq!(holding(dir.path(), name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_replica_that_never_knew_them_has_nothing_to_clean() {
    let (_dir, mut replica) = replica();
    replica
        .replace_directory(&directory(5, &[entry(ANA, "ana")], &[BEN]))
        .unwrap();
    let unclean = Meta::Unclean.get::<i64>(replica.db()).unwrap();
    assert_eq!(unclean, None);
    assert!(replica.directory().unwrap().erased.contains(&BEN));
    // A server that was restored from a backup knows of fewer, and of others.
    replica
        .replace_directory(&directory(
            6,
            &[entry(ANA, "ana"), entry(BEN, "ben")],
            &[CAI],
        ))
        .unwrap();
    let known = replica.directory().unwrap();
    assert_eq!(known.erased.iter().collect::<Vec<_>>(), [&CAI]);
    assert!(known.by_handle("ben").is_some());
}

#[test]
fn a_word_is_not_found_in_a_longer_one() {
    assert!(mentions("okr kr set --owner @Ana", "ana"));
    assert!(mentions("ana", "ana"));
    assert!(mentions("to \"Ana Ærlig\".", "ana ærlig"));
    assert!(!mentions("okr search analysis", "ana"));
    assert!(!mentions("okr search diana", "ana"));
}
