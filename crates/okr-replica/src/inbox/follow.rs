//! What somebody follows here, and how far they have looked.

use okr_core::id::{EntityId, Position};
use rusqlite::Connection;

use super::unread;
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::record;
use crate::replica::Replica;
use crate::version;

/// Something that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowedThing {
    /// What.
    pub thing: EntityId,
    /// What happened up to this position is not told.
    pub since: Position,
}

impl Replica {
    /// Returns what is followed here, in the order of the ids.
    ///
    /// # Errors
    /// The store's failures.
    pub fn followed(&self) -> Result<Vec<FollowedThing>, ReplicaError> {
        followed(self.snapshot()?.db)
    }

    /// Follows a thing from now on; says whether it was not followed before.
    ///
    /// # Errors
    /// The store's failures.
    pub fn follow(&mut self, thing: EntityId) -> Result<bool, ReplicaError> {
        self.write(|db| {
            unread::forget(db)?;
            let written = db
                .prepare_cached(
                    "INSERT OR IGNORE INTO follows (id, kind, since) VALUES (?1, ?2, ?3)",
                )?
                .execute((
                    thing.uuid().as_bytes(),
                    version::kind_number(thing.kind()),
                    record::number(meta::head(db)?),
                ))?;
            Ok(written > 0)
        })
    }

    /// Ends following a thing; says whether it was followed before.
    ///
    /// # Errors
    /// The store's failures.
    pub fn unfollow(&mut self, thing: EntityId) -> Result<bool, ReplicaError> {
        self.write(|db| {
            unread::forget(db)?;
            let gone = db
                .prepare_cached("DELETE FROM follows WHERE id = ?1")?
                .execute([thing.uuid().as_bytes()])?;
            Ok(gone > 0)
        })
    }

    /// Returns the position up to which the person has looked; none when they never did.
    ///
    /// # Errors
    /// The store's failures.
    pub fn inbox_seen(&self) -> Result<Option<Position>, ReplicaError> {
        seen(self.db())
    }

    /// Notes up to which position the person has looked. It never goes back.
    ///
    /// It is not worth a sync to the disk of its own: a power cut may take it.
    ///
    /// # Errors
    /// The store's failures.
    pub fn see_inbox(&mut self, until: Position) -> Result<(), ReplicaError> {
        self.write_unsynced(|db| {
            let seen: Option<i64> = Meta::InboxSeen.get(db)?;
            let until = record::number(until.min(meta::head(db)?));
            Meta::InboxSeen.set(db, until.max(seen.unwrap_or(0)))
        })
    }
}

/// Returns the position up to which the person has looked; none when they never did.
pub(super) fn seen(db: &Connection) -> Result<Option<Position>, ReplicaError> {
    let seen: Option<i64> = Meta::InboxSeen.get(db)?;
    seen.map(record::position).transpose()
}

pub(super) fn followed(db: &Connection) -> Result<Vec<FollowedThing>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT kind, id, since FROM follows ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(FollowedThing {
            thing: version::entity_id(row.get(0)?, row.get(1)?)?,
            since: record::position(row.get(2)?)?,
        });
    }
    Ok(found)
}

/// Lets what came after a position be new again: another history goes on from there.
pub(crate) fn look_again_after(db: &Connection, common: Position) -> Result<(), ReplicaError> {
    unread::forget(db)?;
    let common = record::number(common);
    db.execute("UPDATE follows SET since = min(since, ?1)", [common])?;
    let seen: Option<i64> = Meta::InboxSeen.get(db)?;
    match seen {
        Some(seen) if seen > common => Meta::InboxSeen.set(db, common),
        Some(_) | None => Ok(()),
    }
}
