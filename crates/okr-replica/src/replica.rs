//! The replica: one SQLite file in a directory, opened by as many processes as like.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

use okr_core::admit::Context;
use okr_core::change::Change;
use okr_core::decide::{Decision, Proposal, decide};
use okr_core::id::Position;
use okr_core::rejection::Rejection;
use okr_core::view::Overlay;
use okr_core::{Date, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::ReplicaError;
use crate::meta::{self, NewReplica, RemoteInfo, ReplicaInfo};
use crate::operation::{self, Mark, Operation};
use crate::reading::{Numbers, Queue};
use crate::rebase::{self, Bench};
use crate::schema::Unwritable;
use crate::{erasure, ingest, pending, record, schema, upgrade};

/// The offline copy of one organisation's history.
#[derive(Debug)]
pub struct Replica {
    db: Connection,
    /// The command that writes, if it is to be kept.
    pub(crate) operation: Option<Operation>,
    /// How many readings share the snapshot that is open, if any.
    readings: Cell<usize>,
    /// What waits and fits, as the open snapshot has it: admitted once for all of its readings.
    queue: RefCell<Option<Arc<Queue>>>,
    /// What the readings of the open snapshot came across.
    numbers: Numbers,
    /// The file, where it cannot be written and is read without locks.
    unwritable: Option<Unwritable>,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// It was written, or would be.
    Written(Change),
    /// Everything is already as wanted.
    NothingToDo,
    /// The rules refuse.
    Rejected(Rejection),
}

impl Replica {
    /// Makes a replica in a directory, which is made too if need be.
    ///
    /// # Errors
    /// [`ReplicaError::Exists`] when there is one already; the store's failures.
    pub fn create(dir: &Path, new: &NewReplica) -> Result<Self, ReplicaError> {
        let db = schema::create(dir, |db| meta::found(db, new))?;
        Ok(Self::of(db))
    }

    /// Opens the replica in a directory, and reads again what an older program did not understand.
    ///
    /// Where the file cannot be written it is opened to look at it only ([`Replica::unwritable`]).
    ///
    /// # Errors
    /// [`ReplicaError::Missing`], [`ReplicaError::Newer`], [`ReplicaError::NewerVocabulary`],
    /// [`ReplicaError::Damaged`], [`ReplicaError::Busy`] and [`ReplicaError::Io`]; where it cannot be
    /// written [`ReplicaError::Older`], [`ReplicaError::Unfinished`] and [`ReplicaError::LeftBeside`].
    pub fn open(dir: &Path) -> Result<Self, ReplicaError> {
        let mut db = match schema::open(dir) {
            Ok(db) => db,
            Err(error) => return Self::open_unwritable(dir, error),
        };
        match catch_up(&mut db) {
            Ok(()) => Ok(Self::of(db)),
            Err(ReplicaError::ReadOnly) => Err(ReplicaError::Unfinished),
            Err(error) => Err(error),
        }
    }

    /// Opens the replica in a directory to look at it only: nothing is written, nothing that an older
    /// program left is brought up to date, and no other process is waited for.
    ///
    /// # Errors
    /// As [`Replica::open`], [`ReplicaError::Older`] and [`ReplicaError::Unfinished`].
    pub fn open_to_read(dir: &Path) -> Result<Self, ReplicaError> {
        match schema::open_to_read(dir) {
            Ok(db) => Self::finished(db),
            Err(error) => Self::open_unwritable(dir, error),
        }
    }

    /// Opens a replica that could not be opened otherwise, if that is because it cannot be written.
    fn open_unwritable(dir: &Path, error: ReplicaError) -> Result<Self, ReplicaError> {
        // What was read is no reason to look whether it can be written.
        if !matches!(error, ReplicaError::Io(_) | ReplicaError::ReadOnly) {
            return Err(error);
        }
        let Some(unwritable) = Unwritable::find(dir)? else {
            return Err(error);
        };
        let replica = Self::finished(unwritable.connect()?)?;
        Ok(Self {
            unwritable: Some(unwritable),
            ..replica
        })
    }

    /// Takes a file that is to be looked at only, unless something is left to do in it.
    fn finished(db: Connection) -> Result<Self, ReplicaError> {
        if ingest::is_put_off(&db)? || upgrade::is_behind(&db)? || erasure::is_due(&db)? {
            return Err(ReplicaError::Unfinished);
        }
        Ok(Self::of(db))
    }

    /// Returns the file where it cannot be written: whoever read it asks whether somebody else wrote it.
    pub const fn unwritable(&self) -> Option<&Unwritable> {
        self.unwritable.as_ref()
    }

    /// Looks through the file for damage of its pages, and says what is the first found.
    ///
    /// What the pages say is another matter: that is what verifying is for.
    ///
    /// # Errors
    /// The store's failures.
    pub fn file_fault(&self) -> Result<Option<String>, ReplicaError> {
        let sql = "PRAGMA quick_check(1)";
        let found: String = self.db.query_row(sql, [], |row| row.get(0))?;
        Ok((found != "ok").then_some(found))
    }

    /// Makes a replica that goes away when it is dropped.
    pub(crate) fn temporary(new: &NewReplica) -> Result<Self, ReplicaError> {
        Ok(Self::of(schema::create_temporary(|db| {
            meta::found(db, new)
        })?))
    }

    fn of(db: Connection) -> Self {
        Self {
            db,
            operation: None,
            readings: Cell::new(0),
            queue: RefCell::new(None),
            numbers: Numbers::default(),
            unwritable: None,
        }
    }

    pub(crate) const fn db(&self) -> &Connection {
        &self.db
    }

    /// Does something in a transaction that no other process can write during.
    ///
    /// What it wrote is durable when this returns; nothing is, when it fails.
    pub(crate) fn write<T, E: From<ReplicaError>>(
        &mut self,
        step: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(ReplicaError::from)?;
        let mark = Mark::set(&transaction)?;
        let done = step(&transaction)?;
        if let Some(operation) = &self.operation {
            operation::note(&transaction, operation, mark)?;
        }
        transaction.commit().map_err(ReplicaError::from)?;
        Ok(done)
    }

    /// As [`Replica::write`], but what it wrote may be lost in a power cut.
    pub(crate) fn write_unsynced<T>(
        &mut self,
        step: impl FnOnce(&Connection) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        self.db.pragma_update(None, "synchronous", "normal")?;
        let done = self.write(step);
        self.db.pragma_update(None, "synchronous", "full")?;
        done
    }

    /// Returns how the replica stands.
    ///
    /// # Errors
    /// The store's failures.
    pub fn info(&self) -> Result<ReplicaInfo, ReplicaError> {
        meta::info(&self.db)
    }

    /// Gives a workspace that had none a server.
    ///
    /// # Errors
    /// [`ReplicaError::Connected`] when it has another one; the store's failures.
    pub fn connect(&mut self, remote: &RemoteInfo) -> Result<(), ReplicaError> {
        self.write(|db| match meta::remote(db)? {
            // The address may change; what is pinned may not.
            Some(known)
                if (&known.origin, &known.verifier_key)
                    != (&remote.origin, &remote.verifier_key) =>
            {
                Err(ReplicaError::Connected {
                    known: Box::new(known),
                    offered: Box::new(remote.clone()),
                })
            }
            Some(_) | None => meta::set_remote(db, remote),
        })
    }

    /// Decides on the current state (confirmed and pending) and writes the change that follows.
    ///
    /// The change is durable when this returns.
    ///
    /// # Errors
    /// [`ReplicaError::TooLarge`] and [`ReplicaError::ChangeExists`]; the store's failures. Nothing
    /// was written then.
    pub fn propose(&mut self, proposal: Proposal, today: Date) -> Result<Proposed, ReplicaError> {
        self.write(|db| {
            let proposed = judge(db, proposal, today)?;
            if let Proposed::Written(change) = &proposed {
                if record::find_exact(db, change.id)?.is_some() {
                    return Err(ReplicaError::ChangeExists { id: change.id });
                }
                pending::append(db, change, &pending::encode(change)?)?;
            }
            Ok(proposed)
        })
    }

    /// Says what [`Replica::propose`] would do, and writes nothing.
    ///
    /// # Errors
    /// The store's failures.
    pub fn preview(&self, proposal: Proposal, today: Date) -> Result<Proposed, ReplicaError> {
        let snapshot = self.snapshot()?;
        judge(snapshot.db, proposal, today)
    }

    /// Returns the newest position recorded at or before a moment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn position_at(&self, recorded_until: Timestamp) -> Result<Position, ReplicaError> {
        let snapshot = self.snapshot()?;
        let head = meta::head(snapshot.db)?;
        record::position_at(snapshot.db, head, recorded_until.as_microsecond())
    }

    /// Keeps the state from changing under a reader until the snapshot is dropped.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>, ReplicaError> {
        let open = self.readings.get();
        if let Some(unwritable) = &self.unwritable {
            unwritable.check()?;
        }
        if open == 0 && self.db.is_autocommit() {
            self.db.prepare_cached("BEGIN")?.execute([])?;
        }
        self.readings.set(open + 1);
        Ok(Snapshot {
            db: &self.db,
            readings: &self.readings,
            queue: &self.queue,
            numbers: &self.numbers,
        })
    }
}

/// A state that does not change while it is held; several may be held of the same one.
#[derive(Debug)]
pub(crate) struct Snapshot<'r> {
    pub(crate) db: &'r Connection,
    readings: &'r Cell<usize>,
    queue: &'r RefCell<Option<Arc<Queue>>>,
    pub(crate) numbers: &'r Numbers,
}

impl<'r> Snapshot<'r> {
    /// Holds the same state once more.
    pub(crate) fn share(&self) -> Snapshot<'r> {
        self.readings.set(self.readings.get() + 1);
        Snapshot {
            db: self.db,
            readings: self.readings,
            queue: self.queue,
            numbers: self.numbers,
        }
    }
}

impl Snapshot<'_> {
    /// Returns the pending changes that fit; they are admitted again once for each snapshot.
    pub(crate) fn queue(&self) -> Result<Arc<Queue>, ReplicaError> {
        let known = self.queue.borrow().clone();
        if let Some(queue) = known {
            return Ok(queue);
        }
        let queue = Arc::new(Queue::load(self.db)?);
        self.queue.replace(Some(Arc::clone(&queue)));
        Ok(queue)
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let open = self.readings.get() - 1;
        self.readings.set(open);
        if open == 0 {
            self.queue.replace(None);
            self.numbers.forget();
        }
        if open == 0 && !self.db.is_autocommit() {
            // Nothing was written, and closing the connection ends it as well.
            let _ended = self
                .db
                .prepare_cached("COMMIT")
                .and_then(|mut statement| statement.execute([]));
        }
    }
}

/// Does what an older program, or one that was killed, has left.
fn catch_up(db: &mut Connection) -> Result<(), ReplicaError> {
    ingest::catch_up(db)?;
    erasure::catch_up(db)?;
    upgrade::catch_up(db)
}

/// Decides on everything confirmed and everything pending that fits.
fn judge(db: &Connection, proposal: Proposal, today: Date) -> Result<Proposed, ReplicaError> {
    let bench = Bench::read(db)?;
    let view = rebase::head_view(db)?;
    let mut overlay = Overlay::new(&view);
    rebase::rebase_onto(&mut overlay, bench, pending::all(db)?)?;
    let context = Context::new(bench.me, today);
    Ok(match decide(&overlay, &context, bench.org, proposal)? {
        Decision::Change(change) => {
            upgrade::refuse_unknown(db, &overlay, &change)?;
            Proposed::Written(change)
        }
        Decision::NothingToDo => Proposed::NothingToDo,
        Decision::Rejected(rejection) => {
            // What the rules say about something that is not known in full means nothing.
            if let Some(entity) = rejection.subject() {
                upgrade::refuse_marked(db, entity)?;
            }
            Proposed::Rejected(rejection)
        }
    })
}

#[cfg(test)]
mod tests;
