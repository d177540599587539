//! The old entries of a shard: runs, each at least twice as long as the one after it.
//!
//! So there are few of them, and an entry is written anew about once for each time that the shard doubles.

use std::io;

use crate::engine::positions::Entry;
use crate::engine::positions::pages::Pages;
use crate::engine::positions::run::{ENTRIES, Run};
use crate::id::Position;

/// A run that is not so many times as long as what comes after it is written anew with it.
const RATIO: usize = 2;

/// The longest first.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<Run>);

impl Runs {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the positions of a fingerprint to what was found.
    pub(super) fn find(
        &self,
        fingerprint: u64,
        pages: &Pages,
        found: &mut Vec<Position>,
    ) -> io::Result<()> {
        self.0
            .iter()
            .try_for_each(|run| run.find(fingerprint, pages, found))
    }

    /// Adds entries, which are sorted; when that fails, all is as it was.
    pub(super) fn add(&mut self, more: &[Entry], pages: &mut Pages) -> io::Result<()> {
        if more.is_empty() {
            return Ok(());
        }
        let (kept, length) = self.untouched_by(more.len().div_ceil(ENTRIES));
        let mut all = Vec::with_capacity(length * ENTRIES);
        for run in &self.0[kept..] {
            run.read(pages, &mut all)?;
        }
        all.extend_from_slice(more);
        // Sorted stretches: the stable sort sees them and merges.
        all.sort();
        let run = Run::write(&all, pages)?;
        for old in self.0.drain(kept..) {
            old.release(pages);
        }
        self.0.push(run);
        Ok(())
    }

    /// Returns how many runs stay as they are when so many pages come, and how many pages the new one may have.
    fn untouched_by(&self, mut length: usize) -> (usize, usize) {
        let mut kept = self.0.len();
        for run in self.0.iter().rev() {
            if run.page_count() >= RATIO * length {
                break;
            }
            length += run.page_count();
            kept -= 1;
        }
        (kept, length)
    }

    #[cfg(test)]
    pub(super) fn lengths(&self) -> Vec<usize> {
        self.0.iter().map(Run::page_count).collect()
    }
}
