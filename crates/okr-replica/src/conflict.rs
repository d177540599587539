//! Conflicts: pending changes that no longer fit. Kept until a person decides, and out of the state.

pub(crate) mod afresh;
pub(crate) mod clash;
mod settle;

use std::collections::BTreeMap;

use okr_core::Date;
use okr_core::change::Change;
use okr_core::id::{ChangeId, Position};
use okr_proto::Refusal;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::pending::{self, PendingChange};
use crate::replica::Replica;

pub(crate) use clash::follows;
pub use clash::{Clash, Explained};
pub use settle::{Settled, Settlement};

/// A change that the rules refuse, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The change, as it was written here.
    pub change: Change,
    /// Why it does not fit. The fact `follows` names a refused change that it depends on.
    pub refusal: Refusal,
    /// The newest confirmed position when it was refused.
    pub seen_at: Position,
}

impl Conflict {
    /// Returns the refused change that this one depends on, if it is refused for that.
    pub fn follows(&self) -> Option<ChangeId> {
        follows(&self.refusal)
    }
}

/// The name of the fact with the refused change that a refused change depends on.
pub(crate) const FOLLOWS: &str = "follows";

/// What a person decides about a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Make the same edits again, knowing what the values are now.
    Mine,
    /// Leave the values that clash as others made them, and make the other edits of the change.
    Theirs,
    /// Set what clashes back to what both saw, and make the other edits of the change.
    Base,
    /// Set what clashes to another value, and make the other edits of the change.
    Value,
    /// Drop the change.
    Drop,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The edits were made again by this change, which is pending now.
    Again(Change),
    /// Everything was already as the change wants it; the conflict is gone.
    AlreadySo,
    /// The change was dropped.
    Dropped,
    /// The rules refuse the edits as they stand now, too; the conflict is kept.
    StillRefused(Refusal),
    /// No field has a third value that could be set back or to another one; the conflict is kept.
    NothingClashes,
    /// No conflict has this id.
    NoSuchConflict,
}

impl Replica {
    /// Returns the changes that a person has to decide about, oldest first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn conflicts(&self) -> Result<Vec<Conflict>, ReplicaError> {
        all(self.db())
    }

    /// Settles a conflict without a word about it; durable when it returns.
    ///
    /// As [`Replica::settle`] with neither values nor a reason.
    ///
    /// # Errors
    /// Only when the store fails. What the rules refuse is a [`Resolved`].
    pub fn resolve(
        &mut self,
        change: ChangeId,
        resolution: Resolution,
        new_id: ChangeId,
        today: Date,
    ) -> Result<Resolved, ReplicaError> {
        let settlement = Settlement {
            resolution,
            values: Vec::new(),
            reason: None,
            amendment: None,
            new_id,
            today,
        };
        Ok(self.settle(change, &settlement)?.resolved)
    }
}

fn moment_of(made: uuid::Timestamp) -> Option<okr_core::Timestamp> {
    let (seconds, nanoseconds) = made.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    okr_core::Timestamp::new(i64::try_from(seconds).ok()?, nanoseconds).ok()
}

/// Moves a pending change to the conflicts; says whether it was still pending.
///
/// What is pending no more was dealt with by another process, while this one waited for an answer.
pub(crate) fn keep(
    db: &Connection,
    pending: &PendingChange,
    refusal: &Refusal,
    seen_at: Position,
) -> Result<bool, ReplicaError> {
    if !pending::remove(db, pending.change.id)? {
        return Ok(false);
    }
    let facts = serde_json::to_string(&refusal.facts).expect("a map of strings is JSON");
    db.prepare_cached(
        "INSERT OR REPLACE INTO conflicts
         (change_id, authored_at, body, texts, code, message, subject, facts, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        pending.change.id.to_bytes(),
        pending.change.authored_at.as_microsecond(),
        pending.encoded.body.as_ref(),
        pending::write_texts(&pending.encoded.texts),
        &refusal.code,
        &refusal.message,
        refusal.subject.map(Uuid::into_bytes),
        facts,
        i64::try_from(seen_at.get()).unwrap_or(i64::MAX),
    ))?;
    Ok(true)
}

/// Returns every conflict, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Conflict>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT body, texts, code, message, subject, facts, seen_at FROM conflicts ORDER BY ordinal",
    )?;
    let mut rows = statement.query([])?;
    let mut conflicts = Vec::new();
    while let Some(row) = rows.next()? {
        conflicts.push(read(row)?);
    }
    Ok(conflicts)
}

fn read(row: &Row<'_>) -> Result<Conflict, ReplicaError> {
    let texts: Vec<u8> = row.get(1)?;
    let subject: Option<[u8; 16]> = row.get(4)?;
    let facts: String = row.get(5)?;
    let facts: BTreeMap<String, String> =
        serde_json::from_str(&facts).map_err(ReplicaError::damaged)?;
    let seen_at: i64 = row.get(6)?;
    Ok(Conflict {
        change: pending::decode(&pending::read_encoded(row.get(0)?, &texts)?)?,
        refusal: Refusal {
            code: row.get(2)?,
            message: row.get(3)?,
            subject: subject.map(Uuid::from_bytes),
            facts,
        },
        seen_at: Position::new(u64::try_from(seen_at).unwrap_or(0)),
    })
}

fn remove(db: &Connection, id: ChangeId) -> Result<(), ReplicaError> {
    db.prepare_cached("DELETE FROM conflicts WHERE change_id = ?1")?
        .execute([id.to_bytes()])?;
    Ok(())
}
