//! Operations: the commands that wrote on this machine, and what they did.
//!
//! What a command does to changes is noted in the transaction that does it, so that the two cannot
//! differ and nothing is synced to the disk twice. What it exchanges is added when it ends.

mod read;

use okr_core::Timestamp;
use okr_core::id::ChangeId;
use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::replica::Replica;
use crate::sync::SyncReport;

pub use read::{OperationChange, OperationEntry, Standing};

/// How many operations are kept; older ones are forgotten.
const KEPT: i64 = if cfg!(test) { 5 } else { 10_000 };

/// A command that may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id, which nothing else has.
    pub id: Uuid,
    /// When it was begun, by this device's clock.
    pub begun_at: Timestamp,
    /// The command line, without secrets.
    pub command: String,
    /// The program and its version.
    pub program: String,
    /// The number of the process.
    pub process: u32,
}

/// What an operation did to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Did {
    /// It wrote it, or put it back among what waits to be pushed.
    Written,
    /// It took it away before the server had it.
    Dropped,
    /// It found that it no longer fits.
    Conflict,
    /// It lets it wait again, because a restored server has lost it.
    Again,
}

impl Did {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Written, Self::Dropped, Self::Conflict, Self::Again];

    /// Returns the stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Dropped => "dropped",
            Self::Conflict => "conflict",
            Self::Again => "again",
        }
    }
}

/// The tables that changes come into, with what that means.
const ARRIVALS: [(&str, Did); 3] = [
    ("pending", Did::Written),
    ("dropped", Did::Dropped),
    ("conflicts", Did::Conflict),
];

/// The newest numbers of the tables that changes come into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark([i64; ARRIVALS.len()]);

impl Mark {
    /// Notes where the tables end, before something is done.
    pub(crate) fn set(db: &Connection) -> Result<Self, ReplicaError> {
        let mut mark = Self([0; ARRIVALS.len()]);
        let mut statement = db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?;
        for (newest, (table, _)) in mark.0.iter_mut().zip(ARRIVALS) {
            *newest = statement
                .query_row([table], |row| row.get(0))
                .optional()?
                .unwrap_or(0);
        }
        Ok(mark)
    }

    /// Returns what came since.
    fn arrived(self, db: &Connection) -> Result<Vec<(ChangeId, Did)>, ReplicaError> {
        let mut arrived = Vec::new();
        for (newest, (table, did)) in self.0.into_iter().zip(ARRIVALS) {
            let sql = format!("SELECT change_id FROM {table} WHERE ordinal > ?1 ORDER BY ordinal");
            let mut statement = db.prepare_cached(&sql)?;
            let ids = statement.query_map([newest], |row| row.get(0))?;
            for id in ids {
                arrived.push((ChangeId::from_bytes(id?), did));
            }
        }
        Ok(arrived)
    }
}

impl Replica {
    /// Says which command writes from now on; what it does is kept in the log of operations.
    ///
    /// Nothing is written for a command that does nothing.
    pub fn begin_operation(&mut self, operation: Operation) {
        self.operation = Some(operation);
    }

    /// Adds what was exchanged to the operation, and why it broke off if it did.
    ///
    /// This is not worth a sync to the disk of its own: a power cut may take it.
    ///
    /// # Errors
    /// The store's failures.
    pub(crate) fn note_exchange(
        &mut self,
        (pulled, pushed): (u64, usize),
        failure: Option<&str>,
    ) -> Result<(), ReplicaError> {
        let Some(operation) = self.operation.clone() else {
            return Ok(());
        };
        self.write_unsynced(|db| {
            let ordinal = open(db, &operation)?;
            db.prepare_cached(
                "UPDATE operations SET pulled = pulled + ?2, pushed = pushed + ?3, failure = ?4
                 WHERE ordinal = ?1",
            )?
            .execute((
                ordinal,
                i64::try_from(pulled).unwrap_or(i64::MAX),
                i64::try_from(pushed).unwrap_or(i64::MAX),
                failure,
            ))?;
            Ok(())
        })
    }

    /// Adds what a sync did; nothing for one that did nothing.
    pub(crate) fn note_sync(
        &mut self,
        report: &SyncReport,
        failure: Option<&str>,
    ) -> Result<(), ReplicaError> {
        if !report.is_something() {
            return Ok(());
        }
        let pushed = report.pushed + report.already_so + report.duplicates;
        self.note_exchange((report.pulled, pushed), failure)
    }
}

/// Notes what came into the tables since a mark, in the transaction that is open.
pub(crate) fn note(db: &Connection, operation: &Operation, mark: Mark) -> Result<(), ReplicaError> {
    note_changes(db, operation, &mark.arrived(db)?)
}

/// Notes what an operation did to changes, in the transaction that is open.
pub(crate) fn note_changes(
    db: &Connection,
    operation: &Operation,
    changes: &[(ChangeId, Did)],
) -> Result<(), ReplicaError> {
    if changes.is_empty() {
        return Ok(());
    }
    let ordinal = open(db, operation)?;
    let mut place: i64 = db
        .prepare_cached(
            "SELECT coalesce(max(place), 0) FROM operation_changes WHERE operation = ?1",
        )?
        .query_row([ordinal], |row| row.get(0))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO operation_changes (operation, place, change_id, did) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (change, did) in changes {
        place += 1;
        insert.execute((ordinal, place, change.to_bytes(), did.word()))?;
    }
    Ok(())
}

/// Returns the number of an operation; writes it down first if need be, and forgets old ones.
fn open(db: &Connection, operation: &Operation) -> Result<i64, ReplicaError> {
    let id = operation.id.as_bytes();
    let known = db
        .prepare_cached("SELECT ordinal FROM operations WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(ordinal) = known {
        return Ok(ordinal);
    }
    let ordinal = db
        .prepare_cached(
            "INSERT INTO operations (id, begun_at, command, program, process)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .insert((
            id,
            operation.begun_at.as_microsecond(),
            &operation.command,
            &operation.program,
            operation.process,
        ))?;
    db.prepare_cached("DELETE FROM operations WHERE ordinal <= ?1")?
        .execute([ordinal - KEPT])?;
    db.prepare_cached("DELETE FROM operation_changes WHERE operation <= ?1")?
        .execute([ordinal - KEPT])?;
    Ok(ordinal)
}

#[cfg(test)]
mod tests;
