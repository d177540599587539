//! The pending changes that fit, by entity: what a reading lays over the confirmed state.

use std::collections::HashMap;

use okr_core::Timestamp;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{ChangeId, EntityId, PersonId};
use okr_core::text::LongText;
use okr_core::value::{AmendmentCategory, Source};
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::moment::Waiting;
use crate::rebase;
use crate::version::CORRECTED;

/// What is known of a pending change beside its events.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) id: ChangeId,
    pub(crate) authored_at: Timestamp,
    pub(super) on_behalf_of: Option<PersonId>,
    pub(super) source: Source,
    pub(super) reason: Option<LongText>,
    pub(super) amendment: Option<AmendmentCategory>,
}

/// An event of a pending change.
#[derive(Debug)]
pub(crate) struct QueuedEvent {
    /// The place of its change among those that fit, from 0.
    pub(crate) place: usize,
    pub(super) authored_at: i64,
    pub(crate) event: Event,
}

/// The pending changes that fit.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) changes: Vec<Queued>,
    /// The entities that they are about, in the order in which they first appear.
    pub(crate) order: Vec<EntityId>,
    events: HashMap<EntityId, Vec<QueuedEvent>>,
}

impl Queue {
    pub(crate) fn load(db: &Connection) -> Result<Self, ReplicaError> {
        let mut queue = Self::default();
        for pending in rebase::rebase(db)?.fitting {
            let change = pending.change;
            let place = queue.changes.len();
            queue.changes.push(Queued {
                id: change.id,
                authored_at: change.authored_at,
                on_behalf_of: change.on_behalf_of,
                source: change.source,
                reason: change.reason,
                amendment: change.amendment,
            });
            for event in change.events {
                let id = event.subject();
                let events = queue.events.entry(id).or_default();
                if events.is_empty() {
                    queue.order.push(id);
                }
                events.push(QueuedEvent {
                    place,
                    authored_at: change.authored_at.as_microsecond(),
                    event,
                });
            }
        }
        Ok(queue)
    }

    /// Returns the events about an entity, in order.
    pub(crate) fn events(&self, id: EntityId) -> &[QueuedEvent] {
        self.events.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Applies the events that count to what is confirmed.
    pub(super) fn fold(&self, id: EntityId, confirmed: Option<Entity>, waiting: Waiting) -> Folded {
        let mut folded = Folded {
            entity: confirmed,
            born: None,
            flags: 0,
            any: false,
        };
        for queued in self.events(id) {
            if !waiting.counts(queued.place, queued.authored_at) {
                continue;
            }
            let was_there = folded.entity.is_some();
            folded.entity = Entity::evolve(folded.entity.take(), &queued.event);
            folded.any = true;
            if !was_there && folded.entity.is_some() {
                folded.born = Some(queued.place);
            }
            if let Event::CheckIn(_, CheckInEvent::Corrected(_)) = queued.event {
                folded.flags |= CORRECTED;
            }
        }
        folded
    }
}

/// An entity with pending events applied.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) entity: Option<Entity>,
    /// The place of the change that made it, when that is pending.
    pub(super) born: Option<usize>,
    pub(super) flags: i64,
    /// Whether any event counted.
    pub(super) any: bool,
}
