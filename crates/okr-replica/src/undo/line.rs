//! What was undone here: where undoing goes on, and what can be redone.

use std::collections::HashSet;

use okr_core::id::ChangeId;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::{pending, record};

/// Rows of `undone` that can be redone.
const OPEN: i64 = 1;
/// Rows of `undone` of what was taken out together with the row before.
const WITH: i64 = 2;
/// Rows of `undone` that were redone.
const REDONE: i64 = 0;

/// Something that was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    ordinal: i64,
    /// What was undone.
    pub(crate) change: ChangeId,
    /// The change that did it; none when it was taken out before it was pushed.
    pub(crate) by: Option<ChangeId>,
    /// What was taken out together with it, in order.
    pub(crate) with: Vec<ChangeId>,
}

/// Notes that something was undone, after it was. `line_end` is where the line ended before.
pub(crate) fn note(
    db: &Connection,
    (changes, by): (&[ChangeId], Option<ChangeId>),
    line_end: i64,
) -> Result<(), ReplicaError> {
    extend(db, line_end)?;
    let now = pending::newest_ordinal(db)?;
    for (index, change) in changes.iter().enumerate() {
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

/// Returns what would be redone; none when nothing was undone, or something was written since.
pub(crate) fn redoable(db: &Connection) -> Result<Option<Undo>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT ordinal, change_id, by_change FROM undone
         WHERE open = ?1 AND line_end = ?2 ORDER BY ordinal DESC LIMIT 1",
    )?;
    let found = statement
        .query_row((OPEN, pending::newest_ordinal(db)?), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<_>>(2)?))
        })
        .optional()?;
    let Some((ordinal, change, by)) = found else {
        return Ok(None);
    };
    let mut statement = db.prepare_cached(
        "SELECT change_id FROM undone WHERE open = ?1 AND ordinal > ?2 ORDER BY ordinal",
    )?;
    let with = statement.query_map((WITH, ordinal), |row| row.get(0).map(ChangeId::from_bytes))?;
    Ok(Some(Undo {
        ordinal,
        change: ChangeId::from_bytes(change),
        by: by.map(ChangeId::from_bytes),
        with: with.collect::<Result<_, _>>()?,
    }))
}

/// Notes that something was redone by a change of its own, which stands for it from now on.
pub(crate) fn redone(db: &Connection, undo: &Undo) -> Result<(), ReplicaError> {
    db.prepare_cached("UPDATE undone SET open = ?1 WHERE ordinal = ?2")?
        .execute((REDONE, undo.ordinal))?;
    Ok(())
}

/// Forgets that something was undone: it is as if it never was.
pub(crate) fn forget(db: &Connection, undo: &Undo) -> Result<(), ReplicaError> {
    db.prepare_cached("DELETE FROM undone WHERE ordinal = ?1 OR (open = ?2 AND ordinal > ?1)")?
        .execute((undo.ordinal, WITH))?;
    Ok(())
}

/// Returns the changes that undoing one's way back passes over: undone ones, and what undid them.
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

/// Returns what undid a change that is undone still, if one did.
pub(crate) fn undone_by(
    db: &Connection,
    change: ChangeId,
) -> Result<Option<ChangeId>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT by_change FROM undone
         WHERE change_id = ?1 AND open <> ?2 AND by_change IS NOT NULL
         ORDER BY ordinal DESC LIMIT 1",
    )?;
    let found: Option<[u8; 16]> = statement
        .query_row((change.to_bytes(), REDONE), |row| row.get(0))
        .optional()?;
    let found = found.map(ChangeId::from_bytes);
    Ok(if holds(db, found)? { found } else { None })
}

/// Says whether an undo is in effect: what did it may have clashed, and have been dropped.
fn holds(db: &Connection, by: Option<ChangeId>) -> Result<bool, ReplicaError> {
    match by {
        None => Ok(true),
        Some(by) => Ok(record::find_exact(db, by)?.is_some() || pending::waits(db, by)?),
    }
}
