//! A log that grows over the ends of sled's segments, a small group at a time.

use std::fs;

use super::support::*;

/// sled writes each several times over while its pages fill.
const RECORD_BYTES: usize = 2_000;
const RECORDS: u64 = 5_000;
const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;

#[test]
fn a_kill_loses_nothing_in_any_segment() {
    let mut subject = Subject::new(false);
    let mut all = Vec::new();
    let mut filled = 0;
    for position in 1..=RECORDS {
        let record = record_of(position, RECORD_BYTES);
        subject.appended(ACME, vec![record.clone()]);
        all.push(record);
        let length = fs::metadata(subject.path().join("store/db")).unwrap().len();
        if length / SEGMENT_BYTES > filled {
            filled = length / SEGMENT_BYTES;
            let log = subject.killed().open().unwrap();
            assert_eq!(read_all(&log, ACME, 1 << 20), all, "at {position}");
        }
    }
    assert!(filled >= 2, "{filled} segments were filled");
    subject.reopen();
    let next = record_of(RECORDS + 1, RECORD_BYTES);
    subject.appended(ACME, vec![next.clone()]);
    all.push(next);
    let log = subject.image().open().unwrap();
    assert_eq!(read_all(&log, ACME, 1 << 20), all);
}
