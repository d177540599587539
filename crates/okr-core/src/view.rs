//! What the rules may look at: single entities by id, from whatever store holds them.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::convert::Infallible;

use crate::change::Change;
use crate::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Org, Person, Team,
};
use crate::event::Event;
use crate::id::{
    CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, PersonId, TeamId,
};
use crate::quick::HashMap;

/// A consistent state of one organisation, entity by entity.
///
/// Two views of the same history give equal answers, whichever store is behind them. A view does
/// not change while it is borrowed. `Err` means that the store failed, never that something is
/// absent.
pub trait View {
    /// How the store behind the view fails.
    type Error;

    /// Returns the organisation, once it was created.
    fn org(&self) -> Result<Option<Cow<'_, Org>>, Self::Error>;
    /// Returns a person.
    fn person(&self, id: PersonId) -> Result<Option<Cow<'_, Person>>, Self::Error>;
    /// Returns a team.
    fn team(&self, id: TeamId) -> Result<Option<Cow<'_, Team>>, Self::Error>;
    /// Returns a cycle.
    fn cycle(&self, id: CycleId) -> Result<Option<Cow<'_, Cycle>>, Self::Error>;
    /// Returns an objective.
    fn objective(&self, id: ObjectiveId) -> Result<Option<Cow<'_, Objective>>, Self::Error>;
    /// Returns a key result.
    fn key_result(&self, id: KeyResultId) -> Result<Option<Cow<'_, KeyResult>>, Self::Error>;
    /// Returns a check-in.
    fn check_in(&self, id: CheckInId) -> Result<Option<Cow<'_, CheckIn>>, Self::Error>;
    /// Returns a comment.
    fn comment(&self, id: CommentId) -> Result<Option<Cow<'_, Comment>>, Self::Error>;
    /// Returns an initiative.
    fn initiative(&self, id: InitiativeId) -> Result<Option<Cow<'_, Initiative>>, Self::Error>;
    /// Returns a health metric.
    fn metric(&self, id: MetricId) -> Result<Option<Cow<'_, HealthMetric>>, Self::Error>;
    /// Returns a value of a health metric.
    fn metric_value(&self, id: MetricValueId) -> Result<Option<Cow<'_, MetricValue>>, Self::Error>;

    /// Returns any entity, as a copy.
    fn entity(&self, id: EntityId) -> Result<Option<Entity>, Self::Error> {
        Ok(match id {
            EntityId::Org(id) => self
                .org()?
                .filter(|org| org.id == id)
                .map(|found| Entity::Org(found.into_owned())),
            EntityId::Person(id) => self.person(id)?.map(|found| Entity::Person(*found)),
            EntityId::Team(id) => self.team(id)?.map(|found| Entity::Team(found.into_owned())),
            EntityId::Cycle(id) => self
                .cycle(id)?
                .map(|found| Entity::Cycle(found.into_owned())),
            EntityId::Objective(id) => self
                .objective(id)?
                .map(|found| Entity::Objective(Box::new(found.into_owned()))),
            EntityId::KeyResult(id) => self
                .key_result(id)?
                .map(|found| Entity::KeyResult(Box::new(found.into_owned()))),
            EntityId::CheckIn(id) => self
                .check_in(id)?
                .map(|found| Entity::CheckIn(found.into_owned())),
            EntityId::Comment(id) => self
                .comment(id)?
                .map(|found| Entity::Comment(found.into_owned())),
            EntityId::Initiative(id) => self
                .initiative(id)?
                .map(|found| Entity::Initiative(Box::new(found.into_owned()))),
            EntityId::Metric(id) => self
                .metric(id)?
                .map(|found| Entity::Metric(Box::new(found.into_owned()))),
            EntityId::MetricValue(id) => self
                .metric_value(id)?
                .map(|found| Entity::MetricValue(found.into_owned())),
        })
    }
}

/// A view held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryView {
    org: Option<Org>,
    people: HashMap<PersonId, Person>,
    teams: HashMap<TeamId, Team>,
    cycles: HashMap<CycleId, Cycle>,
    objectives: HashMap<ObjectiveId, Objective>,
    key_results: HashMap<KeyResultId, KeyResult>,
    // By far the most numerous: boxed, the free places of the map cost little.
    check_ins: HashMap<CheckInId, Box<CheckIn>>,
    comments: HashMap<CommentId, Box<Comment>>,
    initiatives: HashMap<InitiativeId, Initiative>,
    metrics: HashMap<MetricId, HealthMetric>,
    metric_values: HashMap<MetricValueId, Box<MetricValue>>,
}

impl MemoryView {
    /// Makes a view of an empty history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies every event of a change, in order.
    pub fn apply(&mut self, change: &Change) {
        for event in &change.events {
            self.apply_event(event);
        }
    }

    /// Applies one event.
    pub fn apply_event(&mut self, event: &Event) {
        match event {
            Event::Org(id, event) => self.org = Org::evolve(self.org.take(), *id, event),
            Event::Person(id, event) => {
                replace(&mut self.people, *id, |current| {
                    Person::evolve(current, *id, *event)
                });
            }
            Event::Team(id, event) => {
                replace(&mut self.teams, *id, |current| {
                    Team::evolve(current, *id, event)
                });
            }
            Event::Cycle(id, event) => {
                replace(&mut self.cycles, *id, |current| {
                    Cycle::evolve(current, *id, event)
                });
            }
            Event::Objective(id, event) => {
                replace(&mut self.objectives, *id, |current| {
                    Objective::evolve(current, *id, event)
                });
            }
            Event::KeyResult(id, event) => {
                replace(&mut self.key_results, *id, |current| {
                    KeyResult::evolve(current, *id, event)
                });
            }
            Event::CheckIn(id, event) => {
                replace(&mut self.check_ins, *id, |current| {
                    CheckIn::evolve(current.map(|found| *found), *id, event).map(Box::new)
                });
            }
            Event::Comment(id, event) => {
                replace(&mut self.comments, *id, |current| {
                    Comment::evolve(current.map(|found| *found), *id, event).map(Box::new)
                });
            }
            Event::Initiative(id, event) => {
                replace(&mut self.initiatives, *id, |current| {
                    Initiative::evolve(current, *id, event)
                });
            }
            Event::Metric(id, event) => {
                replace(&mut self.metrics, *id, |current| {
                    HealthMetric::evolve(current, *id, event)
                });
            }
            Event::MetricValue(id, event) => {
                replace(&mut self.metric_values, *id, |current| {
                    MetricValue::evolve(current.map(|found| *found), *id, event).map(Box::new)
                });
            }
        }
    }

    /// Puts an entity in place of what has its id, if anything.
    pub fn insert(&mut self, entity: Entity) {
        match entity {
            Entity::Org(org) => self.org = Some(org),
            Entity::Person(person) => {
                self.people.insert(person.id, person);
            }
            Entity::Team(team) => {
                self.teams.insert(team.id, team);
            }
            Entity::Cycle(cycle) => {
                self.cycles.insert(cycle.id, cycle);
            }
            Entity::Objective(objective) => {
                self.objectives.insert(objective.id, *objective);
            }
            Entity::KeyResult(key_result) => {
                self.key_results.insert(key_result.id, *key_result);
            }
            Entity::CheckIn(check_in) => {
                self.check_ins.insert(check_in.id, Box::new(check_in));
            }
            Entity::Comment(comment) => {
                self.comments.insert(comment.id, Box::new(comment));
            }
            Entity::Initiative(initiative) => {
                self.initiatives.insert(initiative.id, *initiative);
            }
            Entity::Metric(metric) => {
                self.metrics.insert(metric.id, *metric);
            }
            Entity::MetricValue(value) => {
                self.metric_values.insert(value.id, Box::new(value));
            }
        }
    }

    /// Returns every entity, in no particular order.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        let org = self.org.iter().cloned().map(Entity::Org);
        let people = self.people.values().copied().map(Entity::Person);
        let teams = self.teams.values().cloned().map(Entity::Team);
        let cycles = self.cycles.values().cloned().map(Entity::Cycle);
        let objectives = self
            .objectives
            .values()
            .cloned()
            .map(|found| Entity::Objective(Box::new(found)));
        let key_results = self
            .key_results
            .values()
            .cloned()
            .map(|found| Entity::KeyResult(Box::new(found)));
        let check_ins = self
            .check_ins
            .values()
            .map(|found| Entity::CheckIn(found.as_ref().clone()));
        let comments = self
            .comments
            .values()
            .map(|found| Entity::Comment(found.as_ref().clone()));
        let initiatives = self.initiatives.values().cloned();
        let initiatives = initiatives.map(|found| Entity::Initiative(Box::new(found)));
        let metrics = self.metrics.values().cloned();
        let metrics = metrics.map(|found| Entity::Metric(Box::new(found)));
        let metric_values = self
            .metric_values
            .values()
            .map(|found| Entity::MetricValue(found.as_ref().clone()));
        org.chain(people)
            .chain(teams)
            .chain(cycles)
            .chain(objectives)
            .chain(key_results)
            .chain(check_ins)
            .chain(comments)
            .chain(initiatives)
            .chain(metrics)
            .chain(metric_values)
    }
}

/// Lets `evolve` own what the map holds under a key, without a copy; what is new, in one look-up.
fn replace<K, V>(map: &mut HashMap<K, V>, key: K, evolve: impl FnOnce(Option<V>) -> Option<V>)
where
    K: std::hash::Hash + Eq,
{
    match map.entry(key) {
        Entry::Vacant(entry) => {
            if let Some(next) = evolve(None) {
                entry.insert(next);
            }
        }
        Entry::Occupied(entry) => {
            let (key, current) = entry.remove_entry();
            if let Some(next) = evolve(Some(current)) {
                map.insert(key, next);
            }
        }
    }
}

impl View for MemoryView {
    type Error = Infallible;

    fn org(&self) -> Result<Option<Cow<'_, Org>>, Infallible> {
        Ok(self.org.as_ref().map(Cow::Borrowed))
    }

    fn person(&self, id: PersonId) -> Result<Option<Cow<'_, Person>>, Infallible> {
        Ok(self.people.get(&id).map(Cow::Borrowed))
    }

    fn team(&self, id: TeamId) -> Result<Option<Cow<'_, Team>>, Infallible> {
        Ok(self.teams.get(&id).map(Cow::Borrowed))
    }

    fn cycle(&self, id: CycleId) -> Result<Option<Cow<'_, Cycle>>, Infallible> {
        Ok(self.cycles.get(&id).map(Cow::Borrowed))
    }

    fn objective(&self, id: ObjectiveId) -> Result<Option<Cow<'_, Objective>>, Infallible> {
        Ok(self.objectives.get(&id).map(Cow::Borrowed))
    }

    fn key_result(&self, id: KeyResultId) -> Result<Option<Cow<'_, KeyResult>>, Infallible> {
        Ok(self.key_results.get(&id).map(Cow::Borrowed))
    }

    fn check_in(&self, id: CheckInId) -> Result<Option<Cow<'_, CheckIn>>, Infallible> {
        Ok(self
            .check_ins
            .get(&id)
            .map(|found| Cow::Borrowed(found.as_ref())))
    }

    fn comment(&self, id: CommentId) -> Result<Option<Cow<'_, Comment>>, Infallible> {
        Ok(self
            .comments
            .get(&id)
            .map(|found| Cow::Borrowed(found.as_ref())))
    }

    fn initiative(&self, id: InitiativeId) -> Result<Option<Cow<'_, Initiative>>, Infallible> {
        Ok(self.initiatives.get(&id).map(Cow::Borrowed))
    }

    fn metric(&self, id: MetricId) -> Result<Option<Cow<'_, HealthMetric>>, Infallible> {
        Ok(self.metrics.get(&id).map(Cow::Borrowed))
    }

    fn metric_value(&self, id: MetricValueId) -> Result<Option<Cow<'_, MetricValue>>, Infallible> {
        let found = self.metric_values.get(&id);
        Ok(found.map(|found| Cow::Borrowed(found.as_ref())))
    }
}

/// Changes held in memory over another view: pending changes, or the first events of a change.
#[derive(Debug)]
pub struct Overlay<'base, V> {
    base: &'base V,
    changed: MemoryView,
}

impl<'base, V: View> Overlay<'base, V> {
    /// Lays nothing over a view.
    pub fn new(base: &'base V) -> Self {
        Self {
            base,
            changed: MemoryView::new(),
        }
    }

    /// Applies an event over what is below.
    pub fn apply_event(&mut self, event: &Event) -> Result<(), V::Error> {
        let current = self.entity(event.subject())?;
        if let Some(next) = Entity::evolve(current, event) {
            self.changed.insert(next);
        }
        Ok(())
    }

    /// Applies every event of a change, in order.
    pub fn apply(&mut self, change: &Change) -> Result<(), V::Error> {
        change
            .events
            .iter()
            .try_for_each(|event| self.apply_event(event))
    }

    /// Returns only what differs from the view below.
    pub const fn changed(&self) -> &MemoryView {
        &self.changed
    }

    /// Returns what differs from the view below, and lets go of that view.
    pub fn into_changed(self) -> MemoryView {
        self.changed
    }
}

macro_rules! overlaid {
    ($($method:ident($id:ty) -> $kind:ty;)+) => {$(
        fn $method(&self, id: $id) -> Result<Option<Cow<'_, $kind>>, V::Error> {
            match self.changed.$method(id) {
                Ok(Some(changed)) => Ok(Some(changed)),
                Ok(None) => self.base.$method(id),
                Err(never) => match never {},
            }
        }
    )+};
}

impl<V: View> View for Overlay<'_, V> {
    type Error = V::Error;

    fn org(&self) -> Result<Option<Cow<'_, Org>>, V::Error> {
        match self.changed.org() {
            Ok(Some(changed)) => Ok(Some(changed)),
            Ok(None) => self.base.org(),
            Err(never) => match never {},
        }
    }

    overlaid! {
        person(PersonId) -> Person;
        team(TeamId) -> Team;
        cycle(CycleId) -> Cycle;
        objective(ObjectiveId) -> Objective;
        key_result(KeyResultId) -> KeyResult;
        check_in(CheckInId) -> CheckIn;
        comment(CommentId) -> Comment;
        initiative(InitiativeId) -> Initiative;
        metric(MetricId) -> HealthMetric;
        metric_value(MetricValueId) -> MetricValue;
    }
}
