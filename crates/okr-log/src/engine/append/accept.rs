//! Deciding which batches of a call may be appended, before anything is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::engine::append::{AppendFailure, AppendOutcome, Batch, BatchError};
use crate::engine::fault::Step;
use crate::engine::read::ReadError;
use crate::engine::store::StoreError;
use crate::engine::{Head, Shared};
use crate::id::{ChangeId, LogId, Position, RecordedAt};

/// What one call has accepted so far; a batch may follow another one of the same organisation.
#[derive(Default)]
pub(super) struct Accepted {
    tails: HashMap<LogId, Tail>,
    /// Hashed with a random seed, because members of an organisation choose the ids.
    changes: HashSet<(LogId, ChangeId), RandomState>,
}

/// The end of a log, counting what this call has accepted and not yet made durable.
#[derive(Clone, Copy)]
struct Tail {
    position: Position,
    recorded_at: RecordedAt,
}

impl Accepted {
    /// Accepts a batch, or says what becomes of it.
    pub(super) fn accept(&mut self, shared: &Shared, batch: &Batch) -> Result<(), AppendOutcome> {
        let organisation = batch.organisation;
        let tail = self.tails.get(&organisation).copied().unwrap_or_else(|| {
            let Head {
                position,
                recorded_at,
                ..
            } = shared.head(organisation);
            Tail {
                position,
                recorded_at,
            }
        });
        if tail.position != batch.expected_head {
            return Err(AppendOutcome::Conflict {
                head: tail.position,
            });
        }
        let end = self.check(shared, batch, tail)?;
        self.changes.extend(
            batch
                .records
                .iter()
                .map(|record| (organisation, record.change_id)),
        );
        self.tails.insert(organisation, end);
        Ok(())
    }

    fn check(&self, shared: &Shared, batch: &Batch, mut tail: Tail) -> Result<Tail, AppendOutcome> {
        if batch.records.is_empty() {
            return Err(invalid(BatchError::Empty));
        }
        let mut own =
            HashSet::with_capacity_and_hasher(batch.records.len(), RandomState::default());
        let known = shared.organisation(batch.organisation);
        if let Some(known) = &known {
            known.prefetch(batch.records.iter().map(|record| record.change_id));
        }
        for record in &batch.records {
            let (position, change) = (record.position, record.change_id);
            let expected = tail.position.next();
            if position != expected {
                return Err(invalid(BatchError::Position {
                    found: position,
                    expected,
                }));
            }
            if record.recorded_at < tail.recorded_at {
                return Err(invalid(BatchError::RecordedAt { position }));
            }
            record
                .check_limits()
                .map_err(|limit| invalid(BatchError::Limit { position, limit }))?;
            let durable = match &known {
                Some(known) => known.position_of(&shared.store, batch.organisation, change),
                None => Ok(None),
            };
            let durable = durable.map_err(|error| unreadable(shared, error))?;
            let accepted = self.changes.contains(&(batch.organisation, change));
            if durable.is_some() || accepted || !own.insert(change) {
                return Err(invalid(BatchError::Duplicate { position, change }));
            }
            tail = Tail {
                position,
                recorded_at: record.recorded_at,
            };
        }
        Ok(tail)
    }
}

const fn invalid(error: BatchError) -> AppendOutcome {
    AppendOutcome::Invalid { error }
}

/// Ends appending: without the index nobody knows whether a change is in the log already. Opening makes it anew.
fn unreadable(shared: &Shared, error: ReadError) -> AppendOutcome {
    let cause = shared.failure.get_or_init(|| AppendFailure {
        step: Step::LookUpChanges,
        source: Arc::new(StoreError::Unreadable(Box::new(error))),
    });
    AppendOutcome::Refused {
        cause: cause.clone(),
    }
}
