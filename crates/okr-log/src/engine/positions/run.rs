//! Old entries that were moved together: sorted, in pages, of which only the first fingerprints are in memory.

use std::io;

use crate::engine::positions::Entry;
use crate::engine::positions::pages::{PAGE_BYTES, PageBytes, Pages, Written};
use crate::id::Position;

const ENTRY_BYTES: usize = 16;
/// Entries of a page.
pub(super) const ENTRIES: usize = PAGE_BYTES / ENTRY_BYTES;

/// Entries in ascending order.
#[derive(Debug, Default)]
pub(super) struct Run {
    pages: Vec<Page>,
}

/// A sixteenth of a byte for each entry.
#[derive(Clone, Copy, Debug)]
struct Page {
    first: u64,
    written: Written,
}

impl Run {
    /// Writes entries, which are sorted; when that fails, nothing is left of it.
    pub(super) fn write(entries: &[Entry], pages: &mut Pages) -> io::Result<Self> {
        let mut run = Self::default();
        for chunk in entries.chunks(ENTRIES) {
            let first = chunk.first().map_or(0, |entry| entry.fingerprint);
            match pages.write(&encode(chunk)) {
                Ok(written) => run.pages.push(Page { first, written }),
                Err(error) => {
                    run.release(pages);
                    return Err(error);
                }
            }
        }
        Ok(run)
    }

    /// Returns how many pages it takes.
    pub(super) const fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Reads all of it back.
    pub(super) fn read(&self, pages: &Pages, all: &mut Vec<Entry>) -> io::Result<()> {
        let mut bytes = [0; PAGE_BYTES];
        for page in &self.pages {
            pages.read(page.written, &mut bytes)?;
            all.extend(entries(&bytes));
        }
        Ok(())
    }

    /// Adds the positions of a fingerprint to what was found.
    pub(super) fn find(
        &self,
        fingerprint: u64,
        pages: &Pages,
        found: &mut Vec<Position>,
    ) -> io::Result<()> {
        // The page before the first that starts with it may end with it.
        let start = self.pages.partition_point(|page| page.first < fingerprint);
        let candidates = self.pages[start.saturating_sub(1)..]
            .iter()
            .take_while(|page| page.first <= fingerprint);
        let mut bytes = [0; PAGE_BYTES];
        for page in candidates {
            pages.read(page.written, &mut bytes)?;
            let same = entries(&bytes).filter(|entry| entry.fingerprint == fingerprint);
            found.extend(same.map(|entry| entry.position));
        }
        Ok(())
    }

    /// Lets its pages be written anew.
    pub(super) fn release(self, pages: &mut Pages) {
        for page in self.pages {
            pages.release(page.written);
        }
    }
}

fn encode(entries: &[Entry]) -> PageBytes {
    let mut bytes = [0; PAGE_BYTES];
    for (slot, entry) in bytes.chunks_exact_mut(ENTRY_BYTES).zip(entries) {
        let (fingerprint, position) = slot.split_at_mut(ENTRY_BYTES / 2);
        fingerprint.copy_from_slice(&entry.fingerprint.to_le_bytes());
        position.copy_from_slice(&entry.position.get().to_le_bytes());
    }
    bytes
}

/// Returns the entries of a page; the last one of a run is not full.
fn entries(bytes: &PageBytes) -> impl Iterator<Item = Entry> {
    let (words, _) = bytes.as_chunks::<8>();
    let number = |word: &[u8; 8]| u64::from_le_bytes(*word);
    words
        .chunks_exact(2)
        .map(move |words| Entry {
            fingerprint: number(&words[0]),
            position: Position::new(number(&words[1])),
        })
        .take_while(|entry| !entry.is_empty())
}
