//! Texts that are erased: nobody reads them, everything still verifies, and a new log has none of their bytes.

use std::collections::BTreeSet;

use super::support::*;
use crate::engine::{Log, LogOptions};
use crate::id::Position;
use crate::record::{Record, RecordText};

#[test]
fn an_erased_text_is_read_by_nobody_and_the_log_ends_as_before() {
    for mut subject in Subject::both() {
        let all = records(1..=40);
        for group in all.chunks(9) {
            subject.appended(ACME, group.to_vec());
        }
        subject.appended(UMBRELLA, records(1..=3));
        subject.settle();
        let log = subject.log();
        let numbers = BTreeSet::from([0, 7]);
        log.erase(ACME, Position::new(2), &numbers);
        log.erase(ACME, Position::new(2), &numbers);
        assert_eq!(log.erased_records(), 1);
        let mut expected = all.clone();
        let hash = expected[1].texts[0].hash();
        expected[1].texts[0] = RecordText::Erased { hash };
        for budget in [1, 500, usize::MAX] {
            assert_eq!(read_all(log, ACME, budget), expected, "budget {budget}");
        }
        assert_eq!(head_of(&expected), head_of(&all));
        assert_eq!(log.head(ACME), head_of(&all));
        assert_eq!(read_all(log, UMBRELLA, 500), records(1..=3));
    }
}

#[test]
fn what_is_read_of_a_log_with_erasures_is_a_log_without_them() {
    let mut subject = Subject::new(true);
    subject.appended(ACME, records(1..=20));
    subject
        .log()
        .erase(ACME, Position::new(7), &BTreeSet::from([0]));
    let copied: Vec<Record> = read_all(subject.log(), ACME, 500);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("log");
    let log = Log::create(&path, LogOptions::new()).unwrap();
    let mut appender = log.appender().unwrap();
    appender.append(&[batch(ACME, 0, copied)]);
    appender.settle().unwrap();
    drop((appender, log));
    assert!(holds(&subject.path(), "goal 7"), "it was there before");
    assert!(!holds(&path, "goal 7") && holds(&path, "goal 8"));
    let again = Log::open(&path, LogOptions::new()).unwrap();
    assert_eq!(again.head(ACME), head_of(&records(1..=20)));
}

/// Says whether a file below a directory holds a text.
fn holds(directory: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|file| {
        let path = file.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
