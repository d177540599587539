//! What was taken away here before the server had it: kept, so that no decision loses anything.

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_proto::EncodedChange;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::replica::Replica;
use crate::{meta, pending, record};

/// How a change came to be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// A conflict was decided: what others made of it stays.
    Theirs,
    /// A conflict was decided: back to what was there before both.
    Base,
    /// A conflict was decided: another value was set.
    Value,
    /// A conflict was decided by dropping the change.
    Drop,
    /// It was taken out of what waits to be pushed.
    Pending,
    /// It was undone before it was pushed.
    Undo,
}

impl How {
    /// Every way.
    pub const ALL: [Self; 6] = [
        Self::Theirs,
        Self::Base,
        Self::Value,
        Self::Drop,
        Self::Pending,
        Self::Undo,
    ];

    /// Returns the stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Theirs => "theirs",
            Self::Base => "base",
            Self::Value => "value",
            Self::Drop => "drop",
            Self::Pending => "pending",
            Self::Undo => "undo",
        }
    }
}

/// A change that was dropped here, and never reached the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The change, as it was written here.
    pub change: Change,
    /// When it was dropped.
    pub dropped_at: Timestamp,
    /// How it came to that.
    pub how: How,
    /// The change that was made in its place, if there is one.
    pub by: Option<ChangeId>,
}

impl Replica {
    /// Returns the changes that were dropped here, the newest last.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn dropped(&self) -> Result<Vec<Dropped>, ReplicaError> {
        let mut statement = self.db().prepare_cached(
            "SELECT body, texts, dropped_at, how, by_change FROM dropped ORDER BY ordinal",
        )?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let texts: Vec<u8> = row.get(1)?;
            let word: String = row.get(3)?;
            let by: Option<[u8; 16]> = row.get(4)?;
            let change = pending::decode(&pending::read_encoded(row.get(0)?, &texts)?)?;
            // A copy of this replica on another machine may have pushed it all the same.
            if record::find_exact(self.db(), change.id)?.is_some() {
                continue;
            }
            all.push(Dropped {
                change,
                dropped_at: meta::timestamp(row.get(2)?)?,
                how: How::ALL
                    .into_iter()
                    .find(|how| how.word() == word)
                    .ok_or_else(|| ReplicaError::damaged(format!("dropped by \"{word}\"")))?,
                by: by.map(ChangeId::from_bytes),
            });
        }
        Ok(all)
    }
}

/// Keeps a change that is dropped.
pub(crate) fn keep(
    db: &Connection,
    (change, encoded): (&Change, &EncodedChange),
    (how, by): (How, Option<ChangeId>),
    dropped_at: Timestamp,
) -> Result<(), ReplicaError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO dropped
         (change_id, authored_at, body, texts, dropped_at, how, by_change)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        change.id.to_bytes(),
        change.authored_at.as_microsecond(),
        encoded.body.as_ref(),
        pending::write_texts(&encoded.texts),
        dropped_at.as_microsecond(),
        how.word(),
        by.map(ChangeId::to_bytes),
    ))?;
    Ok(())
}

/// Finds a change that was dropped.
pub(crate) fn find(db: &Connection, id: ChangeId) -> Result<Option<EncodedChange>, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT body, texts FROM dropped WHERE change_id = ?1")?;
    let row = statement
        .query_row([id.to_bytes()], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    row.map(|(body, texts)| pending::read_encoded(body, &texts))
        .transpose()
}

/// Forgets a change that is no longer dropped.
pub(crate) fn forget(db: &Connection, id: ChangeId) -> Result<(), ReplicaError> {
    db.prepare_cached("DELETE FROM dropped WHERE change_id = ?1")?
        .execute([id.to_bytes()])?;
    Ok(())
}
