//! Taking confirmed records in: verified, evolved and stored in one transaction per checkpoint.
//!
//! Nothing of it is visible before a signed checkpoint vouches for all of it, and a crash, an error
//! or a drop on the way leaves the replica as it was.

mod again;
pub(crate) mod days;
mod evolve;
mod load;
mod put_off;
mod reader;
mod rewrite;
mod rows;

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::id::{ChangeId, Position};
use okr_log::{Frontier, Hash};
use rusqlite::Connection;
use thiserror::Error;

use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::meta::{self, Meta};
use crate::pinned::Pinned;
use crate::record::{self, NewRecord};
use crate::replica::Replica;
use crate::{upgrade, version};
pub(crate) use again::evolve_again;
use load::Load;
pub(crate) use put_off::{catch_up, is_marked as is_put_off};
use reader::{Failed, Read, Reader};

/// How many records are kept in memory before they are written.
const BATCH_RECORDS: usize = 4096;
/// How many bytes of records are kept in memory before they are written.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Why records were not taken in. Nothing was changed.
#[derive(Debug, Error)]
pub enum IngestError {
    /// They are not what the server vouches for.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// There is no server whose key could be asked for.
    #[error("the replica has no server")]
    NoServer,
    /// An earlier part failed, so that there is nothing to go on from.
    #[error("an earlier part of the history was not taken in")]
    Failed,
    /// Another process took records in at the same time; begin again after the new head.
    #[error("another process brought the replica to position {head}")]
    Moved {
        /// The newest position now.
        head: Position,
    },
}

impl From<rusqlite::Error> for IngestError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

/// What a checkpoint confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingested {
    /// The newest position.
    pub head: Position,
    /// The Merkle root over everything.
    pub root: Hash,
    /// How many records were new.
    pub records: u64,
    /// The changes of this replica that are confirmed now and wait no longer.
    pub own: Vec<ChangeId>,
}

/// Records on their way in.
///
/// Give records with [`Ingest::records`], then the checkpoint of them with [`Ingest::checkpoint`];
/// more of both may follow. Dropping it forgets what no checkpoint confirmed.
#[derive(Debug)]
pub struct Ingest<'r> {
    db: &'r Connection,
    pinned: Pinned,
    /// The newest confirmed position.
    base: Position,
    /// The newest position of what has been read.
    position: Position,
    /// Everything confirmed, and everything given as far as whole batches of it were read.
    frontier: Frontier,
    recorded_at: i64,
    reader: Reader,
    waiting: Vec<NewRecord>,
    waiting_bytes: usize,
    load: Option<Load<'r>>,
    /// Whether a part failed, so that the rest is worth nothing.
    failed: bool,
}

impl Replica {
    /// Begins to take in what follows the head.
    ///
    /// # Errors
    /// [`IngestError::NoServer`] without a server; the store's failures.
    pub fn ingest(&mut self) -> Result<Ingest<'_>, IngestError> {
        let db: &Connection = self.db();
        // What an earlier load of this process could not make at its end.
        put_off::catch_up(db)?;
        let remote = meta::remote(db)?.ok_or(IngestError::NoServer)?;
        let pinned = Pinned::new(&remote)?;
        let base = meta::head(db)?;
        let recorded_at = record::recorded_at(db, base)?.unwrap_or(i64::MIN);
        let frontier = meta::frontier(db)?;
        Ok(Ingest {
            db,
            pinned,
            base,
            position: Position::new(frontier.size()),
            reader: Reader::new(frontier.clone()),
            frontier,
            recorded_at,
            waiting: Vec::new(),
            waiting_bytes: 0,
            load: None,
            failed: false,
        })
    }
}

impl Ingest<'_> {
    /// Returns the newest position given so far, of what has been read.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Takes the next records: dense and in order.
    ///
    /// # Errors
    /// [`IntegrityError::Gap`], [`IntegrityError::Record`] and [`IntegrityError::ClockBackwards`] for what is
    /// no continuation; [`IngestError::Moved`]; the store's failures. Nothing given since the last
    /// checkpoint counts then.
    pub fn records(&mut self, records: Vec<Bytes>) -> Result<(), IngestError> {
        self.unless_failed(|ingest| ingest.take(records))
    }

    /// Verifies everything given against a signed checkpoint, and makes it durable and visible.
    ///
    /// # Errors
    /// Every [`IntegrityError`]; the store's failures. Nothing given since the last checkpoint counts
    /// then.
    pub fn checkpoint(&mut self, note: &str, now: Timestamp) -> Result<Ingested, IngestError> {
        self.unless_failed(|ingest| ingest.confirm(note, now))
    }

    /// Ends the load, and makes what a large one has put off until its end.
    ///
    /// Dropping it does the same, but tells nobody when that fails.
    ///
    /// # Errors
    /// The store's failures. What was confirmed stays; the replica has to be opened again.
    pub fn end(mut self) -> Result<(), IngestError> {
        Ok(self.close()?)
    }

    fn unless_failed<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, IngestError>,
    ) -> Result<T, IngestError> {
        if self.failed {
            return Err(IngestError::Failed);
        }
        let done = step(self);
        if done.is_err() {
            self.failed = true;
            self.close_quietly();
        }
        done
    }

    fn take(&mut self, records: Vec<Bytes>) -> Result<(), IngestError> {
        let read = self.reader.read(records);
        self.accept(read)
    }

    /// Checks that what was read continues what came before.
    fn accept(&mut self, batches: Vec<Read>) -> Result<(), IngestError> {
        for batch in batches {
            let (records, problem) = match batch {
                Ok((records, frontier)) => {
                    self.frontier = frontier;
                    (records, None)
                }
                Err(Failed { before, problem }) => (before, Some(problem)),
            };
            for new in records {
                self.follows(&new)?;
                self.position = new.position;
                self.waiting_bytes += new.bytes.len();
                self.waiting.push(new);
                if self.waiting.len() >= BATCH_RECORDS || self.waiting_bytes >= BATCH_BYTES {
                    self.write(true)?;
                }
            }
            if let Some(problem) = problem {
                let position = self.position().next();
                return Err(IntegrityError::Record { position, problem }.into());
            }
        }
        Ok(())
    }

    fn confirm(&mut self, note: &str, now: Timestamp) -> Result<Ingested, IngestError> {
        let rest = self.reader.rest();
        self.accept(rest)?;
        let checkpoint = self
            .pinned
            .verify(note)
            .map_err(IntegrityError::Checkpoint)?;
        let (head, root) = (self.position(), self.frontier.root());
        let stated = checkpoint.size;
        if stated != head {
            return Err(IntegrityError::Size {
                stated,
                received: head,
            }
            .into());
        }
        if checkpoint.root != root {
            return Err(self.other_root(checkpoint.root).into());
        }
        self.write(false)?;
        let own = self.finish(note, now)?;
        let records = head.get() - self.base.get();
        self.base = head;
        Ok(Ingested {
            head,
            root,
            records,
            own,
        })
    }

    fn other_root(&self, stated: Hash) -> IntegrityError {
        let (position, computed) = (self.position(), self.frontier.root());
        if position == self.base {
            IntegrityError::NotAnExtension {
                position,
                computed,
                stated,
            }
        } else {
            IntegrityError::Root {
                position,
                computed,
                stated,
            }
        }
    }

    fn follows(&mut self, new: &NewRecord) -> Result<(), IngestError> {
        let (expected, found) = (self.position().next(), new.position);
        if found != expected {
            return Err(IntegrityError::Gap { expected, found }.into());
        }
        if found.get() > version::MAX_POSITION {
            return Err(ReplicaError::damaged("the log is longer than a replica can be").into());
        }
        if new.recorded_at < self.recorded_at {
            return Err(IntegrityError::ClockBackwards { position: found }.into());
        }
        self.recorded_at = new.recorded_at;
        Ok(())
    }

    /// Writes the waiting records into the transaction, which is begun when there is none.
    pub(crate) fn write(&mut self, more_follow: bool) -> Result<(), IngestError> {
        let load = match &mut self.load {
            Some(load) => load,
            none => none.insert(Load::new(self.db, self.base, more_follow)?),
        };
        load.begin(self.db, self.base)?;
        load.take(self.db, &self.waiting)?;
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }

    /// Ends the transaction, so that everything is durable and visible.
    fn finish(&mut self, note: &str, now: Timestamp) -> Result<Vec<ChangeId>, IngestError> {
        let head = record::number(self.position());
        let load = self.load.as_mut().expect("writing begins a transaction");
        Meta::Head.set(self.db, head)?;
        load.complete(self.db)?;
        Meta::Frontier.set(self.db, self.frontier.to_bytes())?;
        Meta::Checkpoint.set(self.db, note)?;
        Meta::SyncedAt.set(self.db, now.as_microsecond())?;
        upgrade::remember_vocabulary(self.db)?;
        Ok(load.commit(self.db)?)
    }

    fn close(&mut self) -> Result<(), ReplicaError> {
        match self.load.take() {
            Some(load) => load.end(self.db),
            None => Ok(()),
        }
    }

    fn close_quietly(&mut self) {
        // What was put off stays marked, and the next one to open the replica makes it.
        let _told_already = self.close();
    }
}

impl Drop for Ingest<'_> {
    fn drop(&mut self) {
        self.close_quietly();
    }
}

/// Forgets the transaction, if the database has not done so by itself.
fn roll_back(db: &Connection) {
    if !db.is_autocommit() {
        // Closing the connection would do the same.
        let _failed = db.execute_batch("ROLLBACK");
    }
}

#[cfg(test)]
pub(crate) mod tests;
