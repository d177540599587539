//! What takes a change back, computed on the state of now, and what stands in the way.

use std::collections::{HashMap, HashSet};

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEvent, CommentEvent, Event, KeyResultEvent, MetricEvent, MetricValueEvent,
    ObjectiveEvent, TeamEvent,
};
use okr_core::id::{ChangeId, EntityId, EntityKind, PersonId, Position};
use okr_core::view::{Overlay, View};
use rusqlite::Connection;
use uuid::Uuid;

use super::inverse::{ERASED, Inverse, inverse};
use super::{Dependent, Kept, Why};
use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, Place};
use crate::moment::Confirmed;
use crate::pending::PendingChange;
use crate::view::ConfirmedView;
use crate::{erasure, rebase, setter, version};

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

impl Planned {
    fn keep(&mut self, event: &Event, why: Why) {
        let event = event.clone();
        self.kept.push(Kept { event, why });
    }
}

/// Says what takes each of several changes back.
pub(super) struct Planner<'a> {
    db: &'a Connection,
    me: PersonId,
    /// What waits to be pushed and fits.
    waiting: &'a [PendingChange],
    /// What the entity of each event of each change was just before it.
    befores: HashMap<ChangeId, Vec<Option<Entity>>>,
    /// What waits to be pushed, below what it belongs to.
    below: HashMap<EntityId, Vec<EntityId>>,
    /// What the changes are about.
    subjects: HashSet<EntityId>,
    /// What the changes made that can be put away again.
    made: HashSet<EntityId>,
    /// Whether texts were ever erased here.
    erasures: bool,
}

impl<'a> Planner<'a> {
    /// Prepares for changes that are taken back together, on the state of now.
    pub(super) fn new<V: View<Error = ReplicaError>>(
        (db, me): (&'a Connection, PersonId),
        (entries, waiting): (&[LogEntry], &'a [PendingChange]),
        state: &Overlay<'_, V>,
    ) -> Result<Self, ReplicaError> {
        let mut below: HashMap<EntityId, Vec<EntityId>> = HashMap::new();
        for entity in state.changed().entities() {
            if let Some(parent) = live_below(&entity) {
                below.entry(parent).or_default().push(entity.id());
            }
        }
        let changes = entries.iter().filter_map(|entry| entry.change.as_ref());
        let events = changes.flat_map(|change| &change.events);
        let made = events.clone().filter(|event| is_making(event));
        Ok(Self {
            db,
            me,
            waiting,
            befores: befores(db, entries, waiting)?,
            below,
            made: made.map(Event::subject).collect(),
            erasures: erasure::any_texts(db)?,
            subjects: events.map(Event::subject).collect(),
        })
    }

    /// Says whether the changes made a thing, so that it goes away with them.
    pub(super) fn made(&self, thing: EntityId) -> bool {
        self.made.contains(&thing)
    }

    /// Says what takes a change back on a state that later ones of them have left already.
    pub(super) fn plan<V: View<Error = ReplicaError>>(
        &self,
        state: &V,
        (entry, original): (&LogEntry, &Change),
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<Planned, ReplicaError> {
        let mut state = Overlay::new(state);
        let since = Since {
            planner: self,
            entry,
        };
        let befores = self.befores.get(&entry.id);
        let mut planned = Planned::default();
        for (index, event) in original.events.iter().enumerate().rev() {
            let Some(now) = state.entity(event.subject())? else {
                continue;
            };
            // It would come back as another one, which nothing takes away again.
            if is_retraction(event) && self.made(event.subject()) {
                planned.keep(event, Why::AlreadyBack);
                continue;
            }
            let aspect = Aspect::of(event);
            if aspect == Aspect::Existence {
                let found = since.dependents(&state, event)?;
                planned.dependents.extend(found);
            } else if let Some(other) = since.by_others(event.subject(), &aspect)? {
                let why = Why::ChangedSince(Some(Box::new(other)));
                planned.keep(event, why);
                continue;
            }
            let before = befores.and_then(|befores| befores.get(index)?.as_ref());
            match inverse(event, (before, &now), fresh) {
                Inverse::By(back) if self.erasures && back.iter().any(writes_erased) => {
                    planned.keep(event, Why::NoWayBack(ERASED));
                }
                Inverse::By(back) => {
                    for event in back {
                        state.apply_event(&event)?;
                        planned.events.push(event);
                    }
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
}

/// Returns what the entity of each event of some changes was just before it.
fn befores(
    db: &Connection,
    entries: &[LogEntry],
    waiting: &[PendingChange],
) -> Result<HashMap<ChangeId, Vec<Option<Entity>>>, ReplicaError> {
    let mut befores = HashMap::new();
    let mut pending = HashMap::new();
    for entry in entries {
        let Some(original) = &entry.change else {
            continue;
        };
        match entry.place {
            Place::Confirmed { position, .. } => {
                let until = Position::new(position.get().saturating_sub(1));
                let view = ConfirmedView::new(db, Confirmed::Until(until))?;
                befores.insert(entry.id, passing(&mut Overlay::new(&view), original)?);
            }
            Place::Pending => {
                pending.insert(entry.id, original);
            }
        }
    }
    if pending.is_empty() {
        return Ok(befores);
    }
    let view = rebase::head_view(db)?;
    let mut state = Overlay::new(&view);
    for waiting in waiting {
        match pending.remove(&waiting.change.id) {
            Some(original) => {
                befores.insert(original.id, passing(&mut state, original)?);
            }
            None => state.apply(&waiting.change)?,
        }
    }
    // What does not fit has changed nothing.
    for original in pending.into_values() {
        befores.insert(original.id, passing(&mut Overlay::new(&state), original)?);
    }
    Ok(befores)
}

/// Applies a change, and returns what the entity of each of its events was just before it.
fn passing<V: View<Error = ReplicaError>>(
    state: &mut Overlay<'_, V>,
    change: &Change,
) -> Result<Vec<Option<Entity>>, ReplicaError> {
    let mut befores = Vec::with_capacity(change.events.len());
    for event in &change.events {
        befores.push(state.entity(event.subject())?);
        state.apply_event(event)?;
    }
    Ok(befores)
}

/// What happened after a change.
struct Since<'a> {
    planner: &'a Planner<'a>,
    entry: &'a LogEntry,
}

impl Since<'_> {
    /// Returns the confirmed changes of an entity since then, the newest last.
    fn confirmed(&self, entity: EntityId) -> Result<Vec<LogEntry>, ReplicaError> {
        let Place::Confirmed { position, .. } = self.entry.place else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for position in version::positions_after(self.planner.db, entity, position)? {
            entries.extend(log::entry(self.planner.db, position)?);
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
        Ok(since.find(|entry| {
            entry.author != self.planner.me && setter::settles(entry, entity, aspect)
        }))
    }

    /// Returns the newest change that settled an aspect since then.
    fn by_anybody(
        &self,
        entity: EntityId,
        aspect: &Aspect,
    ) -> Result<Option<LogEntry>, ReplicaError> {
        let settles = |change: &Change| setter::event_of(change, entity, aspect).is_some();
        let own = self.planner.waiting.iter().rev();
        let mut own = own.take_while(|one| one.change.id != self.entry.id);
        let own = own.find(|one| settles(&one.change));
        if let Some(own) = own {
            return Ok(Some(log::pending_entry(
                self.planner.me,
                own.change.clone(),
            )));
        }
        let mut since = self.confirmed(entity)?.into_iter().rev();
        Ok(since.find(|entry| setter::settles(entry, entity, aspect)))
    }

    /// Finds what builds on a thing that the change made: what belongs to it, and what others did
    /// to it.
    fn dependents<V: View<Error = ReplicaError>>(
        &self,
        state: &V,
        event: &Event,
    ) -> Result<Vec<Dependent>, ReplicaError> {
        let (planner, subject) = (self.planner, event.subject());
        let mut found = Vec::new();
        if is_container(event) {
            let mut seen = HashSet::new();
            let confirmed = version::children(planner.db, subject)?;
            let pending = planner.below.get(&subject).into_iter().flatten().copied();
            for child in confirmed.into_iter().chain(pending) {
                let is_new = seen.insert(child) && !planner.subjects.contains(&child);
                let now = if is_new { state.entity(child)? } else { None };
                if now.is_some_and(|now| live_below(&now) == Some(subject)) {
                    found.push(Dependent::Thing(child));
                }
            }
        }
        for entry in self.confirmed(subject)? {
            if entry.author != planner.me {
                found.push(Dependent::Change(Box::new(entry)));
            }
        }
        Ok(found)
    }
}

/// Says whether an event makes what can be put away again.
fn is_making(event: &Event) -> bool {
    let kind = event.subject().kind();
    Aspect::of(event) == Aspect::Existence && !matches!(kind, EntityKind::Org | EntityKind::Cycle)
}

/// Says whether an event takes back for good what somebody said.
const fn is_retraction(event: &Event) -> bool {
    matches!(
        event,
        Event::CheckIn(_, CheckInEvent::Retracted)
            | Event::Comment(_, CommentEvent::Retracted)
            | Event::MetricValue(_, MetricValueEvent::Retracted)
    )
}

/// Says whether an edit sets a field to what an erased text reads as, which it never was.
fn writes_erased(back: &Event) -> bool {
    back.field_change()
        .is_some_and(|change| change.to == okr_proto::ERASED)
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

/// Returns what a thing belongs to and would be hidden with; none for what was put away, and for what
/// stays whatever becomes of what it is about, as comments and initiatives do.
fn live_below(entity: &Entity) -> Option<EntityId> {
    match entity {
        Entity::Objective(child) if !child.archived => child.team.map(EntityId::from),
        Entity::KeyResult(child) if !child.archived => Some(child.objective.into()),
        Entity::CheckIn(child) if !child.retracted => Some(child.key_result.into()),
        Entity::Metric(child) if !child.archived => child.team.map(EntityId::from),
        Entity::MetricValue(child) if !child.retracted => Some(child.metric.into()),
        Entity::Objective(_)
        | Entity::KeyResult(_)
        | Entity::CheckIn(_)
        | Entity::Metric(_)
        | Entity::MetricValue(_)
        | Entity::Org(_)
        | Entity::Person(_)
        | Entity::Team(_)
        | Entity::Cycle(_)
        | Entity::Comment(_)
        | Entity::Initiative(_) => None,
    }
}
