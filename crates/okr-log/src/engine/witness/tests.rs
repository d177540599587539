//! The witness survives torn writes, counts many organisations, and refuses every other damage.

use std::path::PathBuf;

use super::*;

const LOG: [u8; 16] = [7; 16];

fn new_file(directory: &tempfile::TempDir) -> PathBuf {
    let path = directory.path().join("witness");
    std::fs::write(&path, empty_file(LOG)).unwrap();
    path
}

fn organisation(number: usize) -> LogId {
    let mut id = LogId([0; 16]);
    id.0[..8].copy_from_slice(&number.to_le_bytes());
    id.0[15] = 1;
    id
}

fn statement(position: usize) -> Statement {
    let at = |position: usize| {
        let root = Hash([u8::try_from(position % 251).unwrap(); 32]);
        Testimony {
            position: Position::new(position as u64),
            root,
        }
    };
    Statement {
        acknowledged: at(position),
        pending: at(position + 3),
    }
}

fn damage(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

fn refusal(path: &Path) -> &'static str {
    match Witness::open(path, LOG) {
        Err(WitnessError::Damaged(reason)) => reason,
        other => panic!("expected damage, found {other:?}"),
    }
}

#[test]
fn remembers_the_newest_of_many_organisations() {
    let directory = tempfile::tempdir().unwrap();
    let path = new_file(&directory);
    let mut witness = Witness::open(&path, LOG).unwrap();
    for round in 1..=3 {
        for number in 0..100 {
            witness
                .write(organisation(number), statement(round * 100 + number))
                .unwrap();
        }
        witness.sync().unwrap();
        let reopened = Witness::open(&path, LOG).unwrap();
        assert_eq!(reopened.iter().count(), 100);
        for number in 0..100 {
            let found = reopened.get(organisation(number));
            assert_eq!(found, Some(statement(round * 100 + number)));
        }
    }
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 4096 * (1 + 2 * 4));
}

#[test]
fn a_torn_write_falls_back_to_the_testimony_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = new_file(&directory);
    let mut witness = Witness::open(&path, LOG).unwrap();
    for position in 1..=4 {
        witness.write(organisation(1), statement(position)).unwrap();
    }
    damage(&path, slot_offset(0, 4) + 30);
    let mut reopened = Witness::open(&path, LOG).unwrap();
    assert_eq!(reopened.get(organisation(1)), Some(statement(3)));

    // The next write goes to the torn slot again and leaves the good one alone.
    reopened.write(organisation(1), statement(5)).unwrap();
    damage(&path, slot_offset(0, 4));
    let reopened = Witness::open(&path, LOG).unwrap();
    assert_eq!(reopened.get(organisation(1)), Some(statement(3)));
}

#[test]
fn a_torn_first_write_leaves_the_entry_unused() {
    let directory = tempfile::tempdir().unwrap();
    let path = new_file(&directory);
    let mut witness = Witness::open(&path, LOG).unwrap();
    witness.write(organisation(1), statement(1)).unwrap();
    damage(&path, slot_offset(0, 1) + 30);
    let mut reopened = Witness::open(&path, LOG).unwrap();
    assert_eq!(reopened.iter().count(), 0);
    reopened.write(organisation(2), statement(1)).unwrap();
    let reopened = Witness::open(&path, LOG).unwrap();
    assert_eq!(reopened.get(organisation(2)), Some(statement(1)));
}

/// The device was full when a pair of pages was added.
#[test]
fn a_part_of_an_empty_pair_is_made_whole() {
    for part in [1, PAGE_BYTES, PAIR_BYTES - 1] {
        let directory = tempfile::tempdir().unwrap();
        let path = new_file(&directory);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.resize(PAGE_BYTES + part, 0);
        std::fs::write(&path, bytes).unwrap();
        let mut witness = Witness::open(&path, LOG).unwrap();
        witness.write(organisation(1), statement(1)).unwrap();
        witness.sync().unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        assert_eq!(length, (PAGE_BYTES + PAIR_BYTES) as u64);
        let witness = Witness::open(&path, LOG).unwrap();
        assert_eq!(witness.get(organisation(1)), Some(statement(1)));
    }
}

#[test]
fn refuses_what_no_crash_leaves() {
    let directory = tempfile::tempdir().unwrap();
    let path = new_file(&directory);
    let mut witness = Witness::open(&path, LOG).unwrap();
    for number in 0..2 {
        for position in 1..=2 {
            witness
                .write(organisation(number), statement(position))
                .unwrap();
        }
    }
    let good = std::fs::read(&path).unwrap();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        refusal(&path)
    };
    let (one, two) = (slot_offset(0, 1), slot_offset(0, 2));
    let (next, after) = (slot_offset(1, 1), slot_offset(1, 2));

    let both = |bytes: &mut Vec<u8>| {
        bytes[one + 9] ^= 1;
        bytes[two + 9] ^= 1;
    };
    assert_eq!(refused(&both), "both slots of an entry are invalid");
    let lost = |bytes: &mut Vec<u8>| bytes[one..one + SLOT_BYTES].fill(0);
    assert_eq!(refused(&lost), "an entry lacks its first slot");
    let mixed = |bytes: &mut Vec<u8>| bytes.copy_within(after..after + SLOT_BYTES, two);
    assert_eq!(refused(&mixed), "an entry names two organisations");
    let doubled = |bytes: &mut Vec<u8>| {
        bytes.copy_within(next..next + SLOT_BYTES, one);
        bytes.copy_within(after..after + SLOT_BYTES, two);
    };
    assert_eq!(refused(&doubled), "two entries name the same organisation");
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(PAGE_BYTES * 2);
    assert_eq!(refused(&cut), "its length is not that of whole pages");
    assert_eq!(
        refused(&|bytes| bytes.truncate(10)),
        "it is shorter than its header"
    );
    assert_eq!(
        refused(&|bytes| bytes[..4].fill(0)),
        "it does not start like a witness"
    );
    assert_eq!(
        refused(&|bytes| bytes[8] = 9),
        "its header has the wrong checksum"
    );
}

#[test]
fn refuses_another_log_another_version_and_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("witness");
    std::fs::write(&path, empty_file([8; 16])).unwrap();
    assert_eq!(refusal(&path), "it belongs to another log");
    let mut newer = empty_file(LOG);
    newer[8] = 2;
    let crc = crc32c(&newer[..HEADER_BYTES]);
    newer[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(&crc.to_le_bytes());
    std::fs::write(&path, newer).unwrap();
    assert!(matches!(
        Witness::open(&path, LOG),
        Err(WitnessError::Newer(2))
    ));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        Witness::open(&path, LOG),
        Err(WitnessError::Missing)
    ));
}
