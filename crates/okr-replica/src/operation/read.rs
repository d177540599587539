//! Reading the operations back, with what became of their changes.

use std::collections::HashMap;

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::id::{ChangeId, Position};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::{Did, Operation};
use crate::error::ReplicaError;
use crate::replica::Replica;
use crate::undo::line::InEffect;
use crate::{conflict, dropped, log, meta, pending, record, short};

/// An operation of this machine, and how much it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationEntry {
    /// The command.
    pub operation: Operation,
    /// How many confirmed changes it fetched.
    pub pulled: u64,
    /// How many changes of its own it brought to the server.
    pub pushed: u64,
    /// Why the exchange broke off, if it did.
    pub failure: Option<String>,
    /// To which changes it did what, in order.
    pub changes: Vec<(ChangeId, Did)>,
    /// How many of the changes that it wrote are undone now.
    pub undone: usize,
}

impl OperationEntry {
    /// Returns to how many changes it did something.
    pub fn count(&self, wanted: Did) -> usize {
        let did = self.changes.iter().filter(|(_, did)| *did == wanted);
        did.count()
    }
}

/// A change of an operation, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationChange {
    /// Its id.
    pub id: ChangeId,
    /// What the operation did to it.
    pub did: Did,
    /// Where it is now.
    pub standing: Standing,
    /// Whether it was undone here, and not redone since.
    pub undone: bool,
    /// The change that undid it; none when it was taken out before it was pushed.
    pub undone_by: Option<ChangeId>,
    /// What it says; none when nothing here knows that any more.
    pub change: Option<Change>,
}

/// Where a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In the log, at this position.
    Confirmed(Position),
    /// It waits to be pushed.
    Pending,
    /// It waits for a decision.
    Conflict,
    /// It was dropped, and is kept beside.
    Dropped,
    /// It said what was so already, or is not kept any more.
    Gone,
}

const COLUMNS: &str = "ordinal, id, begun_at, command, program, process, pulled, pushed, failure";

impl Replica {
    /// Returns the newest operations, the newest first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn operations(
        &self,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<OperationEntry>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM operations WHERE begun_at >= ?1 ORDER BY ordinal DESC LIMIT ?2"
        );
        let mut statement = snapshot.db.prepare_cached(&sql)?;
        let since = since.map_or(i64::MIN, Timestamp::as_microsecond);
        let mut rows = statement.query((since, i64::try_from(limit).unwrap_or(i64::MAX)))?;
        let mut entries = Vec::new();
        let in_effect = InEffect::read(snapshot.db)?;
        while let Some(row) = rows.next()? {
            entries.push(entry(snapshot.db, row, &in_effect)?);
        }
        Ok(entries)
    }

    /// Returns an operation; none when there is none with this id, or no longer.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn operation(&self, id: Uuid) -> Result<Option<OperationEntry>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let sql = format!("SELECT {COLUMNS} FROM operations WHERE id = ?1");
        let mut statement = snapshot.db.prepare_cached(&sql)?;
        let mut rows = statement.query([id.as_bytes()])?;
        match rows.next()? {
            Some(row) => entry(snapshot.db, row, &InEffect::read(snapshot.db)?).map(Some),
            None => Ok(None),
        }
    }

    /// Finds operations by the end of their ids: the last hexadecimal digit first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn find_operation(&self, reversed_digits: &str) -> Result<Vec<Uuid>, ReplicaError> {
        let mut statement = self
            .db()
            .prepare_cached("SELECT id FROM operations ORDER BY ordinal DESC")?;
        let ids = statement.query_map([], |row| row.get(0).map(Uuid::from_bytes))?;
        let mut found = Vec::new();
        for id in ids {
            let id = id?;
            if short::begins(id, reversed_digits) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Returns the changes of an operation with what became of them, in order.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn operation_changes(
        &self,
        entry: &OperationEntry,
    ) -> Result<Vec<OperationChange>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let waiting = pending::all(db)?.into_iter().map(|one| one.change);
        let waiting: HashMap<ChangeId, Change> = waiting.map(|one| (one.id, one)).collect();
        let conflicts = conflict::all(db)?.into_iter().map(|one| one.change);
        let conflicts: HashMap<ChangeId, Change> = conflicts.map(|one| (one.id, one)).collect();
        let in_effect = InEffect::read(db)?;
        let mut changes = Vec::with_capacity(entry.changes.len());
        for (id, did) in &entry.changes {
            let confirmed = record::find_exact(db, *id)?;
            let (pending, conflict) = (waiting.get(id), conflicts.get(id));
            let (standing, change) = match (confirmed, pending, conflict) {
                (Some(position), _, _) => {
                    let entry = log::entry(db, position)?;
                    let change = entry.and_then(|entry| entry.change);
                    (Standing::Confirmed(position), change)
                }
                (None, Some(one), _) => (Standing::Pending, Some(one.clone())),
                (None, None, Some(one)) => (Standing::Conflict, Some(one.clone())),
                (None, None, None) => match dropped::find(db, *id)? {
                    Some(encoded) => (Standing::Dropped, Some(pending::decode(&encoded)?)),
                    None => (Standing::Gone, None),
                },
            };
            let undo = in_effect.of(*id);
            changes.push(OperationChange {
                id: *id,
                did: *did,
                standing,
                undone: undo.is_some(),
                undone_by: undo.and_then(|undo| undo.by),
                change,
            });
        }
        Ok(changes)
    }
}

fn entry(
    db: &Connection,
    row: &Row<'_>,
    in_effect: &InEffect,
) -> Result<OperationEntry, ReplicaError> {
    let ordinal: i64 = row.get(0)?;
    let count = |index| -> Result<u64, ReplicaError> {
        let count: i64 = row.get(index)?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let changes = changes(db, ordinal)?;
    let written = changes.iter().filter(|(_, did)| *did == Did::Written);
    Ok(OperationEntry {
        undone: written
            .filter(|(id, _)| in_effect.of(*id).is_some())
            .count(),
        operation: Operation {
            id: Uuid::from_bytes(row.get(1)?),
            begun_at: meta::timestamp(row.get(2)?)?,
            command: row.get(3)?,
            program: row.get(4)?,
            process: row.get(5)?,
        },
        pulled: count(6)?,
        pushed: count(7)?,
        failure: row.get(8)?,
        changes,
    })
}

fn changes(db: &Connection, ordinal: i64) -> Result<Vec<(ChangeId, Did)>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT change_id, did FROM operation_changes WHERE operation = ?1 ORDER BY place",
    )?;
    let mut rows = statement.query([ordinal])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(1)?;
        let did = Did::ALL.into_iter().find(|did| did.word() == word);
        let did = did.ok_or_else(|| ReplicaError::damaged(format!("changes {word}")))?;
        changes.push((ChangeId::from_bytes(row.get(0)?), did));
    }
    Ok(changes)
}
