//! The journal by itself: its bytes, what a power cut and damage leave of it, and how its halves take turns.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::engine::block::BlockBuilder;
use crate::engine::tests::support::{ACME, UMBRELLA, record_of};
use crate::id::{LogId, Position};

const LOG: [u8; 16] = [0xab; 16];

fn block(organisation: LogId, position: u64, body_bytes: usize) -> (BlockKey, Block) {
    let key = BlockKey::new(organisation, Position::new(position));
    let mut builder = BlockBuilder::default();
    builder.push(|out| record_of(position, body_bytes).encode_into(out));
    (key, Block::of(&mut builder, key))
}

fn small(position: u64) -> Vec<(BlockKey, Block)> {
    vec![block(ACME, position, 100)]
}

fn new() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal");
    std::fs::write(&path, empty_file(LOG)).unwrap();
    (directory, path)
}

/// Returns the first positions of the blocks that were found of ACME.
fn positions(found: &Found) -> Vec<u64> {
    let keys = found.blocks.keys();
    let acme = keys.filter(|key| key.organisation == ACME);
    acme.map(|key| key.first.get()).collect()
}

fn damage(path: &std::path::Path) -> String {
    match open(path, LOG) {
        Err(JournalError::Damaged(what)) => what,
        other => panic!("expected damage, found {other:?}"),
    }
}

/// Changes the bytes of a file.
fn alter(path: &std::path::Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn what_was_written_is_found_until_the_mark_says_otherwise() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    assert!(found.blocks.is_empty());
    for position in 1..=3 {
        found.journal.write(&small(position)).unwrap();
    }
    let two = vec![block(UMBRELLA, 1, 5_000), block(ACME, 4, 300_000)];
    found.journal.write(&two).unwrap();
    assert_eq!(found.journal.newest(), 4);

    let again = open(&path, LOG).unwrap();
    assert_eq!(again.journal.newest(), 4);
    assert_eq!(positions(&again), [1, 2, 3, 4]);
    for (key, block) in two {
        assert_eq!(again.blocks[&key].bytes(), block.bytes());
    }
    found.marker.settle(2).unwrap();
    assert_eq!(positions(&open(&path, LOG).unwrap()), [3, 4]);
    found.marker.settle(4).unwrap();
    found.marker.settle(4).unwrap();
    let settled = open(&path, LOG).unwrap();
    assert!(settled.blocks.is_empty());
    assert_eq!(
        (settled.journal.newest(), settled.marker.newest.number),
        (4, 3)
    );
}

#[test]
fn bytes_are_those_of_the_format() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    let group = small(1);
    found.journal.write(&group).unwrap();
    found.marker.settle(1).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), 4_206_592);
    assert_eq!(bytes[..12], *b"OKRJOURN\x01\0\0\0");
    let crc = |parts: &[&[u8]]| crc32c(&parts.concat()).to_le_bytes();
    assert_eq!(bytes[28..32], crc(&[&bytes[..28]]));
    let first = [1_u64.to_le_bytes(), 0_u64.to_le_bytes()].concat();
    assert_eq!(bytes[4096..4112], first);
    assert_eq!(bytes[4112..4116], crc(&[&LOG, &first]));
    let second = [2_u64.to_le_bytes(), 1_u64.to_le_bytes()].concat();
    assert_eq!(bytes[8192..8208], second);

    let (key, block) = &group[0];
    let length = u32::try_from(block.bytes().len()).unwrap();
    let payload = [&key.to_bytes(), &length.to_le_bytes()[..], block.bytes()].concat();
    let frame = &bytes[12_288..];
    let counts = [
        &u32::try_from(payload.len()).unwrap().to_le_bytes()[..],
        &1_u64.to_le_bytes(),
    ];
    let counts = counts.concat();
    assert_eq!(frame[..4], *b"OKRF");
    assert_eq!(frame[4..16], counts);
    assert_eq!(frame[16..20], crc(&[&LOG, &counts, &payload]));
    assert_eq!(frame[20..20 + payload.len()], payload);
    assert!(frame[20 + payload.len()..].iter().all(|byte| *byte == 0));
}

/// A power cut in the middle of a write: nobody was told of that group.
#[test]
fn a_torn_newest_frame_was_never_there() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    found.journal.write(&small(1)).unwrap();
    found.journal.write(&[block(ACME, 2, 10_000)]).unwrap();
    alter(&path, |bytes| bytes[12_288 + 2 * 4096..][..4096].fill(0));
    let mut again = open(&path, LOG).unwrap();
    assert_eq!(positions(&again), [1]);
    // Another one takes its number and, after the mark, its place.
    again.marker.settle(1).unwrap();
    again.journal.write(&small(2)).unwrap();
    assert_eq!(positions(&open(&path, LOG).unwrap()), [2]);
}

#[test]
fn a_damaged_frame_before_the_newest_is_refused() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    for position in 1..=3 {
        found.journal.write(&small(position)).unwrap();
    }
    for number in [1, 2] {
        let (_directory, copy) = new();
        std::fs::copy(&path, &copy).unwrap();
        alter(&copy, |bytes| bytes[12_288 + (number - 1) * 4096 + 77] ^= 1);
        let what = format!("group {number} in it is damaged or gone");
        assert_eq!(damage(&copy), what);
    }
    // It does not matter any more.
    found.marker.settle(2).unwrap();
    alter(&path, |bytes| bytes[12_288 + 77] ^= 1);
    assert_eq!(positions(&open(&path, LOG).unwrap()), [3]);
}

/// Round and round: what is older than the mark is written over, and a torn mark is no harm.
/// Whoever can compute checksums says that no number is left.
#[test]
fn a_last_number_is_refused() {
    let mark = |number, settled| Mark { number, settled };
    for last in [mark(u64::MAX, 0), mark(2, u64::MAX)] {
        let (_directory, path) = new();
        alter(&path, |bytes| {
            bytes[mark_offset(last)..][..Mark::BYTES].copy_from_slice(&last.to_bytes(LOG));
        });
        assert!(damage(&path).contains("no number"));
    }
    let (_directory, path) = new();
    alter(&path, |bytes| {
        let before = mark(2, u64::MAX - 1);
        bytes[mark_offset(before)..][..Mark::BYTES].copy_from_slice(&before.to_bytes(LOG));
        let blocks = small(1);
        let frame = &mut bytes[HALVES_AT..][..frame_bytes(&blocks)];
        Frame::encode_into(frame, (LOG, u64::MAX), &blocks);
    });
    assert!(damage(&path).contains("no number"));
}

#[test]
fn halves_take_turns() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    let mut turns = 0;
    let (mut settled, mut next) = (0, 1);
    while turns < 5 {
        let group = vec![block(ACME, next, 300_000)];
        if !found.journal.has_room(&group) {
            // The half that is begun now was settled before.
            found.marker.settle(settled).unwrap();
            settled = next - 1;
            found.journal.turn();
            turns += 1;
            let all: Vec<u64> = positions(&open(&path, LOG).unwrap());
            let marked = found.marker.newest.settled;
            assert_eq!(all, (marked + 1..next).collect::<Vec<_>>());
        }
        found.journal.write(&group).unwrap();
        next += 1;
    }
    let marked = found.marker.newest;
    alter(&path, |bytes| bytes[mark_offset(marked)] ^= 1);
    // The one before says less, but what it asks for was written over in the meantime.
    assert!(damage(&path).contains("is damaged or gone"));
    alter(&path, |bytes| bytes[mark_offset(marked.next(0))] ^= 1);
    assert_eq!(damage(&path), "both its marks are invalid");
}

#[test]
fn a_torn_mark_leaves_the_one_before() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    for position in 1..=4 {
        found.journal.write(&small(position)).unwrap();
    }
    found.marker.settle(2).unwrap();
    found.marker.settle(3).unwrap();
    let torn = mark_offset(found.marker.newest);
    alter(&path, |bytes| bytes[torn + 3..torn + 9].fill(7));
    let again = open(&path, LOG).unwrap();
    assert_eq!(again.marker.newest.settled, 2);
    assert_eq!(positions(&again), [3, 4]);
}

#[test]
fn a_journal_of_another_kind_is_refused_by_name() {
    let (_directory, path) = new();
    assert!(matches!(
        open(&path.with_extension("gone"), LOG),
        Err(JournalError::Missing)
    ));
    let said = |change: &dyn Fn(&mut Vec<u8>)| {
        let (_directory, path) = new();
        alter(&path, |bytes| change(bytes));
        damage(&path)
    };
    assert_eq!(
        said(&|bytes| bytes.truncate(9)),
        "it is shorter than its header"
    );
    assert_eq!(
        said(&|bytes| bytes[0] = b'X'),
        "it does not start like a journal"
    );
    assert_eq!(
        said(&|bytes| bytes[13] ^= 1),
        "its header has the wrong checksum"
    );
    let other = |bytes: &mut Vec<u8>| *bytes = empty_file([1; 16]);
    assert_eq!(said(&other), "it belongs to another log");
    for bytes in [FILE_BYTES - 1, FILE_BYTES + 1] {
        let what = said(&|file| file.resize(bytes, 0));
        assert_eq!(what, "it is not 4206592 bytes long");
    }
    alter(&path, |bytes| {
        bytes[8] = 2;
        let crc = crc32c(&bytes[..28]);
        bytes[28..32].copy_from_slice(&crc.to_le_bytes());
    });
    assert!(matches!(open(&path, LOG), Err(JournalError::Newer(2))));
}

/// Whatever byte is damaged: every group, or a refusal, or all but the newest one, which the witness misses.
#[test]
fn a_flipped_byte_anywhere_gives_no_other_history() {
    let (_directory, path) = new();
    let mut found = open(&path, LOG).unwrap();
    for position in 1..=3 {
        found.journal.write(&small(position)).unwrap();
    }
    found.marker.settle(1).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let frames = 12_288..12_288 + 3 * 4096;
    let marks = (4096..4096 + 24).chain(8192..8192 + 24);
    let places = (0..40).chain(marks).chain(frames.step_by(61));
    for at in places {
        file.write_all_at(&[whole[at] ^ 0x20], at as u64).unwrap();
        match open(&path, LOG) {
            Ok(found) => {
                let found = positions(&found);
                let expected: [&[u64]; 3] = [&[2, 3], &[2], &[1, 2, 3]];
                assert!(expected.contains(&found.as_slice()), "{at}: {found:?}");
            }
            Err(JournalError::Damaged(_)) => {}
            Err(other) => panic!("{at}: {other:?}"),
        }
        file.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
}
