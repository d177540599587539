//! What a first load puts off to its end: the tables of the ends of ids, and the large indexes.
//!
//! In between every confirmed round has its records and versions, and a mark says what is missing.
//! Nobody reads the file in this state: the load has it for itself, and when it was killed, whoever
//! opens the file makes up for it first.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use uuid::Uuid;

use crate::ends::{Ends, Of};
use crate::error::ReplicaError;
use crate::meta::Meta;
use crate::schema;
use crate::version::EntityKey;

/// The ends that a load collected.
pub(super) struct Collected {
    pub(super) changes: Ends,
    pub(super) entities: Ends,
}

/// Puts off, in the transaction that is open, what is made at the end. There is nothing yet.
pub(super) fn put_off(db: &Connection) -> Result<(), ReplicaError> {
    schema::drop_large_indexes(db)?;
    Meta::PutOff.set(db, 1)
}

/// Makes what a first load that was killed has put off, if there is any.
///
/// # Errors
/// The store's failures; the mark stays then.
pub(crate) fn catch_up(db: &Connection) -> Result<(), ReplicaError> {
    make_up(db, collect)
}

/// Makes what was put off from what the load collected.
pub(super) fn finish(db: &Connection, collected: Collected) -> Result<(), ReplicaError> {
    make_up(db, |_| Ok(collected))
}

fn make_up(
    db: &Connection,
    collected: impl FnOnce(&Connection) -> Result<Collected, ReplicaError>,
) -> Result<(), ReplicaError> {
    if !is_marked(db)? {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if is_marked(&transaction)? {
        let mut collected = collected(&transaction)?;
        collected.changes.write(&transaction)?;
        collected.entities.write(&transaction)?;
        schema::make_large_indexes(&transaction)?;
        Meta::PutOff.remove(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

pub(crate) fn is_marked(db: &Connection) -> Result<bool, ReplicaError> {
    Ok(Meta::PutOff.get::<i64>(db)?.is_some())
}

/// Collects the ends from the tables.
fn collect(db: &Connection) -> Result<Collected, ReplicaError> {
    let mut changes = Ends::new(Of::Changes);
    let mut statement = db.prepare("SELECT change_id, position FROM records")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        changes.add(Uuid::from_bytes(row.get(0)?), row.get(1)?);
    }
    let mut entities = Ends::new(Of::Entities);
    let mut statement = db.prepare("SELECT id, key FROM versions ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut before = None;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(1)?;
        let entity = EntityKey::of_row(key);
        if before != Some(entity) {
            entities.add(Uuid::from_bytes(row.get(0)?), key);
            before = Some(entity);
        }
    }
    Ok(Collected { changes, entities })
}
