//! What takes a change back, computed on the state of now, and what stands in the way.

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{Event, KeyResultEvent, MetricEvent, ObjectiveEvent, TeamEvent};
use okr_core::id::{EntityId, EntityKind, PersonId, Position};
use okr_core::view::{Overlay, View};
use rusqlite::Connection;
use uuid::Uuid;

use super::inverse::{Inverse, inverse};
use super::{Dependent, Kept, Why};
use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, Place};
use crate::moment::Confirmed;
use crate::pending::{self, PendingChange};
use crate::rebase::{self, Bench};
use crate::view::ConfirmedView;
use crate::{meta, setter, version};

/// What takes a change back.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// The events that do it, the last one first undone.
    pub(super) events: Vec<Event>,
    /// What of it stays.
    pub(super) kept: Vec<Kept>,
    /// What builds on things that it made.
    pub(super) dependents: Vec<Dependent>,
}

/// Says what takes a change back.
pub(super) fn plan(
    db: &Connection,
    (entry, original): (&LogEntry, &Change),
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Planned, ReplicaError> {
    let (bench, view) = (Bench::read(db)?, rebase::head_view(db)?);
    let mut state = Overlay::new(&view);
    let waiting = rebase::rebase_onto(&mut state, bench, pending::all(db)?)?.fitting;
    let befores = befores(db, (entry, original), &waiting)?;
    let since = Since {
        db,
        me: bench.me,
        entry,
        waiting: &waiting,
    };
    let mut planned = Planned::default();
    for (event, before) in original.events.iter().zip(&befores).rev() {
        let Some(now) = state.entity(event.subject())? else {
            continue;
        };
        let aspect = Aspect::of(event);
        if aspect == Aspect::Existence {
            let found = since.dependents(&state, (event, original))?;
            planned.dependents.extend(found);
        } else if let Some(other) = since.by_others(event.subject(), &aspect)? {
            let why = Why::ChangedSince(Some(Box::new(other)));
            planned.keep(event, why);
            continue;
        }
        match inverse(event, (before.as_ref(), &now), fresh) {
            Inverse::By(back) => {
                state.apply_event(&back)?;
                planned.events.push(*back);
            }
            Inverse::AlreadyBack => planned.keep(event, Why::AlreadyBack),
            Inverse::MovedOn => {
                let by = since.by_anybody(event.subject(), &aspect)?;
                planned.keep(event, Why::ChangedSince(by.map(Box::new)));
            }
            Inverse::None(why) => planned.keep(event, Why::NoWayBack(why)),
        }
    }
    planned.kept.reverse();
    Ok(planned)
}

impl Planned {
    fn keep(&mut self, event: &Event, why: Why) {
        let event = event.clone();
        self.kept.push(Kept { event, why });
    }
}

/// Returns what the entity of each event was just before it.
fn befores(
    db: &Connection,
    (entry, original): (&LogEntry, &Change),
    waiting: &[PendingChange],
) -> Result<Vec<Option<Entity>>, ReplicaError> {
    let until = match entry.place {
        Place::Confirmed { position, .. } => Position::new(position.get().saturating_sub(1)),
        Place::Pending => meta::head(db)?,
    };
    let view = ConfirmedView::new(db, Confirmed::Until(until))?;
    let mut state = Overlay::new(&view);
    if entry.place == Place::Pending {
        let earlier = waiting
            .iter()
            .take_while(|pending| pending.change.id != original.id);
        for pending in earlier {
            state.apply(&pending.change)?;
        }
    }
    let mut befores = Vec::new();
    for event in &original.events {
        befores.push(state.entity(event.subject())?);
        state.apply_event(event)?;
    }
    Ok(befores)
}

/// What happened after a change.
struct Since<'a> {
    db: &'a Connection,
    me: PersonId,
    entry: &'a LogEntry,
    /// What waits to be pushed and fits.
    waiting: &'a [PendingChange],
}

impl Since<'_> {
    /// Returns the confirmed changes of an entity since then, the newest last.
    fn confirmed(&self, entity: EntityId) -> Result<Vec<LogEntry>, ReplicaError> {
        let Place::Confirmed { position, .. } = self.entry.place else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for position in version::positions_after(self.db, entity, position)? {
            entries.extend(log::entry(self.db, position)?);
        }
        Ok(entries)
    }

    /// Returns the newest change of somebody else that settled an aspect since then.
    fn by_others(
        &self,
        entity: EntityId,
        aspect: &Aspect,
    ) -> Result<Option<LogEntry>, ReplicaError> {
        let mut since = self.confirmed(entity)?.into_iter().rev();
        Ok(since.find(|entry| entry.author != self.me && setter::settles(entry, entity, aspect)))
    }

    /// Returns the newest change that settled an aspect since then.
    fn by_anybody(
        &self,
        entity: EntityId,
        aspect: &Aspect,
    ) -> Result<Option<LogEntry>, ReplicaError> {
        let settles = |change: &Change| setter::event_of(change, entity, aspect).is_some();
        let mut own = self.waiting.iter().rev();
        let own = own.find(|one| one.change.id != self.entry.id && settles(&one.change));
        if let Some(own) = own {
            return Ok(Some(log::pending_entry(self.me, own.change.clone())));
        }
        let mut since = self.confirmed(entity)?.into_iter().rev();
        Ok(since.find(|entry| setter::settles(entry, entity, aspect)))
    }

    /// Finds what builds on a thing that the change made: what belongs to it, and what others did
    /// to it.
    fn dependents<V: View<Error = ReplicaError>>(
        &self,
        state: &Overlay<'_, V>,
        (event, original): (&Event, &Change),
    ) -> Result<Vec<Dependent>, ReplicaError> {
        let subject = event.subject();
        let mut found = Vec::new();
        if is_container(event) {
            for child in children(self.db, state, subject)? {
                let made_along = original.events.iter().any(|event| event.subject() == child);
                if !made_along && is_live_child(state, subject, child)? {
                    found.push(Dependent::Thing(child));
                }
            }
        }
        for entry in self.confirmed(subject)? {
            if entry.author != self.me {
                found.push(Dependent::Change(Box::new(entry)));
            }
        }
        Ok(found)
    }
}

/// Says whether things can belong to what an event makes, which are hidden when it is put away.
const fn is_container(event: &Event) -> bool {
    matches!(
        event,
        Event::Team(_, TeamEvent::Created(_))
            | Event::Objective(_, ObjectiveEvent::Created(_))
            | Event::KeyResult(_, KeyResultEvent::Created(_))
            | Event::Metric(_, MetricEvent::Created(_))
    )
}

/// Returns the things that belong to another one, by what is confirmed or by what waits.
fn children<V: View<Error = ReplicaError>>(
    db: &Connection,
    state: &Overlay<'_, V>,
    parent: EntityId,
) -> Result<Vec<EntityId>, ReplicaError> {
    let mut found = version::children(db, parent)?;
    for entity in state.changed().entities() {
        let id = entity.id();
        let may_belong = match id.kind() {
            EntityKind::Objective
            | EntityKind::KeyResult
            | EntityKind::CheckIn
            | EntityKind::Metric
            | EntityKind::MetricValue => true,
            // Comments stay where they are, whatever becomes of what they are about, and an
            // initiative outlives the key results that it serves.
            EntityKind::Org
            | EntityKind::Person
            | EntityKind::Team
            | EntityKind::Cycle
            | EntityKind::Comment
            | EntityKind::Initiative => false,
        };
        if may_belong && !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Says whether a thing belongs to another one and would be hidden with it.
fn is_live_child<V: View<Error = ReplicaError>>(
    state: &V,
    parent: EntityId,
    child: EntityId,
) -> Result<bool, ReplicaError> {
    Ok(match state.entity(child)? {
        Some(Entity::Objective(child)) => {
            !child.archived && child.team.map(EntityId::from) == Some(parent)
        }
        Some(Entity::KeyResult(child)) => {
            !child.archived && EntityId::from(child.objective) == parent
        }
        Some(Entity::CheckIn(child)) => {
            !child.retracted && EntityId::from(child.key_result) == parent
        }
        Some(Entity::Metric(child)) => {
            !child.archived && child.team.map(EntityId::from) == Some(parent)
        }
        Some(Entity::MetricValue(child)) => {
            !child.retracted && EntityId::from(child.metric) == parent
        }
        Some(
            Entity::Org(_)
            | Entity::Person(_)
            | Entity::Team(_)
            | Entity::Cycle(_)
            | Entity::Comment(_)
            | Entity::Initiative(_),
        )
        | None => false,
    })
}
