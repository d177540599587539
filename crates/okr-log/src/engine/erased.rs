//! Texts that nobody reads any more, though their bytes may still stand in the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;

use crate::id::{LogId, Position};
use crate::record::RecordView;

/// The texts by record, numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Erased(RwLock<Records>);

type Records = BTreeMap<(LogId, Position), BTreeSet<u16>>;

impl Erased {
    pub(crate) fn add(&self, organisation: LogId, position: Position, texts: &BTreeSet<u16>) {
        // Adding is one step for each record, so a panic leaves nothing half done.
        let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = records.entry((organisation, position)).or_default();
        known.extend(texts);
    }

    pub(crate) fn records(&self) -> usize {
        self.read().len()
    }

    /// Puts hashes in place of the texts in the records that were read after a position.
    pub(crate) fn apply(
        &self,
        (organisation, after): (LogId, Position),
        mut records: Vec<Bytes>,
    ) -> Vec<Bytes> {
        let erased = self.read();
        if erased.is_empty() {
            return records;
        }
        for (number, bytes) in (after.get() + 1..).zip(&mut records) {
            // What was durable has been parsed before.
            if let Some(texts) = erased.get(&(organisation, Position::new(number)))
                && let Ok(record) = RecordView::parse(bytes)
            {
                *bytes = record.without_texts(texts).into();
            }
        }
        records
    }

    fn read(&self) -> RwLockReadGuard<'_, Records> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}
