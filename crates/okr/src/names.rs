//! What people and things are called on screens: handles, slugs and names instead of ids.
//!
//! Holds what a command has read anyway; nothing is looked up here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use okr_core::entity::Entity;
use okr_core::event::Topic;
use okr_core::id::{CheckInId, CommentId, EntityId, KeyResultId, MetricId, PersonId};
use okr_core::measure::Measure;
use okr_core::text::Unit;
use okr_replica::{Directory, DirectoryEntry};
use uuid::Uuid;

use crate::short_id::{self, Alphabet};

/// The names of the people and things that an answer is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    people: BTreeMap<PersonId, DirectoryEntry>,
    /// Whose entry was erased.
    erased: BTreeSet<PersonId>,
    things: HashMap<EntityId, Entity>,
    /// What only a newer program understands.
    upgrades: BTreeSet<Uuid>,
}

impl Names {
    /// Begins with the people.
    pub(crate) fn new(directory: Directory) -> Self {
        Self {
            people: directory.entries,
            erased: directory.erased,
            things: HashMap::new(),
            upgrades: BTreeSet::new(),
        }
    }

    /// Remembers what only a newer program understands.
    pub(crate) fn mark_upgrades(&mut self, entities: impl IntoIterator<Item = Uuid>) {
        self.upgrades.extend(entities);
    }

    /// Says whether only a newer program knows what a thing is.
    pub(crate) fn needs_upgrade(&self, id: impl Into<EntityId>) -> bool {
        !self.upgrades.is_empty() && self.upgrades.contains(&id.into().uuid())
    }

    /// Adds a thing.
    pub(crate) fn learn(&mut self, entity: Entity) {
        self.things.insert(entity.id(), entity);
    }

    /// Adds things.
    pub(crate) fn learn_all(&mut self, entities: impl IntoIterator<Item = Entity>) {
        let entities = entities.into_iter();
        self.things.reserve(entities.size_hint().0);
        for entity in entities {
            self.learn(entity);
        }
    }

    /// Learns what another one knows and this one does not.
    pub(crate) fn learn_missing(&mut self, other: &Self) {
        for (id, entity) in &other.things {
            self.things.entry(*id).or_insert_with(|| entity.clone());
        }
    }

    /// Says whether a thing was added.
    pub(crate) fn knows(&self, id: EntityId) -> bool {
        self.things.contains_key(&id)
    }

    /// Returns a thing that was added.
    pub(crate) fn thing(&self, id: EntityId) -> Option<&Entity> {
        self.things.get(&id)
    }

    /// Returns what the directory says about a person.
    pub(crate) fn entry(&self, person: PersonId) -> Option<&DirectoryEntry> {
        self.people.get(&person)
    }

    /// Returns the handle of a person, if the directory has one.
    pub(crate) fn known_handle(&self, person: PersonId) -> Option<&str> {
        let handle = self.people.get(&person)?.handle.as_str();
        (!handle.is_empty()).then_some(handle)
    }

    /// Says whether it was erased who somebody was.
    pub(crate) fn is_erased(&self, person: PersonId) -> bool {
        self.erased.contains(&person)
    }

    /// Returns the handle of a person, or the short id of one that the directory does not know; of one
    /// who was erased it says so.
    pub(crate) fn person(&self, person: PersonId) -> String {
        match self.known_handle(person) {
            Some(handle) => handle.to_owned(),
            None => nameless(person, self.is_erased(person)),
        }
    }

    /// Returns the handle with the sign that makes it a reference: `@ana`.
    pub(crate) fn at_person(&self, person: PersonId) -> String {
        match self.known_handle(person) {
            Some(handle) => format!("@{handle}"),
            None => self.person(person),
        }
    }

    /// Returns the everyday name of a thing; that of its key result for a check-in, of its metric for a
    /// value, and of what it is about for a comment.
    pub(crate) fn label(&self, id: EntityId) -> String {
        if let EntityId::Person(person) = id {
            return self.at_person(person);
        }
        match self.things.get(&id) {
            Some(Entity::Org(org)) => org.name.to_string(),
            Some(Entity::Person(person)) => self.at_person(person.id),
            Some(Entity::Team(team)) => team.slug.to_string(),
            Some(Entity::Cycle(cycle)) => cycle.name.to_string(),
            Some(Entity::Objective(objective)) => objective.slug.to_string(),
            Some(Entity::KeyResult(key_result)) => key_result.slug.to_string(),
            Some(Entity::CheckIn(check_in)) => self.label(check_in.key_result.into()),
            Some(Entity::Comment(comment)) => self.label(comment.topic.entity()),
            Some(Entity::Initiative(initiative)) => initiative.slug.to_string(),
            Some(Entity::Metric(metric)) => metric.slug.to_string(),
            Some(Entity::MetricValue(value)) => self.label(value.metric.into()),
            None => short_id::shown(Alphabet::Thing, id.uuid()),
        }
    }

    /// Returns the long name of a thing: its title, or whatever stands for one.
    pub(crate) fn title(&self, id: EntityId) -> String {
        if let EntityId::Person(person) = id {
            let name = self.entry(person).map(|entry| entry.name.as_str());
            return name.unwrap_or_default().to_owned();
        }
        match self.things.get(&id) {
            Some(Entity::Org(org)) => org.name.to_string(),
            Some(Entity::Person(person)) => self.at_person(person.id),
            Some(Entity::Team(team)) => team.name.to_string(),
            Some(Entity::Cycle(cycle)) => cycle.name.to_string(),
            Some(Entity::Objective(objective)) => objective.title.to_string(),
            Some(Entity::KeyResult(key_result)) => key_result.title.to_string(),
            Some(Entity::CheckIn(check_in)) => self.title(check_in.key_result.into()),
            Some(Entity::Comment(comment)) => self.title(comment.topic.entity()),
            Some(Entity::Initiative(initiative)) => initiative.title.to_string(),
            Some(Entity::Metric(metric)) => metric.name.to_string(),
            Some(Entity::MetricValue(value)) => self.title(value.metric.into()),
            None => String::new(),
        }
    }

    /// Returns how a key result is measured.
    pub(crate) fn measure(&self, id: KeyResultId) -> Option<&Measure> {
        match self.things.get(&id.into()) {
            Some(Entity::KeyResult(key_result)) => Some(&key_result.measure),
            Some(
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Team(_)
                | Entity::Cycle(_)
                | Entity::Objective(_)
                | Entity::CheckIn(_)
                | Entity::Comment(_)
                | Entity::Initiative(_)
                | Entity::Metric(_)
                | Entity::MetricValue(_),
            )
            | None => None,
        }
    }

    /// Returns the everyday names of things, in their order, with commas between them.
    pub(crate) fn labels(&self, things: impl IntoIterator<Item = EntityId>) -> String {
        let mut labels: Vec<String> = things.into_iter().map(|id| self.label(id)).collect();
        labels.sort_unstable();
        labels.join(", ")
    }

    /// Returns what a health metric counts.
    pub(crate) fn unit(&self, id: MetricId) -> Option<&Unit> {
        match self.things.get(&id.into()) {
            Some(Entity::Metric(metric)) => metric.unit.as_ref(),
            Some(_) | None => None,
        }
    }

    /// Returns the key result that a check-in reports on.
    pub(crate) fn reported(&self, id: CheckInId) -> Option<KeyResultId> {
        match self.things.get(&id.into()) {
            Some(Entity::CheckIn(check_in)) => Some(check_in.key_result),
            Some(
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Team(_)
                | Entity::Cycle(_)
                | Entity::Objective(_)
                | Entity::KeyResult(_)
                | Entity::Comment(_)
                | Entity::Initiative(_)
                | Entity::Metric(_)
                | Entity::MetricValue(_),
            )
            | None => None,
        }
    }

    /// Returns what a comment is about.
    pub(crate) fn topic(&self, id: CommentId) -> Option<Topic> {
        if let Some(Entity::Comment(comment)) = self.things.get(&id.into()) {
            Some(comment.topic)
        } else {
            None
        }
    }

    /// Returns whose words a comment is.
    pub(crate) fn said_by(&self, id: CommentId) -> Option<PersonId> {
        if let Some(Entity::Comment(comment)) = self.things.get(&id.into()) {
            Some(comment.author)
        } else {
            None
        }
    }
}

/// Writes what stands for the handle of somebody who has none.
pub(crate) fn nameless(person: PersonId, is_erased: bool) -> String {
    let short = short_id::shown(Alphabet::Thing, person.uuid());
    if is_erased {
        format!("(erased {short})")
    } else {
        short
    }
}
