//! What a change did to each thing, field by field: its patch.

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::Event;
use okr_core::field::{FieldStep, field_steps};
use okr_core::id::{EntityId, Position};

use super::Reading;
use crate::error::ReplicaError;
use crate::log::{LogEntry, Place};
use crate::moment::{Bound, Confirmed, Waiting};

/// What a change did to a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The thing.
    pub about: EntityId,
    /// Whether the change made it.
    pub created: bool,
    /// The fields that it changed, from what they held in the log just before it.
    pub steps: Vec<FieldStep>,
}

impl Reading<'_> {
    /// Returns what a change did to each thing, in the order in which it names them.
    ///
    /// Nothing of a change that only a newer program understands.
    ///
    /// # Errors
    /// The store's failures.
    pub fn patch(&self, entry: &LogEntry) -> Result<Vec<Patch>, ReplicaError> {
        let Some(change) = &entry.change else {
            return Ok(Vec::new());
        };
        let before = self.just_before(entry, change);
        let mut patches = Vec::new();
        let mut done: Vec<EntityId> = Vec::new();
        for id in change.events.iter().map(Event::subject) {
            if done.contains(&id) {
                continue;
            }
            done.push(id);
            let then = self.entity_by(id, before)?;
            let mut now = then.clone();
            for event in change.events.iter().filter(|event| event.subject() == id) {
                now = Entity::evolve(now.take(), event);
            }
            patches.push(Patch {
                about: id,
                created: then.is_none() && now.is_some(),
                steps: field_steps(then.as_ref(), now.as_ref()),
            });
        }
        Ok(patches)
    }

    /// Returns what counted in the log just before a change.
    fn just_before(&self, entry: &LogEntry, change: &Change) -> Bound {
        match entry.place {
            Place::Confirmed { position, .. } => Bound {
                confirmed: Confirmed::Until(Position::new(position.get().saturating_sub(1))),
                waiting: Waiting::Nothing,
            },
            Place::Pending => {
                let everything = Position::new(crate::version::MAX_POSITION);
                let mut queued = self.queue.changes.iter();
                let place = queued.position(|queued| queued.id == change.id);
                Bound {
                    confirmed: Confirmed::Until(everything),
                    waiting: match place {
                        Some(place) if place > 0 => Waiting::Upto(place - 1),
                        Some(_) => Waiting::Nothing,
                        // It is in conflict: what it met is everything else.
                        None => Waiting::Everything,
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
