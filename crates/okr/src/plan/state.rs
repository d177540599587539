//! The goals of a cycle at a moment, with the teams and cycles that were there.

use std::collections::BTreeMap;

use okr_core::change::Change;
use okr_core::entity::{Cycle, Entity, KeyResult, Objective, Team};
use okr_core::event::Event;
use okr_core::id::{CycleId, KeyResultId, ObjectiveId, TeamId};
use okr_core::value::GoalState;
use okr_core::view::{MemoryView, Overlay};
use okr_replica::{ObjectiveFilter, Reading, ReplicaError};
use uuid::Uuid;

use crate::short_id::{self, Alphabet};

/// The goals of a cycle at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// In the order in which people read them.
    objectives: Vec<Objective>,
    places: BTreeMap<ObjectiveId, usize>,
    /// Of each objective, by their order.
    key_results: BTreeMap<ObjectiveId, Vec<KeyResult>>,
    parents: BTreeMap<KeyResultId, ObjectiveId>,
    teams: BTreeMap<TeamId, Team>,
}

impl State {
    /// Reads the goals of a cycle, with some changes over what is read.
    ///
    /// # Errors
    /// The store's failures.
    pub(crate) fn read(
        reading: &Reading<'_>,
        over: &[Change],
        cycle: CycleId,
    ) -> Result<Self, ReplicaError> {
        let changed = laid_over(reading, over)?;
        let filter = ObjectiveFilter {
            cycle: Some(cycle),
            archived: true,
            ..ObjectiveFilter::default()
        };
        let mut objectives = Listed::new(reading.objectives(&filter)?, |one| one.id);
        let mut teams = Listed::new(reading.teams()?, |one| one.id);
        let mut key_results = Listed::new(Vec::new(), |one: &KeyResult| one.id);
        for objective in &objectives.list {
            let own = reading.key_results(objective.id)?;
            key_results.put_all(own);
        }
        let mut entities: Vec<Entity> = changed.entities().collect();
        entities.sort_by_key(Entity::id);
        for entity in entities {
            match entity {
                Entity::Objective(one) => {
                    // Its key results come along when it came into the cycle.
                    if !objectives.has(&one.id) && one.cycle == cycle {
                        let own = reading.key_results(one.id)?;
                        key_results.put_all(own);
                    }
                    objectives.put(*one);
                }
                Entity::KeyResult(one) => key_results.put(*one),
                Entity::Team(one) => teams.put(one),
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Cycle(_)
                | Entity::CheckIn(_)
                | Entity::Comment(_)
                | Entity::Initiative(_)
                | Entity::Metric(_)
                | Entity::MetricValue(_) => {}
            }
        }
        let mut objectives = objectives.list;
        objectives.retain(|objective| objective.cycle == cycle);
        Ok(Self::of(objectives, key_results.list, teams.list))
    }

    fn of(objectives: Vec<Objective>, key_results: Vec<KeyResult>, teams: Vec<Team>) -> Self {
        let mut state = Self {
            places: (0..)
                .zip(&objectives)
                .map(|(place, objective)| (objective.id, place))
                .collect(),
            objectives,
            teams: teams.into_iter().map(|team| (team.id, team)).collect(),
            ..Self::default()
        };
        for key_result in key_results {
            if state.places.contains_key(&key_result.objective) {
                state.parents.insert(key_result.id, key_result.objective);
                let siblings = state.key_results.entry(key_result.objective).or_default();
                siblings.push(key_result);
            }
        }
        for siblings in state.key_results.values_mut() {
            // The sort keeps what came first before what came later.
            siblings.sort_by_key(|one| one.order);
        }
        state
    }

    /// Returns every objective, archived ones too.
    pub(crate) fn objectives(&self) -> &[Objective] {
        &self.objectives
    }

    /// Returns an objective of the cycle.
    pub(crate) fn objective(&self, id: ObjectiveId) -> Option<&Objective> {
        self.places.get(&id).map(|place| &self.objectives[*place])
    }

    /// Returns the key results of an objective, archived ones too.
    pub(crate) fn key_results(&self, of: ObjectiveId) -> &[KeyResult] {
        self.key_results.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Returns every key result of the cycle.
    pub(crate) fn all_key_results(&self) -> impl Iterator<Item = &KeyResult> {
        let objectives = self.objectives.iter();
        objectives.flat_map(|objective| self.key_results(objective.id))
    }

    /// Returns a key result of the cycle.
    pub(crate) fn key_result(&self, id: KeyResultId) -> Option<&KeyResult> {
        let parent = self.parents.get(&id)?;
        self.key_results(*parent).iter().find(|one| one.id == id)
    }

    /// Returns a team.
    pub(crate) fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.get(&id)
    }

    /// Finds a team by its id, as a plan or a script writes it.
    pub(crate) fn team_by_id(&self, text: &str) -> Option<TeamId> {
        let is_it = |id: &TeamId| {
            short_id::matches_prefix(Alphabet::Thing, id.uuid(), text)
                && text.len() >= Alphabet::Thing.shown_length()
                || Uuid::parse_str(text).is_ok_and(|uuid| uuid == id.uuid())
        };
        self.teams.keys().find(|id| is_it(id)).copied()
    }

    /// Returns what the teams are called.
    pub(crate) fn team_slugs(&self) -> impl Iterator<Item = &str> {
        self.teams.values().map(|team| team.slug.as_str())
    }

    /// Finds a team by its slug.
    pub(crate) fn team_called(&self, slug: &str) -> Option<TeamId> {
        let mut teams = self.teams.values();
        teams
            .find(|team| team.slug.as_str() == slug)
            .map(|team| team.id)
    }
}

/// Finds a cycle by its name, with some changes over what is read.
///
/// # Errors
/// The store's failures.
pub(crate) fn cycle_called(
    reading: &Reading<'_>,
    over: &[Change],
    name: &str,
) -> Result<Option<CycleId>, ReplicaError> {
    let changed = laid_over(reading, over)?;
    let mut cycles = Listed::new(reading.cycles()?, |cycle: &Cycle| cycle.id);
    for entity in changed.entities() {
        if let Entity::Cycle(cycle) = entity {
            cycles.put(cycle);
        }
    }
    let mut cycles = cycles.list.iter();
    let named = cycles.find(|cycle| cycle.name.as_str() == name);
    Ok(named.map(|cycle| cycle.id))
}

/// Says whether a plan shows a goal: what is closed, given up or put away is no plan.
pub(crate) const fn is_shown(state: GoalState) -> bool {
    match state {
        GoalState::Draft | GoalState::Active => true,
        GoalState::Closed | GoalState::Abandoned | GoalState::Archived => false,
    }
}

/// Applies what changes say about goals, teams and cycles.
fn laid_over(reading: &Reading<'_>, over: &[Change]) -> Result<MemoryView, ReplicaError> {
    let mut overlay = Overlay::new(reading);
    for event in over.iter().flat_map(|change| &change.events) {
        match event {
            Event::Team(..) | Event::Cycle(..) | Event::Objective(..) | Event::KeyResult(..) => {
                overlay.apply_event(event)?;
            }
            Event::Org(..)
            | Event::Person(..)
            | Event::CheckIn(..)
            | Event::Comment(..)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..) => {}
        }
    }
    Ok(overlay.into_changed())
}

/// Things in order, found by their ids.
struct Listed<Id, T> {
    list: Vec<T>,
    places: BTreeMap<Id, usize>,
    id: fn(&T) -> Id,
}

impl<Id: Ord, T> Listed<Id, T> {
    fn new(list: Vec<T>, id: fn(&T) -> Id) -> Self {
        let mut listed = Self {
            list: Vec::new(),
            places: BTreeMap::new(),
            id,
        };
        listed.put_all(list);
        listed
    }

    /// Puts a thing in the place of its older self, or at the end.
    fn put(&mut self, new: T) {
        let next = self.list.len();
        let place = *self.places.entry((self.id)(&new)).or_insert(next);
        if place == next {
            self.list.push(new);
        } else {
            self.list[place] = new;
        }
    }

    fn put_all(&mut self, things: Vec<T>) {
        for thing in things {
            self.put(thing);
        }
    }

    fn has(&self, id: &Id) -> bool {
        self.places.contains_key(id)
    }
}
