//! The index on disk: derived from versions and records, and caught up by whoever searches.
//!
//! A pull does not write it, so that it costs a pull nothing. It is brought from the position up to
//! which it reaches to the head in transactions of a bounded size: killed in between, it goes on from
//! there, and several processes take turns. What it lacks is looked through in memory instead.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use okr_core::event::Event;
use okr_core::id::{EntityId, EntityKind, Position};
use okr_proto::Decoded;
use rusqlite::Connection;

use super::sieve::insert_texts;
use super::texts::Texts;
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::replica::Replica;
use crate::version::{self, EntityKey};
use crate::{body, record, schema};

/// How many changes one transaction takes into the index; others wait for as long to write.
const CHANGES_AT_ONCE: u64 = if cfg!(test) { 7 } else { 10_000 };
/// With no more changes than this to take in, nobody waits for another process that is writing.
const FEW: u64 = 2000;

/// How far catching up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexProgress {
    /// How many changes were taken in so far.
    pub done: u64,
    /// How many there are to take in.
    pub of: u64,
}

impl Replica {
    /// Takes every confirmed change into the index that searching uses, as far as it lacks any.
    ///
    /// Searching finds the same without it, only more slowly.
    ///
    /// # Errors
    /// [`ReplicaError::Busy`] when another process is writing, [`ReplicaError::ReadOnly`] and
    /// [`ReplicaError::Full`]; the store's other failures. What was taken in until then stays.
    pub fn index_texts(
        &mut self,
        progress: &mut dyn FnMut(IndexProgress),
    ) -> Result<(), ReplicaError> {
        let begun = position(self.db())?;
        let of = meta::head(self.db())?.get().saturating_sub(begun.get());
        if of == 0 {
            return Ok(());
        }
        if of <= FEW {
            self.db().busy_timeout(Duration::ZERO)?;
        }
        let done = self.index_all(begun, progress);
        self.db().busy_timeout(schema::BUSY_TIMEOUT)?;
        done
    }

    fn index_all(
        &mut self,
        begun: Position,
        progress: &mut dyn FnMut(IndexProgress),
    ) -> Result<(), ReplicaError> {
        loop {
            // What a power cut takes is derived again.
            let (reached, head) = self.write_unsynced(advance)?;
            progress(IndexProgress {
                done: reached.get().saturating_sub(begun.get()),
                of: head.get().saturating_sub(begun.get()),
            });
            if reached >= head {
                return Ok(());
            }
        }
    }
}

/// Returns the newest position of what is in the index.
pub(super) fn position(db: &Connection) -> Result<Position, ReplicaError> {
    record::position(Meta::Indexed.get(db)?.unwrap_or(0))
}

/// Empties the index, because what it was derived from has become something else.
pub(crate) fn forget(db: &Connection) -> Result<(), ReplicaError> {
    if Meta::Indexed.get::<i64>(db)?.is_some() {
        db.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
        Meta::Indexed.remove(db)?;
    }
    Ok(())
}

/// Takes the next changes in, and returns how far the index reaches then, and the head.
pub(super) fn advance(db: &Connection) -> Result<(Position, Position), ReplicaError> {
    let (from, head) = (position(db)?, meta::head(db)?);
    let reached = head.min(Position::new(from.get() + CHANGES_AT_ONCE));
    if reached > from {
        let mut insert = db.prepare_cached(
            "INSERT INTO search
                 (rowid, title, description, measure, reflection, note, comment, reason)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let mut forget = db.prepare_cached("DELETE FROM search WHERE rowid BETWEEN ?1 AND ?2")?;
        each_new(db, from.next().get()..=reached.get(), &mut |new| {
            match new {
                New::Texts(number, texts) => insert_texts(&mut insert, number, &texts)?,
                New::Rewritten(key) => {
                    forget.execute((key.authored_row(0), key.last_row()))?;
                }
            }
            Ok(())
        })?;
        Meta::Indexed.set(db, record::number(reached))?;
    }
    Ok((reached, head))
}

/// Something that the index takes in.
pub(super) enum New {
    /// The texts of a version, by its key, or of a change, by its position.
    Texts(i64, Texts),
    /// The versions of an entity that exist on the authored axis only are others now.
    Rewritten(EntityKey),
}

/// Gives everything new in the changes at some positions.
pub(super) fn each_new(
    db: &Connection,
    positions: RangeInclusive<u64>,
    take: &mut dyn FnMut(New) -> Result<(), ReplicaError>,
) -> Result<(), ReplicaError> {
    let mut records = db.prepare_cached(
        "SELECT position, bytes FROM records WHERE position BETWEEN ?1 AND ?2 ORDER BY position",
    )?;
    let bounds = [*positions.start(), *positions.end()].map(Position::new);
    let mut rows = records.query(bounds.map(record::number))?;
    let mut disordered = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let at = record::position(number)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(ReplicaError::damaged)?;
        let (reason, subjects) = match record::decode(bytes, at)? {
            Decoded::Known(change) => (change.reason, subjects(&change.events)),
            Decoded::Newer { reason, .. } => (reason, BTreeSet::new()),
        };
        if let Some(reason) = reason {
            take(New::Texts(number, Texts::of_reason(&reason)))?;
        }
        for id in subjects {
            if let Some(key) = version::find(db, id)?
                && each_version(db, (key.row(at), key.row(at)), take)?
            {
                disordered.insert(key);
            }
        }
    }
    for key in disordered {
        take(New::Rewritten(key))?;
        each_version(db, (key.authored_row(0), key.last_row()), take)?;
    }
    Ok(())
}

/// Returns what has texts among the things that events are about.
fn subjects(events: &[Event]) -> BTreeSet<EntityId> {
    let has_texts = |id: &EntityId| match id.kind() {
        EntityKind::Objective
        | EntityKind::KeyResult
        | EntityKind::CheckIn
        | EntityKind::Comment
        | EntityKind::Initiative
        | EntityKind::Metric
        | EntityKind::MetricValue => true,
        EntityKind::Org | EntityKind::Person | EntityKind::Team | EntityKind::Cycle => false,
    };
    events
        .iter()
        .map(Event::subject)
        .filter(has_texts)
        .collect()
}

/// Gives the texts of versions, and says whether one of them is not on the authored axis.
fn each_version(
    db: &Connection,
    keys: (i64, i64),
    take: &mut dyn FnMut(New) -> Result<(), ReplicaError>,
) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT key, kind, id, body, authored_from IS NULL FROM versions
         WHERE key BETWEEN ?1 AND ?2",
    )?;
    let mut rows = statement.query(keys)?;
    let mut any_disordered = false;
    while let Some(row) = rows.next()? {
        let id = version::entity_id(row.get(1)?, row.get(2)?)?;
        let body = row.get_ref(3)?;
        let body = body.as_str().map_err(ReplicaError::damaged)?;
        let texts = Texts::of(&body::read(id, body)?);
        any_disordered |= row.get::<_, bool>(4)?;
        if !texts.is_empty() {
            take(New::Texts(row.get(0)?, texts))?;
        }
    }
    Ok(any_disordered)
}
