//! The old entries of a shard: sorted, in pages, of which only the first fingerprints are in memory.

use std::io;

use crate::engine::positions::Entry;
use crate::engine::positions::pages::{PAGE_BYTES, PageBytes, Pages, Written};
use crate::id::Position;

const ENTRY_BYTES: usize = 16;
const ENTRIES: usize = PAGE_BYTES / ENTRY_BYTES;

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
    pub(super) const fn is_empty(&self) -> bool {
        self.pages.is_empty()
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

    /// Adds entries, which are sorted, by writing all anew elsewhere; when that fails, the run is as it was.
    pub(super) fn add(&mut self, more: &[Entry], pages: &mut Pages) -> io::Result<()> {
        let mut all = Vec::with_capacity(self.pages.len() * ENTRIES + more.len());
        let mut bytes = [0; PAGE_BYTES];
        for page in &self.pages {
            pages.read(page.written, &mut bytes)?;
            all.extend(entries(&bytes));
        }
        all.extend_from_slice(more);
        // Two sorted stretches: the stable sort sees them and merges.
        all.sort();
        let mut run = Self::default();
        let written = run.write(&all, pages);
        let left = match written {
            Ok(()) => std::mem::replace(self, run),
            Err(_) => run,
        };
        left.release(pages);
        written
    }

    fn write(&mut self, entries: &[Entry], pages: &mut Pages) -> io::Result<()> {
        for chunk in entries.chunks(ENTRIES) {
            let first = chunk.first().map_or(0, |entry| entry.fingerprint);
            let written = pages.write(&encode(chunk))?;
            self.pages.push(Page { first, written });
        }
        Ok(())
    }

    fn release(self, pages: &mut Pages) {
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
