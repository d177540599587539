//! The pending changes that fit, by entity: what a reading lays over the confirmed state.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, CommentEvent, Event};
use okr_core::id::{EntityId, KeyResultId, ObjectiveId};
use rusqlite::Connection;

use super::committed::moves;
use crate::error::ReplicaError;
use crate::log::late::Late;
use crate::moment::Waiting;
use crate::rebase;
use crate::version::CORRECTED;

/// An event of a pending change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueuedEvent<'q> {
    /// The place of its change among those that fit, from 0.
    pub(crate) place: usize,
    pub(super) authored_at: i64,
    pub(crate) event: &'q Event,
}

/// The pending changes that fit.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) changes: Vec<Change>,
    /// The entities that they are about, in the order in which they first appear.
    pub(crate) order: Vec<EntityId>,
    /// For each of them, the places of changes and of the events in these.
    events: HashMap<EntityId, Vec<(usize, usize)>>,
    /// The key results that they move to another objective, with the one that these were below.
    pub(super) moved: Vec<(ObjectiveId, KeyResultId)>,
    /// What of them came late. It does not depend on the moment that is read.
    pub(super) late: Late,
}

impl Queue {
    pub(crate) fn load(db: &Connection) -> Result<Self, ReplicaError> {
        let mut queue = Self::default();
        let rebased = rebase::rebase(db)?;
        queue.late = rebased.late;
        for pending in rebased.fitting {
            let place = queue.changes.len();
            for (index, event) in pending.change.events.iter().enumerate() {
                let id = event.subject();
                let events = queue.events.entry(id).or_default();
                if events.is_empty() {
                    queue.order.push(id);
                }
                events.push((place, index));
                queue.moved.extend(moves(event));
            }
            queue.changes.push(pending.change);
        }
        Ok(queue)
    }

    /// Returns the events about an entity that count, in order.
    pub(crate) fn events(
        &self,
        id: EntityId,
        waiting: Waiting,
    ) -> impl Iterator<Item = QueuedEvent<'_>> {
        let events = self.events.get(&id).map_or(&[][..], Vec::as_slice);
        let events = events.iter().map(|(place, index)| {
            let change = &self.changes[*place];
            QueuedEvent {
                place: *place,
                authored_at: change.authored_at.as_microsecond(),
                event: &change.events[*index],
            }
        });
        events.filter(move |queued| waiting.counts(queued.place, queued.authored_at))
    }

    /// Applies the events that count to what is confirmed.
    pub(super) fn fold(&self, id: EntityId, confirmed: Option<Entity>, waiting: Waiting) -> Folded {
        let mut folded = Folded {
            entity: confirmed,
            born: None,
            flags: 0,
            any: false,
        };
        for queued in self.events(id, waiting) {
            let was_there = folded.entity.is_some();
            folded.entity = Entity::evolve(folded.entity.take(), queued.event);
            folded.any = true;
            if !was_there && folded.entity.is_some() {
                folded.born = Some(queued.place);
            }
            if let Event::CheckIn(_, CheckInEvent::Corrected(_))
            | Event::Comment(_, CommentEvent::Edited(_)) = queued.event
            {
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
