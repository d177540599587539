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

/// A stretch of one organisation's log: what follows `after`, up to `head`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) organisation: LogId,
    pub(crate) after: Position,
    pub(crate) head: Position,
}

/// Returns the first of some durable positions at which a change stands.
pub(crate) fn find(
    store: &Store,
    organisation: LogId,
    change: ChangeId,
    candidates: &[Position],
) -> Result<Option<Position>, ReadError> {
    for &position in candidates {
        let stretch = Stretch {
            organisation,
            after: Position::new(position.get().saturating_sub(1)),
            head: position,
        };
        for bytes in read(store, stretch, 1)? {
            let record = RecordView::parse(&bytes).map_err(|error| ReadError::Damaged {
                organisation,
                position,
                source: Damage::Record(error),
            })?;
            if record.change_id() == change {
                return Ok(Some(position));
            }
        }
    }
    Ok(None)
}

/// Reads the records of a stretch until their sizes reach the budget; at least one if there is one.
pub(crate) fn read(
    store: &Store,
    stretch: Stretch,
    byte_budget: usize,
) -> Result<Vec<Bytes>, ReadError> {
    let Stretch {
        organisation,
        after,
        head,
    } = stretch;
    let mut records: Vec<Bytes> = Vec::new();
    if after >= head {
        return Ok(records);
    }
    let mut next = after.next();
    let damaged = |position, source| ReadError::Damaged {
        organisation,
        position,
        source,
    };
    let mut blocks = store
        .walk_from(organisation, next)
        .map_err(|error| damaged(next, Damage::Unreadable(error)))?;
    let mut left = byte_budget;
    while next <= head {
        let (key, block) = match blocks.next_block() {
            Ok(Some(found)) => found,
            Ok(None) => return Err(damaged(next, Damage::Absent)),
            Err(LoadError::Store(error)) => return Err(damaged(next, Damage::Unreadable(error))),
            Err(LoadError::Block { error, .. }) => return Err(damaged(next, Damage::Block(error))),
        };
        // Only the first block may start before the position that is wanted.
        let skip = next
            .get()
            .checked_sub(key.first.get())
            .filter(|_| records.is_empty());
        let skip = skip.or((key.first == next).then_some(0));
        let skip = skip.and_then(|skip| usize::try_from(skip).ok());
        let Some(skip) = skip.filter(|skip| *skip < block.count()) else {
            return Err(damaged(next, Damage::Gap { found: key.first }));
        };
        for record in block.records().skip(skip) {
            if next > head || (!records.is_empty() && record.len() > left) {
                return Ok(records);
            }
            left = left.saturating_sub(record.len());
            records.push(record);
            next = next.next();
        }
    }
    Ok(records)
}
