//! What undoing and redoing is about: the operation of a change, and what is left of one.

use std::collections::{HashMap, HashSet};

use okr_core::change::Change;
use okr_core::id::{ChangeId, PersonId};
use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use super::line::{self, InEffect, Undo};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, LogFilter};
use crate::operation::{Did, Operation, OperationEntry};
use crate::replica::Replica;
use crate::{conflict, dropped, meta, pending, record};

/// What undoing takes back in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoable {
    /// The command that wrote the changes; none when it is not known here.
    pub operation: Option<Operation>,
    /// The changes that are not undone, in the order in which they were written. One that waits for a
    /// decision is not in effect, and stands in the way of the others.
    pub changes: Vec<LogEntry>,
}

/// What undoing an operation would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationUndo {
    /// It takes back what the operation wrote.
    Back(Vec<LogEntry>),
    /// The operation undid these, and they are redone.
    Redo(Vec<Redoable>),
    /// What it wrote is undone already.
    AlreadyUndone,
    /// It wrote nothing that is in effect.
    WroteNothing,
}

/// What would be redone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redoable {
    /// The change that was undone.
    pub entry: LogEntry,
    /// The change that undid it; none when it was taken out before it was pushed.
    pub by: Option<ChangeId>,
}

/// How many changes are looked at first to find the one to undo.
const FIRST_LOOK: usize = 8;

impl Replica {
    /// Returns what undoing without a name means: one's own newest change that is not undone, with what
    /// else the same command wrote.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn undoable(&self) -> Result<Option<Undoable>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let passed = line::passed_over(db)?;
        let Some(newest) = self.newest_own(&passed)? else {
            return Ok(None);
        };
        let Some(id) = written_by(db, newest.id)? else {
            return Ok(Some(Undoable {
                operation: None,
                changes: vec![newest],
            }));
        };
        let Some(entry) = self.operation(id)? else {
            return Err(ReplicaError::damaged("an operation without its row"));
        };
        let changes = self.effective(&entry, &passed)?;
        Ok(Some(Undoable {
            operation: Some(entry.operation),
            changes,
        }))
    }

    /// Returns what undoing an operation would do.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn operation_undo(&self, entry: &OperationEntry) -> Result<OperationUndo, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let in_effect = InEffect::read(db)?;
        let mut undone = Vec::new();
        for (id, did) in &entry.changes {
            let undo = match did {
                Did::Written => in_effect.by(*id),
                Did::Dropped => in_effect.of(*id).filter(|undo| undo.by.is_none()),
                Did::Conflict | Did::Again => None,
            };
            undone.extend(undo);
        }
        if !undone.is_empty() {
            // In the order in which they were written, not in that in which they were taken back.
            undone.sort_by_key(|undo: &Undo| undo.ordinal);
            return Ok(OperationUndo::Redo(self.redoable_of(&undone)?));
        }
        let ids = entry.changes.iter().map(|(id, _)| *id);
        let passed = ids.filter(|id| in_effect.of(*id).is_some()).collect();
        let changes = self.effective(entry, &passed)?;
        Ok(match (changes.is_empty(), passed.is_empty()) {
            (false, _) => OperationUndo::Back(changes),
            (true, false) => OperationUndo::AlreadyUndone,
            (true, true) => OperationUndo::WroteNothing,
        })
    }

    /// Returns what redoing would redo, in the order in which it was written; empty when nothing was
    /// undone since the last other change.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn redoable(&self) -> Result<Vec<Redoable>, ReplicaError> {
        let snapshot = self.snapshot()?;
        self.redoable_of(&line::redoable(snapshot.db)?)
    }

    fn redoable_of(&self, undone: &[Undo]) -> Result<Vec<Redoable>, ReplicaError> {
        let mut found = Vec::with_capacity(undone.len());
        let kept = Kept::read(self.db())?;
        for undo in undone {
            let entry = match dropped::find(self.db(), undo.change)? {
                Some(encoded) => {
                    let change = pending::decode(&encoded)?;
                    Some(log::pending_entry(kept.me, change))
                }
                None => kept.find(self.db(), undo.change)?,
            };
            found.extend(entry.map(|entry| Redoable { entry, by: undo.by }));
        }
        Ok(found)
    }

    /// Returns one's own newest change that is not passed over.
    fn newest_own(&self, passed: &HashSet<ChangeId>) -> Result<Option<LogEntry>, ReplicaError> {
        let me = meta::me(self.db())?;
        let mut limit = FIRST_LOOK + passed.len();
        loop {
            let filter = LogFilter {
                author: Some(me),
                pending: true,
                limit: Some(limit),
                ..LogFilter::default()
            };
            let entries = self.log(&filter)?;
            let is_all = entries.len() < limit;
            let found = entries
                .into_iter()
                .find(|entry| entry.author == me && !passed.contains(&entry.id));
            if found.is_some() || is_all {
                return Ok(found);
            }
            limit *= 4;
        }
    }

    /// Returns what an operation wrote that is in effect or waits for a decision, but for what is
    /// passed over.
    fn effective(
        &self,
        entry: &OperationEntry,
        passed: &HashSet<ChangeId>,
    ) -> Result<Vec<LogEntry>, ReplicaError> {
        let kept = Kept::read(self.db())?;
        let mut changes = Vec::new();
        for (id, did) in &entry.changes {
            if *did == Did::Written && !passed.contains(id) {
                changes.extend(kept.find(self.db(), *id)?);
            }
        }
        Ok(changes)
    }
}

/// The changes that the log does not have, read once to find many.
struct Kept {
    me: PersonId,
    /// Those that wait to be pushed or to be decided.
    waiting: HashMap<ChangeId, Change>,
}

impl Kept {
    fn read(db: &Connection) -> Result<Self, ReplicaError> {
        let pending = pending::all(db)?.into_iter().map(|one| one.change);
        let conflicts = conflict::all(db)?.into_iter().map(|one| one.change);
        let waiting = pending.chain(conflicts);
        Ok(Self {
            me: meta::me(db)?,
            waiting: waiting.map(|change| (change.id, change)).collect(),
        })
    }

    /// Finds a change in the log or among those that wait.
    fn find(&self, db: &Connection, id: ChangeId) -> Result<Option<LogEntry>, ReplicaError> {
        if let Some(position) = record::find_exact(db, id)? {
            return log::entry(db, position);
        }
        let found = self.waiting.get(&id);
        Ok(found.map(|change| log::pending_entry(self.me, change.clone())))
    }
}

/// Returns the operation that wrote a change, or put it back, last.
fn written_by(db: &Connection, change: ChangeId) -> Result<Option<Uuid>, ReplicaError> {
    // The newest operations come first, and what is undone is seldom old: no index is worth its cost.
    let found = db
        .prepare_cached(
            "SELECT (SELECT id FROM operations WHERE ordinal = operation) FROM operation_changes
             WHERE change_id = ?1 AND did = ?2 ORDER BY operation DESC, place DESC LIMIT 1",
        )?
        .query_row((change.to_bytes(), Did::Written.word()), |row| {
            row.get::<_, Option<[u8; 16]>>(0)
        })
        .optional()?;
    Ok(found.flatten().map(Uuid::from_bytes))
}
