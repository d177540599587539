//! The authored axis of an entity whose changes were not authored in the order of the log.
//!
//! What it was by time T is the fold, in the order of the log, of its events authored at or before
//! T. Such an entity gets rows of its own for this axis; its other rows serve the recorded one.

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, CommentEvent, Event};
use okr_core::id::EntityId;
use okr_proto::Decoded;
use rusqlite::Connection;

use super::evolve::Evolver;
use super::rows::{Rows, Span};
use crate::error::ReplicaError;
use crate::record;
use crate::version::{self, CORRECTED, EntityKey, LATE};

/// Writes the rows of the authored axis anew.
pub(super) fn rewrite(
    db: &Connection,
    (evolver, rows): (&mut Evolver, &mut Rows<'_>),
    key: EntityKey,
) -> Result<(), ReplicaError> {
    db.prepare_cached("DELETE FROM versions WHERE key BETWEEN ?1 AND ?2")?
        .execute((key.authored_row(0), key.last_row()))?;
    db.prepare_cached(
        "UPDATE versions SET authored_from = NULL, authored_to = NULL WHERE key BETWEEN ?1 AND ?2",
    )?
    .execute((key.first_row(), key.last_row()))?;
    let history = history(db, key)?;
    let times: BTreeSet<i64> = history.events.iter().map(|(time, _)| *time).collect();
    let mut until = times.iter().copied().skip(1);
    for (n, time) in times.iter().copied().enumerate() {
        let authored_to = until.next();
        let Some((entity, corrected)) = history.fold(time) else {
            continue;
        };
        let span = Span {
            row: key.authored_row(n),
            recorded_from: None,
            authored_from: Some(time),
            authored_to,
        };
        let links = evolver.links(db, &entity)?;
        rows.version(&entity, span, (history.late | corrected, links))?;
    }
    Ok(())
}

/// The events of one entity, in the order of the log, with the time each was authored.
struct History {
    events: Vec<(i64, Event)>,
    /// [`LATE`] or nothing.
    late: i64,
}

impl History {
    fn fold(&self, until: i64) -> Option<(Entity, i64)> {
        let mut entity = None;
        let mut corrected = 0;
        for (_, event) in self.events.iter().filter(|(time, _)| *time <= until) {
            entity = Entity::evolve(entity, event);
            if entity.is_some()
                && matches!(
                    event,
                    Event::CheckIn(_, CheckInEvent::Corrected(_))
                        | Event::Comment(_, CommentEvent::Edited(_))
                )
            {
                corrected = CORRECTED;
            }
        }
        entity.map(|entity| (entity, corrected))
    }
}

fn history(db: &Connection, key: EntityKey) -> Result<History, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT key, flags, kind, id FROM versions WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
    )?;
    let mut rows = statement.query((key.first_row(), key.last_row()))?;
    let mut history = History {
        events: Vec::new(),
        late: 0,
    };
    while let Some(row) = rows.next()? {
        let Some(position) = version::position_of_row(row.get(0)?) else {
            continue;
        };
        let flags: i64 = row.get(1)?;
        history.late |= flags & LATE;
        let id: EntityId = version::entity_id(row.get(2)?, row.get(3)?)?;
        if let Decoded::Known(change) = record::decoded(db, position)? {
            let authored = change.authored_at.as_microsecond();
            let about = change
                .events
                .into_iter()
                .filter(|event| event.subject() == id);
            history.events.extend(about.map(|event| (authored, event)));
        }
    }
    Ok(history)
}
