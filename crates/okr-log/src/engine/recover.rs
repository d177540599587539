//! Opening: one scan that verifies every block, record and root, and rebuilds what is kept in memory.
//!
//! ```text
//!   store, journal --> blocks: checksum, density --> records: decode, order --> the caller's state
//!                         \
//!                          `--> second thread: leaf hashes, Merkle roots against the witness, change ids
//! ```

use std::collections::{BTreeMap, HashMap, btree_map};
use std::iter::Peekable;
use std::num::NonZeroU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bytes::Bytes;

use crate::engine::block::Block;
use crate::engine::error::{Damage, OpenError, VisitError};
use crate::engine::key::BlockKey;
use crate::engine::positions::PositionIndex;
use crate::engine::read::{self, ReadError, Records, Stretch};
use crate::engine::store::{LoadError, Store, Walk};
use crate::engine::waypoint::Waypoints;
use crate::engine::witness::{Statement, Testimony, Witness};
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
    pub(crate) changes: PositionIndex,
    pub(crate) frontier: Frontier,
    pub(crate) waypoints: Waypoints,
}

/// The part of the scan that follows one organisation.
struct Progress {
    organisation: LogId,
    position: Position,
    recorded_at: RecordedAt,
}

/// The part of the second thread that follows one organisation.
struct Proof {
    organisation: LogId,
    statement: Option<Statement>,
    frontier: Frontier,
    changes: PositionIndex,
    waypoints: Waypoints,
}

/// Where the blocks of all logs are: in the store, and the newest perhaps only in the journal.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) store: &'a Store,
    pub(crate) journal: &'a BTreeMap<BlockKey, Block>,
}

/// What the scan found out.
pub(crate) struct Recovery {
    pub(crate) organisations: HashMap<LogId, Recovered>,
    /// The blocks that are in the journal and not in the store, in order.
    pub(crate) unstored: Vec<(BlockKey, Block)>,
}

/// Scans everything; what it returns agrees with the witness.
pub(crate) fn recover(
    source: Source<'_>,
    (witness, waypoints_every): (&Witness, NonZeroU64),
    visit: &mut Visitor<'_>,
) -> Result<Recovery, OpenError> {
    let (sender, receiver) = sync_channel(BLOCKS_IN_FLIGHT);
    let (scanned, proved) = thread::scope(|scope| {
        let prover = scope.spawn(move || prove_all(receiver, source, (witness, waypoints_every)));
        let scanned = scan(source, visit, &sender);
        // The second thread ends when nobody can send to it any more.
        drop(sender);
        (scanned, prover.join())
    });
    let proved = match proved {
        Ok(proved) => proved?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let (scanned, unstored) = scanned?;
    let recovered = scanned.into_iter().zip(proved).map(|(progress, proof)| {
        let Progress {
            organisation,
            position,
            recorded_at,
        } = progress;
        let Proof {
            frontier,
            changes,
            waypoints,
            ..
        } = proof;
        (
            organisation,
            Recovered {
                position,
                recorded_at,
                changes,
                frontier,
                waypoints,
            },
        )
    });
    let recovered = recovered.collect();
    check_lengths(&recovered, witness)?;
    Ok(Recovery {
        organisations: recovered,
        unstored,
    })
}

/// Blocks from both places, in order of their keys.
struct Blocks<'a> {
    walk: Walk<'a>,
    /// The next one in the store, once it was read.
    stored: Option<(BlockKey, Block)>,
    journal: Peekable<btree_map::Iter<'a, BlockKey, Block>>,
}

/// Whether a block is in the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Store,
    Journal,
}

impl<'a> Blocks<'a> {
    fn of(source: Source<'a>) -> Self {
        Self {
            walk: source.store.walk(),
            stored: None,
            journal: source.journal.iter().peekable(),
        }
    }

    fn next_block(&mut self) -> Result<Option<(Place, BlockKey, Block)>, LoadError> {
        if self.stored.is_none() {
            self.stored = self.walk.next_block()?;
        }
        let stored = self.stored.as_ref().map(|(key, _)| *key);
        let sooner = |(key, _): &(&BlockKey, &Block)| stored.is_none_or(|stored| **key < stored);
        if let Some((key, block)) = self.journal.next_if(sooner) {
            return Ok(Some((Place::Journal, *key, block.clone())));
        }
        let stored = self.stored.take();
        Ok(stored.map(|(key, block)| (Place::Store, key, block)))
    }
}

/// What a scan has seen of each organisation, and the blocks that are not in the store.
type Scanned = (Vec<Progress>, Vec<(BlockKey, Block)>);

/// Reads every block in order; ends early, without an error of its own, when the second thread has found one.
fn scan(
    source: Source<'_>,
    visit: &mut Visitor<'_>,
    prover: &SyncSender<(LogId, Block)>,
) -> Result<Scanned, OpenError> {
    let mut done: Vec<Progress> = Vec::new();
    let mut unstored = Vec::new();
    let mut blocks = Blocks::of(source);
    loop {
        let (place, key, block) = match blocks.next_block() {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(error) => return Err(unreadable(error, source.store, done.last())),
        };
        if done
            .last()
            .is_none_or(|progress| progress.organisation != key.organisation)
        {
            done.push(Progress::start(key.organisation));
        }
        let progress = done
            .last_mut()
            .expect("the organisation of the block was just added");
        if place == Place::Journal {
            if key.last(&block) <= progress.position {
                // It was moved before the mark could say so.
                continue;
            }
            unstored.push((key, block.clone()));
        }
        progress.take(key, &block, visit)?;
        if prover.send((key.organisation, block)).is_err() {
            break;
        }
    }
    Ok((done, unstored))
}

impl Source<'_> {
    /// Reads the record at a position that was scanned.
    fn record(self, organisation: LogId, position: Position) -> Result<Option<Bytes>, ReadError> {
        let until = BlockKey::new(organisation, position);
        if let Some((key, block)) = self.journal.range(..=until).next_back()
            && key.organisation == organisation
            && key.last(block) >= position
        {
            let before = position.get() - key.first.get();
            let before = usize::try_from(before).unwrap_or(usize::MAX);
            return Ok(block.records().nth(before));
        }
        let mut records = Records::within(1);
        let stretch = Stretch {
            organisation,
            after: Position::new(position.get().saturating_sub(1)),
            until: position,
        };
        read::read(self.store, stretch, &mut records)?;
        Ok(records.into_vec().into_iter().next())
    }
}

impl Progress {
    fn start(organisation: LogId) -> Self {
        let recorded_at = RecordedAt::from_micros(i64::MIN);
        Self {
            organisation,
            position: Position::ZERO,
            recorded_at,
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

    fn check(&self, record: &RecordView<'_>) -> Result<(), OpenError> {
        if record.position() != self.position.next() {
            return Err(self.damaged(Damage::Position {
                found: record.position(),
            }));
        }
        if record.recorded_at() < self.recorded_at {
            let (found, previous) = (record.recorded_at(), self.recorded_at);
            return Err(self.damaged(Damage::RecordedAt { found, previous }));
        }
        Ok(())
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

fn prove_all(
    blocks: Receiver<(LogId, Block)>,
    source: Source<'_>,
    (witness, waypoints_every): (&Witness, NonZeroU64),
) -> Result<Vec<Proof>, OpenError> {
    let mut proofs: Vec<Proof> = Vec::new();
    for (organisation, block) in blocks {
        if proofs
            .last()
            .is_none_or(|proof| proof.organisation != organisation)
        {
            proofs.push(Proof::start(
                source.store,
                organisation,
                (witness, waypoints_every),
            ));
        }
        let proof = proofs
            .last_mut()
            .expect("the organisation of the block was just added");
        for bytes in block.slices() {
            // The scan has parsed the record before it sent the block.
            if let Ok(record) = RecordView::parse(bytes) {
                proof.take(source, &record)?;
            }
        }
    }
    Ok(proofs)
}

impl Proof {
    fn start(
        store: &Store,
        organisation: LogId,
        (witness, waypoints_every): (&Witness, NonZeroU64),
    ) -> Self {
        Self {
            organisation,
            statement: witness.get(organisation),
            frontier: Frontier::new(),
            changes: PositionIndex::new(store.path().parent()),
            waypoints: Waypoints::new(waypoints_every),
        }
    }

    fn take(&mut self, source: Source<'_>, record: &RecordView<'_>) -> Result<(), OpenError> {
        let (change, position) = (record.change_id(), record.position());
        let damaged = |source| OpenError::Damaged {
            organisation: self.organisation,
            position,
            source,
        };
        let positions = self.changes.positions(change.0);
        let candidates = positions.map_err(|source| OpenError::Index {
            organisation: self.organisation,
            source,
        })?;
        let read = |position| source.record(self.organisation, position);
        if let Some(first) = read::find((self.organisation, change), &candidates, read)? {
            return Err(damaged(Damage::Duplicate { change, first }));
        }
        self.changes.insert(change.0, position);
        self.frontier.push(record.leaf_hash());
        self.waypoints.pass(&self.frontier);
        let Some(Statement {
            acknowledged,
            pending,
        }) = self.statement
        else {
            return Ok(());
        };
        let witnessed = [acknowledged, pending]
            .into_iter()
            .find(|it| it.position == position);
        match witnessed.map(|testimony| testimony.root) {
            Some(witnessed) if witnessed != self.frontier.root() => Err(damaged(Damage::Root {
                found: self.frontier.root(),
                witnessed,
            })),
            Some(_) | None => Ok(()),
        }
    }
}

fn check_lengths(
    recovered: &HashMap<LogId, Recovered>,
    witness: &Witness,
) -> Result<(), OpenError> {
    let mut statements: Vec<(LogId, Statement)> = witness.iter().collect();
    statements.sort_by_key(|(organisation, _)| *organisation);
    for (organisation, Statement { acknowledged, .. }) in statements {
        let Testimony {
            position: witnessed,
            ..
        } = acknowledged;
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
