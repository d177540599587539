//! What still stands in a log that cannot be opened: whole blocks, looked for in the file of the store, without sled, and
//! in the journal.
//!
//! A block carries its own checksum, over its organisation and first position too, so it can be told from anything
//! else wherever it lies. Nothing is written, and nothing that is found is served: this is for the
//! person who has to decide what to do about a damaged log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::engine::block::{MAX_VALUE_BYTES, Seen, SeenBlock, look_at};
use crate::engine::directory::{Directory, file_error};
use crate::engine::error::OpenError;
use crate::engine::journal::unsettled;
use crate::engine::key::BlockKey;
use crate::engine::open::{open_witness, read_manifest};
use crate::engine::witness::Statement;
use crate::id::{LogId, Position};

/// How much of the file is looked at together.
const WINDOW_BYTES: usize = 8 * 1024 * 1024;
const PAGE_BYTES: usize = 4096;
const ZEROS: [u8; PAGE_BYTES] = [0; PAGE_BYTES];

/// How much of the log of one organisation still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Whose log.
    pub organisation: LogId,
    /// The last position that was acknowledged.
    pub acknowledged: Position,
    /// How many of the positions up to there are whole.
    pub whole: u64,
    /// How many of them hold records that are in pieces because they are large, and were not looked at.
    pub large: u64,
    /// The first position that is neither.
    pub first_bad: Option<Position>,
}

/// What was found of one organisation.
struct Finds {
    acknowledged: u64,
    /// How many records follow in a block, by the position of the first.
    blocks: BTreeMap<u64, u64>,
}

/// Looks for what still stands of a log, whose manifest and witness must be whole.
///
/// # Errors
/// As [`Log::open`](crate::Log::open), when there is no log, its witness is gone or its file cannot be read.
pub fn survey(path: &Path) -> Result<Vec<Survey>, OpenError> {
    let directory = Directory::new(path);
    let manifest = read_manifest(&directory)?;
    let witness = open_witness(&directory, manifest.log)?;
    let of = |(organisation, statement): (LogId, Statement)| {
        let acknowledged = statement.acknowledged.position.get();
        let blocks = BTreeMap::new();
        (
            organisation,
            Finds {
                acknowledged,
                blocks,
            },
        )
    };
    let mut finds: BTreeMap<LogId, Finds> = witness.iter().map(of).collect();
    let store = directory.store_file();
    let large =
        look_through(&store, &mut finds).map_err(|source| file_error("read", &store, source))?;
    // Of a journal that is damaged nothing counts; most of the log is elsewhere.
    if manifest.has_journal()
        && let Ok(blocks) = unsettled(&directory.journal(), manifest.log)
    {
        for (key, block) in blocks {
            if let Some(found) = finds.get_mut(&key.organisation) {
                let count = block.count() as u64;
                found.blocks.entry(key.first.get()).or_insert(count);
            }
        }
    }
    let surveys = finds
        .into_iter()
        .map(|(organisation, finds)| finds.survey(organisation, &large));
    Ok(surveys.collect())
}

/// Notes every whole block in a file, and returns the positions of the records that are in pieces.
fn look_through(path: &Path, finds: &mut BTreeMap<LogId, Finds>) -> io::Result<BTreeSet<u64>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut large = BTreeSet::new();
    for offset in (0..length).step_by(WINDOW_BYTES) {
        let size = (length - offset).min((WINDOW_BYTES + MAX_VALUE_BYTES) as u64);
        let mut window = vec![0; usize::try_from(size).unwrap_or(WINDOW_BYTES)];
        file.read_exact_at(&mut window, offset)?;
        let end = window.len().min(WINDOW_BYTES);
        for page in (0..end).step_by(PAGE_BYTES) {
            let next = end.min(page + PAGE_BYTES);
            // Most of the newest segment was never written.
            if window[page..next] == ZEROS[..next - page] {
                continue;
            }
            for start in page..next {
                match look_at(&window[start..]) {
                    None => {}
                    Some(Seen::Large { position }) => {
                        large.insert(position.get());
                    }
                    Some(Seen::Block(seen)) => note(&seen, finds),
                }
            }
        }
    }
    Ok(large)
}

/// Notes a block with the organisation whose key its checksum fits, if there is one.
fn note(seen: &SeenBlock<'_>, finds: &mut BTreeMap<LogId, Finds>) {
    let first = seen.first;
    for (organisation, found) in finds {
        let known = first.get() <= found.acknowledged && !found.blocks.contains_key(&first.get());
        if known && seen.is_of(BlockKey::new(*organisation, first)) {
            found.blocks.insert(first.get(), seen.count);
        }
    }
}

impl Finds {
    fn survey(&self, organisation: LogId, large: &BTreeSet<u64>) -> Survey {
        let mut survey = Survey {
            organisation,
            acknowledged: Position::new(self.acknowledged),
            whole: 0,
            large: 0,
            first_bad: None,
        };
        let mut next = 1;
        for (&first, &count) in &self.blocks {
            survey.pass(next..first, large);
            let end = (first + count).min(self.acknowledged + 1);
            survey.whole += end.saturating_sub(first.max(next));
            next = next.max(end);
        }
        survey.pass(next..self.acknowledged + 1, large);
        survey
    }
}

impl Survey {
    /// Counts positions that no whole block has.
    fn pass(&mut self, positions: std::ops::Range<u64>, large: &BTreeSet<u64>) {
        if positions.is_empty() {
            return;
        }
        let in_pieces = large.range(positions.clone()).count() as u64;
        self.large += in_pieces;
        if self.first_bad.is_none() && in_pieces < positions.end - positions.start {
            let first = positions
                .clone()
                .find(|position| !large.contains(position))
                .unwrap_or(positions.start);
            self.first_bad = Some(Position::new(first));
        }
    }
}
