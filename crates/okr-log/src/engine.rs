//! The log itself, on sled: create, open, append, read, follow.
//!
//! Every acknowledged record survives a power cut, and a log that lost one does not open (FORMAT.md sections 5 to 9).

mod append;
mod block;
mod board;
mod cache;
mod clerk;
mod directory;
mod erased;
mod error;
mod fault;
mod intake;
mod journal;
mod key;
mod manifest;
mod merge;
mod mover;
mod open;
mod positions;
mod read;
mod recent;
mod recover;
mod renewal;
mod store;
mod survey;
mod tail;
mod waypoint;
mod witness;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;

pub use self::append::{AppendFailure, AppendOutcome, Appender, Batch, BatchError};
pub use self::block::BlockError;
pub use self::directory::FileError;
pub use self::error::{CreateError, Damage, OpenError, VisitError};
pub use self::fault::{FaultHook, Step};
pub use self::manifest::DIRECTORY_FORMAT;
pub use self::open::directory_format;
pub use self::positions::{IndexError, PositionIndex};
pub use self::read::ReadError;
pub use self::recover::Visitor;
pub use self::renewal::renew_format;
pub use self::store::StoreError;
pub use self::survey::{Survey, survey};
pub use self::waypoint::Waypoint;

use self::append::{End, Writer};
use self::board::Failure;
use self::directory::DirectoryLock;
use self::erased::Erased;
use self::read::{Records, Stretch};
use self::recent::Recent;
use self::store::Store;
use self::waypoint::Waypoints;
use crate::hash::Hash;
use crate::id::{ChangeId, LogId, Position, RecordedAt};
use crate::merkle::Frontier;

/// Memory that the store may use to keep pages, in bytes, unless the options say otherwise.
const DEFAULT_CACHE_BYTES: u64 = 32 * 1024 * 1024;

/// Called with the new end of a log after each durable append, on the appender's thread; it must not block.
pub type Observer = Box<dyn Fn(LogId, Head) + Send + Sync>;

/// How a log is opened.
#[derive(Clone)]
pub struct LogOptions {
    cache_bytes: u64,
    waypoints_every: NonZeroU64,
    faults: Option<FaultHook>,
}

/// The durable end of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The newest position; [`Position::ZERO`] when the log is empty.
    pub position: Position,
    /// The Merkle root over all records.
    pub root: Hash,
    /// When the newest record was appended; the smallest moment when there is none.
    pub recorded_at: RecordedAt,
}

/// An open data directory: one log for each organisation.
///
/// Handles are cheap to clone and all speak of the same logs; the directory is released when the last handle and the
/// appender are gone. An organisation exists from its first record on.
#[derive(Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

/// What handles and the appender share. The lock is the last field, so it is released last.
pub(crate) struct Shared {
    store: Arc<Store>,
    /// Where indexes may keep what is old.
    directory: PathBuf,
    organisations: RwLock<HashMap<LogId, Arc<Organisation>>>,
    erased: Erased,
    waypoints_every: NonZeroU64,
    observers: RwLock<Vec<Observer>>,
    failure: Failure,
    /// Waits here for the appender.
    writer: Mutex<Option<Writer>>,
    _lock: DirectoryLock,
}

/// The durable part of one log, as kept in memory.
pub(crate) struct Organisation {
    state: RwLock<OrganisationState>,
}

struct OrganisationState {
    head: Head,
    changes: PositionIndex,
    waypoints: Waypoints,
    recent: Recent,
}

impl LogOptions {
    /// Makes the usual options.
    pub fn new() -> Self {
        Self {
            cache_bytes: DEFAULT_CACHE_BYTES,
            waypoints_every: waypoint::RECORDS_BETWEEN,
            faults: None,
        }
    }

    /// Sets how much memory the store may use to keep pages, in bytes; it is a rough bound.
    pub fn cache_bytes(mut self, bytes: u64) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Sets after how many records each the root is remembered, 131,072 unless set.
    pub fn waypoints_every(mut self, records: NonZeroU64) -> Self {
        self.waypoints_every = records;
        self
    }

    /// Sets what is asked before each step of making a group durable; for tests.
    pub fn faults(mut self, hook: FaultHook) -> Self {
        self.faults = Some(hook);
        self
    }
}

impl Default for LogOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl Head {
    /// The end of a log without records.
    pub const EMPTY: Self = Self {
        position: Position::ZERO,
        root: Frontier::EMPTY_ROOT,
        recorded_at: RecordedAt::from_micros(i64::MIN),
    };
}

impl Log {
    /// Makes a new log in a directory that is missing or empty, durably, and opens it.
    ///
    /// # Errors
    ///
    /// `NotEmpty` and `NotADirectory` for what is there already, `File` and `Store` when the system refuses.
    pub fn create(directory: &Path, options: LogOptions) -> Result<Self, CreateError> {
        open::create(directory)?;
        Self::open(directory, options).map_err(|error| CreateError::Open(Box::new(error)))
    }

    /// Opens a log, verifying all of it.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; the directory is left as it was.
    pub fn open(directory: &Path, options: LogOptions) -> Result<Self, OpenError> {
        Self::open_with(directory, options, &mut |_, _| Ok(()))
    }

    /// Opens a log, verifying all of it, and shows every record to `visit` in the same scan.
    ///
    /// Records come in order of organisation and position. What was built from them must be thrown away when opening
    /// fails: the last check of all is the one against the witness.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; `Refused` carries the error of `visit`.
    pub fn open_with(
        directory: &Path,
        options: LogOptions,
        visit: &mut Visitor<'_>,
    ) -> Result<Self, OpenError> {
        let shared = open::open(directory, options, visit)?;
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Returns the appender, once; `None` when it has been taken.
    pub fn appender(&self) -> Option<Appender> {
        let mut writer = self
            .shared
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        writer
            .take()
            .map(|writer| Appender::new(Arc::clone(&self.shared), writer))
    }

    /// Returns the durable end of a log; that of an unknown organisation is empty.
    pub fn head(&self, organisation: LogId) -> Head {
        self.shared.head(organisation)
    }

    /// Returns all organisations with the durable ends of their logs, in order of their ids.
    pub fn organisations(&self) -> Vec<(LogId, Head)> {
        let organisations = read_lock(&self.shared.organisations);
        let mut heads: Vec<(LogId, Head)> = organisations
            .iter()
            .map(|(id, organisation)| (*id, organisation.head()))
            .collect();
        heads.sort_by_key(|(id, _)| *id);
        heads
    }

    /// Returns the first place after a position of which the root is remembered; it is durable.
    pub fn waypoint_after(&self, organisation: LogId, after: Position) -> Option<Waypoint> {
        let found = self.shared.organisation(organisation)?;
        read_lock(&found.state).waypoints.after(after)
    }

    /// Returns where a change stands in a log, if it is there and durable.
    ///
    /// # Errors
    ///
    /// `Index` and `Damaged` when what is needed to know it cannot be read any more.
    pub fn position_of(
        &self,
        organisation: LogId,
        change: ChangeId,
    ) -> Result<Option<Position>, ReadError> {
        self.shared.position_of(organisation, change)
    }

    /// Prepares to look up changes that are probably not there: [`Log::position_of`] of many, one after the other, takes
    /// less time then.
    pub fn prefetch(&self, organisation: LogId, changes: impl IntoIterator<Item = ChangeId>) {
        if let Some(known) = self.shared.organisation(organisation) {
            known.prefetch(changes);
        }
    }

    /// Reads encoded records after a position, in order, until their sizes would exceed `byte_budget`.
    ///
    /// Gives at least one record if there is one, and never one that is not durable. The records share the memory of
    /// the block they lie in.
    ///
    /// # Errors
    ///
    /// `Damaged` when a block that was durable cannot be read any more.
    pub fn read(
        &self,
        organisation: LogId,
        after: Position,
        byte_budget: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let records = match self.shared.organisation(organisation) {
            Some(known) => known.read(&self.shared.store, (organisation, after), byte_budget)?,
            None => Vec::new(),
        };
        Ok(self.shared.erased.apply((organisation, after), records))
    }

    /// Reads as [`Log::read`] does, but only what was appended a moment ago and is still in memory: it never waits for
    /// the disk. Gives nothing when the record after `after` is not there any more, or not yet.
    pub fn read_recent(
        &self,
        organisation: LogId,
        after: Position,
        byte_budget: usize,
    ) -> Vec<Bytes> {
        let Some(found) = self.shared.organisation(organisation) else {
            return Vec::new();
        };
        let mut records = Records::within(byte_budget);
        read_lock(&found.state).recent.give(after, &mut records);
        self.shared
            .erased
            .apply((organisation, after), records.into_vec())
    }

    /// Lets nobody read texts of a record any more, numbered from 0: [`Log::read`] gives their hashes instead.
    ///
    /// Nothing is written: whoever knows of the erasure says so again after each opening. The bytes leave the files
    /// when what is read is written into a new log.
    pub fn erase(&self, organisation: LogId, position: Position, texts: &BTreeSet<u16>) {
        self.shared.erased.add(organisation, position, texts);
    }

    /// Returns how many records of all organisations have texts that nobody reads any more.
    pub fn erased_records(&self) -> usize {
        self.shared.erased.records()
    }

    /// Registers an observer of durable appends.
    pub fn on_durable(&self, observer: Observer) {
        write_lock(&self.shared.observers).push(observer);
    }

    /// Returns the failure after which nothing more is written until the log is reopened.
    pub fn failure(&self) -> Option<AppendFailure> {
        self.shared.failure.get().cloned()
    }

    /// Releases this handle, and the directory if it was the last one.
    ///
    /// There is nothing to save: whatever was acknowledged is durable already, and dropping does the same.
    pub fn close(self) {
        drop(self);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Log")
            .field("organisations", &self.organisations())
            .finish()
    }
}

impl Shared {
    fn organisation(&self, organisation: LogId) -> Option<Arc<Organisation>> {
        read_lock(&self.organisations)
            .get(&organisation)
            .map(Arc::clone)
    }

    fn head(&self, organisation: LogId) -> Head {
        self.organisation(organisation)
            .map_or(Head::EMPTY, |found| found.head())
    }

    fn position_of(
        &self,
        organisation: LogId,
        change: ChangeId,
    ) -> Result<Option<Position>, ReadError> {
        match self.organisation(organisation) {
            Some(known) => known.position_of(&self.store, organisation, change),
            None => Ok(None),
        }
    }

    /// Lets go of what is in the store now.
    fn settle(&self, organisation: LogId, stored: Position) {
        if let Some(known) = self.organisation(organisation) {
            write_lock(&known.state).recent.settle(stored);
        }
    }

    /// Makes records visible that have just become durable.
    fn publish(&self, end: &End) {
        let End {
            organisation,
            head,
            ref changes,
            ref waypoints,
            ref records,
            ..
        } = *end;
        let known = self.organisation(organisation).unwrap_or_else(|| {
            let mut organisations = write_lock(&self.organisations);
            let empty = || {
                let changes = PositionIndex::new(Some(&self.directory));
                let waypoints = Waypoints::new(self.waypoints_every);
                Arc::new(Organisation::new(Head::EMPTY, changes, waypoints))
            };
            Arc::clone(organisations.entry(organisation).or_insert_with(empty))
        });
        let mut state = write_lock(&known.state);
        for (change, position) in changes {
            state.changes.insert(change.0, *position);
        }
        state.waypoints.extend(waypoints);
        state.recent.extend(head.position, records);
        state.head = head;
        drop(state);
        for observer in read_lock(&self.observers).iter() {
            observer(organisation, head);
        }
    }
}

impl Organisation {
    fn new(head: Head, changes: PositionIndex, waypoints: Waypoints) -> Self {
        Self {
            state: RwLock::new(OrganisationState {
                recent: Recent::after_all(head.position),
                head,
                changes,
                waypoints,
            }),
        }
    }

    fn head(&self) -> Head {
        read_lock(&self.state).head
    }

    /// Prepares to look changes up.
    fn prefetch(&self, changes: impl IntoIterator<Item = ChangeId>) {
        let ids = changes.into_iter().map(|change| change.0);
        read_lock(&self.state).changes.prefetch(ids);
    }

    /// Returns where a change stands; `organisation` is whose log this is.
    fn position_of(
        &self,
        store: &Store,
        organisation: LogId,
        change: ChangeId,
    ) -> Result<Option<Position>, ReadError> {
        let candidates = read_lock(&self.state).changes.positions(change.0);
        let candidates = candidates.map_err(|source| ReadError::Index {
            organisation,
            source,
        })?;
        let record = |position: Position| {
            let before = Position::new(position.get().saturating_sub(1));
            let records = self.read(store, (organisation, before), 1)?;
            Ok(records.into_iter().next())
        };
        read::find((organisation, change), &candidates, record)
    }

    /// Reads durable records after a position: those that are not in the store yet, or were a moment ago, from memory.
    fn read(
        &self,
        store: &Store,
        (organisation, after): (LogId, Position),
        byte_budget: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let mut records = Records::within(byte_budget);
        loop {
            let next = Position::new(after.get().saturating_add(records.len() as u64));
            let state = read_lock(&self.state);
            if next >= state.head.position || state.recent.give(next, &mut records) {
                return Ok(records.into_vec());
            }
            let until = state.recent.first_before();
            drop(state);
            let stretch = Stretch {
                organisation,
                after: next,
                until,
            };
            if !read::read(store, stretch, &mut records)? {
                return Ok(records.into_vec());
            }
        }
    }
}

// A panic while a lock is held cannot leave these half-changed in a way that matters: heads are copied whole.
fn read_lock<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write_lock<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
