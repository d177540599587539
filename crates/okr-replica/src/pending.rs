//! Changes that wait to be pushed: kept exactly as they will be sent, never in the confirmed tables.

use std::collections::HashSet;

use bytes::Bytes;
use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_log::SALT_BYTES;
use okr_proto::{Decoded, EncodedChange, SaltedText};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _};

use crate::error::ReplicaError;

/// A change that waits, in the order in which it was written here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingChange {
    /// Grows with each change; never used again.
    pub(crate) ordinal: i64,
    /// What will be pushed.
    pub(crate) encoded: EncodedChange,
    /// What it says.
    pub(crate) change: Change,
    /// Whether it was part of a push whose answer is not known, so that the server may have it.
    pub(crate) offered: bool,
}

/// Encodes a change with fresh random salts.
pub(crate) fn encode(change: &Change) -> Result<EncodedChange, ReplicaError> {
    let encoded = okr_proto::encode(change, rand::random::<[u8; SALT_BYTES]>);
    encoded.check_limits()?;
    Ok(encoded)
}

/// Adds a change at the end.
///
/// # Errors
/// [`ReplicaError::ChangeExists`] when one with this id waits already.
pub(crate) fn append(
    db: &Connection,
    change: &Change,
    encoded: &EncodedChange,
) -> Result<(), ReplicaError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO pending (change_id, authored_at, body, texts) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let inserted = statement.execute((
        change.id.to_bytes(),
        change.authored_at.as_microsecond(),
        encoded.body.as_ref(),
        write_texts(&encoded.texts),
    ));
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(ReplicaError::ChangeExists { id: change.id })
        }
        Err(error) => Err(error.into()),
    }
}

/// Says whether a change waits to be pushed.
pub(crate) fn waits(db: &Connection, id: ChangeId) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT 1 FROM pending WHERE change_id = ?1")?;
    Ok(statement.exists([id.to_bytes()])?)
}

/// Takes a change away, if it waits to be pushed.
pub(crate) fn remove(db: &Connection, id: ChangeId) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached("DELETE FROM pending WHERE change_id = ?1")?;
    Ok(statement.execute([id.to_bytes()])? > 0)
}

/// Takes a change away that is confirmed now, whether it waited to be pushed or to be decided.
pub(crate) fn forget(db: &Connection, id: ChangeId) -> Result<(), ReplicaError> {
    remove(db, id)?;
    db.prepare_cached("DELETE FROM conflicts WHERE change_id = ?1")?
        .execute([id.to_bytes()])?;
    Ok(())
}

/// Returns the ids of the changes that wait, and of those that wait for a person to decide.
pub(crate) fn ids(db: &Connection) -> Result<HashSet<ChangeId>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT change_id FROM pending UNION ALL SELECT change_id FROM conflicts",
    )?;
    let rows = statement.query_map([], |row| row.get(0).map(ChangeId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns every change that waits, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<PendingChange>, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT ordinal, body, texts, offered FROM pending ORDER BY ordinal")?;
    let mut rows = statement.query([])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let encoded = read_encoded(row.get(1)?, row.get_ref(2)?.as_bytes().unwrap_or_default())?;
        let change = decode(&encoded)?;
        changes.push(PendingChange {
            ordinal: row.get(0)?,
            encoded,
            change,
            offered: row.get(3)?,
        });
    }
    Ok(changes)
}

/// Notes that a change is about to be pushed; says whether it waits still.
///
/// From then on it can be undone, but not taken out: nobody knows whether the server has it.
pub(crate) fn offer(db: &Connection, id: ChangeId) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached("UPDATE pending SET offered = 1 WHERE change_id = ?1")?;
    Ok(statement.execute([id.to_bytes()])? > 0)
}

/// Notes that the server did not take a change that was offered to it.
pub(crate) fn offer_refused(db: &Connection, id: ChangeId) -> Result<(), ReplicaError> {
    db.prepare_cached("UPDATE pending SET offered = 0 WHERE change_id = ?1")?
        .execute([id.to_bytes()])?;
    Ok(())
}

/// Returns the number of the newest change that was ever written here; 0 before the first.
pub(crate) fn newest_ordinal(db: &Connection) -> Result<i64, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'pending'")?;
    let newest = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(newest.unwrap_or(0))
}

/// Reads a change that was written here back.
pub(crate) fn decode(encoded: &EncodedChange) -> Result<Change, ReplicaError> {
    match encoded.decode()? {
        Decoded::Known(change) => Ok(change),
        Decoded::Newer { id, .. } => Err(ReplicaError::damaged(format!(
            "pending change {id} was written by a newer program"
        ))),
    }
}

/// Puts the two columns of a stored change together.
pub(crate) fn read_encoded(body: Vec<u8>, texts: &[u8]) -> Result<EncodedChange, ReplicaError> {
    let texts = read_texts(texts)
        .ok_or_else(|| ReplicaError::damaged("the texts of a pending change are cut short"))?;
    Ok(EncodedChange {
        body: Bytes::from(body),
        texts,
    })
}

/// Writes texts one after the other: salt, length in bytes (32 bits, little endian), text.
pub(crate) fn write_texts(texts: &[SaltedText]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for SaltedText { salt, text } in texts {
        let length = u32::try_from(text.len()).expect("texts are within the limits of the log");
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// Reads what [`write_texts`] writes; none when it is something else.
fn read_texts(mut bytes: &[u8]) -> Option<Vec<SaltedText>> {
    let mut texts = Vec::new();
    while !bytes.is_empty() {
        let (salt, rest) = bytes.split_first_chunk::<SALT_BYTES>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (text, rest) = rest.split_at_checked(length)?;
        texts.push(SaltedText {
            salt: *salt,
            text: std::str::from_utf8(text).ok()?.to_owned(),
        });
        bytes = rest;
    }
    Some(texts)
}
