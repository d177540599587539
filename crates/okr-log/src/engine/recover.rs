//! Opening: one scan that verifies every block, record and root, and rebuilds what is kept in memory.
//!
//! ```text
//!   store --> blocks: checksum, density --> records: decode, order, uniqueness --> the caller's state
//!                         \
//!                          `--> second thread: leaf hashes, Merkle roots, comparison with the witness
//! ```

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::engine::block::Block;
use crate::engine::error::{Damage, OpenError, VisitError};
use crate::engine::index::ChangeIndex;
use crate::engine::key::BlockKey;
use crate::engine::store::{LoadError, Store};
use crate::engine::witness::{Testimony, Witness};
use crate::id::{LogId, Position, RecordedAt};
use crate::merkle::Frontier;
use crate::record::RecordView;

/// Blocks on their way to the hashing thread; bounds the memory of an opening.
const BLOCKS_IN_FLIGHT: usize = 64;

/// What sees every record while a log is opened, in order of organisation and position.
pub type Visitor<'a> = dyn FnMut(LogId, RecordView<'_>) -> Result<(), VisitError> + 'a;

/// What the scan found out about one organisation.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) position: Position,
    pub(crate) recorded_at: RecordedAt,
    pub(crate) index: ChangeIndex,
    pub(crate) frontier: Frontier,
}

/// The part of the scan that follows one organisation.
struct Progress {
    organisation: LogId,
    position: Position,
    recorded_at: RecordedAt,
    index: ChangeIndex,
}

/// Scans the whole store; what it returns agrees with the witness.
pub(crate) fn recover(
    store: &Store,
    witness: &Witness,
    visit: &mut Visitor<'_>,
) -> Result<HashMap<LogId, Recovered>, OpenError> {
    let (sender, receiver) = sync_channel(BLOCKS_IN_FLIGHT);
    let (scanned, hashed) = thread::scope(|scope| {
        let hasher = scope.spawn(move || hash_all(receiver, witness));
        let scanned = scan(store, witness, visit, &sender);
        // The hashing thread ends when nobody can send to it any more.
        drop(sender);
        (scanned, hasher.join())
    });
    let mut frontiers = match hashed {
        Ok(hashed) => hashed?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let mut recovered = HashMap::new();
    for progress in scanned? {
        let Progress {
            organisation,
            position,
            recorded_at,
            index,
        } = progress;
        let frontier = frontiers.remove(&organisation).unwrap_or_default();
        recovered.insert(
            organisation,
            Recovered {
                position,
                recorded_at,
                index,
                frontier,
            },
        );
    }
    check_lengths(&recovered, witness)?;
    Ok(recovered)
}

/// Reads every block in order; ends early, without an error of its own, when the hashing thread has found one.
fn scan(
    store: &Store,
    witness: &Witness,
    visit: &mut Visitor<'_>,
    hasher: &SyncSender<(LogId, Block)>,
) -> Result<Vec<Progress>, OpenError> {
    let mut done: Vec<Progress> = Vec::new();
    let mut blocks = store.walk();
    loop {
        let (key, block) = match blocks.next_block() {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(error) => return Err(unreadable(error, store, done.last())),
        };
        if done
            .last()
            .is_none_or(|progress| progress.organisation != key.organisation)
        {
            done.push(Progress::start(key.organisation, witness));
        }
        let progress = done
            .last_mut()
            .expect("the organisation of the block was just added");
        progress.take(key, &block, visit)?;
        if hasher.send((key.organisation, block)).is_err() {
            break;
        }
    }
    Ok(done)
}

impl Progress {
    fn start(organisation: LogId, witness: &Witness) -> Self {
        let expected = witness
            .get(organisation)
            .map_or(0, |testimony| testimony.position.get());
        // Only a hint: the index grows by itself.
        let capacity = usize::try_from(expected).unwrap_or(0).min(1 << 22);
        Self {
            organisation,
            position: Position::ZERO,
            recorded_at: RecordedAt::from_micros(i64::MIN),
            index: ChangeIndex::with_capacity(capacity),
        }
    }

    fn take(
        &mut self,
        key: BlockKey,
        block: &Block,
        visit: &mut Visitor<'_>,
    ) -> Result<(), OpenError> {
        if key.first != self.position.next() {
            return Err(self.damaged(Damage::Gap { found: key.first }));
        }
        for bytes in block.slices() {
            let record =
                RecordView::parse(bytes).map_err(|error| self.damaged(Damage::Record(error)))?;
            self.check(&record)?;
            visit(self.organisation, record).map_err(|source| OpenError::Refused {
                organisation: self.organisation,
                position: record.position(),
                source,
            })?;
            self.position = record.position();
            self.recorded_at = record.recorded_at();
        }
        Ok(())
    }

    fn check(&mut self, record: &RecordView<'_>) -> Result<(), OpenError> {
        if record.position() != self.position.next() {
            return Err(self.damaged(Damage::Position {
                found: record.position(),
            }));
        }
        if record.recorded_at() < self.recorded_at {
            let (found, previous) = (record.recorded_at(), self.recorded_at);
            return Err(self.damaged(Damage::RecordedAt { found, previous }));
        }
        let change = record.change_id();
        self.index
            .insert(change, record.position())
            .map_err(|first| self.damaged(Damage::Duplicate { change, first }))
    }

    fn damaged(&self, source: Damage) -> OpenError {
        let (organisation, position) = (self.organisation, self.position.next());
        OpenError::Damaged {
            organisation,
            position,
            source,
        }
    }
}

/// Says where the scan stopped, as well as it is known.
fn unreadable(error: LoadError, store: &Store, last: Option<&Progress>) -> OpenError {
    match (error, last) {
        (LoadError::Block { key, error }, _) => OpenError::Damaged {
            organisation: key.organisation,
            position: key.first,
            source: Damage::Block(error),
        },
        (LoadError::Store(error), Some(progress)) => progress.damaged(Damage::Unreadable(error)),
        (LoadError::Store(source), None) => OpenError::Store {
            path: store.path().to_owned(),
            source,
        },
    }
}

fn hash_all(
    blocks: Receiver<(LogId, Block)>,
    witness: &Witness,
) -> Result<HashMap<LogId, Frontier>, OpenError> {
    let mut frontiers: HashMap<LogId, Frontier> = HashMap::new();
    for (organisation, block) in blocks {
        let frontier = frontiers.entry(organisation).or_default();
        let testimony = witness.get(organisation);
        for bytes in block.slices() {
            // The scan has parsed the record before it sent the block.
            let Ok(record) = RecordView::parse(bytes) else {
                continue;
            };
            frontier.push(record.leaf_hash());
            compare(organisation, frontier, testimony)?;
        }
    }
    Ok(frontiers)
}

fn compare(
    organisation: LogId,
    frontier: &Frontier,
    testimony: Option<Testimony>,
) -> Result<(), OpenError> {
    let Some(testimony) = testimony.filter(|it| it.position.get() == frontier.size()) else {
        return Ok(());
    };
    let (found, witnessed) = (frontier.root(), testimony.root);
    if found != witnessed {
        let source = Damage::Root { found, witnessed };
        return Err(OpenError::Damaged {
            organisation,
            position: testimony.position,
            source,
        });
    }
    Ok(())
}

fn check_lengths(
    recovered: &HashMap<LogId, Recovered>,
    witness: &Witness,
) -> Result<(), OpenError> {
    let mut testimonies: Vec<(LogId, Testimony)> = witness.iter().collect();
    testimonies.sort_by_key(|(organisation, _)| *organisation);
    for (
        organisation,
        Testimony {
            position: witnessed,
            ..
        },
    ) in testimonies
    {
        let head = recovered
            .get(&organisation)
            .map_or(Position::ZERO, |found| found.position);
        if head < witnessed {
            let first_missing = head.next();
            return Err(OpenError::Missing {
                organisation,
                first_missing,
                witnessed,
            });
        }
    }
    Ok(())
}
