//! Entities: things with identity and history, each with its `evolve`.
//!
//! `evolve` takes what was there and an event and gives what is there now. It is pure and total: an
//! event that does not fit (an edit of nothing, a second creation) leaves things as they are, so
//! that no stored history can make a reader fail. Whether an event may happen is `admit`'s business.

mod check_in;
mod comment;
mod cycle;
mod initiative;
mod key_result;
mod metric;
mod metric_value;
mod objective;
mod org;
mod person;
mod team;

pub use check_in::CheckIn;
pub use comment::Comment;
pub use cycle::Cycle;
pub use initiative::Initiative;
pub use key_result::KeyResult;
pub use metric::HealthMetric;
pub use metric_value::MetricValue;
pub use objective::Objective;
pub use org::Org;
pub use person::Person;
pub use team::Team;

use crate::event::Event;
use crate::id::EntityId;

/// Any entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// The organisation.
    Org(Org),
    /// A person.
    Person(Person),
    /// A team.
    Team(Team),
    /// A cycle.
    Cycle(Cycle),
    /// An objective.
    Objective(Box<Objective>),
    /// A key result.
    KeyResult(Box<KeyResult>),
    /// A check-in.
    CheckIn(CheckIn),
    /// A comment.
    Comment(Comment),
    /// An initiative.
    Initiative(Box<Initiative>),
    /// A health metric.
    Metric(Box<HealthMetric>),
    /// A value of a health metric.
    MetricValue(MetricValue),
}

impl Entity {
    /// Returns the identity of the entity.
    pub const fn id(&self) -> EntityId {
        match self {
            Self::Org(org) => EntityId::Org(org.id),
            Self::Person(person) => EntityId::Person(person.id),
            Self::Team(team) => EntityId::Team(team.id),
            Self::Cycle(cycle) => EntityId::Cycle(cycle.id),
            Self::Objective(objective) => EntityId::Objective(objective.id),
            Self::KeyResult(key_result) => EntityId::KeyResult(key_result.id),
            Self::CheckIn(check_in) => EntityId::CheckIn(check_in.id),
            Self::Comment(comment) => EntityId::Comment(comment.id),
            Self::Initiative(initiative) => EntityId::Initiative(initiative.id),
            Self::Metric(metric) => EntityId::Metric(metric.id),
            Self::MetricValue(value) => EntityId::MetricValue(value.id),
        }
    }

    /// Applies an event to what was there; an event about another entity changes nothing.
    pub fn evolve(current: Option<Self>, event: &Event) -> Option<Self> {
        if current
            .as_ref()
            .is_some_and(|entity| entity.id() != event.subject())
        {
            return current;
        }
        match (event, current) {
            (Event::Org(id, event), current) => {
                let current = current.and_then(Self::into_org);
                Org::evolve(current, *id, event).map(Self::Org)
            }
            (Event::Person(id, event), current) => {
                let current = current.and_then(Self::into_person);
                Person::evolve(current, *id, *event).map(Self::Person)
            }
            (Event::Team(id, event), current) => {
                let current = current.and_then(Self::into_team);
                Team::evolve(current, *id, event).map(Self::Team)
            }
            (Event::Cycle(id, event), current) => {
                let current = current.and_then(Self::into_cycle);
                Cycle::evolve(current, *id, event).map(Self::Cycle)
            }
            (Event::Objective(id, event), current) => {
                let current = current.and_then(Self::into_objective);
                Objective::evolve(current, *id, event)
                    .map(|entity| Self::Objective(Box::new(entity)))
            }
            (Event::KeyResult(id, event), current) => {
                let current = current.and_then(Self::into_key_result);
                KeyResult::evolve(current, *id, event)
                    .map(|entity| Self::KeyResult(Box::new(entity)))
            }
            (Event::CheckIn(id, event), current) => {
                let current = current.and_then(Self::into_check_in);
                CheckIn::evolve(current, *id, event).map(Self::CheckIn)
            }
            (Event::Comment(id, event), current) => {
                let current = current.and_then(Self::into_comment);
                Comment::evolve(current, *id, event).map(Self::Comment)
            }
            (Event::Initiative(id, event), current) => {
                let current = current.and_then(Self::into_initiative);
                Initiative::evolve(current, *id, event)
                    .map(|entity| Self::Initiative(Box::new(entity)))
            }
            (Event::Metric(id, event), current) => {
                let current = current.and_then(Self::into_metric);
                HealthMetric::evolve(current, *id, event)
                    .map(|entity| Self::Metric(Box::new(entity)))
            }
            (Event::MetricValue(id, event), current) => {
                let current = current.and_then(Self::into_metric_value);
                MetricValue::evolve(current, *id, event).map(Self::MetricValue)
            }
        }
    }
}

macro_rules! into_kind {
    ($($(#[$doc:meta])* $function:ident => $variant:ident($kind:ty);)+) => {
        impl Entity {$(
            $(#[$doc])*
            pub fn $function(self) -> Option<$kind> {
                if let Self::$variant(entity) = self { Some(entity.into()) } else { None }
            }
        )+}
    };
}

into_kind! {
    /// Returns the organisation, if it is one.
    into_org => Org(Org);
    /// Returns the person, if it is one.
    into_person => Person(Person);
    /// Returns the team, if it is one.
    into_team => Team(Team);
    /// Returns the cycle, if it is one.
    into_cycle => Cycle(Cycle);
    /// Returns the check-in, if it is one.
    into_check_in => CheckIn(CheckIn);
    /// Returns the comment, if it is one.
    into_comment => Comment(Comment);
    /// Returns the value of a health metric, if it is one.
    into_metric_value => MetricValue(MetricValue);
}

impl Entity {
    /// Returns the objective, if it is one.
    pub fn into_objective(self) -> Option<Objective> {
        if let Self::Objective(entity) = self {
            Some(*entity)
        } else {
            None
        }
    }

    /// Returns the initiative, if it is one.
    pub fn into_initiative(self) -> Option<Initiative> {
        if let Self::Initiative(entity) = self {
            Some(*entity)
        } else {
            None
        }
    }

    /// Returns the health metric, if it is one.
    pub fn into_metric(self) -> Option<HealthMetric> {
        if let Self::Metric(entity) = self {
            Some(*entity)
        } else {
            None
        }
    }

    /// Returns the key result, if it is one.
    pub fn into_key_result(self) -> Option<KeyResult> {
        if let Self::KeyResult(entity) = self {
            Some(*entity)
        } else {
            None
        }
    }
}
