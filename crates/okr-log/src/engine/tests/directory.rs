//! Directories that are no log, or not ours to open.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::thread;

use super::support::*;
use crate::engine::{CreateError, Log, OpenError};

fn image() -> Image {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=3));
    subject.image()
}

#[test]
fn creates_only_where_there_is_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    drop(Log::create(&empty, options()).unwrap());

    let again = Log::create(&empty, options());
    assert!(
        matches!(again, Err(CreateError::NotEmpty { .. })),
        "{again:?}"
    );
    let file = directory.path().join("file");
    fs::write(&file, "mine").unwrap();
    let error = Log::create(&file, options());
    assert!(
        matches!(error, Err(CreateError::NotADirectory { .. })),
        "{error:?}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    let error = Log::create(&directory.path().join("missing/log"), options());
    assert!(matches!(error, Err(CreateError::File(_))), "{error:?}");
    assert!(!directory.path().join("missing").exists());
}

#[test]
fn opens_no_foreign_directory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let missing = Log::open(&path.join("missing"), options());
    assert!(
        matches!(missing, Err(OpenError::NotFound { .. })),
        "{missing:?}"
    );
    assert!(!path.join("missing").exists());

    fs::write(path.join("file"), "mine").unwrap();
    let file = Log::open(&path.join("file"), options());
    assert!(
        matches!(file, Err(OpenError::NotADirectory { .. })),
        "{file:?}"
    );

    let foreign = Log::open(path, options());
    assert!(
        matches!(foreign, Err(OpenError::NotALog { .. })),
        "{foreign:?}"
    );
    assert_eq!(fs::read_dir(path).unwrap().count(), 1);

    // A sled database that is not ours.
    drop(sled::open(path.join("other")).unwrap());
    let other = Log::open(&path.join("other"), options());
    assert!(matches!(other, Err(OpenError::NotALog { .. })), "{other:?}");
}

#[test]
fn refuses_a_locked_directory() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records([1]));
    let locked = Log::open(&subject.path(), options());
    let Err(error @ OpenError::InUse { .. }) = locked else {
        panic!("expected a lock, found {locked:?}");
    };
    let expected = format!(
        "data directory {} is in use by another process",
        subject.path().display()
    );
    assert_eq!(error.to_string(), expected);
    subject.appended(ACME, records([2]));
    subject.reopen();
}

/// Threads of sled may hold its file for a moment after the last handle is gone.
#[test]
fn opens_at_once_after_closing() {
    let mut subject = Subject::new(false);
    for position in 1..=20 {
        subject.appended(ACME, records([position]));
        subject.reopen();
    }
    assert_eq!(read_all(subject.log(), ACME, 10_000), records(1..=20));
}

/// A child has the files of its parent until it runs its program, and their locks with them.
#[test]
fn opens_at_once_while_children_are_started() {
    let mut subject = Subject::new(false);
    thread::scope(|scope| {
        let reopening = scope.spawn(|| {
            for position in 1..=40 {
                subject.appended(ACME, records([position]));
                subject.reopen();
            }
        });
        while !reopening.is_finished() {
            let child = Command::new("true").status().unwrap();
            assert!(child.success());
        }
    });
    assert_eq!(read_all(subject.log(), ACME, 10_000), records(1..=40));
}

#[test]
fn refuses_a_newer_format() {
    let image = image();
    fs::write(
        image.path().join("MANIFEST"),
        "okr-log format 3\nlog-id abc\n",
    )
    .unwrap();
    let error = image.refusal();
    assert!(
        matches!(error, OpenError::NewerFormat { found: 3, .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("has format 3, this program reads formats up to 2"),
        "{error}"
    );
}

#[test]
fn refuses_damaged_and_missing_files() {
    let image = image();
    let after = |change: &dyn Fn(&std::path::Path)| {
        let image = image.copy();
        change(&image.path());
        image.refusal()
    };
    let error = after(&|path| fs::write(path.join("MANIFEST"), "okr-log format 1\n").unwrap());
    assert!(matches!(error, OpenError::Manifest { .. }), "{error:?}");
    let error = after(&|path| fs::remove_file(path.join("MANIFEST")).unwrap());
    assert!(matches!(error, OpenError::NotALog { .. }), "{error:?}");
    let error = after(&|path| fs::remove_file(path.join("witness")).unwrap());
    assert!(
        matches!(&error, OpenError::Witness { reason, .. } if reason == "missing"),
        "{error:?}"
    );
    let error = after(&|path| fs::write(path.join("witness"), "").unwrap());
    assert!(matches!(error, OpenError::Witness { .. }), "{error:?}");
    let error = after(&|path| fs::remove_file(path.join("journal")).unwrap());
    assert!(
        matches!(&error, OpenError::Journal { reason, .. } if reason == "missing"),
        "{error:?}"
    );
    let error = after(&|path| fs::write(path.join("journal"), "").unwrap());
    assert!(matches!(error, OpenError::Journal { .. }), "{error:?}");
    let error = after(&|path| fs::remove_file(path.join("store/db")).unwrap());
    assert!(matches!(error, OpenError::StoreMissing { .. }), "{error:?}");
    let error = after(&|path| fs::remove_file(path.join("store/conf")).unwrap());
    assert!(matches!(error, OpenError::StoreMissing { .. }), "{error:?}");
    let error = after(&|path| fs::remove_dir_all(path.join("store")).unwrap());
    assert!(matches!(error, OpenError::StoreMissing { .. }), "{error:?}");
    let error = after(&|path| fs::write(path.join("store/db"), "").unwrap());
    assert!(matches!(error, OpenError::Store { .. }), "{error:?}");
    // A witness of another log says nothing about this one.
    let other = Subject::new(false);
    let witness = fs::read(other.path().join("witness")).unwrap();
    let error = after(&|path| fs::write(path.join("witness"), &witness).unwrap());
    assert!(
        error.to_string().contains("it belongs to another log"),
        "{error}"
    );
}

#[test]
fn a_missing_snapshot_is_no_damage() {
    let image = image();
    for entry in fs::read_dir(image.path().join("store")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let log = image.open().unwrap();
    assert_eq!(read_all(&log, ACME, 1000), records(1..=3));
}

#[test]
fn a_snapshot_that_was_begun_is_no_damage() {
    let image = image();
    let begun = image.path().join("store/snap.00000000FFFFFFFF.generating");
    fs::write(&begun, "half").unwrap();
    let log = image.open().unwrap();
    assert_eq!(read_all(&log, ACME, 1000), records(1..=3));
    assert!(!begun.exists());
}

#[test]
fn a_directory_without_permission_is_an_error() {
    let image = image();
    let read_only = fs::Permissions::from_mode(0o500);
    fs::set_permissions(image.path(), read_only).unwrap();
    fs::remove_file(image.path().join("LOCK")).ok();
    let opened = image.open();
    fs::set_permissions(image.path(), fs::Permissions::from_mode(0o700)).unwrap();
    match opened {
        // Permissions do not bind the superuser.
        Ok(log) => assert_eq!(read_all(&log, ACME, 1000), records(1..=3)),
        Err(OpenError::File(error)) => {
            assert_eq!(error.source.kind(), io::ErrorKind::PermissionDenied);
        }
        Err(other) => panic!("expected an input or output error, found {other:?}"),
    }
}
