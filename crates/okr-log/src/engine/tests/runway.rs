//! Zeros after the end of the store are its end: at a kill, at a power cut, and where they should not be.

use std::fs::OpenOptions;

use super::support::*;

/// Bytes of zeros that a group is sure to find, and of those that a cut may leave.
const SOME: u64 = 64 * 1024;

fn length(image: &Image) -> u64 {
    let path = image.path().join("store/db");
    std::fs::metadata(path).unwrap().len()
}

/// Opens the image, which must hold these records and take more, and opens it again.
fn goes_on(image: &Image, records_there: u64) {
    for head in records_there..records_there + 3 {
        let log = image.open().unwrap();
        assert_eq!(log.head(ACME), head_of(&records(1..=head)));
        assert_eq!(read_all(&log, ACME, 1000), records(1..=head));
        let next = batch(ACME, head, records([head + 1]));
        log.appender().unwrap().append(&[next]);
    }
    assert_eq!(
        image.open().unwrap().head(ACME).position.get(),
        records_there + 3
    );
}

/// A new store has filled its first segment with zeros itself, so this needs a second one.
#[test]
fn a_kill_leaves_zeros_and_nothing_is_lost() {
    let mut subject = Subject::new(false);
    let first_segment = length(&subject.killed());
    let mut expected = Vec::new();
    let mut append = |subject: &mut Subject, count: u64, body_bytes: usize| {
        let next = expected.len() as u64 + 1;
        let records: Vec<_> = (next..next + count)
            .map(|position| record_of(position, body_bytes))
            .collect();
        expected.extend(records.iter().cloned());
        subject.appended(ACME, records);
        expected.clone()
    };
    while length(&subject.killed()) == first_segment {
        append(&mut subject, 4, 240_000);
    }
    let large = length(&subject.killed());
    append(&mut subject, 1, 100);
    let with_zeros = length(&subject.killed());
    assert!(with_zeros > large + SOME, "{with_zeros}, {large} before");
    append(&mut subject, 1, 100);
    let expected = append(&mut subject, 1, 100);
    let image = subject.killed();
    assert_eq!(length(&image), with_zeros, "the zeros were overwritten");
    let log = image.open().unwrap();
    assert_eq!(log.head(ACME), head_of(&expected));
    assert_eq!(read_all(&log, ACME, 1000), expected);
}

/// The file system may have any part of the zeros when the power fails, or the store have gone on to its next segment.
#[test]
fn any_number_of_zeros_is_the_end() {
    let mut subject = Subject::new(false);
    for position in 1..=5 {
        subject.appended(ACME, records([position]));
    }
    let killed = subject.image();
    let segment = 8 * 1024 * 1024;
    for end in [
        length(&killed) - SOME,
        segment - 1,
        segment,
        segment + 9,
        2 * segment + SOME,
    ] {
        let image = killed.copy();
        let store = OpenOptions::new()
            .write(true)
            .open(image.path().join("store/db"));
        store.unwrap().set_len(end).unwrap();
        goes_on(&image, 5);
    }
}
