//! Damage everywhere: any byte of any file of a data directory, any length of it, blocks zeroed and swapped.
//!
//! Whatever happened to a file, the log opens with its whole history or is refused, and then its records are left as they
//! were; it never panics, and never shows less than it has acknowledged. `cargo test` tries a place or two of each file. Any number is tried with
//! `OKR_TEST_ROUNDS`, all of them when it is larger than the files, and figures are printed:
//! `OKR_TEST_ROUNDS=1000000 cargo test -p okr-log everywhere -- --nocapture`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::support::*;
use crate::engine::{Log, OpenError, survey};
use crate::id::Position;

/// What is damaged together: the least that a disk writes.
const SECTOR: usize = 512;
const ACME_RECORDS: u64 = 12;
const UMBRELLA_RECORDS: u64 = 4;

/// A data directory in memory, by path below it.
struct Whole {
    files: BTreeMap<PathBuf, Content>,
}

/// What a file holds: bytes, and zeros after them up to its length.
#[derive(Clone, PartialEq, Eq)]
struct Content {
    bytes: Vec<u8>,
    length: usize,
}

/// Something that happens to one file.
#[derive(Clone, Debug)]
enum Mishap {
    Flipped(usize, u8),
    Cut(usize),
    Zeroed(Range<usize>),
    Swapped(usize, usize),
    Gone,
}

/// How often what came of mishaps.
#[derive(Default)]
struct Tally {
    whole: usize,
    /// The first position that cannot be trusted was named.
    placed: usize,
    /// The file that cannot be trusted was named.
    named: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            whole,
            placed,
            named,
        } = self;
        let all = whole + placed + named;
        write!(
            formatter,
            "{all} opened: {whole} whole, {placed} refused with a position, {named} with a file"
        )
    }
}

impl Content {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let length = bytes.len();
        Self { bytes, length }.trimmed()
    }

    /// Drops the zeros at the end, so that equal files have equal bytes.
    fn trimmed(mut self) -> Self {
        let used = self.bytes.iter().rposition(|byte| *byte != 0);
        self.bytes.truncate(used.map_or(0, |last| last + 1));
        self
    }

    fn write(&self, path: &Path) {
        let mut file = File::create(path).unwrap();
        file.write_all(&self.bytes).unwrap();
        file.set_len(self.length as u64).unwrap();
    }

    /// Lets something happen; nothing when that changes no byte.
    fn after(&self, mishap: &Mishap) -> Option<Self> {
        let mut content = self.clone();
        match mishap {
            Mishap::Flipped(at, mask) => content.bytes[*at] ^= mask,
            Mishap::Cut(length) => {
                content.bytes.truncate(*length);
                content.length = *length;
            }
            Mishap::Zeroed(range) => content.bytes[range.clone()].fill(0),
            Mishap::Swapped(one, other) => {
                let (first, second) = content.bytes.split_at_mut(*other);
                let size = second.len().min(SECTOR);
                first[*one..*one + size].swap_with_slice(&mut second[..size]);
            }
            Mishap::Gone => {}
        }
        let content = content.trimmed();
        (content != *self || matches!(mishap, Mishap::Gone)).then_some(content)
    }

    /// Returns what can happen to this file, at so many places for each kind of it.
    fn mishaps(&self, places: usize) -> Vec<Mishap> {
        let used = self.bytes.len();
        let sectors = used.div_ceil(SECTOR);
        let sector = |number: usize| number * SECTOR..used.min((number + 1) * SECTOR);
        let mut mishaps = vec![Mishap::Gone, Mishap::Cut(self.length.saturating_sub(1))];
        for at in spread(used, places) {
            mishaps.push(Mishap::Flipped(at, 0x01));
            mishaps.push(Mishap::Flipped(at, 0xff));
            mishaps.push(Mishap::Cut(at));
        }
        for number in spread(sectors, places) {
            mishaps.push(Mishap::Zeroed(sector(number)));
            mishaps.push(Mishap::Zeroed(number * SECTOR..used));
        }
        for number in spread(sectors.saturating_sub(1), places) {
            let next = (number + 1) * SECTOR;
            mishaps.push(Mishap::Swapped(number * SECTOR, next));
            // Far from each other as well.
            mishaps.push(Mishap::Swapped(0, next));
        }
        mishaps
    }
}

/// Returns so many of the numbers below `count`, evenly spread; all of them when there are no more.
fn spread(count: usize, places: usize) -> impl Iterator<Item = usize> {
    let places = places.min(count);
    (0..places).map(move |place| place * count / places)
}

impl Whole {
    /// A log of two organisations, after a kill: what sled has in its snapshot and what it has only in its log.
    fn new() -> Self {
        let mut subject = Subject::new(false);
        for group in records(1..=ACME_RECORDS - 4).chunks(2) {
            subject.appended(ACME, group.to_vec());
        }
        subject.appended(UMBRELLA, umbrella());
        subject.reopen();
        for group in records(ACME_RECORDS - 3..=ACME_RECORDS).chunks(2) {
            subject.appended(ACME, group.to_vec());
        }
        let image = subject.image();
        let mut files = BTreeMap::new();
        for below in ["", "store"] {
            for entry in fs::read_dir(image.path().join(below)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(image.path()).unwrap().to_owned();
                    files.insert(name, Content::read(&path));
                }
            }
        }
        Self { files }
    }

    /// Writes all files but for one, which was damaged.
    fn write(&self, directory: &Path, damaged: &Path, content: Option<&Content>) {
        fs::create_dir_all(directory.join("store/blobs")).unwrap();
        for (name, whole) in &self.files {
            let path = directory.join(name);
            match content {
                _ if name != damaged => whole.write(&path),
                Some(content) => content.write(&path),
                None => {}
            }
        }
    }
}

impl Whole {
    /// Returns what is in the file of the store when `damaged` took the place of the file `name`.
    fn store<'a>(&'a self, damaged: &'a Content, name: &Path) -> &'a Content {
        let store = Path::new("store/db");
        if name == store {
            damaged
        } else {
            &self.files[store]
        }
    }
}

fn umbrella() -> Vec<crate::record::Record> {
    records(1..=UMBRELLA_RECORDS)
}

/// Demands a whole log or a refusal, and counts which.
fn judge(opened: Result<Log, OpenError>, tally: &mut Tally, what: &str) {
    match opened {
        Ok(log) => {
            let acme = read_all(&log, ACME, 10_000);
            assert_eq!(acme, records(1..=ACME_RECORDS), "{what}");
            assert_eq!(read_all(&log, UMBRELLA, 10_000), umbrella(), "{what}");
            tally.whole += 1;
        }
        Err(OpenError::Damaged { position, .. }) => {
            assert!(position.get() > 0, "{what}");
            tally.placed += 1;
        }
        Err(OpenError::Missing {
            first_missing,
            witnessed,
            ..
        }) => {
            assert!(first_missing <= witnessed, "{what}");
            tally.placed += 1;
        }
        Err(error) => {
            let named = error.to_string();
            assert!(named.contains('/'), "{what} is refused, but where? {named}");
            tally.named += 1;
        }
    }
}

/// What is looked for without sled is found: all of it where nothing happened to the file, and never less than
/// what lies before the damage.
fn survey_names_what_is_bad(directory: &Path, damaged: &Path, what: &str) {
    let Ok(surveys) = survey(directory) else {
        // The manifest or the witness is damaged.
        return;
    };
    let untouched = !["store/db", "journal"].map(Path::new).contains(&damaged);
    for found in surveys {
        let all = found.whole == found.acknowledged.get();
        assert_eq!(found.first_bad.is_none(), all, "{what}: {found:?}");
        assert!(all || !untouched, "{what}: {found:?}");
        assert!(found.first_bad <= Some(found.acknowledged), "{what}");
    }
}

fn places() -> usize {
    let rounds = std::env::var("OKR_TEST_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the harness keeps figures back unless they are wanted"
)]
fn damage_anywhere_is_refused_or_does_no_harm() {
    let whole = Whole::new();
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("log");
    for (name, content) in &whole.files {
        let mut tally = Tally::default();
        for mishap in content.mishaps(places()) {
            let Some(damaged) = content.after(&mishap) else {
                continue;
            };
            let left = (!matches!(mishap, Mishap::Gone)).then_some(&damaged);
            whole.write(&directory, name, left);
            let what = format!("{} {mishap:?}", name.display());
            let opened = Log::open(&directory, options());
            let refused = opened.is_err();
            judge(opened, &mut tally, &what);
            let store = directory.join("store/db");
            if refused && store.exists() {
                let before = whole.store(&damaged, name);
                assert!(Content::read(&store) == *before, "{what} changes the file");
                survey_names_what_is_bad(&directory, name, &what);
            }
            fs::remove_dir_all(&directory).unwrap();
        }
        println!("{}, {} bytes: {tally}", name.display(), content.bytes.len());
    }
}

/// A block that is damaged wherever it lies is named, and one that stands anywhere is not.
#[test]
fn a_survey_names_the_first_position_that_is_not_whole() {
    let mut subject = Subject::new(false);
    // Three of them fill a block.
    let large = |position| record_of(position, 2_500);
    for position in 1..=9 {
        subject.appended(ACME, vec![large(position)]);
    }
    subject.appended(ACME, vec![record_of(10, 20_000)]);
    // All but this is in the store.
    subject.reopen();
    subject.appended(UMBRELLA, umbrella());
    let image = subject.image();
    let store = image.path().join("store/db");
    let names = |first_bad: Option<u64>| {
        let surveys = survey(&image.path()).unwrap();
        let found: Vec<_> = surveys
            .iter()
            .map(|found| (found.organisation, found.whole, found.large))
            .collect();
        let whole = first_bad.map_or(9, |_| 6);
        assert_eq!(found, [(ACME, whole, 1), (UMBRELLA, UMBRELLA_RECORDS, 0)]);
        assert_eq!(surveys[0].first_bad.map(Position::get), first_bad);
        assert_eq!(surveys[1].first_bad, None);
    };
    names(None);
    let mut bytes = fs::read(&store).unwrap();
    let fifth = large(5).encode().unwrap();
    let copies: Vec<usize> = bytes
        .windows(fifth.len())
        .enumerate()
        .filter(|(_, window)| *window == fifth)
        .map(|(at, _)| at)
        .collect();
    assert!(!copies.is_empty());
    for at in copies {
        bytes[at + 80] ^= 1;
    }
    fs::write(&store, bytes).unwrap();
    names(Some(4));
}
