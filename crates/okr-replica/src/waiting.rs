//! What waits to be pushed, and which of it builds on which.
//!
//! A change builds on another one that made what it is about, that settled the same aspect before,
//! or that opened the way for it. This is read off the events; taking one out tries it instead.

use std::collections::{BTreeSet, HashMap};

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEdit, CycleEvent, Event, InitiativeEdit, InitiativeEvent,
    KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent, MetricValueEvent, ObjectiveEdit,
    ObjectiveEvent, PersonEvent, Support, TeamEdit, TeamEvent,
};
use okr_core::id::{ChangeId, EntityId};
use okr_core::measure::Measure;
use okr_core::view::{Overlay, View};

use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::pending;
use crate::rebase;
use crate::replica::Replica;

/// A change that waits to be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEntry {
    /// The change.
    pub change: Change,
    /// Whether it was part of a push whose answer is not known.
    pub offered: bool,
    /// The changes before it that it builds on directly, oldest first.
    pub builds_on: Vec<ChangeId>,
}

impl Replica {
    /// Returns everything that waits to be pushed, oldest first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn pending(&self) -> Result<Vec<PendingEntry>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let view = rebase::head_view(snapshot.db)?;
        let mut state = Overlay::new(&view);
        let mut settled = Settled::default();
        let mut entries: Vec<PendingEntry> = Vec::new();
        for (place, pending) in pending::all(snapshot.db)?.into_iter().enumerate() {
            let mut builds_on = BTreeSet::new();
            if let Some(person) = pending.change.on_behalf_of {
                let added = settled.by.get(&(person.into(), Aspect::Existence));
                builds_on.extend(added.map(|(place, _)| *place));
            }
            for event in &pending.change.events {
                settled.needed(&state, event, &mut builds_on)?;
                state.apply_event(event)?;
                settled.by.insert(
                    (event.subject(), Aspect::of(event)),
                    (place, opens_a_way(event)),
                );
            }
            builds_on.remove(&place);
            let ids = builds_on.iter().map(|place| entries[*place].change.id);
            let builds_on = ids.collect();
            entries.push(PendingEntry {
                change: pending.change,
                offered: pending.offered,
                builds_on,
            });
        }
        Ok(entries)
    }
}

/// What can stand in the way of events about something, and be cleared out of it.
const GATES: [Aspect; 8] = [
    Aspect::Stage,
    Aspect::Archived,
    Aspect::Presence,
    Aspect::Field("measure"),
    Aspect::Field("period"),
    Aspect::Field("start"),
    Aspect::Field("due"),
    Aspect::Field("unit"),
];

/// Which change settled what last, by its place, and whether it opened a way by that.
#[derive(Debug, Default)]
struct Settled {
    by: HashMap<(EntityId, Aspect), (usize, bool)>,
}

impl Settled {
    /// Adds the places of the changes that an event builds on.
    fn needed<V: View<Error = ReplicaError>>(
        &self,
        state: &V,
        event: &Event,
        places: &mut BTreeSet<usize>,
    ) -> Result<(), ReplicaError> {
        let subject = event.subject();
        let own = self.by.get(&(subject, Aspect::of(event)));
        places.extend(own.map(|(place, _)| *place));
        let mut about = vec![subject];
        about.extend(named(event));
        // As many levels as there are: check-in, key result, objective, cycle.
        let mut next = 0;
        while next < about.len() {
            let above = match state.entity(about[next])? {
                Some(Entity::CheckIn(one)) => Some(EntityId::from(one.key_result)),
                Some(Entity::KeyResult(one)) => Some(one.objective.into()),
                Some(Entity::Objective(one)) => Some(one.cycle.into()),
                Some(Entity::MetricValue(one)) => Some(one.metric.into()),
                // An initiative goes on, whatever becomes of what it serves.
                Some(
                    Entity::Org(_)
                    | Entity::Person(_)
                    | Entity::Team(_)
                    | Entity::Cycle(_)
                    | Entity::Comment(_)
                    | Entity::Initiative(_)
                    | Entity::Metric(_),
                )
                | None => None,
            };
            about.extend(above.filter(|above| !about.contains(above)));
            next += 1;
        }
        for id in about {
            let existence = self.by.get(&(id, Aspect::Existence));
            places.extend(existence.map(|(place, _)| *place));
            // What is said about a thing does not depend on how that stands.
            if let Event::Comment(..) = event {
                continue;
            }
            for gate in GATES {
                let opened = self.by.get(&(id, gate)).filter(|(_, opens)| *opens);
                places.extend(opened.map(|(place, _)| *place));
            }
        }
        Ok(())
    }
}

/// Says whether an event lets something happen that could not happen before it.
fn opens_a_way(event: &Event) -> bool {
    match event {
        Event::Person(_, event) => matches!(event, PersonEvent::Reactivated),
        Event::Team(_, event) => matches!(event, TeamEvent::Restored),
        Event::Cycle(_, event) => matches!(
            event,
            CycleEvent::Opened | CycleEvent::Reopened | CycleEvent::Edited(CycleEdit::Period(_))
        ),
        Event::Objective(_, event) => matches!(
            event,
            ObjectiveEvent::Published | ObjectiveEvent::Reopened | ObjectiveEvent::Restored
        ),
        Event::KeyResult(_, event) => match event {
            KeyResultEvent::Reopened
            | KeyResultEvent::Restored
            | KeyResultEvent::Edited(KeyResultEdit::Start(_) | KeyResultEdit::Due(_)) => true,
            // Values of the one do not fit the other.
            KeyResultEvent::Edited(KeyResultEdit::Measure(edit)) => {
                edit.from.word() != edit.to.word() || matches!(edit.to, Measure::Milestones(_))
            }
            KeyResultEvent::Created(_)
            | KeyResultEvent::Edited(_)
            | KeyResultEvent::Tagged(_)
            | KeyResultEvent::Untagged(_)
            | KeyResultEvent::Closed { .. }
            | KeyResultEvent::Abandoned
            | KeyResultEvent::Archived => false,
        },
        Event::Initiative(_, event) => matches!(event, InitiativeEvent::Restored),
        Event::Metric(_, event) => matches!(
            event,
            MetricEvent::Restored | MetricEvent::Edited(MetricEdit::Unit(_))
        ),
        Event::Org(..) | Event::CheckIn(..) | Event::Comment(..) | Event::MetricValue(..) => false,
    }
}

/// Returns the things that an edit of an objective names.
fn named_by(edit: &ObjectiveEdit) -> Vec<EntityId> {
    match edit {
        ObjectiveEdit::Owner(edit) => vec![edit.to.into()],
        ObjectiveEdit::Team(edit) => edit.to.map(EntityId::from).into_iter().collect(),
        ObjectiveEdit::Cycle(edit) => vec![edit.to.into()],
        ObjectiveEdit::Supports(edit) => edit.to.map(supported).into_iter().collect(),
        ObjectiveEdit::Continues(edit) => edit.to.map(EntityId::from).into_iter().collect(),
        ObjectiveEdit::Title(_)
        | ObjectiveEdit::Description(_)
        | ObjectiveEdit::Slug(_)
        | ObjectiveEdit::Kind(_)
        | ObjectiveEdit::Weight(_)
        | ObjectiveEdit::Score(_)
        | ObjectiveEdit::Reflection(_) => Vec::new(),
    }
}

const fn supported(support: Support) -> EntityId {
    match support {
        Support::Objective(id) => EntityId::Objective(id),
        Support::KeyResult(id) => EntityId::KeyResult(id),
    }
}

/// Returns the things that an event names beside the one that it is about.
fn named(event: &Event) -> Vec<EntityId> {
    match event {
        Event::Team(_, TeamEvent::Created(new)) => {
            let leads = new.leads.iter().map(|id| EntityId::from(*id));
            leads.chain(new.parent.map(EntityId::from)).collect()
        }
        Event::Team(_, TeamEvent::Edited(TeamEdit::Parent(edit)))
        | Event::Metric(_, MetricEvent::Edited(MetricEdit::Team(edit))) => {
            edit.to.map(EntityId::from).into_iter().collect()
        }
        Event::Team(_, TeamEvent::Edited(TeamEdit::Leads(edit))) => {
            edit.to.iter().map(|id| EntityId::from(*id)).collect()
        }
        Event::Team(_, TeamEvent::MemberAdded(id)) => vec![EntityId::from(*id)],
        Event::Objective(_, ObjectiveEvent::Created(new)) => {
            let mut ids = vec![EntityId::from(new.cycle), new.owner.into()];
            ids.extend(new.team.map(EntityId::from));
            ids.extend(new.supports.map(supported));
            ids.extend(new.continues.map(EntityId::from));
            ids
        }
        Event::Objective(_, ObjectiveEvent::Edited(edit)) => named_by(edit),
        Event::KeyResult(_, KeyResultEvent::Created(new)) => {
            let mut ids = vec![EntityId::from(new.objective), new.owner.into()];
            ids.extend(new.fed_by.map(EntityId::from));
            ids
        }
        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::FedBy(edit))) => {
            edit.to.map(EntityId::from).into_iter().collect()
        }
        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Objective(edit))) => {
            vec![edit.to.into()]
        }
        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Owner(edit))) => {
            vec![edit.to.into()]
        }
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => vec![new.key_result.into()],
        Event::Comment(_, CommentEvent::Added(new)) => {
            let mut ids = vec![new.topic.entity(), new.author.into()];
            ids.extend(new.reply_to.map(EntityId::from));
            ids
        }
        Event::Initiative(_, event) => named_by_initiative(event),
        Event::Metric(_, MetricEvent::Created(new)) => {
            let team = new.team.map(EntityId::from);
            team.into_iter().chain([new.owner.into()]).collect()
        }
        Event::Metric(_, MetricEvent::Edited(MetricEdit::Owner(edit))) => vec![edit.to.into()],
        Event::MetricValue(_, MetricValueEvent::Recorded(new)) => vec![new.metric.into()],
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => Vec::new(),
    }
}

fn named_by_initiative(event: &InitiativeEvent) -> Vec<EntityId> {
    match event {
        InitiativeEvent::Created(new) => {
            let served = new.key_results.iter().map(|id| EntityId::from(*id));
            served.chain([new.owner.into()]).collect()
        }
        InitiativeEvent::Edited(InitiativeEdit::KeyResults(edit)) => {
            let added = edit.to.difference(&edit.from);
            added.map(|id| EntityId::from(*id)).collect()
        }
        InitiativeEvent::Edited(InitiativeEdit::Owner(edit)) => vec![edit.to.into()],
        InitiativeEvent::Edited(_) | InitiativeEvent::Archived | InitiativeEvent::Restored => {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
