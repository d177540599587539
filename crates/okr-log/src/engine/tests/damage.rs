//! Damage: a log that is not whole is refused, with the place where that is known; never a panic, never a shorter history.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;

use super::support::*;
use crate::engine::block::BlockBuilder;
use crate::engine::key::BlockKey;
use crate::engine::{BlockError, Damage, Log, OpenError, ReadError};
use crate::id::{LogId, Position, RecordedAt};
use crate::record::{DecodeError, Record};

const RECORDS: u64 = 200;
const GROUP: usize = 5;

/// Records of which five fill a block.
fn records(positions: impl IntoIterator<Item = u64>) -> Vec<Record> {
    let large = |position| record_of(position, 1_450);
    positions.into_iter().map(large).collect()
}

/// A log of 200 records of one organisation and 50 of another, in blocks of five, which are all in the store.
fn subject() -> Subject {
    let mut subject = Subject::new(false);
    for group in records(1..=RECORDS).chunks(GROUP) {
        subject.appended(ACME, group.to_vec());
    }
    for group in records(1..=50).chunks(GROUP) {
        subject.appended(UMBRELLA, group.to_vec());
    }
    subject.reopen();
    subject
}

/// An image whose store went through a clean close, so that it can be altered through the database.
fn closed_image() -> Image {
    let mut subject = subject();
    subject.close();
    subject.image()
}

fn assert_whole(log: &Log) {
    assert_eq!(read_all(log, ACME, 10_000), records(1..=RECORDS));
    assert_eq!(read_all(log, UMBRELLA, 10_000), records(1..=50));
}

/// Opens an image that is whole or damaged: it must show everything or be refused.
fn assert_whole_or_refused(image: &Image, what: &str) -> bool {
    match image.open() {
        Ok(log) => {
            assert_eq!(log.head(ACME).position.get(), RECORDS, "{what}");
            assert_whole(&log);
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Changes the store behind the log's back, with checksums that are right.
fn alter(image: &Image, change: impl FnOnce(&sled::Db)) {
    let database = sled::Config::new()
        .path(image.path().join("store"))
        .segment_size(8 * 1024 * 1024)
        .flush_every_ms(None)
        .open()
        .unwrap();
    change(&database);
    database.flush().unwrap();
}

fn key(organisation: LogId, first: u64) -> [u8; 24] {
    BlockKey::new(organisation, Position::new(first)).to_bytes()
}

/// A well-formed block of any records under any key.
fn block(organisation: LogId, first: u64, records: &[Record]) -> Vec<u8> {
    let mut builder = BlockBuilder::default();
    for record in records {
        builder.push(|out| record.encode_into(out));
    }
    builder.finish(BlockKey::new(organisation, Position::new(first)))
}

/// Alters a copy of the image and returns the damage that is then found in the log of ACME, and where.
fn damage_after(image: &Image, change: impl FnOnce(&sled::Db)) -> (u64, Damage) {
    let image = image.copy();
    alter(&image, change);
    match image.refusal() {
        OpenError::Damaged {
            organisation: ACME,
            position,
            source,
        } => (position.get(), source),
        other => panic!("expected damage, found {other:?}"),
    }
}

#[test]
fn a_kill_loses_nothing_that_was_acknowledged() {
    let mut subject = Subject::new(false);
    for position in 1..=8 {
        subject.appended(ACME, records([position]));
        let log = subject.killed().open().unwrap();
        assert_eq!(read_all(&log, ACME, 10_000), records(1..=position));
    }
}

/// Returns how many bytes of the store's file are in use; the rest of its segment is zero.
fn used_bytes(image: &Image) -> usize {
    let bytes = fs::read(image.path().join("store/db")).unwrap();
    bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1
}

fn store_file(image: &Image) -> File {
    OpenOptions::new()
        .write(true)
        .open(image.path().join("store/db"))
        .unwrap()
}

#[test]
fn a_truncated_store_is_refused() {
    let image = subject().image();
    let used = used_bytes(&image);
    for part in 0..10 {
        let image = image.copy();
        store_file(&image)
            .set_len((used * part / 10) as u64)
            .unwrap();
        let what = format!("cut to {part}/10");
        assert!(!assert_whole_or_refused(&image, &what), "{what}");
    }
}

#[test]
fn flipped_bytes_in_the_store_are_found() {
    let image = subject().image();
    let bytes = fs::read(image.path().join("store/db")).unwrap();
    let used = used_bytes(&image);
    let mut refused = 0;
    for step in 0..24 {
        let image = image.copy();
        let at = used * step / 24;
        store_file(&image)
            .write_all_at(&[bytes[at] ^ 0x40], at as u64)
            .unwrap();
        if !assert_whole_or_refused(&image, &format!("byte {at} flipped")) {
            refused += 1;
        }
    }
    // Bytes of pages that have been rewritten since no longer matter.
    assert!(refused >= 4, "{refused}");
}

#[test]
fn zeroed_regions_of_the_store_are_found() {
    let image = subject().image();
    let used = used_bytes(&image);
    let mut refused = 0;
    for step in 0..8 {
        let image = image.copy();
        let at = used * step / 8;
        store_file(&image)
            .write_all_at(&[0; 4096], at as u64)
            .unwrap();
        if !assert_whole_or_refused(&image, &format!("zeros from {at}")) {
            refused += 1;
        }
    }
    assert!(refused >= 4, "{refused}");
}

#[test]
fn a_refused_log_stays_refused() {
    let image = subject().image();
    // With it the store itself would see that something is gone.
    for entry in fs::read_dir(image.path().join("store")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    store_file(&image)
        .set_len(used_bytes(&image) as u64 / 2)
        .unwrap();
    for _ in 0..3 {
        let OpenError::Missing {
            organisation,
            first_missing,
            witnessed,
        } = image.refusal()
        else {
            panic!("expected missing records");
        };
        // Which one is named first depends on where the cut went through.
        let length = if organisation == ACME { RECORDS } else { 50 };
        assert!(first_missing.get() <= length);
        assert_eq!(witnessed.get(), length);
    }
}

#[test]
fn an_older_store_with_the_newer_witness_is_refused() {
    let mut subject = subject();
    let old = subject.image();
    subject.appended(ACME, records(RECORDS + 1..=RECORDS + 3));
    let new = subject.image();
    fs::copy(new.path().join("witness"), old.path().join("witness")).unwrap();
    let error = old.refusal();
    assert_eq!(
        error.to_string(),
        format!(
            "the log of organisation {ACME} is incomplete: position 201 is missing, 203 is the \
             last one that was acknowledged"
        )
    );
}

#[test]
fn an_older_witness_is_brought_forward() {
    let mut subject = subject();
    let old = subject.image();
    let witness = fs::read(subject.path().join("witness")).unwrap();
    subject.appended(ACME, records(RECORDS + 1..=RECORDS + 3));
    let image = subject.image();
    fs::write(image.path().join("witness"), witness).unwrap();
    let log = image.open().unwrap();
    assert_eq!(log.head(ACME), head_of(&records(1..=RECORDS + 3)));
    drop(log);

    // From now on the records that were only found count as acknowledged.
    let newer = image.path().join("witness");
    fs::copy(newer, old.path().join("witness")).unwrap();
    assert!(matches!(
        old.refusal(),
        OpenError::Missing {
            organisation: ACME,
            ..
        }
    ));
}

#[test]
fn a_lost_organisation_is_missed() {
    let image = closed_image();
    alter(&image, |database| {
        for first in (1..=50).step_by(GROUP) {
            database.remove(key(UMBRELLA, first)).unwrap().unwrap();
        }
    });
    let error = image.refusal();
    assert!(
        matches!(
            error,
            OpenError::Missing { organisation: UMBRELLA, first_missing, witnessed }
                if first_missing.get() == 1 && witnessed.get() == 50
        ),
        "{error:?}"
    );
}

#[test]
fn missing_blocks_are_found() {
    let image = closed_image();
    let found = damage_after(&image, |database| {
        database.remove(key(ACME, 51)).unwrap().unwrap();
    });
    assert!(
        matches!(found, (51, Damage::Gap { found }) if found.get() == 56),
        "{found:?}"
    );
    let found = damage_after(&image, |database| {
        database.remove(key(ACME, 1)).unwrap().unwrap();
    });
    assert!(
        matches!(found, (1, Damage::Gap { found }) if found.get() == 6),
        "{found:?}"
    );

    let image = image.copy();
    alter(&image, |database| {
        database.remove(key(ACME, RECORDS - 4)).unwrap().unwrap();
    });
    let error = image.refusal();
    assert!(
        matches!(error, OpenError::Missing { first_missing, .. } if first_missing.get() == 196),
        "{error:?}"
    );
}

#[test]
fn altered_blocks_are_found() {
    let image = closed_image();
    let found = damage_after(&image, |database| {
        let one = database.get(key(ACME, 51)).unwrap().unwrap();
        let other = database.insert(key(ACME, 56), one).unwrap().unwrap();
        database.insert(key(ACME, 51), other).unwrap();
    });
    assert!(
        matches!(found, (51, Damage::Block(BlockError::Checksum))),
        "{found:?}"
    );

    let found = damage_after(&image, |database| {
        let length = database.get(key(ACME, 51)).unwrap().unwrap().len();
        database.insert(key(ACME, 51), vec![0; length]).unwrap();
    });
    assert!(
        matches!(found, (51, Damage::Block(BlockError::Checksum))),
        "{found:?}"
    );

    let found = damage_after(&image, |database| {
        database.insert(key(ACME, 51), Vec::new()).unwrap();
    });
    assert!(
        matches!(found, (51, Damage::Block(BlockError::Short { bytes: 0 }))),
        "{found:?}"
    );

    let found = damage_after(&image, |database| {
        database
            .insert(
                key(ACME, RECORDS + 3),
                block(ACME, RECORDS + 3, &records([1])),
            )
            .unwrap();
    });
    assert!(
        matches!(found, (201, Damage::Gap { found }) if found.get() == 203),
        "{found:?}"
    );
}

#[test]
fn foreign_keys_are_found() {
    let image = closed_image();
    for foreign in [
        b"foreign".to_vec(),
        [ACME.0.as_slice(), b"foreign"].concat(),
    ] {
        let image = image.copy();
        alter(&image, |database| {
            database.insert(foreign, b"value").unwrap();
        });
        let error = image.refusal();
        assert!(
            matches!(error, OpenError::Store { .. } | OpenError::Damaged { .. }),
            "{error:?}"
        );
    }
}

/// Somebody who can compute checksums rewrites history.
#[test]
fn rewritten_records_are_found() {
    let image = closed_image();
    let rewritten = |change: &dyn Fn(&mut Vec<Record>)| {
        damage_after(&image, |database| {
            let mut list = records(51..=55);
            change(&mut list);
            database
                .insert(key(ACME, 51), block(ACME, 51, &list))
                .unwrap();
        })
    };
    let found = rewritten(&|list| list[2].body = "another target".into());
    assert!(matches!(found, (RECORDS, Damage::Root { .. })), "{found:?}");
    let found = rewritten(&|list| list.swap(1, 2));
    let expected = Position::new(53);
    assert!(
        matches!(found, (52, Damage::Position { found }) if found == expected),
        "{found:?}"
    );
    let found = rewritten(&|list| list[4].recorded_at = RecordedAt::from_micros(0));
    assert!(
        matches!(found, (55, Damage::RecordedAt { .. })),
        "{found:?}"
    );
    let found = rewritten(&|list| list[3].change_id = change(7));
    let first = Position::new(7);
    assert!(
        matches!(found, (54, Damage::Duplicate { first: at, .. }) if at == first),
        "{found:?}"
    );
    let found = damage_after(&image, |database| {
        let mut builder = BlockBuilder::default();
        builder.push(|out| out.extend_from_slice(b"\x02newer"));
        let value = builder.finish(BlockKey::new(ACME, Position::new(51)));
        database.insert(key(ACME, 51), value).unwrap();
    });
    assert!(
        matches!(found, (51, Damage::Record(DecodeError::Version(2)))),
        "{found:?}"
    );
}

#[test]
fn missing_and_altered_parts_of_a_large_block_are_found() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, vec![record_of(1, 200_000)]);
    subject.close();
    let image = subject.image();
    let part = |number| BlockKey::new(ACME, Position::new(1)).part(number);
    let found = damage_after(&image, |database| {
        let parts = database.open_tree("parts").unwrap();
        parts.remove(part(2)).unwrap().unwrap();
    });
    assert!(
        matches!(found, (1, Damage::Block(BlockError::Part { number: 2 }))),
        "{found:?}"
    );
    let found = damage_after(&image, |database| {
        let parts = database.open_tree("parts").unwrap();
        let one = parts.get(part(0)).unwrap().unwrap();
        parts.insert(part(1), one).unwrap();
    });
    assert!(
        matches!(found, (1, Damage::Block(BlockError::Checksum))),
        "{found:?}"
    );
}

/// A write that was torn between the parts and the block leaves parts only; the next write takes their place.
#[test]
fn parts_without_a_block_mean_nothing() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, vec![record_of(1, 200_000)]);
    subject.appended(ACME, vec![record_of(2, 200_000)]);
    let witness = fs::read(subject.path().join("witness")).unwrap();
    subject.appended(ACME, vec![record_of(3, 200_000)]);
    subject.close();
    fs::write(subject.path().join("witness"), witness).unwrap();
    let image = subject.image();
    alter(&image, |database| {
        database.remove(key(ACME, 3)).unwrap().unwrap();
    });
    let log = image.open().unwrap();
    assert_eq!(log.head(ACME).position.get(), 2);
    let mut appender = log.appender().unwrap();
    let list: Vec<Record> = vec![record_of(3, 100_000)];
    appender.append(&[batch(ACME, 2, list.clone())]);
    drop((appender, log));
    let log = image.open().unwrap();
    assert_eq!(read_all(&log, ACME, 1)[2..], list);
}

#[test]
fn damage_while_open_is_a_read_error() {
    let subject = subject();
    let log = subject.log();
    log.shared
        .store
        .put(BlockKey::new(ACME, Position::new(51)), &[1; 40])
        .unwrap();
    let read = log.read(ACME, Position::new(49), usize::MAX);
    let Err(ReadError::Damaged {
        organisation: ACME,
        position,
        source,
    }) = read
    else {
        panic!("expected damage, found {read:?}");
    };
    assert_eq!(position.get(), 51);
    assert!(
        matches!(source, Damage::Block(BlockError::Checksum)),
        "{source:?}"
    );
    assert_eq!(
        log.read(ACME, Position::new(60), usize::MAX).unwrap().len(),
        140
    );
}
