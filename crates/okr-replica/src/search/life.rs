//! The times in which the texts of a thing stayed the same, pending changes included.

use okr_core::entity::Entity;
use okr_core::id::{ChangeId, EntityId, Position};

use super::texts::Texts;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::moment::Waiting;
use crate::reading::Reading;
use crate::version::{self, Version};
use crate::{meta, pending};

/// Where something began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Start {
    /// With a confirmed change.
    At(Position),
    /// With a pending change, by its place among those that fit.
    Pending(usize),
}

/// A time in which the texts of a thing stayed the same, in the order of the log.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) since: Start,
    pub(super) until: Option<Start>,
    /// What the thing was at the end of it.
    pub(super) entity: Entity,
    pub(super) texts: Texts,
}

/// Returns every time of a thing, the oldest first.
pub(super) fn lives(reading: &Reading<'_>, id: EntityId) -> Result<Vec<Life>, ReplicaError> {
    let mut lives = Vec::new();
    if let Some(key) = version::find(reading.db(), id)? {
        let last = key.row(Position::new(version::MAX_POSITION));
        let sql = format!(
            "SELECT {} FROM versions WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
            version::COLUMNS
        );
        let mut statement = reading.db().prepare_cached(&sql)?;
        let mut rows = statement.query((key.first_row(), last))?;
        while let Some(row) = rows.next()? {
            let Version { row, entity, .. } = Version::read(row)?;
            if let Some(position) = version::position_of_row(row.key) {
                go_on(&mut lives, entity, Start::At(position));
            }
        }
    }
    let mut entity = lives.last().map(|life| life.entity.clone());
    for queued in reading.queue().events(id, Waiting::Everything) {
        entity = Entity::evolve(entity.take(), queued.event);
        if let Some(entity) = &entity {
            go_on(&mut lives, entity.clone(), Start::Pending(queued.place));
        }
    }
    Ok(lives)
}

/// Adds what a thing became; a new time begins when its texts are others.
fn go_on(lives: &mut Vec<Life>, entity: Entity, start: Start) {
    let texts = Texts::of(&entity);
    match lives.last_mut() {
        Some(last) if last.texts == texts => {
            last.entity = entity;
            return;
        }
        // What one change did in several steps is one step.
        Some(last) if last.since == start => {
            last.entity = entity;
            last.texts = texts;
            return;
        }
        Some(last) => last.until = Some(start),
        None => {}
    }
    lives.push(Life {
        since: start,
        until: None,
        entity,
        texts,
    });
}

/// Reads the changes with which something began.
#[derive(Default)]
pub(super) struct Starts {
    waiting: Option<Vec<LogEntry>>,
}

impl Starts {
    pub(super) fn entry(
        &mut self,
        reading: &Reading<'_>,
        start: Start,
    ) -> Result<Option<LogEntry>, ReplicaError> {
        match start {
            Start::At(position) => log::entry(reading.db(), position),
            Start::Pending(place) => {
                let id = reading.queue().changes.get(place).map(|queued| queued.id);
                match id {
                    Some(id) => self.pending(reading, id),
                    None => Ok(None),
                }
            }
        }
    }

    fn pending(
        &mut self,
        reading: &Reading<'_>,
        id: ChangeId,
    ) -> Result<Option<LogEntry>, ReplicaError> {
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            none => none.insert(waiting(reading)?),
        };
        Ok(waiting.iter().find(|entry| entry.id == id).cloned())
    }
}

/// Reads every change that waits.
fn waiting(reading: &Reading<'_>) -> Result<Vec<LogEntry>, ReplicaError> {
    let me = meta::me(reading.db())?;
    let waiting = pending::all(reading.db())?.into_iter();
    Ok(waiting
        .map(|pending| log::pending_entry(me, pending.change))
        .collect())
}
