//! Damage everywhere: any byte of a replica's file, any length of it, pages zeroed and swapped.
//!
//! Whatever happened to the file, it is refused, or what verifying finds is said, or nothing is missing; nothing panics, and no
//! history is silently shorter. `cargo test` tries a few places. Any number is tried with `OKR_TEST_ROUNDS`, and figures
//! are printed: `OKR_TEST_ROUNDS=2000 cargo test -p okr-replica --lib everywhere -- --nocapture`.

use std::fs;
use std::path::Path;

use okr_testkit::generate::history;
use okr_testkit::rounds;
use rusqlite::Connection;

use super::tests::flaws_of;
use crate::fake_log::FakeLog;
use crate::replica::Replica;

/// What SQLite and disks read and write together.
const PAGE: usize = 4096;

/// What came of the damage.
#[derive(Default)]
struct Tally {
    refused: usize,
    found: usize,
    /// Only looking through the pages finds it, which `okr doctor` does: nothing that is verified lies there.
    doctored: usize,
    harmless: usize,
}

/// A log, and the bytes of a replica of it, all in one file.
fn subject() -> (FakeLog, Vec<u8>) {
    let log = FakeLog::of(&history(11, 40));
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    drop(replica);
    let file = dir.path().join("replica.db");
    let db = Connection::open(&file).unwrap();
    db.execute_batch("PRAGMA journal_mode = DELETE; VACUUM; PRAGMA journal_mode = WAL")
        .unwrap();
    db.close().unwrap();
    let bytes = fs::read(&file).unwrap();
    (log, bytes)
}

/// Opens a replica as commands do, and demands that it is refused, found wanting, or whole.
fn judge(dir: &Path, log: &FakeLog, what: &str) -> fn(&mut Tally) {
    let Ok(replica) = Replica::open(dir) else {
        return |tally| tally.refused += 1;
    };
    match flaws_of(&replica) {
        Err(_) => |tally| tally.refused += 1,
        Ok(flaws) if !flaws.is_empty() => |tally| tally.found += 1,
        Ok(_) => {
            if !matches!(replica.file_fault(), Ok(None)) {
                return |tally| tally.doctored += 1;
            }
            let sql = "SELECT bytes FROM records ORDER BY position";
            let mut statement = replica.db().prepare(sql).unwrap();
            let stored = statement.query_map([], |row| row.get(0)).unwrap();
            let stored: Vec<Vec<u8>> = stored.map(Result::unwrap).collect();
            assert_eq!(stored, log.records, "{what}: nothing is missing");
            |tally| tally.harmless += 1
        }
    }
}

/// Returns so many of the numbers below `count`, evenly spread; all of them when there are no more.
fn spread(count: usize, places: usize) -> impl Iterator<Item = usize> {
    let places = places.min(count);
    (0..places).map(move |place| place * count / places)
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the harness keeps figures back unless they are wanted"
)]
fn damage_anywhere_is_found_or_does_no_harm() {
    let (log, whole) = subject();
    let places = rounds(12);
    let mut mishaps: Vec<(String, Vec<u8>)> = Vec::new();
    let mut damage = |what: String, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        if bytes != whole {
            mishaps.push((what, bytes));
        }
    };
    for at in spread(whole.len(), places) {
        damage(format!("byte {at} flipped"), &|bytes| bytes[at] ^= 0xff);
        damage(format!("a bit of byte {at} turned"), &|bytes| {
            bytes[at] ^= 4;
        });
        damage(format!("cut at {at}"), &|bytes| bytes.truncate(at));
    }
    let pages = whole.len() / PAGE;
    for page in spread(pages, places) {
        let range = page * PAGE..(page + 1) * PAGE;
        damage(format!("page {page} zeroed"), &|bytes| {
            bytes[range.clone()].fill(0);
        });
        let other = (page * 7 + 3) % pages * PAGE;
        damage(format!("page {page} a copy"), &|bytes| {
            bytes.copy_within(other..other + PAGE, range.start);
        });
    }
    let mut tally = Tally::default();
    for (what, bytes) in mishaps {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("replica.db"), bytes).unwrap();
        judge(dir.path(), &log, &what)(&mut tally);
    }
    let Tally {
        refused,
        found,
        doctored,
        harmless,
    } = tally;
    assert!(refused + found + doctored > 0, "damage is seen");
    println!(
        "{} bytes: {refused} refused, {found} found by verifying, {doctored} by looking through the file, \
         {harmless} harmless",
        whole.len()
    );
}
