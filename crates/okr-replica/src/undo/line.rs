//! What was undone here: where undoing goes on, and what can be redone.
//!
//! What was undone in one step stands in rows one after the other: the first is open, the others go
//! with it. So that holds when a row of them is redone alone, the next one takes its place then.

use std::collections::{HashMap, HashSet};

use okr_core::id::ChangeId;
use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow};

use crate::error::ReplicaError;
use crate::{pending, record};

/// Rows of `undone` that can be redone.
const OPEN: i64 = 1;
/// Rows of `undone` of what was undone in one step with the open row before.
const WITH: i64 = 2;
/// Rows of `undone` that were redone.
const REDONE: i64 = 0;
/// Rows of `undone` of what is not undone, since nothing of it can be taken back, and passed over.
const STAYS: i64 = 3;

/// A change that was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    /// Grows with each; what was written first in a step has the least.
    pub(crate) ordinal: i64,
    /// What was undone.
    pub(crate) change: ChangeId,
    /// The change that did it; none when it was taken out before it was pushed.
    pub(crate) by: Option<ChangeId>,
}

impl Undo {
    fn read(row: &SqlRow<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            ordinal: row.get(0)?,
            change: ChangeId::from_bytes(row.get(1)?),
            by: row.get::<_, Option<_>>(2)?.map(ChangeId::from_bytes),
        })
    }
}

/// Notes what was undone in one step, and by what, after it was. `line_end` is where the line ended
/// before.
pub(crate) fn note(
    db: &Connection,
    undone: &[(ChangeId, Option<ChangeId>)],
    line_end: i64,
) -> Result<(), ReplicaError> {
    extend(db, line_end)?;
    let now = pending::newest_ordinal(db)?;
    for (index, (change, by)) in undone.iter().enumerate() {
        let open = if index == 0 { OPEN } else { WITH };
        db.prepare_cached(
            "INSERT INTO undone (change_id, by_change, open, line_end) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((change.to_bytes(), by.map(ChangeId::to_bytes), open, now))?;
    }
    Ok(())
}

/// Lets what could be redone before a step of undoing or redoing be redone after it as well.
pub(crate) fn extend(db: &Connection, line_end: i64) -> Result<(), ReplicaError> {
    db.prepare_cached("UPDATE undone SET line_end = ?1 WHERE line_end = ?2")?
        .execute((pending::newest_ordinal(db)?, line_end))?;
    Ok(())
}

/// Returns what would be redone, in the order in which it was written; empty when nothing was undone,
/// or something was written since.
pub(crate) fn redoable(db: &Connection) -> Result<Vec<Undo>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT ordinal, change_id, by_change FROM undone
         WHERE open = ?1 AND line_end = ?2 ORDER BY ordinal DESC LIMIT 1",
    )?;
    let line_end = pending::newest_ordinal(db)?;
    let first = statement
        .query_row((OPEN, line_end), Undo::read)
        .optional()?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let mut statement = db.prepare_cached(
        "SELECT ordinal, change_id, by_change FROM undone
         WHERE open = ?1 AND ordinal > ?2 AND ordinal < coalesce(
             (SELECT min(ordinal) FROM undone WHERE open = ?3 AND ordinal > ?2), ordinal + 1)
         ORDER BY ordinal",
    )?;
    let with = statement.query_map((WITH, first.ordinal, OPEN), Undo::read)?;
    let mut step = vec![first];
    for undo in with {
        step.push(undo?);
    }
    Ok(step)
}

/// What is undone at present, read once to look up many changes.
#[derive(Debug, Default)]
pub(crate) struct InEffect {
    of: HashMap<ChangeId, Undo>,
    by: HashMap<ChangeId, Undo>,
}

impl InEffect {
    pub(crate) fn read(db: &Connection) -> Result<Self, ReplicaError> {
        let mut statement = db.prepare_cached(
            "SELECT ordinal, change_id, by_change FROM undone WHERE open IN (?1, ?2) ORDER BY ordinal",
        )?;
        let mut found = Self::default();
        for undo in statement.query_map([OPEN, WITH], Undo::read)? {
            let undo = undo?;
            if holds(db, undo.by)? {
                found.of.insert(undo.change, undo);
                found.by.extend(undo.by.map(|by| (by, undo)));
            }
        }
        Ok(found)
    }

    /// Returns how a change was undone, if it is undone still.
    pub(crate) fn of(&self, change: ChangeId) -> Option<Undo> {
        self.of.get(&change).copied()
    }

    /// Returns what a change undid, if that is undone still.
    pub(crate) fn by(&self, change: ChangeId) -> Option<Undo> {
        self.by.get(&change).copied()
    }
}

/// Notes that something was redone by a change of its own, which stands for it from now on.
pub(crate) fn redone(db: &Connection, undo: &Undo) -> Result<(), ReplicaError> {
    promote(db, undo)?;
    db.prepare_cached("UPDATE undone SET open = ?1 WHERE ordinal = ?2")?
        .execute((REDONE, undo.ordinal))?;
    Ok(())
}

/// Forgets that something was undone: it is as if it never was.
pub(crate) fn forget(db: &Connection, undo: &Undo) -> Result<(), ReplicaError> {
    promote(db, undo)?;
    db.prepare_cached("DELETE FROM undone WHERE ordinal = ?1")?
        .execute([undo.ordinal])?;
    Ok(())
}

/// Opens the next row of the step that a row begins, before that one is closed.
fn promote(db: &Connection, closing: &Undo) -> Result<(), ReplicaError> {
    db.prepare_cached(
        "UPDATE undone SET open = ?1
         WHERE open = ?2
           AND ordinal = (SELECT min(ordinal) FROM undone WHERE ordinal > ?3 AND open <> ?4)
           AND EXISTS (SELECT 1 FROM undone WHERE ordinal = ?3 AND open = ?1)",
    )?
    .execute((OPEN, WITH, closing.ordinal, REDONE))?;
    Ok(())
}

/// Notes that undoing one's way back passes changes over from now on: they stay, and it was said.
pub(crate) fn pass_over(db: &Connection, changes: &[ChangeId]) -> Result<(), ReplicaError> {
    let now = pending::newest_ordinal(db)?;
    for change in changes {
        db.prepare_cached("INSERT INTO undone (change_id, open, line_end) VALUES (?1, ?2, ?3)")?
            .execute((change.to_bytes(), STAYS, now))?;
    }
    Ok(())
}

/// Returns the changes that undoing one's way back passes over: undone ones, what undid them, and what
/// cannot be taken back.
pub(crate) fn passed_over(db: &Connection) -> Result<HashSet<ChangeId>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT change_id, by_change FROM undone")?;
    let mut rows = statement.query([])?;
    let mut passed = HashSet::new();
    while let Some(row) = rows.next()? {
        let by: Option<[u8; 16]> = row.get(1)?;
        let by = by.map(ChangeId::from_bytes);
        if holds(db, by)? {
            passed.insert(ChangeId::from_bytes(row.get(0)?));
            passed.extend(by);
        }
    }
    Ok(passed)
}

/// Says whether an undo is in effect: what did it may have clashed, and have been dropped.
fn holds(db: &Connection, by: Option<ChangeId>) -> Result<bool, ReplicaError> {
    match by {
        None => Ok(true),
        Some(by) => Ok(record::find_exact(db, by)?.is_some() || pending::waits(db, by)?),
    }
}
