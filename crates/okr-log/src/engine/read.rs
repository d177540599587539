//! Reading records back, never beyond what is durable.

use bytes::Bytes;

use crate::engine::error::Damage;
use crate::engine::positions::IndexError;
use crate::engine::store::{LoadError, Store};
use crate::id::{ChangeId, LogId, Position};
use crate::record::RecordView;

/// Why records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A block that was durable is damaged or gone.
    #[error("the log of organisation {organisation} is damaged at position {position}")]
    Damaged {
        /// Whose log.
        organisation: LogId,
        /// The first position that could not be read.
        position: Position,
        /// What is wrong there.
        #[source]
        source: Damage,
    },
    /// It cannot be looked up where a change stands.
    #[error("the changes of organisation {organisation} cannot be looked up")]
    Index {
        /// Whose log.
        organisation: LogId,
        /// Why not.
        #[source]
        source: IndexError,
    },
}

/// A stretch of one organisation's log: what follows `after`, up to `until`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) organisation: LogId,
    pub(crate) after: Position,
    pub(crate) until: Position,
}

/// Records in order, until their sizes would exceed a number of bytes; at least one if there is one.
#[derive(Debug)]
pub(crate) struct Records {
    records: Vec<Bytes>,
    left: usize,
}

impl Records {
    pub(crate) const fn within(bytes: usize) -> Self {
        Self {
            records: Vec::new(),
            left: bytes,
        }
    }

    /// Takes a record; `false` when there is no room for it.
    pub(crate) fn push(&mut self, record: Bytes) -> bool {
        if !self.records.is_empty() && record.len() > self.left {
            return false;
        }
        self.left = self.left.saturating_sub(record.len());
        self.records.push(record);
        true
    }

    pub(crate) const fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn into_vec(self) -> Vec<Bytes> {
        self.records
    }
}

/// Returns the first of some positions at which a change stands in a log; `record` reads what is at one.
pub(crate) fn find(
    (organisation, change): (LogId, ChangeId),
    candidates: &[Position],
    record: impl Fn(Position) -> Result<Option<Bytes>, ReadError>,
) -> Result<Option<Position>, ReadError> {
    for &position in candidates {
        let Some(bytes) = record(position)? else {
            continue;
        };
        let record = RecordView::parse(&bytes).map_err(|error| ReadError::Damaged {
            organisation,
            position,
            source: Damage::Record(error),
        })?;
        if record.change_id() == change {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// Reads the records of a stretch from the store; `false` when not all of them find room.
pub(crate) fn read(
    store: &Store,
    stretch: Stretch,
    records: &mut Records,
) -> Result<bool, ReadError> {
    let Stretch {
        organisation,
        after,
        until,
    } = stretch;
    if after >= until {
        return Ok(true);
    }
    let first = after.next();
    let mut next = first;
    let damaged = |position, source| ReadError::Damaged {
        organisation,
        position,
        source,
    };
    let mut blocks = store
        .walk_from(organisation, next)
        .map_err(|error| damaged(next, Damage::Unreadable(error)))?;
    while next <= until {
        let (key, block) = match blocks.next_block() {
            Ok(Some(found)) => found,
            Ok(None) => return Err(damaged(next, Damage::Absent)),
            Err(LoadError::Store(error)) => return Err(damaged(next, Damage::Unreadable(error))),
            Err(LoadError::Block { error, .. }) => return Err(damaged(next, Damage::Block(error))),
        };
        // Only the first block may start before the position that is wanted.
        let skip = next.get().checked_sub(key.first.get());
        let skip = skip.filter(|skip| next == first || *skip == 0);
        let skip = skip.and_then(|skip| usize::try_from(skip).ok());
        let Some(skip) = skip.filter(|skip| *skip < block.count()) else {
            return Err(damaged(next, Damage::Gap { found: key.first }));
        };
        for record in block.records().skip(skip) {
            if next > until {
                return Ok(true);
            }
            if !records.push(record) {
                return Ok(false);
            }
            next = next.next();
        }
    }
    Ok(true)
}
