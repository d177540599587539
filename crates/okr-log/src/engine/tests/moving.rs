//! Records that are only in the journal, in both places, and only in the store: they read the same, also after a kill.

use std::fs;

use super::support::*;
use crate::engine::{Damage, OpenError, directory_format, renew_format};
use crate::id::{LogId, Position};
use crate::record::{Record, RecordView};

/// A log of several organisations with more than both halves of the journal hold, appended a few records at a time.
struct Wide {
    subject: Subject,
    all: Vec<(LogId, Vec<Record>)>,
}

impl Wide {
    fn new() -> Self {
        let organisation = |number| LogId([number; 16]);
        let all = (1..=3).map(|number| (organisation(number), Vec::new()));
        Self {
            subject: Subject::new(false),
            all: all.collect(),
        }
    }

    /// Appends some groups, each of all organisations, the first one with most.
    fn grow(&mut self, groups: u64) {
        for _ in 0..groups {
            let batches = self
                .all
                .iter_mut()
                .zip([5, 1, 2])
                .map(|((organisation, all), count)| {
                    let head = all.len() as u64;
                    let records: Vec<Record> = (head + 1..=head + count)
                        .map(|position| record_of(position, 300))
                        .collect();
                    all.extend(records.clone());
                    batch(*organisation, head, records)
                });
            let batches: Vec<_> = batches.collect();
            for outcome in self.subject.append(&batches) {
                assert!(matches!(
                    outcome,
                    crate::engine::AppendOutcome::Appended { .. }
                ));
            }
        }
    }

    fn assert_whole(&self, log: &crate::engine::Log) {
        for (organisation, all) in &self.all {
            assert_eq!(log.head(*organisation), head_of(all));
            for budget in [1, 7_000, usize::MAX] {
                assert_eq!(read_all(log, *organisation, budget), *all);
            }
            // From anywhere, as far as the budget goes and no further.
            for after in (0..all.len()).step_by(97) {
                let read = log
                    .read(*organisation, Position::new(after as u64), 3_000)
                    .unwrap();
                let bytes: usize = read.iter().map(bytes::Bytes::len).sum();
                assert!(bytes <= 3_000 && !read.is_empty());
                let next = RecordView::parse(&read[0]).unwrap().position();
                assert_eq!(next.get(), after as u64 + 1);
                let rest = all.len() - after;
                assert!(
                    read.len() == rest || bytes + 500 > 3_000,
                    "{after}: {bytes}"
                );
            }
            let known = log
                .position_of(*organisation, change(all.len() as u64))
                .unwrap();
            assert_eq!(known, Some(Position::new(all.len() as u64)));
            assert_eq!(
                log.position_of(*organisation, change(1)).unwrap(),
                Some(Position::new(1))
            );
        }
    }
}

#[test]
fn a_log_reads_the_same_wherever_its_records_are() {
    let mut wide = Wide::new();
    // A group takes a page of the journal, and a half has 512.
    for groups in [10, 500, 10, 500, 500] {
        wide.grow(groups);
        wide.assert_whole(wide.subject.log());
        let killed = wide.subject.killed();
        wide.assert_whole(&killed.open().unwrap());
        // What the first opening moved is not moved again.
        wide.assert_whole(&killed.open().unwrap());
    }
    wide.subject.reopen();
    wide.assert_whole(wide.subject.log());
    wide.grow(3);
    wide.assert_whole(wide.subject.log());
    wide.assert_whole(&wide.subject.killed().open().unwrap());
}

/// Killed between the store and the mark: what is in both places counts once.
#[test]
fn what_was_moved_before_the_mark_could_say_so_counts_once() {
    let mut wide = Wide::new();
    wide.grow(20);
    let journal = fs::read(wide.subject.path().join("journal")).unwrap();
    let killed = wide.subject.killed();
    wide.assert_whole(&killed.open().unwrap());
    fs::write(killed.path().join("journal"), &journal).unwrap();
    wide.assert_whole(&killed.open().unwrap());
}

/// Small groups become large blocks, so that the store does not grow by the group.
#[test]
fn the_store_has_few_blocks() {
    let mut wide = Wide::new();
    wide.grow(300);
    wide.subject.close();
    let database = sled::Config::new()
        .path(wide.subject.path().join("store"))
        .segment_size(8 * 1024 * 1024)
        .open()
        .unwrap();
    let bytes: usize = wide.all.iter().map(|(_, all)| all.len() * 500).sum();
    let blocks = database.len();
    assert!(
        blocks <= bytes / 10_000 + 3,
        "{blocks} blocks of {bytes} bytes"
    );
    drop(database);
    wide.assert_whole(&wide.subject.killed().open().unwrap());
}

/// The newest group is damaged in the journal, and it was acknowledged.
#[test]
fn a_damaged_newest_group_is_missed_by_the_witness() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=3));
    subject.appended(ACME, records(4..=5));
    let image = subject.image();
    let path = image.path().join("journal");
    let mut bytes = fs::read(&path).unwrap();
    bytes[12_288 + 4096 + 100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = image.refusal();
    assert!(
        matches!(
            error,
            OpenError::Missing { organisation: ACME, first_missing, witnessed }
                if first_missing.get() == 4 && witnessed.get() == 5
        ),
        "{error:?}"
    );
}

/// Whoever can compute checksums puts an older journal beside a newer store.
#[test]
fn a_journal_that_does_not_fit_the_store_is_refused() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=3));
    let old = subject.image();
    let mut other = records(1..=3);
    other[1].body = "another target".into();
    let mut rewritten = Subject::new(false);
    rewritten.appended(ACME, other);
    // The journal of the other log says the same name, but not the same checksums.
    fs::copy(rewritten.path().join("journal"), old.path().join("journal")).unwrap();
    assert!(matches!(old.refusal(), OpenError::Journal { .. }));

    // All that the store had is gone, and the journal goes on after it.
    subject.reopen();
    subject.appended(ACME, records(4..=5));
    let image = subject.image();
    let database = sled::Config::new()
        .path(image.path().join("store"))
        .segment_size(8 * 1024 * 1024)
        .open()
        .unwrap();
    database.clear().unwrap();
    drop(database);
    let error = image.refusal();
    assert!(
        matches!(
            error,
            OpenError::Damaged { organisation: ACME, position, source: Damage::Gap { found } }
                if position.get() == 1 && found.get() == 4
        ),
        "{error:?}"
    );
}

/// A directory as programs made it before there was a journal.
fn of_format_1(image: &Image) {
    with_manifest_of_format_1(image);
    fs::remove_file(image.path().join("journal")).unwrap();
}

fn with_manifest_of_format_1(image: &Image) {
    let path = image.path().join("MANIFEST");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let older = format!("okr-log format 1\n{}\n{}\n", lines[1], lines[2]);
    let crc = crc32c::crc32c(older.as_bytes());
    fs::write(&path, format!("{older}crc32c {crc:08x}\n")).unwrap();
}

/// A file system that loses the name of the manifest, and keeps what was written after it.
#[test]
fn a_journal_with_groups_is_never_taken_for_the_rest_of_a_crash() {
    for is_moved in [false, true] {
        let mut subject = Subject::new(false);
        subject.appended(ACME, records(1..=3));
        if is_moved {
            subject.reopen();
        }
        let image = subject.image();
        with_manifest_of_format_1(&image);
        let journal = fs::read(image.path().join("journal")).unwrap();
        let error = image.refusal();
        assert!(
            matches!(&error, OpenError::Journal { reason, .. } if reason.contains("MANIFEST")),
            "{error:?}"
        );
        let error = renew_format(&image.path()).unwrap_err();
        assert!(matches!(error, OpenError::File(_)), "{error:?}");
        assert!(fs::read(image.path().join("journal")).unwrap() == journal);
    }
}

#[test]
fn a_log_without_a_journal_gets_one_when_it_is_written() {
    let mut subject = Subject::new(false);
    subject.appended(ACME, records(1..=3));
    subject.reopen();
    let image = subject.image();
    of_format_1(&image);
    let read_only = image.open().unwrap();
    assert_eq!(read_all(&read_only, ACME, 1), records(1..=3));
    drop(read_only);
    assert_eq!(directory_format(&image.path()).unwrap(), 1);
    assert!(!image.path().join("journal").exists());
    // A crash while it was made leaves one that nobody has heard of.
    fs::write(image.path().join("journal"), "half").unwrap();
    fs::write(image.path().join("MANIFEST.new"), "half").unwrap();

    let migrated = image.copy();
    renew_format(&migrated.path()).unwrap();
    assert_eq!(directory_format(&migrated.path()).unwrap(), 2);
    renew_format(&migrated.path()).unwrap();
    for image in [&image, &migrated] {
        for head in 3..6 {
            let log = image.open().unwrap();
            let outcomes =
                log.appender()
                    .unwrap()
                    .append(&[batch(ACME, head, records([head + 1]))]);
            assert!(
                matches!(outcomes[0], crate::engine::AppendOutcome::Appended { .. }),
                "{outcomes:?}"
            );
            assert_eq!(directory_format(&image.path()).unwrap(), 2);
            assert!(matches!(
                renew_format(&image.path()),
                Err(OpenError::InUse { .. })
            ));
        }
        assert_eq!(read_all(&image.open().unwrap(), ACME, 1), records(1..=6));
    }
}
