//! What only a newer program understands: kept as bytes, marked, and read again after an upgrade.
//!
//! The vocabulary is what a program can read in a change. A replica remembers with which one it was
//! evolved; a program with a greater one reads the stored records again, without a new clone.

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, CommentEvent, Event, MetricValueEvent};
use okr_core::id::{EntityId, Position};
use okr_core::view::View;
use okr_proto::{Decoded, VOCABULARY};
use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use crate::erasure;
use crate::error::ReplicaError;
use crate::ingest::evolve_again;
use crate::meta::Meta;
use crate::moment::Confirmed;
use crate::reading::Reading;
use crate::record;

/// Which changes only a newer program understands, and what they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrades {
    /// How many changes.
    pub changes: usize,
    /// The ids of the entities that they are about, which may not be known here otherwise.
    pub entities: Vec<Uuid>,
}

impl Reading<'_> {
    /// Returns what only a newer program understands at the moment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn upgrades(&self) -> Result<Upgrades, ReplicaError> {
        let until = record::number(self.upgrades_until());
        let db = self.db();
        let mut statement =
            db.prepare_cached("SELECT DISTINCT id FROM upgrades WHERE position <= ?1")?;
        let ids = statement.query_map([until], |row| row.get(0).map(Uuid::from_bytes))?;
        let entities: Vec<Uuid> = ids.collect::<Result<_, _>>()?;
        if entities.is_empty() {
            return Ok(Upgrades::default());
        }
        let changes: i64 = db
            .prepare_cached("SELECT count(DISTINCT position) FROM upgrades WHERE position <= ?1")?
            .query_row([until], |row| row.get(0))?;
        Ok(Upgrades {
            changes: usize::try_from(changes).unwrap_or(usize::MAX),
            entities,
        })
    }

    /// Says whether only a newer program knows what an entity is at the moment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn upgrade_needed(&self, id: EntityId) -> Result<bool, ReplicaError> {
        is_needed(self.db(), id, self.upgrades_until())
    }

    /// Which changes count: up to the moment on the recorded axis, all of them on the others.
    fn upgrades_until(&self) -> Position {
        match self.defined_by() {
            Confirmed::Until(position) => position,
            Confirmed::Authored(_) => Position::new(u64::MAX),
        }
    }
}

/// Says whether a change up to a position is about an entity and only known to a newer program.
fn is_needed(db: &Connection, id: EntityId, until: Position) -> Result<bool, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT 1 FROM upgrades WHERE id = ?1 AND position <= ?2")?;
    Ok(statement.exists((id.uuid().as_bytes(), record::number(until)))?)
}

/// Says whether anything here is only known to a newer program.
///
/// What the rules say here is then worth less than what the server says.
pub(crate) fn is_any_needed(db: &Connection) -> Result<bool, ReplicaError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM upgrades LIMIT 1")?
        .exists([])?)
}

/// Refuses to go on with an entity that only a newer program knows.
///
/// # Errors
/// [`ReplicaError::UpgradeNeeded`]; the store's failures.
pub(crate) fn refuse_marked(db: &Connection, entity: EntityId) -> Result<(), ReplicaError> {
    if is_needed(db, entity, Position::new(u64::MAX))? {
        return Err(ReplicaError::UpgradeNeeded { entity });
    }
    Ok(())
}

/// Refuses a change about something that only a newer program knows, check-ins and comments on it and
/// values of it included.
///
/// # Errors
/// [`ReplicaError::UpgradeNeeded`]; the store's failures.
pub(crate) fn refuse_unknown<V: View<Error = ReplicaError>>(
    db: &Connection,
    view: &V,
    change: &Change,
) -> Result<(), ReplicaError> {
    if !is_any_needed(db)? {
        return Ok(());
    }
    for event in &change.events {
        let outer = match event {
            Event::CheckIn(_, CheckInEvent::Recorded(new)) => Some(new.key_result.into()),
            Event::CheckIn(id, CheckInEvent::Corrected(_) | CheckInEvent::Retracted) => {
                match view.entity((*id).into())? {
                    Some(Entity::CheckIn(check_in)) => Some(EntityId::from(check_in.key_result)),
                    Some(_) | None => None,
                }
            }
            Event::MetricValue(_, MetricValueEvent::Recorded(new)) => Some(new.metric.into()),
            Event::MetricValue(id, MetricValueEvent::Retracted) => {
                match view.entity((*id).into())? {
                    Some(Entity::MetricValue(value)) => Some(value.metric.into()),
                    Some(_) | None => None,
                }
            }
            Event::Comment(_, CommentEvent::Added(new)) => Some(new.topic.entity()),
            Event::Comment(id, CommentEvent::Edited(_) | CommentEvent::Retracted) => {
                view.comment(*id)?.map(|comment| comment.topic.entity())
            }
            Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::Initiative(..)
            | Event::Metric(..) => None,
        };
        let about = [Some(event.subject()), outer];
        for entity in about.into_iter().flatten() {
            refuse_marked(db, entity)?;
        }
    }
    Ok(())
}

/// Marks what a change is about that only a newer program understands.
pub(crate) fn mark(
    db: &Connection,
    decoded: &Decoded,
    position: Position,
) -> Result<(), ReplicaError> {
    match decoded {
        Decoded::Known(_) => {}
        Decoded::Newer { subjects, .. } => {
            let mut statement =
                db.prepare_cached("INSERT OR IGNORE INTO upgrades (id, position) VALUES (?1, ?2)")?;
            for subject in subjects {
                statement.execute((subject.as_bytes(), record::number(position)))?;
            }
        }
    }
    Ok(())
}

/// The vocabulary of this program.
fn vocabulary() -> i64 {
    #[cfg(test)]
    if let Some(old) = old_program::vocabulary() {
        return old;
    }
    i64::from(VOCABULARY)
}

/// Remembers with which vocabulary records were taken in.
pub(crate) fn remember_vocabulary(db: &Connection) -> Result<(), ReplicaError> {
    Meta::Vocabulary.set(db, vocabulary())
}

/// Reads again what an older program did not understand, if there is any.
///
/// # Errors
/// [`ReplicaError::NewerVocabulary`] when a newer program took records in; the store's failures.
pub(crate) fn catch_up(db: &mut Connection) -> Result<(), ReplicaError> {
    if !is_behind(db)? {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if is_behind(&transaction)? {
        evolve_again(&transaction)?;
        erasure::erase_texts(&transaction)?;
        remember_vocabulary(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Says whether there are records that this program may understand better.
pub(crate) fn is_behind(db: &Connection) -> Result<bool, ReplicaError> {
    let known = vocabulary();
    // A replica without one is of a program that did not count yet.
    let found: i64 = Meta::Vocabulary.get(db)?.unwrap_or(0);
    if found > known {
        return Err(ReplicaError::NewerVocabulary { found, known });
    }
    Ok(found < known && is_any_needed(db)?)
}

/// A program of the past, for tests: it knows no tags and no erasures, and counts its vocabulary as 0.
#[cfg(test)]
pub(crate) mod old_program {
    use std::cell::Cell;

    use okr_core::event::{Event, ObjectiveEvent, OrgEvent};
    use okr_proto::Decoded;

    thread_local! {
        static RUNS: Cell<bool> = const { Cell::new(false) };
    }

    /// Does something on this thread as the old program would.
    pub(crate) fn run<T>(step: impl FnOnce() -> T) -> T {
        RUNS.set(true);
        let done = step();
        RUNS.set(false);
        done
    }

    pub(super) fn vocabulary() -> Option<i64> {
        RUNS.get().then_some(0)
    }

    /// Returns what the program that runs understands of a change.
    pub(crate) fn understand(decoded: Decoded) -> Decoded {
        let is_new = |event: &Event| {
            matches!(
                event,
                Event::Objective(_, ObjectiveEvent::Tagged(_))
                    | Event::Org(_, OrgEvent::TextsErased(_))
            )
        };
        match decoded {
            Decoded::Known(change) if RUNS.get() && change.events.iter().any(is_new) => {
                Decoded::Newer {
                    id: change.id,
                    authored_at: change.authored_at,
                    on_behalf_of: change.on_behalf_of,
                    source: Some(change.source),
                    reason: change.reason,
                    subjects: change
                        .events
                        .iter()
                        .map(|event| event.subject().uuid())
                        .collect(),
                }
            }
            known_or_newer => known_or_newer,
        }
    }
}

#[cfg(test)]
mod tests;
