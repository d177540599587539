//! The index beside a map that keeps everything, with disks that are full, read-only or forgetful.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt as _;

use proptest::prelude::*;

use super::*;

/// An id that was made at a time; the number tells those of the same time apart.
fn id(time: u64, number: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[..6].copy_from_slice(&time.to_be_bytes()[2..]);
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

fn positions(numbers: impl IntoIterator<Item = u64>) -> Vec<Position> {
    numbers.into_iter().map(Position::new).collect()
}

/// Adds ids 1 to `count` at the positions of their numbers, made eight milliseconds after each other.
fn filled(mut index: PositionIndex, count: u64) -> PositionIndex {
    for number in 1..=count {
        index.insert(id(number * 8, number), Position::new(number));
    }
    index
}

fn assert_has_all(index: &PositionIndex, count: u64) {
    for number in 1..=count {
        let found = index.positions(id(number * 8, number)).unwrap();
        assert_eq!(found, positions([number]), "{number} of {count}");
        let never = index.positions(id(number * 8, number + 1)).unwrap();
        assert_eq!(never, [], "{number} of {count}");
    }
}

#[test]
fn finds_what_was_added_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    for count in [0, 1, 12, 13, 4095, 4096, 4097, 50_000] {
        for limit in [2000, MOST_IN_MEMORY] {
            let index = PositionIndex::with_limit(Some(directory.path()), limit);
            assert_has_all(&filled(index, count), count);
        }
        assert_has_all(&filled(PositionIndex::with_limit(None, 2000), count), count);
    }
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 0, "the file has no name");
}

#[test]
fn memory_is_bounded_and_the_file_as_large_as_its_entries() {
    let directory = tempfile::tempdir().unwrap();
    let limit = 1 << 16;
    let index = filled(
        PositionIndex::with_limit(Some(directory.path()), limit),
        600_000,
    );
    assert!(index.in_memory <= limit + 1, "{}", index.in_memory);
    let slots: usize = index.shards.iter().map(|it| it.young.capacity()).sum();
    assert!(slots <= limit * 4, "{slots} slots");
    for shard in &index.shards {
        let lengths = shard.old.lengths();
        let falls = |pair: &[usize]| pair[0] >= 2 * pair[1];
        assert!(lengths.windows(2).all(falls), "{lengths:?}");
    }
    let bytes = index.pages.file.as_ref().unwrap().metadata().unwrap().len();
    assert!(bytes <= 600_000 * 16 * 5 / 4, "{bytes} bytes");
}

#[test]
fn a_table_in_memory_takes_at_most_26_bytes_for_each_entry() {
    let index = filled(PositionIndex::new(None), 100_000);
    let slots: usize = index.shards.iter().map(|it| it.young.capacity()).sum();
    assert!(slots * size_of::<Entry>() <= 26 * 100_000, "{slots} slots");
}

#[test]
fn to_prefetch_is_only_to_look() {
    let directory = tempfile::tempdir().unwrap();
    for count in [0, 1, 30_000] {
        let index = PositionIndex::with_limit(Some(directory.path()), 8192);
        let mut index = filled(index, count);
        index.prefetch((0..=count + 1).map(|number| id(number * 8, number)));
        assert_has_all(&index, count);
        // Nor does it need the file.
        index.lose_file();
        index.prefetch([id(8, 1)]);
    }
}

/// New ids are looked for in memory only: the file is not even there any more.
#[test]
fn the_file_is_not_read_for_an_id_of_now() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = filled(
        PositionIndex::with_limit(Some(directory.path()), 8192),
        30_000,
    );
    index.lose_file();
    for later in 0..1000 {
        let found = index.positions(id(30_000 * 8 + later, later)).unwrap();
        assert_eq!(found, []);
    }
    let error = index.positions(id(8, 1)).unwrap_err();
    assert!(error.to_string().contains("index of positions"), "{error}");
}

#[test]
fn a_page_that_is_not_what_was_written_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = filled(
        PositionIndex::with_limit(Some(directory.path()), 8192),
        30_000,
    );
    let file = index.pages.file.as_ref().unwrap();
    let length = file.metadata().unwrap().len();
    for page in 0..length / 4096 {
        file.write_all_at(&[0xa5], page * 4096 + 77).unwrap();
    }
    index.positions(id(8, 1)).unwrap_err();
    // What would be written together with it stays in memory; all that is new is found there anyway.
    for number in 30_001..=60_000 {
        index.insert(id(number * 8, number), Position::new(number));
    }
    for number in 58_500..=60_000 {
        let found = index.positions(id(number * 8, number)).unwrap();
        assert_eq!(found, positions([number]));
    }
}

#[test]
fn what_cannot_be_written_stays_and_is_written_later() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("later");
    let mut index = filled(PositionIndex::with_limit(Some(&missing), 8192), 30_000);
    assert_eq!(index.in_memory, 30_000);
    assert_has_all(&index, 30_000);
    std::fs::create_dir(&missing).unwrap();
    for number in 30_001..=60_000 {
        index.insert(id(number * 8, number), Position::new(number));
    }
    assert!(index.in_memory < 30_000, "{}", index.in_memory);
    assert_has_all(&index, 60_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Ids of all times, some of them again and again, at positions that rise or stay.
    #[test]
    fn agrees_with_a_map(
        entries in prop::collection::vec((0u64..40, 0u64..600, 0u64..3), 1..9000),
        limit in 64usize..6000,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut index = PositionIndex::with_limit(Some(directory.path()), limit);
        let mut map: BTreeMap<[u8; 16], Vec<Position>> = BTreeMap::new();
        let mut position = 1;
        for (step, (time, number, rise)) in entries.iter().enumerate() {
            position += rise;
            // Most come with the time of now, some were made long before.
            let now = (step / 50) as u64;
            let time = if time % 4 == 0 { *time } else { 100 + now };
            let id = id(time * 64, *number);
            index.insert(id, Position::new(position));
            let known = map.entry(id).or_default();
            if known.last() != Some(&Position::new(position)) {
                known.push(Position::new(position));
            }
            if step % 97 == 0 {
                prop_assert_eq!(&index.positions(id).unwrap(), known);
            }
        }
        for (id, known) in &map {
            prop_assert_eq!(&index.positions(*id).unwrap(), known);
        }
        prop_assert_eq!(index.positions([0xff; 16]).unwrap(), []);
    }
}
