//! Who settled something last: the change behind a value or a state, as the log has it.

use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{EntityId, Position};
use rusqlite::Connection;

use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::version;

/// Returns the newest confirmed change up to a position that settled an aspect of an entity.
///
/// Costs a look at each change of the entity since then.
pub(crate) fn last(
    db: &Connection,
    (entity, aspect): (EntityId, &Aspect),
    until: Position,
) -> Result<Option<LogEntry>, ReplicaError> {
    for position in version::positions_until(db, entity, until)? {
        let entry = log::entry(db, position)?;
        if let Some(entry) = entry.filter(|entry| settles(entry, entity, aspect)) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Says whether a change of the log settles an aspect of an entity.
pub(crate) fn settles(entry: &LogEntry, entity: EntityId, aspect: &Aspect) -> bool {
    entry
        .change
        .as_ref()
        .is_some_and(|change| event_of(change, entity, aspect).is_some())
}

/// Returns the last event of a change that settles an aspect of an entity.
pub(crate) fn event_of<'c>(
    change: &'c Change,
    entity: EntityId,
    aspect: &Aspect,
) -> Option<&'c Event> {
    let mut events = change.events.iter().rev();
    events.find(|event| event.subject() == entity && aspect.is_settled_by(event))
}
