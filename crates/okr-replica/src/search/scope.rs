//! Which of the things that were found belong to the teams and cycles that are asked about, and which
//! were put away.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use okr_core::entity::{Entity, Initiative};
use okr_core::event::Event;
use okr_core::id::{CycleId, EntityId, TeamId};
use okr_core::view::View as _;

use super::SearchOrder;
use crate::error::ReplicaError;
use crate::log::LogEntry;
use crate::reading::Reading;

/// Where a thing belongs.
#[derive(Clone, Copy, Debug)]
struct Where {
    team: Option<TeamId>,
    cycle: Option<CycleId>,
    /// Whether it, or what it belongs to, was put away or taken back.
    away: bool,
}

/// Knows the scope of an order, and where things belong at the moment of a reading.
pub(super) struct Scope<'a, 'r> {
    reading: &'a Reading<'r>,
    order: &'a SearchOrder,
    known: RefCell<HashMap<EntityId, Option<Where>>>,
}

impl<'a, 'r> Scope<'a, 'r> {
    pub(super) fn new(reading: &'a Reading<'r>, order: &'a SearchOrder) -> Self {
        Self {
            reading,
            order,
            known: RefCell::default(),
        }
    }

    const fn is_everywhere(&self) -> bool {
        self.order.teams.is_none() && self.order.cycles.is_none()
    }

    /// Says whether a thing is wanted; of what was put away, only if the order says so.
    pub(super) fn holds(&self, entity: &Entity) -> Result<bool, ReplicaError> {
        if self.order.archived {
            return self.holds_place(entity);
        }
        let place = self.of(entity)?;
        Ok(place.is_some_and(|place| !place.away && self.is_within(place)))
    }

    /// Says whether a thing belongs to the teams and cycles.
    pub(super) fn holds_place(&self, entity: &Entity) -> Result<bool, ReplicaError> {
        if self.is_everywhere() {
            return Ok(true);
        }
        let place = self.of(entity)?;
        Ok(place.is_some_and(|place| self.is_within(place)))
    }

    /// Says whether a change is about something that belongs to the teams and cycles.
    pub(super) fn holds_change(&self, entry: &LogEntry) -> Result<bool, ReplicaError> {
        if self.is_everywhere() {
            return Ok(true);
        }
        let events = entry.change.iter().flat_map(|change| &change.events);
        for id in events.map(Event::subject) {
            if let Some(place) = self.of_id(id)?
                && self.is_within(place)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_within(&self, place: Where) -> bool {
        let team = |teams| {
            Some(
                place
                    .team
                    .is_some_and(|team| BTreeSet::contains(teams, &team)),
            )
        };
        let cycle = |cycles| {
            Some(
                place
                    .cycle
                    .is_some_and(|cycle| BTreeSet::contains(cycles, &cycle)),
            )
        };
        self.order.teams.as_ref().and_then(team).unwrap_or(true)
            && self.order.cycles.as_ref().and_then(cycle).unwrap_or(true)
    }

    fn of_id(&self, id: EntityId) -> Result<Option<Where>, ReplicaError> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(*known);
        }
        let place = match self.reading.entity(id)? {
            Some(entity) => self.of(&entity)?,
            None => None,
        };
        self.known.borrow_mut().insert(id, place);
        Ok(place)
    }

    /// Says where an initiative belongs: where one of its key results does, a wanted one if there is
    /// any. Itself is put away only by being archived.
    fn of_initiative(&self, initiative: &Initiative) -> Result<Option<Where>, ReplicaError> {
        let mut found = None;
        for id in &initiative.key_results {
            let place = self.of_id((*id).into())?;
            if place.is_some_and(|place| self.is_within(place)) {
                found = place;
                break;
            }
            found = found.or(place);
        }
        let away = initiative.archived;
        Ok(found.map(|place| Where { away, ..place }))
    }

    fn of(&self, entity: &Entity) -> Result<Option<Where>, ReplicaError> {
        let below = |outer: Option<Where>, away| {
            outer.map(|outer| Where {
                away: away || outer.away,
                ..outer
            })
        };
        let top = |team, cycle, away| Some(Where { team, cycle, away });
        Ok(match entity {
            Entity::Org(_) | Entity::Person(_) => top(None, None, false),
            Entity::Team(team) => top(Some(team.id), None, team.archived),
            Entity::Cycle(cycle) => top(None, Some(cycle.id), false),
            Entity::Objective(one) => top(one.team, Some(one.cycle), one.archived),
            Entity::KeyResult(one) => below(self.of_id(one.objective.into())?, one.archived),
            Entity::CheckIn(one) => below(self.of_id(one.key_result.into())?, one.retracted),
            Entity::Comment(one) => below(self.of_id(one.topic.entity())?, one.retracted),
            Entity::Initiative(one) => self.of_initiative(one)?,
            Entity::Metric(one) => top(one.team, None, one.archived),
            Entity::MetricValue(one) => below(self.of_id(one.metric.into())?, one.retracted),
        })
    }
}
